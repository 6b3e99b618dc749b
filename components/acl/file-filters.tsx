import { StateField } from '@/components/agents/state-field'
import { ChoiceField, FilterBar, TextField } from '@/components/data-table/filter-bar'
import type { ListDefinition, ListParams } from '@/lib/list-params'
import { FILE_STATES } from '@/lib/mig/acl/search-params'
import { FILE_STATE_WORDS } from './file-state'

/** The filters over endpoints and their last files, of the list of ACLs and of the list of endpoints. */
export function FileFilters<F>({
  list,
  params,
  keep,
}: {
  list: ListDefinition<F>
  params: ListParams<F>
  keep?: string[]
}) {
  const filters = params.filters as { name?: string; os?: string }
  return (
    <FilterBar list={list} params={params} names={['name', 'os', 'state', 'file']} keep={keep}>
      <TextField name="name" label="Name" value={filters.name} />
      <TextField name="os" label="System" value={filters.os} width="w-28" />
      <StateField given={params.given.state} />
      <ChoiceField
        name="file"
        label="Last file"
        value={params.given.file?.join(',')}
        options={FILE_STATES.map((value) => ({ value, label: FILE_STATE_WORDS[value].label }))}
      />
    </FilterBar>
  )
}
