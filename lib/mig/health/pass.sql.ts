import { join, raw, type Sql, sql } from '@/lib/db/sql'
import { earlier, type StateBounds, type Thresholds } from '@/lib/mig/agents/state'
import { endpointsSql, isMomentSql, isNewestSql, stateSql } from '@/lib/mig/agents/state.sql'
import { agentOsSql, type Vintage } from '@/lib/mig/vintage'
import { compareInstants, type Instant } from '@/lib/mig/wire/time'
import { AGE_EDGES, DOCUMENTED } from './figures'

const VALUES = 50
const TAG_TEXTS = 1_000
/** Stored size of tags beyond which they are not read. */
const TAG_BYTES = 4_000

const LOST_KINDS = sql`('ahead', 'destroyed', 'unknown')`
const SILENT = sql`('late', 'unreachable', 'gone', 'destroyed')`

/** What is kept of a state, and the last heartbeat that is kept with it. */
const kindSql = (state: Sql): Sql => sql`CASE WHEN ${state} IN ${LOST_KINDS} THEN ${state} ELSE 'heard' END`
const lastSeenSql = (state: Sql, seen: Sql): Sql => sql`CASE WHEN ${state} IN ${SILENT} THEN ${seen} END`

const tagsSql = sql`pg_column_size(a.tags) > ${TAG_BYTES} AS tags_long,
      CASE WHEN pg_column_size(a.tags) <= ${TAG_BYTES} THEN a.tags::text END AS tags`

/**
 * The endpoints of an array of queues by their newest rows, with their states: the fold and the rule of the agent list, by an
 * index on queueloc.
 */
function judgedOfSql(v: Vintage, bounds: StateBounds, queues: Sql, tags = false): Sql {
  const { from, lastSeen } = endpointsSql(bounds)
  const state = stateSql({ lastSeen, status: sql`a.status`, destructiontime: sql`a.destructiontime` }, bounds)
  return sql`SELECT a.queueloc, a.name, ${agentOsSql(v, 'a')} AS os, a.version, a.id, a.starttime, a.destructiontime,
      ${lastSeen} AS seen, ${state} AS state${tags ? sql`, ${tagsSql}` : sql``}
    FROM ${from} WHERE a.queueloc = ANY(${queues}) AND ${isNewestSql('a', bounds.now)}`
}

/**
 * The same for the whole fleet: the newest rows by one walk through an index on queueloc, heartbeattime and id, those of the
 * few queues that are ahead of now by themselves, then one pass over the rows.
 */
function judgedSql(v: Vintage, bounds: StateBounds, tags = false): Sql {
  const { now } = bounds
  const seen = sql`coalesce(x.heard, a.heartbeattime)`
  const state = stateSql({ lastSeen: seen, status: sql`a.status`, destructiontime: sql`a.destructiontime` }, bounds)
  return sql`SELECT n.queueloc, a.name, ${agentOsSql(v, 'a')} AS os, a.version, a.id, a.starttime, a.destructiontime,
      ${seen} AS seen, ${state} AS state${tags ? sql`, ${tagsSql}` : sql``}
    FROM (
      (SELECT DISTINCT ON (queueloc) queueloc, id FROM public.agents WHERE heartbeattime <= ${now}::timestamptz
        ORDER BY queueloc, heartbeattime DESC, id DESC)
      UNION ALL
      SELECT x.queueloc, y.id FROM ahead x CROSS JOIN LATERAL (
        SELECT z.id FROM public.agents z WHERE z.queueloc = x.queueloc ORDER BY z.heartbeattime DESC, z.id DESC LIMIT 1
      ) y WHERE NOT EXISTS (SELECT 1 FROM public.agents z WHERE z.queueloc = x.queueloc AND z.heartbeattime <= ${now}::timestamptz)
    ) n JOIN public.agents a ON a.id = n.id LEFT JOIN ahead x ON x.queueloc = n.queueloc`
}

/** The queues with heartbeats ahead of now, and the newest of these that is a moment. */
function aheadSql({ now }: StateBounds): Sql {
  return sql`SELECT queueloc, max(heartbeattime) FILTER (WHERE ${isMomentSql(sql`heartbeattime`)}) AS heard
    FROM public.agents WHERE heartbeattime > ${now}::timestamptz GROUP BY queueloc`
}

