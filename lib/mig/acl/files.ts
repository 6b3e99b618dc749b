import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { countRows, fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { ExportColumn, ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { fleetBounds } from '@/lib/mig/agents/queries'
import { type CarriedKey, type KeyringPlan, keysToCarry } from '@/lib/mig/investigators/keyring'
import type { Moments } from '@/lib/mig/investigators/queries'
import { vintage } from '@/lib/mig/vintage'
import { type MigId, readIdText } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page, Total } from '@/lib/page'
import { aclDigest, NO_RULES } from './acl-digest'
import { type AclNames, digestsSql, rulesOfRowsSql } from './acl-digest.sql'
import { mustBeClear, readAclNames } from './acl-names'
import { type AgentAcl, aclOf, formatAclFile, formatAclSource, formatKeysSource, type LeftOut } from './agent-file'
import { type AclPass, freshAclPass } from './file-pass'
import { aclEndpointsQuery, aclGroupsQuery, groupMembersSql, groupSql, lastFilesSql } from './files.sql'
import { listedRows, readSigners } from './people'
import { type Endpoint, type EndpointRow, getEndpoint } from './queries'
import { normalFingerprint } from './rule'
import type { aclEndpointList, aclGroupList, FileState } from './search-params'

/** Whose file it is: one endpoint's, or that of all endpoints with one ACL. */
export type FileOf = { agent: MigId } | { group: string }

/** A file of an ACL that left the site or was compared here. */
export type LastFile = { kind: 'export' | 'upload'; at: Instant; by: string }

/** An endpoint's last file, and whether the tables say the same now. */
export type EndpointFile = { state: FileState; last: LastFile | null }

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

/** What the tables say of these agent rows now, by id. */
export async function readAcls(
  agentIds: readonly MigId[],
  names: AclNames,
): Promise<Map<MigId, { acl: AgentAcl; leftOut: LeftOut[] }>> {
  const { rows } = await reader().query<{
    agentid: MigId
    moduleid: string
    investigatorid: string | null
    value: number
  }>(rulesOfRowsSql(agentIds))
  const byAgent = new Map<MigId, typeof rows>()
  for (const row of rows) {
    const list = byAgent.get(row.agentid)
    if (list) list.push(row)
    else byAgent.set(row.agentid, [row])
  }
  return new Map(
    agentIds.map((id) => {
      const own = byAgent.get(id) ?? []
      const built = aclOf(
        {
          modules: names.modules,
          requirements: own
            .filter((row) => row.investigatorid === null)
            .map(({ moduleid, value }) => ({ moduleId: moduleid, minimumWeight: value })),
          weights: own.flatMap(({ investigatorid, moduleid, value }) =>
            investigatorid === null ? [] : [{ investigatorId: investigatorid, moduleId: moduleid, weight: value }],
          ),
        },
        names.people,
      )
      if (!built.ok) mustBeClear({ twins: built.ambiguous })
      return [id, built.ok ? built : { acl: new Map(), leftOut: [] }]
    }),
  )
}

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
  { lists, ...filters }: ListParams<(typeof aclEndpointList)['filters']>['filters'],
  now: Instant,
): Promise<ListQuery> {
  const listed = lists && listedRows(await readSigners(), lists.id)
  return aclEndpointsQuery(await vintage(), { ...filters, listed }, await fleetBounds(now))
}

/**
 * One page of endpoints with their ACL, as the last pass found it, and its last file. Throws `invalid` for a key of nobody.
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

/** The digests that the tables give these agent rows now, by id: for a page of endpoints, in SQL. */
export async function readDigests(agentIds: readonly MigId[], names: AclNames): Promise<Map<MigId, string>> {
  const asked = sql`SELECT a.queueloc, a.id FROM public.agents a WHERE a.id = ANY(${agentIds}::numeric[])`
  const { rows } = await reader().query<{ id: string; digest: string }>(
    sql`SELECT trunc(d.id)::text AS id, d.digest FROM (${digestsSql(asked, names)}) d`,
  )
  return new Map(rows.map((row) => [row.id as MigId, row.digest]))
}

/** `undecided`: two modules share a name, so that the tables do not say whose rules a file would hold. */
export type KnownFile = { state: 'same' | 'differs' | 'undecided'; last: LastFile }

