import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { onPrimary } from '@/lib/db/read'
import { normalFingerprint } from '@/lib/mig/acl/rule'
import type { MigId } from '@/lib/mig/wire/id'
import { armorKeys, keyBytes } from '@/lib/pgp/key-material'
import { agentProblemSentence, type KeyState } from './key-state'
import { type KeyRow, type Moments, readAllKeys } from './queries'

/** Which keys a keyring holds: those that MIG's library can load, or every good one, for gpg. */
export const KEYRING_KINDS = ['mig', 'all'] as const
export type KeyringKind = (typeof KEYRING_KINDS)[number]

type Member = Pick<KeyRow, 'id' | 'name' | 'fingerprint'>

/** Who is in a keyring and who is not. */
export type KeyringPlan = {
  members: (Member & { algorithm: string; expiring: boolean })[]
  leftOut: (Member & { why: string })[]
}

const LEFT_OUT: Partial<Record<KeyState, string>> = {
  'no-key': 'Only a fingerprint is stored.',
  unreadable: 'The stored text is not one public key.',
  differs: 'The stored fingerprint is not that of the stored key.',
  revoked: 'The key is revoked.',
  expired: 'The key is expired; MIG would go on accepting it.',
  'cannot-sign': 'No part of the key can sign.',
}

function whyNot(row: KeyRow, kind: KeyringKind): string | null {
  if (row.disabled) return 'The person is disabled.'
  const problem = row.key?.agentProblem
  return LEFT_OUT[row.state] ?? (kind === 'mig' && problem?.why === 'algorithm' ? agentProblemSentence(problem) : null)
}

async function plan(kind: KeyringKind, moments: Moments): Promise<{ plan: KeyringPlan; armored: string[] }> {
  const made: KeyringPlan = { members: [], leftOut: [] }
  const armored: string[] = []
  for (const { row, key } of await readAllKeys(moments)) {
    const { id, name, fingerprint } = row
    const why = whyNot(row, kind)
    if (why !== null || !key) made.leftOut.push({ id, name, fingerprint, why: why ?? 'No key is stored.' })
    else {
      made.members.push({ id, name, fingerprint, algorithm: key.algorithm, expiring: row.state === 'expiring' })
      armored.push(key.armored)
    }
  }
  return { plan: made, armored }
}

/** A public key as an agent carries one. */
export type CarriedKey = Member & { fingerprint: string; armored: string }

/**
 * The public keys with these fingerprints that MIG's agents can load, in the order given, and those that they cannot have and
 * why. Of two rows with one key the first usable one gives it.
 */
export async function keysToCarry(
  _viewer: Viewer,
  fingerprints: readonly string[],
  moments: Moments,
): Promise<{ keys: CarriedKey[]; leftOut: KeyringPlan['leftOut'] }> {
  const all = await readAllKeys(moments)
  const found: { keys: CarriedKey[]; leftOut: KeyringPlan['leftOut'] } = { keys: [], leftOut: [] }
  for (const fingerprint of fingerprints) {
    const rows = all.filter(({ row }) => normalFingerprint(row.fingerprint) === fingerprint)
    const usable = rows.find(({ row, key }) => key && whyNot(row, 'mig') === null)
    const [{ row } = {}] = usable ? [usable] : rows
    if (!row) continue
    const { id, name } = row
    if (usable?.key) found.keys.push({ id, name, fingerprint, armored: usable.key.armored })
    else found.leftOut.push({ id, name, fingerprint, why: whyNot(row, 'mig') ?? 'No key is stored.' })
  }
  return found
}

/** Who is in the keyring of this kind now, by id, and who is left out and why. */
export async function getKeyring(_viewer: Viewer, kind: KeyringKind, moments: Moments): Promise<KeyringPlan> {
  return (await plan(kind, moments)).plan
}

/** The keyring itself: the cleaned public keys one behind the other, or null when nobody is in it. */
export async function exportKeyring(
  _viewer: Viewer,
  kind: KeyringKind,
  moments: Moments,
): Promise<{ bytes: Uint8Array; armored: string; ids: MigId[] } | null> {
  // Agents will trust these keys: by what is true now, whatever a standby has.
  const { plan: made, armored } = await onPrimary(() => plan(kind, moments))
  if (armored.length === 0) return null
  const bytes = Buffer.concat(await Promise.all(armored.map(keyBytes)))
  return { bytes, armored: armorKeys(bytes), ids: made.members.map((member) => member.id) }
}
