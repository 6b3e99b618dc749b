import type { ListQuery } from '@/lib/db/list'
import { join, type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import { agentListQuery } from '@/lib/mig/agents/list.sql'
import { agentList } from '@/lib/mig/agents/search-params'
import type { FleetBounds, StateBounds } from '@/lib/mig/agents/state'
import { stateSql } from '@/lib/mig/agents/state.sql'
import { agentOsSql, type Vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { type ActiveKeys, reachSql } from './people'
import type { StoredMinimum, StoredWeight } from './search-params'

export type EndpointFilters = Partial<
  Pick<AgentFilters, 'name' | 'os' | 'state' | 'version' | 'queueloc' | 'tag' | 'env' | 'in'>
> & {
  agent?: { id: MigId }
  /** Minimums that the newest row must hold, or must not have. */
  rule?: readonly StoredMinimum[]
  /** The same of weights. */
  weight?: readonly StoredWeight[]
}

type AgentFilters = ListParams<(typeof agentList)['filters']>['filters']

const NO_FILTERS: AgentFilters = { ...emptyFilters(), rows: 'endpoints' }

function emptyFilters(): AgentFilters {
  const parsed = agentList.parse({})
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params.filters
}

/** What the newest row must hold, or must not have, as conditions on `a`. */
export function storedSql({ rule, weight: weights }: Pick<EndpointFilters, 'rule' | 'weight'>): Sql[] {
  const where: Sql[] = []
  const holds = (stored: Sql, value: Sql, wanted: number | null) =>
    where.push(
      wanted === null
        ? sql`NOT EXISTS (SELECT ${stored})`
        : sql`EXISTS (SELECT ${stored} AND ${value} = ${wanted}::integer)`,
    )
  for (const { module, minimum } of rule ?? [])
    holds(
      sql`FROM public.agtmodreq q WHERE q.agentid = a.id AND q.moduleid = ${module}::numeric`,
      sql`q.minimumweight`,
      minimum,
    )
  for (const { investigator, module, weight } of weights ?? [])
    holds(
      sql`FROM public.invagtmodperm q WHERE q.investigatorid = ${investigator}::numeric AND q.agentid = a.id
        AND q.moduleid = ${module}::numeric`,
      sql`q.weight`,
      weight,
    )
  return where
}

/** Endpoints by name, each as its newest row, whose rules hold for it (design 8). */
export function endpointsQuery(vintage: Vintage, filters: EndpointFilters, bounds: FleetBounds): ListQuery {
  const { agent, rule, weight, name, os, state, version, queueloc, tag, env, in: groups } = filters
  const asked = { name, os, state, version, queueloc, tag, env, in: groups }
  const list = agentListQuery(vintage, { filters: { ...NO_FILTERS, ...asked } }, bounds)
  const where = [...list.where]
  if (agent) where.push(sql`a.queueloc = (SELECT queueloc FROM public.agents WHERE id = ${agent.id}::numeric)`)
  where.push(...storedSql({ rule, weight }))
  return { ...list, where, sorts: { name: { expression: sql`a.name`, type: 'text' } } }
}

/** Which table a matrix shows: the minimums, one investigator's weights, or several people's weights, for all modules or some. */
export type MatrixSource =
  | { table: 'agtmodreq' }
  | { table: 'invagtmodperm'; investigators: MigId[]; modules?: MigId[] }

/**
 * The rules on every row of these endpoints, and their live rows without any: one row a rule, `moduleid` null for a live row
 * that has none. Older rows are read too, so that rules left behind there are seen.
 */
export function rulesOfEndpointsSql(source: MatrixSource, queuelocs: string[], bounds: StateBounds): Sql {
  const live = sql`${stateSql(
    { lastSeen: sql`a.heartbeattime`, status: sql`a.status`, destructiontime: sql`a.destructiontime` },
    bounds,
  )} IN ('online', 'late')`
  const rules =
    source.table === 'agtmodreq'
      ? sql`SELECT agentid, moduleid, minimumweight AS value, NULL::numeric AS investigatorid FROM public.agtmodreq`
      : sql`SELECT agentid, moduleid, weight AS value, investigatorid FROM public.invagtmodperm
          WHERE investigatorid = ANY(${source.investigators}::numeric[])
            ${source.modules ? sql`AND moduleid = ANY(${source.modules}::numeric[])` : sql``}`
  return sql`
    SELECT a.queueloc, trunc(a.id)::text AS agentid, ${live} AS live, trunc(r.moduleid)::text AS moduleid,
      trunc(r.investigatorid)::text AS investigatorid, r.value
    FROM public.agents a LEFT JOIN (${rules}) r ON r.agentid = a.id
    WHERE a.queueloc = ANY(${queuelocs}) AND (r.agentid IS NOT NULL OR ${live})
    ORDER BY a.heartbeattime DESC, a.id DESC`
}

/** By module, the weight that all these keys together can reach on these agent rows; `reachOf` in SQL. */
export function reachableSql(keys: ActiveKeys, agentIds: MigId[]): Sql {
  return sql`SELECT trunc(h.agentid)::text AS agentid, trunc(h.moduleid)::text AS moduleid,
      ${reachSql(keys, sql`h.agentid`, sql`h.moduleid`)}::float8 AS weight
    FROM (SELECT DISTINCT agentid, moduleid FROM public.invagtmodperm WHERE agentid = ANY(${agentIds}::numeric[])) h`
}

/** The row that stands for the endpoint of an agent row: the one whose rules hold, and where an edit writes. */
export function newestRowSql(vintage: Vintage, agentId: MigId, now: Instant): Sql {
  return sql`
    SELECT trunc(a.id)::text AS id, a.name, a.queueloc, ${agentOsSql(vintage, 'a')} AS os FROM public.agents a
    WHERE a.queueloc = (SELECT queueloc FROM public.agents WHERE id = ${agentId}::numeric)
    ORDER BY a.heartbeattime <= ${now}::timestamptz DESC, a.heartbeattime DESC, a.id DESC LIMIT 1`
}

/** Every stored rule of the filtered endpoints for the export, older rows' included and marked. */
export function ruleExportQuery(
  vintage: Vintage,
  source: { table: 'agtmodreq' } | { table: 'invagtmodperm'; investigator?: MigId },
  filters: EndpointFilters & { module?: MigId[] },
  bounds: FleetBounds,
): ListQuery {
  const endpoints = endpointsQuery(vintage, filters, bounds)
  const where = [...endpoints.where]
  if (filters.module) where.push(sql`r.moduleid = ANY(${filters.module}::numeric[])`)
  const rule = sql`trunc(r.agentid)::text AS agentid, p.name, p.queueloc, ${agentOsSql(vintage, 'p')} AS os,
    trunc(r.moduleid)::text AS moduleid, m.name AS module, p.id <> a.id AS left_behind`
  const from = sql`${endpoints.from} JOIN public.agents p ON p.queueloc = a.queueloc`
  const sorts = endpoints.sorts
  if (source.table === 'agtmodreq')
    return {
      select: join([rule, sql`r.minimumweight`]),
      from: sql`${from} JOIN public.agtmodreq r ON r.agentid = p.id LEFT JOIN public.modules m ON m.id = r.moduleid`,
      where,
      sorts,
      // Only read in order, never paged: the order among an endpoint's rules is part of it.
      id: sql`a.id, p.id, r.moduleid`,
    }
  if (source.investigator) where.push(sql`r.investigatorid = ${source.investigator}::numeric`)
  return {
    select: join([rule, sql`trunc(r.investigatorid)::text AS investigatorid, i.name AS investigator, r.weight`]),
    from: sql`${from} JOIN public.invagtmodperm r ON r.agentid = p.id LEFT JOIN public.modules m ON m.id = r.moduleid
      LEFT JOIN public.investigators i ON i.id = r.investigatorid`,
    where,
    sorts,
    id: sql`a.id, p.id, r.moduleid, r.investigatorid`,
  }
}
