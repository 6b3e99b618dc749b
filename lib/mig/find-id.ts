import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { raw, sql } from '@/lib/db/sql'
import { type MigId, parseId, readIdText } from '@/lib/mig/wire/id'

/**
 * The stored ids that a typed id may mean: the exact one, else those that print as the same double
 * (mig-domain: JSON shows ids as rounded doubles). `table` is one of MIG's own.
 */
export async function findIds(
  _viewer: Viewer,
  table: 'actions' | 'agents' | 'commands' | 'investigators',
  text: string,
): Promise<MigId[]> {
  const read = readIdText(text)
  if (!read) return []
  const from = raw(`public.${table}`)
  const exact = await reader().query<{ id: string }>(
    sql`SELECT trunc(id)::text AS id FROM ${from} WHERE id = ${read.id}::numeric`,
  )
  const found = exact.rows.length
    ? exact.rows
    : (
        await reader().query<{ id: string }>(sql`
          SELECT trunc(id)::text AS id FROM ${from}
          WHERE id BETWEEN ${read.id}::numeric - 1024 AND ${read.id}::numeric + 1024 AND id::float8 = ${read.id}::float8
          ORDER BY id`)
      ).rows
  return found.map((row) => parseId(row.id)).filter((id) => id !== null)
}
