import { join, type Sql, sql } from '@/lib/db/sql'
import { earlier, type StateBounds, type Thresholds } from '@/lib/mig/agents/state'
import { endpointsSql, isMomentSql, isNewestSql, stateSql } from '@/lib/mig/agents/state.sql'
import { agentOsSql, type Vintage } from '@/lib/mig/vintage'
import type { Instant } from '@/lib/mig/wire/time'
import { AGE_EDGES, DOCUMENTED } from './figures'

const VALUES = 50
const TAG_TEXTS = 1_000
/** Stored size of tags beyond which they are not read. */
const TAG_BYTES = 4_000

/** Every endpoint by its newest row, with its state: the fold and the rule of the agent list. */
function judgedSql(v: Vintage, bounds: StateBounds): Sql {
  const { from, lastSeen } = endpointsSql(bounds)
  const state = stateSql({ lastSeen, status: sql`a.status`, destructiontime: sql`a.destructiontime` }, bounds)
  return sql`SELECT a.queueloc, a.name, ${agentOsSql(v, 'a')} AS os, a.version, a.id, a.starttime, a.destructiontime,
      ${lastSeen} AS seen, ${state} AS state, pg_column_size(a.tags) > ${TAG_BYTES} AS tags_long,
      CASE WHEN pg_column_size(a.tags) <= ${TAG_BYTES} THEN a.tags::text END AS tags
    FROM ${from} WHERE ${isNewestSql('a', bounds.now)}`
}

/** The parts of both statements that only read: the fold, the living processes and the groups that all figures add up from. */
function readingCtes(v: Vintage, bounds: StateBounds, period: number): Sql {
  const { now } = bounds
  const doublesSince = earlier(now, DOCUMENTED.doublesWithin)
  // Ascending, so that the greatest age comes first.
  const edges = [...AGE_EDGES].reverse().map((age) => sql`${earlier(now, age)}::timestamptz`)
  return sql`judged AS (${judgedSql(v, bounds)}),
  beating AS MATERIALIZED (
    SELECT queueloc, count(*) FILTER (WHERE heartbeattime >= ${doublesSince}::timestamptz) AS documented,
      count(*) FILTER (WHERE heartbeattime >= ${bounds.online}::timestamptz) AS live
    FROM public.agents WHERE heartbeattime >= least(${doublesSince}::timestamptz, ${bounds.online}::timestamptz)
    GROUP BY queueloc
  ),
  several AS MATERIALIZED (
    SELECT a.queueloc, a.id, a.name, ${agentOsSql(v, 'a')} AS os, a.version, a.pid, a.status, a.starttime, a.heartbeattime
    FROM public.agents a
    WHERE a.heartbeattime >= ${bounds.online}::timestamptz AND a.queueloc IN (SELECT queueloc FROM beating WHERE live > 1)
  ),
  alive_doubles AS (
    SELECT DISTINCT o.queueloc FROM several o JOIN several y ON y.queueloc = o.queueloc AND y.pid <> o.pid
      AND o.starttime <= y.starttime AND o.heartbeattime - ${period} * interval '1 millisecond' > y.starttime
    WHERE ${isMomentSql(sql`o.starttime`)} AND ${isMomentSql(sql`y.starttime`)} AND ${isMomentSql(sql`o.heartbeattime`)}
      AND coalesce(o.status, '') NOT IN ('destroyed', 'offline') AND coalesce(y.status, '') NOT IN ('destroyed', 'offline')
  ),
  parts AS MATERIALIZED (
    SELECT state, os, version, tags, tags_long, width_bucket(seen, ARRAY[${join(edges)}]) AS age, count(*) AS n
    FROM judged GROUP BY 1, 2, 3, 4, 5, 6
  )`
}

function topSql(column: Sql): Sql {
  return sql`(SELECT coalesce(jsonb_agg(jsonb_build_object('value', value, 'n', n, 'alive', alive) ORDER BY n DESC, value), '[]')
    FROM (SELECT ${column} AS value, sum(n) AS n, coalesce(sum(n) FILTER (WHERE state IN ('online', 'late')), 0) AS alive
      FROM parts GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${VALUES}) v)`
}

