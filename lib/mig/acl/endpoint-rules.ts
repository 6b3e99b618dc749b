import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import { stateSql } from '@/lib/mig/agents/state.sql'
import { listModules } from '@/lib/mig/modules/queries'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { type Endpoint, getEndpoint } from './endpoints'
import type { EndpointRules } from './rule'

/** An endpoint with all its rules: those of its newest row, which hold, and of each of its live rows. */
export type RuledEndpoint = { endpoint: Endpoint; rules: EndpointRules; live: EndpointRules[] }

/** The rules of the endpoint that an agent row belongs to, or null when there is no such row. */
export async function getEndpointRules(viewer: Viewer, agentId: MigId, now: Instant): Promise<RuledEndpoint | null> {
  const endpoint = await getEndpoint(viewer, agentId, now)
  if (!endpoint) return null
  const [bounds, modules] = await Promise.all([fleetBounds(now), listModules(viewer)])
  const state = stateSql(
    { lastSeen: sql`a.heartbeattime`, status: sql`a.status`, destructiontime: sql`a.destructiontime` },
    bounds,
  )
  const { rows: live } = await reader().query<{ id: MigId }>(sql`
    SELECT trunc(a.id)::text AS id FROM public.agents a
    WHERE a.queueloc = ${endpoint.queueloc} AND a.heartbeattime >= ${bounds.late}::timestamptz AND ${state} IN ('online', 'late')
    ORDER BY a.heartbeattime DESC, a.id DESC`)
  const ids = [...new Set([endpoint.id, ...live.map(({ id }) => id)])]
  const [requirements, weights] = await Promise.all([
    reader().query<{ agentid: MigId; moduleId: MigId; minimumWeight: number }>(sql`
      SELECT trunc(agentid)::text AS agentid, trunc(moduleid)::text AS "moduleId", minimumweight AS "minimumWeight"
      FROM public.agtmodreq WHERE agentid = ANY(${ids}::numeric[])`),
    reader().query<{ agentid: MigId; moduleId: MigId; investigatorId: MigId; weight: number }>(sql`
      SELECT trunc(agentid)::text AS agentid, trunc(moduleid)::text AS "moduleId",
        trunc(investigatorid)::text AS "investigatorId", weight
      FROM public.invagtmodperm WHERE agentid = ANY(${ids}::numeric[])`),
  ])
  const rulesOf = (id: MigId): EndpointRules => ({
    modules,
    requirements: requirements.rows.filter(({ agentid }) => agentid === id),
    weights: weights.rows.filter(({ agentid }) => agentid === id),
  })
  return { endpoint, rules: rulesOf(endpoint.id), live: live.map(({ id }) => rulesOf(id)) }
}