/** The processes of the queues on which more than one beats now, out of `beating`. */
function severalSql(v: Vintage, bounds: StateBounds): Sql {
  return sql`SELECT a.queueloc, a.id, a.name, ${agentOsSql(v, 'a')} AS os, a.version, a.pid, a.status, a.starttime, a.heartbeattime
    FROM (SELECT queueloc FROM beating WHERE live > 1) b CROSS JOIN LATERAL (
      SELECT * FROM public.agents p WHERE p.queueloc = b.queueloc AND p.heartbeattime >= ${bounds.online}::timestamptz OFFSET 0) a`
}

/** How many rows of each queue beat lately, where they are several; of the queues that a table names, or of all. */
function beatingSql(bounds: StateBounds, of: Sql | null): Sql {
  const doublesSince = earlier(bounds.now, DOCUMENTED.doublesWithin)
  const counts = sql`count(*) FILTER (WHERE heartbeattime >= ${doublesSince}::timestamptz) AS documented,
      count(*) FILTER (WHERE heartbeattime >= ${bounds.online}::timestamptz) AS live`
  const lately = sql`heartbeattime >= least(${doublesSince}::timestamptz, ${bounds.online}::timestamptz)`
  if (!of)
    return sql`SELECT queueloc, ${counts} FROM public.agents WHERE ${lately} GROUP BY queueloc HAVING count(*) > 1`
  return sql`SELECT q.queueloc, b.documented, b.live FROM ${of} CROSS JOIN LATERAL (
      SELECT ${counts} FROM public.agents WHERE queueloc = q.queueloc AND ${lately} HAVING count(*) > 1) b`
}

/** Queues on which two processes really live, out of `several`. */
function aliveDoublesSql(period: number): Sql {
  return sql`SELECT DISTINCT o.queueloc FROM several o JOIN several y ON y.queueloc = o.queueloc AND y.pid <> o.pid
      AND o.starttime <= y.starttime AND o.heartbeattime - ${period} * interval '1 millisecond' > y.starttime
    WHERE ${isMomentSql(sql`o.starttime`)} AND ${isMomentSql(sql`y.starttime`)} AND ${isMomentSql(sql`o.heartbeattime`)}
      AND coalesce(o.status, '') NOT IN ('destroyed', 'offline') AND coalesce(y.status, '') NOT IN ('destroyed', 'offline')`
}

/** Which of the spans between two ages of `AGE_EDGES` a heartbeat lies in. */
function ageSql(seen: Sql, now: Instant): Sql {
  // Ascending, so that the greatest age comes first.
  const edges = [...AGE_EDGES].reverse().map((age) => sql`${earlier(now, age)}::timestamptz`)
  return sql`width_bucket(${seen}, ARRAY[${join(edges)}])`
}

const groupTags = (tags: boolean, from: string) =>
  tags ? sql`${raw(from)}.tags, ${raw(from)}.tags_long` : sql`NULL::text AS tags, false AS tags_long`

/** The places of the tags among what is grouped by; what is the same in all rows would cost as much as they do. */
const byTags = (tags: boolean) => (tags ? sql`, 4, 5` : sql``)

/** The parts of the count: the fold, the living processes and the groups that all figures add up from. */
function countCtes(v: Vintage, bounds: StateBounds, period: number, tags: boolean): Sql {
  return sql`ahead AS MATERIALIZED (${aheadSql(bounds)}),
  beating AS MATERIALIZED (${beatingSql(bounds, null)}),
  several AS MATERIALIZED (${severalSql(v, bounds)}),
  alive_doubles AS (${aliveDoublesSql(period)}),
  parts AS MATERIALIZED (
    SELECT j.state, j.os, j.version, ${groupTags(tags, 'j')}, ${ageSql(sql`j.seen`, bounds.now)} AS age, count(*) AS n
    FROM (${judgedSql(v, bounds, tags)} OFFSET 0) j GROUP BY 1, 2, 3, 6${byTags(tags)}
  )`
}

