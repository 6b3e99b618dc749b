import { containingOrExact } from '@/lib/db/like'
import type { ListQuery } from '@/lib/db/list'
import { join, raw, type Sql, sql } from '@/lib/db/sql'
import { earlier, type Thresholds } from '@/lib/mig/agents/state'
import type { EndpointState } from '@/lib/mig/agents/status'
import type { Instant } from '@/lib/mig/wire/time'
import { CHANGES, type Change } from './changes'
import { AGE_EDGES } from './figures'

const COLUMNS = sql`queueloc, agent_id, name, os, version, first_seen, kind, since, last_seen`

/** The state that a span had at a moment within it: `endpointState` seen from then. */
function stateAtSql(at: Instant, thresholds: Thresholds): Sql {
  return sql`CASE WHEN kind <> 'heard' THEN kind
    WHEN last_seen IS NULL OR last_seen >= ${earlier(at, 2 * thresholds.period)}::timestamptz THEN 'online'
    WHEN last_seen >= ${earlier(at, thresholds.timeout)}::timestamptz THEN 'late'
    WHEN last_seen >= ${earlier(at, thresholds.goneAfter)}::timestamptz THEN 'unreachable' ELSE 'gone' END`
}

/** When the state that a span had at a moment began. */
function stateSinceSql(at: Instant, thresholds: Thresholds): Sql {
  const after = (milliseconds: number) => sql`last_seen + ${milliseconds} * interval '1 millisecond'`
  return sql`CASE ${stateAtSql(at, thresholds)} WHEN 'late' THEN greatest(since, ${after(2 * thresholds.period)})
    WHEN 'unreachable' THEN greatest(since, ${after(thresholds.timeout)})
    WHEN 'gone' THEN greatest(since, ${after(thresholds.goneAfter)}) ELSE since END`
}

const REACHED = `('online', 'late')`

const pastSql = (at: Instant) => sql`tstzrange(since, until) @> ${at}::timestamptz`

/** The span of every endpoint that existed at this moment, with its state then. */
function fleetAtSql(at: Instant, thresholds: Thresholds): Sql {
  const state = sql`${stateAtSql(at, thresholds)} AS state`
  // A last heartbeat of after the moment was not known then.
  const seen = sql`CASE WHEN last_seen <= ${at}::timestamptz THEN last_seen END AS seen`
  return sql`(
    SELECT ${COLUMNS}, ${state}, ${seen} FROM dashboard.endpoint WHERE since <= ${at}::timestamptz
    UNION ALL SELECT ${COLUMNS}, ${state}, ${seen} FROM dashboard.endpoint_span WHERE ${pastSql(at)}
  )`
}

export type PastFilters = {
  name?: string | undefined
  queueloc?: string | undefined
  os?: string | undefined
  version?: string | undefined
  state?: readonly EndpointState[] | undefined
  /** Least and greatest age of the last heartbeat, in milliseconds; one that is not known is no age. */
  silent?: number | undefined
  within?: number | undefined
}

/** The fleet at a past moment as a list; sorts name, since, seen, os, version. */
export function fleetAtQuery(at: Instant, thresholds: Thresholds, filters: PastFilters): ListQuery {
  const where: Sql[] = []
  if (filters.name) where.push(containingOrExact(sql`f.name`, filters.name))
  if (filters.queueloc) where.push(containingOrExact(sql`f.queueloc`, filters.queueloc))
  if (filters.os) where.push(sql`lower(f.os) = lower(${filters.os})`)
  if (filters.version) where.push(containingOrExact(sql`f.version`, filters.version))
  if (filters.state) where.push(sql`f.state = ANY(${filters.state as string[]})`)
  if (filters.silent) where.push(sql`f.seen < ${earlier(at, filters.silent)}::timestamptz`)
  if (filters.within) where.push(sql`f.seen >= ${earlier(at, filters.within)}::timestamptz`)
  // Worked out for the rows of the page, not for all that are sorted: the id is cut by whoever reads it.
  const since = stateSinceSql(at, thresholds)
  return {
    select: sql`f.queueloc, f.agent_id, f.name, f.os, f.version, f.state, ${since} AS state_since, f.seen`,
    from: sql`${fleetAtSql(at, thresholds)} f`,
    where,
    sorts: {
      name: { expression: sql`f.name`, type: 'text' },
      since: { expression: since, type: 'timestamptz' },
      seen: { expression: sql`coalesce(f.seen, ${at}::timestamptz)`, type: 'timestamptz' },
      os: { expression: sql`f.os`, type: 'text' },
      version: { expression: sql`f.version`, type: 'text' },
    },
    id: sql`f.queueloc`,
    idType: 'text',
    memory: 64,
  }
}

