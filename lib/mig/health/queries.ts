import 'server-only'
import { cache } from 'react'
import type { Viewer } from '@/lib/auth/viewer'
import { isUnavailable } from '@/lib/db/availability'
import { countRows, countSql, fetchPage, type ListQuery, pageSql, streamRows } from '@/lib/db/list'
import { pool } from '@/lib/db/pool'
import { reader, readRows } from '@/lib/db/read'
import { ranSql } from '@/lib/db/shown-sql'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import type { ExportColumn, ExportSource } from '@/lib/export'
import { formatUtc } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { RanPage, Silence } from '@/lib/mig/agents/queries'
import { earlier, stateBounds, type Thresholds, thresholdsOf } from '@/lib/mig/agents/state'
import { ENDPOINT_STATES, type EndpointState } from '@/lib/mig/agents/status'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { compareInstants, type Instant, instantToNanos } from '@/lib/mig/wire/time'
import type { RanSql } from '@/lib/page'
import { CHANGES, type Change } from './changes'
import { agesOf, type Figures, type ValueCount } from './figures'
import { countFleet, keptTags, questionOf, writeFleet } from './pass'
import { countFleetSql } from './pass.sql'
import { KEPT } from './retention'
import type { Grain } from './sample'
import { daysSql, sampleAtSql, samplesSql, storedFleetSql, storedStatsSql } from './samples.sql'
import {
  countDifferenceSql,
  countFleetAtSql,
  differenceQuery,
  endpointHistorySql,
  fleetAtQuery,
  type PastFilters,
  pastFiguresSql,
} from './spans.sql'

/** The fleet as last counted: at which moment, when, and how long that took in milliseconds. */
export type Fleet = Figures & { at: Instant; madeAt: Instant; tookMs: number; thresholds: Thresholds }

/** A count younger than this, or than so many times what it took, up to a minute, is shown as it is. */
const FRESH_MS = 10_000
const FRESH_TIMES = 10
const FRESH_MOST_MS = 60_000
/** One that is older than this is not shown before it is made again. */
const STALE_MS = 120_000
/** A count that takes no longer than this is waited for. */
const QUICK_MS = 300
const COUNT_TIMEOUT_MS = 60_000
const LOCK = 7_209_402_019

type FleetRow = { at: Instant; made_at: Instant; took_ms: number; figures: string; age: string }

async function readFleet(question: string): Promise<FleetRow | null> {
  const { rows } = await pool().query<FleetRow>(storedFleetSql(question))
  return rows[0] ?? null
}

/**
 * The figures of the whole fleet, counted at most every 10 s for all instances, less often where that keeps a core busy: a
 * quick count is made before they are shown, a slow one behind the page that asks first. Thresholds other than the settings'
 * are counted by themselves. The same within one request, so that the sidebar says what the page says.
 */
export const getFleet = cache(async (_viewer: Viewer, given?: Thresholds): Promise<Fleet> => {
  const thresholds = given ?? thresholdsOf(env())
  const question = questionOf(env().migNow, thresholds)
  const row = await readFleet(question)
  const age = row ? Number(row.age) : Number.POSITIVE_INFINITY
  if (row && age <= Math.max(FRESH_MS, Math.min(FRESH_TIMES * row.took_ms, FRESH_MOST_MS)))
    return fleetOf(row, thresholds)
  // At a fixed moment only the rows can change, which a restored dump does not do.
  const stale = env().migNow ? 30 * STALE_MS : STALE_MS
  if (row && row.took_ms > QUICK_MS && age <= stale) {
    refresh(question, thresholds, false).catch((error) => {
      if (!isUnavailable(error)) console.error('The fleet could not be counted:', error)
    })
    return fleetOf(row, thresholds)
  }
  await refresh(question, thresholds, row === null || age > stale)
  return fleetOf((await readFleet(question)) as FleetRow, thresholds)
})

/** The last count of the whole fleet as it stands, for whoever asks often: counted again only when it is older than 2 minutes. */
export async function getLastFleet(viewer: Viewer): Promise<Fleet> {
  const thresholds = thresholdsOf(env())
  const row = await readFleet(questionOf(env().migNow, thresholds))
  return row && Number(row.age) <= STALE_MS ? fleetOf(row, thresholds) : getFleet(viewer, thresholds)
}

