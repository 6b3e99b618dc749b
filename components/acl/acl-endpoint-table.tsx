import { StateBadge } from '@/components/agents/state-badge'
import { type Column, DataTable } from '@/components/data-table/data-table'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { ListParams } from '@/lib/list-params'
import type { AclEndpointRow } from '@/lib/mig/acl/acl-lists'
import { aclEndpointList, aclFileView } from '@/lib/mig/acl/search-params'
import type { Page } from '@/lib/page'
import { FileStateMark } from './file-state'

type Params = ListParams<(typeof aclEndpointList)['filters']>

const columnsAt = (now: string): Column<AclEndpointRow>[] => [
  { id: 'name', header: 'Endpoint', sort: 'name', cell: (row) => <bdi>{visibleText(row.name)}</bdi> },
  { id: 'state', header: 'State', cell: (row) => <StateBadge state={row.state} bare /> },
  { id: 'os', header: 'System', cell: (row) => visibleText(row.os) },
  {
    id: 'digest',
    header: 'ACL',
    cell: (row) => (
      <TextLink href={`${aclFileView.path}?group=${row.digest}`}>
        <Mono>{row.digest.slice(0, 12)}</Mono>
      </TextLink>
    ),
  },
  { id: 'file', header: 'Last file', cell: (row) => <FileStateMark file={row.file} now={now} /> },
  { id: 'queueloc', header: 'Queue', hidden: true, cell: (row) => <Mono>{row.queueloc}</Mono> },
]

/** Endpoints with their ACL and its last file; a row leads to the endpoint's own files. */
export function AclEndpointTable({ params, page, now }: { params: Params; page: Page<AclEndpointRow>; now: string }) {
  return (
    <DataTable
      list={aclEndpointList}
      params={params}
      page={page}
      columns={columnsAt(now)}
      rowKey={(row) => row.id}
      rowHref={(row) => `${aclFileView.path}?agent=${row.id}`}
      caption="Endpoints and their ACLs"
      empty={
        Object.keys(params.given).length > 0 ? (
          <NothingMatches what="endpoints" clearHref={aclEndpointList.path} framed={false} />
        ) : (
          <EmptyState title="No agent has registered yet" icon="agent" framed={false}>
            Endpoints appear here with their first heartbeat.
          </EmptyState>
        )
      }
    />
  )
}
