import { ChoiceField, FilterBar, TextField } from '@/components/data-table/filter-bar'
import type { ListParams } from '@/lib/list-params'
import { actionList } from '@/lib/mig/actions/search-params'
import { ACTION_STATUSES, actionStatus } from '@/lib/mig/wire/status'

/** The filters of /actions. */
export function ActionFilters({ params }: { params: ListParams<(typeof actionList)['filters']> }) {
  return (
    <FilterBar list={actionList} params={params} names={['name', 'target', 'status']}>
      <TextField name="name" label="Name" value={params.filters.name} />
      <TextField name="target" label="Target" value={params.filters.target} />
      <ChoiceField
        name="status"
        label="Status"
        value={params.given.status?.join(',')}
        options={ACTION_STATUSES.map((value) => ({ value, label: actionStatus(value).label }))}
      />
    </FilterBar>
  )
}
