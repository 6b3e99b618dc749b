import { empty, join, raw, type Sql, sql } from '@/lib/db/sql'
import type { FleetBounds } from '@/lib/mig/agents/state'
import { stateSql } from '@/lib/mig/agents/state.sql'
import type { MigId } from '@/lib/mig/wire/id'
import { DEFAULT_MODULE, type RuleModule, type Signer } from './rule'
import { signingKey } from './rule-books'

/** A module that is checked, by the row of `modules` that has its name: null when none has, `ambiguous` when several do. */
export type AskedModule = { name: string; id: MigId | null | 'ambiguous' }

/** What is asked of the whole fleet. */
export type Question = {
  modules: readonly AskedModule[]
  fallback: MigId | null | 'ambiguous'
  signers: readonly Signer[]
}

/** The question in ids: modules by name, as the rule reads them. */
export function questionOf(
  modules: readonly RuleModule[],
  names: readonly string[],
  signers: readonly Signer[],
): Question {
  const idOf = (name: string) => {
    const named = modules.filter((m) => m.name === name)
    return named.length > 1 ? 'ambiguous' : ((named[0]?.id as MigId | undefined) ?? null)
  }
  return {
    modules: [...new Set(names)].map((name) => ({ name, id: idOf(name) })),
    fallback: idOf(DEFAULT_MODULE),
    signers,
  }
}

/** The newest row of each endpoint, whose rules hold: a heartbeat ahead of the clock only where there is no other. */
function newestSql({ now }: FleetBounds): Sql {
  const columns = sql`a.queueloc, a.id`
  const order = sql`ORDER BY a.queueloc, a.heartbeattime DESC, a.id DESC`
  return sql`
    (SELECT DISTINCT ON (a.queueloc) ${columns} FROM public.agents a WHERE a.heartbeattime <= ${now}::timestamptz ${order})
    UNION ALL
    (SELECT DISTINCT ON (a.queueloc) ${columns} FROM public.agents a
      WHERE a.heartbeattime > ${now}::timestamptz AND NOT EXISTS (
        SELECT 1 FROM public.agents p WHERE p.queueloc = a.queueloc AND p.heartbeattime <= ${now}::timestamptz) ${order})`
}

/** The live rows of the endpoints that have several, as (queueloc, id); `among` narrows the endpoints. */
export function doublesSql(bounds: FleetBounds, among: Sql = empty): Sql {
  const state = stateSql(
    { lastSeen: sql`a.heartbeattime`, status: sql`a.status`, destructiontime: sql`a.destructiontime` },
    bounds,
  )
  const late = sql`heartbeattime >= ${bounds.late}::timestamptz`
  // First by what an index holds: hardly any endpoint has two rows that are young enough.
  return sql`SELECT queueloc, id FROM (
      SELECT a.queueloc, a.id, count(*) OVER (PARTITION BY a.queueloc) AS processes
      FROM public.agents a WHERE a.${late} AND ${state} IN ('online', 'late') AND a.queueloc = ANY(ARRAY(
        SELECT queueloc FROM public.agents WHERE ${late}${among} GROUP BY queueloc HAVING count(*) > 1))
    ) l WHERE processes > 1`
}

/**
 * The signers' weights for a module as (agentid, weight). A key counts once: where several rows hold it, the lowest weight, a
 * disabled, unknown or missing one being 0.
 */
function weightsSql(signers: readonly Signer[], module: MigId, ofThese: Sql): Sql {
  const rowsOfKey = new Map<string, Map<string, Signer>>()
  for (const signer of signers) {
    const rows = rowsOfKey.get(signingKey(signer)) ?? new Map<string, Signer>()
    rowsOfKey.set(signingKey(signer), rows.set(signer.investigatorId, signer))
  }
  const keys = [...rowsOfKey.values()].map((rows) => ({
    rows: rows.size,
    active: [...rows.values()].filter((s) => !s.disabled && s.known !== false).map((s) => s.investigatorId),
  }))
  const held = (people: readonly string[]) =>
    sql`investigatorid = ANY(${people}::numeric[]) AND moduleid = ${module}::numeric${ofThese}`
  const single = keys.filter((key) => key.rows === 1).flatMap((key) => key.active)
  return join(
    [
      sql`SELECT agentid, weight FROM public.invagtmodperm WHERE ${held(single)}`,
      ...keys
        .filter((key) => key.rows > 1)
        .map(
          ({ active, rows }) => sql`
          SELECT agentid, (CASE WHEN count(*) < ${rows}::int THEN least(0, min(weight)) ELSE min(weight) END)::int
          FROM public.invagtmodperm WHERE ${held(active)} GROUP BY agentid`,
        ),
    ],
    ' UNION ALL ',
  )
}

