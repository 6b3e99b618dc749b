import { exportRoute } from '@/lib/export'
import { exportOffline } from '@/lib/mig/agents/offline-queries'
import { offlineList } from '@/lib/mig/agents/search-params'
import { now } from '@/lib/now'

export const GET = exportRoute(offlineList, async (viewer, params) => exportOffline(viewer, params, (await now()).mig))
