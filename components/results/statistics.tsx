import { visibleText } from '@/components/ui/visible-text'
import { formatBytes, formatDuration, formatNumber } from '@/lib/format'
import type { OperationResult } from '@/lib/mig/modules-json/results'
import type { Statistic } from '@/lib/mig/modules-json/statistics'

type Words = { label: string; note?: string; bytes?: true }

const WORDS = new Map<string, Words>([
  ['exectime', { label: 'took' }],
  ['execruntime', { label: 'took' }],
  ['downloadtime', { label: 'downloading took' }],
  ['downloadsize', { label: 'downloaded', bytes: true }],
  ['checkcount', { label: 'checks' }],
  ['checksmatch', { label: 'checks that match' }],
  ['filescount', { label: 'files inspected' }],
  ['openfailed', { label: 'could not be opened' }],
  ['totalhits', { label: 'hits' }],
  ['uniquefiles', { label: 'files found' }],
  ['examined', { label: 'examined' }],
  ['processcount', { label: 'processes inspected' }],
  ['memoryread', { label: 'memory read', bytes: true }],
  ['inpackages', { label: 'packages installed' }],
  ['matchedpackages', { label: 'packages found' }],
  ['stufffound', { label: 'things found' }],
  ['failures', { label: 'failures' }],
])

// What the counters of filechecker of 2014 really count (mig-domain 8.2).
const OF_2014 = new Map<string, Words>([
  ['filescount', { label: 'files inspected', note: 'this version counts each file twice' }],
  ['uniquefiles', { label: 'files found', note: 'a file counts once for each check' }],
])

const LISTED = 20

/** A module's own figures, durations in words; what the figure really counts beside it. */
export function Statistics({ result }: { result: OperationResult }) {
  if (result.statistics.length === 0) return null
  return (
    <dl className="flex flex-wrap gap-x-5 gap-y-1 text-xs">
      {result.statistics.slice(0, 60).map((one, i) => {
        const words = (result.kind === 'filechecker' && OF_2014.get(one.name)) || WORDS.get(one.name)
        return (
          <div key={i} className="flex min-w-0 flex-wrap gap-x-1.5" title={words ? `${one.name}` : undefined}>
            <dt className="text-faint">{words?.label ?? visibleText(one.name)}</dt>
            <dd className="min-w-0 wrap-anywhere tabular-nums">
              <Value statistic={one} bytes={words?.bytes ?? false} />
              {words?.note && <span className="text-faint"> ({words.note})</span>}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

function Value({ statistic: { value, millis }, bytes }: { statistic: Statistic; bytes: boolean }) {
  if (Array.isArray(value))
    return (
      <ul>
        {value.slice(0, LISTED).map((text, i) => (
          <li key={i}>{visibleText(text)}</li>
        ))}
        {value.length > LISTED && <li className="text-muted">and {value.length - LISTED} more</li>}
      </ul>
    )
  if (millis !== null) return <span title={visibleText(value)}>{formatDuration(millis)}</span>
  if (bytes && Number.isSafeInteger(Number(value)))
    return <span title={formatNumber(value)}>{formatBytes(Number(value))}</span>
  return visibleText(formatNumber(value))
}
