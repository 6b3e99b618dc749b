import { join, type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import { agentListQuery } from '@/lib/mig/agents/list.sql'
import type { FleetBounds } from '@/lib/mig/agents/state'
import type { Vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { cellsDigest } from './kept-cells.sql'
import type { bulkList } from './search-params'
import { storedSql } from './window.sql'

export type BulkParams = ListParams<(typeof bulkList)['filters']>

const idsSql = (ids: readonly MigId[]): Sql => sql`${`{${ids.join(',')}}`}::numeric[]`

function endpointsSql(vintage: Vintage, { filters }: BulkParams, bounds: FleetBounds): Sql {
  const { from, where } = agentListQuery(vintage, { filters: { ...filters, rows: 'endpoints' } }, bounds)
  return sql`SELECT a.id, a.queueloc FROM ${from} WHERE ${join(
    [...where, ...storedSql(filters)].map((one) => sql`(${one})`),
    ' AND ',
  )}`
}

/** How many endpoints the filters leave, counted no further than `most`. */
export function bulkEndpointsSql(vintage: Vintage, params: BulkParams, bounds: FleetBounds, most: number): Sql {
  return sql`SELECT count(*)::int AS endpoints FROM (${endpointsSql(vintage, params, bounds)} LIMIT ${most}::int) e`
}

/**
 * The cells that a bulk change names, one row each: agent (the endpoint's newest row), module, investigator, `seen` as
 * stored, the wanted `value`, and whether it may be written. A carry-over writes only where the newest row has no rule.
 */
function cellsSql(vintage: Vintage, params: BulkParams, bounds: FleetBounds): Sql {
  const { filters } = params
  const endpoints = sql`e AS MATERIALIZED (${endpointsSql(vintage, params, bounds)})`
  if (filters.do === 'carry-over') return carryOverSql(endpoints, filters, bounds)
  const modules = sql`unnest(${idsSql(filters.module ?? [])}) m(id)`
  const value = filters.do === 'set' ? sql`${filters.value ?? null}::integer` : sql`NULL::integer`
  const only =
    filters.only === 'unset'
      ? sql`WHERE r.agentid IS NULL`
      : filters.only === 'set'
        ? sql`WHERE r.agentid IS NOT NULL`
        : sql``
  if (filters.table === 'invagtmodperm')
    return sql`WITH ${endpoints}, c AS (
      SELECT e.id AS agent, m.id AS module, i.id AS investigator, r.weight AS seen, ${value} AS value, true AS may
      FROM e CROSS JOIN ${modules} CROSS JOIN unnest(${idsSql(filters.investigator ?? [])}) i(id)
      LEFT JOIN public.invagtmodperm r ON r.investigatorid = i.id AND r.agentid = e.id AND r.moduleid = m.id ${only})`
  return sql`WITH ${endpoints}, c AS (
    SELECT e.id AS agent, m.id AS module, NULL::numeric AS investigator, r.minimumweight AS seen, ${value} AS value, true AS may
    FROM e CROSS JOIN ${modules}
    LEFT JOIN public.agtmodreq r ON r.agentid = e.id AND r.moduleid = m.id ${only})`
}

// Of the older rows the newest one with any rule counts: what it does not have was taken away by then.
function carryOverSql(endpoints: Sql, filters: BulkParams['filters'], { now }: FleetBounds): Sql {
  const of = (column: Sql, ids: readonly MigId[] | undefined) =>
    ids ? sql`AND ${column} = ANY(${idsSql(ids)})` : sql``
  // Looked up row by row: the planner takes the few endpoints with rules left behind for many and would read both tables.
  const minimums = sql`
    SELECT o.agent, r.moduleid AS module, NULL::numeric AS investigator, n.minimumweight AS seen, r.minimumweight AS value,
      n.agentid IS NULL AS may
    FROM o CROSS JOIN LATERAL (SELECT q.moduleid, q.minimumweight FROM public.agtmodreq q WHERE q.agentid = o.source OFFSET 0) r
    JOIN public.modules m ON m.id = r.moduleid
    LEFT JOIN LATERAL (SELECT q.agentid, q.minimumweight FROM public.agtmodreq q
      WHERE q.agentid = o.agent AND q.moduleid = r.moduleid OFFSET 0) n ON true
    WHERE true ${of(sql`r.moduleid`, filters.module)}`
  const weights = sql`
    SELECT o.agent, r.moduleid AS module, r.investigatorid AS investigator, n.weight AS seen, r.weight AS value,
      n.agentid IS NULL AS may
    FROM o CROSS JOIN LATERAL (SELECT q.moduleid, q.investigatorid, q.weight FROM public.invagtmodperm q
      WHERE q.agentid = o.source OFFSET 0) r
    JOIN public.modules m ON m.id = r.moduleid JOIN public.investigators i ON i.id = r.investigatorid
    LEFT JOIN LATERAL (SELECT q.agentid, q.weight FROM public.invagtmodperm q
      WHERE q.investigatorid = r.investigatorid AND q.agentid = o.agent AND q.moduleid = r.moduleid OFFSET 0) n ON true
    WHERE true ${of(sql`r.moduleid`, filters.module)} ${of(sql`r.investigatorid`, filters.investigator)}`
  const parts =
    filters.table === 'agtmodreq'
      ? minimums
      : filters.table === 'invagtmodperm'
        ? weights
        : sql`${minimums} UNION ALL ${weights}`
  return sql`WITH ${endpoints}, p AS MATERIALIZED (
    SELECT e.id AS agent, p.id AS source, p.heartbeattime
    FROM e JOIN public.agents p ON p.queueloc = e.queueloc AND p.id <> e.id
  ), o AS MATERIALIZED (
    SELECT DISTINCT ON (p.agent) p.agent, p.source FROM p
    WHERE EXISTS (SELECT FROM public.agtmodreq q WHERE q.agentid = p.source OFFSET 0)
      OR EXISTS (SELECT FROM public.invagtmodperm q WHERE q.agentid = p.source OFFSET 0)
    ORDER BY p.agent, p.heartbeattime <= ${now}::timestamptz DESC, p.heartbeattime DESC, p.source DESC
  ), c AS (${parts})`
}

const CHANGES = sql`c.may AND c.seen IS DISTINCT FROM c.value`
const DIFFERS = sql`NOT c.may AND c.seen IS DISTINCT FROM c.value`

/** How many cells a bulk change adds, changes, removes, leaves, and a digest of those that it writes. */
export function bulkCountsSql(vintage: Vintage, params: BulkParams, bounds: FleetBounds): Sql {
  const [agent, module, investigator] = [sql`c.agent`, sql`c.module`, sql`c.investigator`]
  const digest = cellsDigest({ agent, module, investigator, seen: sql`c.seen`, value: sql`c.value` })
  return sql`${cellsSql(vintage, params, bounds)}
    SELECT (SELECT count(*) FROM e)::int AS endpoints, count(DISTINCT c.agent) FILTER (WHERE ${CHANGES})::int AS touched,
      count(*) FILTER (WHERE ${CHANGES} AND c.seen IS NULL)::int AS added,
      count(*) FILTER (WHERE ${CHANGES} AND c.seen IS NOT NULL AND c.value IS NOT NULL)::int AS changed,
      count(*) FILTER (WHERE ${CHANGES} AND c.value IS NULL)::int AS removed,
      count(*) FILTER (WHERE c.seen IS NOT DISTINCT FROM c.value)::int AS unchanged,
      count(*) FILTER (WHERE ${DIFFERS})::int AS differing,
      coalesce(${digest} FILTER (WHERE ${CHANGES}), 0)::text AS digest
    FROM c`
}

/** Puts the cells that a bulk change writes under the id of a batch, those of one agent together. */
export function keepBulkSql(vintage: Vintage, params: BulkParams, bounds: FleetBounds, batch: string): Sql {
  return sql`INSERT INTO dashboard.acl_change (batch, n, table_name, agentid, moduleid, investigatorid, before, after)
    SELECT ${batch}::uuid, (row_number() OVER (ORDER BY x.agent, x.module, x.investigator NULLS FIRST))::int,
      CASE WHEN x.investigator IS NULL THEN 'agtmodreq' ELSE 'invagtmodperm' END,
      trunc(x.agent), trunc(x.module), trunc(x.investigator), x.seen, x.value
    FROM (${cellsSql(vintage, params, bounds)} SELECT * FROM c WHERE ${CHANGES}) x`
}

/** The cells that a bulk change writes or leaves because they differ, with their names; `most` null for all of them. */
export function bulkShownSql(vintage: Vintage, params: BulkParams, bounds: FleetBounds, most: number | null): Sql {
  return sql`${cellsSql(vintage, params, bounds)}
    SELECT trunc(x.agent)::text AS agentid, a.name, a.queueloc, trunc(x.module)::text AS moduleid, m.name AS module,
      trunc(x.investigator)::text AS investigatorid, i.name AS investigator, x.seen, x.value, x.may
    FROM (
      SELECT * FROM c WHERE c.seen IS DISTINCT FROM c.value
      ORDER BY c.may, c.agent, c.module, c.investigator NULLS FIRST LIMIT ${most}::int
    ) x JOIN public.agents a ON a.id = x.agent LEFT JOIN public.modules m ON m.id = x.module
    LEFT JOIN public.investigators i ON i.id = x.investigator
    ORDER BY x.may, x.agent, x.module, x.investigator NULLS FIRST`
}
