import { AppError } from '@/lib/errors'
import type { Instant } from '@/lib/mig/wire/time'
import { type KeyFacts, nameFromUserId, readPublicKey } from '@/lib/pgp/key'
import type { KeyInput } from '@/lib/pgp/key-material'
import { agentProblemSentence } from './key-state'

/** Why a key that can be read is not taken, as a sentence. */
export const UNUSABLE: Readonly<Record<NonNullable<KeyFacts['cannotSign']>, string>> = {
  expired: 'This key is expired, so nothing that it signs would be accepted. Paste the renewed key.',
  revoked: 'This key is revoked by its owner. Paste the key that replaces it.',
  'no-signing-key':
    'No part of this key can sign: it has neither a signing primary key nor a valid signing subkey of a kind that can be checked here.',
}

/** The one public key in what was given, fit to sign at `clock`. Throws `invalid` with a sentence for everything else. */
export async function readUsableKey(input: KeyInput, clock: Instant): Promise<KeyFacts> {
  const reading = await readPublicKey(input, clock)
  if (!reading.ok) throw new AppError('invalid', reading.sentence)
  const { key } = reading
  if (key.cannotSign) throw new AppError('invalid', UNUSABLE[key.cannotSign])
  return key
}

/** What speaks against a key that could be taken all the same, a sentence each. */
export function keyWarnings(key: Pick<KeyFacts, 'parts' | 'expires' | 'agentProblem'>): string[] {
  const warnings: string[] = []
  if (key.agentProblem) warnings.push(agentProblemSentence(key.agentProblem))
  const short = key.parts.find((part) => part.isShort && part.capabilities.some((may) => SIGNS.has(may)))
  if (short) warnings.push(`${short.algorithm} is too short to be safe: such keys can be broken by those who try hard.`)
  if (key.expires === null)
    warnings.push('The key never expires: when it is lost, it counts until somebody revokes or disables it.')
  return warnings
}

const SIGNS = new Set(['sign', 'certify'])

/** The name that a key's first valid user id proposes; empty when it has none. */
export function proposedName(key: Pick<KeyFacts, 'userIds'>): string {
  const userId = key.userIds.find((user) => !user.revoked)?.text ?? ''
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a user id is whatever its maker wrote
  return [...nameFromUserId(userId.replace(/[\u0000-\u001f\u007f]/g, ' '))].slice(0, 1024).join('')
}

/** Throws `invalid` when there are warnings and nobody said that the key is to be taken anyway. */
export function refuseUnlessAnyway(warnings: readonly string[], anyway: boolean): void {
  if (warnings.length > 0 && !anyway)
    throw new AppError(
      'invalid',
      `Nothing was stored, because ${warnings.length === 1 ? 'one thing speaks' : `${warnings.length} things speak`} against this key: ${warnings.join(' ')} Say that it is to be taken anyway, and it is.`,
    )
}
