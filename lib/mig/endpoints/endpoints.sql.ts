import { join, type Sql, sql } from '@/lib/db/sql'
import type { StateBounds } from '@/lib/mig/agents/state'
import { stateSql } from '@/lib/mig/agents/state.sql'
import { COMMAND_OUTCOMES } from '@/lib/mig/wire/status'
import type { Instant } from '@/lib/mig/wire/time'

/** The days (UTC) of a range on which a pass over the fleet was made. */
export function sampledDaysSql(range: { from: Instant; to: Instant }): Sql {
  return sql`SELECT (bucket AT TIME ZONE 'UTC')::date::text AS day FROM dashboard.fleet_sample
    WHERE grain = 'day' AND bucket >= date_trunc('day', ${range.from}::timestamptz, 'UTC') AND bucket <= ${range.to}::timestamptz
    ORDER BY bucket`
}

/** When the processes of one queue lived, the newest first. */
export function livesSql(queueloc: string, bounds: StateBounds, limit: number): Sql {
  const state = stateSql(
    { lastSeen: sql`a.heartbeattime`, status: sql`a.status`, destructiontime: sql`a.destructiontime` },
    bounds,
  )
  return sql`SELECT trunc(a.id)::text AS id, a.pid, a.version, a.starttime, a.heartbeattime, ${state} AS state
    FROM public.agents a WHERE a.queueloc = ${queueloc}
    ORDER BY a.heartbeattime DESC, a.id DESC LIMIT ${limit}`
}

/** Times with both ends. */
export type Span = { from: Instant; to: Instant }

/**
 * The newest commands that an endpoint did not answer and that were sent while it was silent: within one of these times, or since
 * `silentSince`; `of` is how many there are.
 */
export function missedSql(
  queueloc: string,
  silences: readonly Span[],
  silentSince: Instant | null,
  limit: number,
): Sql {
  const unanswered = [...COMMAND_OUTCOMES.out, ...COMMAND_OUTCOMES.cancelled]
  const times = [
    ...silences.map(({ from, to }) => sql`c.starttime >= ${from}::timestamptz AND c.starttime < ${to}::timestamptz`),
    ...(silentSince ? [sql`c.starttime >= ${silentSince}::timestamptz`] : []),
  ]
  return sql`SELECT trunc(c.id)::text AS id, trunc(c.agentid)::text AS agentid, trunc(c.actionid)::text AS actionid,
      x.name AS action, c.status, c.starttime, c.finishtime, count(*) OVER () AS of
    FROM public.agents p JOIN public.commands c ON c.agentid = p.id LEFT JOIN public.actions x ON x.id = c.actionid
    WHERE p.queueloc = ${queueloc} AND c.status = ANY(${unanswered}) AND (${join(times, ' OR ')})
    ORDER BY c.starttime DESC, c.id DESC LIMIT ${limit}`
}