const all = (parts: Sql[]): Sql => (parts.length === 0 ? empty : join(parts, ''))

type Modules = { raw: Sql[]; rules: (narrow: Sql) => Sql; asked: Sql }

/**
 * The rules of agents by module. `rules` is a table of (agentid, m0, w0, …), the minimum and what the signers weigh for each
 * module with a row, of the agents that `narrow` leaves; `asked` what holds for the modules asked, over such a row `r`.
 */
function modulesSql({ modules, fallback, signers }: Question): Modules {
  const known = (id: AskedModule['id']): id is MigId => id !== null && id !== 'ambiguous'
  const ids = [...new Set([...modules.map((m) => m.id), fallback].filter(known))]
  const column = (of: 'm' | 'w', id: AskedModule['id'], none: Sql) =>
    known(id) ? raw(`r.${of}${ids.indexOf(id)}`) : none
  // A column for each value, NULL in the rows of the others: an aggregate passes NULL over, where a condition costs time.
  const none = raw('NULL::int')
  const row = (minimum: (id: MigId, i: number) => Sql, weight: (id: MigId, i: number) => Sql) =>
    all(ids.map((id, i) => sql`, ${minimum(id, i)} AS ${raw(`m${i}`)}, ${weight(id, i)} AS ${raw(`w${i}`)}`))
  const minimums = row(
    (id) => sql`CASE WHEN moduleid = ${id}::numeric THEN minimumweight END`,
    () => none,
  )
  const weights = (narrow: Sql) =>
    all(
      ids.map((id, k) => {
        const own = row(
          () => none,
          (_, i) => (i === k ? raw('weight') : none),
        )
        return sql` UNION ALL SELECT agentid${own} FROM (${weightsSql(signers, id, narrow)}) w`
      }),
    )
  const pivot = row(
    (_, i) => raw(`max(m${i})`),
    (_, i) => raw(`sum(w${i})`),
  )
  const asked = modules.map(({ id }, k) => {
    const own = column('m', id, sql`NULL::int`)
    const lent = column('m', fallback, sql`NULL::int`)
    const undecided = id === 'ambiguous' ? sql`true` : fallback === 'ambiguous' ? sql`${own} IS NULL` : sql`false`
    const weight = (of: AskedModule['id']) => sql`coalesce(${column('w', of, sql`0`)}, 0)`
    return sql`, ${undecided} AS ${raw(`u${k}`)}, ${own} IS NOT NULL AS ${raw(`o${k}`)}, coalesce(${own}, ${lent}) AS ${raw(`q${k}`)},
      CASE WHEN ${own} IS NOT NULL THEN ${weight(id)} WHEN ${lent} IS NOT NULL THEN ${weight(fallback)} ELSE 0 END AS ${raw(`g${k}`)}`
  })
  return {
    raw: ids.flatMap((_, i) => [raw(`r.m${i}`), raw(`r.w${i}`)]),
    rules: (narrow) => sql`SELECT agentid${pivot} FROM (
        SELECT agentid${minimums} FROM public.agtmodreq WHERE moduleid = ANY(${ids}::numeric[])${narrow}${weights(narrow)}
      ) u GROUP BY agentid`,
    asked: all(asked),
  }
}

/** What a statement says of each module asked, or of the first alone. */
type Each = (form: string, by: string) => Sql
const eachOf =
  ({ modules }: Question): Each =>
  (form, by) =>
    raw(modules.map((_, k) => form.replaceAll('#', String(k))).join(by))