function figuresSelect(bounds: StateBounds): Sql {
  const { now } = bounds
  return sql`SELECT
    (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (SELECT state, sum(n) AS n FROM parts GROUP BY 1) s) AS by_state,
    (SELECT coalesce(jsonb_object_agg(age, n), '{}')
      FROM (SELECT age, sum(n) AS n FROM parts WHERE state <> 'unknown' GROUP BY 1) s) AS by_age,
    ${topSql(sql`os`)} AS by_os, ${topSql(sql`version`)} AS by_version,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('tags', tags, 'n', n, 'alive', alive)), '[]')
      FROM (SELECT tags, sum(n) AS n, coalesce(sum(n) FILTER (WHERE state IN ('online', 'late')), 0) AS alive
        FROM parts WHERE tags IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT ${TAG_TEXTS}) t) AS by_tags,
    (SELECT count(DISTINCT tags) FROM parts) AS tag_texts,
    (SELECT coalesce(sum(n), 0) FROM parts WHERE tags_long) AS long_tags,
    (SELECT coalesce(sum(live), 0) FROM beating) AS processes,
    (SELECT count(*) FROM beating WHERE documented > 1) AS doubles,
    (SELECT count(*) FROM alive_doubles) AS doubles_alive,
    (SELECT count(*) FROM (SELECT name FROM public.agents
      WHERE heartbeattime >= ${earlier(now, DOCUMENTED.offlineSeen)}::timestamptz
      GROUP BY name HAVING max(heartbeattime) < ${earlier(now, DOCUMENTED.offlineSilent)}::timestamptz) o) AS offline_names,
    (SELECT max(heartbeattime) FROM public.agents WHERE heartbeattime <= ${now}::timestamptz) AS newest`
}

/** Counts the whole fleet at this moment and writes nothing; one row of figures. */
export function countFleetSql(v: Vintage, bounds: StateBounds, thresholds: Thresholds): Sql {
  return sql`WITH ${readingCtes(v, bounds, thresholds.period)} ${figuresSelect(bounds)}`
}

/**
 * The pass: counts the fleet, compares it with what was known of each endpoint and writes what has changed: the span that
 * is over into endpoint_span, the present one into endpoint. `gapSince` is the last pass when it is more than a period ago:
 * then a new process tells better than its newest heartbeat when the endpoint came back.
 */
