import { empty, join, type Sql, sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { type Factors, ruleFactors } from './acl-digest'
import type { AclPerson } from './agent-file'
import { normalFingerprint, type RuleModule } from './rule'

/** The people and modules whose rules an ACL file holds; no two modules have one name. */
export type AclNames = { modules: readonly RuleModule[]; people: readonly AclPerson[] }

// What stands for the holder of a minimum weight, and for a key that several rows hold: no id of MIG is negative.
const MINIMUM = '-1'
const holderOf = (key: number) => String(-2 - key)

type Keys = { holder: string; key: string; rows: number; active: string[] }[]

function keysOf(people: readonly AclPerson[]): Keys {
  const rows = new Map<string, AclPerson[]>()
  for (const person of people) {
    const key = normalFingerprint(person.fingerprint)
    if (key) rows.set(key, [...(rows.get(key) ?? []), person])
  }
  return [...rows].map(([key, all], i) => {
    const active = all.filter((person) => !person.disabled).map((person) => person.id)
    return { key, rows: all.length, active, holder: all.length === 1 ? (all[0]?.id ?? '') : holderOf(i) }
  })
}

/** The factors of every rule that a file can hold, by module and holder. */
function factorsSql(modules: readonly RuleModule[], keys: Keys): Sql {
  const rules: { module: string; holder: string; factors: Factors }[] = []
  for (const { id, name } of modules) {
    rules.push({ module: id, holder: MINIMUM, factors: ruleFactors(name, null) })
    for (const { holder, key, active } of keys)
      if (active.length > 0) rules.push({ module: id, holder, factors: ruleFactors(name, key) })
  }
  const column = (of: (factors: Factors) => number | undefined) =>
    sql`${rules.map(({ factors }) => of(factors) ?? 0)}::bigint[]`
  const four = [0, 1, 2, 3] as const
  return sql`SELECT * FROM unnest(${rules.map((rule) => rule.module)}::numeric[], ${rules.map((rule) => rule.holder)}::numeric[],
    ${join(four.map((i) => column(({ by }) => by[i])))}, ${join(four.map((i) => column(({ plus }) => plus[i])))})
    AS f (moduleid, holder, a0, a1, a2, a3, b0, b1, b2, b3)`
}

/**
 * The digest of the ACL that the tables give each of these agent rows: `aclDigest(aclOf(…))` in SQL. `rows` is a query of
 * (queueloc, id). Wants indexes on agtmodreq (agentid) and invagtmodperm (agentid), which MIG has.
 */
export function digestsSql(rows: Sql, { modules, people }: AclNames): Sql {
  const keys = keysOf(people)
  const several = keys.filter((key) => key.rows > 1 && key.active.length > 0)
  // Weights count where the module has a minimum of its own.
  const weights = sql`minimum r JOIN public.invagtmodperm w ON w.agentid = r.agentid AND w.moduleid = r.moduleid`
  return sql`
    WITH rows_asked AS MATERIALIZED (${rows}),
    factor AS MATERIALIZED (${factorsSql(modules, keys)}),
    minimum AS MATERIALIZED (
      SELECT r.agentid, r.moduleid, r.minimumweight FROM rows_asked c JOIN public.agtmodreq r ON r.agentid = c.id
    ),
    rule AS (
      SELECT agentid, moduleid, ${MINIMUM}::numeric AS holder, minimumweight AS value FROM minimum
      UNION ALL
      SELECT w.agentid, w.moduleid, w.investigatorid, w.weight FROM ${weights}
      ${
        several.length === 0
          ? empty
          : join(
              several.map(
                ({ holder, active, rows: held }) => sql`UNION ALL
      SELECT w.agentid, w.moduleid, ${holder}::numeric,
        CASE WHEN count(*) < ${held}::int THEN least(0, min(w.weight)) ELSE min(w.weight) END
      FROM ${weights} WHERE w.investigatorid = ANY(${active}::numeric[]) GROUP BY w.agentid, w.moduleid`,
              ),
              '\n',
            )
      }
    ),
    summed AS (
      SELECT rule.agentid, sum(a0 * value + b0) AS s0, sum(a1 * value + b1) AS s1, sum(a2 * value + b2) AS s2, sum(a3 * value + b3) AS s3
      FROM rule JOIN factor f ON f.moduleid = rule.moduleid AND f.holder = rule.holder GROUP BY rule.agentid
    )
    SELECT c.queueloc, c.id, left(encode(sha256(convert_to(concat_ws(',',
      coalesce(s0, 0), coalesce(s1, 0), coalesce(s2, 0), coalesce(s3, 0)), 'UTF8')), 'hex'), 32) AS digest
    FROM rows_asked c LEFT JOIN summed s ON s.agentid = c.id`
}

/** The newest rows of the next endpoints after a queue, in the order of the queues' names. */
export function nextEndpointsSql(after: string | null, limit: number, now: Instant): Sql {
  const beyond = after === null ? sql`true` : sql`a.queueloc > ${after}`
  return sql`SELECT DISTINCT ON (a.queueloc) a.queueloc, a.id FROM public.agents a WHERE ${beyond}
    ORDER BY a.queueloc, a.heartbeattime <= ${now}::timestamptz DESC, a.heartbeattime DESC, a.id DESC LIMIT ${limit}`
}

/**
 * One step of the pass: the digests of the next endpoints into `dashboard.acl_endpoint`, what is there no more taken away.
 * Gives how many endpoints there were, the last one's queue, and how many rows changed.
 */
export function passStepSql(after: string | null, limit: number, now: Instant, names: AclNames): Sql {
  return sql`
    WITH step AS MATERIALIZED (${digestsSql(nextEndpointsSql(after, limit, now), names)}),
    past AS (SELECT count(*) AS n, max(queueloc) AS last FROM step),
    gone AS (
      DELETE FROM dashboard.acl_endpoint e USING past
      WHERE (${after}::text IS NULL OR e.queueloc > ${after}::text) AND (past.n < ${limit} OR e.queueloc <= past.last)
        AND NOT EXISTS (SELECT 1 FROM step WHERE step.queueloc = e.queueloc) RETURNING 1
    ),
    kept AS (
      INSERT INTO dashboard.acl_endpoint AS e (queueloc, agent_id, digest)
      SELECT queueloc, trunc(id), digest FROM step
      ON CONFLICT (queueloc) DO UPDATE SET agent_id = excluded.agent_id, digest = excluded.digest
        WHERE (e.agent_id, e.digest) IS DISTINCT FROM (excluded.agent_id, excluded.digest) RETURNING 1
    )
    SELECT n::int AS n, last, (SELECT count(*) FROM gone)::int + (SELECT count(*) FROM kept)::int AS changed FROM past`
}

/** The stored rules of these agent rows, a line a rule; `investigatorid` is null for a minimum weight. */
export function rulesOfRowsSql(agentIds: readonly MigId[]): Sql {
  return sql`
    SELECT trunc(r.agentid)::text AS agentid, trunc(r.moduleid)::text AS moduleid, NULL::text AS investigatorid,
      r.minimumweight AS value FROM public.agtmodreq r WHERE r.agentid = ANY(${agentIds}::numeric[])
    UNION ALL
    SELECT trunc(w.agentid)::text, trunc(w.moduleid)::text, trunc(w.investigatorid)::text, w.weight
    FROM public.invagtmodperm w WHERE w.agentid = ANY(${agentIds}::numeric[])`
}
