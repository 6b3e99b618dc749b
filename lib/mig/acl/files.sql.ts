import type { ListQuery } from '@/lib/db/list'
import { join, type Sql, sql } from '@/lib/db/sql'
import type { FleetBounds } from '@/lib/mig/agents/state'
import type { Vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { NO_RULES } from './acl-digest'
import { listingAgentsSql } from './people'
import type { FileState } from './search-params'
import { type EndpointFilters, endpointsQuery } from './window.sql'

export type AclFilters = EndpointFilters & { file?: FileState[] }

// Each state by itself, as the index has it.
const inFileStates = (states: readonly FileState[]): Sql =>
  join(
    states.map((state) => sql`e.file_state = ${state}`),
    ' OR ',
  )

/** Whether the filters ask anything of the endpoints. */
const isFiltered = ({ name, os, state }: AclFilters) => Boolean(name || os || state)

/** The endpoints' ACLs as `e`, under what the filters ask of the endpoints. */
function aclsUnder(vintage: Vintage, filters: AclFilters, bounds: FleetBounds): { from: Sql; where: Sql[] } {
  const where = filters.file ? [inFileStates(filters.file)] : []
  if (!isFiltered(filters)) return { from: sql`dashboard.acl_endpoint e`, where }
  const endpoints = endpointsQuery(vintage, filters, bounds)
  return {
    from: sql`${endpoints.from} JOIN dashboard.acl_endpoint e ON e.queueloc = a.queueloc`,
    where: [...endpoints.where, ...where],
  }
}

/** The different ACLs of the endpoints, as the last pass found them. */
export function aclGroupsQuery(vintage: Vintage, filters: AclFilters, bounds: FleetBounds): ListQuery {
  const { from, where } = aclsUnder(vintage, filters, bounds)
  return {
    select: sql`g.*`,
    from: sql`(SELECT e.digest, count(*) AS endpoints, trunc(min(e.agent_id))::text AS example,
        count(e.file_digest) AS known, count(*) FILTER (WHERE e.file_state = 'differs') AS differing, max(e.file_id) AS last
      FROM ${from} ${
        where.length > 0
          ? sql`WHERE ${join(
              where.map((one) => sql`(${one})`),
              ' AND ',
            )}`
          : sql``
      } GROUP BY e.digest) g`,
    where: [],
    sorts: { endpoints: { expression: sql`g.endpoints`, type: 'bigint' } },
    id: sql`g.digest`,
    idType: 'text',
    memory: 64,
  }
}

/** Endpoints with their ACL and its last file; `listed` are the rows of keys, each of which their files must list. */
export function aclEndpointsQuery(
  vintage: Vintage,
  { group, file, listed, ...filters }: AclFilters & { group?: string; listed?: readonly MigId[][] },
  bounds: FleetBounds,
): ListQuery {
  const endpoints = endpointsQuery(vintage, filters, bounds)
  const where = [...endpoints.where]
  if (group) where.push(sql`e.digest = ${group}`)
  if (file) where.push(inFileStates(file))
  for (const rows of listed ?? []) where.push(sql`a.id IN (${listingAgentsSql(rows)})`)
  return {
    ...endpoints,
    select: sql`${endpoints.select}, e.digest, e.file_state AS file, f.kind AS file_kind, f.at AS file_at, f.by_name AS file_by`,
    from: sql`${endpoints.from} JOIN dashboard.acl_endpoint e ON e.queueloc = a.queueloc
      LEFT JOIN dashboard.acl_file f ON f.id = e.file_id`,
    where,
  }
}

/** All endpoints with rules and their ACL, one ACL after the other: for writing a file of each. */
export function aclsInOrderQuery(vintage: Vintage, filters: AclFilters, bounds: FleetBounds): ListQuery {
  const query = aclEndpointsQuery(vintage, filters, bounds)
  return {
    ...query,
    where: [...query.where, sql`e.digest <> ${NO_RULES}`],
    sorts: { digest: { expression: sql`e.digest`, type: 'text' } },
  }
}

/** What is kept of these endpoints' files: state, and the last one's kind, moment and author. */
export function lastFilesSql(queuelocs: readonly string[]): Sql {
  return sql`SELECT e.queueloc, e.file_digest AS digest, f.kind, f.at, f.by_name AS by
    FROM dashboard.acl_endpoint e JOIN dashboard.acl_file f ON f.id = e.file_id WHERE e.queueloc = ANY(${queuelocs})`
}

/** A group's size, its endpoints by how they stand to their last file, and the newest of these files. */
export function groupSql(digest: string): Sql {
  return sql`SELECT g.*, f.kind, f.at, f.by_name AS by FROM (
      SELECT count(*)::int AS endpoints, count(*) FILTER (WHERE file_digest = digest)::int AS same,
        count(*) FILTER (WHERE file_digest <> digest)::int AS differing, max(file_id) AS last
      FROM dashboard.acl_endpoint WHERE digest = ${digest}) g LEFT JOIN dashboard.acl_file f ON f.id = g.last`
}

/** Some agent rows of a group, by id. */
export function groupMembersSql(digest: string): Sql {
  return sql`SELECT trunc(agent_id)::text AS id FROM dashboard.acl_endpoint WHERE digest = ${digest} ORDER BY queueloc LIMIT 20`
}
