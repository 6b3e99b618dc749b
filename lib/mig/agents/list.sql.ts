import { caselessPart, containing, containingOrExact } from '@/lib/db/like'
import type { ListQuery, SortExpression } from '@/lib/db/list'
import { join, raw, type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import { agentOsSql, jsonReadableSql, type Vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Group, GroupKey } from './groups'
import { groupSql, groupsQuery, inGroupSql } from './groups.sql'
import { type agentList, DOCUMENTED_WINDOW } from './search-params'
import { earlier, type FleetBounds, type StateBounds } from './state'
import { endpointsSql, inStatesSql, isNewestSql, stateRangeSql, stateSql } from './state.sql'

type Params = ListParams<(typeof agentList)['filters']>

const PROCESSES = { from: sql`public.agents a`, lastSeen: sql`a.heartbeattime` }

function sortsOf(vintage: Vintage): Record<string, SortExpression> {
  return {
    seen: { expression: sql`a.heartbeattime`, type: 'timestamptz' },
    name: { expression: sql`a.name`, type: 'text' },
    os: { expression: agentOsSql(vintage, 'a'), type: 'text' },
    version: { expression: sql`a.version`, type: 'text' },
    start: { expression: sql`a.starttime`, type: 'timestamptz' },
  }
}

type Pairs = NonNullable<Params['filters']['tag']>

// The column may hold anything: only readable text is asked, and a list or a bare value has no keys.
function pairSql(column: 'tags' | 'environment', { key, value }: Pairs[number]): Sql {
  const text = sql`a.${raw(column)} ->> ${key}`
  return sql`coalesce(CASE WHEN ${jsonReadableSql('a', column)} THEN ${value === null ? sql`${text} IS NOT NULL` : sql`${text} = ${value}`} END, false)`
}

// The row with this id, or, when there is none, those whose id prints as the same double.
function hasIdSql(row: Sql, id: MigId): Sql {
  return sql`(${row}.id = ${id}::numeric OR (
    ${row}.id BETWEEN ${id}::numeric - 1024 AND ${id}::numeric + 1024 AND ${row}.id::float8 = ${id}::float8
    AND NOT EXISTS (SELECT 1 FROM public.agents exact WHERE exact.id = ${id}::numeric)))`
}

const stateOf = (lastSeen: Sql, bounds: StateBounds) =>
  stateSql({ lastSeen, status: sql`a.status`, destructiontime: sql`a.destructiontime` }, bounds)

/** The columns of an agent row, its state, and when it or its endpoint was last seen. */
export function agentColumnsSql(vintage: Vintage, bounds: StateBounds, lastSeen: Sql): Sql {
  const state = stateOf(lastSeen, bounds)
  return sql`trunc(a.id)::text AS id, a.name, a.queueloc, ${agentOsSql(vintage, 'a')} AS os, a.version, a.pid, a.starttime,
    a.destructiontime, a.heartbeattime, a.status, ${state} AS state, ${lastSeen} AS last_seen`
}

/** How many rows a filter may mean for them to be named one by one. */
export const NAMED_ROWS = 10_000

// The one group that hangs on the moment and on the endpoint's other rows.
const isOfState = (group: Group) => 'by' in group && 'column' in group.by && group.by.column === 'state'

// What is asked of a row's own texts; no index leads from them to the rows.
function textConditions(vintage: Vintage, { filters }: Pick<Params, 'filters'>): Sql[] {
  const where: Sql[] = []
  if (filters.name) where.push(sql`a.name ILIKE ${containing(filters.name)}`)
  if (filters.queueloc) where.push(sql`a.queueloc ILIKE ${containing(filters.queueloc)}`)
  if (filters.os) where.push(sql`lower(${agentOsSql(vintage, 'a')}) = lower(${filters.os})`)
  if (filters.version) where.push(containingOrExact(sql`a.version`, filters.version))
  for (const pair of filters.tag ?? []) where.push(pairSql('tags', pair))
  for (const pair of filters.env ?? []) where.push(pairSql('environment', pair))
  for (const group of filters.in ?? []) if (!isOfState(group)) where.push(inGroupSql(vintage, group, sql`NULL::text`))
  return where
}

/** Whether all that `namedRowsSql` asks of a row is what it keeps for good: its name and its queue. */
export function onlyByName({ filters }: Pick<Params, 'filters'>): boolean {
  const { os, version, tag, env } = filters
  return !os && !version && !tag?.length && !env?.length && !filters.in?.length
}

/**
 * The rows that the list's texts mean, at most `NAMED_ROWS` and one more; null when it asks for none. Few ones are looked for
 * once, here: the list's own order would lead through the whole table for them, for the page and for its count.
 */
export function namedRowsSql(vintage: Vintage, params: Pick<Params, 'filters'>): Sql | null {
  const where = textConditions(vintage, params)
  if (where.length === 0) return null
  const { name, queueloc } = params.filters
  where.unshift(...caselessPart(sql`a.name`, name), ...caselessPart(sql`a.queueloc`, queueloc))
  return sql`SELECT trunc(a.id)::text AS id FROM public.agents a WHERE ${join(where, ' AND ')} LIMIT ${NAMED_ROWS + 1}`
}

/**
 * The agent list: one row an endpoint (its newest row) or one a process. In one pass over an index on heartbeattime with a
 * probe per row on an index on queueloc; without those two indexes in one hash join of the table with itself. `named` are
 * the rows that `namedRowsSql` found, when they are few.
 */
export function agentListQuery(
  vintage: Vintage,
  params: Pick<Params, 'filters'>,
  bounds: FleetBounds,
  named: readonly string[] | null = null,
): ListQuery {
  const { filters } = params
  const folded = filters.rows === 'endpoints'
  const { from, lastSeen } = folded ? endpointsSql(bounds) : PROCESSES
  const where: Sql[] = named ? [sql`a.id IN (SELECT unnest(${named}::numeric[]))`] : textConditions(vintage, params)
  if (filters.status) {
    const [status, ...more] = filters.status
    // Of one status an index gives the rows in order.
    where.push(more.length === 0 ? sql`a.status = ${status}` : sql`a.status = ANY(${filters.status})`)
  }
  if (filters.state) {
    where.push(inStatesSql(stateOf(lastSeen, bounds), filters.state), ...stateRangeSql(filters.state, bounds, folded))
  }
  if (filters.id)
    where.push(
      folded
        ? sql`a.queueloc IN (SELECT p.queueloc FROM public.agents p WHERE ${hasIdSql(sql`p`, filters.id.id)})`
        : hasIdSql(sql`a`, filters.id.id),
    )
  for (const group of filters.in ?? [])
    if (isOfState(group)) where.push(inGroupSql(vintage, group, stateOf(lastSeen, bounds)))
  if (filters.within) where.push(sql`${lastSeen} >= ${earlier(bounds.now, filters.within)}::timestamptz`)
  if (filters.silent) where.push(sql`${lastSeen} < ${earlier(bounds.now, filters.silent)}::timestamptz`)
  if (filters.double)
    where.push(sql`a.queueloc IN (SELECT queueloc FROM public.agents
      WHERE heartbeattime >= ${earlier(bounds.now, DOCUMENTED_WINDOW)}::timestamptz
      GROUP BY queueloc HAVING count(*) > 1)`)
  if (folded) where.push(isNewestSql('a', bounds.now))
  return {
    select: agentColumnsSql(vintage, bounds, lastSeen),
    from,
    where,
    sorts: sortsOf(vintage),
    id: sql`a.id`,
  }
}

/** The rows of the agent list counted by what they have in common. */
export function agentGroupsQuery(
  vintage: Vintage,
  params: Pick<Params, 'filters'>,
  by: GroupKey,
  bounds: FleetBounds,
): ListQuery {
  const { lastSeen } = params.filters.rows === 'endpoints' ? endpointsSql(bounds) : PROCESSES
  const state = stateOf(lastSeen, bounds)
  return groupsQuery(agentListQuery(vintage, params, bounds), groupSql(vintage, by, state), state)
}

/** How many rows each of these endpoints has. */
export function processCountsSql(queuelocs: string[]): Sql {
  return sql`SELECT queueloc, count(*) AS n FROM public.agents WHERE queueloc = ANY(${queuelocs}) GROUP BY queueloc`
}
