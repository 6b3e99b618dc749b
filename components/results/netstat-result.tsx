import { Disclosure } from '@/components/ui/disclosure'
import { Mono } from '@/components/ui/mono'
import { formatCount } from '@/lib/format'
import { endpoint } from '@/lib/mig/modules-json/netstat'
import type { ResultProps } from './renderers'
import { type ResultColumn, ResultTable } from './result-table'

type Check = ResultProps<'netstat'>['result']['checks'][number]
type Row = Check['elements'][number] & Pick<Check, 'check' | 'value'>

const CHECK_WORDS: Readonly<Record<string, string>> = {
  localmac: 'own hardware address',
  localip: 'own address',
  neighbormac: 'neighbour’s hardware address',
  neighborip: 'neighbour’s address',
  connectedip: 'connected to',
  listeningport: 'listens on',
}

/** Addresses and sockets that netstat found, then what it did not find. */
export function NetstatResult({ result, paging }: ResultProps<'netstat'>) {
  const rows: Row[] = result.checks.flatMap(({ check, value, elements }) =>
    elements.map((element) => ({ ...element, check, value })),
  )
  const without = result.checks.filter((check) => check.elements.length === 0)
  const columns: ResultColumn<Row>[] = [
    { header: 'Looked for', cell: (row) => CHECK_WORDS[row.check] },
    { header: 'Value', cell: (row) => <Mono>{row.value}</Mono> },
    {
      header: 'Local',
      cell: (row) => <Mono>{endpoint(row.localaddr, row.localport, row.localmacaddr)}</Mono>,
    },
  ]
  if (rows.some((row) => row.remoteaddr || row.remotemacaddr || row.remoteport !== null))
    columns.push({
      header: 'Remote',
      cell: (row) => <Mono>{endpoint(row.remoteaddr, row.remoteport, row.remotemacaddr)}</Mono>,
    })
  if (rows.some((row) => row.namespace))
    columns.push({ header: 'Namespace', cell: (row) => <Mono>{row.namespace}</Mono> })
  return (
    <>
      {rows.length > 0 && <ResultTable caption="Found" rows={rows} paging={paging} columns={columns} />}
      {without.length > 0 && (
        <Disclosure
          summary="Looked for without finding"
          aside={formatCount(without.length, 'value')}
          open={rows.length === 0 && without.length <= 8}
        >
          <ResultTable
            caption="Not found"
            rows={without}
            columns={[
              { header: 'Looked for', cell: (check) => CHECK_WORDS[check.check] },
              { header: 'Value', cell: (check) => <Mono>{check.value}</Mono> },
              {
                header: 'Outcome',
                cell: (check) => (check.found ? 'found, but the answer does not say what' : 'not found'),
              },
            ]}
          />
        </Disclosure>
      )}
    </>
  )
}
