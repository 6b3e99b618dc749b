import 'server-only'
import { recordAudit } from '@/lib/audit/record'
import type { Viewer } from '@/lib/auth/viewer'
import { inOwnWrite } from '@/lib/auth/write'
import { keepWritten } from '@/lib/auth/written'
import { db, type Transaction } from '@/lib/db/prisma'
import { onPrimary } from '@/lib/db/read'
import { raw, sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { Moments } from '@/lib/mig/investigators/queries'
import { aclDigest } from './acl-digest'
import { type AclDifference, aclDifference, readAclFile } from './agent-file'
import { PASS_LOCK } from './file-pass'
import { type AclFileView, type FileOf, type FilePart, fileName, mustGetAclFile } from './files'

// A group may be the whole fleet: a row an endpoint is written.
const WAIT = { maxWait: 10_000, timeout: 60_000 }

/** A file of the audit: of which endpoint or group. */
const objectOf = (of: FileOf) => ('agent' in of ? { type: 'agent', id: of.agent } : { type: 'acl', id: of.group })

/** Keeps that these endpoints' last file is this one, and gives how many they are. Nothing of the file is kept but its digest. */
async function keep(
  tx: Transaction,
  viewer: Viewer,
  kind: 'export' | 'upload',
  view: Pick<AclFileView, 'of' | 'endpoint' | 'digest'>,
  fileDigest: string,
): Promise<number> {
  await tx.$executeRaw(raw(`SET LOCAL statement_timeout = ${WAIT.timeout}`))
  // No pass meanwhile: it writes the same rows in another order.
  if ('group' in view.of) await tx.$executeRaw(sql`SELECT pg_advisory_xact_lock(${PASS_LOCK})`)
  const [file] = await tx.$queryRaw<{ id: string }[]>(sql`INSERT INTO dashboard.acl_file (kind, by_id, by_name)
    VALUES (${kind}, ${viewer.id}::numeric, ${viewer.name}) RETURNING id::text`)
  const id = file?.id ?? null
  const { of, endpoint, digest } = view
  if (endpoint)
    return tx.$executeRaw(sql`
      INSERT INTO dashboard.acl_endpoint (queueloc, agent_id, digest, file_id, file_digest)
      VALUES (${endpoint.queueloc}, ${endpoint.id}::numeric, ${digest}, ${id}::bigint, ${fileDigest})
      ON CONFLICT (queueloc) DO UPDATE SET agent_id = excluded.agent_id, digest = excluded.digest,
        file_id = excluded.file_id, file_digest = excluded.file_digest`)
  if (!('group' in of)) return 0
  return tx.$executeRaw(sql`UPDATE dashboard.acl_endpoint SET file_id = ${id}::bigint, file_digest = ${fileDigest}
    WHERE digest = ${of.group}`)
}

/** One part of an endpoint's or a group's file as text, with its audit row: if that fails, nothing leaves the site. */
export async function exportAclFile(
  viewer: Viewer,
  of: FileOf,
  part: FilePart,
  moments: Moments,
): Promise<{ text: string; name: string }> {
  // Agents will follow it: by what is true now, whatever a standby has.
  const view = await onPrimary(() => mustGetAclFile(viewer, of, moments))
  const text = view.texts[part]
  await db().$transaction(async (tx) => {
    // Keys alone are no ACL: with them the endpoints' last file stays what it was.
    const endpoints = part === 'keys' ? view.endpoints : await keep(tx, viewer, 'export', view, view.digest)
    await recordAudit(tx, viewer, {
      kind: 'export.download',
      object: objectOf(of),
      before: null,
      after: null,
      detail: { file: fileName(part), digest: view.digest, endpoints, bytes: Buffer.byteLength(text) },
    })
  }, WAIT)
  await keepWritten()
  return { text, name: fileName(part) }
}

/** What an uploaded file and the tables say differently. */
export type Comparison = {
  form: '2014' | '2019'
  digest: string
  /** From the file to the tables, the first ones; `differing` is how many there are. */
  differences: AclDifference[]
  differing: number
  endpoints: number
}

const MOST_SHOWN = 500

// A module's minimum before its people, and these by name: a key says little to who reads.
function inOrder(a: AclDifference, b: AclDifference): number {
  const place = ({ module, what, name, fingerprint }: AclDifference) =>
    [module, what === 'weight' ? '1' : '0', name ?? '', fingerprint ?? ''] as const
  const [x, y] = [place(a), place(b)]
  const i = x.findIndex((part, at) => part !== y[at])
  return i < 0 ? 0 : (x[i] ?? '') < (y[i] ?? '') ? -1 : 1
}

/**
 * Compares an agent's file with what the tables say of an endpoint or a group. Kept are digest, moment and by whom: it is the
 * endpoints' last file from now on. Throws `invalid` for what is no ACL of MIG.
 */
export async function compareAclFile(viewer: Viewer, of: FileOf, text: string, moments: Moments): Promise<Comparison> {
  const read = readAclFile(text)
  if (!read.ok) throw new AppError('invalid', read.problem)
  const view = await mustGetAclFile(viewer, of, moments)
  const differences = aclDifference(read.acl, view.acl).sort(inOrder)
  const digest = aclDigest(read.acl)
  const endpoints = await inOwnWrite(viewer, async (tx) => {
    const kept = await keep(tx, viewer, 'upload', view, digest)
    await recordAudit(tx, viewer, {
      kind: 'acl.file.compare',
      object: objectOf(of),
      before: null,
      after: null,
      detail: { digest, tables: view.digest, endpoints: kept, differences: differences.length },
    })
    return kept
  })
  return {
    form: read.form,
    digest,
    differences: differences.slice(0, MOST_SHOWN),
    differing: differences.length,
    endpoints,
  }
}
