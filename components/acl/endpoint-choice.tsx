import { StateBadge } from '@/components/agents/state-badge'
import { StateField } from '@/components/agents/state-field'
import { type Column, DataTable } from '@/components/data-table/data-table'
import { FilterBar, TextField } from '@/components/data-table/filter-bar'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { Mono } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import type { ListParams } from '@/lib/list-params'
import type { EndpointRow } from '@/lib/mig/acl/endpoints'
import { permissionList } from '@/lib/mig/acl/search-params'
import type { Page } from '@/lib/page'

const COLUMNS: Column<EndpointRow>[] = [
  { id: 'name', header: 'Endpoint', sort: 'name', cell: (row) => <bdi>{visibleText(row.name)}</bdi> },
  { id: 'state', header: 'State', cell: (row) => <StateBadge state={row.state} bare /> },
  { id: 'os', header: 'System', cell: (row) => visibleText(row.os) },
  { id: 'queueloc', header: 'Queue', cell: (row) => <Mono>{row.queueloc}</Mono> },
]

/** The endpoints to choose one from. */
export function EndpointChoice({
  params,
  page,
}: {
  params: ListParams<(typeof permissionList)['filters']>
  page: Page<EndpointRow>
}) {
  return (
    <>
      <FilterBar list={permissionList} params={params} names={['name', 'os', 'state', 'edit', 'row']} keep={['by']}>
        <TextField name="name" label="Name" value={params.filters.name} />
        <TextField name="os" label="System" value={params.filters.os} width="w-28" />
        <StateField given={params.given.state} />
      </FilterBar>
      <DataTable
        list={permissionList}
        params={params}
        page={page}
        columns={COLUMNS}
        rowKey={(row) => row.id}
        rowHref={(row) => `${permissionList.path}?by=endpoint&agent=${row.id}`}
        caption="Endpoints"
        exportable={false}
        empty={
          params.given.name || params.given.os || params.given.state ? (
            <NothingMatches what="endpoints" clearHref={`${permissionList.path}?by=endpoint`} framed={false} />
          ) : (
            <EmptyState title="No agent has registered yet" icon="agent" framed={false}>
              Endpoints appear here with their first heartbeat.
            </EmptyState>
          )
        }
      />
    </>
  )
}
