import { type Column, DataTable } from '@/components/data-table/data-table'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber, formatPercent } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { AgentGroup } from '@/lib/mig/agents/group-queries'
import { groupKeyLabel, groupText } from '@/lib/mig/agents/groups'
import { agentGroupList, agentList } from '@/lib/mig/agents/search-params'
import { type EndpointState, STATE_MEANING } from '@/lib/mig/agents/status'
import type { Page } from '@/lib/page'
import { GroupValue } from './group-value'
import { StateBar } from './state-bar'

type Params = ListParams<(typeof agentGroupList)['filters']>

/** The address of exactly the rows of a group, or of those of them in one state. */
function rowsHref(params: Params, { group }: AgentGroup, state?: EndpointState): string {
  const { by: _, ...given } = params.given
  const filters = { in: [...(given.in ?? []), groupText(group)], ...(state ? { state } : {}) }
  const { sort: __, after: ___, before: ____, ...rest } = params
  return agentList.href({ ...rest, given, columns: null, sort: agentList.defaultSort } as never, { filters })
}

function groupColumns(params: Params, grouped: number): Column<AgentGroup>[] {
  const label = visibleText(groupKeyLabel(params.filters.by))
  const stateColumn = (state: EndpointState): Column<AgentGroup> => ({
    id: state,
    header: STATE_MEANING[state].label,
    align: 'right',
    hidden: state === 'ahead' || state === 'unknown' || state === 'destroyed',
    cell: (row) =>
      row.byState[state] === 0 ? (
        <span className="text-faint">0</span>
      ) : (
        <TextLink href={rowsHref(params, row, state)}>{formatNumber(row.byState[state])}</TextLink>
      ),
  })
  return [
    {
      id: 'value',
      header: label.charAt(0).toUpperCase() + label.slice(1),
      sort: 'value',
      cell: ({ group }) => <GroupValue group={group} />,
    },
    {
      id: 'count',
      header: params.filters.rows === 'endpoints' ? 'Endpoints' : 'Processes',
      sort: 'count',
      align: 'right',
      className: 'font-semibold',
      cell: (row) => formatNumber(row.count),
    },
    { id: 'share', header: 'Of all', align: 'right', cell: (row) => formatPercent(row.count, grouped) },
    {
      id: 'states',
      header: 'By state',
      className: 'min-w-40',
      cell: (row) => <StateBar label="By state" byState={row.byState} total={row.count} />,
    },
    ...(['online', 'late', 'unreachable', 'gone', 'destroyed', 'ahead', 'unknown'] as const).map(stateColumn),
  ]
}

/** The table of /agents/groups: what the rows of the agent list have in common, and how many there are in each state. */
export function GroupTable({ params, page, grouped }: { params: Params; page: Page<AgentGroup>; grouped: number }) {
  const filtered = Object.keys(params.given).some((name) => name !== 'rows' && name !== 'by')
  return (
    <DataTable
      list={agentGroupList}
      params={params}
      page={page}
      columns={groupColumns(params, grouped)}
      rowKey={(row) => groupText(row.group)}
      rowHref={(row) => rowsHref(params, row)}
      caption="Groups of agents"
      empty={
        filtered ? (
          <NothingMatches
            what="agents"
            clearHref={agentGroupList.href({ ...params, given: params.given.by ? { by: params.given.by } : {} })}
            framed={false}
          />
        ) : (
          <EmptyState title="No agent has registered yet" icon="agent" framed={false}>
            A group appears here with the first agent in it.
          </EmptyState>
        )
      }
    />
  )
}
