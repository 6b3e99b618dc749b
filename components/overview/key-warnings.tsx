import type { ComponentProps } from 'react'
import { AclConsequences } from '@/components/acl/acl-consequences'
import { KeyBadge } from '@/components/investigators/key-badge'
import { Section } from '@/components/layout/section'
import { Icon } from '@/components/ui/icon'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatAge, formatCount, instantMillis } from '@/lib/format'
import type { KeyWarning } from '@/lib/mig/investigators/queries'

/** How many of them are shown. */
export const SHOWN_WARNINGS = 6

const TONES = { 1: 'text-bad', 7: 'text-attention', 30: 'text-muted' } as const

/** Keys that expire within 30, 7 or 1 days, and those that have failed; nothing when all are well. */
export function KeyWarnings({
  warnings,
  without,
  clock,
}: {
  warnings: readonly KeyWarning[]
  /** What becomes of the ACL without each of the keys that are shown. */
  without: ReadonlyMap<string, ComponentProps<typeof AclConsequences>['answer']>
  clock: string
}) {
  if (warnings.length === 0) return null
  return (
    <Section
      title="Keys"
      remark="of investigators who are not disabled"
      action={
        <TextLink href="/investigators?key=warned" className="text-sm">
          {warnings.length === 1 ? 'The key in the list' : `All ${formatCount(warnings.length, 'key')}`}
        </TextLink>
      }
    >
      <ul className="divide-y divide-line overflow-hidden rounded-md border border-line bg-surface text-sm">
        {warnings.slice(0, SHOWN_WARNINGS).map((warning) => (
          <li key={warning.id} className="flex flex-wrap items-center gap-x-3 px-3 py-1.5">
            <TextLink href={`/investigators/${warning.id}`}>
              <bdi>{visibleText(warning.name)}</bdi>
            </TextLink>
            <span className="text-muted text-xs">
              <AclConsequences id={warning.id} answer={without.get(warning.id) ?? null} />
            </span>
            <span className="ml-auto">
              {warning.days === null ? (
                <KeyBadge state={warning.state} bare />
              ) : (
                <Left warning={warning} clock={clock} />
              )}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Left({ warning: { days, expires }, clock }: { warning: KeyWarning; clock: string }) {
  const left = (instantMillis(expires ?? clock) ?? 0) - (instantMillis(clock) ?? 0)
  return (
    <span
      className={`inline-flex items-center gap-1.5 whitespace-nowrap font-medium ${TONES[days ?? 30]}`}
      title={expires ?? undefined}
    >
      <Icon name="hourglass" className="size-4" />
      the key expires in {formatAge(left)}
    </span>
  )
}
