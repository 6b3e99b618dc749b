import { formatCount, formatDuration, formatNumber, formatPercent } from '@/lib/format'
import type { Tone } from '@/lib/mig/wire/status'
import { type CommandFigures, type Outcome, outcomeOf } from './figures'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Where the buckets of durations begin, in milliseconds: each about twice as long as the one before. */
export const DURATION_BOUNDS = [
  0,
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  20 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  3 * DAY,
  7 * DAY,
] as const

const OUTCOME_SERIES: readonly { key: Outcome; label: string; tone: Tone }[] = [
  { key: 'done', label: 'done', tone: 'good' },
  { key: 'failed', label: 'failed', tone: 'bad' },
  { key: 'timeout', label: 'timed out', tone: 'odd' },
  { key: 'cancelled', label: 'given up at expiry', tone: 'gone' },
]

export type Histogram = {
  series: { key: string; label: string; tone: Tone }[]
  points: { label: string; values: Record<string, number> }[]
  /** The answer in a sentence. */
  answer: string
}

/** The label of a bucket; 0 is what ended before it began. */
export function bucketLabel(bucket: number): string {
  if (bucket <= 0) return 'below 0'
  const from = DURATION_BOUNDS[bucket - 1] ?? 0
  const until = DURATION_BOUNDS[bucket]
  if (until === undefined) return `over ${formatDuration(from)}`
  return from === 0 ? `under ${formatDuration(until)}` : `${formatDuration(from)} – ${formatDuration(until)}`
}

/** The bars between the shortest and the longest duration, empty ones between them as 0; null when no command has a duration. */
export function histogramOf({ durations }: Pick<CommandFigures, 'durations'>): Histogram | null {
  const counts = new Map<number, Map<Outcome, number>>()
  for (const { status, bucket, count } of durations) {
    const outcome = outcomeOf(status)
    // A command that is still out has no duration, whatever its finishtime says.
    if (outcome === null || outcome === 'out') continue
    const bar = counts.get(bucket) ?? new Map<Outcome, number>()
    bar.set(outcome, (bar.get(outcome) ?? 0) + count)
    counts.set(bucket, bar)
  }
  if (counts.size === 0) return null
  const used = new Set([...counts.values()].flatMap((bar) => [...bar.keys()]))
  const series = OUTCOME_SERIES.filter(({ key }) => used.has(key))
  const from = Math.min(...counts.keys())
  const points = Array.from({ length: Math.max(...counts.keys()) - from + 1 }, (_, i) => ({
    label: bucketLabel(from + i),
    values: Object.fromEntries(series.map(({ key }) => [key, counts.get(from + i)?.get(key) ?? 0])),
  }))
  return { series, points, answer: answerOf(points) }
}

function answerOf(points: Histogram['points']): string {
  const bars = points.map(({ label, values }) => {
    const { cancelled = 0, ...answered } = values
    return { label, cancelled, count: Object.values(answered).reduce((all, n) => all + n, 0) }
  })
  const sum = (of: (bar: (typeof bars)[number]) => number) => bars.reduce((all, bar) => all + of(bar), 0)
  const answered = sum((bar) => bar.count)
  const cancelled = sum((bar) => bar.cancelled)
  const sentences: string[] = []
  let before = 0
  const middle = bars.find(({ count }) => {
    before += count
    return count > 0 && 2 * before >= answered
  })
  if (answered === 1) sentences.push(`The one answer took ${middle?.label}.`)
  else if (middle) {
    const most = bars.reduce((a, b) => (b.count > a.count ? b : a))
    sentences.push(
      most.count === answered
        ? `All ${formatNumber(answered)} answers took ${most.label}.`
        : `Of ${formatNumber(answered)} answers the middle one took ${middle.label}; most took ${most.label} (${formatPercent(most.count, answered)}).`,
    )
  }
  if (cancelled > 0) sentences.push(`${formatCount(cancelled, 'command was', 'commands were')} given up at expiry.`)
  return [...sentences, 'Each bar spans about twice the time of the one before.'].join(' ')
}