/** The keys of tags that the last count of the fleet found, the commonest first; none before there is one. */
export async function getTagKeys(_viewer: Viewer): Promise<string[]> {
  const row = await readFleet(questionOf(env().migNow, thresholdsOf(env())))
  return row ? (JSON.parse(row.figures) as Figures).byTag.map(({ key }) => key) : []
}

function fleetOf(row: FleetRow, thresholds: Thresholds): Fleet {
  return { ...(JSON.parse(row.figures) as Figures), at: row.at, madeAt: row.made_at, tookMs: row.took_ms, thresholds }
}

/** The statements behind the figures of the fleet: the stored row that the page reads, and the count that made it. */
export async function ranForFleet(_viewer: Viewer, { at, thresholds }: Fleet): Promise<RanSql[]> {
  const count = countFleetSql(await vintage(), stateBounds(at, thresholds), thresholds)
  return [
    ranSql('stored count of the fleet', storedFleetSql(questionOf(env().migNow, thresholds)), at),
    ranSql('count of the fleet', count, at),
  ]
}

/** Whether MIG itself was silent when the fleet was counted, as `getSilence` asks the table: by the settings, whatever the address says. */
export function silenceOf({ newest, at }: Pick<Fleet, 'newest' | 'at'>): Silence {
  const set = settings()
  const silent = newest !== null && compareInstants(newest, stateBounds(at, set).online) < 0
  return { newest, silent, period: set.period, ran: [] }
}

/** Counts and writes the row unless another instance is at it; then waits for that one, or does not. */
async function refresh(question: string, thresholds: Thresholds, wait: boolean): Promise<void> {
  const client = await pool().connect()
  let finished = false
  try {
    await client.query('BEGIN')
    await client.query(`SET LOCAL statement_timeout = ${COUNT_TIMEOUT_MS}`)
    const { rows } = await client.query<{ got: boolean }>(
      wait
        ? sql`SELECT true AS got FROM pg_advisory_xact_lock(${LOCK}::bigint + hashtext(${question}))`
        : sql`SELECT pg_try_advisory_xact_lock(${LOCK}::bigint + hashtext(${question})) AS got`,
    )
    const current = rows[0]?.got ? await readFleet(question) : null
    if (rows[0]?.got && !(current && Number(current.age) <= FRESH_MS)) {
      const started = performance.now()
      const { rows: clock } = await client.query<{ now: Instant }>('SELECT clock_timestamp() AS now')
      const at = env().migNow ?? (clock[0]?.now as Instant)
      // At a fixed moment no time passes after which they would be counted again.
      const tags = env().migNow ? null : keptTags(current && (JSON.parse(current.figures) as Figures), at)
      const figures = await countFleet(client, at, thresholds, tags)
      await writeFleet(client, question, at, figures, performance.now() - started)
    }
    await client.query('COMMIT')
    finished = true
  } finally {
    // A connection inside an unfinished transaction is closed, not given back.
    client.release(!finished)
  }
}

/** Since when there is a history, its last pass, and whether it stands still because of a fixed moment. */
export type History = { beginsAt: Instant; passedAt: Instant; standsStill: boolean }

/** The extent of the history; null before its first pass. */
export async function getHistory(_viewer: Viewer): Promise<History | null> {
  const { rows } = await reader().query<Omit<History, 'standsStill'>>(
    'SELECT begins_at AS "beginsAt", passed_at AS "passedAt" FROM dashboard.fleet_history',
  )
  return rows[0] ? { ...rows[0], standsStill: env().migNow !== null } : null
}

/** Why the fleet cannot be shown as it was at this moment, in a sentence; null when it can. */
export function pastProblem(history: History | null, at: Instant, now?: Instant): string | null {
  if (now && compareInstants(at, now) > 0) return 'This moment lies in the future.'
  if (!history) return 'There is no history yet: it begins with the first pass over the fleet.'
  if (compareInstants(at, history.beginsAt) < 0)
    return `The history begins at ${formatUtc(history.beginsAt)}, later than this moment.`
  if (compareInstants(at, earlier(history.passedAt, KEPT.spans)) < 0)
    return 'The history of single endpoints is kept for 400 days, and this moment is older.'
  if (compareInstants(at, history.passedAt) > 0) return 'This moment is after the last pass over the fleet.'
  return null
}

