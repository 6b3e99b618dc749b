import { StatusBadge } from '@/components/ui/badge'
import { Mono } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import type { ScribeTest } from '@/lib/mig/modules-json/scribe'
import type { ResultProps } from './renderers'
import { ResultTable } from './result-table'

const rank = (test: ScribeTest) => (test.isTrue ? 0 : test.isTrue === null ? 1 : 2)

/** The tests of module scribe, those that are true first. */
export function ScribeResult({ result, paging }: ResultProps<'scribe'>) {
  if (result.tests.length === 0) return null
  return (
    <ResultTable
      caption="Tests"
      rows={[...result.tests].sort((a, b) => rank(a) - rank(b))}
      paging={paging}
      columns={[
        {
          header: 'Test',
          className: 'min-w-40',
          cell: (test) => (
            <>
              <Mono>{test.id}</Mono>
              {test.name && <span className="block text-muted text-xs">{visibleText(test.name)}</span>}
            </>
          ),
        },
        { header: 'Outcome', cell: (test) => <Outcome test={test} />, className: 'whitespace-nowrap' },
        {
          header: 'True for',
          cell: (test) => {
            const objects = test.objects.filter((object) => object.isTrue)
            return (
              <>
                {objects.slice(0, 20).map((object, i) => (
                  <span key={i} className="block">
                    <Mono>{object.identifier}</Mono>
                  </span>
                ))}
                {objects.length > 20 && <span className="text-muted">and {objects.length - 20} more</span>}
              </>
            )
          },
        },
        { header: 'Description', cell: (test) => visibleText(test.error || test.description), className: 'min-w-40' },
      ]}
    />
  )
}

function Outcome({ test }: { test: ScribeTest }) {
  if (test.isTrue === null) return <StatusBadge label="error" tone="bad" bare />
  return test.isTrue ? (
    <StatusBadge label="true" tone="attention" icon="flag" bare />
  ) : (
    <span className="text-muted">false</span>
  )
}
