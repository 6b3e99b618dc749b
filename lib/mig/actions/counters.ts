import { formatNumber } from '@/lib/format'
import type { ActionDetail } from './queries'

/** A sentence for each stored counter that the commands contradict (mig-domain 1.4). */
export function counterDifferences({ counters, counted }: Pick<ActionDetail, 'counters' | 'counted'>): string[] {
  if (counters.sent === null) return []
  const of = (...statuses: string[]) =>
    counted.filter((one) => statuses.includes(one.status)).reduce((sum, one) => sum + one.count, 0)
  const total = counted.reduce((sum, one) => sum + one.count, 0)
  const pairs: [string, number | null, number][] = [
    ['sent', counters.sent, total],
    ['done', counters.done, of('done', 'success', 'succeeded')],
    ['cancelled', counters.cancelled, of('cancelled', 'expired')],
    ['failed', counters.failed, of('failed')],
    ['timed out', counters.timeout, of('timeout')],
  ]
  const differences = pairs
    .filter(([, stored, now]) => stored !== null && stored !== now)
    .map(([name, stored, now]) => `${formatNumber(stored ?? 0)} ${name} stored, ${formatNumber(now)} counted.`)
  const { returned, done, cancelled, failed, timeout } = counters
  const parts = (done ?? 0) + (cancelled ?? 0) + (failed ?? 0) + (timeout ?? 0)
  if (returned !== null && returned !== parts)
    differences.push(`${formatNumber(returned)} returned stored, its parts add up to ${formatNumber(parts)}.`)
  return differences
}