function topSql(column: Sql): Sql {
  return sql`(SELECT coalesce(jsonb_agg(jsonb_build_object('value', value, 'n', n, 'alive', alive) ORDER BY n DESC, value), '[]')
    FROM (SELECT ${column} AS value, sum(n) AS n, coalesce(sum(n) FILTER (WHERE state IN ('online', 'late')), 0) AS alive
      FROM parts GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${VALUES}) v)`
}

const TAG_COUNTS = sql`(SELECT coalesce(jsonb_agg(jsonb_build_object('tags', tags, 'n', n, 'alive', alive)), '[]')
      FROM (SELECT tags, sum(n) AS n, coalesce(sum(n) FILTER (WHERE state IN ('online', 'late')), 0) AS alive
        FROM parts WHERE tags IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT ${TAG_TEXTS}) t) AS by_tags,
    (SELECT count(DISTINCT tags) FROM parts) AS tag_texts,
    (SELECT coalesce(sum(n), 0) FROM parts WHERE tags_long) AS long_tags`

function figuresSelect(bounds: StateBounds, tags: boolean, processes: Sql): Sql {
  const { now } = bounds
  return sql`SELECT
    (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (SELECT state, sum(n) AS n FROM parts GROUP BY 1) s) AS by_state,
    (SELECT coalesce(jsonb_object_agg(age, n), '{}')
      FROM (SELECT age, sum(n) AS n FROM parts WHERE state <> 'unknown' GROUP BY 1) s) AS by_age,
    ${topSql(sql`os`)} AS by_os, ${topSql(sql`version`)} AS by_version,
    ${tags ? TAG_COUNTS : sql`NULL AS by_tags, NULL AS tag_texts, NULL AS long_tags`},
    (${processes}) AS processes,
    (SELECT count(*) FROM beating WHERE documented > 1) AS doubles,
    (SELECT count(*) FROM alive_doubles) AS doubles_alive,
    (SELECT count(*) FROM (SELECT name FROM public.agents
      WHERE heartbeattime >= ${earlier(now, DOCUMENTED.offlineSeen)}::timestamptz
      GROUP BY name HAVING max(heartbeattime) < ${earlier(now, DOCUMENTED.offlineSilent)}::timestamptz) o) AS offline_names,
    (SELECT max(heartbeattime) FROM public.agents WHERE heartbeattime <= ${now}::timestamptz) AS newest`
}

/** Counts the whole fleet at this moment and writes nothing; one row of figures, with its tags or without. */
export function countFleetSql(v: Vintage, bounds: StateBounds, thresholds: Thresholds, tags = true): Sql {
  const processes = sql`SELECT count(*) FROM public.agents WHERE heartbeattime >= ${bounds.online}::timestamptz`
  return sql`WITH ${countCtes(v, bounds, thresholds.period, tags)} ${figuresSelect(bounds, tags, processes)}`
}

/**
 * The same by what is known of the endpoints, and `changed`: those that may not be as they were known, at most `limit` and one
 * more; if there are more, the figures are not to be used.
 *
 * One pass over the rows, each beside its endpoint. An endpoint is as it was known when the row that stands for it says the same
 * as then, and every other row of its queue is older than that one and than the windows for doubles. Of all others, those with
 * a row that is not so, and those whose row is not met, the part in the figures is taken back and they are judged one by one.
 */
