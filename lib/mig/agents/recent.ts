import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { isTimeout, unlessTimeout } from '@/lib/db/availability'
import type { Instant } from '@/lib/mig/wire/time'
import { recentAnswers } from '@/lib/recent-answers'
import { listAgentGroups } from './group-queries'
import { compareOffline, type OfflineDifference } from './offline-queries'

/** With the moment that it is of. */
export type At<T> = T & { at: Instant }

type Comparison = Parameters<typeof compareOffline>[1]
type GroupPage = Awaited<ReturnType<typeof listAgentGroups>>

/**
 * Pages refresh themselves every 10 s: what takes longer than a second over a large fleet is made once a minute, and nobody
 * but the first waits for it; each answer says of when it is. What did not end in time is not tried again by whoever looks next.
 */
const RECENCY = { quick: 1_000, fresh: 60_000, renewed: 240_000, keepsFailure: isTimeout, most: 100 }

const comparisons = recentAnswers<At<OfflineDifference>>(RECENCY)
const groups = recentAnswers<At<GroupPage>>(RECENCY)

/**
 * `compareOffline` of now, or where that is slow of the last minute; of up to five minutes while a new one is made. Null where
 * it did not come to its end in time, and then for five minutes.
 */
export async function recentComparison(
  viewer: Viewer,
  params: Comparison,
  now: Instant,
): Promise<At<OfflineDifference> | null> {
  const { by: _, only: __, ...asked } = params.filters
  return unlessTimeout(
    comparisons(JSON.stringify(asked), async () => ({ ...(await compareOffline(viewer, params, now)), at: now })),
  )
}

/** `listAgentGroups` of now, or where that is slow of the last minute; of up to five minutes while a new one is made. */
export function recentGroups(
  viewer: Viewer,
  params: Parameters<typeof listAgentGroups>[1],
  now: Instant,
): Promise<At<GroupPage>> {
  return groups(JSON.stringify(params), async () => ({ ...(await listAgentGroups(viewer, params, now)), at: now }))
}
