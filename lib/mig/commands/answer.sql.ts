import { createHash } from 'node:crypto'
import { join, raw, type Sql, sql } from '@/lib/db/sql'

/** How two answers are held to each other: by what was found, or by the exact text. */
export type AnswerLikeness = 'answer' | 'text'

/** Results that take more room than this as stored (compressed) are not compared: one key for all of them. */
export const COMPARED_BYTES = 262_144

/** Statuses of a command that the agent has not answered (mig-domain 8: answered is decided by status). */
export const UNANSWERED = ['prepared', 'sent', 'cancelled', 'expired'] as const

/** Whether a command of this status holds no answer of its agent. */
export function isUnanswered(status: string): boolean {
  return (UNANSWERED as readonly string[]).includes(status)
}

// What differs from agent to agent though the same was found. As keys, with their quotes: inside a JSON string those are escaped.
const VOLATILE = ['filecount', 'oldpid', 'localtime', 'latencies', 'drifts'] as const

/** True for a command whose results say that something was found; a text inside a JSON string has its quotes escaped. */
export function foundSql(alias: string): Sql {
  return raw(`strpos(${alias}.results::text, '"foundanything":true') > 0`)
}

/** True for a command whose results hold a log record or a list of errors. */
export function hasErrorSql(alias: string): Sql {
  const text = `${alias}.results::text`
  return raw(
    `(strpos(${text}, '"Desc":"') > 0 OR strpos(${text}, '"error":["') > 0 OR strpos(${text}, '"errors":["') > 0)`,
  )
}

const STATISTICS = '"statistics":{'
const afterFirst = (text: string, n: number) =>
  `substr(split_part(${text}, '${STATISTICS}', ${n}), strpos(split_part(${text}, '${STATISTICS}', ${n}), '}') + 1)`

// The lists of errors in it, up to three of them; a fourth keeps the whole text apart.
function errorsIn(text: string): string {
  const lists = `replace(${text}, '"errors":["', '"error":["')`
  const list = (n: number) => `split_part(split_part(split_part(${lists}, '"error":["', ${n}), '"],"', 1), '"]}', 1)`
  return `CASE WHEN strpos(${text}, '"error":["') > 0 OR strpos(${text}, '"errors":["') > 0 THEN
    concat_ws(' | ', ${list(2)}, ${list(3)}, ${list(4)}, CASE WHEN split_part(${lists}, '"error":["', 5) <> '' THEN ${text} END) END`
}

/**
 * The first step of the key by answer, for every command: cheap, and without a subquery, so that workers share it. What found
 * nothing, or was refused, is told whole; of the rest the statistics of up to three operations are cut out. Searching a long
 * text that is not there costs little, finding one far in a UTF-8 text much: hence split_part where it usually is there.
 */
function roughKey(results: string, rest: (text: string) => string = (text) => text): string {
  const text = `${results}::text`
  const cut =
    rest(`concat(split_part(${text}, '${STATISTICS}', 1), ${afterFirst(text, 2)}, ${afterFirst(text, 3)}, ${afterFirst(text, 4)},
    CASE WHEN split_part(${text}, '${STATISTICS}', 5) <> '' THEN ${text} END)`)
  return `CASE WHEN ${results} IS NULL THEN 'null' WHEN pg_column_size(${results}) > ${COMPARED_BYTES} THEN 'large'
    WHEN strpos(${text}, '"foundanything":true') > 0 THEN ${cut}
    WHEN split_part(${text}, '"foundanything":false', 2) <> '' THEN concat('nothing',
      CASE WHEN strpos(${text}, '},null') > 0 OR starts_with(${text}, '[null') THEN ', no result' END, ${errorsIn(text)})
    WHEN strpos(${text}, '"Desc":"') > 0 THEN 'log ' || split_part(split_part(${text}, '"Desc":"', 2), '","', 1)
    ELSE ${cut} END`
}

// Splits at the volatile keys and drops the value that follows each: an object or list up to its end, a text, or digits.
function withoutVolatile(text: string): string {
  const marked = VOLATILE.reduce((inner, name) => `replace(${inner}, '"${name}":', '"statistics":')`, text)
  return `(SELECT string_agg(CASE WHEN o = 1 THEN p ELSE CASE left(p, 1)
      WHEN '{' THEN substr(p, strpos(p, '}') + 1) WHEN '[' THEN substr(p, strpos(p, ']') + 1)
      WHEN '"' THEN substr(p, strpos(substr(p, 2), '"') + 2) ELSE ltrim(p, '0123456789') END END, '' ORDER BY o)
    FROM unnest(string_to_array(${marked}, '"statistics":')) WITH ORDINALITY AS piece(p, o))`
}

