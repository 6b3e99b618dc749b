import { ExactMoment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { EmptyState } from '@/components/feedback/panels'
import type { History } from '@/lib/mig/health/queries'

/** Says where the history begins late or stands still; nothing while it simply goes on. */
export function HistoryNotice({ history }: { history: History | null }) {
  if (history === null)
    return (
      <Notice tone="waiting" title="There is no history yet">
        It begins with the first pass over the fleet, which is made every minute. What is over time below fills from
        then on; with a fixed moment (MIG_NOW) no pass is made.
      </Notice>
    )
  if (history.standsStill)
    return (
      <Notice tone="attention" icon="clock" title="The history stands still">
        MIG_NOW is set, so no pass over the fleet is made. The last one was at <ExactMoment at={history.passedAt} />.
      </Notice>
    )
  return null
}

/** In place of a list of the past where there is none. */
export function NoHistory() {
  return (
    <EmptyState title="There is no history yet" icon="clock">
      It begins with the first pass over the fleet, which is made every minute unless the moment is fixed (MIG_NOW).
    </EmptyState>
  )
}
