import { exportRoute } from '@/lib/export'
import { exportAgents } from '@/lib/mig/agents/queries'
import { agentList } from '@/lib/mig/agents/search-params'
import { now } from '@/lib/now'

export const GET = exportRoute(agentList, async (viewer, params) => exportAgents(viewer, params, (await now()).mig))
