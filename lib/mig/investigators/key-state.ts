import type { Tone } from '@/lib/mig/wire/status'
import { compareInstants, type Instant, instantToNanos } from '@/lib/mig/wire/time'
import type { AgentProblem, KeyProblem, KeyReading } from '@/lib/pgp/key'

/** The states of an investigator's key, worst first. */
export const KEY_STATES = [
  'differs',
  'unreadable',
  'revoked',
  'expired',
  'cannot-sign',
  'expiring',
  'unusable',
  'no-key',
  'good',
] as const
export type KeyState = (typeof KEY_STATES)[number]

/** What the list is filtered by: the states of a key, whether its owner is disabled, and what the overview warns of. */
export const LISTED_STATES = [...KEY_STATES, 'disabled', 'warned'] as const

/** Who is disabled: the key may be good, it counts for nothing. */
export const DISABLED_MEANING = {
  label: 'disabled',
  tone: 'gone',
  meaning: 'may not sign in here, and weighs nothing; in the 2019 layout it does not count for MIG’s API either',
} as const

/** The keys that the overview warns of, in one word. */
export const WARNED_LABEL = 'failed or expiring, not disabled'

export const KEY_STATE_MEANING: Readonly<Record<KeyState, { label: string; tone: Tone; meaning: string }>> = {
  differs: {
    label: 'fingerprint differs',
    tone: 'bad',
    meaning: 'the stored fingerprint is not that of the stored key: signatures are looked for under the wrong name',
  },
  unreadable: { label: 'unreadable', tone: 'bad', meaning: 'the stored text is not one public key' },
  revoked: { label: 'revoked', tone: 'bad', meaning: 'its owner revoked the key' },
  expired: { label: 'expired', tone: 'bad', meaning: 'the key is past its expiry' },
  'cannot-sign': { label: 'cannot sign', tone: 'bad', meaning: 'no part of the key may sign' },
  expiring: { label: 'expiring', tone: 'attention', meaning: 'the key expires within 30 days' },
  unusable: {
    label: 'unusable for agents',
    tone: 'attention',
    meaning: 'the key is good, but MIG’s agents cannot use it',
  },
  'no-key': {
    label: 'no key',
    tone: 'gone',
    meaning: 'only a fingerprint is stored: signatures cannot be checked here',
  },
  good: { label: 'good', tone: 'good', meaning: 'the key matches its fingerprint and can sign' },
}

const DAY_NANOS = 86_400_000_000_000n
export const EXPIRING_DAYS = 30

/** The state of a stored key; `reading` is null where no key is stored. `fingerprint` is the stored one, normalised. */
export function keyState(reading: KeyReading | null, fingerprint: string | null, clock: Instant): KeyState {
  if (reading === null) return 'no-key'
  if (!reading.ok) return 'unreadable'
  const { key } = reading
  if (key.fingerprint !== fingerprint) return 'differs'
  if (key.revoked) return 'revoked'
  if (key.expires && compareInstants(key.expires, clock) <= 0) return 'expired'
  if (key.cannotSign) return key.cannotSign === 'no-signing-key' ? 'cannot-sign' : key.cannotSign
  if (key.expires && instantToNanos(key.expires) - instantToNanos(clock) <= BigInt(EXPIRING_DAYS) * DAY_NANOS)
    return 'expiring'
  return key.agentProblem ? 'unusable' : 'good'
}

/** Why MIG's agents cannot use a key, as a sentence (mig-domain 6.5). */
export function agentProblemSentence(problem: AgentProblem): string {
  if (problem.why === 'certify-only')
    return 'The primary key may only certify, and MIG’s own signer always signs with the primary key: agents refuse such signatures.'
  const part = problem.part === 'primary' ? 'The key' : 'A subkey'
  return `${part} is ${problem.algorithm}: the OpenPGP library of MIG’s agents knows RSA, DSA and NIST ECDSA only, and with another key in its keyring it may load none at all.`
}

/** Why a stored text is not one public key, as a sentence. */
export const STORED_PROBLEM: Readonly<Record<KeyProblem, string>> = {
  empty: 'No key is stored.',
  'too-large': 'The stored text is larger than 64 KiB.',
  private: 'A private key is stored where the public one belongs. It is not shown or handed out here.',
  several: 'Several keys are stored in one row.',
  'not-a-key': 'The stored text is not an armored public key.',
  unreadable: 'The stored key is damaged, or of a kind that this program does not know.',
  'too-slow': 'The stored key was not checked: its numbers are so large that checking it would take too long.',
}
