import { HiddenParams } from '@/components/data-table/hidden-params'
import { Segments } from '@/components/layout/tabs'
import { Button } from '@/components/ui/button'
import { inputClass } from '@/components/ui/field'
import { TextLink } from '@/components/ui/text-link'
import { cn } from '@/lib/cn'
import { earlier } from '@/lib/mig/agents/state'
import { type HealthParams, healthPage } from '@/lib/mig/health/search-params'
import { compareInstants, type Instant } from '@/lib/mig/wire/time'

const HOUR = 3_600_000

const AGO = [
  { key: '1h', label: '1 h before', ms: HOUR },
  { key: '1d', label: '1 day before', ms: 24 * HOUR },
  { key: '7d', label: '1 week before', ms: 7 * 24 * HOUR },
] as const

/** A moment to the second, as addresses hold it. */
const second = (at: Instant) => `${at.slice(0, 19)}Z`

/** Which moment is looked at, with steps to others, and what changed up to it; nothing while there is only now. */
export function MomentBar({
  params,
  at,
  isPast,
  begins,
}: {
  params: HealthParams
  at: Instant
  isPast: boolean
  /** Where the history begins; null while there is none. */
  begins: Instant | null
}) {
  if (begins === null && !isPast) return null
  const reachable = AGO.filter(({ ms }) => begins !== null && compareInstants(earlier(at, ms), begins) >= 0)
  const difference = (before: Instant) =>
    `/agents/health/difference?from=${encodeURIComponent(second(before))}${isPast ? `&to=${encodeURIComponent(at)}` : ''}`
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 print:hidden">
      <div className="flex flex-wrap items-center gap-2">
        <Segments
          label="Moment"
          current={isPast ? 'past' : 'now'}
          options={[
            { key: 'now', label: 'Now', href: healthPage.href(params, { filters: { at: null } }) },
            ...reachable.map(({ key, label, ms }) => ({
              key,
              label,
              href: healthPage.href(params, { filters: { at: second(earlier(at, ms)) } }),
            })),
          ]}
        />
        <form action={healthPage.path} className="flex items-center gap-2">
          <HiddenParams list={healthPage} params={params} except={['at']} />
          <label className="flex items-center gap-2 whitespace-nowrap text-muted text-xs">
            at (UTC)
            <input
              type="datetime-local"
              name="at"
              step={1}
              defaultValue={params.given.at?.[0]?.slice(0, 19) ?? ''}
              className={cn(inputClass, 'w-auto')}
            />
          </label>
          <Button type="submit">Look</Button>
        </form>
      </div>
      {reachable.length > 0 && (
        <p className="flex flex-wrap items-center gap-x-3 text-muted text-sm">
          What changed in
          {reachable.map(({ key, ms }) => (
            <TextLink key={key} href={difference(earlier(at, ms))} className="inline-flex h-8 items-center">
              {key === '1h' ? 'an hour' : key === '1d' ? 'a day' : 'a week'}
            </TextLink>
          ))}
        </p>
      )}
    </div>
  )
}
