import { Notice } from '@/components/feedback/notice'
import { ProgressBar } from '@/components/ui/progress-bar'
import { TextLink } from '@/components/ui/text-link'
import { formatCount, formatNumber } from '@/lib/format'
import { counterDifferences } from '@/lib/mig/actions/counters'
import type { ActionDetail } from '@/lib/mig/actions/queries'
import { commandStatus } from '@/lib/mig/wire/status'
import { progressSegments } from './action-progress'

/** An action's commands: counted now, beside what its stored counters claim; a difference is said, since the counters drift. */
export function ActionCounters({ action }: { action: ActionDetail }) {
  const hrefOf = (status: string) => `/actions/${action.id}/commands?status=${encodeURIComponent(status)}`
  const total = action.counted.reduce((sum, one) => sum + one.count, 0)
  const stored = progressSegments(action.counters)
  const differences = counterDifferences(action)
  return (
    <div className="flex flex-col gap-3">
      {total === 0 ? (
        <p className="text-muted">No command of this action is in the database.</p>
      ) : (
        <ProgressBar
          label="Commands counted now"
          figures
          segments={action.counted.map((one) => {
            const status = commandStatus(one.status)
            return {
              key: one.status,
              label: status.label,
              tone: status.tone,
              count: one.count,
              out: status.tone === 'waiting',
              href: status.known ? hrefOf(one.status) : undefined,
            }
          })}
        />
      )}
      <p className="text-muted text-sm">
        <TextLink href={`/actions/${action.id}/commands`}>{formatCount(total, 'command')}</TextLink> counted in the
        database
        {stored &&
          `; the action's own counters say ${formatNumber(action.counters.sent ?? 0)} sent, ${formatNumber(action.counters.returned ?? 0)} returned`}
        .
      </p>
      {differences.length > 0 && (
        <Notice tone="attention" title="The stored counters and the commands differ">
          {differences.join(' ')} MIG adds to its counters one by one and they drift: late answers count twice, lost
          commands never. The count of the commands is the truth.
        </Notice>
      )}
    </div>
  )
}
