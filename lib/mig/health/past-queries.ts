import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { countRows, fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { reader, readRows } from '@/lib/db/read'
import { ranBy, ranSql } from '@/lib/db/shown-sql'
import { sql } from '@/lib/db/sql'
import type { ExportColumn, ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { thresholds as settings } from '@/lib/mig/agents/bounds'
import type { Thresholds } from '@/lib/mig/agents/state'
import { ENDPOINT_STATES, type EndpointState } from '@/lib/mig/agents/status'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { RanPage, RanSql } from '@/lib/page'
import { CHANGES, type Change } from './changes'
import { agesOf, type Figures } from './figures'
import {
  countDifferenceSql,
  countFleetAtSql,
  differenceQuery,
  fleetAtQuery,
  type PastFilters,
  pastFiguresSql,
} from './spans.sql'

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
