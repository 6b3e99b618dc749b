import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { type Sql, sql } from '@/lib/db/sql'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import type { FleetBounds, StateBounds } from '@/lib/mig/agents/state'
import type { Module } from '@/lib/mig/modules/queries'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page } from '@/lib/page'
import {
  boundsAt,
  type CellForm,
  countEndpoints,
  type Endpoint,
  type EndpointRow,
  getEndpoint,
  type RequirementParams,
  type Window,
  windowOfEndpoints,
} from './endpoints'
import { type RequirementCell, type RuleRow, requirementCells } from './matrix'
import { activeKeys, readSigners } from './people'
import { reachableSql, rulesOfEndpointsSql } from './window.sql'

export type RequirementRow = { endpoint: EndpointRow; cells: Record<string, RequirementCell> }

/** The rules that a statement gives, by queue. */
export async function ruleRows(statement: Sql): Promise<Map<string, RuleRow[]>> {
  const { rows } = await reader().query<RuleRow>(statement)
  const found = new Map<string, RuleRow[]>()
  for (const row of rows) {
    const list = found.get(row.queueloc)
    if (list) list.push(row)
    else found.set(row.queueloc, [row])
  }
  return found
}

const NOTHING: ReadonlyMap<string, number> = new Map()

async function reachableOn(agentIds: MigId[]): Promise<Map<string, Map<string, number>>> {
  const { rows } = await reader().query<{ agentid: string; moduleid: string; weight: number }>(
    reachableSql(activeKeys(await readSigners()), agentIds),
  )
  const found = new Map<string, Map<string, number>>()
  for (const { agentid, moduleid, weight } of rows)
    found.set(agentid, (found.get(agentid) ?? new Map<string, number>()).set(moduleid, weight))
  return found
}

/** The minimums of these endpoints, by the endpoint asked. */
export async function minimumsOf(
  endpoints: readonly Endpoint[],
  modules: readonly Module[],
  bounds: StateBounds,
): Promise<(endpoint: Endpoint) => Record<string, RequirementCell>> {
  const queuelocs = [...new Set(endpoints.map((e) => e.queueloc))]
  const [rules, reachable] = await Promise.all([
    ruleRows(rulesOfEndpointsSql({ table: 'agtmodreq' }, queuelocs, bounds)),
    reachableOn(endpoints.map((e) => e.id)),
  ])
  return (endpoint) =>
    requirementCells(rules.get(endpoint.queueloc) ?? [], endpoint.id, modules, reachable.get(endpoint.id) ?? NOTHING)
}

/** One window of endpoints with their minimum weights by module id. */
export async function windowOfRequirements(
  _viewer: Viewer,
  params: RequirementParams,
  modules: readonly Module[],
  now: Instant | FleetBounds,
): Promise<Window<RequirementRow>> {
  const bounds = await boundsAt(now)
  const page = await windowOfEndpoints(params.filters, params, bounds)
  const cells = await minimumsOf(page.rows, modules, bounds)
  return { ...page, rows: page.rows.map((endpoint) => ({ endpoint, cells: cells(endpoint) })) }
}

/** One page of endpoints with their minimum weights by module id. */
export async function listRequirements(
  viewer: Viewer,
  params: RequirementParams,
  modules: readonly Module[],
  now: Instant,
): Promise<Page<RequirementRow>> {
  const bounds = await fleetBounds(now)
  const [page, total] = await Promise.all([
    windowOfRequirements(viewer, params, modules, bounds),
    countEndpoints(params.filters, bounds),
  ])
  return { ...page, total }
}

/** The cell of the minimums that a form is to show, or null when the endpoint or the module does not exist. */
export async function getMinimumCell(
  viewer: Viewer,
  cell: { row: MigId; column: MigId },
  modules: readonly Module[],
  now: Instant,
): Promise<CellForm | null> {
  const endpoint = await getEndpoint(viewer, cell.row, now)
  const module = modules.find((m) => m.id === cell.column)
  if (!endpoint || !module) return null
  const { rows } = await reader().query<{ value: number }>(sql`SELECT minimumweight AS value FROM public.agtmodreq
    WHERE agentid = ${endpoint.id}::numeric AND moduleid = ${module.id}::numeric`)
  return { endpoint, module, person: null, stored: rows[0]?.value ?? null }
}