/** One sample of the fleet. */
export type Sample = {
  /** The exact moment of the sample, and the start of the minute, hour or day that it stands for. */
  at: Instant
  bucket: Instant
  endpoints: number
  byState: Record<EndpointState, number>
  processes: number
  offlineNames: number
  offlineEndpoints: number
  doubles: number
  doublesAlive: number
  newest: Instant | null
  byVersion: ValueCount[]
  byOs: ValueCount[]
}

/** Samples in the order of time; what is missing between two of them further apart than `step` milliseconds is a gap. */
export type Series = { grain: Grain; step: number; samples: Sample[]; ran: RanSql[] }

const STEPS: Readonly<Record<Grain, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** The finest grain that is kept for the whole range and not too fine for it. */
export function grainOf(range: { from: Instant; to: Instant }, now: Instant): Grain {
  const milliseconds = (a: Instant, b: Instant) => Number((instantToNanos(b) - instantToNanos(a)) / 1_000_000n)
  const age = milliseconds(range.from, now)
  const span = milliseconds(range.from, range.to)
  // A minute of grace: a range that ends now was meant to fit.
  if (age <= KEPT.minute + STEPS.minute && span <= KEPT.minute) return 'minute'
  return age <= KEPT.hour + STEPS.hour ? 'hour' : 'day'
}

type RawSample = Record<EndpointState, number> &
  Omit<Sample, 'byState' | 'byVersion' | 'byOs'> & { by_version: string; by_os: string }

function sampleOf({ by_version, by_os, ...row }: RawSample): Sample {
  return {
    ...row,
    byState: Object.fromEntries(ENDPOINT_STATES.map((state) => [state, row[state]])) as Sample['byState'],
    byVersion: JSON.parse(by_version) as ValueCount[],
    byOs: JSON.parse(by_os) as ValueCount[],
  }
}

/**
 * The samples of a range, per minute for the last 2 days, per hour for 90, per day beyond, unless a grain is named; the last
 * one of each `step` milliseconds where that is longer than the grain.
 */
export async function getSeries(
  _viewer: Viewer,
  range: { from: Instant; to: Instant },
  now: Instant,
  grain: Grain = grainOf(range, now),
  step: number = STEPS[grain],
): Promise<Series> {
  const wide = Math.max(step, STEPS[grain])
  const statement = samplesSql(range, grain, wide)
  const { rows } = await reader().query<RawSample>(statement)
  return { grain, step: wide, samples: rows.reverse().map(sampleOf), ran: [ranSql('samples', statement, range.to)] }
}

/** How far from a moment its sample may be, in hours: samples of an hour are kept for 90 days, then those of a day. */
function nearHours(at: Instant, now: Instant): number {
  return compareInstants(at, earlier(now, KEPT.hour)) >= 0 ? 1 : 24
}

/** The last sample up to a moment; null when nobody sampled near it. */
export async function getSampleAt(
  _viewer: Viewer,
  at: Instant,
  now: Instant,
): Promise<{ sample: Sample | null; ran: RanSql[] }> {
  const statement = sampleAtSql(at, nearHours(at, now))
  const { rows } = await reader().query<RawSample>(statement)
  return { sample: rows[0] ? sampleOf(rows[0]) : null, ran: [ranSql(`sample of ${at}`, statement, at)] }
}

/** Endpoints that came and fell silent on one day (UTC, `2026-11-22`); rebuilt: from MIG's rows, before the history began. */
export type DayCount = { day: string; came: number; lost: number; rebuilt: boolean }

/** New and lost endpoints by day, oldest first. */
export async function getDays(_viewer: Viewer, range: { from: Instant; to: Instant }): Promise<DayCount[]> {
  const { rows } = await reader().query<DayCount>(daysSql(range))
  return rows.reverse()
}

/** The statement behind `getDays`. */
export function ranForDays(_viewer: Viewer, range: { from: Instant; to: Instant }): RanSql[] {
  return [ranSql('new and lost by day', daysSql(range), range.to)]
}