export function compareFleetSql(
  v: Vintage,
  bounds: StateBounds,
  thresholds: Thresholds,
  tags: boolean,
  limit: number,
): Sql {
  const { now } = bounds
  const doublesSince = earlier(now, DOCUMENTED.doublesWithin)
  const silent = sql`${compareInstants(doublesSince, bounds.online) < 0 ? doublesSince : bounds.online}::timestamptz`
  const older = sql`coalesce(a.heartbeattime < ${silent}
      AND a.heartbeattime < coalesce(e.last_seen, CASE WHEN e.kind = 'heard' THEN ${silent} END), false)`
  const state = stateSql(
    { lastSeen: sql`a.heartbeattime`, status: sql`a.status`, destructiontime: sql`a.destructiontime` },
    bounds,
  )
  const seen = sql`a.heartbeattime`
  const os = agentOsSql(v, 'a')
  const row = sql`a.queueloc, ${os} AS os, a.version, ${seen} AS seen, ${state} AS state,
      a.id = e.agent_id AS stands, e.kind, e.last_seen,
      coalesce(a.name, '') = e.name AND coalesce(${os}, '') = e.os AND coalesce(a.version, '') = e.version AS same`
  // Ahead of now a row stands for its queue only where it is alone, and then nothing else tells the queue from others.
  const isAsKnown = sql`r.stands AND r.same AND ${kindSql(sql`r.state`)} = r.kind
        AND ${lastSeenSql(sql`r.state`, sql`r.seen`)} IS NOT DISTINCT FROM r.last_seen
        AND (r.seen <= ${now}::timestamptz OR r.kind IN ('ahead', 'unknown'))`
  const queues = sql`ARRAY(SELECT queueloc FROM changed)`
  const age = ageSql(sql`r.seen`, now)
  return sql`WITH met AS MATERIALIZED (
    SELECT r.state, r.os, r.version, ${groupTags(tags, 'r')}, ${age} AS age,
      CASE WHEN ${isAsKnown} THEN NULL ELSE r.queueloc END AS changed, count(*) AS n,
      count(*) FILTER (WHERE r.stands) AS stand, count(*) FILTER (WHERE r.seen >= ${bounds.online}::timestamptz) AS live
    FROM (
      SELECT ${row}${tags ? sql`, ${tagsSql}` : sql``}
      FROM public.agents a LEFT JOIN dashboard.endpoint e ON e.queueloc = a.queueloc
      WHERE NOT ${older} OR a.id = e.agent_id OFFSET 0
    ) r GROUP BY 1, 2, 3, 6, 7${byTags(tags)}
  ),
  changed AS MATERIALIZED (
    SELECT changed AS queueloc FROM met WHERE changed IS NOT NULL
    UNION SELECT e.queueloc FROM dashboard.endpoint e
      WHERE (SELECT coalesce(sum(stand), 0) FROM met) <> (SELECT count(*) FROM dashboard.endpoint)
        AND NOT EXISTS (SELECT 1 FROM public.agents a WHERE a.id = e.agent_id AND a.queueloc = e.queueloc)
    LIMIT ${limit + 1}
  ),
  beating AS MATERIALIZED (${beatingSql(bounds, sql`changed q`)}),
  several AS MATERIALIZED (${severalSql(v, bounds)}),
  alive_doubles AS (${aliveDoublesSql(thresholds.period)}),
  parts AS MATERIALIZED (
    SELECT state, os, version, tags, tags_long, age, sum(n) AS n FROM (
      SELECT state, os, version, tags, tags_long, age, n FROM met WHERE changed IS NULL
      UNION ALL
      SELECT r.state, r.os, r.version, ${groupTags(tags, 'r')}, ${age}, -1 FROM (
        SELECT ${row}${tags ? sql`, ${tagsSql}` : sql``}
        FROM dashboard.endpoint e JOIN public.agents a ON a.id = e.agent_id AND a.queueloc = e.queueloc
        WHERE e.queueloc = ANY(${queues}) OFFSET 0
      ) r WHERE ${isAsKnown}
      UNION ALL
      SELECT r.state, r.os, r.version, ${groupTags(tags, 'r')}, ${age}, 1
      FROM (${judgedOfSql(v, bounds, queues, tags)} OFFSET 0) r
    ) p GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) > 0
  ) ${figuresSelect(bounds, tags, sql`SELECT coalesce(sum(live), 0) FROM met`)}, ${queues} AS changed`
}

/** The last pass, and whether it is more than a period ago. */
export type Before = { at: Instant; gap: boolean }

/**
 * Compares these endpoints, or all, with what was known of them and writes what has changed: the span that is over into
 * endpoint_span, the present one into endpoint. After a gap a new process tells better than its newest heartbeat when the
 * endpoint came back.
 */
