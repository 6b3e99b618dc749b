import { ChoiceField, FilterBar, MomentField, TextField } from '@/components/data-table/filter-bar'
import { AREAS, areaOf, KINDS } from '@/lib/audit/kinds'
import { auditList } from '@/lib/audit/search-params'
import type { ListParams } from '@/lib/list-params'
import { OBJECT_TYPES } from './audit-object'

const KIND_OPTIONS = Object.entries(AREAS).flatMap(([area, label]) => [
  { value: area, label },
  ...Object.entries(KINDS)
    .filter(([kind]) => areaOf(kind) === area)
    .map(([value, words]) => ({ value, label: `\u2003${words}` })),
])

const withChosen = (options: { value: string; label: string }[], chosen: string | undefined) =>
  !chosen || options.some(({ value }) => value === chosen) ? options : [...options, { value: chosen, label: chosen }]

/** The filters of /audit. */
export function AuditFilters({ params }: { params: ListParams<(typeof auditList)['filters']> }) {
  const { filters } = params
  const types = Object.entries(OBJECT_TYPES).map(([value, label]) => ({ value, label }))
  return (
    <FilterBar list={auditList} params={params} names={['name', 'kind', 'type', 'object', 'from', 'to']}>
      <TextField name="name" label="Who" value={filters.name} width="w-32" />
      <ChoiceField name="kind" label="What" value={filters.kind} options={withChosen(KIND_OPTIONS, filters.kind)} />
      <ChoiceField name="type" label="Kind of object" value={filters.type} options={withChosen(types, filters.type)} />
      <TextField name="object" label="Object id" value={filters.object} width="w-36" />
      <MomentField name="from" label="From (UTC)" value={filters.from} />
      <MomentField name="to" label="To (UTC)" value={filters.to} />
    </FilterBar>
  )
}