/** The second step, for each different first one: everything else that differs from agent to agent is taken out. */
function fineKey(rough: string): string {
  return `CASE WHEN octet_length(${rough}) <= 8 OR starts_with(${rough}, 'nothing') OR starts_with(${rough}, 'log ') THEN ${rough}
    WHEN strpos(${rough}, '"foundanything":true') > 0 THEN 'found ' || md5(${withoutVolatile(rough)})
    ELSE md5(${withoutVolatile(rough)}) END`
}

function textKey(results: string): string {
  return `CASE WHEN ${results} IS NULL THEN 'null' WHEN pg_column_size(${results}) > ${COMPARED_BYTES} THEN 'large'
    WHEN octet_length(${results}::text) <= 8 THEN ${results}::text ELSE md5(${results}::text) END`
}

/**
 * The key that alike answers share, as text: equal keys with equal status are one group. Written on the text alone: one
 * `\u0000`, a depth of 10,000 or an odd shape makes PostgreSQL's JSON functions fail for the whole query. By answer, all that
 * found nothing with the same errors are alike; what was found counts without statistics and numbers of files looked at.
 */
export function answerKeySql(by: AnswerLikeness, alias: string): Sql {
  const results = `${alias}.results`
  if (by === 'text') return raw(textKey(results))
  return raw(`(SELECT ${fineKey('step.rough')} FROM (SELECT ${roughKey(results)} AS rough OFFSET 0) AS step)`)
}

/** A short stand-in for the key by answer: equal ones mean equal keys; two different hashes may still mean the same answer. */
export function hashedRoughKeySql(alias: string): Sql {
  return raw(roughKey(`${alias}.results`, (text) => `md5(${text})`))
}

/** All commands of an action folded: one row for each status and answer key, with its first and last command. */
export function groupsSql(action: string, by: AnswerLikeness): Sql {
  const folded = (key: string) => sql`
    SELECT c.status, ${raw(key)} AS key, count(*) AS n, min(c.id) AS id, max(c.id) AS last
    FROM public.commands c WHERE c.actionid = ${action}::numeric GROUP BY 1, 2`
  if (by === 'text') return folded(textKey('c.results'))
  return sql`
    SELECT r.status, ${raw(fineKey('r.key'))} AS key, sum(r.n)::bigint AS n, min(r.id) AS id, max(r.last) AS last
    FROM (${folded(roughKey('c.results'))} OFFSET 0) AS r GROUP BY 1, 2`
}

/** What a command's answer is known by: what other commands are held to. */
export type AnswerMark = { actionid: string; status: string; key: string }

/** The marks of these commands: as long as results do not change, every command has one. */
export function answerMarksSql(by: AnswerLikeness, ids: string[]): Sql {
  return sql`
    SELECT DISTINCT trunc(c.actionid)::text AS actionid, c.status, ${answerKeySql(by, 'c')} AS key
    FROM public.commands c WHERE c.id = ANY(${ids}::numeric[])`
}

/** True for the commands of the same action, status and answer as one of the marks; nothing is like no mark. */
export function alikeSql(by: AnswerLikeness, marks: AnswerMark[]): Sql {
  if (marks.length === 0) return sql`false`
  const statuses = [...new Set(marks.map((mark) => mark.status))]
  const actions = [...new Set(marks.map((mark) => mark.actionid))]
  const each = statuses.map(
    (status) =>
      sql`(c.status = ${status} AND ${likeOneOf(
        by,
        marks.filter((mark) => mark.status === status).map((mark) => mark.key),
      )})`,
  )
  return sql`c.actionid = ANY(${actions}::numeric[]) AND (${join(each, ' OR ')})`
}

// The whole key costs most, so what the first step can tell is told by it, and CASE keeps the order.
function likeOneOf(by: AnswerLikeness, keys: string[]): Sql {
  if (by === 'text') return sql`${answerKeySql(by, 'c')} = ANY(${keys}::text[])`
  const isFound = (key: string) => key.startsWith('found ')
  const isOther = (key: string) => /^[0-9a-f]{32}$/.test(key)
  const others = keys.filter(isOther)
  // All large results share a key, and a finding that stands in statistics is cut out of its key.
  const found = keys.filter((key) => isFound(key) || isOther(key) || key === 'large')
  // A short text is its own key; the first step gives its hash.
  const plain = keys
    .filter((key) => !isFound(key) && !isOther(key))
    .flatMap((key) => (Buffer.byteLength(key) > 8 ? key : [key, createHash('md5').update(key).digest('hex')]))
  const whole = answerKeySql('answer', 'c')
  return sql`CASE WHEN ${foundSql('c')} THEN ${found.length ? sql`${whole} = ANY(${found}::text[])` : sql`false`}
    ELSE ${plain.length ? sql`${hashedRoughKeySql('c')} = ANY(${plain}::text[])` : sql`false`}
      OR ${others.length ? sql`CASE WHEN strpos(c.results::text, '"foundanything":false') = 0 THEN ${whole} = ANY(${others}::text[]) END` : sql`false`} END`
}
