import { type Column, DataTable } from '@/components/data-table/data-table'
import { ExactMoment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { Icon } from '@/components/ui/icon'
import { Mono } from '@/components/ui/mono'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { formatAge, formatNumber, instantMillis } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { OfflineRow } from '@/lib/mig/agents/queries'
import { offlineList } from '@/lib/mig/agents/search-params'
import type { Page } from '@/lib/page'
import { VersionText } from './version-text'

const NO_ROW = 'Its last row was not found'

function lostFor(row: OfflineRow, now: string): string | null {
  const at = row.last_seen && instantMillis(row.last_seen)
  const base = instantMillis(now)
  return at && base ? formatAge(base - at) : null
}

function offlineColumns(now: string): Column<OfflineRow>[] {
  return [
    { id: 'name', header: 'Name', sort: 'name', cell: (row) => <bdi>{visibleText(row.name)}</bdi> },
    {
      id: 'lost',
      header: 'Lost for',
      cell: (row) => (
        <span className="inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-bad">
          <Icon name="offline" className="size-3.5" />
          {lostFor(row, now) ?? <Unknown why="Its last heartbeat is no moment" />}
        </span>
      ),
    },
    {
      id: 'seen',
      header: 'Last heartbeat',
      sort: 'seen',
      cell: (row) => <ExactMoment at={row.last_seen} none="no moment" />,
    },
    { id: 'os', header: 'System', cell: (row) => (row.os === null ? <Unknown why={NO_ROW} /> : visibleText(row.os)) },
    {
      id: 'version',
      header: 'Last version',
      cell: (row) => (row.version === null ? <Unknown why={NO_ROW} /> : <VersionText>{row.version}</VersionText>),
    },
    {
      id: 'rows',
      header: 'Rows seen',
      align: 'right',
      hidden: true,
      cell: (row) => formatNumber(row.rows),
    },
    {
      id: 'queueloc',
      header: 'Queue',
      cell: (row) =>
        row.queueloc === null ? (
          <Unknown why={NO_ROW} />
        ) : (
          <span className="block max-w-80 truncate text-faint" title={row.queueloc}>
            <Mono className="break-normal">{row.queueloc}</Mono>
          </span>
        ),
    },
  ]
}

/** The table of /agents/offline: names as documented, or endpoints. */
export function OfflineTable({
  params,
  page,
  now,
}: {
  params: ListParams<(typeof offlineList)['filters']>
  page: Page<OfflineRow>
  now: string
}) {
  const byName = params.filters.by === 'name'
  return (
    <DataTable
      list={offlineList}
      params={params}
      page={page}
      columns={offlineColumns(now)}
      rowKey={(row) => row.id ?? row.name}
      rowHref={(row) => (row.id ? `/agents/${row.id}` : `/agents?name=${encodeURIComponent(row.name)}`)}
      caption={byName ? 'Offline names' : 'Offline endpoints'}
      empty={
        params.filters.name ? (
          <NothingMatches what="offline agents" clearHref={offlineList.path} framed={false} />
        ) : (
          <EmptyState title="Nothing is offline" icon="circle-check" framed={false}>
            {byName ? 'Every name' : 'Every endpoint'} that was seen in the first window has been heard in the second.
          </EmptyState>
        )
      }
    />
  )
}
