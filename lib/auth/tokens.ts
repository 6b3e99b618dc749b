import 'server-only'
import { randomUUID } from 'node:crypto'
import { pool } from '@/lib/db/pool'
import type { Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { normalSql, type PersonRow, personFrom, personOf, personSelect } from './person.sql'
import { effectiveRole } from './rules'
import { newSecret, secretHash } from './secrets'

export const MAX_TOKEN_DAYS = 366

export type TokenPerson = { id: MigId; name: string; fingerprint: string; role: 'admin' | 'investigator' }

/** The person whose live token this is, with the role that counts now; null otherwise. Notes the use once a minute. */
export async function tokenPerson(secret: string): Promise<TokenPerson | null> {
  const v = await vintage()
  const { rows } = await pool().query<PersonRow & { tokenId: string; stale: boolean }>(sql`
    SELECT t.id::text AS "tokenId", coalesce(t.last_used_at < clock_timestamp() - interval '1 minute', true) AS stale,
      ${personSelect(v)}
    FROM dashboard.token t JOIN (${personFrom}) ON i.id = t.investigator_id AND ${normalSql(sql`i.pgpfingerprint`)} = t.fingerprint
    WHERE t.token_hash = ${secretHash(secret)} AND t.kind = 'person' AND t.revoked_at IS NULL AND t.expires_at > clock_timestamp()`)
  const row = rows[0]
  if (!row?.fingerprint) return null
  const role = effectiveRole(personOf(row, v), env().schedulerKeyId)
  if (role === 'none') return null
  if (row.stale) await noteUse(row.tokenId)
  return { id: row.id as MigId, name: row.name, fingerprint: row.fingerprint, role }
}

/** Whether this is a live token for the metrics. */
export async function isMetricsToken(secret: string): Promise<boolean> {
  const { rows } = await pool().query<{ id: string }>(sql`
    SELECT id::text AS id FROM dashboard.token
    WHERE token_hash = ${secretHash(secret)} AND kind = 'metrics' AND revoked_at IS NULL AND expires_at > clock_timestamp()`)
  if (!rows[0]) return false
  await noteUse(rows[0].id)
  return true
}

/** Whether any live token for the metrics exists; without one the loopback may read them. */
export async function hasMetricsToken(): Promise<boolean> {
  const { rowCount } = await pool().query(
    `SELECT FROM dashboard.token WHERE kind = 'metrics' AND revoked_at IS NULL AND expires_at > clock_timestamp() LIMIT 1`,
  )
  return rowCount === 1
}

async function noteUse(id: string): Promise<void> {
  await pool().query(sql`UPDATE dashboard.token SET last_used_at = clock_timestamp() WHERE id = ${id}::uuid`)
}

/** Makes a token in the caller's transaction; the secret is returned once and kept nowhere. */
export async function insertToken(
  tx: Transaction,
  token: {
    kind: 'person' | 'metrics'
    person: { id: string; fingerprint: string } | null
    name: string
    days: number
    by: string
  },
): Promise<{ id: string; secret: string; expires: Instant }> {
  const id = randomUUID()
  const secret = newSecret()
  const rows = await tx.$queryRaw<{ expires: Instant }[]>(sql`
    INSERT INTO dashboard.token (id, token_hash, kind, investigator_id, fingerprint, name, created_by, expires_at)
    VALUES (${id}::uuid, ${secretHash(secret)}, ${token.kind}, ${token.person?.id ?? null}::numeric,
      ${token.person?.fingerprint ?? null}, ${token.name}, ${token.by}, clock_timestamp() + make_interval(days => ${token.days}))
    RETURNING to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS expires`)
  return { id, secret, expires: rows[0]?.expires as Instant }
}

/** Revokes all live tokens of a person in the caller's transaction; returns how many. */
export async function revokeTokensOf(tx: Transaction, investigatorId: string): Promise<number> {
  return tx.$executeRaw(sql`
    UPDATE dashboard.token SET revoked_at = clock_timestamp()
    WHERE investigator_id = ${investigatorId}::numeric AND revoked_at IS NULL AND expires_at > clock_timestamp()`)
}