/** One row of MIG's own statistics, kept by its scheduler of 2015 to 2019; null for what it did not count. */
export type StoredStats = {
  at: Instant
  onlineAgents: number | null
  onlineEndpoints: number | null
  idleAgents: number | null
  idleEndpoints: number | null
  newEndpoints: number | null
  multiAgentsEndpoints: number | null
  disappearedEndpoints: number | null
  flappingEndpoints: number | null
  onlineByVersion: { version: string; count: number }[]
}

const MOST_STATS = 1_000

/** Seconds of which the last row is read. */
const statsStep = ({ from, to }: { from: Instant; to: Instant }) =>
  Math.max(1, Number((instantToNanos(to) - instantToNanos(from)) / 1_000_000_000n) / MOST_STATS)

/** The statement behind `getStoredStats`. */
export function ranForStoredStats(_viewer: Viewer, range: { from: Instant; to: Instant }): RanSql[] {
  return [ranSql('MIG’s own statistics', storedStatsSql(range, statsStep(range)), range.to)]
}

/** MIG's own `agents_stats` in a range, thinned to its last rows of equal steps; null where that table is not there or not granted. */
export async function getStoredStats(
  _viewer: Viewer,
  range: { from: Instant; to: Instant },
): Promise<StoredStats[] | null> {
  const columns = (await vintage()).columns.agents_stats
  if (!columns) return null
  const { rows: granted } = await reader().query<{ may: boolean }>(
    `SELECT has_table_privilege('public.agents_stats', 'SELECT') OR has_any_column_privilege('public.agents_stats', 'SELECT') AS may`,
  )
  if (!granted[0]?.may) return null
  const { rows } = await reader().query<
    Record<keyof Omit<StoredStats, 'at' | 'onlineByVersion'>, string | null> & {
      at: Instant | null
      versions: string | null
    }
  >(storedStatsSql(range, statsStep(range)))
  return rows.flatMap(({ at, versions, ...numbers }) =>
    at === null
      ? []
      : [
          {
            at,
            ...(Object.fromEntries(
              Object.entries(numbers).map(([key, n]) => [key, n === null ? null : Number(n)]),
            ) as Record<keyof typeof numbers, number | null>),
            onlineByVersion: versionsOf(versions),
          },
        ],
  )
}

/** The JSON list that the scheduler writes: objects of version and count; anything else is left out. */
function versionsOf(text: string | null): StoredStats['onlineByVersion'] {
  let read: unknown
  try {
    read = JSON.parse(text ?? 'null')
  } catch {
    return []
  }
  if (!Array.isArray(read)) return []
  return read.flatMap((entry: { version?: unknown; count?: unknown } | null) =>
    typeof entry?.version === 'string' && typeof entry.count === 'number'
      ? [{ version: entry.version, count: entry.count }]
      : [],
  )
}

/** An endpoint as it was at a past moment. */
export type PastEndpoint = {
  queueloc: string
  agentId: MigId
  name: string
  os: string
  version: string
  state: EndpointState
  stateSince: Instant | null
  /** Its last heartbeat; null while it beat, whose moment is not kept. */
  seen: Instant | null
}

/** `agent_id` with the decimals that it is stored with. */
type RawPast = Omit<PastEndpoint, 'agentId' | 'stateSince'> & { agent_id: string; state_since: Instant | null }

const pastOf = ({ queueloc, agent_id, name, os, version, state, state_since, seen }: RawPast): PastEndpoint => ({
  queueloc,
  agentId: agent_id.replace(/\..*/, '') as MigId,
  name,
  os,
  version,
  state,
  stateSince: state_since,
  seen,
})

/** Page, sort and filters of a list. */
type Asked<F> = Omit<ListParams, 'filters'> & { filters: F }

/** The settings' thresholds, for questions about the past. */
const settings = () => thresholdsOf(env())

/** The list's SQL of the fleet at a past moment, for the page, the export and its count. */
export function spansAtQuery(
  _viewer: Viewer,
  at: Instant,
  filters: PastFilters,
  thresholds: Thresholds = settings(),
): ListQuery {
  return fleetAtQuery(at, thresholds, filters)
}

