import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'

/** A row of `modules`. `twin` is true when another row has the same name, so that the tables do not say which one counts. */
export type Module = { id: MigId; name: string; twin: boolean }

/** All modules by name, `default` first: it stands in for those without a rule of their own. */
export async function listModules(_viewer: Viewer): Promise<Module[]> {
  const { rows } = await pool().query<Module>(sql`
    SELECT trunc(id)::text AS id, name, count(*) OVER (PARTITION BY name) > 1 AS twin
    FROM public.modules ORDER BY name <> 'default', name, id`)
  return rows
}
