import { exportRoute } from '@/lib/export'
import { exportPowers } from '@/lib/mig/acl/powers'
import { powerList } from '@/lib/mig/acl/search-params'
import { now } from '@/lib/now'

export const GET = exportRoute(powerList, async (viewer, params) => exportPowers(viewer, params, (await now()).mig))