/** How many endpoints were in each state at a past moment. */
export function countFleetAtSql(at: Instant, thresholds: Thresholds): Sql {
  return sql`SELECT state, count(*) AS n FROM ${fleetAtSql(at, thresholds)} f GROUP BY state`
}

const VALUES = 50

/** The fleet at a past moment in groups, as the pass counts the present one; one row. */
export function pastFiguresSql(at: Instant, thresholds: Thresholds): Sql {
  const edges = [...AGE_EDGES].reverse().map((age) => sql`${earlier(at, age)}::timestamptz`)
  const top = (column: Sql) => sql`(
    SELECT coalesce(jsonb_agg(jsonb_build_object('value', value, 'n', n, 'alive', alive) ORDER BY n DESC, value), '[]')
    FROM (SELECT ${column} AS value, sum(n) AS n, coalesce(sum(n) FILTER (WHERE state IN ${raw(REACHED)}), 0) AS alive
      FROM parts GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${VALUES}) v)`
  return sql`WITH parts AS MATERIALIZED (
    SELECT state, os, version, width_bucket(seen, ARRAY[${join(edges)}]) AS age, count(*) AS n
    FROM ${fleetAtSql(at, thresholds)} f GROUP BY 1, 2, 3, 4
  )
  SELECT
    (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (SELECT state, sum(n) AS n FROM parts GROUP BY 1) s) AS by_state,
    (SELECT coalesce(jsonb_object_agg(age, n), '{}')
      FROM (SELECT age, sum(n) AS n FROM parts WHERE age IS NOT NULL GROUP BY 1) s) AS by_age,
    ${top(sql`os`)} AS by_os, ${top(sql`version`)} AS by_version`
}

const LOST = `('unreachable', 'gone', 'destroyed')`

/** The condition on a row of the difference that makes it this change. */
const CHANGE_CONDITIONS: Readonly<Record<Change, Sql>> = {
  lost: raw(`state_before IN ${REACHED} AND state IN ${LOST}`),
  returned: raw(`state_before IN ${LOST} AND state IN ${REACHED}`),
  new: raw('state_before IS NULL'),
  upgraded: raw('version_before <> version'),
  departed: raw('state IS NULL'),
}

/**
 * The endpoints that were there at one of two moments and may have changed, before and after. One whose span covers both can
 * only have fallen silent, and then its last heartbeat says so; `lost` false leaves these out.
 */
