import 'server-only'
import { recordAudit } from '@/lib/audit/record'
import type { Transaction } from '@/lib/db/prisma'
import { type Sql, sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { type Vintage, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { KEY_HINDRANCE_WORDS } from './key-hindrance'
import { type PersonFacts, type PersonWithKey, personFacts, personWithKeySelect } from './people-queries'
import { personFrom } from './person.sql'
import type { Role } from './rules'
import { endSessionsOf } from './sessions'
import { revokeTokensOf } from './tokens'
import type { Viewer } from './viewer'
import { inWrite, PEOPLE_LOCK } from './write'

/** The person as whoever asks saw them: with another fingerprint meanwhile it is another key, and nothing is changed. */
export type PersonSeen = { investigatorId: MigId; fingerprint?: string | null }

export type PersonChanged = {
  id: MigId
  name: string
  /** The role that counts now. */
  role: Role
  sessionsEnded: number
  tokensRevoked: number
  auditId: string
}

/**
 * Grants a role, or with null takes the granted one back, and ends the person's sessions. `seen` is the granted role that
 * whoever asks saw. Throws `conflict` when somebody was faster and for the last admin who can still sign in.
 */
export async function setRole(
  viewer: Viewer,
  { role, seen, ...who }: PersonSeen & { role: Role | null; seen?: Role | null },
): Promise<PersonChanged> {
  return change(viewer, who, async (tx, v, person) => {
    refuseScheduler(person)
    const fingerprint = neededFingerprint(person)
    if (seen !== undefined && seen !== person.granted)
      throw new AppError(
        'conflict',
        `The role of ${person.name} was changed meanwhile: it is ${grantedWord(person.granted)}, you saw ${grantedWord(seen)}. Nothing was changed.`,
      )
    if (role === person.granted)
      throw new AppError('conflict', `${person.name} has ${grantedWord(role)} already. Nothing was changed.`)
    refuseWithoutKey(person, role)
    if (role !== 'admin') await refuseLastAdmin(tx, v, person)
    await store(tx, person.id, fingerprint, sql`role`, sql`${role}`)
    return { kind: role === null ? 'role.revoke' : 'role.grant', revokeTokens: false }
  })
}

/**
 * Takes sign-in and tokens away until the person is enabled again; in the 2019 layout MIG's own status too, which also
 * counts for its API. Throws `conflict` for who is disabled and for the last admin who can still sign in.
 */
export async function disablePerson(viewer: Viewer, who: PersonSeen): Promise<PersonChanged> {
  return change(viewer, who, async (tx, v, person) => {
    refuseScheduler(person)
    const byStatus = v.investigatorStatus && person.status === 'active'
    if (!byStatus && person.disabled)
      throw new AppError('conflict', `${person.name} is disabled already. Nothing was changed.`)
    await refuseLastAdmin(tx, v, person)
    if (person.fingerprint) await store(tx, person.id, person.fingerprint, sql`disabled_at`, sql`clock_timestamp()`)
    else if (!byStatus) neededFingerprint(person)
    if (byStatus) await storeStatus(tx, person.id, 'disabled')
    return { kind: 'investigator.disable', revokeTokens: true }
  })
}

/** Undoes disabling; in the 2019 layout MIG's status becomes active. Tokens stay revoked. Throws `conflict` for who is not disabled. */
export async function enablePerson(viewer: Viewer, who: PersonSeen): Promise<PersonChanged> {
  return change(viewer, who, async (tx, v, person) => {
    const byStatus = v.investigatorStatus && person.status !== 'active'
    if (!byStatus && !person.disabled)
      throw new AppError('conflict', `${person.name} is not disabled. Nothing was changed.`)
    if (person.disabled && person.fingerprint)
      await store(tx, person.id, person.fingerprint, sql`disabled_at`, sql`NULL`)
    if (byStatus) await storeStatus(tx, person.id, 'active')
    return { kind: 'investigator.enable', revokeTokens: false }
  })
}

/** Makes a person an admin in the caller's transaction, which added the row and writes the audit. Throws when the key cannot sign in. */
export async function makeAdmin(tx: Transaction, investigatorId: MigId): Promise<void> {
  const person = await readPerson(tx, await vintage(), investigatorId)
  const fingerprint = neededFingerprint(person)
  refuseScheduler(person)
  refuseWithoutKey(person, 'admin')
  await store(tx, person.id, fingerprint, sql`role`, sql`'admin'`)
}

/** Throws `invalid` for the scheduler's own row; in the caller's transaction. */
export async function refuseToChangeScheduler(tx: Transaction, v: Vintage, investigatorId: MigId): Promise<void> {
  refuseScheduler(await readPerson(tx, v, investigatorId))
}

/** Throws `conflict` when no admin is left who can sign in, now that this person's row was changed in the transaction. */
export async function refuseToLoseLastAdmin(tx: Transaction, v: Vintage, investigatorId: MigId): Promise<void> {
  const admins = await readPeople(tx, v, sql`p.role = 'admin'`)
  if (admins.some((person) => person.role === 'admin' && person.canSignIn)) return
  // Where there was none before, as in the first minutes of a site, nothing is lost.
  const [last] = await tx.$queryRaw<{ role: string | null }[]>(
    sql`SELECT role FROM dashboard.person WHERE investigator_id = ${investigatorId}::numeric AND role = 'admin' LIMIT 1`,
  )
  if (last)
    throw new AppError(
      'conflict',
      'No admin who can still sign in would be left: make somebody else an admin first. Nothing was changed.',
    )
}

export type PersonReplaced = {
  before: Pick<PersonFacts, 'disabled' | 'status' | 'role'>
  /** The role that counts for the new row. */
  role: Role
  ended: { sessionsEnded: number; tokensRevoked: number }
}

/**
 * Gives granted role and disabled mark of one row to another, which holds the person's new key, and disables the old one, in the
 * caller's transaction, which added the row and writes the audit. Throws `invalid` for the scheduler, `conflict` for the last admin.
 */
export async function replacePerson(tx: Transaction, v: Vintage, from: MigId, to: MigId): Promise<PersonReplaced> {
  const before = await readPerson(tx, v, from)
  refuseScheduler(before)
  const fingerprint = neededFingerprint(await readPerson(tx, v, to))
  if (before.granted) await store(tx, to, fingerprint, sql`role`, sql`${before.granted}`)
  if (before.disabled) await store(tx, to, fingerprint, sql`disabled_at`, sql`clock_timestamp()`)
  if (before.fingerprint) await store(tx, from, before.fingerprint, sql`disabled_at`, sql`clock_timestamp()`)
  if (v.investigatorStatus && before.status === 'active') await storeStatus(tx, from, 'disabled')
  const ended = {
    sessionsEnded: await endSessionsOf(tx, from, 'investigator.rotate'),
    tokensRevoked: await revokeTokensOf(tx, from),
  }
  if (before.role === 'admin' && before.canSignIn) await refuseToLoseLastAdmin(tx, v, from)
  const { disabled, status, role } = before
  return { before: { disabled, status, role }, role: (await readPerson(tx, v, to)).role, ended }
}

type Done = { kind: string; revokeTokens: boolean }

/** One change of one person: lock, change, sessions and tokens, audit row. */
async function change(
  viewer: Viewer,
  { investigatorId, fingerprint }: PersonSeen,
  apply: (tx: Transaction, v: Vintage, person: PersonFacts) => Promise<Done>,
): Promise<PersonChanged> {
  const v = await vintage()
  return inWrite(
    viewer,
    async (tx) => {
      await tx.$queryRaw(
        sql`SELECT FROM public.investigators i WHERE i.id = ${investigatorId}::numeric FOR NO KEY UPDATE`,
      )
      const before = await readPerson(tx, v, investigatorId)
      if (fingerprint !== undefined && fingerprint !== before.fingerprint)
        throw new AppError(
          'conflict',
          `The key of ${before.name} was replaced meanwhile: its fingerprint is ${before.fingerprint ?? 'none'}, you saw ${fingerprint ?? 'none'}. Nothing was changed.`,
        )
      const { kind, revokeTokens } = await apply(tx, v, before)
      const sessionsEnded = await endSessionsOf(tx, investigatorId, kind)
      const tokensRevoked = revokeTokens ? await revokeTokensOf(tx, investigatorId) : 0
      const after = await readPerson(tx, v, investigatorId)
      const auditId = await recordAudit(tx, viewer, {
        kind,
        object: { type: 'investigator', id: investigatorId },
        before: auditFacts(before, v),
        after: auditFacts(after, v),
        detail: { name: before.name, fingerprint: before.fingerprint, sessionsEnded, tokensRevoked },
      })
      return { id: investigatorId, name: after.name, role: after.role, sessionsEnded, tokensRevoked, auditId }
    },
    { lock: PEOPLE_LOCK },
  )
}

function auditFacts({ granted, disabled, status, role }: PersonFacts, v: Vintage): Record<string, unknown> {
  return { granted, disabled, ...(v.investigatorStatus ? { status } : {}), role }
}

async function clockOf(tx: Transaction): Promise<Instant> {
  const rows = await tx.$queryRaw<{ clock: Instant }[]>(
    sql`SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS clock`,
  )
  return rows[0]?.clock as Instant
}

async function readPeople(tx: Transaction, v: Vintage, where: Sql): Promise<PersonFacts[]> {
  const clock = await clockOf(tx)
  const rows = await tx.$queryRaw<PersonWithKey[]>(
    sql`SELECT ${personWithKeySelect(v)} FROM ${personFrom} WHERE ${where}`,
  )
  return Promise.all(rows.map((row) => personFacts(row, v, clock)))
}

async function readPerson(tx: Transaction, v: Vintage, id: MigId): Promise<PersonFacts> {
  const [person] = await readPeople(tx, v, sql`i.id = ${id}::numeric`)
  if (!person) throw new AppError('not_found', `There is no investigator ${id}. Nothing was changed.`)
  return person
}

function grantedWord(role: Role | null): string {
  return role === null ? 'no granted role' : `the role ${role}`
}

function refuseScheduler(person: PersonFacts): void {
  if (person.why === 'scheduler')
    throw new AppError(
      'invalid',
      `${person.name} is the scheduler's own row: nobody signs in with it, and MIG needs it as it is. Nothing was changed.`,
    )
}

function neededFingerprint(person: PersonFacts): string {
  if (person.fingerprint) return person.fingerprint
  throw new AppError(
    'invalid',
    `${person.name} has no fingerprint, and a role is bound to one: store the person's key first. Nothing was changed.`,
  )
}

function refuseWithoutKey(person: PersonFacts, role: Role | null): void {
  if (role === null || role === 'none' || !person.hindrance) return
  // Who reads may wait for a renewed key; an admin who cannot sign in would only look like one.
  if (role === 'investigator' && person.hindrance !== 'no-key') return
  throw new AppError(
    'invalid',
    `${person.name} cannot become ${role === 'admin' ? 'an admin' : 'an investigator'}: ${KEY_HINDRANCE_WORDS[person.hindrance]}. Nothing was changed.`,
  )
}

async function refuseLastAdmin(tx: Transaction, v: Vintage, leaving: PersonFacts): Promise<void> {
  if (leaving.role !== 'admin' || !leaving.canSignIn) return
  const granted = await readPeople(tx, v, sql`p.role = 'admin'`)
  if (granted.some((person) => person.id !== leaving.id && person.role === 'admin' && person.canSignIn)) return
  throw new AppError(
    'conflict',
    `${leaving.name} is the last admin who can still sign in: make somebody else an admin first. Nothing was changed.`,
  )
}

async function store(tx: Transaction, id: MigId, fingerprint: string, column: Sql, value: Sql): Promise<void> {
  const stored = await tx.$executeRaw(sql`
    INSERT INTO dashboard.person (investigator_id, fingerprint, ${column}) VALUES (${id}::numeric, ${fingerprint}, ${value})
    ON CONFLICT (investigator_id, fingerprint) DO UPDATE SET ${column} = EXCLUDED.${column}, changed_at = clock_timestamp()`)
  if (stored !== 1) throw new Error(`storing one person changed ${stored} rows`)
}

async function storeStatus(tx: Transaction, id: MigId, status: 'active' | 'disabled'): Promise<void> {
  const stored = await tx.$executeRaw(sql`
    UPDATE public.investigators SET status = ${status}, lastmodified = clock_timestamp() WHERE id = ${id}::numeric`)
  if (stored !== 1) throw new Error(`changing one investigator changed ${stored} rows`)
}
