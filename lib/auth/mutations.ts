import 'server-only'
import { recordAudit } from '@/lib/audit/record'
import { pool } from '@/lib/db/pool'
import type { Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { Instant } from '@/lib/mig/wire/time'
import { endSession } from './sessions'
import type { Viewer } from './viewer'
import { inOwnWrite, inWrite, PEOPLE_LOCK } from './write'

type Stored = {
  personId: string
  fingerprint: string
  address: string | null
  browser: string | null
  created: Instant
}

/** Ends the viewer's own session, the one of this request. Throws `unauthenticated` when it has ended already. */
export async function endThisSession(viewer: Viewer, why: 'signed out' | 'signed in again'): Promise<void> {
  const { sessionId } = viewer
  if (sessionId) await inOwnWrite(viewer, (tx) => end(tx, viewer, sessionId, why), { lock: PEOPLE_LOCK })
}

/** Ends a session of the viewer's own, or as an admin anybody's. Throws `not_found` for others' and `conflict` when it was over. */
export async function revokeSession(viewer: Viewer, sessionId: string): Promise<{ name: string; isOwn: boolean }> {
  const { rows } = await pool().query<{ personId: string; name: string }>(sql`
    SELECT trunc(s.investigator_id)::text AS "personId", coalesce(i.name, 'nobody any more') AS name
    FROM dashboard.session s LEFT JOIN public.investigators i ON i.id = s.investigator_id WHERE s.id = ${sessionId}::uuid`)
  const isOwn = rows[0]?.personId === viewer.id
  if (!rows[0] || (!isOwn && viewer.role !== 'admin')) throw new AppError('not_found', 'There is no such session.')
  const write = isOwn ? inOwnWrite : inWrite
  await write(viewer, (tx) => end(tx, viewer, sessionId, 'revoked'), { lock: PEOPLE_LOCK })
  return { name: rows[0].name, isOwn }
}

async function end(tx: Transaction, viewer: Viewer, sessionId: string, why: string): Promise<void> {
  if (!(await endSession(tx, sessionId, why)))
    throw new AppError('conflict', 'This session had ended already: nothing was changed.')
  const rows = await tx.$queryRaw<Stored[]>(sql`
    SELECT trunc(investigator_id)::text AS "personId", fingerprint, address, browser, created_at::text AS created
    FROM dashboard.session WHERE id = ${sessionId}::uuid`)
  const { personId, fingerprint, address, browser, created } = rows[0] as Stored
  await recordAudit(tx, viewer, {
    kind: 'session.end',
    object: { type: 'session', id: sessionId },
    before: { investigator: personId, fingerprint, address, browser, created },
    after: null,
    detail: { why },
  })
}
