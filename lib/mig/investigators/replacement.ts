import { AppError } from '@/lib/errors'
import { formatCount, formatUtc } from '@/lib/format'
import { normalFingerprint } from '@/lib/mig/acl/rule'
import type { Instant } from '@/lib/mig/wire/time'
import { type KeyFacts, readPublicKey } from '@/lib/pgp/key'
import { type KeyInput, mergeKeys, readKeyMaterial } from '@/lib/pgp/key-material'
import { keyWarnings, UNUSABLE } from './usable-key'

/** What storing another key in a row comes to. */
export type Replacement = {
  /**
   * `merge`: the same key with more in it; `store`: the row's fingerprint had no readable key of its own; `rotate`: another key,
   * which gets a row of its own.
   */
  kind: 'merge' | 'store' | 'rotate'
  /** What will be stored: for `merge` both copies together. */
  key: KeyFacts
  /** What is new in it, a sentence each. */
  changes: string[]
}

/**
 * What a given key means for a row that holds `stored` under `fingerprint`. Throws `invalid` for what is not one public key, for
 * a new key that cannot sign, and when there is nothing new.
 */
export async function planReplacement(
  row: { fingerprint: string | null; stored: string | null },
  input: KeyInput,
  clock: Instant,
): Promise<Replacement> {
  const given = await readPublicKey(input, clock)
  if (!given.ok) throw new AppError('invalid', given.sentence)
  const stored = row.stored?.trim() ? await readPublicKey(row.stored, clock) : null
  const held = stored?.ok ? stored.key : null
  const fingerprint = normalFingerprint(row.fingerprint) ?? held?.fingerprint ?? null
  if (held && held.fingerprint === given.key.fingerprint && held.fingerprint === fingerprint)
    return merged(row.stored as string, held, input, clock)
  if (given.key.cannotSign) throw new AppError('invalid', UNUSABLE[given.key.cannotSign])
  const isSame = fingerprint === null || fingerprint === given.key.fingerprint
  return {
    kind: isSame ? 'store' : 'rotate',
    key: given.key,
    changes: isSame
      ? ['The row gets a key that can be read and belongs to its fingerprint.']
      : [`The fingerprint is ${given.key.fingerprint} instead of ${fingerprint}.`],
  }
}

async function merged(stored: string, held: KeyFacts, input: KeyInput, clock: Instant): Promise<Replacement> {
  const [before, after] = [await readKeyMaterial(stored), await readKeyMaterial(input)]
  const [a, b] = [before.ok ? before.keys[0] : null, after.ok ? after.keys[0] : null]
  if (!a || !b) throw new AppError('invalid', 'The key cannot be read.')
  const reading = await readPublicKey(mergeKeys(a, b), clock)
  if (!reading.ok) throw new AppError('invalid', reading.sentence)
  const { key } = reading
  if (key.armored === held.armored)
    throw new AppError('invalid', 'This is the stored key: there is nothing new in it. Nothing was changed.')
  const changes = keyChanges(held, key)
  return { kind: 'merge', key, changes: changes.length > 0 ? changes : ['Further signatures of its owner.'] }
}

/** What speaks against a replacement, a sentence each. */
export function replacementWarnings({ kind, key }: Replacement): string[] {
  if (kind !== 'merge') return keyWarnings(key)
  return key.revoked ? ['The key is revoked: the person cannot sign in or sign actions with it any more.'] : []
}

const expiryWord = (expires: Instant | null) => (expires ? formatUtc(expires) : 'never')

/** What one state of a key has that another had not, a sentence each. */
export function keyChanges(before: KeyFacts, after: KeyFacts): string[] {
  const changes: string[] = []
  if (after.revoked && !before.revoked) changes.push('The key is revoked.')
  if (before.expires !== after.expires)
    changes.push(`It expires: ${expiryWord(after.expires)}, instead of ${expiryWord(before.expires)}.`)
  for (const user of after.userIds) {
    const old = before.userIds.find((one) => one.text === user.text)
    if (!old) changes.push(`A further user id: ${user.text}${user.revoked ? ' (revoked)' : ''}.`)
    else if (user.revoked && !old.revoked) changes.push(`The user id ${user.text} is revoked.`)
  }
  if (after.photos > before.photos) changes.push(`${formatCount(after.photos - before.photos, 'further photo id')}.`)
  for (const part of after.parts.slice(1)) {
    const old = before.parts.find((one) => one.fingerprint === part.fingerprint)
    const name = `${part.algorithm} ${part.fingerprint.slice(-16)}`
    if (!old) changes.push(`A further subkey: ${name}, may ${part.capabilities.join(', ') || 'nothing'}.`)
    else {
      if (part.revoked && !old.revoked) changes.push(`The subkey ${name} is revoked.`)
      if (part.expires !== old.expires)
        changes.push(`The subkey ${name} expires: ${expiryWord(part.expires)}, instead of ${expiryWord(old.expires)}.`)
    }
  }
  return changes
}
