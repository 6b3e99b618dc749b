import { exportRoute } from '@/lib/export'
import { exportActions } from '@/lib/mig/actions/queries'
import { actionList } from '@/lib/mig/actions/search-params'

export const GET = exportRoute(actionList, exportActions)
