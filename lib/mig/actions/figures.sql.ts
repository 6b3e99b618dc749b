import { raw, type Sql, sql } from '@/lib/db/sql'
import { isMomentSql } from '@/lib/mig/agents/state.sql'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { ANSWERED } from './figures'
import { DURATION_BOUNDS } from './histogram'

/**
 * One pass over an action's commands: counted by status and duration, with the first and last moments of each group.
 * Wants an index on commands (actionid).
 */
export function figuresSql(id: MigId, expireafter: Instant | null): Sql {
  const start = sql`CASE WHEN ${isMomentSql(sql`c.starttime`)} THEN c.starttime END`
  const finish = sql`CASE WHEN ${isMomentSql(sql`c.finishtime`)} THEN c.finishtime END`
  const bounds = raw(`ARRAY[${DURATION_BOUNDS.map((bound) => bound / 1000).join(', ')}]::float8[]`)
  return sql`
    SELECT status, bucket, count(*) AS count, count(*) FILTER (WHERE late) AS late,
      min(answer) AS "firstAnswer", max(answer) AS "lastAnswer",
      min(answer) FILTER (WHERE late) AS "firstLate"
    FROM (
      SELECT status, answer, answer > ${expireafter}::timestamptz AS late,
        width_bucket(date_part('epoch', finish - start), ${bounds}) AS bucket
      FROM (
        SELECT c.status, ${start} AS start, ${finish} AS finish,
          CASE WHEN c.status = ANY(${ANSWERED}::text[]) THEN ${finish} END AS answer
        FROM public.commands c WHERE c.actionid = ${id}::numeric
      ) AS moments
    ) AS timed
    GROUP BY status, bucket`
}
