import 'server-only'
import { pool } from '@/lib/db/pool'
import { type Sql, sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'

export type LinkedAction = { id: MigId; name: string; status: string | null }
export type LinkedCommand = { id: MigId; actionId: MigId; agentId: MigId; agent: string | null; status: string }

const LINKS = 500

/** The actions of a condition on `a`, at most 500 or `limit`. */
export async function findActions(condition: Sql, limit = LINKS): Promise<LinkedAction[]> {
  const { rows } = await pool().query<LinkedAction>(sql`
    SELECT trunc(a.id)::text AS id, a.name, a.status FROM public.actions a WHERE ${condition} ORDER BY a.id LIMIT ${limit}`)
  return rows
}

/** The commands of a condition on `c`, at most 500. */
export async function findCommands(condition: Sql): Promise<LinkedCommand[]> {
  const { rows } = await pool().query<LinkedCommand>(sql`
    SELECT trunc(c.id)::text AS id, trunc(c.actionid)::text AS "actionId", trunc(c.agentid)::text AS "agentId",
      g.name AS agent, c.status
    FROM public.commands c LEFT JOIN public.agents g ON g.id = c.agentid
    WHERE ${condition} ORDER BY c.id LIMIT ${LINKS}`)
  return rows
}
