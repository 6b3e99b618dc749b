import type { ListQuery } from '@/lib/db/list'
import { type Sql, sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'
import { type AnswerLikeness, answerKeySql, UNANSWERED } from './answer.sql'

/** All commands of an action folded: one row for each status and answer, with its first and last command. */
export function groupsSql(action: MigId, by: AnswerLikeness): Sql {
  return sql`
    SELECT c.status, ${answerKeySql(by, 'c')} AS key, count(*) AS n, min(c.id) AS id, max(c.id) AS last
    FROM public.commands c WHERE c.actionid = ${action}::numeric GROUP BY 1, 2`
}

/** The answers of an action, alike ones folded, as a list; each row tells the totals of the whole too. */
export function answerGroupsQuery(action: MigId, by: AnswerLikeness): ListQuery {
  return {
    select: sql`trunc(g.id)::text AS id, trunc(g.last)::text AS last, g.status, g.n AS count, g.key = 'large' AS large,
      g.groups, g.answered, trunc(g.usual)::text AS usual`,
    from: sql`(
      SELECT f.*, count(*) OVER () AS groups, sum(n) OVER () AS answered,
        first_value(f.id) OVER (ORDER BY f.n DESC, f.id) AS usual
      FROM (${groupsSql(action, by)}) f WHERE f.status <> ALL(${[...UNANSWERED]}::text[])) g`,
    where: [],
    sorts: {
      count: { expression: sql`g.n`, type: 'bigint' },
      status: { expression: sql`g.status`, type: 'text' },
    },
    id: sql`g.id`,
  }
}
