import { StatusBadge } from '@/components/ui/badge'
import { Mono } from '@/components/ui/mono'
import type { Tone } from '@/components/ui/tone'
import { visibleText } from '@/components/ui/visible-text'
import { formatDuration } from '@/lib/format'
import type { PingTry } from '@/lib/mig/modules-json/ping'
import type { ResultProps } from './renderers'
import { ResultTable } from './result-table'

const OUTCOMES: Record<PingTry['outcome'], { label: string; tone: Tone }> = {
  answer: { label: 'answered', tone: 'good' },
  timeout: { label: 'no answer in time', tone: 'odd' },
  unreachable: { label: 'unreachable', tone: 'bad' },
  failed: { label: 'failed', tone: 'bad' },
}

/** Each try of module ping with its latency, then why tries failed. */
export function PingResult({ result, paging }: ResultProps<'ping'>) {
  return (
    <>
      <p className="text-sm">
        <Mono>{result.host || 'no host'}</Mono> by {visibleText(result.protocol) || 'an unknown protocol'}
      </p>
      {result.tries.length > 0 && (
        <ResultTable
          caption="Tries"
          rows={result.tries.map((one, i) => ({ ...one, number: i + 1 }))}
          paging={paging}
          columns={[
            { header: 'Try', align: 'right', cell: (one) => one.number, className: 'w-14' },
            {
              header: 'Outcome',
              // A UDP port that is open does not answer either.
              cell: (one) => (
                <StatusBadge
                  bare
                  {...OUTCOMES[one.outcome]}
                  title={
                    one.outcome === 'timeout' && result.protocol === 'udp' ? 'Open ports may stay silent' : undefined
                  }
                />
              ),
            },
            {
              header: 'Latency',
              align: 'right',
              cell: (one) => (one.latency === null ? '' : formatDuration(Number(one.latency))),
            },
          ]}
        />
      )}
      {result.failures.length > 0 && (
        <ul className="list-disc pl-5 text-bad text-sm">
          {result.failures.slice(0, 50).map((failure, i) => (
            <li key={i} className="wrap-anywhere">
              {visibleText(failure)}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
