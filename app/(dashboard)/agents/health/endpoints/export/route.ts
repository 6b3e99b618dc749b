import { exportRoute } from '@/lib/export'
import { thresholdsFor } from '@/lib/mig/agents/bounds'
import { momentOf } from '@/lib/mig/health/moments'
import { exportSpansAt } from '@/lib/mig/health/past-queries'
import { pastList } from '@/lib/mig/health/search-params'
import { now } from '@/lib/now'

export const GET = exportRoute(pastList, async (viewer, params) => {
  const at = await momentOf(viewer, params, (await now()).mig)
  return exportSpansAt(viewer, at, params, thresholdsFor(params))
})
