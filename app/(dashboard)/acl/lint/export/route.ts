import { exportRoute } from '@/lib/export'
import { exportLint } from '@/lib/mig/acl/lint'
import { lintList } from '@/lib/mig/acl/search-params'
import { now } from '@/lib/now'

export const GET = exportRoute(lintList, async (viewer, params) => exportLint(viewer, params, (await now()).mig))
