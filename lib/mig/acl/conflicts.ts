import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'
import type { CellConflict } from './change'

/** A conflict with what its cell is called; a name is null where its row is gone. */
export type NamedConflict = {
  agent: { id: MigId; name: string | null }
  module: { id: MigId; name: string | null }
  /** Null for a minimum weight. */
  investigator: { id: MigId; name: string | null } | null
  seen: number | null
  now: number | null
  value: number | null
  newest: MigId | null
}

/** How many conflicts a form names. */
const SHOWN_CONFLICTS = 100

type Named = { what: 'agent' | 'module' | 'investigator'; id: MigId; name: string }

/** The first conflicts of a batch with their names, in their order. */
export async function nameConflicts(_viewer: Viewer, conflicts: readonly CellConflict[]): Promise<NamedConflict[]> {
  const shown = conflicts.slice(0, SHOWN_CONFLICTS)
  const people = shown.flatMap(({ change }) => (change.table === 'invagtmodperm' ? [change.investigator] : []))
  const idsSql = (ids: readonly MigId[]) => sql`${`{${ids.join(',')}}`}::numeric[]`
  const { rows } = await pool().query<Named>(sql`
    SELECT 'agent' AS what, trunc(id)::text AS id, name FROM public.agents
      WHERE id = ANY(${idsSql(shown.map(({ change }) => change.agent))})
    UNION ALL SELECT 'module', trunc(id)::text, name FROM public.modules
      WHERE id = ANY(${idsSql(shown.map(({ change }) => change.module))})
    UNION ALL SELECT 'investigator', trunc(id)::text, name FROM public.investigators WHERE id = ANY(${idsSql(people)})`)
  const names = new Map(rows.map(({ what, id, name }) => [`${what} ${id}`, name]))
  const named = (what: Named['what'], id: MigId) => ({ id, name: names.get(`${what} ${id}`) ?? null })
  return shown.map(({ change, now, newest }) => ({
    agent: named('agent', change.agent),
    module: named('module', change.module),
    investigator: change.table === 'agtmodreq' ? null : named('investigator', change.investigator),
    seen: change.seen,
    now,
    value: change.value,
    newest: newest ?? null,
  }))
}
