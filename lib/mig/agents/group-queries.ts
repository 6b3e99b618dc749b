import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { fetchPage, type ListQuery, pageSql, streamRows } from '@/lib/db/list'
import { ranSql } from '@/lib/db/shown-sql'
import type { ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { vintage } from '@/lib/mig/vintage'
import type { Instant } from '@/lib/mig/wire/time'
import type { RanPage } from '@/lib/page'
import { boundsAt, fleetBounds, thresholdsFor } from './bounds'
import { type Group, groupKeyText, groupOf, groupText } from './groups'
import { agentGroupsQuery } from './list.sql'
import type { agentGroupList } from './search-params'
import { ENDPOINT_STATES, type EndpointState } from './status'

type GroupParams = ListParams<(typeof agentGroupList)['filters']>

/** One group of the agent list: how many rows it has, and how many of them in each state. */
export type AgentGroup = { group: Group; count: number; byState: Record<EndpointState, number> }

type RawGroup = Record<EndpointState, string> & { value: string; count: string; groups: string; total: string }

async function groupQuery(params: GroupParams, now: Instant): Promise<ListQuery> {
  const by = thresholdsFor(params)
  const bounds = params.filters.rows === 'endpoints' ? await fleetBounds(now, by) : boundsAt(now, by)
  return agentGroupsQuery(await vintage(), params, params.filters.by, bounds)
}

const statesOf = (row: Record<EndpointState, string>) =>
  Object.fromEntries(ENDPOINT_STATES.map((state) => [state, Number(row[state])])) as Record<EndpointState, number>

/** One page of the agent list's rows counted by group, in one pass; `grouped` is how many rows there are in all groups. */
export async function listAgentGroups(
  _viewer: Viewer,
  params: GroupParams,
  now: Instant,
): Promise<RanPage<AgentGroup> & { grouped: number }> {
  const query = await groupQuery(params, now)
  const page = await fetchPage<RawGroup>(query, params)
  const [first] = page.rows
  return {
    ...page,
    total: { count: Number(first?.groups ?? 0), more: false },
    grouped: Number(first?.total ?? 0),
    rows: page.rows.map((row) => ({
      group: groupOf(params.filters.by, row.value),
      count: Number(row.count),
      byState: statesOf(row),
    })),
    ran: [ranSql('groups', pageSql(query, params), now)],
  }
}

/** All groups in the list's order, with their counts by state. */
export async function exportAgentGroups(_viewer: Viewer, params: GroupParams, now: Instant): Promise<ExportSource> {
  const query = await groupQuery(params, now)
  async function* rows() {
    for await (const batch of streamRows<RawGroup>(query, params))
      yield batch.map(({ value, count, ...row }) => {
        const group = groupOf(params.filters.by, value)
        return {
          by: groupKeyText(params.filters.by),
          value: 'unreadable' in group ? null : group.value,
          group: groupText(group),
          count,
          ...statesOf(row),
        }
      })
  }
  return {
    columns: [
      { name: 'by', kind: 'text' },
      { name: 'value', kind: 'text' },
      { name: 'group', kind: 'text' },
      { name: 'count', kind: 'number' },
      ...ENDPOINT_STATES.map((name) => ({ name, kind: 'number' as const })),
    ],
    rows: rows(),
  }
}
