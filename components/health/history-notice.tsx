import { ExactMoment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { EmptyState } from '@/components/feedback/panels'
import type { History } from '@/lib/mig/health/queries'

/** Says that the history stands still; nothing while it goes on, or before it began. */
export function HistoryNotice({ history }: { history: History | null }) {
  if (!history?.standsStill) return null
  return (
    <Notice tone="attention" icon="clock" title="The history stands still">
      MIG_NOW is set, so no pass over the fleet is made. The last one was at <ExactMoment at={history.passedAt} />.
    </Notice>
  )
}

/** In place of charts over time that have no point: why, and when they get one. */
export function NoPoints({ history, isFixed }: { history: History | null; isFixed: boolean }) {
  if (history)
    return (
      <EmptyState title="Nobody sampled in this range" icon="clock">
        The history goes from <ExactMoment at={history.beginsAt} /> to <ExactMoment at={history.passedAt} />: choose a
        longer range, or a moment within it.
      </EmptyState>
    )
  return (
    <EmptyState title="There is no history yet" icon="clock">
      {isFixed
        ? 'The moment is fixed (MIG_NOW), so no pass over the fleet is made, and there is nothing to draw over time.'
        : 'A pass over the fleet is made every minute: the charts over time appear here with the first one.'}
    </EmptyState>
  )
}

/** In place of a list of the past where there is none. */
export function NoHistory() {
  return (
    <EmptyState title="There is no history yet" icon="clock">
      It begins with the first pass over the fleet, which is made every minute unless the moment is fixed (MIG_NOW).
    </EmptyState>
  )
}
