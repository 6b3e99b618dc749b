import { containing } from '@/lib/db/like'
import type { ListQuery } from '@/lib/db/list'
import { type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import type { Instant } from '@/lib/mig/wire/time'
import type { doubleList } from './search-params'
import { earlier } from './state'

type Params = ListParams<(typeof doubleList)['filters']>

/**
 * Queues that more than one process beat on within the window: the documented question (mig-data.rst), ties by queueloc.
 * Counted downwards with a negative sort key, so that the ties still run upwards; `doubleParams` turns the order. Each
 * row tells in `of` how many there are. Wants an index on agents (heartbeattime).
 */
export function doublesQuery({ filters }: Pick<Params, 'filters'>, now: Instant): ListQuery {
  const queue = filters.queueloc ? sql`AND queueloc ILIKE ${containing(filters.queueloc)}` : sql``
  return {
    select: sql`d.count, d.queueloc, d.of`,
    from: sql`(
      SELECT count(*) AS count, queueloc, count(*) OVER () AS of FROM public.agents
      WHERE heartbeattime >= ${earlier(now, filters.window)}::timestamptz ${queue}
      GROUP BY queueloc HAVING count(*) > 1
    ) d`,
    where: [],
    sorts: {
      count: { expression: sql`(-d.count)`, type: 'numeric' },
      queueloc: { expression: sql`d.queueloc`, type: 'text' },
    },
    id: sql`d.queueloc`,
    idType: 'text',
    oneCore: true,
  }
}

/** The order of `doublesQuery` that the URL's sort means. */
export function doubleParams(params: Params): Params {
  const { sort } = params
  return sort.key === 'count' ? { ...params, sort: { key: 'count', descending: !sort.descending } } : params
}

/** The newest processes of each of these queues within the window, at most `limit` a queue. */
export function doubleProcessesSql(queuelocs: string[], since: Instant, limit: number): Sql {
  return sql`SELECT * FROM (
      SELECT trunc(id)::text AS id, name, queueloc, version, pid, starttime, destructiontime, heartbeattime, status,
        row_number() OVER (PARTITION BY queueloc ORDER BY heartbeattime DESC, id DESC) AS place
      FROM public.agents WHERE queueloc = ANY(${queuelocs}) AND heartbeattime >= ${since}::timestamptz
    ) p WHERE place <= ${limit} ORDER BY queueloc, place`
}

/**
 * The newest invalid action by which the scheduler wanted to end a process of these queues (mig-domain 5.6): its target is the
 * bare queue at 72c07789, a condition on it later. Wants an index on actions (md5(target)).
 */
export function killActionsSql(queuelocs: string[]): Sql {
  return sql`SELECT DISTINCT ON (q.queueloc) q.queueloc, trunc(x.id)::text AS id, x.name,
      count(*) OVER (PARTITION BY q.queueloc) AS of
    FROM unnest(${queuelocs}::text[]) q(queueloc)
      CROSS JOIN LATERAL (VALUES (q.queueloc), ('queueloc=''' || q.queueloc || '''')) t(target)
      JOIN public.actions x ON md5(x.target::text) = md5(t.target) AND x.target = t.target
    WHERE x.status = 'invalid' AND (x.name LIKE 'Destroy agent %' OR x.name LIKE 'Kill agent %')
    ORDER BY q.queueloc, x.id DESC`
}

/** For each of these queues another one that is heard since a moment under one of its names. */
export function namesakesSql(queuelocs: string[], since: Instant): Sql {
  return sql`SELECT DISTINCT ON (a.queueloc) a.queueloc, trunc(other.id)::text AS id, other.queueloc AS other
    FROM public.agents a
      JOIN public.agents other ON other.name = a.name AND other.queueloc <> a.queueloc
        AND other.heartbeattime >= ${since}::timestamptz
    WHERE a.queueloc = ANY(${queuelocs}) AND a.heartbeattime >= ${since}::timestamptz
    ORDER BY a.queueloc, other.heartbeattime DESC, other.id DESC`
}
