import { ChoiceField, FilterBar, TextField } from '@/components/data-table/filter-bar'
import type { ListParams } from '@/lib/list-params'
import { agentList } from '@/lib/mig/agents/search-params'
import { ENDPOINT_STATES, STATE_MEANING } from '@/lib/mig/agents/status'
import { AGENT_STATUSES, agentStatus } from '@/lib/mig/wire/status'

const SYSTEMS = ['linux', 'darwin', 'windows']

/** The filters of /agents. */
export function AgentFilters({ params }: { params: ListParams<(typeof agentList)['filters']> }) {
  const { filters, given } = params
  const systems = filters.os && !SYSTEMS.includes(filters.os) ? [...SYSTEMS, filters.os] : SYSTEMS
  const state = given.state?.join(',')
  const states = ENDPOINT_STATES.map((value) => ({ value: value as string, label: STATE_MEANING[value].label }))
  if (filters.state && filters.state.length > 1)
    states.push({ value: state ?? '', label: filters.state.map((one) => STATE_MEANING[one].label).join(', ') })
  return (
    <FilterBar list={agentList} params={params} names={['name', 'queueloc', 'os', 'version', 'state', 'status', 'id']}>
      <TextField name="name" label="Name" value={filters.name} />
      <TextField name="queueloc" label="Queue" value={filters.queueloc} />
      <ChoiceField
        name="os"
        label="System"
        value={filters.os}
        options={systems.map((value) => ({ value, label: value }))}
      />
      <TextField name="version" label="Version" value={filters.version} width="w-32" />
      <ChoiceField name="state" label="State" value={state} options={states} />
      <ChoiceField
        name="status"
        label="Stored status"
        value={given.status?.join(',')}
        options={AGENT_STATUSES.map((value) => ({ value, label: agentStatus(value).label }))}
      />
      <TextField name="id" label="Id, in any form" value={given.id?.[0]} width="w-40" />
    </FilterBar>
  )
}
