import { Mono } from '@/components/ui/mono'
import type { ResultProps } from './renderers'
import { ResultTable } from './result-table'

/** What rules of module yara matched. */
export function YaraResult({ result, paging }: ResultProps<'yara'>) {
  if (result.matches.length === 0) return null
  return (
    <ResultTable
      caption="Matches"
      rows={result.matches}
      paging={paging}
      columns={[
        { header: 'Object', cell: (match) => <Mono>{match.object}</Mono>, className: 'min-w-56' },
        {
          header: 'Rules',
          cell: (match) => (
            <>
              {match.rules.slice(0, 50).map((rule, i) => (
                <span key={i} className="mr-3">
                  <Mono>{rule}</Mono>
                </span>
              ))}
              {match.rules.length > 50 && <span className="text-muted">and {match.rules.length - 50} more</span>}
            </>
          ),
        },
      ]}
    />
  )
}