export function passSql(v: Vintage, bounds: StateBounds, thresholds: Thresholds, gapSince: Instant | null): Sql {
  const { now } = bounds
  const started = sql`CASE WHEN ${isMomentSql(sql`j.starttime`)} AND j.starttime <= j.seen THEN j.starttime END`
  const ordered = sql`CASE WHEN ${isMomentSql(sql`j.destructiontime`)} THEN j.destructiontime
    ELSE j.seen + ${2 * thresholds.period} * interval '1 millisecond' END`
  const heard = sql`CASE WHEN j.seen > ${now}::timestamptz AND e.kind = 'ahead'
      THEN j.seen - ${thresholds.aheadBy} * interval '1 millisecond'
    WHEN ${started} > ${gapSince}::timestamptz THEN ${started} ELSE j.seen END`
  return sql`WITH ${readingCtes(v, bounds, thresholds.period)},
  -- While two processes beat, the younger one's version is the endpoint's: else it would change with every heartbeat.
  youngest AS (
    SELECT DISTINCT ON (queueloc) queueloc, id, name, os, version FROM several ORDER BY queueloc, starttime DESC, id DESC
  ),
  found AS (
    SELECT j.queueloc, coalesce(y.id, j.id) AS id, coalesce(y.name, j.name, '') AS name, coalesce(y.os, j.os, '') AS os,
      coalesce(y.version, j.version, '') AS version, j.starttime, j.destructiontime, j.seen, j.state,
      CASE WHEN j.state IN ('ahead', 'destroyed', 'unknown') THEN j.state ELSE 'heard' END AS kind,
      CASE WHEN j.state IN ('late', 'unreachable', 'gone', 'destroyed') THEN j.seen END AS last_seen
    FROM judged j LEFT JOIN youngest y ON y.queueloc = j.queueloc
  ),
  changed AS MATERIALIZED (
    SELECT j.*, e.queueloc AS known, e.since AS old_since, e.first_seen, j.queueloc IS NULL AS departed, e.queueloc AS old_queueloc,
      -- Whether a new span begins; else only its last heartbeat became known.
      e.queueloc IS NULL OR j.queueloc IS NULL OR j.kind <> e.kind OR (j.name, j.os, j.version) <> (e.name, e.os, e.version)
        OR (e.last_seen IS NOT NULL AND (j.last_seen IS NULL OR j.last_seen > e.last_seen)) AS begins,
      CASE WHEN j.queueloc IS NULL THEN ${now}::timestamptz
        WHEN j.kind IN ('ahead', 'unknown') THEN ${now}::timestamptz
        WHEN j.kind = 'destroyed' AND e.kind IS DISTINCT FROM 'destroyed' THEN ${ordered}
        WHEN e.queueloc IS NULL THEN NULL
        ELSE ${heard} END AS begun
    FROM found j FULL JOIN dashboard.endpoint e ON e.queueloc = j.queueloc
    WHERE e.queueloc IS NULL OR j.queueloc IS NULL OR j.kind <> e.kind
      OR (j.name, j.os, j.version) <> (e.name, e.os, e.version)
      OR (e.last_seen IS NULL) <> (j.last_seen IS NULL) OR j.last_seen > e.last_seen
  ),
  firsts AS (
    SELECT queueloc, min(starttime) AS started FROM public.agents
    WHERE queueloc IN (SELECT queueloc FROM changed WHERE known IS NULL) AND ${isMomentSql(sql`starttime`)}
    GROUP BY queueloc
  ),
  came AS (
    SELECT c.*, CASE WHEN c.known IS NULL
        THEN least(f.started, CASE WHEN ${isMomentSql(sql`c.seen`)} THEN c.seen END, ${now}::timestamptz)
        ELSE c.first_seen END AS came
    FROM changed c LEFT JOIN firsts f ON f.queueloc = c.queueloc
  ),
  next AS MATERIALIZED (
    SELECT *, least(greatest(coalesce(begun, came), old_since), ${now}::timestamptz) AS new_since FROM came
  ),
  ended AS (
    INSERT INTO dashboard.endpoint_span (queueloc, since, until, agent_id, name, os, version, first_seen, kind, last_seen)
    SELECT e.queueloc, e.since, n.new_since, e.agent_id, e.name, e.os, e.version, e.first_seen, e.kind, e.last_seen
    FROM next n JOIN dashboard.endpoint e ON e.queueloc = n.old_queueloc
    WHERE n.begins AND n.new_since > e.since
    RETURNING 1
  ),
  kept AS (
    INSERT INTO dashboard.endpoint AS e (queueloc, agent_id, name, os, version, first_seen, kind, since, last_seen)
    SELECT queueloc, id, name, os, version, came, kind, CASE WHEN begins THEN new_since ELSE old_since END, last_seen
    FROM next WHERE NOT departed
    ON CONFLICT (queueloc) DO UPDATE SET agent_id = excluded.agent_id, name = excluded.name, os = excluded.os,
      version = excluded.version, kind = excluded.kind, since = excluded.since, last_seen = excluded.last_seen
    RETURNING 1
  ),
  departed AS (
    DELETE FROM dashboard.endpoint WHERE queueloc IN (SELECT old_queueloc FROM next WHERE departed) RETURNING 1
  )
  ${figuresSelect(bounds)}, (SELECT count(*) FROM ended) AS ended, (SELECT count(*) FROM kept) AS kept,
    (SELECT count(*) FROM departed) AS departed`
}
