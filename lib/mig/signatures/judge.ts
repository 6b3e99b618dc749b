import { normalFingerprint } from '@/lib/mig/acl/rule'
import { STORED_PROBLEM } from '@/lib/mig/investigators/key-state'
import type { MigId } from '@/lib/mig/wire/id'
import type { KeyFacts, KeyPart, KeyProblem } from '@/lib/pgp/key'
import type { TextFinding } from './check'
import { type StoredSignature, WEAK_HASHES } from './read'
import type { SignedField } from './texts'
import type { Verdict } from './verdict'

/** An investigator as far as a signature asks: `key` is null where the stored text is no usable key, `problem` why. */
export type Holder = {
  id: MigId
  name: string
  fingerprint: string | null
  key: KeyFacts | null
  problem: KeyProblem | null
}

/** A row of `signatures` that holds this signature. */
export type ListedSigner = { id: MigId; name: string | null; fingerprint: string | null }

export type Judgement = { verdict: Verdict; sentence: string; notes: string[]; signer: Holder | null }

const FIELD_WORDS: Readonly<Record<SignedField, string>> = {
  name: 'name',
  target: 'target',
  validfrom: 'start of validity',
  expireafter: 'expiry',
  operations: 'operations',
}

/** The part of a key that has a key id. */
export function partOf(key: KeyFacts, keyId: string): KeyPart | null {
  // A version 4 fingerprint ends in the key id, a longer one begins with it.
  const idOf = ({ fingerprint }: KeyPart) =>
    fingerprint.length === 40 ? fingerprint.slice(-16) : fingerprint.slice(0, 16)
  return key.parts.find((part) => idOf(part) === keyId) ?? null
}

/** Whether two rows of investigators are one person: the same fingerprint, however it is written. */
export function samePerson(a: Pick<Holder, 'id' | 'fingerprint'>, b: Pick<Holder, 'id' | 'fingerprint'>): boolean {
  if (a.id === b.id) return true
  const fingerprint = normalFingerprint(a.fingerprint)
  return fingerprint !== null && fingerprint === normalFingerprint(b.fingerprint)
}

/** The verdict on a signature that no usable stored key can have made; `named` is who has its key id nevertheless. */
export function judgeWithoutKey(
  keyId: string | null,
  named: Holder | null,
  listed: readonly ListedSigner[],
): Judgement {
  if (keyId === null)
    return {
      verdict: 'unknown-key',
      sentence: 'The signature does not say which key made it, and MIG refuses such signatures.',
      notes: [],
      signer: null,
    }
  if (named) {
    const { problem } = named
    const why =
      problem === null
        ? 'No public key is stored for this investigator; once one is, the signature can be checked.'
        : problem === 'too-slow'
          ? 'The stored key could not be read in time. Load the page again.'
          : STORED_PROBLEM[problem]
    return {
      verdict: problem === 'too-slow' ? 'not-checked' : 'no-key',
      sentence: `Made by key ${keyId}, which is ${named.name}'s. ${why}`,
      notes: [],
      signer: named,
    }
  }
  const notes = listed.map(
    ({ name, id }) =>
      `The signatures table names ${name ?? `investigator ${id}`}, whose stored key is another one: it may have been replaced since.`,
  )
  return { verdict: 'unknown-key', sentence: `Made by key ${keyId}, which no investigator has.`, notes, signer: null }
}

