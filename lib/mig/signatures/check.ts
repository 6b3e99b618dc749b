import { createHash } from 'node:crypto'
import type { StoredSignature } from './read'
import {
  type CandidateSource,
  candidateTexts,
  changedFields,
  residueAt,
  type SignedCopy,
  type SignedField,
  type SignedRow,
} from './texts'
import type { CheckFailure, Verifier } from './verifier'

/** What is known of the text that a signature is over; `key` is the place of the key that made it. */
export type TextFinding =
  | { kind: 'row'; key: number; source: CandidateSource; residues: { from: number; until: number } | null }
  /** Only the copy in the spool carries the signed text. */
  | { kind: 'copy'; key: number; changed: SignedField[] }
  /** The text is the signed one as far as its digest tells, and the key did not make the signature. */
  | { kind: 'other-key' }
  /** The text is known to the last digit and is not the signed one. */
  | { kind: 'changed'; changed: SignedField[] }
  | { kind: 'not-found' }
  | { kind: 'refused'; message: string }
  | { kind: 'failed'; why: CheckFailure | 'too-large' }

export type TextQuestion = {
  signature: StoredSignature & { keyId: string }
  /** Armored public keys that hold the key id, likeliest first. */
  keys: string[]
  row: SignedRow
  copy: SignedCopy | null
  twoClocks: boolean
  /** The action's MIG can have signed in format A, the one with times to the nanosecond. */
  mayBeFormatA: boolean
}

const MAX_OPERATIONS = 4 * 1024 * 1024
const MAX_KEPT = 5_000
const FAILURE_MS = 30_000

type Kept = { until: number; finding: Promise<TextFinding> }
const kept = new Map<string, Kept>()

/** Which text a signature is over, by the verifier; the same question is asked once, a failed check again after a while. */
export function findSignedText(question: TextQuestion, by: Verifier): Promise<TextFinding> {
  const { signature, copy, ...rest } = question
  const name = createHash('sha256')
    .update(JSON.stringify([Buffer.from(signature.stream).toString('base64'), signature.keyId, copy?.digest, rest]))
    .digest('base64')
  const known = kept.get(name)
  if (known && known.until > Date.now()) return known.finding
  const entry: Kept = { until: Number.POSITIVE_INFINITY, finding: find(question, by) }
  entry.finding.then(
    (finding) => {
      if (finding.kind === 'failed') entry.until = Date.now() + FAILURE_MS
    },
    () => kept.delete(name),
  )
  kept.delete(name)
  kept.set(name, entry)
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value as string)
  return entry.finding
}

async function find(question: TextQuestion, by: Verifier): Promise<TextFinding> {
  const { signature, keys, row, copy, twoClocks, mayBeFormatA } = question
  if ((row.operations?.length ?? 0) > MAX_OPERATIONS) return { kind: 'failed', why: 'too-large' }
  const { candidates, sources, rowIsExact } = candidateTexts(row, copy, { twoClocks })
  const answer = await by.check({
    stream: signature.stream,
    hash: signature.hashName,
    isText: signature.type === 1,
    trailer: signature.trailer,
    left16: signature.left16,
    keyId: signature.keyId,
    keys,
    candidates,
  })
  if (!answer.ok) return { kind: 'failed', why: answer.why }
  const { match, alike, trouble } = answer.reply
  const source = match && sources[match.candidate]
  if (match && source?.of === 'row') {
    const { from, until } = match
    const residues = from === null || until === null ? null : { from: residueAt(from), until: residueAt(until) }
    return { kind: 'row', key: match.key, source, residues }
  }
  if (match && copy) return { kind: 'copy', key: match.key, changed: changedFields(row, copy) }
  if (trouble !== null) return { kind: 'refused', message: trouble }
  if (alike.some((place) => sources[place]?.of === 'row')) return { kind: 'other-key' }
  if (copy) return { kind: 'changed', changed: changedFields(row, copy) }
  return rowIsExact || !mayBeFormatA ? { kind: 'changed', changed: [] } : { kind: 'not-found' }
}
