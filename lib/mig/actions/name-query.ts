import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'

export type ActionName = { id: MigId; name: string; status: string | null; operations: string | null }

/** What the pages below an action show of it; null when there is no such action. */
export async function getActionName(_viewer: Viewer, id: MigId): Promise<ActionName | null> {
  const { rows } = await reader().query<ActionName>(sql`
    SELECT trunc(id)::text AS id, name, status, operations::text AS operations FROM public.actions WHERE id = ${id}::numeric`)
  return rows[0] ?? null
}
