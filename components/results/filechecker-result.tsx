import { Disclosure } from '@/components/ui/disclosure'
import { Mono } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import type { ResultProps } from './renderers'
import { ResultTable } from './result-table'

/** Files that filechecker found, then the checks that found none. */
export function FilecheckerResult({ result, paging }: ResultProps<'filechecker'>) {
  const without = result.checks.filter((check) => check.files.length === 0)
  return (
    <>
      {result.hits.length > 0 && (
        <ResultTable
          caption="Files found"
          rows={result.hits}
          paging={paging}
          columns={[
            { header: 'File', cell: (hit) => <Mono>{hit.path}</Mono>, className: 'min-w-56' },
            { header: 'Hits', align: 'right', cell: (hit) => (hit.count === null ? '' : formatNumber(hit.count)) },
            { header: 'Check', cell: (hit) => <bdi>{visibleText(hit.check)}</bdi>, className: 'min-w-24' },
            { header: 'By', cell: (hit) => visibleText(hit.method), className: 'min-w-24' },
            { header: 'Value', cell: (hit) => <Mono>{hit.value}</Mono>, className: 'min-w-40' },
          ]}
        />
      )}
      {without.length > 0 && (
        <Disclosure
          summary="Searched without finding"
          aside={formatCount(without.length, 'check')}
          open={result.hits.length === 0 && without.length <= 8}
        >
          <ResultTable
            caption="Checks without a file"
            rows={without}
            columns={[
              { header: 'Searched in', cell: (check) => <Mono>{check.path}</Mono>, className: 'min-w-40' },
              { header: 'Check', cell: (check) => <bdi>{visibleText(check.check)}</bdi>, className: 'min-w-24' },
              { header: 'By', cell: (check) => visibleText(check.method), className: 'min-w-24' },
              { header: 'Value', cell: (check) => <Mono>{check.value}</Mono>, className: 'min-w-40' },
              { header: 'Files inspected', align: 'right', cell: (check) => formatNumber(check.filecount) },
            ]}
          />
        </Disclosure>
      )}
    </>
  )
}
