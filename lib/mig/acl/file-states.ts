import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { type AclNames, digestsSql } from './acl-digest.sql'
import { readAclNames } from './acl-names'
import type { Endpoint } from './endpoints'
import { lastFilesSql } from './files.sql'
import type { FileState } from './search-params'

/** A file of an ACL that left the site or was compared here. */
export type LastFile = { kind: 'export' | 'upload'; at: Instant; by: string }

/** An endpoint's last file, and whether the tables say the same now. */
export type EndpointFile = { state: FileState; last: LastFile | null }

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
