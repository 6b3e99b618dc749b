import { StateBadge } from '@/components/agents/state-badge'
import { VersionText } from '@/components/agents/version-text'
import { type Column, DataTable } from '@/components/data-table/data-table'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import type { EndpointState } from '@/lib/mig/agents/status'
import { CHANGE_MEANING } from '@/lib/mig/health/changes'
import type { ChangedEndpoint } from '@/lib/mig/health/past-queries'
import { type DifferenceParams, differenceList } from '@/lib/mig/health/search-params'
import type { Page } from '@/lib/page'
import { pastColumns } from './past-table'

const AWAY = <span className="text-faint">not there</span>

const State = ({ state }: { state: EndpointState | null }) => (state ? <StateBadge state={state} bare /> : AWAY)

/** The endpoints to which one change happened between two moments. */
export function DifferenceTable({
  params,
  page,
  after,
  stored,
}: {
  params: DifferenceParams
  page: Page<ChangedEndpoint>
  after: string
  stored: ReadonlySet<string>
}) {
  const { name, since, seen, os, version, queueloc } = pastColumns<ChangedEndpoint>(after)
  const { label, meaning } = CHANGE_MEANING[params.filters.change]
  const columns: Column<ChangedEndpoint>[] = [
    name,
    { id: 'before', header: 'Before', cell: (row) => <State state={row.stateBefore} /> },
    { id: 'after', header: 'After', cell: (row) => <State state={row.state} /> },
    since,
    seen,
    {
      id: 'version-before',
      header: 'Version before',
      hidden: params.filters.change !== 'upgraded',
      cell: (row) => (row.versionBefore === null ? AWAY : <VersionText>{row.versionBefore}</VersionText>),
    },
    version,
    os,
    queueloc,
  ]
  const narrowed = ['name', 'queueloc', 'os', 'version'].some((filter) => params.given[filter])
  return (
    <DataTable
      list={differenceList}
      params={params}
      page={page}
      columns={columns}
      rowKey={(row) => row.queueloc}
      rowHref={(row) => (stored.has(row.agentId) ? `/agents/${row.agentId}` : null)}
      caption={`Endpoints: ${label}`}
      empty={
        narrowed ? (
          <NothingMatches
            what="endpoints"
            clearHref={differenceList.href(params, {
              filters: { name: null, queueloc: null, os: null, version: null },
            })}
            framed={false}
          />
        ) : (
          <EmptyState title={`No endpoint is ${label}`} icon="circle-check" framed={false}>
            An endpoint is {label} when it {meaning}.
          </EmptyState>
        )
      }
    />
  )
}
