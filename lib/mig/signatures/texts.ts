import { goOperationsJson } from '@/lib/mig/wire/go-json'
import { type SignedTextFormat, signedText, signedTextParts } from '@/lib/mig/wire/signed-text'
import { goTimeString, type Instant, instantToNanos, nanosToInstant, roundToMicros } from '@/lib/mig/wire/time'
import type { Candidate } from './verifier'

/** The signed columns of a row of `actions`; times to the microsecond, null where no signature can be over them. */
export type SignedRow = {
  name: string
  target: string
  validfrom: Instant | null
  expireafter: Instant | null
  /** The column's text as stored. */
  operations: string | null
}

/** The signed fields of an action in a file of the spool; times to the nanosecond. */
export type SignedCopy = {
  name: string
  target: string
  validfrom: Instant
  expireafter: Instant
  operations: unknown
  /** Of the file's bytes. */
  digest: string
}

export const SIGNED_FIELDS = ['name', 'target', 'validfrom', 'expireafter', 'operations'] as const
export type SignedField = (typeof SIGNED_FIELDS)[number]

/** What a candidate is made of. `exact`: nothing of the text is guessed. */
export type CandidateSource = { of: 'row' | 'copy'; format: SignedTextFormat; exact: boolean }

export type Candidates = {
  candidates: Candidate[]
  sources: CandidateSource[]
  /** Whether the row's own text is among them with nothing guessed in any format that it may be in. */
  rowIsExact: boolean
}

/** Nanoseconds on either side of a stored microsecond: PostgreSQL rounds to the nearest (mig-domain 6.6). */
export const RESIDUE = 500
// Two clock readings of the scheduler lie 100 to 121 ns apart where they were seen; this reaches to about 300.
const APART_LIMIT = 600_000
// Larger operations are taken as stored: Go's other styles of numbers would cost more than they are likely to tell.
const MAX_PRINTED = 512 * 1024
const STYLES = [
  { numbers: 'go1.7' },
  { numbers: 'go1.7', tab: '\\t' },
  { numbers: 'go1.8' },
  { numbers: 'go1.8', tab: '\\u0009' },
] as const

/** The forms in which operations may have been signed: as stored, then as each style of Go's encoder prints them. */
export function operationsForms(stored: string | null): string[] {
  if (stored === null) return ['null']
  return [...new Set([stored, ...printed(stored)])]
}

function printed(text: string): string[] {
  if (text.length > MAX_PRINTED) return []
  try {
    return printedTree(JSON.parse(text))
  } catch {
    return []
  }
}

function printedTree(tree: unknown): string[] {
  try {
    return [...new Set(STYLES.map((style) => goOperationsJson(tree, style)))]
  } catch {
    return []
  }
}

/** The fields in which a row differs from a file, as far as a signature covers them and a database keeps them. */
export function changedFields(row: SignedRow, copy: SignedCopy): SignedField[] {
  const stored = printed(row.operations ?? 'null')
  const differs: Record<SignedField, boolean> = {
    name: row.name !== copy.name,
    target: row.target !== copy.target,
    validfrom: !isRounded(copy.validfrom, row.validfrom),
    expireafter: !isRounded(copy.expireafter, row.expireafter),
    operations:
      stored.length === 0
        ? !printedTree(copy.operations).includes(row.operations ?? '')
        : stored[0] !== printedTree(copy.operations)[0],
  }
  return SIGNED_FIELDS.filter((field) => differs[field])
}

function isRounded(exact: Instant, stored: Instant | null): boolean {
  if (stored === null) return false
  try {
    return instantToNanos(roundToMicros(exact)) === instantToNanos(stored)
  } catch {
    return false
  }
}

/**
 * All texts that a signature of this action may be over, likeliest first: formats B, C and A of the row, with the times of
 * the spool's copy where they are the row's, else with every nanosecond that the row may have lost; then the copy's own.
 * `twoClocks`: also times that do not share their nanoseconds, as in the scheduler's own kill actions.
 */
export function candidateTexts(row: SignedRow, copy: SignedCopy | null, { twoClocks = false } = {}): Candidates {
  const all: Candidates = { candidates: [], sources: [], rowIsExact: false }
  const add = (source: CandidateSource, candidate: Candidate) => {
    all.candidates.push(candidate)
    all.sources.push(source)
  }
  const { validfrom, expireafter } = row
  if (validfrom !== null && expireafter !== null) {
    const sameTimes = copy !== null && isRounded(copy.validfrom, validfrom) && isRounded(copy.expireafter, expireafter)
    const moments = sameTimes ? null : { from: nearby(validfrom), until: nearby(expireafter) }
    all.rowIsExact = sameTimes
    const forms = operationsForms(row.operations)
    for (const operations of forms) {
      const fields = { name: row.name, target: row.target, operations }
      for (const times of wholeSeconds(validfrom, expireafter))
        for (const format of ['B', 'C'] as const)
          add({ of: 'row', format, exact: true }, { kind: 'exact', text: signedText({ ...fields, ...times }, format) })
      if (sameTimes)
        add(
          { of: 'row', format: 'A', exact: true },
          { kind: 'exact', text: signedText({ ...fields, ...timesOf(copy) }, 'A') },
        )
      if (moments)
        add(
          { of: 'row', format: 'A', exact: false },
          { kind: 'search', ...signedTextParts(fields), ...moments, apart: null },
        )
    }
    if (twoClocks && moments)
      add(
        { of: 'row', format: 'A', exact: false },
        {
          kind: 'search',
          ...signedTextParts({ name: row.name, target: row.target, operations: forms[0] ?? 'null' }),
          ...moments,
          apart: { offset: withinSecond(instantToNanos(expireafter) - instantToNanos(validfrom)), limit: APART_LIMIT },
        },
      )
  }
  if (copy)
    for (const operations of printedTree(copy.operations))
      for (const format of ['B', 'C', 'A'] as const)
        add(
          { of: 'copy', format, exact: true },
          {
            kind: 'exact',
            text: signedText({ name: copy.name, target: copy.target, operations, ...timesOf(copy) }, format),
          },
        )
  return all
}

function timesOf({ validfrom, expireafter }: SignedCopy) {
  return { validfrom, expireafter }
}

// A moment in the last half microsecond of a second was rounded into the next one; the two times share their nanoseconds.
function wholeSeconds(validfrom: Instant, expireafter: Instant) {
  const times = [{ validfrom, expireafter }]
  const from = instantToNanos(validfrom)
  const until = instantToNanos(expireafter)
  if (from % SECOND === 0n && until % SECOND === 0n && from > 0n && until > 0n)
    times.push({ validfrom: nanosToInstant(from - SECOND), expireafter: nanosToInstant(until - SECOND) })
  return times
}

const SECOND = 1_000_000_000n

function nearby(stored: Instant): string[] {
  const base = instantToNanos(stored)
  const texts: string[] = []
  for (let residue = -RESIDUE; residue <= RESIDUE; residue++)
    try {
      texts.push(goTimeString(nanosToInstant(base + BigInt(residue))))
    } catch {
      // Past the last moment that Go prints with four digits of a year: a place is kept, so that the two lists fit.
      texts.push('')
    }
  return texts
}

/** The moments that the places of a search stand for, in nanoseconds off the stored ones. */
export function residueAt(place: number): number {
  return place - RESIDUE
}

// A difference of times without its whole seconds, in nanoseconds: the nearest to zero.
function withinSecond(nanos: bigint): number {
  const rest = Number(((nanos % SECOND) + SECOND) % SECOND)
  return rest > 500_000_000 ? rest - 1_000_000_000 : rest
}
