import type pg from 'pg'
import type { ListQuery } from '@/lib/db/list'
import { type Sql, sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'

/** A group of endpoints as it is kept: the texts of `lackOf`. */
export type RawLackGroup = { endpoints: string; sample: MigId; missing: string; who: string }

/** So many groups are kept, of all questions together: the rest is worked out again when it is asked for. */
const MOST_KEPT = 2_000_000
// One at a time clears away, else two could wait for each other.
const CLEAR_LOCK = 7_209_402_022

const listOf = (key: string): Sql => sql`md5(${key}::text)::uuid`

/** Puts the groups of an answer in the place of those kept under its key, and returns the statement that reads them. */
export async function keepGroups(client: pg.ClientBase, key: string, groups: Sql): Promise<Sql> {
  await client.query(sql`DELETE FROM dashboard.acl_lack_group WHERE list = ${listOf(key)}`)
  await client.query(sql`INSERT INTO dashboard.acl_lack_group (list, endpoints, sample, missing, who)
    SELECT ${listOf(key)}, g.endpoints, g.sample, g.missing, g.who FROM (${groups}) g`)
  return sql`SELECT endpoints, trunc(sample)::text AS sample, missing, who
    FROM dashboard.acl_lack_group WHERE list = ${listOf(key)}`
}

/**
 * Clears away the groups of answers that are gone, and answers with their groups, the oldest first, while too many are kept;
 * not those of this key, whose answer is still to be written.
 */
export async function clearLists(client: pg.ClientBase, key: string): Promise<void> {
  const { rows } = await client.query<{ got: boolean }>(
    sql`SELECT pg_try_advisory_xact_lock(${CLEAR_LOCK}::bigint) AS got`,
  )
  if (!rows[0]?.got) return
  // From list to list by the index: few lists, very many groups.
  await client.query(sql`
    WITH RECURSIVE lists AS (
      (SELECT list FROM dashboard.acl_lack_group ORDER BY list LIMIT 1)
      UNION ALL
      SELECT (SELECT g.list FROM dashboard.acl_lack_group g WHERE g.list > l.list ORDER BY g.list LIMIT 1)
      FROM lists l WHERE l.list IS NOT NULL
    ), kept AS (
      SELECT md5(question)::uuid AS list, sum((answer->>'groups')::bigint) OVER (ORDER BY made_at DESC, question) AS kept
      FROM dashboard.acl_answer WHERE md5(question)::uuid IN (SELECT list FROM lists)
    ), old AS (
      SELECT list FROM lists WHERE list IS NOT NULL AND list <> ${listOf(key)}
        AND list NOT IN (SELECT list FROM kept WHERE kept <= ${MOST_KEPT}::bigint)
    ), gone AS (
      DELETE FROM dashboard.acl_answer WHERE question IN (
        SELECT question FROM dashboard.acl_answer WHERE md5(question)::uuid IN (SELECT list FROM old)
        FOR UPDATE SKIP LOCKED)
    )
    DELETE FROM dashboard.acl_lack_group WHERE list IN (SELECT list FROM old)`)
}

/** The kept groups of an answer as a list. */
export function lackGroupsQuery(key: string): ListQuery {
  return {
    select: sql`g.endpoints, trunc(g.sample)::text AS sample, g.missing, g.who, a.name`,
    from: sql`dashboard.acl_lack_group g LEFT JOIN public.agents a ON a.id = g.sample`,
    where: [sql`g.list = ${listOf(key)}`],
    sorts: { endpoints: { expression: sql`g.endpoints`, type: 'bigint' } },
    id: sql`g.sample`,
  }
}
