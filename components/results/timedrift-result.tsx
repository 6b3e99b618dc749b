import { StatusBadge } from '@/components/ui/badge'
import { KeyValue } from '@/components/ui/key-value'
import { visibleText } from '@/components/ui/visible-text'
import { formatDuration } from '@/lib/format'
import { parseGoDuration } from '@/lib/mig/wire/duration'
import type { ResultProps } from './renderers'
import { ResultTable } from './result-table'

/** The clock of the host against time servers. */
export function TimedriftResult({ result }: ResultProps<'timedrift'>) {
  return (
    <>
      <KeyValue
        items={[
          {
            key: 'clock',
            label: 'Clock',
            value:
              result.isWithin === null ? (
                'not compared with a time server'
              ) : result.isWithin ? (
                <StatusBadge label="within the allowed drift" tone="good" bare />
              ) : (
                <StatusBadge label="drifts too far" tone="attention" bare />
              ),
          },
          { key: 'local', label: 'Local time', value: visibleText(result.localtime) || 'not given' },
          ...result.drifts.slice(0, 20).map((drift, i) => ({
            key: `drift-${i}`,
            label: i === 0 ? 'Drift' : '',
            value: visibleText(drift),
          })),
        ]}
      />
      {result.servers.length > 0 && (
        <ResultTable
          caption="Time servers"
          rows={result.servers}
          columns={[
            { header: 'Server', cell: (server) => visibleText(server.host) },
            {
              header: 'Outcome',
              cell: (server) => (
                <StatusBadge
                  bare
                  {...(server.reachable ? { label: 'answered', tone: 'good' } : { label: 'unreachable', tone: 'bad' })}
                />
              ),
            },
            { header: 'Latency', align: 'right', cell: (server) => inWords(server.latency) },
            { header: 'Drift', align: 'right', cell: (server) => inWords(server.drift) },
          ]}
        />
      )}
    </>
  )
}

function inWords(duration: string): string {
  const millis = parseGoDuration(duration)
  return millis === null ? visibleText(duration) : formatDuration(millis)
}