/** The endpoints with several live rows as `mixed`, (queueloc, mixed_first, mixed_any): whether these decide differently. */
function mixedSql(question: Question, bounds: FleetBounds, among: Sql): Sql {
  const { rules, asked } = modulesSql(question)
  // Their few rows are looked up, apart from the rules of the fleet.
  const ofDoubles = rules(sql` AND agentid IN (SELECT id FROM doubles)`)
  return sql`doubles AS MATERIALIZED (${doublesSql(bounds, among)}), mixed AS MATERIALIZED (
      SELECT queueloc, count(DISTINCT (o0, q0, g0)) > 1 AS mixed_first,
        count(DISTINCT (${eachOf(question)('o#, q#, g#', ', ')})) > 1 AS mixed_any
      FROM (SELECT n.*${asked} FROM doubles n LEFT JOIN (${ofDoubles}) r ON r.agentid = n.id) d GROUP BY queueloc
    )`
}

/**
 * Every endpoint with its verdict, as a query of (id, outcome, short, first_outcome, first_short): `judgeEndpoint` for the
 * whole fleet in one statement, over all modules and over the first alone, which is all that 2014 agents check. With `only`
 * just these endpoints, named by their newest rows. `detail` adds what is behind it for the module at place k: ok (a minimum of
 * its own), qk (the minimum) and gk (what the signers weigh).
 */
export function judgedFleetSql(
  question: Question,
  bounds: FleetBounds,
  { only, detail = false }: { only?: readonly MigId[]; detail?: boolean } = {},
): Sql {
  const { rules, asked } = modulesSql(question)
  const here = sql`a.id = ANY(${[...(only ?? [])]}::numeric[])`
  const endpoints = only ? sql`SELECT a.queueloc, a.id FROM public.agents a WHERE ${here}` : newestSql(bounds)
  const among = only ? sql` AND queueloc IN (SELECT a.queueloc FROM public.agents a WHERE ${here})` : empty
  const ofThese = only ? sql` AND agentid = ANY(${[...only]}::numeric[])` : empty
  return sql`WITH ${mixedSql(question, bounds, among)}
    SELECT id, ${verdictSql(question)}${detail ? sql`, ${eachOf(question)('o#, q#, g#', ', ')}` : empty}
    FROM (
      SELECT e.id, x.mixed_first, x.mixed_any${asked} FROM (${endpoints}) e
      LEFT JOIN (${rules(ofThese)}) r ON r.agentid = e.id LEFT JOIN mixed x ON x.queueloc = e.queueloc
    ) d`
}

/**
 * How many endpoints have which verdict, as (n, outcome, short, first_outcome, first_short): each kind of rules is judged, not
 * each endpoint, so that a verdict may come several times.
 */
export function judgedKindsSql(question: Question, bounds: FleetBounds): Sql {
  const { raw: rulesOf, rules, asked } = modulesSql(question)
  const kind = join([...rulesOf, sql`x.mixed_first`, sql`x.mixed_any`], ', ')
  return sql`WITH ${mixedSql(question, bounds, empty)}
    SELECT n, ${verdictSql(question)}
    FROM (
      SELECT r.n, r.mixed_first, r.mixed_any${asked} FROM (
        SELECT ${kind}, count(*) AS n FROM (${newestSql(bounds)}) e
        LEFT JOIN (${rules(empty)}) r ON r.agentid = e.id LEFT JOIN mixed x ON x.queueloc = e.queueloc GROUP BY ${kind}
      ) r
    ) d`
}

/** The verdict from what holds for the modules asked: outcome, short, first_outcome, first_short. */
function verdictSql(question: Question): Sql {
  const each = eachOf(question)
  const first: Each = (form) => raw(form.replaceAll('#', '0'))
  return sql`${outcomeSql('any', each)} AS outcome, greatest(0, ${each('q# - g#', ', ')})::bigint AS short,
      ${outcomeSql('first', first)} AS first_outcome, greatest(0, q0 - g0)::bigint AS first_short`
}

/** The outcome from the columns of each module, or of the first alone; `part` is the column that says "mixed". */
function outcomeSql(part: 'any' | 'first', each: Each): Sql {
  return sql`CASE WHEN ${each('u#', ' OR ')} THEN 'ambiguous'
        WHEN ${each('q# IS NULL', ' OR ')} THEN 'no-rule'
        WHEN ${each('q# < 1', ' OR ')} THEN 'below-one'
        WHEN ${raw(`mixed_${part}`)} THEN 'mixed'
        WHEN ${each('g# < q#', ' OR ')} THEN 'short'
        ELSE 'accepted' END`
}
