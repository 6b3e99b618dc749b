import { Notice } from '@/components/feedback/notice'
import { ProgressBar, type Segment } from '@/components/ui/progress-bar'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { cn } from '@/lib/cn'
import { formatCount, formatNumber } from '@/lib/format'
import { type CounterRow, counterRows } from '@/lib/mig/actions/counters'
import type { CommandFigures } from '@/lib/mig/actions/figures'
import type { ActionDetail } from '@/lib/mig/actions/queries'
import { commandStatus } from '@/lib/mig/wire/status'
import { progressSegments } from './action-progress'

/** An action's commands: counted now, beside what its stored counters claim, and why the two may differ. */
export function ActionCounters({
  action,
  figures,
  causes,
}: {
  action: ActionDetail
  figures: CommandFigures | null
  causes: string[]
}) {
  const rows = counterRows(action.counters, figures)
  const hasCounters = rows.some((row) => row.stored !== null)
  return (
    <div className="flex flex-col gap-3">
      <Progress action={action} figures={figures} />
      {hasCounters ? (
        <CounterTable rows={rows} />
      ) : (
        <p className="text-muted text-sm">
          This database keeps no counters in an action&rsquo;s row, so there is nothing to compare with.
        </p>
      )}
      {causes.length > 0 && (
        <Notice tone="attention" title="The stored counters and the commands differ">
          <ul className="flex flex-col gap-1">
            {causes.map((cause) => (
              <li key={cause}>{cause}</li>
            ))}
          </ul>
          <p className="mt-1 text-muted">The count of the commands is the truth.</p>
        </Notice>
      )}
    </div>
  )
}

function Progress({ action, figures }: { action: ActionDetail; figures: CommandFigures | null }) {
  const commands = `/actions/${action.id}/commands`
  if (!figures) {
    const stored = progressSegments(action.counters)
    return (
      <>
        {stored && <ProgressBar label="Commands as the stored counters say" segments={stored} figures />}
        <p className="text-muted text-sm">
          <TextLink href={commands}>Its commands</TextLink> were not counted: it would take more than 4 s.{' '}
          <code>npm run mig-dashboard -- db index</code> makes the index that it wants.
        </p>
      </>
    )
  }
  if (figures.total === 0) return <p className="text-muted">No command of this action is in the database.</p>
  const segments = figures.byStatus.map(({ status, count }): Segment => {
    const { label, tone, known } = commandStatus(status)
    const href = known ? `${commands}?status=${encodeURIComponent(status)}` : undefined
    return { key: status, label, tone, count, out: tone === 'waiting', href }
  })
  return (
    <div className="flex flex-col gap-1">
      <ProgressBar label="Commands counted now" segments={segments} total={action.counters.sent ?? undefined} figures />
      <p className="text-muted text-sm">
        <TextLink href={commands}>{formatCount(figures.total, 'command')}</TextLink> in the database
        {figures.late > 0 && <>, {formatCount(figures.late, 'answer')} of them after expiry</>}.
      </p>
    </div>
  )
}

function CounterTable({ rows }: { rows: CounterRow[] }) {
  const cell = (row: CounterRow, value: number | null, why: string) => (
    <td
      key={row.key}
      className={cn('px-2 py-1 text-right tabular-nums', row.differs && 'bg-attention-tint font-medium text-attention')}
    >
      {value === null ? <Unknown why={why} /> : formatNumber(value)}
      {row.differs && <span className="sr-only"> differs</span>}
    </td>
  )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard
    <div className="overflow-x-auto rounded-md border border-line bg-surface" tabIndex={0}>
      <table className="w-full min-w-md table-fixed border-collapse text-sm">
        <caption className="sr-only">Counters stored in the action&rsquo;s row, and counted from its commands</caption>
        <thead className="text-muted text-xs">
          <tr>
            <td className="px-3 py-1" />
            {rows.map((row) => (
              <th key={row.key} scope="col" className="px-2 py-1 text-right font-medium">
                {row.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr className="border-line border-t">
            <th scope="row" className="px-3 py-1 text-left font-normal text-muted">
              stored
            </th>
            {rows.map((row) => cell(row, row.stored, 'The row holds no such counter'))}
          </tr>
          <tr className="border-line border-t">
            <th scope="row" className="px-3 py-1 text-left font-normal text-muted">
              counted
            </th>
            {rows.map((row) => cell(row, row.counted, 'The commands were not counted'))}
          </tr>
        </tbody>
      </table>
    </div>
  )
}
