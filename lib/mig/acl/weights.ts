import 'server-only'
import { disabledSql, personFrom } from '@/lib/auth/person.sql'
import type { Viewer } from '@/lib/auth/viewer'
import { containing } from '@/lib/db/like'
import { countRows, fetchPage } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import type { FleetBounds } from '@/lib/mig/agents/state'
import type { Module } from '@/lib/mig/modules/queries'
import { vintage } from '@/lib/mig/vintage'
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
  getPerson,
  type PermissionParams,
  type Person,
  type Window,
  windowOfEndpoints,
} from './endpoints'
import { type PermissionCell, permissionCells, type RequirementCell } from './matrix'
import { minimumsOf, ruleRows } from './minimums'
import { DEFAULT_MODULE } from './rule'
import { rulesOfEndpointsSql } from './window.sql'

export type PermissionRow = {
  /** The row's part of a cell's address: the agent's id, or the investigator's where one endpoint is shown. */
  id: MigId
  endpoint: EndpointRow | null
  person: Person
  cells: Record<string, PermissionCell>
}

/** One window of endpoints with one investigator's weights, judged as if that person signed alone. */
export async function windowOfWeights(
  _viewer: Viewer,
  person: Person,
  params: PermissionParams,
  modules: readonly Module[],
  now: Instant | FleetBounds,
): Promise<Window<PermissionRow>> {
  const bounds = await boundsAt(now)
  const { agent: _, ...filters } = params.filters
  const page = await windowOfEndpoints(filters, params, bounds)
  const source = { table: 'invagtmodperm' as const, investigators: [person.id] }
  const [minimums, weights] = await Promise.all([
    minimumsOf(page.rows, modules, bounds),
    ruleRows(rulesOfEndpointsSql(source, [...new Set(page.rows.map((row) => row.queueloc))], bounds)),
  ])
  const rows = page.rows.map((row) => ({
    id: row.id,
    endpoint: row,
    person,
    cells: permissionCells(weights.get(row.queueloc) ?? [], row.id, modules, minimums(row), person),
  }))
  return { ...page, rows }
}

/** One page of endpoints with one investigator's weights, judged as if that person signed alone. */
export async function listWeightsOf(
  viewer: Viewer,
  person: Person,
  params: PermissionParams,
  modules: readonly Module[],
  now: Instant,
): Promise<Page<PermissionRow>> {
  const { agent: _, ...filters } = params.filters
  const bounds = await fleetBounds(now)
  const [page, total] = await Promise.all([
    windowOfWeights(viewer, person, params, modules, bounds),
    countEndpoints(filters, bounds),
  ])
  return { ...page, total }
}

/** An endpoint with several people's weights for one module, by their ids. */
export type ModuleRow = { endpoint: EndpointRow; cells: Record<string, PermissionCell> }

/** One window of endpoints with the weights of these people for one module, each judged as if signing alone. */
export async function windowOfModule(
  _viewer: Viewer,
  module: Module,
  people: readonly Person[],
  params: PermissionParams,
  modules: readonly Module[],
  now: Instant | FleetBounds,
): Promise<Window<ModuleRow>> {
  const bounds = await boundsAt(now)
  const { agent: _, ...filters } = params.filters
  const page = await windowOfEndpoints(filters, params, bounds)
  // What the module is judged by: its own name and that of the module which stands in for it.
  const judged = modules.filter((m) => m.name === module.name || m.name === DEFAULT_MODULE)
  const source = {
    table: 'invagtmodperm' as const,
    investigators: people.map((person) => person.id),
    modules: judged.map((m) => m.id),
  }
  const [minimums, weights] = await Promise.all([
    minimumsOf(page.rows, judged, bounds),
    ruleRows(rulesOfEndpointsSql(source, [...new Set(page.rows.map((row) => row.queueloc))], bounds)),
  ])
  const rows = page.rows.map((row) => {
    const rules = weights.get(row.queueloc) ?? []
    const asked = minimums(row)
    const cells = people.map((person) => [
      person.id,
      permissionCells(rules, row.id, judged, asked, person)[module.id] as PermissionCell,
    ])
    return { endpoint: row, cells: Object.fromEntries(cells) as ModuleRow['cells'] }
  })
  return { ...page, rows }
}

/** One page of endpoints with the weights of these people for one module, each judged as if signing alone. */
export async function listWeightsFor(
  viewer: Viewer,
  module: Module,
  people: readonly Person[],
  params: PermissionParams,
  modules: readonly Module[],
  now: Instant,
): Promise<Page<ModuleRow>> {
  const { agent: _, ...filters } = params.filters
  const bounds = await fleetBounds(now)
  const [page, total] = await Promise.all([
    windowOfModule(viewer, module, people, params, modules, bounds),
    countEndpoints(filters, bounds),
  ])
  return { ...page, total }
}

/** One page of investigators with their weights on one endpoint, and the endpoint's minimums. */
export async function listWeightsOn(
  _viewer: Viewer,
  endpoint: Endpoint,
  params: PermissionParams,
  modules: readonly Module[],
  now: Instant,
): Promise<Page<PermissionRow> & { minimums: Record<string, RequirementCell> }> {
  const v = await vintage()
  const bounds = await fleetBounds(now)
  const query = {
    select: sql`trunc(i.id)::text AS id, i.name, i.pgpfingerprint AS fingerprint,
      ${disabledSql(v)} AS disabled`,
    from: personFrom,
    where: params.filters.name ? [sql`i.name ILIKE ${containing(params.filters.name)}`] : [],
    sorts: { name: { expression: sql`i.name`, type: 'text' as const } },
    id: sql`i.id`,
  }
  const [page, total] = await Promise.all([fetchPage<Person>(query, params), countRows(query)])
  const source = { table: 'invagtmodperm' as const, investigators: page.rows.map((row) => row.id) }
  const [minimums, weights] = await Promise.all([
    minimumsOf([endpoint], modules, bounds),
    ruleRows(rulesOfEndpointsSql(source, [endpoint.queueloc], bounds)),
  ])
  const rules = weights.get(endpoint.queueloc) ?? []
  const rows = page.rows.map(({ id, name, fingerprint, disabled }) => {
    const person = { id, name, fingerprint, disabled }
    return {
      id,
      endpoint: null,
      person,
      cells: permissionCells(rules, endpoint.id, modules, minimums(endpoint), person),
    }
  })
  return { ...page, total, rows, minimums: minimums(endpoint) }
}

/** The cell of the weights that a form is to show, or null when one of the three does not exist. */
export async function getWeightCell(
  viewer: Viewer,
  cell: { agent: MigId; investigator: MigId; module: MigId },
  modules: readonly Module[],
  now: Instant,
): Promise<CellForm | null> {
  const [endpoint, person] = await Promise.all([
    getEndpoint(viewer, cell.agent, now),
    getPerson(viewer, cell.investigator),
  ])
  const module = modules.find((m) => m.id === cell.module)
  if (!endpoint || !person || !module) return null
  const { rows } = await reader().query<{ value: number }>(sql`SELECT weight AS value FROM public.invagtmodperm
    WHERE investigatorid = ${person.id}::numeric AND agentid = ${endpoint.id}::numeric AND moduleid = ${module.id}::numeric`)
  return { endpoint, module, person, stored: rows[0]?.value ?? null }
}
