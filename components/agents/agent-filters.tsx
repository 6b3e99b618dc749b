import { ChoiceField, FilterBar, MoreFilters, PairFields, TextField } from '@/components/data-table/filter-bar'
import type { ListDefinition, ListParams } from '@/lib/list-params'
import type { agentList } from '@/lib/mig/agents/search-params'
import { AGENT_STATUSES, agentStatus } from '@/lib/mig/wire/status'
import { StateField } from './state-field'

const SYSTEMS = ['linux', 'darwin', 'windows']

const FIRST = ['name', 'queueloc', 'os', 'version', 'state', 'status', 'id']
const MORE = ['tag', 'env', 'within', 'silent', 'double', 'period', 'timeout', 'gone']

type Filters = (typeof agentList)['filters']

/** The filters of /agents, and of the same rows in groups. */
export function AgentFilters<F extends Filters>({
  list,
  params,
}: {
  list: ListDefinition<F>
  params: ListParams<F> & Pick<ListParams<Filters>, 'filters'>
}) {
  const { filters, given } = params
  const systems = filters.os && !SYSTEMS.includes(filters.os) ? [...SYSTEMS, filters.os] : SYSTEMS
  return (
    <FilterBar list={list} params={params} names={[...FIRST, ...MORE]} keep={['by']}>
      <TextField name="name" label="Name" value={filters.name} />
      <TextField name="queueloc" label="Queue" value={filters.queueloc} />
      <ChoiceField
        name="os"
        label="System"
        value={filters.os}
        options={systems.map((value) => ({ value, label: value }))}
      />
      <TextField name="version" label="Version" value={filters.version} width="w-32" />
      <StateField given={given.state} />
      <ChoiceField
        name="status"
        label="Stored status"
        value={given.status?.join(',')}
        options={AGENT_STATUSES.map((value) => ({ value, label: agentStatus(value).label }))}
      />
      <TextField name="id" label="Id, in any form" value={given.id?.[0]} width="w-40" />
      <MoreFilters
        label="More filters, and what the states are judged by"
        open={MORE.some((name) => given[name] !== undefined)}
      >
        <PairFields name="tag" given={given.tag} />
        <PairFields name="env" given={given.env} width="w-52" />
        <TextField name="within" label="Seen in the last" value={given.within?.[0]} width="w-28" />
        <TextField name="silent" label="Silent for" value={given.silent?.[0]} width="w-28" />
        <ChoiceField
          name="double"
          label="Double"
          value={given.double?.[0]}
          options={[{ value: '1', label: 'doubles only' }]}
        />
        <TextField name="period" label="Heartbeat period" value={given.period?.[0]} width="w-28" />
        <TextField name="timeout" label="Agent time-out" value={given.timeout?.[0]} width="w-28" />
        <TextField name="gone" label="Gone after" value={given.gone?.[0]} width="w-28" />
      </MoreFilters>
    </FilterBar>
  )
}
