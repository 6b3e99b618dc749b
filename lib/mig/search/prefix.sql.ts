import { raw, type Sql, sql } from '@/lib/db/sql'

/** How many rows of a kind a search shows. */
export const SHOWN = 5
const STEPS = 200
const MISSES = 40

/**
 * Agents by the beginning of their name or queueloc, the newest row of each: from value to value along the index, at most
 * STEPS of them. No upper bound is drawn from the text: what comes behind it depends on the database's collation, where few
 * others stand between those that begin so.
 */
export function agentsByPrefixSql(column: 'name' | 'queueloc', prefix: string): Sql {
  const by = raw(`a.${column}`)
  const row = sql`${by}::text AS value, trunc(a.id)::text AS id, a.name::text AS name, a.queueloc::text AS queueloc`
  const order = sql`ORDER BY ${by}, a.heartbeattime DESC LIMIT 1`
  return sql`
    WITH RECURSIVE walk AS (
      (SELECT ${row}, 1 AS step, 0 AS misses FROM public.agents a WHERE ${by} >= ${prefix} ${order})
      UNION ALL
      SELECT next.*, walk.step + 1, walk.misses + (NOT starts_with(walk.value, ${prefix}))::int FROM walk
      CROSS JOIN LATERAL (SELECT ${row} FROM public.agents a WHERE ${by} > walk.value ${order}) next
      WHERE walk.step < ${STEPS} AND walk.misses < ${MISSES}
    )
    SELECT id, name, queueloc FROM walk WHERE starts_with(value, ${prefix}) LIMIT ${SHOWN}`
}

/** The ways in which the beginning of a name may be written. */
export function writings(text: string): string[] {
  const small = text.toLowerCase()
  const [first = '', ...rest] = text
  return [...new Set([text, small, first.toUpperCase() + rest.join('')])]
}

// As the index has it: in the order of code points, so that all that begins so stands together.
const NAMED = sql`(left(lower(a.name), 200) COLLATE "C")`

/** Actions by the beginning of their name, however it is written: of one name the newest first. The index makes it quick. */
export function actionsByPrefixSql(prefix: string): Sql {
  const begin = sql`left(lower(${prefix}::text), 200)`
  return sql`
    SELECT id, name, detail FROM (
      SELECT trunc(a.id)::text AS id, a.name, a.status AS detail, ${NAMED} AS named FROM public.actions a
      WHERE ${NAMED} >= ${begin} ORDER BY ${NAMED}, a.id DESC LIMIT ${SHOWN}) a
    WHERE starts_with(named, ${begin})`
}
