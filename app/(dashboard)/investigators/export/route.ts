import { exportRoute } from '@/lib/export'
import { exportInvestigators } from '@/lib/mig/investigators/queries'
import { investigatorList } from '@/lib/mig/investigators/search-params'
import { now } from '@/lib/now'

export const GET = exportRoute(investigatorList, async (viewer, params) =>
  exportInvestigators(viewer, params, await now()),
)
