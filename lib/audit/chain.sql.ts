import { type Sql, sql } from '@/lib/db/sql'

/**
 * The hash of a row called `entry`: SHA-256 over all its columns but id and hash, the hash before it among them,
 * in jsonb's own fixed order. It assumes a session in UTC, as the program's are.
 */
export const ENTRY_HASH: Sql = sql`sha256(convert_to(jsonb_build_object(
  'at', entry.at, 'viewer_id', entry.viewer_id, 'viewer_name', entry.viewer_name, 'viewer_role', entry.viewer_role,
  'viewer_fingerprint', entry.viewer_fingerprint, 'via', entry.via, 'address', entry.address, 'kind', entry.kind,
  'object_type', entry.object_type, 'object_id', entry.object_id, 'before', entry.before, 'after', entry.after,
  'detail', entry.detail, 'previous_hash', encode(entry.previous_hash, 'hex'))::text, 'UTF8'))`
