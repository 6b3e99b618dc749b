import { ChoiceField, FilterBar, TextField } from '@/components/data-table/filter-bar'
import type { ListParams } from '@/lib/list-params'
import { commandList } from '@/lib/mig/commands/search-params'
import { COMMAND_STATUSES, commandStatus } from '@/lib/mig/wire/status'

/** The filters of /commands and of one action's commands. */
export function CommandFilters({
  params,
  path = commandList.path,
}: {
  params: ListParams<(typeof commandList)['filters']>
  path?: string
}) {
  return (
    <FilterBar list={commandList} params={params} path={path} names={['agent', 'status', 'found']}>
      <TextField name="agent" label="Agent" value={params.filters.agent} />
      <ChoiceField
        name="status"
        label="Status"
        value={params.given.status?.join(',')}
        options={COMMAND_STATUSES.map((value) => ({ value, label: commandStatus(value).label }))}
      />
      <ChoiceField
        name="found"
        label="Answer"
        value={params.given.found?.[0]}
        options={[{ value: '1', label: 'found something' }]}
      />
    </FilterBar>
  )
}
