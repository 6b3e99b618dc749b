import type { ReactNode } from 'react'
import { Notice } from '@/components/feedback/notice'
import { Card } from '@/components/ui/card'
import type { Person } from '@/lib/mig/acl/endpoints'
import { permissionList } from '@/lib/mig/acl/search-params'
import type { Module } from '@/lib/mig/modules/queries'
import { Legend } from './legend'
import { MatrixFilters } from './matrix-filters'
import { PermissionMatrix, WeightForm } from './permission-matrix'

/** One of the three views of the weights: its sentence, its filters, the open cell's form and the matrix. */
export function PermissionView({
  head,
  modules,
  people,
  fixed,
  chooser,
  note,
  ...matrix
}: {
  /** What is shown, in a sentence. */
  head: ReactNode
  modules: readonly Module[]
  people?: readonly Person[]
  /** The filters that say whose weights these are. */
  fixed: string[]
  /** The field that chooses whose weights are shown. */
  chooser?: ReactNode
  note?: ReactNode
} & Parameters<typeof PermissionMatrix>[0]) {
  const { params, scope, page, form } = matrix
  const open = scope.view === 'endpoint' ? form?.person?.id : form?.endpoint.id
  return (
    <>
      {head}
      <MatrixFilters
        list={permissionList}
        params={params}
        modules={modules}
        fixed={fixed}
        rows={scope.view === 'endpoint' ? 'investigators' : 'endpoints'}
        people={people}
        before={chooser}
      />
      {note}
      {params.filters.edit && !form && (
        <Notice tone="attention">The cell in this address does not exist any more.</Notice>
      )}
      {form && !page.rows.some((row) => row.id === open) && (
        <Card>
          <WeightForm form={form} params={params} />
        </Card>
      )}
      <PermissionMatrix {...matrix} />
      <Legend kind="permissions" />
    </>
  )
}