/** One page of the fleet at a past moment; sorts name, since, seen, os, version. Ask `pastProblem` first. */
export async function getSpansAt(
  viewer: Viewer,
  at: Instant,
  params: Asked<PastFilters>,
  thresholds: Thresholds = settings(),
): Promise<RanPage<PastEndpoint>> {
  const query = spansAtQuery(viewer, at, params.filters, thresholds)
  const [page, total] = await Promise.all([fetchPage<RawPast>(query, params), countRows(query)])
  return { ...page, total, rows: page.rows.map(pastOf), ran: ranBy(query, params, 'endpoints at that moment', at) }
}

function ranBy(query: ListQuery, params: ListParams, what: string, at: Instant): RanSql[] {
  return [ranSql(what, pageSql(query, params), at), ranSql(`number of ${what}`, countSql(query), at)]
}

/** The fleet at a past moment as the spans tell: states, ages, systems and versions, whose parts add up to `endpoints`. */
export type PastFigures = Pick<Figures, 'endpoints' | 'byState' | 'byOs' | 'byVersion' | 'ages'> & { ran: RanSql[] }

/** Counts the fleet at a past moment. Ask `pastProblem` first. */
export async function getFiguresAt(
  _viewer: Viewer,
  at: Instant,
  thresholds: Thresholds = settings(),
): Promise<PastFigures> {
  const statement = pastFiguresSql(at, thresholds)
  const { rows } = await reader().query<Record<'by_state' | 'by_age' | 'by_os' | 'by_version', string>>(statement)
  const row = rows[0]
  const states = JSON.parse(row?.by_state ?? '{}') as Record<string, number>
  const byState = Object.fromEntries(ENDPOINT_STATES.map((state) => [state, states[state] ?? 0])) as Figures['byState']
  return {
    byState,
    endpoints: Object.values(byState).reduce((sum, n) => sum + n, 0),
    ages: agesOf(JSON.parse(row?.by_age ?? '{}')),
    byOs: JSON.parse(row?.by_os ?? '[]'),
    byVersion: JSON.parse(row?.by_version ?? '[]'),
    ran: [ranSql('count of the fleet at that moment', statement, at)],
  }
}

/** How many endpoints were in each state at a past moment, and in all. */
export async function countStatesAt(
  _viewer: Viewer,
  at: Instant,
  thresholds: Thresholds = settings(),
): Promise<{ endpoints: number; byState: Record<EndpointState, number> }> {
  const rows = await readRows<{ state: EndpointState; n: string }>(countFleetAtSql(at, thresholds), { memory: 64 })
  const byState = Object.fromEntries(ENDPOINT_STATES.map((state) => [state, 0])) as Record<EndpointState, number>
  for (const { state, n } of rows) byState[state] = Number(n)
  return { byState, endpoints: Object.values(byState).reduce((sum, n) => sum + n, 0) }
}

/** An endpoint at two moments; null where it was not there. */
export type ChangedEndpoint = Omit<PastEndpoint, 'state'> & {
  stateBefore: EndpointState | null
  state: EndpointState | null
  versionBefore: string | null
}

type RawChanged = Omit<RawPast, 'state'> & {
  state_before: EndpointState | null
  state: EndpointState | null
  version_before: string | null
}

/** Two moments, the earlier one first. */
export type Between = { before: Instant; after: Instant }

/** The statement behind `getDifference`. */
export function ranForDifference(
  _viewer: Viewer,
  { before, after }: Between,
  thresholds: Thresholds = settings(),
): RanSql[] {
  return [ranSql(`changes since ${before}`, countDifferenceSql(before, after, thresholds), after)]
}

/** How many endpoints were lost, returned, new, upgraded or departed between two moments. */
export async function getDifference(
  _viewer: Viewer,
  { before, after }: Between,
  thresholds: Thresholds = settings(),
): Promise<Record<Change, number>> {
  const rows = await readRows<Record<Change, string>>(countDifferenceSql(before, after, thresholds), { memory: 64 })
  return Object.fromEntries(CHANGES.map((change) => [change, Number(rows[0]?.[change] ?? 0)])) as Record<Change, number>
}

/** One page of the endpoints to which this happened between two moments; sorts as `getSpansAt`. */
export async function listDifference(
  _viewer: Viewer,
  { before, after }: Between,
  params: Asked<{ change: Change } & Omit<PastFilters, 'state'>>,
  thresholds: Thresholds = settings(),
): Promise<RanPage<ChangedEndpoint>> {
  const query = differenceQuery(before, after, thresholds, params.filters)
  const [page, total] = await Promise.all([fetchPage<RawChanged>(query, params), countRows(query)])
  const ran = ranBy(query, params, 'changed endpoints', after)
  return { ...page, total, rows: page.rows.map(changedOf), ran }
}

