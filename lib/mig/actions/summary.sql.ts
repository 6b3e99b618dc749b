import { join, raw, type Sql, sql } from '@/lib/db/sql'
import { COUNTERS, type Vintage } from '@/lib/mig/vintage'
import { COMMAND_OUTCOMES } from '@/lib/mig/wire/status'

/** MIG's dates outside of these mean "not yet". */
const isDate = (column: Sql): Sql => sql`${column} BETWEEN '0100-01-01 00:00:00+00' AND '9000-01-01 00:00:00+00'`

/** A hash of what changes in an action's row when its commands change. */
export function seenSql(v: Vintage): Sql {
  const columns = ['status', 'starttime', 'finishtime', 'lastupdatetime', ...(v.counters ? COUNTERS : [])]
  return raw(`hashtextextended(ROW(${columns.map((name) => `a.${name}`).join(', ')})::text, 0)`)
}

/** The name of the job that keeps the summaries. */
export const SUMMARY_JOB = 'action summaries'

/** Operations longer than this are read one by one. */
export const LONG_OPERATIONS = 100_000

/**
 * The next `walk` actions by id, how many and up to which, and the first `limit` of them whose row is new or has changed
 * since it was last looked at, by id.
 */
export function changedActionsSql(v: Vintage, after: string | null, walk: number, limit: number): Sql {
  return sql`
    WITH slice AS (
      SELECT a.id, ${seenSql(v)} AS seen FROM public.actions a
      ${after === null ? sql`` : sql`WHERE a.id > ${after}::numeric`} ORDER BY a.id LIMIT ${walk}
    ), changed AS (
      SELECT slice.id FROM slice LEFT JOIN dashboard.action_summary s ON s.action_id = slice.id
      WHERE s.seen IS DISTINCT FROM slice.seen OR (s.due_at IS NULL AND s.counted_at < s.noticed_at) ORDER BY slice.id LIMIT ${limit}
    )
    SELECT (SELECT count(*) FROM slice) AS walked, (SELECT max(id)::text FROM slice) AS last,
      ARRAY(SELECT id::text FROM changed ORDER BY id) AS changed`
}

/** What the summaries take from these actions' own rows; operations only when they are short. */
export function actionFactsSql(v: Vintage, ids: string[]): Sql {
  return sql`
    SELECT a.id::text AS id, (${seenSql(v)})::text AS seen, coalesce(a.status IN ('completed', 'invalid'), false) AS landed,
      ${v.counters ? sql`a.sentctr` : sql`NULL::integer`} AS sent, a.operations IS NOT NULL AS has_operations,
      CASE WHEN octet_length(a.operations::text) <= ${LONG_OPERATIONS} THEN a.operations::text END AS operations
    FROM public.actions a WHERE a.id = ANY(${ids}::numeric[])`
}

export type NoticedAction = { id: string; seen: string; landed: boolean; expected: number; modules: string[] }

/**
 * Writes down that these actions are to be counted: at once, but an action with many commands no sooner than its last count
 * is old enough for its size.
 */
export function noticeActionsSql(actions: NoticedAction[]): Sql {
  return sql`
    INSERT INTO dashboard.action_summary AS s (action_id, seen, landed, modules, expected, due_at)
    SELECT trunc(n.id), n.seen, n.landed, n.modules, n.expected, clock_timestamp()
    FROM json_to_recordset(${JSON.stringify(actions)}::json) AS n (id numeric, seen bigint, landed boolean, modules text[], expected bigint)
    ON CONFLICT (action_id) DO UPDATE SET seen = excluded.seen, landed = excluded.landed, modules = excluded.modules, noticed_at = clock_timestamp(),
      expected = greatest(excluded.expected, s.commands),
      due_at = CASE WHEN excluded.landed AND NOT s.landed THEN clock_timestamp()
        ELSE greatest(clock_timestamp(), s.counted_at + ${restSql(sql`s.commands`)}) END`
}

/** How long a count of so many commands has to be good: it cost some microseconds a command, so this keeps it far below 1 %. */
const restSql = (commands: Sql): Sql => sql`${commands} * interval '1 millisecond'`

