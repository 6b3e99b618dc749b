import 'server-only'
import { disabledSql, personFrom } from '@/lib/auth/person.sql'
import type { Viewer } from '@/lib/auth/viewer'
import { compareNames } from '@/lib/conventions'
import { countRows, fetchPage } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import type { FleetBounds } from '@/lib/mig/agents/state'
import type { EndpointState } from '@/lib/mig/agents/status'
import type { Module } from '@/lib/mig/modules/queries'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page, Total } from '@/lib/page'
import type { permissionList, requirementList } from './search-params'
import { type EndpointFilters, endpointsQuery, newestRowSql } from './window.sql'

export type RequirementParams = ListParams<(typeof requirementList)['filters']>
export type PermissionParams = ListParams<(typeof permissionList)['filters']>

/** An endpoint as its newest row, whose rules hold and where an edit writes. */
export type Endpoint = { id: MigId; name: string; queueloc: string; os: string }

export type EndpointRow = Endpoint & { state: EndpointState; last_seen: Instant | null }

/** The rows of a list between two places, not counted: what the grid asks for as it is scrolled. */
export type Window<Row> = Omit<Page<Row>, 'total'>

/** A page asks once for the bounds of the states, for its rows and for their count. */
export async function boundsAt(now: Instant | FleetBounds): Promise<FleetBounds> {
  return typeof now === 'string' ? fleetBounds(now) : now
}

/** How many endpoints the filters leave. */
export async function countEndpoints(filters: EndpointFilters, bounds: FleetBounds): Promise<Total> {
  return countRows(endpointsQuery(await vintage(), filters, bounds))
}

/** An endpoint without what a list's row carries beside it. */
export function endpointOf({ id, name, queueloc, os, state, last_seen }: EndpointRow): EndpointRow {
  return { id, name, queueloc, os, state, last_seen }
}

/** One window of endpoints. */
export async function windowOfEndpoints(
  filters: EndpointFilters,
  params: ListParams,
  bounds: FleetBounds,
): Promise<Window<EndpointRow>> {
  const page = await fetchPage<EndpointRow>(endpointsQuery(await vintage(), filters, bounds), params)
  return { ...page, rows: page.rows.map(endpointOf) }
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

/** The endpoint that an agent row belongs to, as its newest row, or null. */
export async function getEndpoint(_viewer: Viewer, agentId: MigId, now: Instant): Promise<Endpoint | null> {
  const { rows } = await reader().query<Endpoint>(newestRowSql(await vintage(), agentId, now))
  return rows[0] ?? null
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
  return (await people(sql``, sql`ORDER BY i.name, i.id LIMIT 1000`)).sort((a, b) => compareNames(a.name, b.name))
}

/** One investigator as the matrices name one, or null. */
export async function getPerson(_viewer: Viewer, id: MigId): Promise<Person | null> {
  return (await people(sql`WHERE i.id = ${id}::numeric`, sql``))[0] ?? null
}

/** One cell for its form: where it writes, and what is stored there now. `person` is null for a minimum. */
export type CellForm = { endpoint: Endpoint; module: Module; person: Person | null; stored: number | null }
