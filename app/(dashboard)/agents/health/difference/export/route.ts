import { exportRoute } from '@/lib/export'
import { thresholdsFor } from '@/lib/mig/agents/bounds'
import { momentsOf } from '@/lib/mig/health/moments'
import { exportDifference } from '@/lib/mig/health/past-queries'
import { differenceList } from '@/lib/mig/health/search-params'
import { now } from '@/lib/now'

export const GET = exportRoute(differenceList, async (viewer, params) => {
  const between = await momentsOf(viewer, params, (await now()).mig)
  return exportDifference(viewer, between, params, thresholdsFor(params))
})
