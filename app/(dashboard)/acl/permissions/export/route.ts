import { exportRoute } from '@/lib/export'
import { exportPermissions } from '@/lib/mig/acl/matrix-export'
import { permissionList } from '@/lib/mig/acl/search-params'
import { now } from '@/lib/now'

export const GET = exportRoute(permissionList, async (viewer, params) =>
  exportPermissions(viewer, params, (await now()).mig),
)
