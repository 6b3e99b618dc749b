import 'server-only'
import { recordAudit } from '@/lib/audit/record'
import type { Viewer } from '@/lib/auth/viewer'
import { streamRows } from '@/lib/db/list'
import { db } from '@/lib/db/prisma'
import { raw, sql } from '@/lib/db/sql'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import type { Moments } from '@/lib/mig/investigators/queries'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { aclDigest } from './acl-digest'
import { mustBeClear, readAclNames } from './acl-names'
import { PASS_LOCK, passOverAcls } from './file-pass'
import { readDigests } from './file-states'
import { type AclTexts, readAcls, readCarried, textsOf } from './files'
import { type AclFilters, aclsInOrderQuery } from './files.sql'

/** One step of an export: the ACLs that are new in it, and the endpoints that they are for. */
export type AclBatch = {
  acls: { digest: string; texts: AclTexts }[]
  endpoints: { id: MigId; name: string; queueloc: string; digest: string }[]
}

export type AclsExported = {
  endpoints: number
  acls: number
  /** Endpoints whose rules changed while the files were made: they got none. */
  changed: number
  keys: { fingerprint: string; armored: string }[]
  /** Whose public key agents cannot have, though an ACL may list them. */
  keysLeftOut: { name: string; why: string }[]
}

// A fleet of a million endpoints, on a slow disk.
const WAIT = { maxWait: 30_000, timeout: 6 * 3_600_000 }
const BATCH = 1_000

/**
 * The files of all filtered endpoints that have rules, each distinct ACL once, given to `write` in batches. Ends with the audit
 * row, in the transaction that makes these files the endpoints' last ones: when it fails, none is.
 */
export async function exportAcls(
  viewer: Viewer,
  filters: AclFilters,
  moments: Moments,
  write: (batch: AclBatch) => Promise<void>,
): Promise<AclsExported> {
  await passOverAcls({ wait: true })
  const names = await readAclNames()
  mustBeClear(names)
  const carried = await readCarried(viewer, names, moments)
  const query = aclsInOrderQuery(await vintage(), filters, await fleetBounds(moments.mig))
  const sort = { sort: { key: 'digest', descending: false } } as Parameters<typeof streamRows>[1]
  const made: AclsExported = { endpoints: 0, acls: 0, changed: 0, keys: [], keysLeftOut: [] }
  const needed = new Set<string>()
  return db().$transaction(async (tx) => {
    await tx.$executeRaw(raw('SET LOCAL statement_timeout = 0'))
    // No pass meanwhile: it writes the same rows in another order.
    await tx.$executeRaw(sql`SELECT pg_advisory_xact_lock(${PASS_LOCK})`)
    const [file] = await tx.$queryRaw<{ id: string }[]>(sql`INSERT INTO dashboard.acl_file (kind, by_id, by_name)
      VALUES ('export', ${viewer.id}::numeric, ${viewer.name}) RETURNING id::text`)
    const current = { digest: '', good: false }
    for await (const rows of streamRows<AclBatch['endpoints'][number]>(query, sort, BATCH)) {
      const firsts = rows.filter((row, i) => row.digest !== (i === 0 ? current.digest : rows[i - 1]?.digest))
      const [acls, digests] = await Promise.all([
        readAcls(
          firsts.map((row) => row.id),
          names,
        ),
        // Each endpoint's own rules, as they are now.
        readDigests(
          rows.map((row) => row.id),
          names,
        ),
      ])
      const batch: AclBatch = { acls: [], endpoints: [] }
      for (const { id, name, queueloc, digest } of rows) {
        if (digest !== current.digest) {
          const acl = acls.get(id)?.acl
          Object.assign(current, { digest, good: acl !== undefined && aclDigest(acl) === digest })
          if (acl && current.good) {
            const { texts, keys, keysLeftOut } = textsOf(acl, carried)
            batch.acls.push({ digest, texts })
            for (const key of keys) needed.add(key.fingerprint)
            for (const one of keysLeftOut) needed.add(one.fingerprint ?? '')
          }
        }
        if (current.good && digests.get(id) === digest) batch.endpoints.push({ id, name, queueloc, digest })
        else made.changed++
      }
      await write(batch)
      made.acls += batch.acls.length
      made.endpoints += batch.endpoints.length
      await tx.$executeRaw(sql`UPDATE dashboard.acl_endpoint e SET file_id = ${file?.id}::bigint, file_digest = f.digest
        FROM unnest(${batch.endpoints.map((row) => row.queueloc)}::text[], ${batch.endpoints.map((row) => row.digest)}::text[])
          AS f (queueloc, digest) WHERE e.queueloc = f.queueloc`)
    }
    for (const [fingerprint, one] of carried) {
      if ('key' in one) {
        if (needed.has(fingerprint)) made.keys.push({ fingerprint, armored: one.key.armored })
      } else if (needed.has(one.leftOut.fingerprint ?? '')) made.keysLeftOut.push(one.leftOut)
    }
    const { endpoints, acls, changed } = made
    await recordAudit(tx, viewer, {
      kind: 'acl.file.export',
      object: { type: 'acl', id: 'all' },
      before: null,
      after: null,
      detail: { filters, endpoints, acls, changed },
    })
    return made
  }, WAIT)
}
