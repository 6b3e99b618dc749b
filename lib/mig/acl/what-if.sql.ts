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
 * The signers' weights as (agentid, moduleid, weight). A key counts once: where several rows hold it, the lowest weight, a
 * disabled, unknown or missing one being 0.
 */
function weightsSql(signers: readonly Signer[], moduleIds: readonly MigId[], ofThese: Sql): Sql {
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
    sql`investigatorid = ANY(${people}::numeric[]) AND moduleid = ANY(${moduleIds}::numeric[])${ofThese}`
  const single = keys.filter((key) => key.rows === 1).flatMap((key) => key.active)
  return join(
    [
      sql`SELECT agentid, moduleid, weight FROM public.invagtmodperm WHERE ${held(single)}`,
      ...keys
        .filter((key) => key.rows > 1)
        .map(
          ({ active, rows }) => sql`
          SELECT agentid, moduleid, (CASE WHEN count(*) < ${rows}::int THEN least(0, min(weight)) ELSE min(weight) END)::int
          FROM public.invagtmodperm WHERE ${held(active)} GROUP BY agentid, moduleid`,
        ),
    ],
    ' UNION ALL ',
  )
}

/**
 * Every endpoint with its verdict, as a query of (id, outcome, short, first_outcome, first_short): `judgeEndpoint` for the
 * whole fleet in one statement, over all modules and over the first alone, which is all that 2014 agents check. With `only`
 * just these endpoints, named by their newest rows. `detail` adds what is behind it for the module at place k: ok (a minimum of
 * its own), qk (the minimum) and gk (what the signers weigh).
 */
export function judgedFleetSql(
  { modules, fallback, signers }: Question,
  bounds: FleetBounds,
  { only, detail = false }: { only?: readonly MigId[]; detail?: boolean } = {},
): Sql {
  const known = (id: AskedModule['id']): id is MigId => id !== null && id !== 'ambiguous'
  const ids = [...new Set([...modules.map((m) => m.id), fallback].filter(known))]
  /** A column of the two tables of rules, or what stands for it where no module row has the name. */
  const column = (table: 'req' | 'wt', id: AskedModule['id'], none: Sql) =>
    known(id) ? raw(`${table}.c${ids.indexOf(id)}`) : none
  const pivot = (of: (module: Sql) => Sql) =>
    ids.map((id, i) => sql`, ${of(sql`FILTER (WHERE moduleid = ${id}::numeric)`)} AS ${raw(`c${i}`)}`)
  const columns = (parts: Sql[]) => (parts.length === 0 ? empty : join(parts, ''))

  const asked = modules.map(({ id }, k) => {
    const own = column('req', id, sql`NULL::int`)
    const lent = column('req', fallback, sql`NULL::int`)
    const undecided = id === 'ambiguous' ? sql`true` : fallback === 'ambiguous' ? sql`${own} IS NULL` : sql`false`
    const weight = (of: AskedModule['id']) => sql`coalesce(${column('wt', of, sql`0`)}, 0)`
    return sql`, ${undecided} AS ${raw(`u${k}`)}, ${own} IS NOT NULL AS ${raw(`o${k}`)}, coalesce(${own}, ${lent}) AS ${raw(`q${k}`)},
      CASE WHEN ${own} IS NOT NULL THEN ${weight(id)} WHEN ${lent} IS NOT NULL THEN ${weight(fallback)} ELSE 0 END AS ${raw(`g${k}`)}`
  })
  const ruled = (rows: Sql) => sql`SELECT n.*${columns(asked)} FROM (${rows}) n
    LEFT JOIN req ON req.agentid = n.id LEFT JOIN wt ON wt.agentid = n.id`
  const each = (form: string, by: string) => raw(modules.map((_, k) => form.replaceAll('#', String(k))).join(by))
  const first = (form: string) => raw(form.replaceAll('#', '0'))

  const here = sql`a.id = ANY(${[...(only ?? [])]}::numeric[])`
  const endpoints = only ? sql`SELECT a.queueloc, a.id FROM public.agents a WHERE ${here}` : newestSql(bounds)
  const among = only ? sql` AND queueloc IN (SELECT a.queueloc FROM public.agents a WHERE ${here})` : empty
  const ofThese = only
    ? sql` AND agentid IN (SELECT unnest(${[...only]}::numeric[]) UNION SELECT id FROM doubles)`
    : empty

  return sql`
    WITH doubles AS MATERIALIZED (${doublesSql(bounds, among)}), req AS MATERIALIZED (
      SELECT agentid${columns(pivot((where) => sql`max(minimumweight) ${where}`))} FROM public.agtmodreq
      WHERE moduleid = ANY(${ids}::numeric[])${ofThese} GROUP BY agentid
    ), wt AS MATERIALIZED (
      SELECT agentid${columns(pivot((where) => sql`sum(weight) ${where}`))}
      FROM (${weightsSql(signers, ids, ofThese)}) w GROUP BY agentid
    ), mixed AS MATERIALIZED (
      SELECT queueloc, count(DISTINCT (o0, q0, g0)) > 1 AS mixed_first, count(DISTINCT (${each('o#, q#, g#', ', ')})) > 1 AS mixed_any
      FROM (${ruled(sql`SELECT * FROM doubles`)}) d GROUP BY queueloc
    )
    SELECT e.id, ${verdict('any', each)} AS outcome, greatest(0, ${each('q# - g#', ', ')})::bigint AS short,
      ${verdict('first', first)} AS first_outcome, greatest(0, q0 - g0)::bigint AS first_short${detail ? sql`, ${each('o#, q#, g#', ', ')}` : empty}
    FROM (${ruled(endpoints)}) e LEFT JOIN mixed x ON x.queueloc = e.queueloc`
}

/** The outcome from the columns of each module, or of the first alone; `part` is the column that says "mixed". */
function verdict(part: 'any' | 'first', each: (form: string, by: string) => Sql): Sql {
  return sql`CASE WHEN ${each('u#', ' OR ')} THEN 'ambiguous'
        WHEN ${each('q# IS NULL', ' OR ')} THEN 'no-rule'
        WHEN ${each('q# < 1', ' OR ')} THEN 'below-one'
        WHEN x.${raw(`mixed_${part}`)} THEN 'mixed'
        WHEN ${each('g# < q#', ' OR ')} THEN 'short'
        ELSE 'accepted' END`
}
