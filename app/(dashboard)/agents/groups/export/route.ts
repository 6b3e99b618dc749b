import { exportRoute } from '@/lib/export'
import { exportAgentGroups } from '@/lib/mig/agents/group-queries'
import { agentGroupList } from '@/lib/mig/agents/search-params'
import { now } from '@/lib/now'

export const GET = exportRoute(agentGroupList, async (viewer, params) =>
  exportAgentGroups(viewer, params, (await now()).mig),
)
