import { StateBadge } from '@/components/agents/state-badge'
import { VersionText } from '@/components/agents/version-text'
import { type Column, DataTable } from '@/components/data-table/data-table'
import { Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { Mono } from '@/components/ui/mono'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import type { PastEndpoint } from '@/lib/mig/health/past-queries'
import { type PastParams, pastList } from '@/lib/mig/health/search-params'
import type { Page } from '@/lib/page'

/** Columns that every list of past endpoints has; moments are seen from `at`. */
export function pastColumns<Row extends Omit<PastEndpoint, 'state'>>(
  at: string,
): Record<'name' | 'since' | 'seen' | 'os' | 'version' | 'queueloc', Column<Row>> {
  return {
    name: { id: 'name', header: 'Name', sort: 'name', cell: (row) => <bdi>{visibleText(row.name)}</bdi> },
    since: {
      id: 'since',
      header: 'In it since',
      sort: 'since',
      cell: (row) => <Moment at={row.stateSince} now={at} none="not known" />,
    },
    seen: {
      id: 'seen',
      header: 'Last heartbeat',
      sort: 'seen',
      cell: (row) =>
        row.seen ? (
          <Moment at={row.seen} now={at} />
        ) : (
          <Unknown why="It beat at that moment: the history keeps the last heartbeat of those that fell silent" />
        ),
    },
    os: { id: 'os', header: 'System', sort: 'os', cell: (row) => visibleText(row.os) },
    version: {
      id: 'version',
      header: 'Version',
      sort: 'version',
      cell: (row) => <VersionText>{row.version}</VersionText>,
    },
    queueloc: {
      id: 'queueloc',
      header: 'Queue',
      cell: (row) => (
        <span className="block max-w-72 truncate text-faint" title={visibleText(row.queueloc)}>
          <Mono className="break-normal">{row.queueloc}</Mono>
        </span>
      ),
    },
  }
}

/** The endpoints of a past moment; those of which MIG still has a row lead to it. */
export function PastTable({
  params,
  page,
  at,
  stored,
}: {
  params: PastParams
  page: Page<PastEndpoint>
  at: string
  stored: ReadonlySet<string>
}) {
  const { name, since, seen, os, version, queueloc } = pastColumns<PastEndpoint>(at)
  const state: Column<PastEndpoint> = {
    id: 'state',
    header: 'State then',
    cell: (row) => <StateBadge state={row.state} bare />,
  }
  return (
    <DataTable
      list={pastList}
      params={params}
      page={page}
      columns={[name, state, since, seen, os, version, queueloc]}
      rowKey={(row) => row.queueloc}
      rowHref={(row) => (stored.has(row.agentId) ? `/agents/${row.agentId}` : null)}
      caption="Endpoints at that moment"
      empty={
        Object.keys(params.given).some((given) => given !== 'at') ? (
          <NothingMatches
            what="endpoints"
            clearHref={pastList.href({ ...params, given: params.given.at ? { at: params.given.at } : {} })}
            framed={false}
          />
        ) : (
          <EmptyState title="No endpoint was known at this moment" icon="agent" framed={false}>
            An endpoint is in the history from its first heartbeat on.
          </EmptyState>
        )
      }
    />
  )
}