/** How the tables stand now to the last file of these endpoints, by agent id; those of which no file is known are left out. */
export async function listFileStates(_viewer: Viewer, endpoints: readonly Endpoint[]): Promise<Map<MigId, KnownFile>> {
  const { rows } = await reader().query<LastFile & { queueloc: string; digest: string }>(
    lastFilesSql(endpoints.map((e) => e.queueloc)),
  )
  const files = new Map(rows.map((row) => [row.queueloc, row]))
  const known = endpoints.filter((e) => files.has(e.queueloc))
  if (known.length === 0) return new Map()
  const names = await readAclNames()
  const isClear = names.twins.length === 0
  const digests = isClear
    ? await readDigests(
        known.map((e) => e.id),
        names,
      )
    : null
  return new Map(
    known.flatMap((e) => {
      const file = files.get(e.queueloc)
      if (!file) return []
      const { kind, at, by } = file
      const state = digests === null ? 'undecided' : digests.get(e.id) === file.digest ? 'same' : 'differs'
      return [[e.id, { state, last: { kind, at, by } }]]
    }),
  )
}

/** The texts of an ACL: 2019's `acl.cfg`, 2014's two arrays, and the keys one behind the other. */
export type AclTexts = { '2019': string; '2014': string; keys: string }

export type AclFileView = {
  of: FileOf
  /** The endpoint, or the endpoints of the group. */
  endpoint: Endpoint | null
  endpoints: number
  /** Whether the group's endpoints say something else now than when it was found: no file can be made of it. */
  stale: boolean
  digest: string
  acl: AgentAcl
  texts: AclTexts
  keys: Pick<CarriedKey, 'id' | 'name' | 'fingerprint'>[]
  keysLeftOut: KeyringPlan['leftOut']
  /** People with weights whom a file cannot name. */
  leftOut: { id: MigId; name: string; why: LeftOut['why'] }[]
  /** Of the endpoints, of how many the last file says the same and something else; the newest of these files. */
  same: number
  differing: number
  last: LastFile | null
}

type Built = Pick<AclFileView, 'acl' | 'digest' | 'texts' | 'keys' | 'keysLeftOut' | 'leftOut'>

/** Whose public keys agents can carry, and whose not and why, by fingerprint. */
export type Carried = Map<string, { key: CarriedKey } | { leftOut: KeyringPlan['leftOut'][number] }>

/** What can be said of the public key of everybody whom an ACL can name. */
export async function readCarried(viewer: Viewer, { people }: AclNames, moments: Moments): Promise<Carried> {
  const fingerprints = new Set(people.map((one) => normalFingerprint(one.fingerprint)).filter((one) => one !== null))
  const { keys, leftOut } = await keysToCarry(viewer, [...fingerprints], moments)
  const carried: Carried = new Map(keys.map((key) => [key.fingerprint, { key }]))
  for (const one of leftOut) carried.set(normalFingerprint(one.fingerprint) ?? '', { leftOut: one })
  return carried
}

/** An ACL's texts with the public keys of everybody whom it lists, in the order of their names. */
export function textsOf(
  acl: AgentAcl,
  carried: Carried,
): Pick<AclFileView, 'texts' | 'keysLeftOut'> & { keys: CarriedKey[] } {
  const named = new Map<string, string>()
  for (const { investigators } of acl.values())
    for (const { name, fingerprint } of investigators) named.set(normalFingerprint(fingerprint) ?? fingerprint, name)
  const order = [...named].sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0))
  const found = order.flatMap(([fingerprint]) => carried.get(fingerprint) ?? [])
  const keys = found.flatMap((one) => ('key' in one ? one.key : []))
  const armored = keys.map((key) => key.armored)
  return {
    texts: {
      '2019': formatAclFile(acl),
      '2014': `${formatAclSource(acl)}\n${formatKeysSource(armored)}`,
      keys: armored.join('\n'),
    },
    keys,
    keysLeftOut: found.flatMap((one) => ('leftOut' in one ? one.leftOut : [])),
  }
}

