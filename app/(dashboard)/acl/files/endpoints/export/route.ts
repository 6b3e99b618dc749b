import { exportRoute } from '@/lib/export'
import { exportAclEndpoints } from '@/lib/mig/acl/acl-lists'
import { aclEndpointList } from '@/lib/mig/acl/search-params'
import { now } from '@/lib/now'

/** The filtered endpoints with their ACL and its last file, a line an endpoint. */
export const GET = exportRoute(aclEndpointList, async (viewer, params) =>
  exportAclEndpoints(viewer, params, (await now()).mig),
)
