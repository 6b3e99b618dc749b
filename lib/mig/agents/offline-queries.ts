import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { countRows, countSql, fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { type ReadSettings, reader } from '@/lib/db/read'
import { ranBy, ranSql } from '@/lib/db/shown-sql'
import type { ExportColumn, ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { RanPage, RanSql, Total } from '@/lib/page'
import { thresholds } from './bounds'
import {
  heardElsewhereSql,
  lastRowsSql,
  missedCommandsSql,
  offlineEndpointsQuery,
  offlineNamesBySeenQuery,
  offlineNamesQuery,
  tagsSql,
} from './offline.sql'
import { JSON_LIMIT, type Reading, readTags, type Tag } from './schema'
import type { offlineList } from './search-params'
import { earlier } from './state'

type OfflineParams = ListParams<(typeof offlineList)['filters']>

export type MissedCommand = { id: MigId; action: string | null; status: string; starttime: Instant | null }

export type OfflineRow = {
  name: string
  last_seen: Instant | null
  id: MigId | null
  queueloc: string | null
  os: string | null
  version: string | null
  /** How many agent rows of this name, or 1 for an endpoint, were seen in the window. */
  rows: number
  tags: Reading<Tag[]> | null
  /** The newest commands that its endpoint never answered, and how many there are. */
  missed: MissedCommand[]
  missedCount: number
  /** Who hides it from the other answer: the name heard from another queue, or its queue heard under another name. */
  heard: { id: MigId; name: string; sameQueue: boolean } | null
}

const MISSED_SHOWN = 3

type RowFacts = Pick<OfflineRow, 'tags' | 'missed' | 'missedCount' | 'heard'>

async function factsOf(
  ids: MigId[],
  params: OfflineParams,
  now: Instant,
): Promise<{ of: (id: MigId | null) => RowFacts; ran: RanSql[] }> {
  const facts = new Map<MigId, RowFacts>()
  const ran: RanSql[] = []
  if (ids.length) {
    const tagged = tagsSql(ids, JSON_LIMIT)
    const unanswered = missedCommandsSql(ids, thresholds().period, MISSED_SHOWN)
    const elsewhere = heardElsewhereSql(ids, earlier(now, params.filters.silent))
    const [tags, missed, heard] = await Promise.all([
      reader().query<{ id: MigId; tags: string | null }>(tagged),
      reader().query<MissedCommand & { agent: MigId; of: string }>(unanswered),
      reader().query<{ id: MigId; heard_id: MigId; heard_name: string; same_queue: boolean }>(elsewhere),
    ])
    ran.push(
      ranSql('tags of these rows', tagged, now),
      ranSql('commands that these endpoints missed', unanswered, now),
      ranSql('who is heard nevertheless', elsewhere, now),
    )
    for (const row of tags.rows)
      facts.set(row.id, { tags: readTags(row.tags), missed: [], missedCount: 0, heard: null })
    for (const { agent, of, ...command } of missed.rows) {
      const fact = facts.get(agent)
      fact?.missed.push(command)
      if (fact) fact.missedCount = Number(of)
    }
    for (const row of heard.rows) {
      const fact = facts.get(row.id)
      if (fact) fact.heard = { id: row.heard_id, name: row.heard_name, sameQueue: row.same_queue }
    }
  }
  return { of: (id) => facts.get(id as MigId) ?? { tags: null, missed: [], missedCount: 0, heard: null }, ran }
}

async function offlineQuery(params: OfflineParams, now: Instant): Promise<ListQuery> {
  return params.filters.by === 'name'
    ? offlineNamesQuery(params, now)
    : offlineEndpointsQuery(await vintage(), params, now)
}

/** One page of the offline question: names as documented, or endpoints. */
export async function listOffline(_viewer: Viewer, params: OfflineParams, now: Instant): Promise<RanPage<OfflineRow>> {
  const query = await offlineQuery(params, now)
  const byName = params.filters.by === 'name'
  // A name that few have is sooner found by the fold.
  const inOrder =
    byName && params.sort.key === 'seen' && !params.filters.name ? offlineNamesBySeenQuery(params, now) : query
  const [page, total] = await Promise.all([fetchPage<LastRow & OfflineName>(inOrder, params), countRows(query)])
  const last = byName
    ? await lastRows(
        page.rows.map((row) => row.name),
        params,
        now,
      )
    : null
  const found = page.rows.map(({ name, last_seen, id, queueloc, os, version }) => ({
    name,
    last_seen,
    ...(last ? (last.byName.get(name) ?? NO_ROW) : { id, queueloc, os, version, rows: 1 }),
  }))
  const facts = await factsOf(
    found.flatMap((row) => row.id ?? []),
    params,
    now,
  )
  const ran = [
    ...ranBy(query, params, byName ? 'offline names' : 'offline endpoints', now, inOrder),
    ...(last?.ran ?? []),
    ...facts.ran,
  ]
  return { ...page, total, ran, rows: found.map((row) => ({ ...row, ...facts.of(row.id) })) }
}

export type OfflineDifference = {
  /** Endpoints that are silent while another queue is heard under their name: missing by name. */
  hidden: Total
  /** Names that are silent while their queue went on under another name: missing by endpoint. */
  renamed: Total
  ran: RanSql[]
}

/** What one of the two answers has and the other has not, with the same windows. */
export async function compareOffline(_viewer: Viewer, params: OfflineParams, now: Instant): Promise<OfflineDifference> {
  // Folds the fleet, once a minute for everybody: it must come to its end also when many ask for pages.
  const asked = (by: 'name' | 'endpoint', what: string) =>
    countShown({ ...params, filters: { ...params.filters, by, only: true } }, what, now, {
      oneCore: true,
      timeout: '60s',
    })
  // One after the other: nobody but the first waits for them, and the other core is the pages'.
  const hidden = await asked('endpoint', 'number of endpoints missing by name')
  const renamed = await asked('name', 'number of names missing by endpoint')
  return { hidden: hidden.total, renamed: renamed.total, ran: [hidden.ran, renamed.ran] }
}

type OfflineName = Pick<OfflineRow, 'name' | 'last_seen'>
type LastRow = Pick<OfflineRow, 'id' | 'queueloc' | 'os' | 'version' | 'rows'>
const NO_ROW: LastRow = { id: null, queueloc: null, os: null, version: null, rows: 0 }

async function lastRows(
  names: string[],
  params: OfflineParams,
  now: Instant,
): Promise<{ byName: Map<string, LastRow>; ran: RanSql[] }> {
  if (names.length === 0) return { byName: new Map(), ran: [] }
  const statement = lastRowsSql(await vintage(), names, earlier(now, params.filters.seen))
  const { rows } = await reader().query<Omit<LastRow, 'rows'> & { name: string; rows: string }>(statement)
  const byName = new Map(rows.map(({ name, rows: n, ...row }) => [name, { ...row, rows: Number(n) }]))
  return { byName, ran: [ranSql('last rows of these names', statement, now)] }
}

async function countShown(
  params: OfflineParams,
  what: string,
  now: Instant,
  settings: ReadSettings = {},
): Promise<{ total: Total; ran: RanSql }> {
  const query = await offlineQuery(params, now)
  return { total: await countRows({ ...query, ...settings }), ran: ranSql(what, countSql(query), now) }
}

/** How many names or endpoints the offline question finds, counted up to a limit. */
export async function countOffline(_viewer: Viewer, params: OfflineParams, now: Instant): Promise<Total> {
  return countRows(await offlineQuery(params, now))
}

/** The same with the statement that counted. */
export function countOfflineShown(_viewer: Viewer, params: OfflineParams, now: Instant) {
  return countShown(params, `number of offline ${params.filters.by === 'name' ? 'names' : 'endpoints'}`, now)
}

/** The whole offline list in its order. */
export async function exportOffline(_viewer: Viewer, params: OfflineParams, now: Instant): Promise<ExportSource> {
  const query = await offlineQuery(params, now)
  const columns: ExportColumn[] = [
    { name: 'name', kind: 'text' },
    { name: 'last_seen', kind: 'time' },
    { name: 'id', kind: 'id' },
    { name: 'queueloc', kind: 'text' },
    { name: 'os', kind: 'text' },
    { name: 'version', kind: 'text' },
  ]
  async function* withLastRows() {
    for await (const batch of streamRows<{ name: string; last_seen: Instant | null }>(query, params)) {
      const last = await lastRows(
        batch.map((row) => row.name),
        params,
        now,
      )
      yield batch.map((row) => ({ ...row, ...(last.byName.get(row.name) ?? NO_ROW) }))
    }
  }
  return { columns, rows: params.filters.by === 'name' ? withLastRows() : streamRows(query, params) }
}
