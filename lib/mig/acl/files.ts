import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { type CarriedKey, type KeyringPlan, keysToCarry } from '@/lib/mig/investigators/keyring'
import type { Moments } from '@/lib/mig/investigators/queries'
import { type MigId, readIdText } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { aclDigest } from './acl-digest'
import { type AclNames, rulesOfRowsSql } from './acl-digest.sql'
import { mustBeClear, readAclNames } from './acl-names'
import { type AgentAcl, aclOf, formatAclFile, formatAclSource, formatKeysSource, type LeftOut } from './agent-file'
import { type Endpoint, getEndpoint } from './endpoints'
import type { LastFile } from './file-states'
import { groupMembersSql, groupSql, lastFilesSql } from './files.sql'
import { normalFingerprint } from './rule'

/** Whose file it is: one endpoint's, or that of all endpoints with one ACL. */
export type FileOf = { agent: MigId } | { group: string }

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
