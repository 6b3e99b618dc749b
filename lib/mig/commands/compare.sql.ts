import type { ListQuery } from '@/lib/db/list'
import { raw, type Sql, sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'
import { answerKeySql, foundSql, hashedRoughKeySql, UNANSWERED } from './answer.sql'
import type { Change } from './change'

// The status words of an answer that ran to its end, over all versions of MIG.
const ANSWERED = ['done', 'success', 'succeeded'] as const

// Both actions in one pass over commands and agents. An endpoint may have had several commands, one for each of its processes:
// found stands before answered, that before failed, that before no answer; of equals the newest. Packed into one short text,
// because max() takes no rows.
function endpointsSql(a: MigId, b: MigId): Sql {
  const best = (action: MigId) => sql`
    max((CASE WHEN ${foundSql('c')} THEN 'd' WHEN c.status = ANY(${[...ANSWERED]}::text[]) THEN 'c'
      WHEN c.status = ANY(${[...UNANSWERED]}::text[]) THEN 'a' ELSE 'b' END
      || lpad(trunc(c.id)::text, 20, '0') || ${hashedRoughKeySql('c')}) COLLATE "C")
      FILTER (WHERE c.actionid = ${action}::numeric)`
  return sql`
    SELECT coalesce(g.queueloc::text, 'agent ' || trunc(c.agentid)::text) COLLATE "C" AS endpoint, ${best(a)} AS a, ${best(b)} AS b
    FROM public.commands c LEFT JOIN public.agents g ON g.id = c.agentid
    WHERE c.actionid = ANY(${[a, b]}::numeric[]) GROUP BY 1`
}

// Two hashes that differ may still be of the same answer: only then the two results themselves are held to each other.
const wholeKey = (of: Sql): Sql =>
  sql`(SELECT ${answerKeySql('answer', 'x')} FROM public.commands x WHERE x.id = ${of}::numeric)`

const HASH = `^[0-9a-f]{32}$`

const outcome = (best: string) => raw(`left(e.${best}, 1)`)
const id = (best: string) => raw(`ltrim(substr(e.${best}, 2, 20), '0')`)
const key = (best: string) => raw(`substr(e.${best}, 22)`)

const CHANGE = sql`CASE
  WHEN e.a IS NULL THEN '5new' WHEN e.b IS NULL THEN '6gone'
  WHEN ${outcome('b')} = 'd' AND ${outcome('a')} <> 'd' THEN '1newly-found'
  WHEN ${outcome('a')} = 'd' AND ${outcome('b')} = 'c' THEN '2no-longer-found'
  WHEN ${outcome('a')} = 'a' OR ${outcome('a')} <> ${outcome('b')} THEN '4unanswered'
  WHEN 'large' IN (${key('a')}, ${key('b')}) THEN '4unanswered'
  WHEN ${key('a')} = ${key('b')} THEN '7same'
  WHEN ${key('a')} ~ ${HASH} AND ${key('b')} ~ ${HASH} AND ${wholeKey(id('a'))} = ${wholeKey(id('b'))} THEN '7same'
  ELSE '3changed' END`

/** The endpoints of two actions side by side: `place` is the rank and word of the change, before and after are commands. */
function pairsSql(a: MigId, b: MigId): Sql {
  return sql`SELECT e.endpoint, ${id('a')} AS before, ${id('b')} AS after, ${CHANGE} AS place FROM (${endpointsSql(a, b)}) e`
}

const totalsSql = (pairs: Sql): Sql =>
  sql`SELECT substr(t.place, 2) AS change, count(*) AS n FROM ${pairs} t GROUP BY 1`

/** How many endpoints there are of each change. */
export function changeTotalsSql(a: MigId, b: MigId): Sql {
  return totalsSql(sql`(${pairsSql(a, b)})`)
}

/** The endpoints of two actions as a list; each row tells the totals of all changes too, whatever the filter. */
export function comparisonQuery(a: MigId, b: MigId, changes: Change[] | undefined): ListQuery {
  return {
    select: sql`p.endpoint, p.before, p.after, substr(p.place, 2) AS change, p.totals`,
    from: sql`(
      WITH pairs AS MATERIALIZED (${pairsSql(a, b)})
      SELECT pairs.*, (SELECT json_object_agg(s.change, s.n) FROM (${totalsSql(sql`pairs`)}) s) AS totals FROM pairs) p`,
    where: changes ? [sql`substr(p.place, 2) = ANY(${changes}::text[])`] : [],
    sorts: {
      change: { expression: sql`p.place COLLATE "C"`, type: 'text' },
      endpoint: { expression: sql`p.endpoint COLLATE "C"`, type: 'text' },
    },
    id: sql`p.endpoint COLLATE "C"`,
    idType: 'text',
    memory: 64,
  }
}
