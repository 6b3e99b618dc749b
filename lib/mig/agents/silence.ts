import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { ranSql } from '@/lib/db/shown-sql'
import { type Sql, sql } from '@/lib/db/sql'
import { compareInstants, type Instant } from '@/lib/mig/wire/time'
import type { RanSql } from '@/lib/page'
import { boundsAt, thresholds } from './bounds'

/** The newest heartbeat of all agents that is not ahead of the clock. */
function newestHeartbeatSql(now: Instant): Sql {
  return sql`SELECT max(heartbeattime) AS at FROM public.agents WHERE heartbeattime <= ${now}::timestamptz`
}

export type Silence = {
  /** The newest heartbeat of all agents that is not ahead of the clock. */
  newest: Instant | null
  /** True when that is older than two periods: MIG itself stopped, rather than every agent. */
  silent: boolean
  /** Heartbeat period in milliseconds. */
  period: number
  ran: RanSql[]
}

/** Whether anything at all was heard lately. A fleet without agents is not silent. */
export async function getSilence(_viewer: Viewer, now: Instant): Promise<Silence> {
  const statement = newestHeartbeatSql(now)
  const { rows } = await reader().query<{ at: Instant | null }>(statement)
  const newest = rows[0]?.at ?? null
  const silent = newest !== null && compareInstants(newest, boundsAt(now).online) < 0
  return { newest, silent, period: thresholds().period, ran: [ranSql('newest heartbeat of all', statement, now)] }
}
