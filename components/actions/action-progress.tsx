import { ProgressBar, type Segment } from '@/components/ui/progress-bar'
import { formatNumber } from '@/lib/format'
import type { ActionRow, Counters, Summary } from '@/lib/mig/actions/queries'

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

function countedSegments(summary: Summary): Segment[] {
  return [
    { key: 'done', label: 'done', count: summary.done, tone: 'good' },
    { key: 'failed', label: 'failed', count: summary.failed, tone: 'bad' },
    { key: 'timeout', label: 'timed out', count: summary.timedOut, tone: 'odd' },
    { key: 'cancelled', label: 'cancelled', count: summary.cancelled, tone: 'gone' },
    { key: 'other', label: 'with another status', count: summary.other, tone: 'neutral' },
    { key: 'out', label: 'still out', count: summary.stillOut, tone: 'waiting', out: true },
  ]
}

/**
 * An action's progress in a table cell: a bar and how many of how many are back. The counted commands; the row's own counters
 * where it has some and they are newer than the count.
 */
export function ActionProgress({ action: { summary, counters } }: { action: Pick<ActionRow, 'summary' | 'counters'> }) {
  const stored = progressSegments(counters)
  const sent = Math.max(counters.sent ?? 0, 0)
  if (summary && (summary.fresh || !stored)) {
    const of = Math.max(summary.commands, sent)
    if (of === 0) return <span className="text-faint">none sent</span>
    const back = summary.commands - summary.stillOut
    return <Bar segments={countedSegments(summary)} back={back} of={of} source="by the commands, counted" />
  }
  if (!stored) return <span className="text-faint">not counted yet</span>
  if (sent === 0 && !counters.returned) return <span className="text-faint">none sent</span>
  return (
    <Bar
      segments={stored}
      back={counters.returned ?? 0}
      of={sent}
      source={`by the row’s own counters: ${summary ? 'it has changed since its commands were counted' : 'not counted yet'}`}
    />
  )
}

function Bar({ segments, back, of, source }: { segments: Segment[]; back: number; of: number; source: string }) {
  return (
    <span className="flex min-w-36 items-center gap-2">
      <ProgressBar label="Commands" segments={segments} total={of} className="w-20 shrink-0" />
      <span className="text-muted tabular-nums" title={source}>
        {formatNumber(back)}/{formatNumber(of)}
      </span>
    </span>
  )
}
