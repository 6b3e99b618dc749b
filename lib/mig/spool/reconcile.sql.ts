import { raw, type Sql, sql } from '@/lib/db/sql'
import { firstSignatureSql } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'

/** What the comparison takes from these actions' rows. */
export function comparedActionsSql(ids: readonly MigId[]): Sql {
  return sql`SELECT ${ACTION} FROM public.actions a WHERE a.id = ANY(${[...ids]}::numeric[])`
}

const ACTION = sql`trunc(a.id)::text AS id, a.status, a.validfrom, a.expireafter, a.starttime, a.finishtime, a.lastupdatetime`

/** What the comparison takes from these commands' rows. */
export function comparedCommandsSql(ids: readonly MigId[]): Sql {
  return sql`SELECT ${COMMAND} FROM public.commands c JOIN public.actions a ON a.id = c.actionid
    WHERE c.id = ANY(${[...ids]}::numeric[])`
}

const COMMAND = sql`trunc(c.id)::text AS id, trunc(c.actionid)::text AS action_id, c.status, a.expireafter, c.starttime`

/** The actions that carry one of these signatures as their first, each with it: how a failed file without an id is linked. */
export function signedActionsSql(signatures: readonly string[]): Sql {
  return sql`
    SELECT trunc(a.id)::text AS id, s.signature FROM (
      SELECT b.id, ${firstSignatureSql('b')} AS signature FROM public.actions b
    ) AS a JOIN unnest(${[...signatures]}::text[]) AS s (signature) ON s.signature = a.signature`
}

/** All actions whose row lets a file be expected, by id. */
export const EXPECTED_ACTIONS: Sql = sql`
  SELECT ${ACTION} FROM public.actions a
  WHERE a.status IN ('init', 'preparing', 'inflight', 'completed', 'invalid') ORDER BY a.id`

/** All commands whose row lets a file be expected, by id. */
export const EXPECTED_COMMANDS: Sql = sql`
  SELECT ${COMMAND} FROM public.commands c JOIN public.actions a ON a.id = c.actionid
  WHERE c.status IN ('sent', 'prepared') ORDER BY c.id`

/** The ids of rows that are the same double as one of these, each with it; the greatest where several are. */
export function idsOfRoundedSql(table: 'actions' | 'commands', rounded: readonly string[]): Sql {
  return sql`
    SELECT w.rounded, trunc(max(r.id))::text AS id FROM unnest(${[...rounded]}::text[]) AS w (rounded)
    JOIN ${raw(`public.${table}`)} r
      ON r.id BETWEEN w.rounded::numeric - 1024 AND w.rounded::numeric + 1024 AND r.id::float8 = w.rounded::float8
    GROUP BY w.rounded`
}
