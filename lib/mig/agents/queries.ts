import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { allRowsSql, countRows, countSql, fetchPage, type ListQuery, pageSql, streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { ranSql } from '@/lib/db/shown-sql'
import { type Sql, sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import type { CopySource, ExportColumn, ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { agentOsSql, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { compareInstants, type Instant } from '@/lib/mig/wire/time'
import type { Page, RanSql, Total } from '@/lib/page'
import { type DoubleHint, doubleHints } from './doubles'
import { doubleParams, doubleProcessesSql, doublesQuery, killActionsSql, namesakesSql } from './doubles.sql'
import { type Group, groupKeyText, groupOf, groupText } from './groups'
import {
  agentColumnsSql,
  agentGroupsQuery,
  agentListQuery,
  NAMED_ROWS,
  namedRowsSql,
  processCountsSql,
} from './list.sql'
import {
  heardElsewhereSql,
  lastRowsSql,
  missedCommandsSql,
  offlineEndpointsQuery,
  offlineNamesBySeenQuery,
  offlineNamesQuery,
  tagsSql,
} from './offline.sql'
import { type Environment, JSON_LIMIT, type Reading, readEnvironment, readTags, type Tag } from './schema'
import type { agentGroupList, agentList, doubleList, offlineList } from './search-params'
import { earlier, type FleetBounds, stateBounds, type Thresholds, thresholdsOf } from './state'
import { endpointsSql, isNewestSql, QUEUES_AHEAD, queuesAheadSql } from './state.sql'
import { ENDPOINT_STATES, type EndpointState } from './status'

type AgentParams = ListParams<(typeof agentList)['filters']>
type OfflineParams = ListParams<(typeof offlineList)['filters']>
type DoubleParams = ListParams<(typeof doubleList)['filters']>

/** The thresholds of the states that this program runs with. */
export function thresholds(): Thresholds {
  return thresholdsOf(env())
}

const boundsAt = (now: Instant, by = thresholds()) => stateBounds(now, by)

/** The thresholds that the list's address asks for, else those of the settings. */
export function thresholdsFor({
  filters,
}: {
  filters: Partial<Record<'period' | 'timeout' | 'gone', number | undefined>>
}): Thresholds {
  const set = thresholds()
  return {
    ...set,
    period: filters.period ?? set.period,
    timeout: filters.timeout ?? set.timeout,
    goneAfter: filters.gone ?? set.goneAfter,
  }
}

/** Where the states begin at this moment, with the queues that are ahead of it, for questions about endpoints. */
export async function fleetBounds(now: Instant, by = thresholds()): Promise<FleetBounds> {
  const bounds = boundsAt(now, by)
  const { rows } = await reader().query<{ queueloc: string }>(queuesAheadSql(bounds.now))
  return { ...bounds, queuesAhead: rows.length > QUEUES_AHEAD ? null : [...new Set(rows.map((row) => row.queueloc))] }
}

export type AgentRow = {
  id: MigId
  name: string
  queueloc: string
  os: string
  version: string
  pid: number
  starttime: Instant | null
  destructiontime: Instant | null
  heartbeattime: Instant | null
  status: string | null
  state: EndpointState
  /** The newest heartbeat of the endpoint; of the process alone where the list shows processes. */
  last_seen: Instant | null
  /** How many rows the endpoint has; null where the list shows processes. */
  processes: number | null
}

type RawAgent = Omit<AgentRow, 'processes'>

/** A page with the statements that gave it. */
export type RanPage<Row> = Page<Row> & { ran: RanSql[] }

function ranBy(query: ListQuery, params: ListParams, what: string, now: Instant, page = query): RanSql[] {
  return [ranSql(what, pageSql(page, params), now), ranSql(`number of ${what}`, countSql(query), now)]
}

/** The list's SQL at this moment, for the page, the export and the count of new rows. */
export async function agentsQuery(_viewer: Viewer, params: AgentParams, now: Instant): Promise<ListQuery> {
  const by = thresholdsFor(params)
  const v = await vintage()
  const [bounds, named] = await Promise.all([
    params.filters.rows === 'endpoints' ? fleetBounds(now, by) : boundsAt(now, by),
    namedRows(namedRowsSql(v, params)),
  ])
  return agentListQuery(v, params, bounds, named)
}

async function namedRows(statement: Sql | null): Promise<MigId[] | null> {
  if (!statement) return null
  const { rows } = await reader().query<{ id: MigId }>(statement)
  return rows.length > NAMED_ROWS ? null : rows.map((row) => row.id)
}

/** One page of endpoints or processes. */
export async function listAgents(viewer: Viewer, params: AgentParams, now: Instant): Promise<RanPage<AgentRow>> {
  const query = await agentsQuery(viewer, params, now)
  const [page, total] = await Promise.all([fetchPage<RawAgent>(query, params), countRows(query)])
  const counts = new Map<string, number>()
  const ran = ranBy(query, params, params.filters.rows, now)
  if (params.filters.rows === 'endpoints' && page.rows.length) {
    const statement = processCountsSql([...new Set(page.rows.map((row) => row.queueloc))])
    const { rows } = await reader().query<{ queueloc: string; n: string }>(statement)
    for (const row of rows) counts.set(row.queueloc, Number(row.n))
    ran.push(ranSql('rows of these endpoints', statement, now))
  }
  const rows = page.rows.map((row) => ({ ...agentOf(row), processes: counts.get(row.queueloc) ?? null }))
  return { ...page, rows, total, ran }
}

function agentOf(row: RawAgent): RawAgent {
  const { id, name, queueloc, os, version, pid, starttime, destructiontime, heartbeattime, status, state, last_seen } =
    row
  return { id, name, queueloc, os, version, pid, starttime, destructiontime, heartbeattime, status, state, last_seen }
}

const AGENT_COLUMNS: ExportColumn[] = [
  { name: 'id', kind: 'id' },
  { name: 'name', kind: 'text' },
  { name: 'queueloc', kind: 'text' },
  { name: 'os', kind: 'text' },
  { name: 'version', kind: 'text' },
  { name: 'pid', kind: 'number' },
  { name: 'starttime', kind: 'time' },
  { name: 'destructiontime', kind: 'time' },
  { name: 'heartbeattime', kind: 'time' },
  { name: 'status', kind: 'text' },
  { name: 'environment', kind: 'json' },
  { name: 'tags', kind: 'json' },
  { name: 'state', kind: 'text' },
  { name: 'last_seen', kind: 'time' },
]

/** All rows of the list with the columns of MIG's table, the computed state and, for endpoints, their number of rows. */
export async function exportAgents(viewer: Viewer, params: AgentParams, now: Instant): Promise<CopySource> {
  const query = await agentsQuery(viewer, params, now)
  const select = sql`${query.select}, a.environment::text AS environment, a.tags::text AS tags`
  if (params.filters.rows === 'processes')
    return { columns: AGENT_COLUMNS, statement: allRowsSql({ ...query, select }, params) }
  const counted = {
    ...query,
    select: sql`${select}, c.n AS processes`,
    from: sql`${query.from} JOIN (SELECT queueloc, count(*) AS n FROM public.agents GROUP BY queueloc) c ON c.queueloc = a.queueloc`,
  }
  return { columns: [...AGENT_COLUMNS, { name: 'processes', kind: 'number' }], statement: allRowsSql(counted, params) }
}

type GroupParams = ListParams<(typeof agentGroupList)['filters']>

/** One group of the agent list: how many rows it has, and how many of them in each state. */
export type AgentGroup = { group: Group; count: number; byState: Record<EndpointState, number> }

type RawGroup = Record<EndpointState, string> & { value: string; count: string; groups: string; total: string }

async function groupQuery(params: GroupParams, now: Instant): Promise<ListQuery> {
  const by = thresholdsFor(params)
  const bounds = params.filters.rows === 'endpoints' ? await fleetBounds(now, by) : boundsAt(now, by)
  return agentGroupsQuery(await vintage(), params, params.filters.by, bounds)
}

const statesOf = (row: Record<EndpointState, string>) =>
  Object.fromEntries(ENDPOINT_STATES.map((state) => [state, Number(row[state])])) as Record<EndpointState, number>

/** One page of the agent list's rows counted by group, in one pass; `grouped` is how many rows there are in all groups. */
export async function listAgentGroups(
  _viewer: Viewer,
  params: GroupParams,
  now: Instant,
): Promise<RanPage<AgentGroup> & { grouped: number }> {
  const query = await groupQuery(params, now)
  const page = await fetchPage<RawGroup>(query, params)
  const [first] = page.rows
  return {
    ...page,
    total: { count: Number(first?.groups ?? 0), more: false },
    grouped: Number(first?.total ?? 0),
    rows: page.rows.map((row) => ({
      group: groupOf(params.filters.by, row.value),
      count: Number(row.count),
      byState: statesOf(row),
    })),
    ran: [ranSql('groups', pageSql(query, params), now)],
  }
}

/** All groups in the list's order, with their counts by state. */
export async function exportAgentGroups(_viewer: Viewer, params: GroupParams, now: Instant): Promise<ExportSource> {
  const query = await groupQuery(params, now)
  async function* rows() {
    for await (const batch of streamRows<RawGroup>(query, params))
      yield batch.map(({ value, count, ...row }) => {
        const group = groupOf(params.filters.by, value)
        return {
          by: groupKeyText(params.filters.by),
          value: 'unreadable' in group ? null : group.value,
          group: groupText(group),
          count,
          ...statesOf(row),
        }
      })
  }
  return {
    columns: [
      { name: 'by', kind: 'text' },
      { name: 'value', kind: 'text' },
      { name: 'group', kind: 'text' },
      { name: 'count', kind: 'number' },
      ...ENDPOINT_STATES.map((name) => ({ name, kind: 'number' as const })),
    ],
    rows: rows(),
  }
}

/** The newest heartbeat of all agents that is not ahead of the clock. */
function newestHeartbeatSql(now: Instant): Sql {
  return sql`SELECT max(heartbeattime) AS at FROM public.agents WHERE heartbeattime <= ${now}::timestamptz`
}

export type Silence = {
  /** The newest heartbeat of all agents that is not ahead of the clock. */
  newest: Instant | null
  /** True when that is older than two periods: MIG itself stopped, rather than every agent. */
  silent: boolean
  /** Heartbeat period in milliseconds. */
  period: number
  ran: RanSql[]
}

/** Whether anything at all was heard lately. A fleet without agents is not silent. */
export async function getSilence(_viewer: Viewer, now: Instant): Promise<Silence> {
  const statement = newestHeartbeatSql(now)
  const { rows } = await reader().query<{ at: Instant | null }>(statement)
  const newest = rows[0]?.at ?? null
  const silent = newest !== null && compareInstants(newest, boundsAt(now).online) < 0
  return { newest, silent, period: thresholds().period, ran: [ranSql('newest heartbeat of all', statement, now)] }
}

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
  const asked = (by: 'name' | 'endpoint', what: string) =>
    countShown({ ...params, filters: { ...params.filters, by, only: true } }, what, now)
  const [hidden, renamed] = await Promise.all([
    asked('endpoint', 'number of endpoints missing by name'),
    asked('name', 'number of names missing by endpoint'),
  ])
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

async function countShown(params: OfflineParams, what: string, now: Instant): Promise<{ total: Total; ran: RanSql }> {
  const query = await offlineQuery(params, now)
  return { total: await countRows(query), ran: ranSql(what, countSql(query), now) }
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

export type DoubleProcessRow = {
  id: MigId
  name: string
  queueloc: string
  version: string
  pid: number
  starttime: Instant | null
  destructiontime: Instant | null
  heartbeattime: Instant | null
  status: string | null
}

export type DoubleRow = {
  queueloc: string
  count: number
  /** The newest of the processes, at most 20. */
  processes: DoubleProcessRow[]
  hints: DoubleHint[]
  /** The newest invalid action that should have ended a process of this queue, and how many there are. */
  kill: { id: MigId; name: string; of: number } | null
  /** A process of the same name on another queue. */
  namesake: { id: MigId; queueloc: string } | null
}

const PROCESSES_PER_QUEUE = 20

const KILL_MEANT = new Set(['destroyed', 'upgraded'])

type RawDouble = { queueloc: string; count: string }

async function doublesOf(
  raw: RawDouble[],
  params: DoubleParams,
  now: Instant,
): Promise<{ rows: DoubleRow[]; ran: RanSql[] }> {
  if (raw.length === 0) return { rows: [], ran: [] }
  const queues = raw.map((row) => row.queueloc)
  const since = earlier(now, params.filters.window)
  const heard = doubleProcessesSql(queues, since, PROCESSES_PER_QUEUE)
  const invalid = killActionsSql(queues)
  const alike = namesakesSql(queues, since)
  const [{ rows }, kills, namesakes] = await Promise.all([
    reader().query<DoubleProcessRow & { place?: string }>(heard),
    reader().query<{ queueloc: string; id: MigId; name: string; of: string }>(invalid),
    reader().query<{ queueloc: string; id: MigId; other: string }>(alike),
  ])
  const byQueue = new Map<string, DoubleProcessRow[]>()
  for (const { place: _, ...row } of rows) byQueue.set(row.queueloc, [...(byQueue.get(row.queueloc) ?? []), row])
  const killOf = new Map(kills.rows.map(({ queueloc, id, name, of }) => [queueloc, { id, name, of: Number(of) }]))
  const namesakeOf = new Map(namesakes.rows.map(({ queueloc, id, other }) => [queueloc, { id, queueloc: other }]))
  const ran = [
    ranSql('processes of these queues', heard, now),
    ranSql('invalid actions that should have ended one of them', invalid, now),
    ranSql('the same names on other queues', alike, now),
  ]
  const doubles = raw.map(({ queueloc, count }) => {
    const processes = byQueue.get(queueloc) ?? []
    // Such an action stays for ever: it says something only while a row that it was meant for is there.
    const kill = (processes.some((p) => KILL_MEANT.has(p.status ?? '')) && killOf.get(queueloc)) || null
    const namesake = namesakeOf.get(queueloc) ?? null
    const context = { killInvalid: kill !== null, nameElsewhere: namesake !== null }
    const hints = doubleHints(processes, thresholds().period, now, context)
    return { queueloc, count: Number(count), processes, hints, kill, namesake }
  })
  return { rows: doubles, ran }
}

/** One page of the question for double agents, each queue with its processes and what they look like. */
export async function listDoubles(_viewer: Viewer, params: DoubleParams, now: Instant): Promise<RanPage<DoubleRow>> {
  const query = doublesQuery(params, now)
  const [page, total] = await Promise.all([fetchPage<RawDouble>(query, doubleParams(params)), countRows(query)])
  const { rows, ran } = await doublesOf(page.rows, params, now)
  return { ...page, total, rows, ran: [...ranBy(query, doubleParams(params), 'double agents', now), ...ran] }
}

/** How many queues are double, counted up to a limit. */
export function countDoubles(_viewer: Viewer, params: DoubleParams, now: Instant): Promise<Total> {
  return countRows(doublesQuery(params, now))
}

/** All double queues in the list's order, with the columns of the documented question, names and hints. */
export function exportDoubles(_viewer: Viewer, params: DoubleParams, now: Instant): ExportSource {
  const query = doublesQuery(params, now)
  async function* rows() {
    for await (const batch of streamRows<RawDouble>(query, doubleParams(params)))
      yield (await doublesOf(batch, params, now)).rows.map(({ count, queueloc, processes, hints }) => ({
        count,
        queueloc,
        name: [...new Set(processes.map((p) => p.name))].join(' '),
        hint: hints.join(' '),
      }))
  }
  return {
    columns: [
      { name: 'count', kind: 'number' },
      { name: 'queueloc', kind: 'text' },
      { name: 'name', kind: 'text' },
      { name: 'hint', kind: 'text' },
    ],
    rows: rows(),
  }
}

export type EndpointCommand = {
  id: MigId
  agentid: MigId
  actionid: MigId
  action: string | null
  status: string
  starttime: Instant | null
  finishtime: Instant | null
}

export type RequirementRow = { agentid: MigId; moduleid: MigId; module: string | null; minimumweight: number }

export type StoredJson<T> = { reading: Reading<T>; text: string | null; cut: boolean }

export type AgentDetail = {
  /** The process that was asked for. */
  process: RawAgent & { environment: StoredJson<Environment>; tags: StoredJson<Tag[]> }
  /** The row that stands for the endpoint (newest heartbeat not ahead of now). */
  newestId: MigId
  state: EndpointState
  lastSeen: Instant | null
  /** The newest rows of the endpoint, at most `PROCESS_LIMIT`, the asked one always among them. */
  processes: RawAgent[]
  processCount: number
  commands: EndpointCommand[]
  /** Of the newest row; what counts. */
  requirements: RequirementRow[]
  /** Rules on older rows, which count for nothing. */
  leftBehind: RequirementRow[]
  ran: RanSql[]
}

const PROCESS_LIMIT = 100
const COMMAND_LIMIT = 20
const RULE_LIMIT = 1_000

/** The endpoint of one process, with that process's own facts; null when there is no such row. */
export async function getAgent(_viewer: Viewer, id: MigId, now: Instant): Promise<AgentDetail | null> {
  const [v, bounds] = await Promise.all([vintage(), fleetBounds(now)])
  const endpoints = endpointsSql(bounds)
  const columns = agentColumnsSql(v, bounds, sql`a.heartbeattime`)
  const one = sql`
    SELECT ${columns}, ${cutJsonSql(sql`a.environment`, 'environment')}, ${cutJsonSql(sql`a.tags`, 'tags')}
    FROM public.agents a WHERE a.id = ${id}::numeric`
  const { rows } = await reader().query<RawAgent & RawJson>(one)
  const asked = rows[0]
  if (!asked) return null
  const queue = asked.queueloc
  const ofQueue = sql`SELECT p.id FROM public.agents p WHERE p.queueloc = ${queue}`
  const statements = {
    newest: sql`
      SELECT ${agentColumnsSql(v, bounds, endpoints.lastSeen)} FROM ${endpoints.from}
      WHERE a.queueloc = ${queue} AND ${isNewestSql('a', bounds.now)}`,
    processes: sql`
      SELECT ${columns} FROM public.agents a WHERE a.queueloc = ${queue}
      ORDER BY a.heartbeattime DESC, a.id DESC LIMIT ${PROCESS_LIMIT}`,
    count: sql`SELECT count(*) AS n FROM public.agents WHERE queueloc = ${queue}`,
    commands: sql`
      SELECT trunc(c.id)::text AS id, trunc(c.agentid)::text AS agentid, trunc(c.actionid)::text AS actionid, x.name AS action,
        c.status, c.starttime, c.finishtime
      FROM (
        SELECT c.* FROM public.agents p CROSS JOIN LATERAL (
          SELECT id, agentid, actionid, status, starttime, finishtime FROM public.commands
          WHERE agentid = p.id ORDER BY starttime DESC, id DESC LIMIT ${COMMAND_LIMIT}
        ) c WHERE p.queueloc = ${queue} ORDER BY c.starttime DESC, c.id DESC LIMIT ${COMMAND_LIMIT}
      ) c LEFT JOIN public.actions x ON x.id = c.actionid ORDER BY c.starttime DESC, c.id DESC`,
    rules: sql`
      SELECT trunc(r.agentid)::text AS agentid, trunc(r.moduleid)::text AS moduleid, m.name AS module, r.minimumweight
      FROM public.agtmodreq r LEFT JOIN public.modules m ON m.id = r.moduleid
      WHERE r.agentid IN (${ofQueue}) ORDER BY m.name, r.moduleid, r.agentid LIMIT ${RULE_LIMIT}`,
  }
  const [newest, processes, count, commands, rules] = await Promise.all([
    reader().query<RawAgent>(statements.newest),
    reader().query<RawAgent>(statements.processes),
    reader().query<{ n: string }>(statements.count),
    reader().query<EndpointCommand>(statements.commands),
    reader().query<RequirementRow>(statements.rules),
  ])
  const stands = newest.rows[0] ?? asked
  const shown = processes.rows.map(agentOf)
  return {
    process: {
      ...agentOf(asked),
      environment: storedJson(asked.environment, asked.environment_length, readEnvironment),
      tags: storedJson(asked.tags, asked.tags_length, readTags),
    },
    newestId: stands.id,
    state: stands.state,
    lastSeen: stands.last_seen,
    processes: shown.some((row) => row.id === asked.id) ? shown : [...shown.slice(0, -1), agentOf(asked)],
    processCount: Number(count.rows[0]?.n ?? shown.length),
    commands: commands.rows,
    requirements: rules.rows.filter((rule) => rule.agentid === stands.id),
    leftBehind: rules.rows.filter((rule) => rule.agentid !== stands.id),
    ran: [
      ranSql('this process', one, now),
      ranSql('the row that stands for its endpoint, with its state', statements.newest, now),
      ranSql('processes of its endpoint', statements.processes, now),
      ranSql('number of its processes', statements.count, now),
      ranSql('recent commands', statements.commands, now),
      ranSql('minimum weights', statements.rules, now),
    ],
  }
}

type RawJson = {
  environment: string | null
  environment_length: number | null
  tags: string | null
  tags_length: number | null
}

function cutJsonSql(column: Sql, name: 'environment' | 'tags'): Sql {
  const length = name === 'tags' ? sql`tags_length` : sql`environment_length`
  const alias = name === 'tags' ? sql`tags` : sql`environment`
  return sql`left(${column}::text, ${JSON_LIMIT + 1}) AS ${alias}, length(${column}::text) AS ${length}`
}

function storedJson<T>(
  text: string | null,
  length: number | null,
  read: (text: string | null) => Reading<T>,
): StoredJson<T> {
  return { reading: read(text), text, cut: (length ?? 0) > JSON_LIMIT + 1 }
}

/** The agents with these ids in a few words, for the page that asks which one was meant. */
export async function listAgentsById(
  _viewer: Viewer,
  ids: MigId[],
): Promise<Pick<AgentRow, 'id' | 'name' | 'queueloc' | 'os' | 'heartbeattime'>[]> {
  const { rows } = await reader().query<Pick<AgentRow, 'id' | 'name' | 'queueloc' | 'os' | 'heartbeattime'>>(sql`
    SELECT trunc(a.id)::text AS id, a.name, a.queueloc, ${agentOsSql(await vintage(), 'a')} AS os, a.heartbeattime
    FROM public.agents a WHERE a.id = ANY(${ids}::numeric[]) ORDER BY a.id`)
  return rows
}
