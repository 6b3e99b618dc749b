import 'server-only'
import { recordAudit } from '@/lib/audit/record'
import type { Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { AppError } from '@/lib/errors'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { type PersonRow, personFrom, personOf, personSelect } from './person.sql'
import { effectiveRole } from './rules'
import { insertToken, MAX_TOKEN_DAYS } from './tokens'
import type { Viewer } from './viewer'
import { inOwnWrite, inWrite } from './write'

export const MAX_TOKEN_NAME = 100

export type NewToken = { name: string; days: number } & (
  | { kind: 'person'; investigatorId: MigId }
  | { kind: 'metrics' }
)

/** `secret` is told once and kept nowhere. */
export type TokenCreated = { id: string; secret: string; name: string; expires: Instant; person: string | null }

/** Makes a token that reads what its person may read, or one for the metrics. Only an admin may. */
export async function createToken(viewer: Viewer, token: NewToken): Promise<TokenCreated> {
  const name = checkedName(token.name)
  if (!Number.isInteger(token.days) || token.days < 1 || token.days > MAX_TOKEN_DAYS)
    throw new AppError('invalid', `A token is valid for 1 to ${MAX_TOKEN_DAYS} whole days.`)
  return inWrite(viewer, async (tx) => {
    const person = token.kind === 'person' ? await readerOf(tx, token.investigatorId) : null
    const { id, secret, expires } = await insertToken(tx, {
      kind: token.kind,
      person,
      name,
      days: token.days,
      by: viewer.name,
    })
    await recordAudit(tx, viewer, {
      kind: 'token.create',
      object: { type: 'token', id },
      before: null,
      after: { kind: token.kind, name, expires, ...(person ? { investigator: person.id, person: person.name } : {}) },
      detail: { days: token.days, ...(person ? { fingerprint: person.fingerprint } : {}) },
    })
    return { id, secret, name, expires, person: person?.name ?? null }
  })
}

function checkedName(given: string): string {
  const name = given.trim()
  if (name === '' || [...name].length > MAX_TOKEN_NAME || /\p{Cc}/u.test(name))
    throw new AppError('invalid', `A token's name is one line of 1 to ${MAX_TOKEN_NAME} characters.`)
  return name
}

/** The person, kept from changing until the token is made: who is disabled at this moment gets none. */
async function readerOf(tx: Transaction, id: MigId): Promise<{ id: MigId; name: string; fingerprint: string }> {
  const v = await vintage()
  await tx.$queryRaw(sql`SELECT FROM public.investigators i WHERE i.id = ${id}::numeric FOR SHARE`)
  const rows = await tx.$queryRaw<PersonRow[]>(
    sql`SELECT ${personSelect(v)} FROM ${personFrom} WHERE i.id = ${id}::numeric`,
  )
  const row = rows[0]
  if (!row) throw new AppError('not_found', `There is no investigator ${id}. No token was made.`)
  if (!row.fingerprint || !/^[0-9A-F]{40,64}$/.test(row.fingerprint))
    throw new AppError('invalid', `${row.name} has no fingerprint, and a token is bound to one. No token was made.`)
  if (effectiveRole(personOf(row, v), env().schedulerKeyId) === 'none')
    throw new AppError('conflict', `${row.name} may not read in the dashboard, so no token was made.`)
  return { id, name: row.name, fingerprint: row.fingerprint }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Revokes a live token: one's own, or as an admin anybody's. Throws `not_found`, and `conflict` for one that is over. */
export async function revokeToken(viewer: Viewer, id: string): Promise<{ id: string; name: string }> {
  const wanted = id.trim().toLowerCase()
  const run = async (tx: Transaction) => {
    const unknown = new AppError('not_found', `There is no token "${id.slice(0, 80)}".`)
    if (!UUID.test(wanted)) throw unknown
    const rows = await tx.$queryRaw<TokenFacts[]>(sql`
      SELECT name, kind, trunc(investigator_id)::text AS investigator, revoked_at IS NOT NULL AS revoked,
        expires_at <= clock_timestamp() AS expired
      FROM dashboard.token WHERE id = ${wanted}::uuid FOR UPDATE`)
    const token = rows[0]
    if (!token || (viewer.role !== 'admin' && token.investigator !== viewer.id)) throw unknown
    if (token.revoked || token.expired)
      throw new AppError('conflict', `The token "${token.name}" is ${token.revoked ? 'revoked' : 'expired'} already.`)
    const revoked = await tx.$executeRaw(
      sql`UPDATE dashboard.token SET revoked_at = clock_timestamp() WHERE id = ${wanted}::uuid AND revoked_at IS NULL`,
    )
    if (revoked !== 1) throw new Error(`revoking one token changed ${revoked} rows`)
    await recordAudit(tx, viewer, {
      kind: 'token.revoke',
      object: { type: 'token', id: wanted },
      before: { revoked: false },
      after: { revoked: true },
      detail: { kind: token.kind, name: token.name, investigator: token.investigator },
    })
    return { id: wanted, name: token.name }
  }
  return viewer.role === 'admin' ? inWrite(viewer, run) : inOwnWrite(viewer, run)
}

type TokenFacts = { name: string; kind: string; investigator: string | null; revoked: boolean; expired: boolean }
