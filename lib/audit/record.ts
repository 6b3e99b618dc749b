import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import type { Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import { ENTRY_HASH } from './chain.sql'

/** One change, as the audit keeps it: what was done to which row, before and after, secrets left out by the caller. */
export type AuditEvent = {
  kind: string
  object: { type: string; id: string }
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  detail?: Record<string, unknown>
}

/** Who did it, when there is no viewer: a person who signs in, nobody, the system account. */
export type AuditActor = {
  id: string | null
  name: string
  role: string
  fingerprint: string | null
  via: 'web' | 'token' | 'operator' | 'launcher'
  address: string | null
}

const AUDIT_LOCK = 4_217_001

/** Writes the audit row of a viewer's change in the change's own transaction; if it fails, nothing happened. Returns its id. */
export async function recordAudit(tx: Transaction, viewer: Viewer, event: AuditEvent): Promise<string> {
  return recordActorAudit(tx, viewer, event)
}

/**
 * Writes an audit row in the caller's transaction. Rows are chained: each hash covers the row and the hash before it,
 * so that a row altered later is found. Returns the row's id.
 */
export async function recordActorAudit(tx: Transaction, actor: AuditActor, event: AuditEvent): Promise<string> {
  // Held to the end of the transaction: two writers would otherwise chain to the same row.
  await tx.$executeRaw(sql`SELECT pg_advisory_xact_lock(${AUDIT_LOCK})`)
  const json = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value))
  const rows = await tx.$queryRaw<{ id: string }[]>(sql`
    WITH entry AS (
      SELECT clock_timestamp() AS at, ${actor.id}::numeric AS viewer_id, ${actor.name}::text AS viewer_name,
        ${actor.role}::text AS viewer_role, ${actor.fingerprint}::text AS viewer_fingerprint, ${actor.via}::text AS via,
        ${actor.address}::text AS address, ${event.kind}::text AS kind, ${event.object.type}::text AS object_type,
        ${event.object.id}::text AS object_id, ${json(event.before)}::jsonb AS before, ${json(event.after)}::jsonb AS after,
        ${json(event.detail)}::jsonb AS detail,
        (SELECT hash FROM dashboard.audit ORDER BY id DESC LIMIT 1) AS previous_hash
    )
    INSERT INTO dashboard.audit (at, viewer_id, viewer_name, viewer_role, viewer_fingerprint, via, address, kind, object_type,
      object_id, before, after, detail, previous_hash, hash)
    SELECT at, viewer_id, viewer_name, viewer_role, viewer_fingerprint, via, address, kind, object_type, object_id, before,
      after, detail, previous_hash, ${ENTRY_HASH} FROM entry
    RETURNING id::text AS id`)
  return rows[0]?.id ?? ''
}