function differenceSql(before: Instant, after: Instant, thresholds: Thresholds, lost = true): Sql {
  const state = (at: Instant) => stateAtSql(at, thresholds)
  const one = sql`SELECT queueloc, agent_id, name, os, version, version AS version_before,
    ${state(before)} AS state_before, ${state(after)} AS state, ${stateSinceSql(after, thresholds)} AS state_since,
    CASE WHEN last_seen <= ${after}::timestamptz THEN last_seen END AS seen`
  const fields = sql`queueloc, agent_id, name, os, version, last_seen`
  const spanning = sql`since <= ${before}::timestamptz AND until > ${after}::timestamptz`
  const reach = Math.max(2 * thresholds.period, thresholds.timeout)
  const silenced = sql`kind = 'heard' AND last_seen >= ${earlier(before, reach)}::timestamptz
      AND last_seen < ${earlier(after, reach)}::timestamptz`
  const covering = sql`${one} FROM dashboard.endpoint WHERE since <= ${before}::timestamptz AND ${silenced}
    UNION ALL ${one} FROM dashboard.endpoint_span WHERE ${pastSql(before)} AND ${spanning} AND ${silenced}
    UNION ALL`
  // Materialized, so that the two sides are joined by a hash: PostgreSQL takes ranges for rarer than they are.
  return sql`(
    WITH a AS MATERIALIZED (
      SELECT ${fields}, until, ${state(before)} AS state FROM dashboard.endpoint_span
      WHERE ${pastSql(before)} AND until <= ${after}::timestamptz
    ), b AS MATERIALIZED (
      SELECT ${fields}, ${state(after)} AS state, ${stateSinceSql(after, thresholds)} AS state_since FROM dashboard.endpoint
      WHERE since > ${before}::timestamptz AND since <= ${after}::timestamptz
      UNION ALL
      SELECT ${fields}, ${state(after)}, ${stateSinceSql(after, thresholds)} FROM dashboard.endpoint_span
      WHERE ${pastSql(after)} AND since > ${before}::timestamptz
    )
    ${lost ? covering : sql``}
    SELECT coalesce(b.queueloc, a.queueloc) AS queueloc, coalesce(b.agent_id, a.agent_id) AS agent_id,
      coalesce(b.name, a.name) AS name, coalesce(b.os, a.os) AS os, coalesce(b.version, a.version) AS version,
      a.version AS version_before, a.state AS state_before, b.state, coalesce(b.state_since, a.until) AS state_since,
      CASE WHEN coalesce(b.last_seen, a.last_seen) <= ${after}::timestamptz THEN coalesce(b.last_seen, a.last_seen) END AS seen
    FROM a FULL JOIN b ON b.queueloc = a.queueloc
  )`
}

/** The endpoints to which this happened between two moments, as a list; sorts name, since, seen, os, version. */
export function differenceQuery(
  before: Instant,
  after: Instant,
  thresholds: Thresholds,
  filters: { change: Change } & Omit<PastFilters, 'state'>,
): ListQuery {
  const { change, ...others } = filters
  const { where, ...query } = fleetAtQuery(after, thresholds, others)
  return {
    ...query,
    select: sql`f.*`,
    from: sql`(SELECT * FROM ${differenceSql(before, after, thresholds, change === 'lost')} d WHERE ${CHANGE_CONDITIONS[change]}) f`,
    where,
    sorts: {
      ...query.sorts,
      since: { expression: sql`coalesce(f.state_since, ${after}::timestamptz)`, type: 'timestamptz' },
    },
  }
}

/** How many endpoints each change happened to between two moments; one row. */
export function countDifferenceSql(before: Instant, after: Instant, thresholds: Thresholds): Sql {
  const counts = CHANGES.map(
    (change) => sql`count(*) FILTER (WHERE ${CHANGE_CONDITIONS[change]}) AS ${raw(`"${change}"`)}`,
  )
  const [first, ...rest] = counts as [Sql, ...Sql[]]
  return sql`SELECT ${rest.reduce((all, one) => sql`${all}, ${one}`, first)} FROM ${differenceSql(before, after, thresholds)} d`
}

const MOST_SPANS = 2_000

/** The newest spans of one endpoint that reach into a range, the one it is in now until the last pass. */
export function endpointHistorySql(queueloc: string, range: { from: Instant; to: Instant }): Sql {
  return sql`SELECT kind, version, since, until, last_seen FROM (
      SELECT kind, version, since, until, last_seen FROM dashboard.endpoint_span
      WHERE queueloc = ${queueloc} AND since < ${range.to}::timestamptz AND until > ${range.from}::timestamptz
      UNION ALL
      SELECT e.kind, e.version, e.since, greatest(h.passed_at, e.since), e.last_seen FROM dashboard.endpoint e, dashboard.fleet_history h
      WHERE e.queueloc = ${queueloc} AND e.since < ${range.to}::timestamptz
    ) s ORDER BY since DESC LIMIT ${MOST_SPANS}`
}
