import type { ListQuery } from '@/lib/db/list'
import { sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'
import { type AnswerLikeness, groupsSql, UNANSWERED } from './answer.sql'

/** The answers of an action, alike ones folded, as a list; each row tells the totals of the whole too. */
export function answerGroupsQuery(action: MigId, by: AnswerLikeness): ListQuery {
  return {
    select: sql`trunc(g.id)::text AS id, trunc(g.last)::text AS last, g.status, g.n AS count, g.key = 'large' AS large,
      g.groups, g.answered, trunc(g.usual)::text AS usual`,
    from: sql`(
      WITH folded AS MATERIALIZED (
        SELECT f.* FROM (${groupsSql(action, by)}) f WHERE f.status <> ALL(${[...UNANSWERED]}::text[]))
      SELECT folded.*, (SELECT count(*) FROM folded) AS groups, (SELECT sum(n) FROM folded) AS answered,
        (SELECT u.id FROM folded u ORDER BY u.n DESC, u.id LIMIT 1) AS usual
      FROM folded) g`,
    where: [],
    sorts: {
      count: { expression: sql`g.n`, type: 'bigint' },
      status: { expression: sql`g.status`, type: 'text' },
    },
    id: sql`g.id`,
    memory: 64,
  }
}
