import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { ranSql } from '@/lib/db/shown-sql'
import { thresholds } from '@/lib/mig/agents/bounds'
import type { EndpointCommand } from '@/lib/mig/agents/detail-queries'
import { earlier, stateBounds } from '@/lib/mig/agents/state'
import type { EndpointState } from '@/lib/mig/agents/status'
import { getEndpointHistory, type Stretch } from '@/lib/mig/health/endpoint-history'
import { getHistory, type History } from '@/lib/mig/health/queries'
import { KEPT } from '@/lib/mig/health/retention'
import { endpointHistorySql } from '@/lib/mig/health/spans.sql'
import type { MigId } from '@/lib/mig/wire/id'
import { compareInstants, dateToInstant, type Instant } from '@/lib/mig/wire/time'
import type { RanSql } from '@/lib/page'
import { type EndpointDay, endpointDays, silencesOf } from './days'
import { livesSql, missedSql, sampledDaysSql } from './endpoints.sql'

const DAY = 86_400_000

/** An endpoint's history by day, and the stretches that it is made of. */
export type EndpointCalendar = {
  history: History
  days: EndpointDay[]
  /** All that is known of this endpoint, up to 400 days back. */
  stretches: Stretch[]
  ran: RanSql[]
}

/** The last days of an endpoint's history, not beyond its begin; null while there is no history at all. */
export async function getEndpointCalendar(
  viewer: Viewer,
  queueloc: string,
  days: number,
  now: Instant,
): Promise<EndpointCalendar | null> {
  const history = await getHistory(viewer)
  if (!history) return null
  const to = compareInstants(now, history.passedAt) < 0 ? now : history.passedAt
  const whole = { from: earlier(to, KEPT.spans), to }
  const [stretches, sampled] = await Promise.all([
    getEndpointHistory(viewer, queueloc, whole),
    reader().query<{ day: string }>(sampledDaysSql(whole)),
  ])
  // At midnight the day that begins then is not one of them.
  const wanted = earlier(to, (days - 1) * DAY + 1)
  const from = compareInstants(wanted, history.beginsAt) < 0 ? history.beginsAt : wanted
  return {
    history,
    days: endpointDays(stretches, new Set(sampled.rows.map(({ day }) => day)), { from, to }),
    stretches,
    ran: [
      ranSql('history of this endpoint', endpointHistorySql(queueloc, whole), now),
      ranSql('days with a pass over the fleet', sampledDaysSql(whole), now),
    ],
  }
}

/** When one process of an endpoint lived. */
export type Life = {
  id: MigId
  pid: number
  version: string
  starttime: Instant | null
  heartbeattime: Instant | null
  state: EndpointState
}

const MOST_LIVES = 1_000

/** The lives of an endpoint's processes, the newest 1,000. */
export async function getLives(
  _viewer: Viewer,
  queueloc: string,
  now: Instant,
): Promise<{ lives: Life[]; ran: RanSql[] }> {
  const statement = livesSql(queueloc, stateBounds(now, thresholds()), MOST_LIVES)
  const { rows } = await reader().query<Life>(statement)
  return { lives: rows, ran: [ranSql('lives of its processes', statement, now)] }
}

export type Missed = { commands: EndpointCommand[]; count: number; ran: RanSql[] }

const MISSED_LIMIT = 20
const MOST_SILENCES = 200

/**
 * The newest commands that an endpoint never answered and that were sent while it was silent: since a period before its last
 * heartbeat when it is silent now, and in the newest 200 silences of its history.
 */
export async function getMissed(
  _viewer: Viewer,
  endpoint: { queueloc: string; state: EndpointState; lastSeen: Instant | null },
  stretches: readonly Stretch[],
  now: Instant,
): Promise<Missed> {
  const { period } = thresholds()
  const isSilent = endpoint.state !== 'online' && endpoint.state !== 'ahead' && endpoint.lastSeen !== null
  // What was sent just before the last heartbeat met a process that was about to end.
  const silentSince = isSilent && endpoint.lastSeen ? earlier(endpoint.lastSeen, period) : null
  const silences = silencesOf(stretches, period)
    .slice(-MOST_SILENCES)
    .map(({ from, to }) => ({ from: dateToInstant(new Date(from)), to: dateToInstant(new Date(to)) }))
  if (!silentSince && silences.length === 0) return { commands: [], count: 0, ran: [] }
  const statement = missedSql(endpoint.queueloc, silences, silentSince, MISSED_LIMIT)
  const { rows } = await reader().query<EndpointCommand & { of: string }>(statement)
  return {
    commands: rows.map(({ of: _, ...command }) => command),
    count: Number(rows[0]?.of ?? 0),
    ran: [ranSql('commands that it missed', statement, now)],
  }
}
