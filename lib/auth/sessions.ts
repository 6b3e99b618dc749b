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
import type { Origin } from './request'
import { effectiveRole, type Role } from './rules'
import { newSecret, secretHash } from './secrets'

/** A session ends after this without use, and in any case after the longer one. */
export const IDLE_HOURS = 1
export const ABSOLUTE_HOURS = 12

export type SessionPerson = { sessionId: string; id: MigId; name: string; fingerprint: string; role: Role }

/** Of `dashboard.session s`: neither ended nor idle nor over, by the database's clock. */
export const LIVE = sql`s.ended_at IS NULL AND s.expires_at > clock_timestamp()
  AND s.last_used_at > clock_timestamp() - make_interval(hours => ${IDLE_HOURS})`

/** Makes a session in the caller's transaction and returns its id and the cookie's secret, which is kept nowhere. */
export async function createSession(
  tx: Transaction,
  person: { id: string; fingerprint: string },
  origin: Pick<Origin, 'address' | 'browser'>,
): Promise<{ id: string; secret: string }> {
  const id = randomUUID()
  const secret = newSecret()
  await tx.$executeRaw(sql`
    INSERT INTO dashboard.session (id, token_hash, investigator_id, fingerprint, expires_at, address, browser)
    VALUES (${id}::uuid, ${secretHash(secret)}, ${person.id}::numeric, ${person.fingerprint},
      clock_timestamp() + make_interval(hours => ${ABSOLUTE_HOURS}), ${origin.address}, ${origin.browser})`)
  return { id, secret }
}

const sessionFrom = sql`dashboard.session s JOIN ${personFrom}
  ON i.id = s.investigator_id AND ${normalSql(sql`i.pgpfingerprint`)} = s.fingerprint`

/** The person of a live session, with the role that counts now; null when there is no such session or person any more. */
export async function sessionPerson(secret: string): Promise<SessionPerson | null> {
  const v = await vintage()
  const { rows } = await pool().query<PersonRow & { sessionId: string; stale: boolean }>(sql`
    SELECT s.id AS "sessionId", s.last_used_at < clock_timestamp() - interval '1 minute' AS stale, ${personSelect(v)}
    FROM ${sessionFrom} WHERE s.token_hash = ${secretHash(secret)} AND ${LIVE}`)
  const row = rows[0]
  if (!row?.fingerprint) return null
  const role = effectiveRole(personOf(row, v), env().schedulerKeyId)
  if (role === 'none') return null
  // Not while a write of the same session holds its row: a page does not wait for that, and the next one notes it.
  if (row.stale)
    await pool().query(sql`UPDATE dashboard.session SET last_used_at = clock_timestamp() WHERE id = (
      SELECT id FROM dashboard.session WHERE id = ${row.sessionId}::uuid AND ended_at IS NULL FOR UPDATE SKIP LOCKED)`)
  return { sessionId: row.sessionId, id: row.id as MigId, name: row.name, fingerprint: row.fingerprint, role }
}

/** When the person of a session used their session before this one last; null when none from before is kept, and without a session. */
export async function lastHere({
  id,
  fingerprint,
  sessionId,
}: {
  id: string | null
  fingerprint: string | null
  sessionId: string | null
}): Promise<Instant | null> {
  if (id === null || sessionId === null) return null
  const { rows } = await pool().query<{ at: Instant | null }>(sql`
    SELECT max(s.last_used_at) AS at FROM dashboard.session s
    JOIN dashboard.session mine ON mine.id = ${sessionId}::uuid AND s.created_at < mine.created_at
    WHERE s.investigator_id = ${id}::numeric AND s.fingerprint = ${fingerprint} AND s.id <> mine.id`)
  return rows[0]?.at ?? null
}

/** The role of a live session as it is now, with nothing kept from changing; null when the session has ended. */
export async function readSession(tx: Transaction, sessionId: string): Promise<Role | null> {
  const v = await vintage()
  const [row] = await tx.$queryRaw<PersonRow[]>(
    sql`SELECT ${personSelect(v)} FROM ${sessionFrom} WHERE s.id = ${sessionId}::uuid AND ${LIVE}`,
  )
  return row ? effectiveRole(personOf(row, v), env().schedulerKeyId) : null
}

/**
 * The role of a live session read again inside a write, its rows kept from changing until the write is done.
 * Null when the session has ended meanwhile.
 */
export async function lockSession(tx: Transaction, sessionId: string): Promise<Role | null> {
  const v = await vintage()
  // The investigator's row first, as who changes a person does: the other way round each could wait for the other.
  const rows = await tx.$queryRaw<PersonRow[]>(sql`
    SELECT ${personSelect(v)}
    FROM dashboard.session s JOIN public.investigators i
      ON i.id = s.investigator_id AND ${normalSql(sql`i.pgpfingerprint`)} = s.fingerprint
      LEFT JOIN dashboard.person p ON p.investigator_id = i.id AND p.fingerprint = ${normalSql(sql`i.pgpfingerprint`)}
    WHERE s.id = ${sessionId}::uuid AND ${LIVE} FOR SHARE OF i, s`)
  const row = rows[0]
  if (!row) return null
  // The outer join's row cannot be locked there; read once more under a lock of its own.
  await tx.$queryRaw(
    sql`SELECT FROM dashboard.person WHERE investigator_id = ${row.id}::numeric AND fingerprint = ${row.fingerprint} FOR SHARE`,
  )
  const again = await tx.$queryRaw<PersonRow[]>(
    sql`SELECT ${personSelect(v)} FROM ${personFrom} WHERE i.id = ${row.id}::numeric`,
  )
  const person = again[0]
  return person ? effectiveRole(personOf(person, v), env().schedulerKeyId) : null
}

/** Ends one session in the caller's transaction; returns whether it was live. */
export async function endSession(tx: Transaction, sessionId: string, why: string): Promise<boolean> {
  const ended = await tx.$executeRaw(sql`
    UPDATE dashboard.session s SET ended_at = clock_timestamp(), ended_why = ${why} WHERE s.id = ${sessionId}::uuid AND ${LIVE}`)
  return ended === 1
}

/** Ends all live sessions of a person in the caller's transaction; returns how many. */
export async function endSessionsOf(tx: Transaction, investigatorId: string, why: string): Promise<number> {
  return tx.$executeRaw(sql`
    UPDATE dashboard.session s SET ended_at = clock_timestamp(), ended_why = ${why}
    WHERE s.investigator_id = ${investigatorId}::numeric AND ${LIVE}`)
}
