import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { allRowsSql, countRows, fetchPage, type ListQuery } from '@/lib/db/list'
import { reader, readRows } from '@/lib/db/read'
import { ranBy, ranSql } from '@/lib/db/shown-sql'
import { type Sql, sql } from '@/lib/db/sql'
import type { CopySource, ExportColumn } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { agentOsSql, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { RanPage } from '@/lib/page'
import { recentAnswers } from '@/lib/recent-answers'
import { boundsAt, fleetBounds, thresholdsFor } from './bounds'
import { agentListQuery, NAMED_ROWS, namedRowsSql, onlyByName, processCountsSql } from './list.sql'
import type { agentList } from './search-params'
import type { EndpointState } from './status'

type AgentParams = ListParams<(typeof agentList)['filters']>

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

/** An agent row as SQL gives it. */
export type RawAgent = Omit<AgentRow, 'processes'>

/** The list's SQL at this moment, for the page, the export and the count of new rows. */
export async function agentsQuery(_viewer: Viewer, params: AgentParams, now: Instant): Promise<ListQuery> {
  const by = thresholdsFor(params)
  const v = await vintage()
  const [bounds, rows] = await Promise.all([
    params.filters.rows === 'endpoints' ? fleetBounds(now, by) : boundsAt(now, by),
    namedRows(namedRowsSql(v, params), onlyByName(params)),
  ])
  return agentListQuery(v, params, bounds, rows)
}

/** A row keeps its name and its queue: what a walk through a large fleet found by them holds while somebody turns its pages. */
const named = recentAnswers<MigId[] | null>({ quick: 100, fresh: 10_000, most: 50 })

async function namedRows(statement: Sql | null, isLasting: boolean): Promise<MigId[] | null> {
  if (!statement) return null
  const ask = async () => {
    const rows = await readRows<{ id: MigId }>(statement, { oneCore: true })
    return rows.length > NAMED_ROWS ? null : rows.map((row) => row.id)
  }
  return isLasting ? named(JSON.stringify(statement), ask) : ask()
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

/** The row without what SQL gave besides. */
export function agentOf(row: RawAgent): RawAgent {
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
    return { columns: AGENT_COLUMNS, statement: allRowsSql({ ...query, select }, params), isSorted: true }
  const counted = {
    ...query,
    select: sql`${select}, c.n AS processes`,
    from: sql`${query.from} JOIN (SELECT queueloc, count(*) AS n FROM public.agents GROUP BY queueloc) c ON c.queueloc = a.queueloc`,
  }
  return {
    columns: [...AGENT_COLUMNS, { name: 'processes', kind: 'number' }],
    statement: allRowsSql(counted, params),
    isSorted: true,
  }
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
