import { containing } from '@/lib/db/like'
import type { ListQuery } from '@/lib/db/list'
import { empty, type Sql, sql } from '@/lib/db/sql'
import type { FleetBounds } from '@/lib/mig/agents/state'
import { endpointsSql, isNewestSql, stateSql } from '@/lib/mig/agents/state.sql'
import { agentOsSql, type Vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { type ActiveKeys, keyWeightsSql, listingAgentsSql, reachSql } from './people'
import type { Power } from './powers-on'

/** The endpoints with several live rows, by queue, and these rows. */
export type Doubled = { queues: readonly string[]; live: readonly MigId[] }

/** A person's key, and the keys of all others; `partner` is one of these. */
export type PowerScope = {
  vintage: Vintage
  bounds: FleetBounds
  doubled: Doubled
  /** The modules that share their name with no other one. */
  modules: readonly MigId[]
  own: ActiveKeys
  others: ActiveKeys
  partner?: ActiveKeys
}

const idsOf = ({ single, shared }: ActiveKeys) => [...single, ...shared.flatMap(({ active }) => active)]
const agent = sql`r.agentid`
const module = sql`r.moduleid`

/** What narrows to rows that every live row of the endpoint has: `settledRules` in SQL. `stored` looks for one on the row `l`. */
function settledSql({ queues, live }: Doubled, stored: Sql): Sql {
  if (queues.length === 0) return empty
  return sql` AND NOT (a.queueloc = ANY(${[...queues]}) AND EXISTS (SELECT FROM public.agents l
    WHERE l.queueloc = a.queueloc AND l.id = ANY(${[...live]}::numeric[]) AND NOT EXISTS (${stored})))`
}

const settledWeight = ({ doubled }: PowerScope) =>
  settledSql(
    doubled,
    sql`SELECT FROM public.invagtmodperm o WHERE o.agentid = l.id AND o.moduleid = w.moduleid
      AND o.investigatorid = w.investigatorid AND o.weight = w.weight`,
  )

const settledMinimum = ({ doubled }: PowerScope) =>
  settledSql(
    doubled,
    sql`SELECT FROM public.agtmodreq o WHERE o.agentid = l.id AND o.moduleid = r.moduleid AND o.minimumweight = r.minimumweight`,
  )

const weightsSql = (scope: PowerScope, keys: ActiveKeys) => keyWeightsSql(keys, agent, module, settledWeight(scope))

const weightSql = (scope: PowerScope, keys: ActiveKeys) =>
  sql`coalesce((SELECT sum(k.weight) FROM (${weightsSql(scope, keys)}) k), 0)`

/**
 * Every rule (a minimum of 1 or more on an endpoint's newest row) for whose module the person has weight. Not where two modules
 * share the name, nor where live rows of the endpoint differ: that counts as refusing.
 */
function rulesFrom(scope: PowerScope): { from: Sql; where: Sql[]; lastSeen: Sql } {
  const { own, bounds, modules } = scope
  const { from, lastSeen } = endpointsSql(bounds)
  return {
    from: sql`${from} JOIN public.agtmodreq r ON r.agentid = a.id JOIN public.modules m ON m.id = r.moduleid
      CROSS JOIN LATERAL (SELECT ${weightSql(scope, own)}::bigint AS weight OFFSET 0) p`,
    where: [
      isNewestSql('a', bounds.now),
      sql`r.minimumweight >= 1${settledMinimum(scope)}`,
      sql`m.id = ANY(${[...modules]}::numeric[])`,
      // So that the few rules with a weight of this person are looked at, not all.
      sql`EXISTS (SELECT FROM public.invagtmodperm w WHERE w.investigatorid = ANY(${idsOf(own)}::numeric[])
        AND w.agentid = r.agentid AND w.moduleid = r.moduleid AND w.weight > 0)`,
      sql`p.weight > 0`,
    ],
    lastSeen,
  }
}

/**
 * The rules of `rulesFrom` that the person reaches together with the partner, and neither alone. There may be very many: they
 * are looked up one by one, by agent as the list is sorted, so that a page or a count ends where it has enough.
 */
function rulesWithPartnerFrom(scope: PowerScope, partner: ActiveKeys): ReturnType<typeof rulesFrom> {
  const { own, bounds, modules } = scope
  const { from, lastSeen } = endpointsSql(bounds)
  return {
    from: sql`(SELECT w.agentid, w.moduleid FROM public.invagtmodperm w
        WHERE w.investigatorid = ANY(${idsOf(own)}::numeric[]) AND w.weight > 0
        GROUP BY w.agentid, w.moduleid ORDER BY w.agentid, w.moduleid OFFSET 0) h
      CROSS JOIN LATERAL (SELECT a.*, ${lastSeen} AS last_seen FROM ${from}
        WHERE a.id = h.agentid AND ${isNewestSql('a', bounds.now)} OFFSET 0) a
      CROSS JOIN LATERAL (SELECT s.agentid, s.moduleid, s.minimumweight FROM public.agtmodreq s
        WHERE s.agentid = h.agentid AND s.moduleid = h.moduleid AND s.minimumweight >= 1 OFFSET 0) r
      JOIN public.modules m ON m.id = r.moduleid
      CROSS JOIN LATERAL (SELECT ${weightSql(scope, own)}::bigint AS weight OFFSET 0) p
      CROSS JOIN LATERAL (SELECT ${weightSql(scope, partner)}::bigint AS weight OFFSET 0) q`,
    where: [
      sql`true${settledMinimum(scope)}`,
      sql`m.id = ANY(${[...modules]}::numeric[])`,
      sql`p.weight > 0 AND p.weight < r.minimumweight AND q.weight < r.minimumweight`,
      sql`p.weight + q.weight >= r.minimumweight`,
    ],
    lastSeen: sql`a.last_seen`,
  }
}

/** What the person can do with a rule: `powerOf` in SQL. */
function powerSql(scope: PowerScope): Sql {
  const { others } = scope
  const best = sql`(SELECT max(k.weight) FROM (${weightsSql(scope, others)}) k WHERE k.weight < r.minimumweight)`
  return sql`CASE WHEN p.weight >= r.minimumweight THEN 'alone'
    WHEN p.weight + coalesce(${best}, 0) >= r.minimumweight THEN 'pair'
    WHEN p.weight + ${reachSql(others, agent, module, settledWeight(scope))} >= r.minimumweight THEN 'more' ELSE 'never' END`
}

export type PowerFilters = { how?: Power[]; module?: MigId[]; name?: string; os?: string }

/** The rules for whose module the person has weight, by endpoint. */
export function powersQuery(scope: PowerScope, filters: PowerFilters): ListQuery {
  const { vintage, bounds, partner } = scope
  const { from, where, lastSeen } = partner ? rulesWithPartnerFrom(scope, partner) : rulesFrom(scope)
  const state = stateSql({ lastSeen, status: sql`a.status`, destructiontime: sql`a.destructiontime` }, bounds)
  const power = powerSql(scope)
  const conditions = [...where]
  if (filters.how) conditions.push(sql`${power} = ANY(${filters.how})`)
  if (filters.module) conditions.push(sql`m.id = ANY(${filters.module}::numeric[])`)
  if (filters.name) conditions.push(sql`a.name ILIKE ${containing(filters.name)}`)
  if (filters.os) conditions.push(sql`lower(${agentOsSql(vintage, 'a')}) = lower(${filters.os})`)
  return {
    select: sql`trunc(a.id)::text AS agentid, a.name, a.queueloc, ${agentOsSql(vintage, 'a')} AS os, ${state} AS state,
      ${lastSeen} AS last_seen, trunc(m.id)::text AS moduleid, m.name AS module, r.minimumweight, p.weight::int AS weight,
      ${partner ? sql`q.weight::int` : sql`NULL::int`} AS partner_weight, ${power} AS how`,
    from,
    where: conditions,
    sorts: { agent: { expression: partner ? sql`h.agentid` : sql`a.id`, type: 'numeric' } },
    id: sql`trunc(m.id)::text`,
    idType: 'text',
  }
}

const all = (conditions: Sql[]) => conditions.map((one) => sql`(${one})`).reduce((a, b) => sql`${a} AND ${b}`)

/** How many rules of each module the person reaches how. */
export function countPowersSql(scope: PowerScope): Sql {
  const { from, where } = rulesFrom(scope)
  return sql`SELECT trunc(q.id)::text AS moduleid, q.name AS module, q.how, count(*) AS n FROM (
      SELECT m.id, m.name, ${powerSql(scope)} AS how FROM ${from} WHERE ${all(where)}) q
    GROUP BY q.id, q.name, q.how ORDER BY q.name, q.id`
}

/** With whom the person reaches rules that neither reaches alone: the ones with the most rules. */
export function partnersSql(scope: PowerScope, most: number): Sql {
  const { from, where } = rulesFrom(scope)
  return sql`SELECT trunc(k.person)::text AS id, count(*) AS n FROM ${from}
    CROSS JOIN LATERAL (${weightsSql(scope, scope.others)}) k
    WHERE ${all(where)} AND p.weight < r.minimumweight AND k.weight < r.minimumweight AND p.weight + k.weight >= r.minimumweight
    GROUP BY k.person ORDER BY n DESC, k.person LIMIT ${most}`
}

/** How many endpoints' ACL files list the key of these rows of `investigators`: they change when it goes. */
export function listingEndpointsSql({ bounds }: Pick<PowerScope, 'bounds'>, rows: readonly MigId[]): Sql {
  return sql`SELECT count(*) AS endpoints FROM public.agents a
    WHERE a.id IN (${listingAgentsSql(rows)}) AND ${isNewestSql('a', bounds.now)}`
}
