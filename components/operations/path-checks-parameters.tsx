import { ResultTable } from '@/components/results/result-table'
import { Mono } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import type { ParametersProps } from './parameters'

/** What filechecker of the first syntax looks for. */
export function PathChecksParameters({ parameters }: ParametersProps<'path-checks'>) {
  return (
    <ResultTable
      caption="Checks"
      rows={parameters.checks}
      columns={[
        { header: 'In', cell: (check) => <Mono>{check.path}</Mono>, className: 'min-w-40' },
        { header: 'By', cell: (check) => visibleText(check.method), className: 'min-w-24' },
        { header: 'Check', cell: (check) => <bdi>{visibleText(check.check)}</bdi>, className: 'min-w-24' },
        { header: 'Value', cell: (check) => <Mono>{check.value}</Mono>, className: 'min-w-40' },
      ]}
    />
  )
}
