import { actionsQuery } from '@/lib/mig/actions/queries'
import { actionList } from '@/lib/mig/actions/search-params'
import { newRowsRoute } from '@/lib/new-rows'

export const GET = newRowsRoute(actionList, actionsQuery)
