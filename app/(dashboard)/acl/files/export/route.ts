import { exportRoute } from '@/lib/export'
import { exportAclGroups } from '@/lib/mig/acl/acl-lists'
import { aclGroupList } from '@/lib/mig/acl/search-params'
import { now } from '@/lib/now'

/** The different ACLs of the filtered endpoints, a line an ACL. */
export const GET = exportRoute(aclGroupList, async (viewer, params) =>
  exportAclGroups(viewer, params, (await now()).mig),
)
