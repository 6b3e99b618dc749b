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
  const lostBefore = earlier(now, thresholds.timeout)
  await client.query(sql`
    WITH bounds AS (
      SELECT date_trunc('day', ${from}::timestamptz, 'UTC') AS first, ${now}::timestamptz AS last
    ),
    spans AS MATERIALIZED (
      SELECT s.queueloc, s.first_seen, s.kind, s.last_seen, s.until FROM dashboard.endpoint_span s, bounds b
      WHERE tstzrange(s.since, s.until) && tstzrange(b.first, NULL)
    ),
    came AS (
      SELECT (first_seen AT TIME ZONE 'UTC')::date AS day, count(*) AS n FROM (
        SELECT queueloc, first_seen FROM dashboard.endpoint, bounds b WHERE first_seen >= b.first
        UNION SELECT queueloc, first_seen FROM spans, bounds b WHERE first_seen >= b.first
      ) f GROUP BY 1
    ),
    lost AS (
      SELECT (last_seen AT TIME ZONE 'UTC')::date AS day, count(*) AS n FROM (
        SELECT last_seen FROM dashboard.endpoint, bounds b
        WHERE last_seen >= b.first AND last_seen < ${lostBefore}::timestamptz
        UNION ALL SELECT last_seen FROM spans, bounds b
        WHERE last_seen >= b.first AND kind = 'heard' AND last_seen + ${thresholds.timeout} * interval '1 millisecond' < until
      ) l GROUP BY 1
    )
    INSERT INTO dashboard.fleet_day AS d (day, came, lost, rebuilt)
    SELECT g.at::date, coalesce(came.n, 0), coalesce(lost.n, 0),
      g.at AT TIME ZONE 'UTC' < (SELECT begins_at FROM dashboard.fleet_history)
    FROM bounds b, generate_series(b.first AT TIME ZONE 'UTC', b.last AT TIME ZONE 'UTC', '1 day') AS g (at)
      LEFT JOIN came ON came.day = g.at::date LEFT JOIN lost ON lost.day = g.at::date
    ON CONFLICT (day) DO UPDATE SET came = excluded.came, lost = excluded.lost
      WHERE (d.came, d.lost) <> (excluded.came, excluded.lost)`)
}
