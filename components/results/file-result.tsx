import { Disclosure } from '@/components/ui/disclosure'
import { Mono } from '@/components/ui/mono'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { formatBytes, formatCount, formatNumber } from '@/lib/format'
import type { ResultProps } from './renderers'
import { type ResultColumn, ResultTable } from './result-table'
import { TestedList } from './tested'

type Match = ResultProps<'file'>['result']['matches'][number]

/** Files that module file found, then the searches that found none. */
export function FileResult({ result, paging }: ResultProps<'file'>) {
  const columns: ResultColumn<Match>[] = [
    { header: 'File', cell: (match) => <Mono>{match.path}</Mono>, className: 'min-w-56' },
    { header: 'Search', cell: (match) => <bdi>{visibleText(match.check)}</bdi> },
    { header: 'Found by', cell: (match) => <TestedList tested={match.tested} />, className: 'min-w-40' },
    { header: 'Size', align: 'right', cell: (match) => <Size digits={match.size} /> },
    { header: 'Mode', cell: (match) => <Mono>{match.mode}</Mono>, className: 'whitespace-nowrap' },
    { header: 'Modified', cell: (match) => visibleText(match.lastmodified), className: 'min-w-40' },
  ]
  if (result.matches.some((match) => match.sha256))
    columns.push({ header: 'SHA-256', cell: (match) => <Mono>{match.sha256}</Mono>, className: 'min-w-40' })
  return (
    <>
      {result.matches.length > 0 && (
        <ResultTable caption="Files found" rows={result.matches} paging={paging} columns={columns} />
      )}
      {result.unmatched.length > 0 && (
        <Disclosure
          summary="Searched without finding"
          aside={formatCount(result.unmatched.length, 'search', 'searches')}
          open={result.matches.length === 0 && result.unmatched.length <= 8}
        >
          <ResultTable
            caption="Searches without a file"
            rows={result.unmatched}
            columns={[
              { header: 'Search', cell: (search) => <bdi>{visibleText(search.check)}</bdi> },
              { header: 'Looked for', cell: (search) => <TestedList tested={search.tested} /> },
            ]}
          />
        </Disclosure>
      )}
    </>
  )
}

function Size({ digits }: { digits: string | null }) {
  if (digits === null) return <Unknown why="Not given" />
  const bytes = Number(digits)
  return Number.isSafeInteger(bytes) ? <span title={formatNumber(digits)}>{formatBytes(bytes)}</span> : digits
}
