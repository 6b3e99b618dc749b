import { containing } from '@/lib/db/like'
import type { ListQuery } from '@/lib/db/list'
import { type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import { agentOsSql, type Vintage } from '@/lib/mig/vintage'
import type { Instant } from '@/lib/mig/wire/time'
import type { offlineList } from './search-params'
import { earlier } from './state'

type Params = ListParams<(typeof offlineList)['filters']>

/** From when a last heartbeat means that the loss is as new as the filter asks for. */
function lostSince(filters: Params['filters'], now: Instant): Instant | null {
  return filters.lost ? earlier(now, filters.lost + filters.silent) : null
}

/** True for a row that stands for its endpoint by the newest heartbeat alone, as the offline question reads it. */
const IS_LAST_OF_QUEUE = sql`NOT EXISTS (SELECT 1 FROM public.agents newer
  WHERE newer.queueloc = a.queueloc AND (newer.heartbeattime, newer.id) > (a.heartbeattime, a.id))`

/**
 * Names seen within one window and silent for another: the documented question (mig-data.rst) as one aggregate. A heartbeat
 * ahead of the clock counts as seen, as it does there. Wants an index on agents (name, heartbeattime).
 */
export function offlineNamesQuery({ filters }: Pick<Params, 'filters'>, now: Instant): ListQuery {
  const name = filters.name ? sql`AND name ILIKE ${containing(filters.name)}` : sql``
  const silent = earlier(now, filters.silent)
  const lost = lostSince(filters, now)
  const where: Sql[] = []
  if (filters.only)
    where.push(sql`NOT EXISTS (SELECT 1 FROM public.agents a
      WHERE a.name = o.name AND a.heartbeattime >= ${earlier(now, filters.seen)}::timestamptz
        AND a.heartbeattime < ${silent}::timestamptz AND ${IS_LAST_OF_QUEUE})`)
  return {
    select: sql`o.name, o.last_seen`,
    from: sql`(
      SELECT name, max(heartbeattime) AS last_seen FROM public.agents
      WHERE heartbeattime >= ${earlier(now, filters.seen)}::timestamptz ${name}
      GROUP BY name HAVING max(heartbeattime) < ${silent}::timestamptz
        ${lost ? sql`AND max(heartbeattime) >= ${lost}::timestamptz` : sql``}
    ) o`,
    where,
    sorts: {
      name: { expression: sql`o.name`, type: 'text' },
      seen: { expression: sql`o.last_seen`, type: 'timestamptz' },
    },
    id: sql`o.name`,
    idType: 'text',
  }
}

/**
 * The same names with their last heartbeats, read from the row that is the last of its name instead of folded: walks an index on
 * heartbeattime, so that a page in the order of last heartbeats does not fold the fleet.
 */
export function offlineNamesBySeenQuery(params: Pick<Params, 'filters'>, now: Instant): ListQuery {
  const { filters } = params
  const folded = offlineNamesQuery(params, now)
  const lost = lostSince(filters, now)
  const where: Sql[] = [
    sql`o.heartbeattime >= ${earlier(now, filters.seen)}::timestamptz`,
    sql`o.heartbeattime < ${earlier(now, filters.silent)}::timestamptz`,
    // In two steps, since the index on names holds no ids.
    sql`NOT EXISTS (SELECT 1 FROM public.agents newer WHERE newer.name = o.name AND newer.heartbeattime > o.heartbeattime)`,
    sql`NOT EXISTS (SELECT 1 FROM public.agents newer
      WHERE newer.name = o.name AND newer.heartbeattime = o.heartbeattime AND newer.id > o.id)`,
    ...folded.where,
  ]
  if (filters.name) where.push(sql`o.name ILIKE ${containing(filters.name)}`)
  if (lost) where.push(sql`o.heartbeattime >= ${lost}::timestamptz`)
  return {
    ...folded,
    select: sql`o.name, o.heartbeattime AS last_seen`,
    from: sql`public.agents o`,
    where,
    sorts: { seen: { expression: sql`o.heartbeattime`, type: 'timestamptz' } },
  }
}

/** The same question by endpoint: the newest row of each queueloc that was seen and is silent. Wants an index on agents (queueloc). */
export function offlineEndpointsQuery(vintage: Vintage, { filters }: Pick<Params, 'filters'>, now: Instant): ListQuery {
  const silent = earlier(now, filters.silent)
  const lost = lostSince(filters, now)
  const where: Sql[] = [
    sql`a.heartbeattime >= ${earlier(now, filters.seen)}::timestamptz`,
    sql`a.heartbeattime < ${silent}::timestamptz`,
    IS_LAST_OF_QUEUE,
  ]
  if (filters.name) where.push(sql`a.name ILIKE ${containing(filters.name)}`)
  if (lost) where.push(sql`a.heartbeattime >= ${lost}::timestamptz`)
  if (filters.only)
    // The few names that are both silent and heard, in one walk through the names, instead of a probe for each silent endpoint.
    where.push(sql`a.name IN (SELECT name FROM public.agents WHERE heartbeattime >= ${earlier(now, filters.seen)}::timestamptz
      GROUP BY name HAVING min(heartbeattime) < ${silent}::timestamptz AND max(heartbeattime) >= ${silent}::timestamptz)`)
  return {
    select: sql`a.name, a.heartbeattime AS last_seen, trunc(a.id)::text AS id, a.queueloc, ${agentOsSql(vintage, 'a')} AS os, a.version`,
    from: sql`public.agents a`,
    where,
    sorts: {
      name: { expression: sql`a.name`, type: 'text' },
      seen: { expression: sql`a.heartbeattime`, type: 'timestamptz' },
    },
    id: sql`a.id`,
  }
}

/** The last row of each of these names: whose version, system and queue the offline list shows. */
export function lastRowsSql(vintage: Vintage, names: string[], since: Instant): Sql {
  return sql`SELECT DISTINCT ON (a.name) a.name, trunc(a.id)::text AS id, a.queueloc, ${agentOsSql(vintage, 'a')} AS os, a.version,
      count(*) OVER (PARTITION BY a.name) AS rows
    FROM public.agents a WHERE a.name = ANY(${names}) AND a.heartbeattime >= ${since}::timestamptz
    ORDER BY a.name, a.heartbeattime DESC, a.id DESC`
}

/** The stored tags of these rows, cut at so many characters. */
export function tagsSql(ids: string[], limit: number): Sql {
  return sql`SELECT trunc(id)::text AS id, left(tags::text, ${limit + 1}) AS tags
    FROM public.agents WHERE id = ANY(${ids}::numeric[])`
}

/**
 * For each of these queues, whoever of these names is heard elsewhere: the newest row of the name since `silent` on another
 * queue, at most one a name. And what the queue itself says now, when that is another name.
 */
export function heardElsewhereSql(ids: string[], silent: Instant): Sql {
  return sql`SELECT trunc(a.id)::text AS id, other.id AS heard_id, other.name AS heard_name, other.same_queue
    FROM public.agents a CROSS JOIN LATERAL (
      (SELECT trunc(n.id)::text AS id, n.name, n.queueloc = a.queueloc AS same_queue FROM public.agents n
       WHERE n.name = a.name AND n.heartbeattime >= ${silent}::timestamptz ORDER BY n.heartbeattime DESC, n.id DESC LIMIT 1)
      UNION ALL
      (SELECT trunc(n.id)::text, n.name, true FROM public.agents n
       WHERE n.queueloc = a.queueloc AND n.heartbeattime >= ${silent}::timestamptz ORDER BY n.heartbeattime DESC, n.id DESC LIMIT 1)
      LIMIT 1
    ) other WHERE a.id = ANY(${ids}::numeric[])`
}

/**
 * The newest commands that the endpoints of these rows never answered: sent no earlier than a period before the endpoint's last
 * heartbeat, and waiting, cancelled (MIG's word for expired) or expired. At most `limit` a row.
 */
export function missedCommandsSql(ids: string[], period: number, limit: number): Sql {
  return sql`SELECT trunc(a.id)::text AS agent, missed.id, missed.action, missed.status, missed.starttime, missed.of
    FROM public.agents a CROSS JOIN LATERAL (
      SELECT trunc(c.id)::text AS id, x.name AS action, c.status, c.starttime, count(*) OVER () AS of
      FROM public.agents p
        JOIN public.commands c ON c.agentid = p.id
          AND c.starttime >= a.heartbeattime - make_interval(secs => ${period}::float8 / 1000)
        LEFT JOIN public.actions x ON x.id = c.actionid
      WHERE p.queueloc = a.queueloc AND c.status IN ('prepared', 'sent', 'cancelled', 'expired')
      ORDER BY c.starttime DESC, c.id DESC LIMIT ${limit}
    ) missed WHERE a.id = ANY(${ids}::numeric[]) AND isfinite(a.heartbeattime)
    ORDER BY a.id, missed.starttime DESC, missed.id DESC`
}
