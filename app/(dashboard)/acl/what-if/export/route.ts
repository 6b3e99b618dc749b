import { exportRoute } from '@/lib/export'
import { whatIfList } from '@/lib/mig/acl/search-params'
import { exportWhatIf } from '@/lib/mig/acl/what-if'
import { now } from '@/lib/now'

export const GET = exportRoute(whatIfList, async (viewer, params) => exportWhatIf(viewer, params, (await now()).mig))
