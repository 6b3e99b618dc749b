import { type Column, DataTable } from '@/components/data-table/data-table'
import { Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { Mono } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { AgentRow } from '@/lib/mig/agents/queries'
import { agentList } from '@/lib/mig/agents/search-params'
import { agentStatus } from '@/lib/mig/wire/status'
import type { Page } from '@/lib/page'
import { StateBadge } from './state-badge'
import { VersionText } from './version-text'

function agentColumns(now: string, folded: boolean): Column<AgentRow>[] {
  return [
    { id: 'name', header: 'Name', sort: 'name', cell: (row) => <bdi>{visibleText(row.name)}</bdi> },
    { id: 'state', header: 'State', cell: (row) => <StateBadge state={row.state} bare /> },
    {
      id: 'seen',
      header: 'Last seen',
      sort: 'seen',
      cell: (row) => <Moment at={row.last_seen} now={now} none="no moment" />,
    },
    { id: 'os', header: 'System', sort: 'os', cell: (row) => visibleText(row.os) },
    {
      id: 'version',
      header: 'Version',
      sort: 'version',
      cell: (row) => <VersionText short>{row.version}</VersionText>,
    },
    {
      id: 'processes',
      header: 'Rows',
      align: 'right',
      hidden: !folded,
      cell: (row) => (row.processes === null ? '1' : formatNumber(row.processes)),
    },
    { id: 'pid', header: 'Pid', align: 'right', hidden: folded, cell: (row) => row.pid },
    {
      id: 'start',
      header: 'Started',
      sort: 'start',
      cell: (row) => <Moment at={row.starttime} now={now} none="no moment" />,
    },
    {
      id: 'status',
      header: 'Stored status',
      hidden: folded,
      cell: (row) => <StatusBadge {...agentStatus(row.status)} bare />,
    },
    {
      id: 'queueloc',
      header: 'Queue',
      cell: (row) => (
        <span className="block max-w-60 truncate text-faint" title={row.queueloc}>
          <Mono className="break-normal">{row.queueloc}</Mono>
        </span>
      ),
    },
    { id: 'id', header: 'Id', hidden: true, cell: (row) => <Mono>{row.id}</Mono> },
  ]
}

/** The table of /agents: endpoints, or processes. */
export function AgentTable({
  params,
  page,
  now,
}: {
  params: ListParams<(typeof agentList)['filters']>
  page: Page<AgentRow>
  now: string
}) {
  const folded = params.filters.rows === 'endpoints'
  const filtered = Object.keys(params.given).some((name) => name !== 'rows')
  return (
    <DataTable
      list={agentList}
      params={params}
      page={page}
      columns={agentColumns(now, folded)}
      rowKey={(row) => row.id}
      rowHref={(row) => `/agents/${row.id}`}
      caption={folded ? 'Endpoints' : 'Agent processes'}
      empty={
        filtered ? (
          <NothingMatches
            what={folded ? 'endpoints' : 'processes'}
            clearHref={agentList.href({ ...params, given: folded ? {} : { rows: ['processes'] } })}
            framed={false}
          >
            {folded && 'Filters look at the newest row of an endpoint; older ones are among the processes.'}
          </NothingMatches>
        ) : (
          <EmptyState title="No agent has registered yet" icon="agent" framed={false}>
            An agent appears here with its first heartbeat.
          </EmptyState>
        )
      }
    />
  )
}
