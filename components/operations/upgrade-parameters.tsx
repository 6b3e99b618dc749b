import { ResultTable } from '@/components/results/result-table'
import { Mono } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import type { ParametersProps } from './parameters'

/** Which agent goes to which system; the location is text, it is not for visiting. */
export function UpgradeParameters({ parameters }: ParametersProps<'upgrade'>) {
  return (
    <ResultTable
      caption="New agents"
      rows={parameters.targets}
      columns={[
        { header: 'System', cell: (target) => <Mono>{target.system}</Mono> },
        { header: 'Version', cell: (target) => <bdi>{visibleText(target.version)}</bdi> },
        { header: 'From', cell: (target) => <Mono>{target.location}</Mono>, className: 'min-w-48' },
        { header: 'SHA-256', cell: (target) => <Mono>{target.checksum}</Mono>, className: 'min-w-40' },
      ]}
    />
  )
}
