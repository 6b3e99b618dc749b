import { containing } from '@/lib/db/like'
import type { ListQuery } from '@/lib/db/list'
import { type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import { agentOsSql, type Vintage } from '@/lib/mig/vintage'
import type { Instant } from '@/lib/mig/wire/time'
import type { offlineList } from './search-params'
import { earlier } from './state'

type Params = ListParams<(typeof offlineList)['filters']>

/**
 * Names seen within one window and silent for another: the documented question (mig-data.rst) as one aggregate. A heartbeat
 * ahead of the clock counts as seen, as it does there. Wants an index on agents (name, heartbeattime).
 */
export function offlineNamesQuery({ filters }: Pick<Params, 'filters'>, now: Instant): ListQuery {
  const name = filters.name ? sql`AND name ILIKE ${containing(filters.name)}` : sql``
  return {
    select: sql`o.name, o.last_seen`,
    from: sql`(
      SELECT name, max(heartbeattime) AS last_seen FROM public.agents
      WHERE heartbeattime >= ${earlier(now, filters.seen)}::timestamptz ${name}
      GROUP BY name HAVING max(heartbeattime) < ${earlier(now, filters.silent)}::timestamptz
    ) o`,
    where: [],
    sorts: {
      name: { expression: sql`o.name`, type: 'text' },
      seen: { expression: sql`o.last_seen`, type: 'timestamptz' },
    },
    id: sql`o.name`,
    idType: 'text',
  }
}

/** The same question by endpoint: the newest row of each queueloc that was seen and is silent. Wants an index on agents (queueloc). */
export function offlineEndpointsQuery(vintage: Vintage, { filters }: Pick<Params, 'filters'>, now: Instant): ListQuery {
  const where: Sql[] = [
    sql`a.heartbeattime >= ${earlier(now, filters.seen)}::timestamptz`,
    sql`a.heartbeattime < ${earlier(now, filters.silent)}::timestamptz`,
    sql`NOT EXISTS (SELECT 1 FROM public.agents newer
      WHERE newer.queueloc = a.queueloc AND (newer.heartbeattime, newer.id) > (a.heartbeattime, a.id))`,
  ]
  if (filters.name) where.push(sql`a.name ILIKE ${containing(filters.name)}`)
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
