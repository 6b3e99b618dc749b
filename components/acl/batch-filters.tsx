import { ChoiceField, FilterBar, MomentField, TextField } from '@/components/data-table/filter-bar'
import { Checkbox } from '@/components/ui/field'
import type { ListParams } from '@/lib/list-params'
import { batchCellList, batchList } from '@/lib/mig/acl/batch-lists'
import { BATCH_WORDS } from '@/lib/mig/acl/batch-words'

const KINDS = Object.entries(BATCH_WORDS).map(([value, label]) => ({ value, label }))

/** The filters of /acl/batches. */
export function BatchFilters({ params }: { params: ListParams<(typeof batchList)['filters']> }) {
  const { filters } = params
  return (
    <FilterBar list={batchList} params={params} names={['name', 'kind', 'reason', 'agent', 'from', 'to']}>
      <TextField name="name" label="Who" value={filters.name} width="w-32" />
      <ChoiceField name="kind" label="Kind" value={filters.kind?.[0]} options={KINDS} />
      <TextField name="reason" label="Reason" value={filters.reason} />
      <TextField name="agent" label="Agent id" value={filters.agent?.id} width="w-44" />
      <MomentField name="from" label="From (UTC)" value={filters.from} />
      <MomentField name="to" label="To (UTC)" value={filters.to} />
    </FilterBar>
  )
}

/** The filters of a batch's cells. */
export function BatchCellFilters({
  params,
  path,
}: {
  params: ListParams<(typeof batchCellList)['filters']>
  path: string
}) {
  const { filters } = params
  return (
    <FilterBar list={batchCellList} params={params} names={['name', 'module', 'investigator', 'since']} path={path}>
      <TextField name="name" label="Endpoint" value={filters.name} />
      <TextField name="module" label="Module" value={filters.module} width="w-32" />
      <TextField name="investigator" label="Investigator" value={filters.investigator} width="w-32" />
      <Checkbox
        name="since"
        value="1"
        defaultChecked={filters.since}
        label="In the way of a revert"
        className="h-8 items-center! [&_input]:mt-0!"
      />
    </FilterBar>
  )
}
