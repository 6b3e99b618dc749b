import { type Column, DataTable } from '@/components/data-table/data-table'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { AclGroupRow } from '@/lib/mig/acl/acl-lists'
import { aclEndpointList, aclFileView, aclGroupList } from '@/lib/mig/acl/search-params'
import type { Page } from '@/lib/page'

type Params = ListParams<(typeof aclGroupList)['filters']>

const SHOWN = 4

/** What an ACL says, in a line: its modules with their minimums. */
function Said({ row }: { row: AclGroupRow }) {
  if (row.modules === null) return <span className="text-muted">changed since it was grouped</span>
  if (row.modules.length === 0) return <span className="text-muted">no rule: agents refuse everything</span>
  return (
    <>
      {row.modules.slice(0, SHOWN).map(({ name, minimum, people }, i) => (
        <span key={name} title={`${formatCount(people, 'person', 'people')} listed`}>
          {i > 0 && ', '}
          <bdi>{visibleText(name)}</bdi> <span className="tabular-nums">{formatNumber(minimum)}</span>
        </span>
      ))}
      {row.modules.length > SHOWN && <span className="text-muted"> and {row.modules.length - SHOWN} more</span>}
    </>
  )
}

function columnsFor(params: Params): Column<AclGroupRow>[] {
  // The endpoints of a row are those that it counted: under the same filters.
  const endpoints = (row: AclGroupRow, file?: string) =>
    aclEndpointList.href(
      { ...params, given: {}, filters: {} as never, sort: aclEndpointList.defaultSort },
      { filters: { ...params.given, group: row.digest, ...(file ? { file } : {}) } },
    )
  return [
    {
      id: 'example',
      header: 'Endpoints such as',
      cell: (row) => <bdi>{row.name === null ? `agent ${row.example}` : visibleText(row.name)}</bdi>,
    },
    { id: 'says', header: 'Minimum weights', cell: (row) => <Said row={row} /> },
    {
      id: 'endpoints',
      header: 'Endpoints',
      sort: 'endpoints',
      align: 'right',
      cell: (row) => <TextLink href={endpoints(row)}>{formatNumber(row.endpoints)}</TextLink>,
    },
    { id: 'digest', header: 'ACL', cell: (row) => <Mono>{row.digest.slice(0, 12)}</Mono> },
    {
      id: 'file',
      header: 'Last file',
      cell: (row) =>
        row.known === 0 ? (
          <span className="text-muted">none known</span>
        ) : row.differing > 0 ? (
          <TextLink href={endpoints(row, 'differs')}>
            <StatusBadge label={`differs on ${formatNumber(row.differing)}`} tone="attention" bare />
          </TextLink>
        ) : (
          <StatusBadge
            label={
              row.known === row.endpoints
                ? 'as the last file'
                : `same on ${formatNumber(row.known)}, none known of ${formatNumber(row.endpoints - row.known)}`
            }
            tone={row.known === row.endpoints ? 'good' : 'neutral'}
            bare
          />
        ),
    },
  ]
}

/** The different ACLs of the fleet, with how many endpoints have each. */
export function AclGroupTable({ params, page }: { params: Params; page: Page<AclGroupRow> }) {
  return (
    <DataTable
      list={aclGroupList}
      params={params}
      page={page}
      columns={columnsFor(params)}
      rowKey={(row) => row.digest}
      rowHref={(row) => `${aclFileView.path}?group=${row.digest}`}
      caption="ACLs of the endpoints"
      empty={
        Object.keys(params.given).length > 0 ? (
          <NothingMatches what="ACLs" clearHref={aclGroupList.all} framed={false} />
        ) : (
          <EmptyState title="No agent has registered yet" icon="agent" framed={false}>
            Endpoints and their ACLs appear here with the first heartbeat.
          </EmptyState>
        )
      }
    />
  )
}
