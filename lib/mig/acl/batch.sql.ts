import { disabledSql, normalSql, personFrom } from '@/lib/auth/person.sql'
import { raw, type Sql, sql } from '@/lib/db/sql'
import type { StateBounds } from '@/lib/mig/agents/state'
import { stateSql } from '@/lib/mig/agents/state.sql'
import type { Vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { CellChange } from './change'

/** An array as PostgreSQL reads one from a single parameter; only for what needs no quoting: ids, weights, booleans, signing keys. */
function literal(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`
}

// Arrays and not a table: the planner sees how many cells there are.
function cellsSql(cells: readonly CellChange[]): Sql {
  const people = cells.map((cell) => (cell.table === 'agtmodreq' ? null : cell.investigator))
  return sql`unnest(${literal(cells.map((c) => c.agent))}::numeric[], ${literal(cells.map((c) => c.module))}::numeric[],
    ${literal(people)}::numeric[], ${literal(cells.map((c) => c.seen))}::integer[],
    ${literal(cells.map((c) => c.value))}::integer[]) WITH ORDINALITY AS c(agent, module, investigator, seen, value, n)`
}

const TABLES = {
  agtmodreq: {
    name: raw('public.agtmodreq'),
    value: raw('minimumweight'),
    key: raw('moduleid, agentid'),
    from: raw('c.module, c.agent'),
    same: raw('t.agentid = c.agent AND t.moduleid = c.module'),
  },
  invagtmodperm: {
    name: raw('public.invagtmodperm'),
    value: raw('weight'),
    key: raw('investigatorid, agentid, moduleid'),
    from: raw('c.investigator, c.agent, c.module'),
    same: raw('t.investigatorid = c.investigator AND t.agentid = c.agent AND t.moduleid = c.module'),
  },
}

/** The cells that do not hold what was seen, as `n` (their place from 0), what is stored now and in how many rows. */
export function differingCellsSql(table: CellChange['table'], cells: readonly CellChange[]): Sql {
  const { name, value, same } = TABLES[table]
  return sql`SELECT (c.n - 1)::int AS n, min(t.${value}) AS now, count(t.agentid)::int AS rows
    FROM ${cellsSql(cells)} LEFT JOIN ${name} t ON ${same}
    GROUP BY c.n, c.seen HAVING count(t.agentid) > 1 OR min(t.${value}) IS DISTINCT FROM c.seen ORDER BY c.n`
}

/** The agents that are no newest row of an endpoint, or none at all: what stands for the endpoint instead. */
export function olderAgentsSql(agents: readonly MigId[], now: Instant): Sql {
  const order = sql`ORDER BY b.heartbeattime DESC, b.id DESC LIMIT 1`
  return sql`SELECT trunc(k.id)::text AS agent, trunc(n.id)::text AS newest
    FROM unnest(${literal(agents)}::numeric[]) k(id) LEFT JOIN public.agents a ON a.id = k.id
    LEFT JOIN LATERAL (SELECT coalesce(
      (SELECT b.id FROM public.agents b WHERE b.queueloc = a.queueloc AND b.heartbeattime <= ${now}::timestamptz ${order}),
      (SELECT b.id FROM public.agents b WHERE b.queueloc = a.queueloc ${order})) AS id) n ON true
    WHERE n.id IS DISTINCT FROM k.id`
}

/** The names of agent rows. */
export function agentNamesSql(agents: readonly MigId[]): Sql {
  return sql`SELECT trunc(a.id)::text AS id, a.name, a.queueloc FROM public.agents a
    WHERE a.id = ANY(${literal(agents)}::numeric[])`
}

/** Modules or investigators of these ids, kept from being removed until the transaction ends. */
export function keptNamesSql(table: 'modules' | 'investigators', ids: readonly MigId[]): Sql {
  return sql`SELECT trunc(id)::text AS id, name FROM ${raw(`public.${table}`)}
    WHERE id = ANY(${literal(ids)}::numeric[]) FOR KEY SHARE`
}

/** Writes the cells of one table that hold what was seen; gives how many rows were added, changed and removed. */
export function writeCellsSql(table: CellChange['table'], cells: readonly CellChange[]): Sql {
  return writeSql(table, cellsSql(cells))
}

/** The same of the cells of a batch that are kept already, between two places. */
export function writeKeptSql(table: CellChange['table'], span: { batch: string; after: number; end: number }): Sql {
  return writeSql(
    table,
    sql`(SELECT agentid AS agent, moduleid AS module, investigatorid AS investigator, before AS seen, after AS value
      FROM dashboard.acl_change WHERE batch = ${span.batch}::uuid AND n > ${span.after}::int AND n <= ${span.end}::int
        AND table_name = ${table}) k`,
  )
}

function writeSql(table: CellChange['table'], cells: Sql): Sql {
  const { name, value, key, from, same } = TABLES[table]
  return sql`
    WITH c AS MATERIALIZED (SELECT * FROM ${cells}), added AS (
      INSERT INTO ${name} (${key}, ${value}) SELECT ${from}, c.value FROM c WHERE c.seen IS NULL
      ON CONFLICT DO NOTHING RETURNING 1
    ), changed AS (
      UPDATE ${name} t SET ${value} = c.value FROM c
      WHERE ${same} AND t.${value} = c.seen AND c.value IS NOT NULL RETURNING 1
    ), removed AS (
      DELETE FROM ${name} t USING c WHERE ${same} AND t.${value} = c.seen AND c.value IS NULL RETURNING 1
    )
    SELECT (SELECT count(*) FROM added)::int AS added, (SELECT count(*) FROM changed)::int AS changed,
      (SELECT count(*) FROM removed)::int AS removed`
}

/** Keeps the cells of a batch, counted on from `after`. */
export function keepCellsSql(batch: string, after: number, cells: readonly CellChange[]): Sql {
  return sql`INSERT INTO dashboard.acl_change (batch, n, table_name, agentid, moduleid, investigatorid, before, after)
    SELECT ${batch}::uuid, ${after}::int + c.n, CASE WHEN c.investigator IS NULL THEN 'agtmodreq' ELSE 'invagtmodperm' END,
      c.agent, c.module, c.investigator, c.seen, c.value FROM ${cellsSql(cells)}`
}

/** An active row of `investigators` with the key that it signs by (`signingKey`); `rows` is how many rows hold the key. */
export type ActiveRow = { id: MigId; key: string; rows: number }

/** Who is active: one row an `ActiveRow`. */
export function activeRowsSql(v: Vintage): Sql {
  return sql`SELECT id, key, rows FROM (
      SELECT trunc(k.id)::text AS id, k.key, k.disabled, count(*) OVER (PARTITION BY k.key)::int AS rows FROM (
        SELECT i.id, coalesce(nullif(${normalSql(sql`i.pgpfingerprint`)}, ''), 'id ' || trunc(i.id)) AS key,
          ${disabledSql(v)} AS disabled FROM ${personFrom}
      ) k
    ) p WHERE NOT disabled`
}

/** What of the ACL the reach is asked of. `fallback` is the module `default`, null when there is none or several. */
export type ReachQuestion = {
  /** Newest rows of endpoints. */
  agents: readonly MigId[]
  modules: readonly { id: MigId; twin: boolean }[]
  fallback: MigId | null
  fallbackTwin: boolean
  active: readonly ActiveRow[]
  /** The key of who saves. */
  editor: string | null
}

/**
 * Who can run what on these endpoints: one row an endpoint, `flags` one hexadecimal digit a module in the question's order:
 * 1 all active people together, 2 some person alone, 4 the editor alone; 8 says that the module has no minimum of its own.
 * A key counts once, with its lowest weight, at most 0 where one of its rows is disabled or weighs nothing. Together only weights
 * above 0 count, for whoever lowers the sum need not sign. Where live rows of an endpoint differ in the minimum nobody can
 * run the module, and a person counts only where all of them say the same of them (design 8). The tables are looked up
 * row by row, whatever the planner thinks of the rest.
 */
export function reachSql(question: ReachQuestion, bounds: StateBounds): Sql {
  const { agents, modules, fallback, fallbackTwin, active, editor } = question
  const live = sql`${stateSql(
    { lastSeen: sql`a.heartbeattime`, status: sql`a.status`, destructiontime: sql`a.destructiontime` },
    bounds,
  )} IN ('online', 'late')`
  const lent = fallback === null ? sql`NULL::int` : sql`f.minimumweight`
  const lends =
    fallback === null ? sql`` : sql`LEFT JOIN req f ON f.agentid = r.agentid AND f.moduleid = ${fallback}::numeric`
  const wanted = fallback === null ? modules : [...modules.filter((m) => m.id !== fallback), { id: fallback }]
  const columns = sql`r.endpoint, r.agentid, m.n, m.id AS module, m.twin, q.minimumweight AS own,
    coalesce(q.minimumweight, ${lent}) AS required,
    CASE WHEN q.minimumweight IS NOT NULL THEN m.id WHEN ${lent} IS NOT NULL THEN ${fallback}::numeric END AS via`
  const rules = (rows: Sql) => sql`SELECT ${columns} FROM ${rows} r CROSS JOIN module m
    LEFT JOIN req q ON q.agentid = r.agentid AND q.moduleid = m.id ${lends}`
  return sql`
    WITH module AS MATERIALIZED (
      SELECT * FROM unnest(${literal(modules.map((m) => m.id))}::numeric[],
        ${literal(modules.map((m) => String(m.twin)))}::boolean[]) WITH ORDINALITY AS m(id, twin, n)
    ), newest AS MATERIALIZED (
      SELECT k.id AS endpoint, k.id AS agentid FROM unnest(${literal(agents)}::numeric[]) k(id)
    ), alive AS MATERIALIZED (
      SELECT endpoint, agentid, processes FROM (
        SELECT n.endpoint, a.id AS agentid, count(*) OVER (PARTITION BY n.endpoint)::int AS processes
        FROM newest n CROSS JOIN LATERAL (SELECT p.* FROM public.agents e JOIN LATERAL (
            SELECT o.* FROM public.agents o WHERE o.queueloc = e.queueloc AND o.heartbeattime >= ${bounds.late}::timestamptz OFFSET 0
          ) p ON true WHERE e.id = n.endpoint OFFSET 0) a
        WHERE ${live}
      ) l WHERE processes > 1
    ), place AS MATERIALIZED (
      SELECT agentid FROM newest UNION SELECT agentid FROM alive
    ), req AS MATERIALIZED (
      SELECT t.agentid, t.moduleid, t.minimumweight FROM place p
      CROSS JOIN LATERAL (SELECT * FROM public.agtmodreq q WHERE q.agentid = p.agentid OFFSET 0) t
      WHERE t.moduleid = ANY(${literal(wanted.map((m) => m.id))}::numeric[])
    ), signer AS MATERIALIZED (
      SELECT * FROM unnest(${literal(active.map((a) => a.id))}::numeric[], ${literal(active.map((a) => a.key))}::text[],
        ${literal(active.map((a) => a.rows))}::integer[]) AS s(id, key, rows)
    ), held AS MATERIALIZED (
      SELECT t.agentid, t.moduleid, s.key,
        CASE WHEN count(*) < min(s.rows) THEN least(0, min(t.weight)) ELSE min(t.weight) END AS weight
      FROM place p CROSS JOIN LATERAL (SELECT * FROM public.invagtmodperm w WHERE w.agentid = p.agentid OFFSET 0) t
      JOIN signer s ON s.id = t.investigatorid
      WHERE t.moduleid = ANY(${literal(wanted.map((m) => m.id))}::numeric[])
      GROUP BY t.agentid, t.moduleid, s.key
    ), rule AS MATERIALIZED (${rules(sql`newest`)}),
    double AS MATERIALIZED (${rules(sql`(SELECT endpoint, agentid FROM alive)`)}),
    mixed AS MATERIALIZED (
      SELECT endpoint, module FROM double GROUP BY endpoint, module
      HAVING count(DISTINCT (own IS NOT NULL, required)) > 1
    ), torn AS MATERIALIZED (
      SELECT d.endpoint, d.module, h.key FROM double d JOIN held h ON h.agentid = d.agentid AND h.moduleid = d.via
      JOIN (SELECT DISTINCT endpoint, processes FROM alive) l ON l.endpoint = d.endpoint
      GROUP BY d.endpoint, d.module, h.key, l.processes
      HAVING min(h.weight) <> max(h.weight) OR (count(*) < l.processes AND max(abs(h.weight::bigint)) > 0)
    ), sum AS MATERIALIZED (
      SELECT r.endpoint, r.n, sum(greatest(0, h.weight)) AS together, max(h.weight) AS best,
        max(h.weight) FILTER (WHERE h.key = ${editor}::text) AS editor
      FROM rule r JOIN held h ON h.agentid = r.agentid AND h.moduleid = r.via
      LEFT JOIN torn t ON t.endpoint = r.endpoint AND t.module = r.module AND t.key = h.key
      WHERE t.key IS NULL GROUP BY r.endpoint, r.n
    )
    SELECT trunc(r.endpoint)::text AS agent, string_agg(to_hex(
      CASE WHEN r.required >= 1 AND NOT r.twin AND NOT (r.own IS NULL AND ${fallbackTwin}::boolean) AND x.endpoint IS NULL
        THEN coalesce(s.together >= r.required, false)::int + coalesce(s.best >= r.required, false)::int * 2
          + coalesce(s.editor >= r.required, false)::int * 4
        ELSE 0 END + (r.own IS NULL)::int * 8), '' ORDER BY r.n) AS flags
    FROM rule r LEFT JOIN sum s ON s.endpoint = r.endpoint AND s.n = r.n
    LEFT JOIN mixed x ON x.endpoint = r.endpoint AND x.module = r.module
    GROUP BY r.endpoint`
}

/** One line a cell, for the digest of a batch: table, investigator, agent, module, before, after. */
export function canonicalLine(change: CellChange): string {
  const investigator = change.table === 'agtmodreq' ? '' : change.investigator
  return `${change.table},${investigator},${change.agent},${change.module},${change.seen ?? ''},${change.value ?? ''}\n`
}

/** The kept cells of a batch behind a place, in their order. */
export function keptCellsSql(batch: string, after: number, most: number): Sql {
  return sql`SELECT n, table_name AS table, trunc(agentid)::text AS agent, trunc(moduleid)::text AS module,
      trunc(investigatorid)::text AS investigator, before, after
    FROM dashboard.acl_change WHERE batch = ${batch}::uuid AND n > ${after}::int ORDER BY n LIMIT ${most}::int`
}
