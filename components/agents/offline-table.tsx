import { use } from 'react'
import { type Column, DataTable } from '@/components/data-table/data-table'
import { ExactMoment, Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { Icon } from '@/components/ui/icon'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { formatAge, formatExact, formatNumber, formatShort, instantMillis } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { OfflineRow } from '@/lib/mig/agents/offline-queries'
import { offlineList } from '@/lib/mig/agents/search-params'
import { commandStatus } from '@/lib/mig/wire/status'
import type { Page } from '@/lib/page'
import { viewerZone } from '@/lib/viewer-zone'
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
      sort: 'seen',
      cell: (row) => (
        <>
          <span className="inline-flex items-baseline gap-1.5 whitespace-nowrap font-medium text-bad">
            <Icon name="offline" className="size-3.5 self-center" />
            {lostFor(row, now) ?? <Unknown why="Its last heartbeat is no moment" />}
            {row.last_seen && <Since at={row.last_seen} now={now} />}
          </span>
          {row.heard && <Heard heard={row.heard} />}
        </>
      ),
    },
    {
      id: 'seen',
      header: 'Last heartbeat',
      hidden: true,
      cell: (row) => <ExactMoment at={row.last_seen} none="no moment" />,
    },
    { id: 'os', header: 'System', cell: (row) => (row.os === null ? <Unknown why={NO_ROW} /> : visibleText(row.os)) },
    {
      id: 'version',
      header: 'Last version',
      cell: (row) => (row.version === null ? <Unknown why={NO_ROW} /> : <VersionText short>{row.version}</VersionText>),
    },
    {
      id: 'rows',
      header: 'Rows seen',
      align: 'right',
      hidden: true,
      cell: (row) => formatNumber(row.rows),
    },
    {
      id: 'tags',
      header: 'Tags',
      cell: (row) => <TagText tags={row.tags} />,
    },
    {
      id: 'missed',
      header: 'Missed commands',
      cell: (row) => <Missed row={row} now={now} />,
    },
    {
      id: 'queueloc',
      header: 'Queue',
      hidden: true,
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

function Since({ at, now }: { at: string; now: string }) {
  const zone = use(viewerZone())
  return (
    <time dateTime={at} title={formatExact(at, zone)} className="font-normal text-muted text-xs">
      {formatShort(at, { now, zone })}
    </time>
  )
}

/** Who hides it from the other answer. */
function Heard({ heard }: { heard: NonNullable<OfflineRow['heard']> }) {
  return (
    <TextLink href={`/agents/${heard.id}`} className="block max-w-48 truncate text-xs">
      {heard.sameQueue ? (
        <>
          queue heard as <bdi>{visibleText(heard.name)}</bdi>
        </>
      ) : (
        'name heard on another queue'
      )}
    </TextLink>
  )
}

function TagText({ tags }: { tags: OfflineRow['tags'] }) {
  if (tags === null) return <Unknown why={NO_ROW} />
  if (tags.kind !== 'known') return <Unknown why={tags.why} />
  const text = tags.value.map(({ key, value }) => `${key}=${value}`).join(', ')
  return (
    <bdi className="block max-w-40 truncate" title={visibleText(text)}>
      {visibleText(text)}
    </bdi>
  )
}

function Missed({ row, now }: { row: OfflineRow; now: string }) {
  if (row.missed.length === 0) return <span className="text-faint">none</span>
  const more = row.missedCount - row.missed.length
  return (
    <ul>
      {row.missed.map((command) => (
        <li key={command.id} className="flex max-w-64 items-baseline gap-x-2 whitespace-nowrap">
          <TextLink href={`/commands/${command.id}`} className="min-w-0 truncate">
            <bdi title={visibleText(command.action ?? command.id)}>{visibleText(command.action ?? command.id)}</bdi>
          </TextLink>
          <span className="flex-none text-muted text-xs">
            {commandStatus(command.status).label}, <Moment at={command.starttime} now={now} />
          </span>
        </li>
      ))}
      {more > 0 && row.queueloc && (
        <li>
          <TextLink href={`/commands?queueloc=${encodeURIComponent(row.queueloc)}`}>
            and {formatNumber(more)} more
          </TextLink>
        </li>
      )}
    </ul>
  )
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
        params.filters.name || params.filters.lost || params.filters.only ? (
          <NothingMatches what="offline agents" clearHref={offlineList.all} framed={false} />
        ) : (
          <EmptyState title="Nothing is offline" icon="circle-check" framed={false}>
            {byName ? 'Every name' : 'Every endpoint'} that was seen in the first window has been heard in the second.
          </EmptyState>
        )
      }
    />
  )
}
