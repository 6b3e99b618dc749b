import { agentsQuery } from '@/lib/mig/agents/queries'
import { agentList } from '@/lib/mig/agents/search-params'
import { newRowsRoute } from '@/lib/new-rows'
import { now } from '@/lib/now'

export const GET = newRowsRoute(agentList, async (viewer, params) => agentsQuery(viewer, params, (await now()).mig))