/** The actions that are due, those with the fewest commands first. */
export function dueActionsSql(limit: number): Sql {
  return sql`
    SELECT action_id::text AS id, expected FROM dashboard.action_summary
    WHERE due_at <= clock_timestamp() ORDER BY expected, action_id LIMIT ${limit}`
}

const countOf = (statuses: readonly string[]): Sql =>
  sql`count(*) FILTER (WHERE c.status IN (${join(
    statuses.map((one) => raw(`'${one}'`)),
    ', ',
  )}))`

// Texts as MIG prints them; inside a JSON string their quotes would be escaped. strpos is several times faster than LIKE here.
const has = (part: string): Sql => raw(`strpos(c.results::text, '${part}') > 0`)

/** The text of a results column says that something was found (design: found). */
export const FOUND_TEXT = '"foundanything":true'

/**
 * Counts the commands of these actions and keeps the result. An action that has not landed is counted again, sooner while
 * its answers are young; a landed one for a day after its last change, since late answers may miss the counters.
 */
export function countCommandsSql(ids: string[]): Sql {
  const { done, failed, timeout, cancelled, out } = COMMAND_OUTCOMES
  const changed = sql`greatest(max(c.starttime) FILTER (WHERE ${isDate(sql`c.starttime`)}),
        max(c.finishtime) FILTER (WHERE ${isDate(sql`c.finishtime`)}))`
  // Either way: a date ahead of the clock must not keep an action young for ever.
  // Without a command the action's own start: commands that are young in coming are looked for soon again.
  const start = sql`(SELECT a.starttime FROM public.actions a WHERE a.id = s.action_id AND ${isDate(sql`a.starttime`)})`
  const change = sql`coalesce(n.last_change, ${start}, 'epoch'::timestamptz)`
  const age = sql`greatest(clock_timestamp() - ${change}, ${change} - clock_timestamp(), interval '15 seconds')`
  return sql`
    WITH wanted AS (SELECT id FROM unnest(${ids}::numeric[]) AS w (id)),
    n AS (
      SELECT wanted.id, count(c.id) AS commands, ${countOf(done)} AS done, ${countOf(failed)} AS failed,
        ${countOf(timeout)} AS timed_out, ${countOf(cancelled)} AS cancelled, ${countOf(out)} AS still_out,
        count(*) FILTER (WHERE ${has(FOUND_TEXT)}) AS found,
        count(*) FILTER (WHERE ${has('"Desc":"')} AND ${has('"OpID":')} AND NOT (${has('"foundanything":')})) AS refused,
        count(*) FILTER (WHERE ${has('"errors":["')} OR ${has('"error":["')}) AS with_errors,
        ${changed} AS last_change
      FROM wanted LEFT JOIN public.commands c ON c.actionid = wanted.id GROUP BY wanted.id
    )
    UPDATE dashboard.action_summary s SET counted_at = clock_timestamp(), commands = n.commands, done = n.done,
      failed = n.failed, timed_out = n.timed_out, cancelled = n.cancelled, still_out = n.still_out,
      other = n.commands - n.done - n.failed - n.timed_out - n.cancelled - n.still_out,
      found = n.found, refused = n.refused, with_errors = n.with_errors, last_change = n.last_change,
      expected = greatest(s.expected, n.commands),
      due_at = CASE WHEN s.landed AND ${age} > interval '1 day' THEN NULL
        ELSE clock_timestamp() + greatest(least(${age}, interval '1 day'), ${restSql(sql`n.commands`)}) END
    FROM n WHERE s.action_id = n.id`
}

/** Puts off what could not be counted. */
export function putOffSql(ids: string[]): Sql {
  return sql`UPDATE dashboard.action_summary SET due_at = clock_timestamp() + interval '1 hour'
    WHERE action_id = ANY(${ids}::numeric[])`
}

/** Whether an index leads from an action to its commands; without one every count reads the whole table. */
export const COMMANDS_INDEXED = sql`
  SELECT EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
    JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
    WHERE t.relnamespace = 'public'::regnamespace AND t.relname = 'commands' AND a.attname = 'actionid'
      AND i.indisvalid AND i.indpred IS NULL) AS indexed`
