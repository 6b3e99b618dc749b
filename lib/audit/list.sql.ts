import type { Viewer } from '@/lib/auth/viewer'
import { containing } from '@/lib/db/like'
import type { ListQuery } from '@/lib/db/list'
import { join, type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import { MIG_AREAS } from './kinds'
import type { auditList } from './search-params'

type Params = ListParams<(typeof auditList)['filters']>

/** What a viewer may see: an admin all, an investigator the changes to MIG's tables and what they did themselves. */
function visibleTo(viewer: Viewer): Sql[] {
  if (viewer.role === 'admin') return []
  const own = sql`e.viewer_id = ${viewer.id}::numeric AND e.viewer_fingerprint IS NOT DISTINCT FROM ${viewer.fingerprint}::text`
  return [sql`(${own}) OR ${join(MIG_AREAS.map(ofKind), ' OR ')}`]
}

const ofKind = (kind: string): Sql => sql`(e.kind = ${kind} OR starts_with(e.kind, ${`${kind}.`}))`

const fields = (column: Sql): Sql => sql`jsonb_each(CASE WHEN jsonb_typeof(${column}) = 'object' THEN ${column} END)`

/** The fields that differ between before and after, as JSON `[[name, before, after]]`, both as JSON text or null. */
const CHANGES = sql`(
  SELECT coalesce(json_agg(json_build_array(f.name, left(f.old, 2000), left(f.new, 2000)) ORDER BY f.name), '[]')::text
  FROM (
    SELECT coalesce(b.key, a.key) AS name, b.value::text AS old, a.value::text AS new
    FROM ${fields(sql`e.before`)} b FULL JOIN ${fields(sql`e.after`)} a ON a.key = b.key
    WHERE b.value IS DISTINCT FROM a.value
  ) f)`

const DETAILS = sql`(
  SELECT coalesce(json_agg(json_build_array(d.key, left(d.value::text, 2000)) ORDER BY d.key), '[]')::text
  FROM ${fields(sql`e.detail`)} d)`

/** The audit, as far as the viewer may see it; one row a change. */
export function auditListQuery(viewer: Viewer, { filters }: Pick<Params, 'filters'>): ListQuery {
  const where = visibleTo(viewer)
  if (filters.name) where.push(sql`e.viewer_name ILIKE ${containing(filters.name)}`)
  if (filters.person) where.push(sql`e.viewer_id = ${filters.person.id}::numeric`)
  if (filters.kind) where.push(ofKind(filters.kind))
  if (filters.type) where.push(sql`e.object_type = ${filters.type}`)
  if (filters.object) where.push(sql`e.object_id = ${filters.object}`)
  if (filters.from) where.push(sql`e.at >= ${filters.from}::timestamptz`)
  if (filters.to) where.push(sql`e.at <= ${filters.to}::timestamptz`)
  if (filters.row) where.push(sql`e.id = ${filters.row}::bigint`)
  return {
    select: sql`
      e.id::text AS id, e.at, trunc(e.viewer_id)::text AS viewer_id, e.viewer_name, e.viewer_role, e.viewer_fingerprint,
      e.via, e.address, e.kind, e.object_type, e.object_id, encode(e.hash, 'hex') AS hash,
      encode(e.previous_hash, 'hex') AS previous_hash, e.before, e.after, e.detail`,
    from: sql`dashboard.audit e`,
    where,
    sorts: { id: { expression: sql`e.id`, type: 'bigint' } },
    id: sql`e.id`,
    idType: 'bigint',
  }
}

/** The page's further columns: what changed, the names that stand for ids, the JSON to be read. */
export const SHOWN_COLUMNS: Sql = sql`${CHANGES} AS changes, ${DETAILS} AS details,
  coalesce(e.after->>'name', e.before->>'name', e.detail->>'name') AS object_name,
  e.detail->>'agent' AS agent, e.detail->>'module' AS module, e.detail->>'investigator' AS investigator,
  left(concat_ws(E'\\n', 'before: ' || jsonb_pretty(e.before), 'after: ' || jsonb_pretty(e.after),
    'detail: ' || jsonb_pretty(e.detail)), 20000) AS json`
