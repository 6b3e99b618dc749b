import 'server-only'
import { setTimeout as sleep } from 'node:timers/promises'
import { recordActorAudit } from '@/lib/audit/record'
import { pool } from '@/lib/db/pool'
import { db } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { publickeySql, vintage } from '@/lib/mig/vintage'
import { openChallenges } from './challenge'
import { investigatorsHolding, primaryFingerprint } from './key-index'
import { countAttempt, LIMITS, takeFolded } from './limits'
import { normalSql, type PersonRow, personFrom, personOf, personSelect } from './person.sql'
import type { Origin } from './request'
import { effectiveRole } from './rules'
import { createSession } from './sessions'
import { readDetachedSignature, type SignatureRefusal, verifySignature } from './signature'

/** What a person reads, whatever the reason: a reason would tell an attacker which half was right. */
export const REFUSED =
  'This signature was not accepted. Get a new text, sign exactly that text with the key that MIG knows of you, and try again.'

export type SignedIn = { ok: true; secret: string; name: string } | { ok: false }

type Refusal = SignatureRefusal | 'no-open-text' | 'no-role' | 'fingerprint-differs' | 'used'

const LEAST_MS = 300
const MINUTE_MS = 60_000

/**
 * Signs a person in by a detached signature over the text that this browser was given. The signer is found by the key.
 * Every refusal looks alike, takes at least 300 ms, and is audited; a text is used up by success only.
 */
export async function signIn(input: {
  browserSecret: string | null
  signature: string | Uint8Array
  origin: Origin
}): Promise<SignedIn> {
  const until = performance.now() + LEAST_MS
  const result = await attempt(input)
  if (result.ok) return result
  await refuse(result.why, input.origin)
  // A timer may fire a moment early.
  while (performance.now() < until) await sleep(until - performance.now() + 1)
  return { ok: false }
}

type Signer = PersonRow & { publickey: string }

async function attempt({
  browserSecret,
  signature,
  origin,
}: Parameters<typeof signIn>[0]): Promise<{ ok: true; secret: string; name: string } | { ok: false; why: Refusal }> {
  const open = browserSecret ? await openChallenges(browserSecret, origin) : []
  if (open.length === 0) return { ok: false, why: 'no-open-text' }
  const read = await readDetachedSignature(signature)
  if (!read.ok) return read
  const signers = await signersWith(read.read.keyId)
  let why: Refusal = 'unknown-key'
  for (const challenge of open) {
    let entered: Awaited<ReturnType<typeof enter>> | null = null
    // Several rows may hold the key: what one of them may not, another may.
    for (const owner of signers) {
      const signer = [{ owner, armoredKey: owner.publickey }]
      const verified = await verifySignature(read.read, challenge.text, signer, new Date(challenge.at))
      if (!verified.ok) {
        why = verified.why
        continue
      }
      entered = await enter(owner, challenge.id, origin)
      if (entered.ok) return entered
    }
    if (entered) return entered
  }
  return { ok: false, why }
}

/** The investigators whose stored key holds this key id. Keys are few thousands at most and read once per change. */
async function signersWith(keyId: string): Promise<Signer[]> {
  const found = await investigatorsHolding([keyId])
  if (found.length === 0) return []
  const v = await vintage()
  const { rows: signers } = await pool().query<Signer>(sql`
    SELECT ${personSelect(v)}, ${publickeySql(v, 'i')} AS publickey FROM ${personFrom} WHERE i.id = ANY(${found}::numeric[])`)
  return signers
}

/**
 * The last look and the session, in one transaction: the text is used up only with a session made from it, and the key that was
 * checked is the one that is stored until then.
 */
async function enter(
  signer: Signer,
  challengeId: string,
  origin: Origin,
): Promise<{ ok: true; secret: string; name: string } | { ok: false; why: Refusal }> {
  const v = await vintage()
  const fingerprint = await primaryFingerprint(signer.publickey)
  if (!fingerprint || fingerprint !== signer.fingerprint) return { ok: false, why: 'fingerprint-differs' }
  return db().$transaction(async (tx) => {
    const rows = await tx.$queryRaw<PersonRow[]>(sql`
      SELECT ${personSelect(v)} FROM ${personFrom}
      WHERE i.id = ${signer.id}::numeric AND ${normalSql(sql`i.pgpfingerprint`)} = ${fingerprint}
        AND ${publickeySql(v, 'i')} = ${signer.publickey} FOR SHARE OF i`)
    const person = rows[0]
    const role = person ? effectiveRole(personOf(person, v), env().schedulerKeyId) : 'none'
    if (!person || role === 'none') return { ok: false, why: 'no-role' } as const
    const used = await tx.$executeRaw(sql`
      UPDATE dashboard.challenge SET used_at = clock_timestamp()
      WHERE id = ${challengeId}::uuid AND used_at IS NULL AND expires_at > clock_timestamp()`)
    if (used !== 1) return { ok: false, why: 'used' } as const
    const session = await createSession(tx, { id: person.id, fingerprint }, origin)
    await recordActorAudit(
      tx,
      { id: person.id, name: person.name, fingerprint, role, via: 'web', address: origin.address },
      {
        kind: 'session.begin',
        object: { type: 'session', id: session.id },
        before: null,
        after: null,
        detail: { browser: origin.browser },
      },
    )
    return { ok: true, secret: session.secret, name: person.name } as const
  })
}

const NOBODY = { id: null, name: 'nobody', fingerprint: null, role: 'none', via: 'web' } as const

/** One audit row for each refusal below the limit; those beyond it are counted, and told in one row when the minute is over. */
async function refuse(why: Refusal, origin: Origin): Promise<void> {
  await tellFolded()
  const { address } = origin
  const counts = await countAttempt('refusal', address)
  if (counts.address > LIMITS.refusal.address || counts.all > LIMITS.refusal.all) {
    await countAttempt('folded', address)
    tellWhenOver()
    return
  }
  await db().$transaction((tx) =>
    recordActorAudit(
      tx,
      { ...NOBODY, address },
      { kind: 'session.refuse', object: { type: 'session', id: '' }, before: null, after: null, detail: { why } },
    ),
  )
}

/** Writes an audit row with the count for each minute that is over and had more refusals than the limit. */
export async function tellFolded(): Promise<void> {
  await db().$transaction(async (tx) => {
    for (const { minute, count, addresses } of await takeFolded(tx))
      await recordActorAudit(
        tx,
        { ...NOBODY, address: addresses.length === 1 ? (addresses[0] ?? null) : null },
        {
          kind: 'session.refuse',
          object: { type: 'session', id: '' },
          before: null,
          after: null,
          detail: { why: 'beyond-the-limit', count, minute, addresses },
        },
      )
  })
}

let isToBeTold = false

// After a process that ended meanwhile the next refusal tells.
function tellWhenOver(): void {
  if (isToBeTold) return
  isToBeTold = true
  setTimeout(() => {
    isToBeTold = false
    tellFolded().catch(() => {})
  }, MINUTE_MS + 1_000).unref()
}
