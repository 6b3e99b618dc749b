import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import type { Transaction } from '@/lib/db/prisma'
import { type AuditActor, type AuditEvent, appendEntry, LOCK_CHAIN } from './chain.sql'

/** Writes the audit row of a viewer's change in the change's own transaction; if it fails, nothing happened. Returns its id. */
export async function recordAudit(tx: Transaction, viewer: Viewer, event: AuditEvent): Promise<string> {
  return recordActorAudit(tx, viewer, event)
}

/**
 * Writes an audit row in the caller's transaction. Rows are chained: each hash covers the row and the hash before it,
 * so that a row altered later is found. Returns the row's id.
 */
export async function recordActorAudit(tx: Transaction, actor: AuditActor, event: AuditEvent): Promise<string> {
  await tx.$executeRaw(LOCK_CHAIN)
  const rows = await tx.$queryRaw<{ id: string }[]>(appendEntry(actor, event))
  return rows[0]?.id ?? ''
}
