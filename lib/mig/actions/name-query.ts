import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'

/** What the pages below an action show of it; null when there is no such action. */
export async function getActionName(
  _viewer: Viewer,
  id: MigId,
): Promise<{ id: MigId; name: string; operations: string | null } | null> {
  const { rows } = await reader().query<{ id: MigId; name: string; operations: string | null }>(sql`
    SELECT trunc(id)::text AS id, name, operations::text AS operations FROM public.actions WHERE id = ${id}::numeric`)
  return rows[0] ?? null
}
