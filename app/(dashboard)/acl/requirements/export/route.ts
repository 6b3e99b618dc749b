import { exportRoute } from '@/lib/export'
import { exportRequirements } from '@/lib/mig/acl/matrix-export'
import { requirementList } from '@/lib/mig/acl/search-params'
import { now } from '@/lib/now'

export const GET = exportRoute(requirementList, async (viewer, params) =>
  exportRequirements(viewer, params, (await now()).mig),
)
