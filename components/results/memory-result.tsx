import { Mono } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import { NotFoundNames } from './not-found-names'
import type { ResultProps } from './renderers'
import { ResultTable } from './result-table'
import { TestedList } from './tested'

/** Processes that module memory found. */
export function MemoryResult({ result, paging }: ResultProps<'memory'>) {
  return (
    <>
      {result.matches.length > 0 && (
        <ResultTable
          caption="Processes found"
          rows={result.matches}
          paging={paging}
          columns={[
            { header: 'Process', cell: (match) => <Mono>{match.process}</Mono>, className: 'min-w-48' },
            { header: 'Process id', align: 'right', cell: (match) => match.pid },
            { header: 'Search', cell: (match) => <bdi>{visibleText(match.check)}</bdi> },
            { header: 'Found by', cell: (match) => <TestedList tested={match.tested} /> },
          ]}
        />
      )}
      <NotFoundNames names={result.unmatched} what="search" />
    </>
  )
}
