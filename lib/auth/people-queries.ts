import 'server-only'
import { pool } from '@/lib/db/pool'
import { type Sql, sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { AppError } from '@/lib/errors'
import { publickeySql, type Vintage, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { readPublicKey } from '@/lib/pgp/key'
import type { KeyHindrance } from './key-hindrance'
import { type PersonRow, personFrom, personOf, personSelect } from './person.sql'
import { type Role, type RoleReason, roleOf } from './rules'
import { canSignInWith } from './signature'
import { assertAdmin, type Viewer } from './viewer'

/** An investigator as somebody who may or may not use the dashboard. */
export type PersonFacts = {
  id: MigId
  name: string
  /** Upper-case hex; null when the row has none that could be one. */
  fingerprint: string | null
  /** The role that counts, and why. */
  role: Role
  why: RoleReason
  /** The role granted here, null when none was. */
  granted: Role | null
  /** Disabled by the dashboard's own mark. */
  disabled: boolean
  /** investigators.status in the 2019 layout, else null. */
  status: string | null
  hindrance: KeyHindrance | null
  /** By role and by key. */
  canSignIn: boolean
}

export type PersonWithKey = PersonRow & { publickey: string | null }

/** The columns of `PersonWithKey` out of `personFrom`. */
export function personWithKeySelect(v: Vintage): Sql {
  return sql`${personSelect(v)}, ${publickeySql(v, 'i')} AS publickey`
}

/** What the row and its key say at a moment of the real clock. */
export async function personFacts(row: PersonWithKey, v: Vintage, clock: Instant): Promise<PersonFacts> {
  const { role, why } = roleOf(personOf(row, v), env().schedulerKeyId)
  const fingerprint = row.fingerprint && /^[0-9A-F]{40,64}$/.test(row.fingerprint) ? row.fingerprint : null
  const hindrance = await keyHindrance(row.publickey, fingerprint, clock)
  const { id, name, granted, disabled, status } = row
  return {
    id: id as MigId,
    name,
    fingerprint,
    role,
    why,
    granted,
    disabled,
    status,
    hindrance,
    canSignIn: role !== 'none' && hindrance === null,
  }
}

async function keyHindrance(
  publickey: string | null,
  fingerprint: string | null,
  clock: Instant,
): Promise<KeyHindrance | null> {
  if (fingerprint === null) return 'no-fingerprint'
  if (publickey === null || publickey.trim() === '') return 'no-key'
  const reading = await readPublicKey(publickey, clock)
  if (!reading.ok) return 'unreadable'
  const { key } = reading
  if (key.fingerprint !== fingerprint) return 'fingerprint-differs'
  if (key.revoked) return 'revoked'
  if (key.cannotSign) return key.cannotSign === 'no-signing-key' ? 'cannot-sign' : key.cannotSign
  return (await canSignInWith(publickey, new Date(clock))) ? null : 'cannot-sign'
}

async function clockNow(): Promise<Instant> {
  const { rows } = await pool().query<{ clock: Instant }>('SELECT clock_timestamp() AS clock')
  return rows[0]?.clock as Instant
}

async function people(where: Sql): Promise<PersonFacts[]> {
  const v = await vintage()
  const clock = await clockNow()
  const { rows } = await pool().query<PersonWithKey>(
    sql`SELECT ${personWithKeySelect(v)} FROM ${personFrom} ${where} ORDER BY i.id`,
  )
  return Promise.all(rows.map((row) => personFacts(row, v, clock)))
}

/** All investigators with role and key, by id. For admins. */
export async function listPeople(viewer: Viewer): Promise<PersonFacts[]> {
  assertAdmin(viewer)
  return people(sql``)
}

/** One investigator with role and key, or null. For admins. */
export async function getPerson(viewer: Viewer, id: MigId): Promise<PersonFacts | null> {
  assertAdmin(viewer)
  return (await people(sql`WHERE i.id = ${id}::numeric`))[0] ?? null
}

export type PersonChoice = { id: MigId; name: string; fingerprint: string }

/** Everybody who may read, by name, for choosing whom a token is for. For admins. */
export async function listTokenPeople(viewer: Viewer): Promise<PersonChoice[]> {
  assertAdmin(viewer)
  const v = await vintage()
  const { rows } = await pool().query<PersonRow>(
    sql`SELECT ${personSelect(v)} FROM ${personFrom} ORDER BY lower(i.name), i.id`,
  )
  const keyId = env().schedulerKeyId
  return rows.flatMap((row) =>
    row.fingerprint && /^[0-9A-F]{40,64}$/.test(row.fingerprint) && roleOf(personOf(row, v), keyId).role !== 'none'
      ? [{ id: row.id as MigId, name: row.name, fingerprint: row.fingerprint }]
      : [],
  )
}

const LEAST_SUFFIX = 16

/**
 * The investigator that an operator names: a fingerprint in any spelling, its last 16 digits or more, or an id. Throws
 * `invalid` for what is neither, `not_found`, and `conflict` when several fit.
 */
export async function findPerson(viewer: Viewer, text: string): Promise<PersonFacts> {
  assertAdmin(viewer)
  const digits = text
    .trim()
    .replace(/^0x/i, '')
    .replace(/[\s:-]/g, '')
    .toUpperCase()
  const isId = /^\d{1,20}$/.test(text.trim())
  if (!/^[0-9A-F]+$/.test(digits) || (!isId && digits.length < LEAST_SUFFIX))
    throw new AppError(
      'invalid',
      `"${text.slice(0, 80)}" names nobody: write a fingerprint, its last ${LEAST_SUFFIX} hexadecimal digits or more, or an investigator's id.`,
    )
  const v = await vintage()
  const { rows } = await pool().query<PersonRow>(sql`SELECT ${personSelect(v)} FROM ${personFrom} ORDER BY i.id`)
  const bySuffix = digits.length >= LEAST_SUFFIX
  const found = rows.filter(
    (row) =>
      (isId && BigInt(row.id) === BigInt(text.trim())) || (bySuffix && (row.fingerprint?.endsWith(digits) ?? false)),
  )
  if (found.length > 1)
    throw new AppError(
      'conflict',
      `"${text.slice(0, 80)}" fits several investigators: ${found.map((row) => `${row.name} (id ${row.id})`).join(', ')}. Write the whole fingerprint or the id.`,
    )
  const row = found[0]
  const person = row && (await getPerson(viewer, row.id as MigId))
  if (!person) throw new AppError('not_found', `No investigator has the fingerprint or id "${text.slice(0, 80)}".`)
  return person
}
