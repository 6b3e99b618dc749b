import { compareInstants, type Instant, instantToNanos, nanosToInstant, roundToMicros } from '@/lib/mig/wire/time'
import type { EndpointState } from './status'

const DAY = 86_400_000

/** What decides the states, in milliseconds. */
export type Thresholds = {
  /** Heartbeat period f. */
  period: number
  /** The scheduler's agent time-out T: older agents are not targeted. */
  timeout: number
  goneAfter: number
  /** How far ahead of the clock a heartbeat may be. */
  aheadBy: number
}

/** The thresholds of these settings: gone after 30 days, ahead by more than 60 s. */
export function thresholdsOf(settings: { heartbeatPeriod: number; agentTimeout: number }): Thresholds {
  return { period: settings.heartbeatPeriod, timeout: settings.agentTimeout, goneAfter: 30 * DAY, aheadBy: 60_000 }
}

/** The moments between the states, as PostgreSQL can compare them (microseconds). */
export type StateBounds = { now: Instant; online: Instant; late: Instant; gone: Instant; ahead: Instant }

/** The bounds with the queues that have heartbeats ahead of now; null when they are too many to name. */
export type FleetBounds = StateBounds & { queuesAhead?: readonly string[] | null }

/** The moment so many milliseconds before another, to the microsecond. */
export function earlier(at: Instant, milliseconds: number): Instant {
  return roundToMicros(nanosToInstant(instantToNanos(roundToMicros(at)) - BigInt(Math.round(milliseconds * 1e6))))
}

/** Where the states begin, seen from `now`. */
export function stateBounds(now: Instant, thresholds: Thresholds): StateBounds {
  return {
    now: roundToMicros(now),
    online: earlier(now, 2 * thresholds.period),
    late: earlier(now, thresholds.timeout),
    gone: earlier(now, thresholds.goneAfter),
    ahead: earlier(now, -thresholds.aheadBy),
  }
}

/** What the state of an endpoint hangs on; moments are null where the row holds none ("not yet", infinity). */
export type Seen = {
  /** The newest heartbeat of any process of the endpoint. */
  lastSeen: Instant | null
  /** Stored status and destruction time of its newest row. */
  status: string | null
  destructiontime: Instant | null
}

/** The state of an endpoint (mig-domain 5.3). `stateSql` is the same rule in SQL. */
export function endpointState(seen: Seen, bounds: StateBounds): EndpointState {
  const { lastSeen, destructiontime } = seen
  if (lastSeen === null) return 'unknown'
  const since = (bound: Instant) => compareInstants(lastSeen, bound) >= 0
  if (compareInstants(lastSeen, bounds.ahead) > 0) return 'ahead'
  if (seen.status === 'destroyed') {
    // A kill that failed: the process was heard after it.
    const silent = destructiontime === null ? !since(bounds.online) : compareInstants(lastSeen, destructiontime) <= 0
    if (silent) return 'destroyed'
  }
  if (since(bounds.online)) return 'online'
  if (since(bounds.late)) return 'late'
  if (since(bounds.gone)) return 'unreachable'
  return 'gone'
}
