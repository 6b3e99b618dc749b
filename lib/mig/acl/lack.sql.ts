import { join, raw, type Sql, sql } from '@/lib/db/sql'
import type { FleetBounds } from '@/lib/mig/agents/state'
import type { MigId } from '@/lib/mig/wire/id'
import { type AskedModule, judgedFleetSql, type Question } from './what-if.sql'

/** What a group of endpoints has in common, as `lackSql` says it; `ids` are the people whose weights are compared. */
export type Alike = { agent: MigId; name: string; missing: string; who: string; ids: readonly MigId[] }

/** What the endpoints `s` lack, by module: "2,0". */
const missingSql = ({ modules }: Question): Sql =>
  raw(modules.map((_, k) => `(s.q${k} - s.g${k})::text`).join(" || ',' || "))

/** For each endpoint of the table `from` who could bring weight, as (id, who): "0:17:3" is the weight 3 of 17 for module 0. */
function whoSql({ modules, fallback }: Question, ids: readonly MigId[], from: string): Sql {
  const idOf = (id: AskedModule['id']) => (id === null || id === 'ambiguous' ? null : id)
  const holders = join(
    modules.map(
      ({ id }, k) =>
        sql`(${raw(String(k))}, CASE WHEN s.${raw(`o${k}`)} THEN ${idOf(id)}::numeric ELSE ${idOf(fallback)}::numeric END)`,
    ),
    ', ',
  )
  return sql`
    SELECT s.id, string_agg(v.k || ':' || trunc(w.investigatorid)::text || ':' || w.weight, ',' ORDER BY v.k, w.investigatorid) AS who
    FROM ${raw(from)} s CROSS JOIN LATERAL (VALUES ${holders}) v(k, moduleid)
    JOIN public.invagtmodperm w ON w.agentid = s.id AND w.moduleid = v.moduleid
    WHERE coalesce(w.investigatorid = ANY(${[...ids]}::numeric[]), false) GROUP BY s.id`
}

/**
 * What each endpoint of a query of `judgedFleetSql` with its details lacks and who could bring it, as (id, missing, who): the
 * texts of `lackOf`. The query is to hold none but endpoints that are short.
 */
function lackSql(question: Question, ids: readonly MigId[], short: Sql): Sql {
  return sql`WITH short AS MATERIALIZED (${short}), who AS (${whoSql(question, ids, 'short')})
    SELECT s.id, ${missingSql(question)} AS missing, coalesce(w.who, '') AS who
    FROM short s LEFT JOIN who w ON w.id = s.id`
}

/** The endpoints that are short as groups: (missing, who, endpoints, sample). */
export function lackGroupsSql(question: Question, ids: readonly MigId[], short: Sql): Sql {
  return sql`SELECT l.missing, l.who, count(*) AS endpoints, trunc(min(l.id)) AS sample
    FROM (${lackSql(question, ids, short)}) l GROUP BY 1, 2`
}

/**
 * The verdicts of `judgedFleetSql`, and as `alike` whether an endpoint is in one group with those that `alike` describes; true
 * where it describes none.
 */
export function judgedSql(question: Question, bounds: FleetBounds, alike: Alike | null, only?: readonly MigId[]): Sql {
  if (!alike) return sql`SELECT v.*, true AS alike FROM (${judgedFleetSql(question, bounds, { only })}) v`
  // Whoever lacks something else is told apart before anybody's weights are read.
  return sql`WITH judged AS MATERIALIZED (${judgedFleetSql(question, bounds, { only, detail: true })}),
    likely AS MATERIALIZED (SELECT s.* FROM judged s WHERE s.outcome = 'short' AND ${missingSql(question)} = ${alike.missing}),
    who AS (${whoSql(question, alike.ids, 'likely')})
    SELECT v.id, v.outcome, v.short, v.first_outcome, v.first_short,
      l.id IS NOT NULL AND coalesce(w.who, '') = ${alike.who} AS alike
    FROM judged v LEFT JOIN likely l ON l.id = v.id LEFT JOIN who w ON w.id = l.id`
}
