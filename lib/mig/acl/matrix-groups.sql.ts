import type { ListQuery } from '@/lib/db/list'
import { join, type Sql, sql } from '@/lib/db/sql'
import type { GroupKey } from '@/lib/mig/agents/groups'
import { groupSql } from '@/lib/mig/agents/groups.sql'
import type { FleetBounds } from '@/lib/mig/agents/state'
import { endpointsSql, stateSql } from '@/lib/mig/agents/state.sql'
import type { Vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { type EndpointFilters, endpointsQuery } from './window.sql'

/** What stands in the cells of groups, column by column: minimums or one person's weights by module, or one module's weights by person. */
export type GroupSource =
  | { table: 'agtmodreq'; columns: readonly MigId[] }
  | { table: 'invagtmodperm'; investigator: MigId; columns: readonly MigId[] }
  | { table: 'invagtmodperm'; module: MigId; columns: readonly MigId[] }

/** The rules of the endpoints `e` in the source's columns: value, column, weight. */
function rulesSql(source: GroupSource): Sql {
  if (source.table === 'agtmodreq')
    return sql`SELECT e.value, r.moduleid AS col, r.minimumweight AS weight FROM e
      JOIN public.agtmodreq r ON r.agentid = e.id WHERE r.moduleid = ANY(${source.columns}::numeric[])`
  if ('investigator' in source)
    return sql`SELECT e.value, r.moduleid AS col, r.weight FROM e JOIN public.invagtmodperm r ON r.agentid = e.id
      WHERE r.investigatorid = ${source.investigator}::numeric AND r.moduleid = ANY(${source.columns}::numeric[])`
  return sql`SELECT e.value, r.investigatorid AS col, r.weight FROM e JOIN public.invagtmodperm r ON r.agentid = e.id
    WHERE r.moduleid = ${source.module}::numeric AND r.investigatorid = ANY(${source.columns}::numeric[])`
}

/**
 * Endpoints in groups: one row a group, with what its endpoints have stored as JSON by column (how many there are, the least
 * and the greatest), of how many a file of the ACL is known and of how many it says something else, as the last pass found.
 * In one pass over the endpoints that the filters leave.
 */
export function matrixGroupsQuery(
  vintage: Vintage,
  filters: EndpointFilters,
  by: GroupKey,
  source: GroupSource,
  bounds: FleetBounds,
): ListQuery {
  const { from, where } = endpointsQuery(vintage, filters, bounds)
  const state = stateSql(
    { lastSeen: endpointsSql(bounds).lastSeen, status: sql`a.status`, destructiontime: sql`a.destructiontime` },
    bounds,
  )
  const conditions = join(
    where.map((one) => sql`(${one})`),
    ' AND ',
  )
  return {
    select: sql`f.value, f.count, f.groups, f.cells::text AS cells, f.known, f.differing`,
    from: sql`(
      WITH e AS MATERIALIZED (
        SELECT a.id, a.queueloc, ${groupSql(vintage, by, state)} AS value FROM ${from} WHERE ${conditions}
      ), g AS (
        SELECT value, count(*) AS count, count(*) OVER () AS groups FROM e GROUP BY value
      ), c AS MATERIALIZED (
        SELECT r.value, r.col, count(*) AS n, min(r.weight) AS least, max(r.weight) AS most
        FROM (${rulesSql(source)}) r GROUP BY r.value, r.col
      ), x AS MATERIALIZED (
        SELECT e.value, count(*) AS known, count(*) FILTER (WHERE k.file_state = 'differs') AS differing
        FROM e JOIN dashboard.acl_endpoint k ON k.queueloc = e.queueloc WHERE k.file_state <> 'none' GROUP BY e.value
      )
      SELECT g.value, g.count, g.groups, d.cells, coalesce(x.known, 0) AS known, coalesce(x.differing, 0) AS differing
      FROM g LEFT JOIN (
        SELECT value, json_object_agg(trunc(col)::text, json_build_array(n, least, most)) AS cells FROM c GROUP BY value
      ) d ON d.value = g.value LEFT JOIN x ON x.value = g.value
    ) f`,
    where: [],
    sorts: {
      count: { expression: sql`f.count`, type: 'bigint' },
      value: { expression: sql`f.value`, type: 'text' },
    },
    id: sql`f.value`,
    idType: 'text',
    memory: 64,
  }
}
