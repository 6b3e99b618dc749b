import { exportRoute } from '@/lib/export'
import { exportLackGroups } from '@/lib/mig/acl/lack-groups'
import { lackGroupList } from '@/lib/mig/acl/search-params'

export const GET = exportRoute(lackGroupList, exportLackGroups)
