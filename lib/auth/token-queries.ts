import 'server-only'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { type Vintage, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { normalSql, type PersonRow, personFrom, personOf, personSelect } from './person.sql'
import { effectiveRole } from './rules'
import type { Viewer } from './viewer'

/** `idle`: live by itself, but its person may not read now, so that it is refused. */
export type TokenState = 'live' | 'idle' | 'expired' | 'revoked'

export type TokenRow = {
  id: string
  kind: 'person' | 'metrics'
  name: string
  /** null for the metrics, and when the investigator is gone or has another key. */
  person: { id: MigId; name: string } | null
  fingerprint: string | null
  createdAt: Instant
  createdBy: string
  expiresAt: Instant
  lastUsedAt: Instant | null
  revokedAt: Instant | null
  state: TokenState
}

const SHOWN = 500

type RawToken = Omit<TokenRow, 'person' | 'state'> & { expired: boolean; personId: MigId | null } & {
  [K in keyof Omit<PersonRow, 'id' | 'name' | 'fingerprint'>]: PersonRow[K]
} & { personName: string | null; personFingerprint: string | null }

/**
 * Tokens, live ones first, then the newest: one's own, and for admins everybody's and those for the metrics, or with `of`
 * those of one person. At most 500; never a secret or its hash.
 */
export async function listTokens(viewer: Viewer, { of }: { of?: MigId } = {}): Promise<TokenRow[]> {
  const v = await vintage()
  const whose = viewer.role === 'admin' ? (of ?? null) : viewer.id
  if (viewer.role !== 'admin' && (whose === null || (of !== undefined && of !== viewer.id))) return []
  const { rows } = await pool().query<RawToken>(sql`
    SELECT t.id::text AS id, t.kind, t.name, t.fingerprint, t.created_at AS "createdAt", t.created_by AS "createdBy",
      t.expires_at AS "expiresAt", t.last_used_at AS "lastUsedAt", t.revoked_at AS "revokedAt",
      t.expires_at <= clock_timestamp() AS expired, o.id AS "personId", o.name AS "personName",
      o.fingerprint AS "personFingerprint", o.granted, o.disabled, o.status, o.permissions
    FROM dashboard.token t LEFT JOIN LATERAL (
      SELECT ${personSelect(v)} FROM ${personFrom}
      WHERE i.id = t.investigator_id AND ${normalSql(sql`i.pgpfingerprint`)} = t.fingerprint LIMIT 1
    ) o ON true
    WHERE ${whose}::numeric IS NULL OR t.investigator_id = ${whose}::numeric
    ORDER BY t.revoked_at IS NULL AND t.expires_at > clock_timestamp() DESC, t.created_at DESC, t.id LIMIT ${SHOWN}`)
  return rows.map((row) => tokenRow(row, v))
}

function tokenRow(raw: RawToken, v: Vintage): TokenRow {
  const { id, kind, name, fingerprint, createdAt, createdBy, expiresAt, lastUsedAt, revokedAt } = raw
  const person = raw.personId === null || raw.personName === null ? null : { id: raw.personId, name: raw.personName }
  return {
    id,
    kind,
    name,
    person,
    fingerprint,
    createdAt,
    createdBy,
    expiresAt,
    lastUsedAt,
    revokedAt,
    state: stateOf(raw, v),
  }
}

function stateOf(raw: RawToken, v: Vintage): TokenState {
  if (raw.revokedAt !== null) return 'revoked'
  if (raw.expired) return 'expired'
  if (raw.kind === 'metrics') return 'live'
  if (raw.personId === null || raw.personName === null) return 'idle'
  const person = { ...raw, id: raw.personId, name: raw.personName, fingerprint: raw.personFingerprint }
  return effectiveRole(personOf(person, v), env().schedulerKeyId) === 'none' ? 'idle' : 'live'
}
