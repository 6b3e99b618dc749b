import { exportRoute } from '@/lib/export'
import { exportDoubles } from '@/lib/mig/agents/double-queries'
import { doubleList } from '@/lib/mig/agents/search-params'
import { now } from '@/lib/now'

export const GET = exportRoute(doubleList, async (viewer, params) => exportDoubles(viewer, params, (await now()).mig))
