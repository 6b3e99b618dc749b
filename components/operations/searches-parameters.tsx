import { ResultTable } from '@/components/results/result-table'
import { TestedList } from '@/components/results/tested'
import { Mono } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import type { ParametersProps } from './parameters'

const LISTED = 20

/** The labelled searches of filechecker, file and memory. */
export function SearchesParameters({ parameters }: ParametersProps<'searches'>) {
  return (
    <>
      <ResultTable
        caption="Searches"
        rows={parameters.searches}
        columns={[
          {
            header: 'Search',
            className: 'min-w-32',
            cell: (search) => (
              <>
                <bdi>{visibleText(search.label)}</bdi>
                {search.description && (
                  <span className="block text-muted text-xs">
                    <bdi>{visibleText(search.description)}</bdi>
                  </span>
                )}
              </>
            ),
          },
          {
            header: 'In',
            className: 'min-w-40',
            cell: (search) => (
              <ul>
                {search.paths.slice(0, LISTED).map((path, i) => (
                  <li key={i}>
                    <Mono>{path}</Mono>
                  </li>
                ))}
                {search.paths.length > LISTED && (
                  <li className="text-muted">and {search.paths.length - LISTED} more</li>
                )}
              </ul>
            ),
          },
          { header: 'For', cell: (search) => <TestedList tested={search.tested} />, className: 'min-w-48' },
          ...(parameters.searches.some((search) => search.options.length > 0)
            ? [
                {
                  header: 'Options',
                  className: 'min-w-32',
                  cell: (search: (typeof parameters.searches)[number]) => (
                    <span className="text-muted text-xs">
                      {search.options
                        .slice(0, LISTED)
                        .map(([name, value]) => `${visibleText(name)} ${visibleText(value)}`)
                        .join(' · ')}
                    </span>
                  ),
                },
              ]
            : []),
        ]}
      />
      {parameters.condition && (
        <p className="text-sm">
          <span className="text-muted">Condition</span> <Mono>{parameters.condition}</Mono>{' '}
          <span className="text-muted">(MIG checks its syntax and does not apply it)</span>
        </p>
      )}
    </>
  )
}