export function passSql(
  v: Vintage,
  bounds: StateBounds,
  thresholds: Thresholds,
  before: Before | null,
  queues: readonly string[] | null,
): Sql {
  const { now } = bounds
  const gapSince = before?.gap ? before.at : null
  // Who beat at the last pass cannot have been silent for so long: what told its heartbeat is gone.
  const toldBy = before && earlier(before.at, 2 * thresholds.period)
  const forgotten = sql`coalesce(j.last_seen < coalesce(e.last_seen, CASE WHEN e.kind = 'heard' THEN ${toldBy}::timestamptz END), false)`
  const started = sql`CASE WHEN ${isMomentSql(sql`j.starttime`)} AND j.starttime <= j.seen THEN j.starttime END`
  const ordered = sql`CASE WHEN ${isMomentSql(sql`j.destructiontime`)} THEN j.destructiontime
    ELSE j.seen + ${2 * thresholds.period} * interval '1 millisecond' END`
  const heard = sql`CASE WHEN j.seen > ${now}::timestamptz AND e.kind = 'ahead'
      THEN j.seen - ${thresholds.aheadBy} * interval '1 millisecond'
    WHEN ${started} > ${gapSince}::timestamptz THEN ${started} ELSE j.seen END`
  return sql`WITH ${queues ? sql`` : sql`ahead AS MATERIALIZED (${aheadSql(bounds)}),`}
  judged AS (${queues ? judgedOfSql(v, bounds, sql`${queues}`) : judgedSql(v, bounds)}),
  beating AS MATERIALIZED (${beatingSql(bounds, queues && sql`unnest(${queues}::text[]) AS q (queueloc)`)}),
  several AS MATERIALIZED (${severalSql(v, bounds)}),
  -- While two processes beat, the younger one's version is the endpoint's: else it would change with every heartbeat.
  youngest AS (
    SELECT DISTINCT ON (queueloc) queueloc, id, name, os, version FROM several ORDER BY queueloc, starttime DESC, id DESC
  ),
  found AS (
    SELECT j.queueloc, coalesce(y.id, j.id) AS id, coalesce(y.name, j.name, '') AS name, coalesce(y.os, j.os, '') AS os,
      coalesce(y.version, j.version, '') AS version, j.starttime, j.destructiontime, j.seen, j.state,
      ${kindSql(sql`j.state`)} AS kind, ${lastSeenSql(sql`j.state`, sql`j.seen`)} AS last_seen
    FROM judged j LEFT JOIN youngest y ON y.queueloc = j.queueloc
  ),
  changed AS MATERIALIZED (
    SELECT j.*, e.queueloc AS known, e.since AS old_since, e.first_seen, j.queueloc IS NULL AS departed, e.queueloc AS old_queueloc,
      -- Whether a new span begins; else only its last heartbeat became known.
      e.queueloc IS NULL OR j.queueloc IS NULL OR j.kind <> e.kind OR (j.name, j.os, j.version) <> (e.name, e.os, e.version)
        OR (e.last_seen IS NOT NULL AND (j.last_seen IS NULL OR j.last_seen > e.last_seen)) OR ${forgotten} AS begins,
      CASE WHEN j.queueloc IS NULL THEN ${now}::timestamptz
        WHEN j.kind IN ('ahead', 'unknown') OR ${forgotten} THEN ${now}::timestamptz
        WHEN j.kind = 'destroyed' AND e.kind IS DISTINCT FROM 'destroyed' THEN ${ordered}
        WHEN e.queueloc IS NULL THEN NULL
        ELSE ${heard} END AS begun
    FROM found j FULL JOIN (
      SELECT * FROM dashboard.endpoint ${queues ? sql`WHERE queueloc = ANY(${queues})` : sql``}
    ) e ON e.queueloc = j.queueloc
    WHERE e.queueloc IS NULL OR j.queueloc IS NULL OR j.kind <> e.kind
      OR (j.name, j.os, j.version) <> (e.name, e.os, e.version) OR j.last_seen IS DISTINCT FROM e.last_seen
      OR j.id <> e.agent_id
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
  SELECT (SELECT count(*) FROM ended) AS ended, (SELECT count(*) FROM kept) AS kept,
    (SELECT count(*) FROM departed) AS departed`
}
