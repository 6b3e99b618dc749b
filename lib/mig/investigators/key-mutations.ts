import 'server-only'
import { recordAudit } from '@/lib/audit/record'
import { type PersonReplaced, refuseToLoseLastAdmin, replacePerson } from '@/lib/auth/people'
import { endSessionsOf } from '@/lib/auth/sessions'
import { revokeTokensOf } from '@/lib/auth/tokens'
import { assertAdmin, type Viewer } from '@/lib/auth/viewer'
import { inWrite, PEOPLE_LOCK } from '@/lib/auth/write'
import type { Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { normalFingerprint } from '@/lib/mig/acl/rule'
import { publickeySql, type Vintage, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { now } from '@/lib/now'
import type { KeyInput } from '@/lib/pgp/key-material'
import { carryViews } from '@/lib/views/owner'
import { ADD_LOCK, insertInvestigator, rowsOf, storedKeySql } from './mutations'
import { planReplacement, type Replacement, replacementWarnings } from './replacement'
import { keyDigestSql, keylessSql, markedSql } from './stored-key.sql'
import { refuseUnlessAnyway } from './usable-key'

/** A row as whoever asks saw it: the stored fingerprint and the SHA-256 of the stored key, empty for none, and whether it was disabled. */
export type KeySeen = { investigatorId: MigId; fingerprint: string; digest: string; disabled: boolean }

export type KeyReplaced = {
  /** The row that holds the key now: a new one after a rotation. */
  id: MigId
  name: string
  kind: Replacement['kind']
  weightsCopied: number
  sessionsEnded: number
  tokensRevoked: number
  auditId: string
}

type KeyRow = {
  id: MigId
  name: string
  fingerprint: string | null
  stored: string | null
  digest: string | null
  status: string | null
  permissions: string | null
  marked: boolean
}

async function lockRow(tx: Transaction, v: Vintage, id: MigId): Promise<KeyRow> {
  const rows = await tx.$queryRaw<KeyRow[]>(sql`
    SELECT trunc(i.id)::text AS id, i.name, i.pgpfingerprint AS fingerprint, ${publickeySql(v, 'i')} AS stored,
      ${keyDigestSql(v)} AS digest, ${v.investigatorStatus ? sql`i.status` : sql`NULL::text`} AS status,
      ${v.investigatorPermissions ? sql`i.permissions::text` : sql`NULL::text`} AS permissions, ${markedSql} AS marked
    FROM public.investigators i WHERE i.id = ${id}::numeric FOR NO KEY UPDATE`)
  if (!rows[0]) throw new AppError('not_found', `There is no investigator ${id}. Nothing was changed.`)
  return rows[0]
}

function refuseWhenChanged(v: Vintage, row: KeyRow, seen: KeySeen): void {
  if ((row.fingerprint ?? '') !== seen.fingerprint)
    throw new AppError(
      'conflict',
      `The key of ${row.name} was replaced meanwhile: its fingerprint is ${row.fingerprint ?? 'none'}, you saw ${seen.fingerprint || 'none'}. Nothing was changed.`,
    )
  if ((row.digest ?? '') !== seen.digest)
    throw new AppError(
      'conflict',
      `Another key was stored for ${row.name} meanwhile (SHA-256 ${(row.digest ?? 'none').slice(0, 16)}, you saw ${(seen.digest || 'none').slice(0, 16)}). Nothing was changed; look at the page again.`,
    )
  if ((row.marked || (v.investigatorStatus && row.status !== 'active')) !== seen.disabled)
    throw new AppError(
      'conflict',
      `${row.name} was ${seen.disabled ? 'enabled' : 'disabled, or got a new row with a new key,'} meanwhile. Nothing was changed; look at the page again.`,
    )
}

/**
 * Stores another key for a person. The same fingerprint: both copies together, in the same row. Another one: a row of its own
 * with the old one's weights, role and disabled mark, and the old one is disabled; one transaction. Sessions and tokens end
 * when the old key counts no more. Throws `invalid`, `conflict` for a lost race, a known fingerprint and the last admin.
 */
export async function replaceKey(
  viewer: Viewer,
  seen: KeySeen,
  input: KeyInput,
  { anyway = false }: { anyway?: boolean } = {},
): Promise<KeyReplaced> {
  assertAdmin(viewer)
  const { clock } = await now()
  const v = await vintage()
  return inWrite(
    viewer,
    async (tx) => {
      const row = await lockRow(tx, v, seen.investigatorId)
      refuseWhenChanged(v, row, seen)
      const plan = await planReplacement(row, input, clock)
      refuseUnlessAnyway(replacementWarnings(plan), anyway)
      return plan.kind === 'rotate' ? rotate(tx, viewer, v, row, plan) : storeInRow(tx, viewer, v, row, plan)
    },
    { lock: PEOPLE_LOCK },
  )
}

const factsForAudit = ({ fingerprint, algorithm, expires, revoked }: Replacement['key']) => ({
  pgpfingerprint: fingerprint,
  algorithm,
  key_expires: expires,
  revoked,
})

async function storeInRow(
  tx: Transaction,
  viewer: Viewer,
  v: Vintage,
  row: KeyRow,
  { kind, key, changes }: Replacement,
): Promise<KeyReplaced> {
  const other = (await rowsOf(tx, v, key.fingerprint)).find((one) => one.id !== row.id)
  if (other)
    throw new AppError(
      'conflict',
      `This key is known already: it is that of ${other.name} (investigator ${other.id}). Nothing was changed.`,
    )
  const sets = [sql`publickey = ${storedKeySql(v, key.armored)}`]
  if (normalFingerprint(row.fingerprint) === null) sets.push(sql`pgpfingerprint = ${key.fingerprint}`)
  if (v.investigatorStatus) sets.push(sql`lastmodified = clock_timestamp()`)
  const changed = await tx.$executeRaw(sql`
    UPDATE public.investigators i SET ${joinSets(sets)} WHERE i.id = ${row.id}::numeric
      AND ${row.digest === null ? keylessSql(v) : sql`${keyDigestSql(v)} = ${row.digest}`}`)
  if (changed !== 1) throw new Error(`storing one key changed ${changed} rows`)
  const ends = key.revoked
  // An expiry that has passed or a subkey's revocation takes sign-in away too.
  if (ends || key.cannotSign) await refuseToLoseLastAdmin(tx, v, row.id)
  const sessionsEnded = ends ? await endSessionsOf(tx, row.id, 'investigator.replace') : 0
  const tokensRevoked = ends ? await revokeTokensOf(tx, row.id) : 0
  const auditId = await recordAudit(tx, viewer, {
    kind: 'investigator.replace',
    object: { type: 'investigator', id: row.id },
    before: { name: row.name, pgpfingerprint: row.fingerprint, key_sha256: row.digest },
    after: { name: row.name, ...factsForAudit(key), key_sha256: await digestOf(tx, v, row.id) },
    detail: { name: row.name, how: kind, changes, sessionsEnded, tokensRevoked },
  })
  return { id: row.id, name: row.name, kind, weightsCopied: 0, sessionsEnded, tokensRevoked, auditId }
}

const joinSets = (sets: ReturnType<typeof sql>[]) => sets.reduce((all, one) => sql`${all}, ${one}`)

async function digestOf(tx: Transaction, v: Vintage, id: MigId): Promise<string | null> {
  const rows = await tx.$queryRaw<{ digest: string | null }[]>(
    sql`SELECT ${keyDigestSql(v)} AS digest FROM public.investigators i WHERE i.id = ${id}::numeric`,
  )
  return rows[0]?.digest ?? null
}

async function rotate(
  tx: Transaction,
  viewer: Viewer,
  v: Vintage,
  row: KeyRow,
  { kind, key }: Replacement,
): Promise<KeyReplaced> {
  await tx.$executeRaw(sql`SELECT pg_advisory_xact_lock(${ADD_LOCK})`)
  const [known] = await rowsOf(tx, v, key.fingerprint)
  if (known)
    throw new AppError(
      'conflict',
      `This key is known already: it is that of ${known.name} (investigator ${known.id}). Nothing was changed.`,
    )
  const { name, permissions } = row
  const id = await insertInvestigator(tx, v, {
    name,
    fingerprint: key.fingerprint,
    armored: key.armored,
    status: row.status ?? 'active',
    ...(permissions === null ? {} : { permissions }),
  })
  const weightsCopied = await tx.$executeRaw(sql`
    INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight)
    SELECT ${id}::numeric, p.agentid, p.moduleid, p.weight FROM public.invagtmodperm p
    WHERE p.investigatorid = ${row.id}::numeric`)
  const person: PersonReplaced = await replacePerson(tx, v, row.id, id)
  const viewsCarried = await carryViews(
    tx,
    { id: row.id, fingerprint: normalFingerprint(row.fingerprint) },
    { id, fingerprint: key.fingerprint },
  )
  await recordAudit(tx, viewer, {
    kind: 'investigator.rotate',
    object: { type: 'investigator', id: row.id },
    before: { disabled: person.before.disabled, status: person.before.status, role: person.before.role },
    after: { disabled: true, status: v.investigatorStatus ? 'disabled' : null, role: 'none' },
    detail: { name, pgpfingerprint: row.fingerprint, replacedBy: id, ...person.ended },
  })
  const auditId = await recordAudit(tx, viewer, {
    kind: 'investigator.add',
    object: { type: 'investigator', id },
    before: null,
    after: { id, name, ...factsForAudit(key), role: person.role, disabled: person.before.disabled },
    detail: { name, layout: v.kind, replaces: row.id, weightsCopied, viewsCarried },
  })
  return { id, name, kind, weightsCopied, ...person.ended, auditId }
}
