import { ProgressBar, type Segment } from '@/components/ui/progress-bar'
import { Unknown } from '@/components/ui/unknown'
import type { Counters } from '@/lib/mig/actions/queries'

/** The segments of an action's bar from its stored counters; null when the row holds none. */
export function progressSegments(counters: Counters, hrefOf?: (status: string) => string): Segment[] | null {
  if (counters.sent === null && counters.returned === null) return null
  const { sent, returned, done, failed, timeout, cancelled } = counters
  return [
    { key: 'done', label: 'done', count: done ?? 0, tone: 'good', href: hrefOf?.('done') },
    { key: 'failed', label: 'failed', count: failed ?? 0, tone: 'bad', href: hrefOf?.('failed') },
    { key: 'timeout', label: 'timed out', count: timeout ?? 0, tone: 'odd', href: hrefOf?.('timeout') },
    { key: 'cancelled', label: 'cancelled', count: cancelled ?? 0, tone: 'gone', href: hrefOf?.('cancelled') },
    { key: 'out', label: 'still out', count: Math.max((sent ?? 0) - (returned ?? 0), 0), tone: 'waiting', out: true },
  ]
}

/** An action's progress in a table cell: a bar and how many of how many returned, as its counters say. */
export function ActionProgress({ counters }: { counters: Counters }) {
  const segments = progressSegments(counters)
  if (!segments) return <Unknown why="This database keeps no counters in the action's row" />
  if (!counters.sent && !counters.returned) return <span className="text-faint">none sent</span>
  return (
    <span className="flex min-w-36 items-center gap-2">
      <ProgressBar label="Commands" segments={segments} total={counters.sent ?? 0} className="w-20" />
      <span className="text-muted tabular-nums">
        {counters.returned ?? 0}/{counters.sent ?? 0}
      </span>
    </span>
  )
}
