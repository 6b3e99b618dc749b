import 'server-only'
import { disabledSql, personFrom } from '@/lib/auth/person.sql'
import type { Viewer } from '@/lib/auth/viewer'
import { containing } from '@/lib/db/like'
import { countRows, fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { type Sql, sql } from '@/lib/db/sql'
import type { ExportColumn, ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { type Group, type GroupKey, groupKeyText, groupOf, groupText } from '@/lib/mig/agents/groups'
import { fleetBounds } from '@/lib/mig/agents/queries'
import type { FleetBounds, StateBounds } from '@/lib/mig/agents/state'
import type { EndpointState } from '@/lib/mig/agents/status'
import type { Module } from '@/lib/mig/modules/queries'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page, Total } from '@/lib/page'
import { type PermissionCell, permissionCells, type RequirementCell, type RuleRow, requirementCells } from './matrix'
import { activeKeys, readSigners } from './people'
import { DEFAULT_MODULE } from './rule'
import type { permissionList, requirementList } from './search-params'
import {
  type EndpointFilters,
  endpointsQuery,
  newestRowSql,
  reachableSql,
  requirementGroupsQuery,
  ruleExportQuery,
  rulesOfEndpointsSql,
} from './window.sql'

type RequirementParams = ListParams<(typeof requirementList)['filters']>
type PermissionParams = ListParams<(typeof permissionList)['filters']>

/** An endpoint as its newest row, whose rules hold and where an edit writes. */
export type Endpoint = { id: MigId; name: string; queueloc: string; os: string }

export type EndpointRow = Endpoint & { state: EndpointState; last_seen: Instant | null }

export type RequirementRow = { endpoint: EndpointRow; cells: Record<string, RequirementCell> }

async function ruleRows(statement: Sql): Promise<Map<string, RuleRow[]>> {
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

async function minimumsOf(
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

/** The rows of a list between two places, not counted: what the grid asks for as it is scrolled. */
export type Window<Row> = Omit<Page<Row>, 'total'>

/** One window of endpoints with their minimum weights by module id. */
export async function windowOfRequirements(
  _viewer: Viewer,
  params: RequirementParams,
  modules: readonly Module[],
  now: Instant | FleetBounds,
): Promise<Window<RequirementRow>> {
  const bounds = await boundsAt(now)
  const query = endpointsQuery(await vintage(), params.filters, bounds)
  const page = await fetchPage<EndpointRow>(query, params)
  const cells = await minimumsOf(page.rows, modules, bounds)
  return { ...page, rows: page.rows.map((row) => ({ endpoint: endpointOf(row), cells: cells(row) })) }
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

// A page asks once for the bounds of the states, for its rows and for their count.
async function boundsAt(now: Instant | FleetBounds): Promise<FleetBounds> {
  return typeof now === 'string' ? fleetBounds(now) : now
}

async function countEndpoints(filters: EndpointFilters, bounds: FleetBounds): Promise<Total> {
  return countRows(endpointsQuery(await vintage(), filters, bounds))
}

/** What a group's endpoints have stored for one module: how many a minimum, the least and the greatest of them. */
export type GroupCell = { set: number; least: number; most: number }

/** Endpoints that have something in common, and their stored minimums by module id; a module that none has is not there. */
export type RequirementGroup = { group: Group; count: number; cells: Record<string, GroupCell> }

type RawGroup = { value: string; count: string; groups: string; cells: string | null }

const BY_COUNT = { key: 'count', descending: true }

async function groupsOf(
  params: RequirementParams,
  by: GroupKey,
  modules: readonly { id: MigId }[],
  now: Instant,
): Promise<ListQuery> {
  const ids = modules.map((module) => module.id)
  return requirementGroupsQuery(await vintage(), params.filters, by, ids, await fleetBounds(now))
}

function groupRow(by: GroupKey, { value, count, cells }: RawGroup): RequirementGroup {
  const stored = Object.entries((cells ? JSON.parse(cells) : {}) as Record<string, [number, number, number]>)
  return {
    group: groupOf(by, value),
    count: Number(count),
    cells: Object.fromEntries(stored.map(([id, [set, least, most]]) => [id, { set, least, most }])),
  }
}

/** One page of groups of endpoints, the largest first, with their minimums by module. */
export async function listRequirementGroups(
  _viewer: Viewer,
  params: RequirementParams,
  by: GroupKey,
  modules: readonly Module[],
  now: Instant,
): Promise<Page<RequirementGroup>> {
  const query = await groupsOf(params, by, modules, now)
  const page = await fetchPage<RawGroup>(query, { ...params, sort: BY_COUNT })
  return {
    ...page,
    total: { count: Number(page.rows[0]?.groups ?? 0), more: false },
    rows: page.rows.map((row) => groupRow(by, row)),
  }
}

/** All groups, a line a group and module. */
async function exportGroups(params: RequirementParams, by: GroupKey, now: Instant): Promise<ExportSource> {
  const { rows: all } = await reader().query<{ id: MigId; name: string }>(
    sql`SELECT trunc(id)::text AS id, name FROM public.modules ORDER BY name, id`,
  )
  const chosen = params.filters.module
  const modules = chosen ? all.filter((module) => chosen.includes(module.id)) : all
  const query = await groupsOf(params, by, modules, now)
  async function* rows() {
    for await (const batch of streamRows<RawGroup>(query, { ...params, sort: BY_COUNT }))
      yield batch.flatMap((raw) => {
        const { group, count, cells } = groupRow(by, raw)
        return modules.map(({ id, name }) => {
          const cell = cells[id]
          return {
            by: groupKeyText(by),
            value: 'unreadable' in group ? null : group.value,
            group: groupText(group),
            count,
            moduleid: id,
            module: name,
            set: cell?.set ?? 0,
            least: cell?.least ?? null,
            most: cell?.most ?? null,
          }
        })
      })
  }
  return { columns: GROUP_COLUMNS, rows: rows() }
}

const GROUP_COLUMNS: ExportColumn[] = [
  { name: 'by', kind: 'text' },
  { name: 'value', kind: 'text' },
  { name: 'group', kind: 'text' },
  { name: 'count', kind: 'number' },
  { name: 'moduleid', kind: 'id' },
  { name: 'module', kind: 'text' },
  { name: 'set', kind: 'number' },
  { name: 'least', kind: 'number' },
  { name: 'most', kind: 'number' },
]

function endpointOf({ id, name, queueloc, os, state, last_seen }: EndpointRow): EndpointRow {
  return { id, name, queueloc, os, state, last_seen }
}

/** One page of endpoints to choose one from. */
export async function listEndpoints(
  _viewer: Viewer,
  params: PermissionParams,
  now: Instant,
): Promise<Page<EndpointRow>> {
  const query = endpointsQuery(await vintage(), params.filters, await fleetBounds(now))
  const [page, total] = await Promise.all([fetchPage<EndpointRow>(query, params), countRows(query)])
  return { ...page, total, rows: page.rows.map(endpointOf) }
}

/** An investigator as the matrices name one. */
export type Person = { id: MigId; name: string; fingerprint: string | null; disabled: boolean }

async function people(where: Sql, order: Sql): Promise<Person[]> {
  const v = await vintage()
  const { rows } = await reader().query<Person>(sql`
    SELECT trunc(i.id)::text AS id, i.name, i.pgpfingerprint AS fingerprint, ${disabledSql(v)} AS disabled
    FROM ${personFrom} ${where} ${order}`)
  return rows
}

/** The investigators to choose from, by name. */
export async function listPeople(_viewer: Viewer): Promise<Person[]> {
  return people(sql``, sql`ORDER BY i.name, i.id LIMIT 1000`)
}

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
  const page = await fetchPage<EndpointRow>(endpointsQuery(await vintage(), filters, bounds), params)
  const source = { table: 'invagtmodperm' as const, investigators: [person.id] }
  const [minimums, weights] = await Promise.all([
    minimumsOf(page.rows, modules, bounds),
    ruleRows(rulesOfEndpointsSql(source, [...new Set(page.rows.map((row) => row.queueloc))], bounds)),
  ])
  const rows = page.rows.map((row) => ({
    id: row.id,
    endpoint: endpointOf(row),
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
  const page = await fetchPage<EndpointRow>(endpointsQuery(await vintage(), filters, bounds), params)
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
    return { endpoint: endpointOf(row), cells: Object.fromEntries(cells) as ModuleRow['cells'] }
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

/** The endpoint that an agent row belongs to, as its newest row, or null. */
export async function getEndpoint(_viewer: Viewer, agentId: MigId, now: Instant): Promise<Endpoint | null> {
  const { rows } = await reader().query<Endpoint>(newestRowSql(await vintage(), agentId, now))
  return rows[0] ?? null
}

/** One investigator as the matrices name one, or null. */
export async function getPerson(_viewer: Viewer, id: MigId): Promise<Person | null> {
  return (await people(sql`WHERE i.id = ${id}::numeric`, sql``))[0] ?? null
}

/** One cell for its form: where it writes, and what is stored there now. `person` is null for a minimum. */
export type CellForm = { endpoint: Endpoint; module: Module; person: Person | null; stored: number | null }

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

const RULE_COLUMNS: ExportColumn[] = [
  { name: 'agentid', kind: 'id' },
  { name: 'name', kind: 'text' },
  { name: 'queueloc', kind: 'text' },
  { name: 'os', kind: 'text' },
  { name: 'moduleid', kind: 'id' },
  { name: 'module', kind: 'text' },
]

/**
 * Every minimum of the filtered endpoints, a line a row of `agtmodreq`; those on older rows are marked left behind. Of groups
 * a line a group and module.
 */
export async function exportRequirements(
  _viewer: Viewer,
  params: RequirementParams,
  now: Instant,
): Promise<ExportSource> {
  if (params.filters.group) return exportGroups(params, params.filters.group, now)
  const query = ruleExportQuery(await vintage(), { table: 'agtmodreq' }, params.filters, await fleetBounds(now))
  return {
    columns: [...RULE_COLUMNS, { name: 'minimumweight', kind: 'number' }, { name: 'left_behind', kind: 'flag' }],
    rows: streamRows(query, params),
  }
}

/** Every weight of the investigator or endpoint shown, of all when neither is chosen, a line a row of `invagtmodperm`. */
export async function exportPermissions(
  _viewer: Viewer,
  params: PermissionParams,
  now: Instant,
): Promise<ExportSource> {
  const { by, investigator, agent, name, ...filters } = params.filters
  const source = { table: 'invagtmodperm' as const, investigator: by === 'investigator' ? investigator?.id : undefined }
  const endpoints = by === 'endpoint' ? { agent } : { ...filters, name }
  const query = ruleExportQuery(
    await vintage(),
    source,
    { ...endpoints, module: filters.module },
    await fleetBounds(now),
  )
  if (by === 'endpoint' && name) query.where.push(sql`i.name ILIKE ${containing(name)}`)
  return {
    columns: [
      { name: 'investigatorid', kind: 'id' },
      { name: 'investigator', kind: 'text' },
      ...RULE_COLUMNS,
      { name: 'weight', kind: 'number' },
      { name: 'left_behind', kind: 'flag' },
    ],
    rows: streamRows(query, params),
  }
}
