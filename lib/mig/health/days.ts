import type pg from 'pg'
import { sql } from '@/lib/db/sql'
import { earlier, type Thresholds } from '@/lib/mig/agents/state'
import type { Instant } from '@/lib/mig/wire/time'
import { KEPT } from './retention'

const DAY = 86_400_000

/**
 * Counts by day (UTC) the endpoints that came (first start) and that fell silent for longer than the time-out (last
 * heartbeat), from the day before the last pass on. Before there was a history the same is rebuilt from MIG's rows.
 */
export async function writeDays(
  client: pg.ClientBase,
  now: Instant,
  passedBefore: Instant | null,
  thresholds: Thresholds,
): Promise<void> {
  const from = passedBefore ? earlier(passedBefore, DAY) : earlier(now, KEPT.spans)
  const first = sql`date_trunc('day', ${from}::timestamptz, 'UTC')`
  const lostBefore = earlier(now, thresholds.timeout)
  await client.query(sql`
    WITH spans AS MATERIALIZED (
      SELECT queueloc, first_seen, kind, last_seen, until FROM dashboard.endpoint_span
      WHERE tstzrange(since, until) && tstzrange(${first}, NULL)
    ),
    came AS (
      SELECT (first_seen AT TIME ZONE 'UTC')::date AS day, count(*) AS n FROM (
        SELECT queueloc, first_seen FROM dashboard.endpoint WHERE first_seen >= ${first}
        UNION SELECT queueloc, first_seen FROM spans WHERE first_seen >= ${first}
      ) f GROUP BY 1
    ),
    lost AS (
      SELECT (last_seen AT TIME ZONE 'UTC')::date AS day, count(*) AS n FROM (
        SELECT queueloc, last_seen FROM dashboard.endpoint WHERE last_seen >= ${first} AND last_seen < ${lostBefore}::timestamptz
        UNION SELECT queueloc, last_seen FROM spans
        WHERE last_seen >= ${first} AND kind = 'heard' AND last_seen + ${thresholds.timeout} * interval '1 millisecond' < until
      ) l GROUP BY 1
    )
    INSERT INTO dashboard.fleet_day AS d (day, came, lost, rebuilt)
    SELECT g.at::date, coalesce(came.n, 0), coalesce(lost.n, 0),
      g.at AT TIME ZONE 'UTC' < (SELECT begins_at FROM dashboard.fleet_history)
    FROM generate_series(${first} AT TIME ZONE 'UTC', ${now}::timestamptz AT TIME ZONE 'UTC', '1 day') AS g (at)
      LEFT JOIN came ON came.day = g.at::date LEFT JOIN lost ON lost.day = g.at::date
    ON CONFLICT (day) DO UPDATE SET came = excluded.came, lost = excluded.lost
      WHERE (d.came, d.lost) <> (excluded.came, excluded.lost)`)
}
