import 'server-only'
import { reader } from '@/lib/db/read'
import { env } from '@/lib/env'
import type { Instant } from '@/lib/mig/wire/time'
import { type FleetBounds, stateBounds, type Thresholds, thresholdsOf } from './state'
import { QUEUES_AHEAD, queuesAheadSql } from './state.sql'

/** The thresholds of the states that this program runs with. */
export function thresholds(): Thresholds {
  return thresholdsOf(env())
}

/** Where the states begin at this moment. */
export const boundsAt = (now: Instant, by = thresholds()) => stateBounds(now, by)

/** The thresholds that the list's address asks for, else those of the settings. */
export function thresholdsFor({
  filters,
}: {
  filters: Partial<Record<'period' | 'timeout' | 'gone', number | undefined>>
}): Thresholds {
  const set = thresholds()
  return {
    ...set,
    period: filters.period ?? set.period,
    timeout: filters.timeout ?? set.timeout,
    goneAfter: filters.gone ?? set.goneAfter,
  }
}

/** Where the states begin at this moment, with the queues that are ahead of it, for questions about endpoints. */
export async function fleetBounds(now: Instant, by = thresholds()): Promise<FleetBounds> {
  const bounds = boundsAt(now, by)
  const { rows } = await reader().query<{ queueloc: string }>(queuesAheadSql(bounds.now))
  return { ...bounds, queuesAhead: rows.length > QUEUES_AHEAD ? null : [...new Set(rows.map((row) => row.queueloc))] }
}
