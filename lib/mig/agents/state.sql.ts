import { join, raw, type Sql, sql } from '@/lib/db/sql'
import type { Instant } from '@/lib/mig/wire/time'
import type { FleetBounds, StateBounds } from './state'
import type { EndpointState } from './status'

/** True for a moment that is one; MIG's "not yet" dates, BC and infinity are none (mig-domain 0.5). */
export function isMomentSql(expression: Sql): Sql {
  return sql`(${expression} >= '0100-01-01 00:00:00+00' AND ${expression} < '9001-01-01 00:00:00+00')`
}

/** The rule of `endpointState` as one CASE expression over an endpoint's last heartbeat, stored status and destruction time. */
export function stateSql(
  { lastSeen, status, destructiontime }: { lastSeen: Sql; status: Sql; destructiontime: Sql },
  bounds: StateBounds,
): Sql {
  return sql`CASE
    WHEN NOT ${isMomentSql(lastSeen)} THEN 'unknown'
    WHEN ${lastSeen} > ${bounds.ahead}::timestamptz THEN 'ahead'
    WHEN ${status} = 'destroyed' AND CASE WHEN ${isMomentSql(destructiontime)} THEN ${lastSeen} <= ${destructiontime}
      ELSE ${lastSeen} < ${bounds.online}::timestamptz END THEN 'destroyed'
    WHEN ${lastSeen} >= ${bounds.online}::timestamptz THEN 'online'
    WHEN ${lastSeen} >= ${bounds.late}::timestamptz THEN 'late'
    WHEN ${lastSeen} >= ${bounds.gone}::timestamptz THEN 'unreachable'
    ELSE 'gone' END`
}

/**
 * True for the row that stands for its endpoint: heartbeattime ≤ now before later ones, then the newest heartbeat, then the
 * greatest id. Wants an index on agents (queueloc).
 */
export function isNewestSql(alias: string, now: Instant): Sql {
  const order = (row: string) =>
    sql`(${raw(row)}.heartbeattime <= ${now}::timestamptz, ${raw(row)}.heartbeattime, ${raw(row)}.id)`
  return sql`NOT EXISTS (SELECT 1 FROM public.agents newer
    WHERE newer.queueloc = ${raw(alias)}.queueloc AND ${order('newer')} > ${order(alias)})`
}

/** How many queues with heartbeats ahead of now a statement names one by one. */
export const QUEUES_AHEAD = 1_000

/** The queues with heartbeats ahead of now, one row a process; more than `QUEUES_AHEAD` rows are too many to name. */
export function queuesAheadSql(now: Instant): Sql {
  return sql`SELECT queueloc FROM public.agents
    WHERE heartbeattime > ${now}::timestamptz AND ${isMomentSql(sql`heartbeattime`)} LIMIT ${QUEUES_AHEAD + 1}`
}

/** Agents as `a`, and when the endpoint of one was last seen: by a heartbeat ahead of the clock though its newest row is another. */
export type Endpoints = { from: Sql; lastSeen: Sql }

/**
 * The endpoints of the fleet. With the few queues that are ahead named, a page walks an index in its order; the join, which
 * does for a pass over the whole fleet, would make it sort the fleet or compare each row with each of them.
 */
export function endpointsSql({ now, queuesAhead }: FleetBounds): Endpoints {
  const ahead = sql`y.heartbeattime > ${now}::timestamptz AND ${isMomentSql(sql`y.heartbeattime`)}`
  if (queuesAhead?.length === 0) return { from: sql`public.agents a`, lastSeen: sql`a.heartbeattime` }
  if (queuesAhead)
    return {
      from: sql`public.agents a CROSS JOIN LATERAL (
        SELECT CASE WHEN a.queueloc = ANY(${queuesAhead}) THEN coalesce((
          SELECT max(y.heartbeattime) FROM public.agents y WHERE y.queueloc = a.queueloc AND ${ahead}
        ), a.heartbeattime) ELSE a.heartbeattime END AS heartbeattime
        -- Once a row, not once for each time that a state's rule mentions it.
        OFFSET 0) x`,
      lastSeen: sql`x.heartbeattime`,
    }
  return {
    from: sql`public.agents a LEFT JOIN (
      SELECT y.queueloc, max(y.heartbeattime) AS heartbeattime FROM public.agents y WHERE ${ahead} GROUP BY y.queueloc
    ) x ON x.queueloc = a.queueloc`,
    lastSeen: sql`coalesce(x.heartbeattime, a.heartbeattime)`,
  }
}

/** True for rows of the wanted states; written so that the planner takes them for common, as they are. */
export function inStatesSql(state: Sql, states: readonly EndpointState[]): Sql {
  return sql`coalesce(${state} = ANY(${states}), false)`
}

/** What the wanted states imply for the newest row's heartbeat, so that an index on heartbeattime can narrow the rows. */
export function stateRangeSql(states: readonly EndpointState[], bounds: FleetBounds, ofEndpoint: boolean): Sql[] {
  const { queuesAhead } = bounds
  // Neighbours in time are one range: of several joined by OR the planner walks the whole index.
  const silent = new Set<EndpointState>(['gone', 'unreachable', 'late'])
  if (states.length > 1 && states.every((state) => silent.has(state))) {
    const until = sql`a.heartbeattime < ${states.includes('late') ? bounds.online : bounds.late}::timestamptz`
    return states.includes('gone') ? [until] : [until, sql`a.heartbeattime >= ${bounds.gone}::timestamptz`]
  }
  const ranges = states.map((state): Sql | null => {
    if (state === 'gone') return sql`a.heartbeattime < ${bounds.gone}::timestamptz`
    if (state === 'unreachable')
      return sql`a.heartbeattime >= ${bounds.gone}::timestamptz AND a.heartbeattime < ${bounds.late}::timestamptz`
    if (state === 'late')
      return sql`a.heartbeattime >= ${bounds.late}::timestamptz AND a.heartbeattime < ${bounds.online}::timestamptz`
    if (state === 'online' && (!ofEndpoint || queuesAhead))
      return sql`a.heartbeattime >= ${bounds.online}::timestamptz${
        ofEndpoint && queuesAhead?.length ? sql` OR a.queueloc = ANY(${queuesAhead})` : sql``
      }`
    if (state === 'destroyed') return sql`a.status = 'destroyed'`
    if (state === 'unknown') return sql`NOT ${isMomentSql(sql`a.heartbeattime`)}`
    if (state === 'ahead') {
      if (!ofEndpoint) return sql`a.heartbeattime > ${bounds.ahead}::timestamptz`
      return queuesAhead
        ? sql`a.queueloc = ANY(${queuesAhead})`
        : sql`a.queueloc IN (SELECT queueloc FROM public.agents WHERE heartbeattime > ${bounds.now}::timestamptz)`
    }
    return null
  })
  return ranges.some((range) => range === null) || ranges.length === 0 ? [] : [join(ranges as Sql[], ' OR ')]
}
