import { StatusBadge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import { cn } from '@/lib/cn'
import { formatNumber } from '@/lib/format'
import type { ReconcileRun } from '@/lib/mig/spool/reconcile'
import { RECONCILE_CLASSES, RECONCILE_MEANINGS } from '@/lib/mig/spool/reconcile-rules'
import { type ReconcileParams, reconcileList } from '@/lib/mig/spool/search-params'

/** Every class of the comparison with its count, what it means and what to do; the gravest first, those without a case in grey. */
export function ReconcileClasses({ counts, params }: { counts: ReconcileRun['counts']; params: ReconcileParams }) {
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full border-separate border-spacing-0 text-sm max-md:block max-md:[&_:is(thead,tbody)]:block">
        <caption className="sr-only">Classes of the comparison</caption>
        <thead>
          <tr className="text-left text-muted text-xs max-md:sr-only [&>th]:h-8 [&>th]:px-3 [&>th]:font-medium">
            <th scope="col">Class</th>
            <th scope="col" className="text-right">
              Actions
            </th>
            <th scope="col" className="text-right">
              Commands
            </th>
            <th scope="col">What it means, and what to do</th>
          </tr>
        </thead>
        <tbody>
          {RECONCILE_CLASSES.map((one) => {
            const { label, tone, meaning, todo } = RECONCILE_MEANINGS[one]
            const count = counts[one]
            const some = count.action + count.command > 0
            const figure = (kind: 'action' | 'command') =>
              count[kind] > 0 ? (
                <TextLink
                  href={reconcileList.href(params, {
                    filters: { class: one, kind, anomaly: null },
                    after: null,
                    before: null,
                  })}
                >
                  {formatNumber(count[kind])}
                </TextLink>
              ) : (
                <span className="text-faint">0</span>
              )
            return (
              <tr
                key={one}
                className={cn(
                  '[&>*]:border-line [&>*]:border-t [&>*]:px-3 [&>*]:py-1.5 [&>*]:align-top',
                  'max-md:flex max-md:flex-wrap max-md:[&>*]:border-t-0 max-md:border-line max-md:not-first:border-t',
                )}
              >
                <th scope="row" className="whitespace-nowrap text-left font-normal max-md:flex-1">
                  <StatusBadge tone={some ? tone : 'neutral'} label={label} bare />
                </th>
                <td className="text-right tabular-nums">
                  {figure('action')}
                  <span className="text-muted text-xs md:hidden"> {count.action === 1 ? 'action' : 'actions'}</span>
                </td>
                <td className="text-right tabular-nums">
                  {figure('command')}
                  <span className="text-muted text-xs md:hidden"> {count.command === 1 ? 'command' : 'commands'}</span>
                </td>
                <td
                  className={cn('min-w-72 max-w-text max-md:basis-full max-md:pt-0!', some ? 'text-ink' : 'text-faint')}
                >
                  {meaning} {some && todo !== 'Nothing.' && <span className="text-muted">{todo}</span>}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
