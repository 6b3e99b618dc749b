import { join, raw, type Sql, sql } from '@/lib/db/sql'
import type { Instant } from '@/lib/mig/wire/time'
import type { StateBounds } from './state'
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

/**
 * Agents as `a` with, per queueloc, the heartbeats that are ahead of the clock as `x.heartbeattime`: few, and they count for
 * when the endpoint was last seen though its newest row is another.
 */
export function endpointsFromSql(now: Instant): Sql {
  const column = sql`heartbeattime`
  return sql`public.agents a LEFT JOIN (
    SELECT queueloc, max(heartbeattime) AS heartbeattime FROM public.agents
    WHERE heartbeattime > ${now}::timestamptz AND ${isMomentSql(column)} GROUP BY queueloc
  ) x ON x.queueloc = a.queueloc`
}

/** When the endpoint of `endpointsFromSql` was last seen. */
export const LAST_SEEN = sql`coalesce(x.heartbeattime, a.heartbeattime)`

/** What the wanted states imply for the newest row's heartbeat, so that an index on heartbeattime can narrow the rows. */
export function stateRangeSql(states: readonly EndpointState[], bounds: StateBounds, ofEndpoint: boolean): Sql[] {
  const ranges = states.map((state): Sql | null => {
    if (state === 'gone') return sql`a.heartbeattime < ${bounds.gone}::timestamptz`
    if (state === 'unreachable')
      return sql`a.heartbeattime >= ${bounds.gone}::timestamptz AND a.heartbeattime < ${bounds.late}::timestamptz`
    if (state === 'late')
      return sql`a.heartbeattime >= ${bounds.late}::timestamptz AND a.heartbeattime < ${bounds.online}::timestamptz`
    if (state === 'online' && !ofEndpoint) return sql`a.heartbeattime >= ${bounds.online}::timestamptz`
    if (state === 'destroyed') return sql`a.status = 'destroyed'`
    if (state === 'unknown') return sql`NOT ${isMomentSql(sql`a.heartbeattime`)}`
    if (state === 'ahead')
      return ofEndpoint
        ? sql`a.queueloc IN (SELECT queueloc FROM public.agents WHERE heartbeattime > ${bounds.now}::timestamptz)`
        : sql`a.heartbeattime > ${bounds.ahead}::timestamptz`
    return null
  })
  return ranges.some((range) => range === null) || ranges.length === 0 ? [] : [join(ranges as Sql[], ' OR ')]
}
