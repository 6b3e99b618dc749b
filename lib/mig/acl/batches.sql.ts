import { containing } from '@/lib/db/like'
import type { ListQuery } from '@/lib/db/list'
import { type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import { isNewestSql } from '@/lib/mig/agents/state.sql'
import type { Instant } from '@/lib/mig/wire/time'
import type { batchCellList, batchList } from './batch-lists'

/** The columns of a batch out of its audit row `e`. */
export const BATCH_COLUMNS: Sql = sql`e.id::text AS id, e.at, trunc(e.viewer_id)::text AS viewer_id, e.viewer_name,
  e.kind, e.detail->>'reason' AS reason, (e.detail->>'cells')::int AS cells, (e.detail->>'added')::int AS added,
  (e.detail->>'changed')::int AS changed, (e.detail->>'removed')::int AS removed,
  (e.detail#>>'{effects,endpoints}')::int AS endpoints, (e.detail#>>'{effects,anyone,lost}')::int AS lost,
  e.detail->>'reverts' AS reverts, (
    SELECT r.id::text FROM dashboard.audit r WHERE r.object_type = 'acl_batch' AND r.detail->>'reverts' IS NOT NULL
      AND r.detail->>'reverts' = e.id::text ORDER BY r.id DESC LIMIT 1
  ) AS reverted_by`

/** The batches of ACL cells, newest first: the audit rows of their kind. */
export function batchListQuery({ filters }: Pick<ListParams<(typeof batchList)['filters']>, 'filters'>): ListQuery {
  const where = [sql`e.object_type = 'acl_batch'`]
  if (filters.name) where.push(sql`e.viewer_name ILIKE ${containing(filters.name)}`)
  if (filters.kind) where.push(sql`e.kind = ANY(${filters.kind.map((kind) => `acl.batch.${kind}`)})`)
  if (filters.reason) where.push(sql`e.detail->>'reason' ILIKE ${containing(filters.reason)}`)
  if (filters.agent)
    where.push(sql`e.object_id IN (SELECT c.batch::text FROM dashboard.acl_change c WHERE c.agentid IN (
      SELECT b.id FROM public.agents b WHERE b.queueloc = (
        SELECT a.queueloc FROM public.agents a WHERE a.id = ${filters.agent.id}::numeric)))`)
  if (filters.from) where.push(sql`e.at >= ${filters.from}::timestamptz`)
  if (filters.to) where.push(sql`e.at <= ${filters.to}::timestamptz`)
  return {
    select: BATCH_COLUMNS,
    from: sql`dashboard.audit e`,
    where,
    sorts: { id: { expression: sql`e.id`, type: 'bigint' } },
    id: sql`e.id`,
    idType: 'bigint',
  }
}

/** The cells of one batch as they were, as they became, and as they are on the same agent row now. */
export function batchCellsQuery(
  batch: string,
  { filters }: Pick<ListParams<(typeof batchCellList)['filters']>, 'filters'>,
  now: Instant,
): ListQuery {
  const where = [sql`c.batch = ${batch}::uuid`]
  if (filters.name) where.push(sql`a.name ILIKE ${containing(filters.name)}`)
  if (filters.module) where.push(sql`m.name ILIKE ${containing(filters.module)}`)
  if (filters.investigator) where.push(sql`i.name ILIKE ${containing(filters.investigator)}`)
  // What a revert refuses.
  if (filters.since)
    where.push(sql`(coalesce(q.minimumweight, w.weight) IS DISTINCT FROM c.after OR NOT ${isNewestSql('a', now)}
      OR a.id IS NULL OR m.id IS NULL OR (c.investigatorid IS NOT NULL AND i.id IS NULL))`)
  const order = sql`ORDER BY b.heartbeattime DESC, b.id DESC LIMIT 1`
  return {
    select: sql`c.n, c.table_name, trunc(c.agentid)::text AS agentid, a.name, a.queueloc,
      trunc(c.moduleid)::text AS moduleid, m.name AS module, trunc(c.investigatorid)::text AS investigatorid,
      i.name AS investigator, c.before, c.after, coalesce(q.minimumweight, w.weight) AS now,
      trunc(coalesce(
        (SELECT b.id FROM public.agents b WHERE b.queueloc = a.queueloc AND b.heartbeattime <= ${now}::timestamptz ${order}),
        (SELECT b.id FROM public.agents b WHERE b.queueloc = a.queueloc ${order})))::text AS newest`,
    from: sql`dashboard.acl_change c LEFT JOIN public.agents a ON a.id = c.agentid
      LEFT JOIN public.modules m ON m.id = c.moduleid LEFT JOIN public.investigators i ON i.id = c.investigatorid
      LEFT JOIN public.agtmodreq q ON c.table_name = 'agtmodreq' AND q.agentid = c.agentid AND q.moduleid = c.moduleid
      LEFT JOIN public.invagtmodperm w ON w.investigatorid = c.investigatorid AND w.agentid = c.agentid
        AND w.moduleid = c.moduleid`,
    where,
    sorts: { n: { expression: sql`c.n`, type: 'bigint' } },
    id: sql`c.n`,
    idType: 'bigint',
  }
}
