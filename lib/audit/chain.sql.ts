import { type Sql, sql } from '@/lib/db/sql'

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

/**
 * Taken first and held to the end of the transaction by everybody who writes: two writers would otherwise chain to the
 * same row, and ids would not stand in the order of the chain.
 */
export const LOCK_CHAIN: Sql = sql`SELECT pg_advisory_xact_lock(${4_217_001})`

/**
 * The hash of a row called `entry`: SHA-256 over all its columns but id and hash, the hash before it among them,
 * in jsonb's own fixed order; its JSON as text, for NULL and JSON's null are two things. It assumes a session in UTC, as the program's are.
 */
export const ENTRY_HASH: Sql = sql`sha256(convert_to(jsonb_build_object(
  'at', entry.at, 'viewer_id', entry.viewer_id, 'viewer_name', entry.viewer_name, 'viewer_role', entry.viewer_role,
  'viewer_fingerprint', entry.viewer_fingerprint, 'via', entry.via, 'address', entry.address, 'kind', entry.kind,
  'object_type', entry.object_type, 'object_id', entry.object_id, 'before', entry.before::text, 'after', entry.after::text,
  'detail', entry.detail::text, 'previous_hash', encode(entry.previous_hash, 'hex'))::text, 'UTF8'))`

/** Inserts a row behind the last one, in a statement after the one that took the lock; gives its id and hash in hex. */
export function appendEntry(actor: AuditActor, event: AuditEvent): Sql {
  const json = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value))
  return sql`
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
    RETURNING id::text AS id, encode(hash, 'hex') AS hash`
}
