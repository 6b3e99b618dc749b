import type { Tone } from '@/lib/mig/wire/status'

/** What checking a signature now says. */
export const VERDICTS = [
  'valid',
  'unknown-key',
  'no-key',
  'wrong-key',
  'text-changed',
  'not-rebuilt',
  'unreadable',
  'not-checked',
] as const
export type Verdict = (typeof VERDICTS)[number]

export const VERDICT_MEANING: Readonly<Record<Verdict, { label: string; tone: Tone; meaning: string }>> = {
  valid: { label: 'valid', tone: 'good', meaning: 'the key made this signature over exactly these fields' },
  'unknown-key': { label: 'unknown key', tone: 'odd', meaning: 'made by a key that no investigator has' },
  'no-key': {
    label: 'key not stored',
    tone: 'gone',
    meaning: 'made by the key of an investigator whose public key is not stored here, so that it cannot be checked',
  },
  'wrong-key': { label: 'wrong key', tone: 'bad', meaning: 'not made by a key that this signer may sign with' },
  'text-changed': {
    label: 'text changed',
    tone: 'bad',
    meaning: 'the key is known, and what it signed is not what the row says now',
  },
  'not-rebuilt': {
    label: 'cannot be rebuilt',
    tone: 'attention',
    meaning:
      'the signed text cannot be made again from what the database keeps: either the text was changed, or something of it was lost',
  },
  unreadable: { label: 'unreadable', tone: 'odd', meaning: 'this text is not a signature that MIG could read' },
  'not-checked': { label: 'not checked', tone: 'neutral', meaning: 'the check did not come to an end' },
}
