import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import type { Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'

/** One change, as the audit keeps it: what was done to which row, before and after, secrets left out by the caller. */
export type AuditEvent = {
  kind: string
  object: { type: string; id: string }
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  detail?: Record<string, unknown>
}

const AUDIT_LOCK = 4_217_001

/**
 * Writes the audit row of a change in the change's own transaction; if it fails, nothing happened.
 * Rows are chained: each hash covers the row and the hash before it, so that a row altered later is found.
 * Returns the row's id.
 */
export async function recordAudit(tx: Transaction, viewer: Viewer, event: AuditEvent): Promise<string> {
  // Held to the end of the transaction: two writers would otherwise chain to the same row.
  await tx.$executeRaw(sql`SELECT pg_advisory_xact_lock(${AUDIT_LOCK})`)
  const json = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value))
  const rows = await tx.$queryRaw<{ id: string }[]>(sql`
    WITH entry AS (
      SELECT clock_timestamp() AS at, ${viewer.id}::numeric AS viewer_id, ${viewer.name}::text AS viewer_name,
        ${viewer.role}::text AS viewer_role, ${viewer.fingerprint}::text AS viewer_fingerprint, 'web'::text AS via,
        ${event.kind}::text AS kind, ${event.object.type}::text AS object_type, ${event.object.id}::text AS object_id,
        ${json(event.before)}::jsonb AS before, ${json(event.after)}::jsonb AS after, ${json(event.detail)}::jsonb AS detail,
        (SELECT hash FROM dashboard.audit ORDER BY id DESC LIMIT 1) AS previous_hash
    )
    INSERT INTO dashboard.audit (at, viewer_id, viewer_name, viewer_role, viewer_fingerprint, via, kind, object_type,
      object_id, before, after, detail, previous_hash, hash)
    SELECT at, viewer_id, viewer_name, viewer_role, viewer_fingerprint, via, kind, object_type, object_id, before, after,
      detail, previous_hash, sha256(convert_to(to_jsonb(entry)::text, 'UTF8'))
    FROM entry
    RETURNING id::text AS id`)
  return rows[0]?.id ?? ''
}
