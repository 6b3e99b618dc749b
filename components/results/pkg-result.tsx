import { Mono } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import type { ResultProps } from './renderers'
import { ResultTable } from './result-table'

/** Packages that module pkg found. */
export function PkgResult({ result, paging }: ResultProps<'pkg'>) {
  if (result.packages.length === 0) return null
  return (
    <ResultTable
      caption="Packages found"
      rows={result.packages}
      paging={paging}
      columns={[
        { header: 'Package', cell: (one) => <Mono>{one.name}</Mono> },
        { header: 'Version', cell: (one) => <Mono>{one.version}</Mono> },
        { header: 'Kind', cell: (one) => visibleText(one.type) },
        { header: 'Architecture', cell: (one) => visibleText(one.arch) },
      ]}
    />
  )
}
