import { disabledSql, normalSql, personFrom } from '@/lib/auth/person.sql'
import { containing } from '@/lib/db/like'
import type { ListQuery } from '@/lib/db/list'
import { type Sql, sql } from '@/lib/db/sql'
import type { FleetBounds } from '@/lib/mig/agents/state'
import { endpointsSql, isNewestSql, stateSql } from '@/lib/mig/agents/state.sql'
import { keylessSql } from '@/lib/mig/investigators/stored-key.sql'
import { agentOsSql, type Vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { LintCheck } from './lint-checks'
import { type ActiveKeys, keyWeightsSql, reachSql } from './people'
import { DEFAULT_MODULE, type RuleModule } from './rule'

/** What the checks hang on besides the tables. */
export type LintScope = {
  vintage: Vintage
  bounds: FleetBounds
  /** The keys that count; for what would become unreachable those of all but one person. */
  keys: ActiveKeys
  /** With a person's key taken away: everybody's, so that only what is lost with it is found. */
  before?: ActiveKeys
  modules: readonly RuleModule[]
  sensitive: readonly string[]
}

export type LintFilters = { name?: string; os?: string; module?: MigId[]; person?: { id: MigId } }

const none = (type: string) => sql`NULL${type === 'int' ? sql`::int` : sql`::text`}`

/** One check as a list: rows with what is known of the endpoint, the module and the person, in the order of agents' ids. */
export function lintQuery(check: LintCheck, scope: LintScope, filters: LintFilters = {}): ListQuery {
  if (check === 'people') return peopleQuery(scope, filters)
  return check === 'orphans' ? orphansQuery(scope, filters) : fleetQuery(check, scope, filters)
}

type Found = {
  /** What is joined to the endpoint's row `a`; `m` is the module, `i` the person, where there are any. */
  join: Sql
  where: Sql[]
  /** What tells findings of one agent row apart. */
  key: Sql
  module?: true
  person?: true
  minimum?: Sql
  weight?: Sql
  why?: Sql
}

/** The checks whose findings hang on rows of agents. */
export type FleetCheck = Exclude<LintCheck, 'people' | 'orphans'>

function fleetQuery(check: FleetCheck, scope: LintScope, filters: LintFilters): ListQuery {
  const { vintage, bounds } = scope
  const { from, lastSeen } = endpointsSql(bounds)
  const state = stateSql({ lastSeen, status: sql`a.status`, destructiontime: sql`a.destructiontime` }, bounds)
  const found = FOUND[check](scope, state)
  const where = [...found.where]
  if (filters.name) where.push(sql`a.name ILIKE ${containing(filters.name)}`)
  if (filters.os) where.push(sql`lower(${agentOsSql(vintage, 'a')}) = lower(${filters.os})`)
  // A filter that a check has nothing for leaves none of its rows.
  if (filters.module) where.push(found.module ? sql`m.id = ANY(${filters.module}::numeric[])` : sql`false`)
  if (filters.person) where.push(found.person ? sql`i.id = ${filters.person.id}::numeric` : sql`false`)
  return {
    select: sql`trunc(a.id)::text AS agentid, a.name, a.queueloc, ${agentOsSql(vintage, 'a')} AS os, ${state} AS state,
      ${lastSeen} AS last_seen, ${found.module ? sql`trunc(m.id)::text` : none('text')} AS moduleid,
      ${found.module ? sql`m.name` : none('text')} AS module,
      ${found.person ? sql`trunc(i.id)::text` : none('text')} AS investigatorid,
      ${found.person ? sql`i.name` : none('text')} AS investigator,
      ${found.minimum ?? none('int')} AS minimumweight, ${found.weight ?? none('int')} AS weight,
      ${found.why ?? none('text')} AS why`,
    from: sql`${from} ${found.join}`,
    where,
    sorts: { agent: { expression: sql`a.id`, type: 'numeric' } },
    id: found.key,
    idType: 'text',
  }
}

const rules = sql`JOIN public.agtmodreq r ON r.agentid = a.id JOIN public.modules m ON m.id = r.moduleid`
const moduleKey = sql`trunc(m.id)::text`
const agentKey = sql`trunc(a.id)::text`
const isNewest = (bounds: FleetBounds) => isNewestSql('a', bounds.now)

const FOUND: Record<FleetCheck, (scope: LintScope, state: Sql) => Found> = {
  unreachable({ bounds, keys, before }) {
    const reach = (of: ActiveKeys) => reachSql(of, sql`r.agentid`, sql`r.moduleid`)
    const where = [isNewest(bounds), sql`r.minimumweight >= 1`, sql`r.minimumweight > ${reach(keys)}`]
    if (before) where.push(sql`r.minimumweight <= ${reach(before)}`)
    return {
      join: rules,
      where,
      key: moduleKey,
      module: true,
      minimum: sql`r.minimumweight`,
      weight: sql`${reach(keys)}::int`,
    }
  },
  'below-one': ({ bounds }) => ({
    join: rules,
    where: [isNewest(bounds), sql`r.minimumweight < 1`],
    key: moduleKey,
    module: true,
    minimum: sql`r.minimumweight`,
  }),
  'no-weights': ({ bounds }) => ({
    join: rules,
    where: [
      isNewest(bounds),
      sql`r.minimumweight >= 1`,
      sql`NOT EXISTS (SELECT FROM public.invagtmodperm w WHERE w.agentid = r.agentid AND w.moduleid = r.moduleid
        AND EXISTS (SELECT FROM public.investigators i WHERE i.id = w.investigatorid))`,
    ],
    key: moduleKey,
    module: true,
    minimum: sql`r.minimumweight`,
  }),
  'no-requirement': ({ bounds }) => ({
    join: sql`JOIN public.invagtmodperm w ON w.agentid = a.id JOIN public.modules m ON m.id = w.moduleid
      JOIN public.investigators i ON i.id = w.investigatorid`,
    where: [
      isNewest(bounds),
      sql`NOT EXISTS (SELECT FROM public.agtmodreq r WHERE r.agentid = w.agentid AND r.moduleid = w.moduleid)`,
    ],
    key: sql`trunc(m.id)::text || '.' || trunc(i.id)::text`,
    module: true,
    person: true,
    weight: sql`w.weight`,
  }),
  'single-person'({ bounds, keys, modules, sensitive }) {
    const only = (name: string) => {
      const named = modules.filter((module) => module.name === name)
      return named.length === 1 ? named[0] : undefined
    }
    const fallback = only(DEFAULT_MODULE)?.id ?? null
    // Of two modules with one name nobody can say whose rules hold.
    const asked = modules.filter(({ id, name }) => sensitive.includes(id) && only(name)).map(({ id }) => id)
    const lent =
      fallback !== null
        ? sql` OR (r.moduleid = ${fallback}::numeric AND NOT EXISTS (
          SELECT FROM public.agtmodreq own WHERE own.agentid = r.agentid AND own.moduleid = m.id))`
        : sql``
    return {
      join: sql`JOIN public.agtmodreq r ON r.agentid = a.id
        JOIN public.modules m ON m.id = ANY(${asked}::numeric[]) AND (r.moduleid = m.id${lent})
        CROSS JOIN LATERAL (${keyWeightsSql(keys, sql`r.agentid`, sql`r.moduleid`)}) k
        JOIN public.investigators i ON i.id = k.person`,
      where: [isNewest(bounds), sql`r.minimumweight >= 1`, sql`k.weight >= r.minimumweight`],
      key: sql`trunc(m.id)::text || '.' || trunc(i.id)::text`,
      module: true,
      person: true,
      minimum: sql`r.minimumweight`,
      weight: sql`k.weight`,
    }
  },
  'no-rule': ({ bounds }, state) => ({
    join: sql``,
    where: [
      isNewest(bounds),
      sql`${state} NOT IN ('gone', 'destroyed')`,
      sql`NOT EXISTS (SELECT FROM public.agtmodreq r WHERE r.agentid = a.id
        AND EXISTS (SELECT FROM public.modules m WHERE m.id = r.moduleid))`,
    ],
    key: agentKey,
  }),
  dead({ bounds }, state) {
    const newest = isNewest(bounds)
    return {
      join: sql`JOIN (SELECT agentid FROM public.agtmodreq UNION SELECT agentid FROM public.invagtmodperm) d ON d.agentid = a.id`,
      where: [sql`NOT ${newest} OR ${state} IN ('gone', 'destroyed')`],
      key: agentKey,
      minimum: sql`(SELECT count(*) FROM public.agtmodreq r WHERE r.agentid = a.id)::int`,
      weight: sql`(SELECT count(*) FROM public.invagtmodperm w WHERE w.agentid = a.id)::int`,
      why: sql`CASE WHEN NOT ${newest} THEN 'left behind' ELSE ${state} END`,
    }
  },
}

/** People whose weights count 0 or cannot be signed for; one row a person. */
function peopleQuery({ vintage }: LintScope, filters: LintFilters): ListQuery {
  const disabled = disabledSql(vintage)
  const unnamed = sql`coalesce(${normalSql(sql`i.pgpfingerprint`)}, '') = ''`
  const weights = sql`SELECT FROM public.invagtmodperm w WHERE w.investigatorid = i.id`
  const where = [sql`${disabled} OR ${keylessSql(vintage)} OR ${unnamed}`, sql`EXISTS (${weights})`]
  if (filters.person) where.push(sql`i.id = ${filters.person.id}::numeric`)
  if (filters.module) where.push(sql`EXISTS (${weights} AND w.moduleid = ANY(${filters.module}::numeric[]))`)
  if (filters.name) where.push(sql`i.name ILIKE ${containing(filters.name)}`)
  if (filters.os) where.push(sql`false`)
  return {
    select: sql`NULL::text AS agentid, i.name, NULL::text AS queueloc, NULL::text AS os, NULL::text AS state,
      NULL::timestamptz AS last_seen, NULL::text AS moduleid, NULL::text AS module, trunc(i.id)::text AS investigatorid,
      i.name AS investigator, NULL::int AS minimumweight,
      (SELECT count(*) FROM public.invagtmodperm w WHERE w.investigatorid = i.id)::int AS weight,
      CASE WHEN ${disabled} THEN 'disabled' WHEN ${unnamed} THEN 'no fingerprint' ELSE 'no key' END AS why`,
    from: personFrom,
    where,
    sorts: { agent: { expression: sql`i.id`, type: 'numeric' } },
    id: sql`trunc(i.id)::text`,
    idType: 'text',
  }
}

/** Minimums and weights whose agent, module or investigator has no row; the names of those that have one. */
function orphansQuery({ vintage }: LintScope, filters: LintFilters): ListQuery {
  const rows = sql`(
    SELECT 'minimum' AS kind, r.agentid, r.moduleid, NULL::numeric AS investigatorid, r.minimumweight, NULL::int AS weight
    FROM public.agtmodreq r
    WHERE NOT EXISTS (SELECT FROM public.agents a WHERE a.id = r.agentid)
      OR NOT EXISTS (SELECT FROM public.modules m WHERE m.id = r.moduleid)
    UNION ALL
    SELECT 'weight', w.agentid, w.moduleid, w.investigatorid, NULL, w.weight FROM public.invagtmodperm w
    WHERE NOT EXISTS (SELECT FROM public.agents a WHERE a.id = w.agentid)
      OR NOT EXISTS (SELECT FROM public.modules m WHERE m.id = w.moduleid)
      OR NOT EXISTS (SELECT FROM public.investigators i WHERE i.id = w.investigatorid))`
  const where: Sql[] = []
  if (filters.name) where.push(sql`coalesce(a.name, '') ILIKE ${containing(filters.name)}`)
  if (filters.os) where.push(sql`lower(${agentOsSql(vintage, 'a')}) = lower(${filters.os})`)
  if (filters.module) where.push(sql`o.moduleid = ANY(${filters.module}::numeric[])`)
  if (filters.person) where.push(sql`o.investigatorid = ${filters.person.id}::numeric`)
  const missing = (what: string, when: Sql) => sql`CASE WHEN ${when} THEN ${`no ${what}`}::text END`
  return {
    select: sql`trunc(o.agentid)::text AS agentid, coalesce(a.name, '') AS name, a.queueloc,
      ${agentOsSql(vintage, 'a')} AS os, NULL::text AS state, a.heartbeattime AS last_seen,
      trunc(o.moduleid)::text AS moduleid, m.name AS module,
      trunc(o.investigatorid)::text AS investigatorid, i.name AS investigator, o.minimumweight, o.weight,
      concat_ws(', ', ${missing('agent', sql`a.id IS NULL`)}, ${missing('module', sql`m.id IS NULL`)},
        ${missing('investigator', sql`o.investigatorid IS NOT NULL AND i.id IS NULL`)}) AS why`,
    from: sql`${rows} o LEFT JOIN public.agents a ON a.id = o.agentid LEFT JOIN public.modules m ON m.id = o.moduleid
      LEFT JOIN public.investigators i ON i.id = o.investigatorid`,
    where,
    sorts: { agent: { expression: sql`o.agentid`, type: 'numeric' } },
    id: sql`concat_ws('.', o.kind, trunc(o.moduleid)::text, trunc(o.investigatorid)::text)`,
    idType: 'text',
  }
}