const changedOf = ({ state, state_before, version_before, ...row }: RawChanged): ChangedEndpoint => ({
  ...pastOf({ ...row, state: state ?? 'unknown' }),
  state,
  stateBefore: state_before,
  versionBefore: version_before,
})

const withIds = (query: ListQuery): ListQuery => ({
  ...query,
  // The later column of a name is the one that counts.
  select: sql`${query.select}, trunc(f.agent_id)::text AS agent_id`,
})

const PAST_COLUMNS: ExportColumn[] = [
  { name: 'name', kind: 'text' },
  { name: 'queueloc', kind: 'text' },
  { name: 'agent_id', kind: 'id' },
  { name: 'os', kind: 'text' },
  { name: 'version', kind: 'text' },
  { name: 'state', kind: 'text' },
  { name: 'state_since', kind: 'time' },
  { name: 'seen', kind: 'time' },
]

/** The whole fleet at a past moment in the list's order. */
export function exportSpansAt(
  viewer: Viewer,
  at: Instant,
  params: Asked<PastFilters>,
  thresholds: Thresholds = settings(),
): ExportSource {
  return {
    columns: PAST_COLUMNS,
    rows: streamRows(withIds(spansAtQuery(viewer, at, params.filters, thresholds)), params),
  }
}

/** All endpoints of one change between two moments in the list's order. */
export function exportDifference(
  _viewer: Viewer,
  { before, after }: Between,
  params: Asked<{ change: Change } & Omit<PastFilters, 'state'>>,
  thresholds: Thresholds = settings(),
): ExportSource {
  const columns: ExportColumn[] = [
    ...PAST_COLUMNS,
    { name: 'state_before', kind: 'text' },
    { name: 'version_before', kind: 'text' },
  ]
  return { columns, rows: streamRows(withIds(differenceQuery(before, after, thresholds, params.filters)), params) }
}

/** A stretch of an endpoint's history in one state with one version. */
export type Stretch = { state: EndpointState; version: string; from: Instant; to: Instant }

type RawSpan = { kind: string; version: string; since: Instant; until: Instant; last_seen: Instant | null }

/** The stretches of one endpoint within a range, oldest first, cut to it; empty where nothing is known. */
export async function getEndpointHistory(
  _viewer: Viewer,
  queueloc: string,
  range: { from: Instant; to: Instant },
  thresholds: Thresholds = settings(),
): Promise<Stretch[]> {
  const { rows } = await reader().query<RawSpan>(endpointHistorySql(queueloc, range))
  return rows.reverse().flatMap((span) => stretchesOf(span, thresholds, range))
}

function stretchesOf(span: RawSpan, thresholds: Thresholds, range: { from: Instant; to: Instant }): Stretch[] {
  const { kind, version, last_seen: seen } = span
  if (kind !== 'heard' || seen === null)
    return cut(
      [{ state: kind === 'heard' ? 'online' : (kind as EndpointState), version, from: span.since, to: span.until }],
      range,
    )
  const edges: [EndpointState, Instant][] = [
    ['online', earlier(seen, -2 * thresholds.period)],
    ['late', earlier(seen, -thresholds.timeout)],
    ['unreachable', earlier(seen, -thresholds.goneAfter)],
    ['gone', span.until],
  ]
  let from = span.since
  const stretches: Stretch[] = []
  for (const [state, edge] of edges) {
    const to = state === 'gone' || compareInstants(edge, span.until) > 0 ? span.until : edge
    if (compareInstants(to, from) > 0) {
      stretches.push({ state, version, from, to })
      from = to
    }
  }
  return cut(stretches, range)
}

function cut(stretches: Stretch[], { from, to }: { from: Instant; to: Instant }): Stretch[] {
  return stretches.flatMap((one) => {
    const start = compareInstants(one.from, from) < 0 ? from : one.from
    const end = compareInstants(one.to, to) > 0 ? to : one.to
    return compareInstants(end, start) > 0 ? [{ ...one, from: start, to: end }] : []
  })
}
