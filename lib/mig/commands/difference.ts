import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { type Difference, jsonDifference } from '@/lib/json-difference'
import type { MigId } from '@/lib/mig/wire/id'

/** Results longer than this are not held to each other. */
export const DIFFERENCE_BYTES = 2_000_000
const STORED_BYTES = 1_000_000

/** What differs between two agents that found the same. */
const BY_NATURE: ReadonlySet<string> = new Set([
  'statistics',
  'filecount',
  'oldpid',
  'localtime',
  'latencies',
  'drifts',
  'CommandID',
])

export type ComparedCommand = {
  id: MigId
  actionid: MigId
  agentid: MigId
  agent: string | null
  status: string
  /** null when they are too large, or SQL NULL. */
  results: string | null
  large: boolean
}

export type CommandDifference = {
  before: ComparedCommand
  after: ComparedCommand
  /** null when one of them is too large. */
  difference: Difference | null
}

/** How the results of two commands differ; null when one of them is not there. */
export async function getDifference(_viewer: Viewer, ids: [MigId, MigId]): Promise<CommandDifference | null> {
  const { rows } = await reader().query<ComparedCommand>(sql`
    SELECT trunc(c.id)::text AS id, trunc(c.actionid)::text AS actionid, trunc(c.agentid)::text AS agentid, g.name AS agent,
      c.status, coalesce(NOT fits.it, false) AS large, CASE WHEN fits.it THEN c.results::text END AS results
    FROM public.commands c LEFT JOIN public.agents g ON g.id = c.agentid,
      LATERAL (SELECT CASE WHEN pg_column_size(c.results) > ${STORED_BYTES} THEN false
        ELSE octet_length(c.results::text) <= ${DIFFERENCE_BYTES} END AS it) AS fits
    WHERE c.id = ANY(${ids}::numeric[])`)
  const [before, after] = ids.map((id) => rows.find((row) => row.id === id))
  if (!before || !after) return null
  const difference =
    before.large || after.large ? null : jsonDifference(before.results ?? 'null', after.results ?? 'null', BY_NATURE)
  return { before, after, difference }
}
