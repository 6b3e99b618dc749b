import type { ListQuery } from '@/lib/db/list'
import { raw, type Sql, sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'
import { answerKeySql, foundSql, hashedRoughKeySql, UNANSWERED } from './answer.sql'
import type { Change } from './change'

// The status words of an answer that ran to its end, over all versions of MIG.
const ANSWERED = ['done', 'success', 'succeeded'] as const

// An endpoint may have had several commands, one for each of its processes: found stands before answered, that before failed,
// that before no answer; of equals the newest. Packed into one short text, because max() takes no rows.
function endpointsSql(action: MigId): Sql {
  return sql`
    SELECT e.endpoint, left(e.best, 1) AS outcome, ltrim(substr(e.best, 2, 20), '0') AS id, substr(e.best, 22) AS key
    FROM (
      SELECT coalesce(g.queueloc, 'agent ' || trunc(c.agentid)::text) AS endpoint,
        max((CASE WHEN ${foundSql('c')} THEN 'd' WHEN c.status = ANY(${[...ANSWERED]}::text[]) THEN 'c'
          WHEN c.status = ANY(${[...UNANSWERED]}::text[]) THEN 'a' ELSE 'b' END
          || lpad(trunc(c.id)::text, 20, '0') || ${hashedRoughKeySql('c')}) COLLATE "C") AS best
      FROM public.commands c LEFT JOIN public.agents g ON g.id = c.agentid
      WHERE c.actionid = ${action}::numeric GROUP BY 1) AS e`
}

// Two hashes that differ may still be of the same answer: only then the two results themselves are held to each other.
const wholeKey = (id: string): Sql =>
  sql`(SELECT ${answerKeySql('answer', 'x')} FROM public.commands x WHERE x.id = ${raw(id)}::numeric)`

const HASH = `^[0-9a-f]{32}$`

const CHANGE = sql`CASE
  WHEN a.endpoint IS NULL THEN '5new' WHEN b.endpoint IS NULL THEN '6gone'
  WHEN b.outcome = 'd' AND a.outcome <> 'd' THEN '1newly-found'
  WHEN a.outcome = 'd' AND b.outcome = 'c' THEN '2no-longer-found'
  WHEN a.outcome = 'a' OR a.outcome <> b.outcome THEN '4unanswered'
  WHEN a.key = b.key THEN '7same'
  WHEN a.key ~ ${HASH} AND b.key ~ ${HASH} AND ${wholeKey('a.id')} = ${wholeKey('b.id')} THEN '7same'
  ELSE '3changed' END`

/** The endpoints of two actions side by side: `place` is the rank and word of the change, before and after are commands. */
function pairsSql(a: MigId, b: MigId): Sql {
  return sql`
    SELECT coalesce(a.endpoint, b.endpoint) AS endpoint, a.id AS before, b.id AS after, ${CHANGE} AS place
    FROM (${endpointsSql(a)}) a FULL JOIN (${endpointsSql(b)}) b ON b.endpoint = a.endpoint`
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
  }
}