/** The verdict on a signature whose text was looked for with the keys of `holders`, in that order. */
export function judge(
  signature: StoredSignature & { keyId: string },
  finding: TextFinding,
  holders: readonly Holder[],
  listed: readonly ListedSigner[],
): Judgement {
  const signer = ('key' in finding ? holders[finding.key] : holders[0]) ?? null
  const notes = signer?.key ? keyNotes(signature, signer, signer.key) : []
  const said = (verdict: Verdict, sentence: string): Judgement => ({ verdict, sentence, notes, signer })
  const who = signer?.name ?? 'this key'
  switch (finding.kind) {
    case 'row':
      return judgeMatch(signature, finding, signer, listed, said)
    case 'copy':
      return said(
        'text-changed',
        `${who} signed what the copy in the spool says. The row differs from it in ${words(finding.changed)}.`,
      )
    case 'changed':
      return said(
        'text-changed',
        finding.changed.length > 0
          ? `${who}'s key is known, but neither the row nor its copy in the spool is what was signed; they also differ from each other in ${words(finding.changed)}.`
          : `${who}'s key is known, but what it signed is not what the row says. The signature covers name, target, validity and operations: at least one of them is another than at signing.`,
      )
    case 'other-key':
      return said(
        'wrong-key',
        `The text is the one that was signed, but the stored key of ${who} did not make the signature: it has the same key id and is another key, or the signature is damaged.`,
      )
    case 'not-found':
      return said(
        'not-rebuilt',
        `${who}'s key is known, but no text that can be made from the row is what it signed. Times are signed to the nanosecond and stored to the microsecond; all possible ones were tried. Either the row was changed after signing, or its times lost more than that. A copy in the spool would decide it.`,
      )
    case 'refused':
      return said('not-checked', `The signature cannot be checked here: ${finding.message}`)
    case 'failed':
      return said(
        'not-checked',
        {
          slow: 'The check was stopped because it took too long.',
          busy: 'Too many signatures are being checked at this moment. Reload the page in a while.',
          broken: 'The process that checks signatures ended unexpectedly. Reload the page to try again.',
          'too-large': 'The operations are larger than 4 MB; they are not checked here.',
        }[finding.why],
      )
  }
}

function judgeMatch(
  { keyId }: StoredSignature & { keyId: string },
  { source, residues }: Extract<TextFinding, { kind: 'row' }>,
  signer: Holder | null,
  listed: readonly ListedSigner[],
  said: (verdict: Verdict, sentence: string) => Judgement,
): Judgement {
  const part = signer?.key && partOf(signer.key, keyId)
  const mayNotSign = part && part.capabilities.length > 0 && !part.capabilities.includes('sign')
  if (mayNotSign)
    return said(
      'wrong-key',
      `The text is unchanged, but this part of ${signer.name}'s key is not one for signing (${part.capabilities.join(', ')}): MIG refuses the signature.`,
    )
  const others = listed.filter((row) => signer && !samePerson(row, signer))
  if (signer && listed.length > 0 && others.length === listed.length)
    return said(
      'wrong-key',
      `The text is unchanged, but the key that signed it is ${signer.name}'s, not that of ${others.map((row) => row.name ?? `investigator ${row.id}`).join(', ')}, whom the signatures table names.`,
    )
  return said('valid', howFound(source.exact, source.format, residues))
}

function howFound(exact: boolean, format: string, residues: { from: number; until: number } | null): string {
  if (format !== 'A') return 'Checked over the row as it is stored.'
  if (exact) return 'Checked over the row, with the nanoseconds of the copy in the spool.'
  if (!residues) return 'Checked over the row.'
  const { from, until } = residues
  const off = (ns: number) => `${ns < 0 ? '−' : '+'}${Math.abs(ns)} ns`
  return `Checked over the row; the database keeps microseconds, and the signature proves the rest: ${from === until ? off(from) : `${off(from)} for the start of validity and ${off(until)} for the expiry`}.`
}

function keyNotes(signature: StoredSignature & { keyId: string }, holder: Holder, key: KeyFacts): string[] {
  const notes: string[] = []
  const part = partOf(key, signature.keyId)
  if (normalFingerprint(holder.fingerprint) !== key.fingerprint)
    notes.push(`The stored fingerprint of ${holder.name} is not that of the stored key.`)
  if (part?.kind === 'subkey') notes.push('Made with a signing subkey of this key.')
  if (part?.revoked || key.revoked)
    notes.push('The key has been revoked; MIG refuses revoked keys, so it would not accept this signature now.')
  const expires = part?.expires ?? key.expires
  if (expires && signature.at && Date.parse(expires) <= Date.parse(signature.at))
    notes.push('The key had expired when it signed; MIG does not look at that.')
  const weak = [
    ...(part && /^(RSA (512|768|1024|1536)|DSA)\b/.test(part.algorithm) ? [part.algorithm] : []),
    ...(WEAK_HASHES.has(signature.hashName) ? [signature.hashWord] : []),
  ]
  if (weak.length > 0)
    notes.push(`Weak by today's measure (${weak.join(', ')}). MIG accepts it, and so it counts here.`)
  if (signature.more) notes.push('More packets follow the signature; MIG reads the first one only.')
  return notes
}

function words(fields: readonly SignedField[]): string {
  const all = fields.map((field) => FIELD_WORDS[field])
  return all.length < 2 ? (all[0] ?? 'nothing that is compared') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}
