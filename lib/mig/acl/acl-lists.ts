import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { countRows, fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { ExportColumn, ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page, Total } from '@/lib/page'
import { aclDigest, NO_RULES } from './acl-digest'
import { mustBeClear, readAclNames } from './acl-names'
import type { EndpointRow } from './endpoints'
import { type AclPass, freshAclPass } from './file-pass'
import type { EndpointFile, LastFile } from './file-states'
import { readAcls } from './files'
import { aclEndpointsQuery, aclGroupsQuery } from './files.sql'
import { listedRows, readSigners, relistedRows } from './people'
import type { aclEndpointList, aclGroupList, FileState } from './search-params'

/** The last pass over the endpoints' ACLs, made anew when it is old; null while the first one is under way. */
export async function getAclPass(_viewer: Viewer): Promise<AclPass | null> {
  return freshAclPass()
}

/** Why no file can be made while two modules have one name, in a sentence; null when there are none such. */
export async function listTwins(_viewer: Viewer): Promise<string | null> {
  try {
    mustBeClear(await readAclNames())
    return null
  } catch (error) {
    if (error instanceof AppError) return error.message
    throw error
  }
}

export type AclGroupRow = {
  digest: string
  endpoints: number
  /** An agent row that has it, and its name; null where the row is gone. */
  example: MigId
  name: string | null
  /** Of how many endpoints a file is known, and of how many it says something else. */
  known: number
  differing: number
  /** What the ACL says: modules with their minimum and how many people they list; null where the rules changed since the pass. */
  modules: { name: string; minimum: number; people: number }[] | null
}

type RawGroup = { digest: string; endpoints: string; example: MigId; known: string; differing: string }

/** One page of the fleet's different ACLs, as the last pass found them, each with what it says now. */
export async function listAclGroups(
  _viewer: Viewer,
  params: ListParams<(typeof aclGroupList)['filters']>,
  now: Instant,
): Promise<Page<AclGroupRow>> {
  const query = aclGroupsQuery(await vintage(), params.filters, await fleetBounds(now))
  const [page, total, names] = await Promise.all([
    fetchPage<RawGroup>(query, params),
    // The pass counted them all; a count of our own would fold the fleet a second time.
    Object.keys(params.given).length === 0 ? countedByPass() : countRows(query),
    readAclNames(),
  ])
  mustBeClear(names)
  const examples = page.rows.map((row) => row.example)
  const [acls, { rows: named }] = await Promise.all([
    readAcls(examples, names),
    reader().query<{ id: MigId; name: string }>(
      sql`SELECT trunc(id)::text AS id, name FROM public.agents WHERE id = ANY(${examples}::numeric[])`,
    ),
  ])
  const nameOf = new Map(named.map(({ id, name }) => [id, name]))
  const rows = page.rows.map((row): AclGroupRow => {
    const acl = acls.get(row.example)?.acl
    return {
      ...groupOf(row),
      name: nameOf.get(row.example) ?? null,
      modules:
        acl && aclDigest(acl) === row.digest
          ? [...acl].map(([name, entry]) => ({
              name,
              minimum: entry.minimumWeight,
              people: entry.investigators.length,
            }))
          : null,
    }
  })
  return { ...page, total, rows }
}

async function countedByPass(): Promise<Total> {
  const { rows } = await reader().query<{ count: number }>(sql`SELECT coalesce((SELECT acls FROM dashboard.acl_pass), 0)
    + EXISTS (SELECT 1 FROM dashboard.acl_endpoint WHERE digest = ${NO_RULES})::int AS count`)
  return { count: rows[0]?.count ?? 0, more: false }
}

function groupOf({ digest, endpoints, example, known, differing }: RawGroup): Omit<AclGroupRow, 'modules' | 'name'> {
  return { digest, example, endpoints: Number(endpoints), known: Number(known), differing: Number(differing) }
}

/** The list is made by a pass: without one there is nothing to export yet, which is no empty list. */
async function mustHavePass(): Promise<void> {
  if (!(await freshAclPass()))
    throw new AppError(
      'unavailable',
      'The endpoints’ ACLs are being compared for the first time. Try again in a moment.',
    )
}

/** Every different ACL of the filtered endpoints. */
export async function exportAclGroups(
  _viewer: Viewer,
  params: ListParams<(typeof aclGroupList)['filters']>,
  now: Instant,
): Promise<ExportSource> {
  await mustHavePass()
  return {
    columns: [
      { name: 'digest', kind: 'text' },
      { name: 'endpoints', kind: 'number' },
      { name: 'example', kind: 'id' },
      { name: 'known', kind: 'number' },
      { name: 'differing', kind: 'number' },
    ],
    rows: streamRows(aclGroupsQuery(await vintage(), params.filters, await fleetBounds(now)), params),
  }
}

export type AclEndpointRow = EndpointRow & { digest: string; file: EndpointFile }

type RawEndpoint = EndpointRow & {
  digest: string
  file: FileState
  file_kind: LastFile['kind'] | null
  file_at: Instant | null
  file_by: string | null
}

async function endpointsQueryOf(
  { lists, relists, ...filters }: ListParams<(typeof aclEndpointList)['filters']>['filters'],
  now: Instant,
): Promise<ListQuery> {
  const people = lists || relists ? await readSigners() : []
  const listed = [
    ...(lists ? [listedRows(people, lists.id)] : []),
    ...(relists ? [relistedRows(people, relists.id)] : []),
  ]
  return aclEndpointsQuery(await vintage(), { ...filters, listed }, await fleetBounds(now))
}

/**
 * One page of endpoints with their ACL, as the last pass found it, and its last file. Throws `invalid` for a key of
 * nobody, and where enabling one is asked about that is not disabled.
 */
export async function listAclEndpoints(
  _viewer: Viewer,
  params: ListParams<(typeof aclEndpointList)['filters']>,
  now: Instant,
): Promise<Page<AclEndpointRow>> {
  const query = await endpointsQueryOf(params.filters, now)
  const [page, total] = await Promise.all([fetchPage<RawEndpoint>(query, params), countRows(query)])
  const rows = page.rows.map(({ id, name, queueloc, os, state, last_seen, digest, ...of }): AclEndpointRow => {
    const last = of.file_kind && of.file_at ? { kind: of.file_kind, at: of.file_at, by: of.file_by ?? '' } : null
    return { id, name, queueloc, os, state, last_seen, digest, file: { state: of.file, last } }
  })
  return { ...page, total, rows }
}

const ENDPOINT_COLUMNS: ExportColumn[] = [
  { name: 'id', kind: 'id' },
  { name: 'name', kind: 'text' },
  { name: 'queueloc', kind: 'text' },
  { name: 'os', kind: 'text' },
  { name: 'state', kind: 'text' },
  { name: 'digest', kind: 'text' },
  { name: 'file', kind: 'text' },
  { name: 'file_kind', kind: 'text' },
  { name: 'file_at', kind: 'time' },
  { name: 'file_by', kind: 'text' },
]

/** Every filtered endpoint with its ACL and its last file. */
export async function exportAclEndpoints(
  _viewer: Viewer,
  params: ListParams<(typeof aclEndpointList)['filters']>,
  now: Instant,
): Promise<ExportSource> {
  await mustHavePass()
  const query = await endpointsQueryOf(params.filters, now)
  return { columns: ENDPOINT_COLUMNS, rows: streamRows(query, params) }
}
