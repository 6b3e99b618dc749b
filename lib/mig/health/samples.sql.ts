import { raw, type Sql, sql } from '@/lib/db/sql'
import { earlier } from '@/lib/mig/agents/state'
import type { Instant } from '@/lib/mig/wire/time'
import type { Grain } from './sample'

const MOST_SAMPLES = 4_000
const HOUR = 3_600_000

const COLUMNS = sql`at, bucket, endpoints, online, late, unreachable, gone, destroyed, ahead, unknown, processes,
      offline_names AS "offlineNames", offline_endpoints AS "offlineEndpoints", doubles, doubles_alive AS "doublesAlive",
      newest, by_version, by_os`

// Written out, because PostgreSQL takes two parameters of one value for two expressions.
const slotSql = (column: 'bucket' | 'timestamp', seconds: number) =>
  raw(`floor(extract(epoch FROM ${column}) / ${seconds})`)

/** The samples of a range in the order of time backwards, of each `step` milliseconds (UTC) the last one. */
export function samplesSql(range: { from: Instant; to: Instant }, grain: Grain, step: number): Sql {
  const slot = slotSql('bucket', step / 1000)
  return sql`
    SELECT DISTINCT ON (${slot}) ${COLUMNS}
    FROM dashboard.fleet_sample
    WHERE grain = ${grain} AND bucket >= date_trunc(${grain}, ${range.from}::timestamptz, 'UTC')
      AND bucket <= ${range.to}::timestamptz AND at <= ${range.to}::timestamptz
    ORDER BY ${slot} DESC, bucket DESC LIMIT ${MOST_SAMPLES}`
}

/** The newest sample that is not after this moment and no older than the hours, of whatever grain. */
export function sampleAtSql(at: Instant, hours: number): Sql {
  const oldest = earlier(at, hours * HOUR)
  const of = (grain: Grain) => sql`(SELECT ${COLUMNS} FROM dashboard.fleet_sample
      WHERE grain = ${grain} AND bucket >= date_trunc(${grain}, ${oldest}::timestamptz, 'UTC')
        AND bucket <= ${at}::timestamptz AND at BETWEEN ${oldest}::timestamptz AND ${at}::timestamptz
      ORDER BY bucket DESC LIMIT 1)`
  return sql`SELECT * FROM (${of('minute')} UNION ALL ${of('hour')} UNION ALL ${of('day')}) s ORDER BY at DESC LIMIT 1`
}

/** New and lost endpoints by day (UTC), backwards. */
export function daysSql(range: { from: Instant; to: Instant }): Sql {
  return sql`
    SELECT day::text AS day, came, lost, rebuilt FROM dashboard.fleet_day
    WHERE day BETWEEN (${range.from}::timestamptz AT TIME ZONE 'UTC')::date AND (${range.to}::timestamptz AT TIME ZONE 'UTC')::date
    ORDER BY day DESC LIMIT ${MOST_SAMPLES}`
}

/** MIG's own statistics in a range, of each of so many seconds the last row. */
export function storedStatsSql(range: { from: Instant; to: Instant }, seconds: number): Sql {
  const slot = slotSql('timestamp', Math.ceil(seconds))
  return sql`
    SELECT DISTINCT ON (${slot}) timestamp AS at, online_agents AS "onlineAgents",
      online_endpoints AS "onlineEndpoints", idle_agents AS "idleAgents", idle_endpoints AS "idleEndpoints",
      new_endpoints AS "newEndpoints", multi_agents_endpoints AS "multiAgentsEndpoints",
      disappeared_endpoints AS "disappearedEndpoints", flapping_endpoints AS "flappingEndpoints",
      left(online_agents_by_version::text, 100000) AS versions
    FROM public.agents_stats WHERE timestamp BETWEEN ${range.from}::timestamptz AND ${range.to}::timestamptz
    ORDER BY ${slot}, timestamp DESC`
}

/** The last count of the whole fleet, as it is stored. */
export function storedFleetSql(question: string): Sql {
  return sql`SELECT at, made_at, took_ms, figures,
    extract(epoch FROM clock_timestamp() - made_at) * 1000 AS age FROM dashboard.fleet WHERE question = ${question}`
}
