import { earlier } from '@/lib/mig/agents/state'
import type { Instant } from '@/lib/mig/wire/time'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How far back the charts over time go. */
export const RANGES = ['1h', '6h', '24h', '7d', '30d', '90d', '1y'] as const
export type Range = (typeof RANGES)[number]

/** Each range's length and the time between two of its points, in milliseconds, and its name. */
export const RANGE: Readonly<Record<Range, { span: number; step: number; words: string }>> = {
  '1h': { span: HOUR, step: MINUTE, words: 'hour' },
  '6h': { span: 6 * HOUR, step: 5 * MINUTE, words: '6 hours' },
  '24h': { span: DAY, step: 10 * MINUTE, words: '24 hours' },
  '7d': { span: 7 * DAY, step: HOUR, words: '7 days' },
  '30d': { span: 30 * DAY, step: 4 * HOUR, words: '30 days' },
  '90d': { span: 90 * DAY, step: 12 * HOUR, words: '90 days' },
  '1y': { span: 365 * DAY, step: DAY, words: 'year' },
}

/** The two ends of a range that ends at this moment. */
export function endsOf(range: Range, at: Instant): { from: Instant; to: Instant } {
  return { from: earlier(at, RANGE[range].span), to: at }
}

/** The days that new and lost endpoints are shown for: a month at least. */
export function daysOf(range: Range, at: Instant): { from: Instant; to: Instant } {
  return { from: earlier(at, Math.max(RANGE[range].span, 30 * DAY)), to: at }
}