/** The files of one ACL, with the public keys that it needs. */
async function filesOf(
  viewer: Viewer,
  { acl, leftOut }: { acl: AgentAcl; leftOut: LeftOut[] },
  names: AclNames,
  moments: Moments,
): Promise<Built> {
  const { texts, keys, keysLeftOut } = textsOf(acl, await readCarried(viewer, names, moments))
  return {
    acl,
    digest: aclDigest(acl),
    texts,
    keys: keys.map(({ id, name, fingerprint }) => ({ id, name, fingerprint })),
    keysLeftOut,
    leftOut: leftOut.map(({ investigatorId, why }) => ({
      id: investigatorId as MigId,
      name: names.people.find((person) => person.id === investigatorId)?.name ?? investigatorId,
      why,
    })),
  }
}

/** The files of an endpoint or a group as the tables are now; null when there is none such. Throws `conflict` for twins. */
export async function getAclFile(viewer: Viewer, of: FileOf, moments: Moments): Promise<AclFileView | null> {
  const names = await readAclNames()
  mustBeClear(names)
  if ('agent' in of) {
    const endpoint = await getEndpoint(viewer, of.agent, moments.mig)
    if (!endpoint) return null
    const [acls, { rows }] = await Promise.all([
      readAcls([endpoint.id], names),
      reader().query<LastFile & { digest: string }>(lastFilesSql([endpoint.queueloc])),
    ])
    const built = await filesOf(viewer, acls.get(endpoint.id) ?? { acl: new Map(), leftOut: [] }, names, moments)
    const [last] = rows
    const same = last?.digest === built.digest ? 1 : 0
    return {
      of,
      endpoint,
      endpoints: 1,
      stale: false,
      ...built,
      same,
      differing: last ? 1 - same : 0,
      last: last ? { kind: last.kind, at: last.at, by: last.by } : null,
    }
  }
  const [{ rows: groups }, { rows: members }] = await Promise.all([
    reader().query<{ endpoints: number; same: number; differing: number } & Partial<LastFile>>(groupSql(of.group)),
    reader().query<{ id: MigId }>(groupMembersSql(of.group)),
  ])
  const [group] = groups
  if (!group || group.endpoints === 0) return null
  const acls = await readAcls(
    members.map(({ id }) => id),
    names,
  )
  const holders = [...acls.values()]
  const holder = holders.find(({ acl }) => aclDigest(acl) === of.group)
  const built = await filesOf(viewer, holder ?? holders[0] ?? { acl: new Map(), leftOut: [] }, names, moments)
  const { kind, at, by } = group
  return {
    of,
    endpoint: null,
    endpoints: group.endpoints,
    stale: !holder,
    ...built,
    digest: of.group,
    same: group.same,
    differing: group.differing,
    last: kind && at ? { kind, at, by: by ?? '' } : null,
  }
}

/** The endpoints that a text means: an agent's id in any form, else a name or a queue as it is written; at most ten. */
export async function findEndpoints(viewer: Viewer, text: string, now: Instant): Promise<Endpoint[]> {
  const id = readIdText(text)?.id
  const { rows } = await reader().query<{ id: MigId }>(sql`
    SELECT DISTINCT ON (a.queueloc) trunc(a.id)::text AS id FROM public.agents a
    WHERE ${id ? sql`a.id = ${id}::numeric` : sql`a.name = ${text} OR a.queueloc = ${text}`} ORDER BY a.queueloc LIMIT 10`)
  const found = await Promise.all(rows.map((row) => getEndpoint(viewer, row.id, now)))
  return found.filter((endpoint) => endpoint !== null)
}

/** What of a file is asked for. */
export const FILE_PARTS = ['2019', '2014', 'keys'] as const
export type FilePart = (typeof FILE_PARTS)[number]

const FILE_NAMES: Record<FilePart, string> = {
  '2019': 'acl.cfg',
  '2014': 'mig-agent-acl.go',
  keys: 'agentkeys.asc',
}

/** The name that a downloaded part gets. */
export function fileName(part: FilePart): string {
  return FILE_NAMES[part]
}

/** The view that a download or a comparison works on. Throws `not_found`, and `conflict` for a group that changed. */
export async function mustGetAclFile(viewer: Viewer, of: FileOf, moments: Moments): Promise<AclFileView> {
  const view = await getAclFile(viewer, of, moments)
  if (!view)
    throw new AppError(
      'not_found',
      'agent' in of ? `There is no agent ${of.agent}.` : `No endpoint has the ACL ${of.group} any more.`,
    )
  if (view.stale)
    throw new AppError(
      'conflict',
      'The rules of these endpoints changed since they were grouped. Open the list of ACLs again.',
    )
  return view
}
