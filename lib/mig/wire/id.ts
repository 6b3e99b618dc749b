import { type GoNumbers, goNumber } from './go-json'

declare const idBrand: unique symbol

/** An id of MIG: decimal digits without leading zeros, 1 to 20 of them. Never a JavaScript number (design 4). */
export type MigId = string & { readonly [idBrand]: true }

const MAX_DIGITS = 20
const DB_DECIMALS = '.00000000000000000'

/** The id in an exact decimal text, with or without a zero fraction as PostgreSQL prints it; else null. */
export function parseId(text: string): MigId | null {
  const match = /^(0|[1-9]\d*)(?:\.0+)?$/.exec(text)
  const digits = match?.[1]
  return digits && digits.length <= MAX_DIGITS ? branded(digits) : null
}

/**
 * The id in any of the four forms of mig-domain 3.1, blanks around it allowed. `exact: false` means that the text is a
 * rounded double: `id` is then that double, and a stored id is a match when `sameDouble`.
 */
export function readIdText(text: string): { id: MigId; exact: boolean } | null {
  const trimmed = text.trim()
  const exact = parseId(trimmed)
  if (exact) {
    const double = doubleOf(trimmed)
    const isPadded = double !== null && double !== exact && String(Number(trimmed)) === exact
    return isPadded ? { id: double, exact: false } : { id: exact, exact: true }
  }
  if (!/^\d(?:\.\d{1,30})?[eE]\+?\d{1,2}$/.test(trimmed)) return null
  const double = doubleOf(trimmed)
  return double && { id: double, exact: Number.isSafeInteger(Number(trimmed)) }
}

/**
 * The id in a number of MIG's JSON: what JSON.parse made of it, or, for all digits of the old uint64 ids, its text.
 * null for 0, which means "none" in a file (design 4), and for what is no id.
 */
export function idFromGoJson(value: unknown): MigId | null {
  const id =
    typeof value === 'number' ? doubleOf(value) : typeof value === 'string' ? (readIdText(value)?.id ?? null) : null
  return id === '0' ? null : id
}

/** The id as MIG prints it in JSON: `6.059408362783471e+18` up to Go 1.7, `6059408362783471000` later. */
export function idToGoJson(id: MigId, numbers: GoNumbers): string {
  return goNumber(Number(id), numbers)
}

/** The id with the 17 zero decimals that MIG's PostgreSQL driver of 2014 stored. */
export function idToDbText(id: MigId): string {
  return id + DB_DECIMALS
}

/** Whether two ids are the same double, so that MIG's JSON cannot tell them apart. */
export function sameDouble(a: MigId, b: MigId): boolean {
  return Number(a) === Number(b)
}

/** Whether the id can have been made by the float generator of 2014-06 to 2015-02 (mig-domain 3.1). */
export function isMultipleOf1024(id: MigId): boolean {
  return BigInt(id) % 1024n === 0n
}

/** Negative, 0 or positive: the numeric order of two ids. */
export function compareIds(a: MigId, b: MigId): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}

/** The id of an integer from 0 to 20 digits. Throws RangeError outside of that. */
export function idFromBigInt(value: bigint): MigId {
  const id = parseId(String(value))
  if (!id) throw new RangeError(`not an id: ${value}`)
  return id
}

const seconds = (text: string): bigint => BigInt(Date.parse(text) / 1000)

// The generators of mig-domain 3.1 by the numbers that they give; the ranges do not meet.
const EPOCH_2015 = seconds('2013-04-29T18:00:00Z')
const SHIFTED_FROM = (seconds('2015-07-01T00:00:00Z') - EPOCH_2015) << 16n
const SHIFTED_UNTIL = 2n ** 53n
const NANOSECONDS_FROM = seconds('2015-02-01T00:00:00Z') * 1_000_000_000n
const NANOSECONDS_UNTIL = seconds('2100-01-01T00:00:00Z') * 1_000_000_000n
const HIGH_SECONDS_FROM = seconds('2013-01-01T00:00:00Z') << 32n
const HIGH_SECONDS_UNTIL = 2n ** 64n

/** The ranges of `idCreatedAt` for its twin in SQL: a moment is `div(id, unit) / perSecond + offset` in Unix seconds. */
export const ID_CLOCKS: readonly { from: string; until: string; unit: string; perSecond: string; offset: string }[] = [
  { from: HIGH_SECONDS_FROM, until: HIGH_SECONDS_UNTIL, unit: 1n << 32n, perSecond: 1n, offset: 0n },
  { from: NANOSECONDS_FROM, until: NANOSECONDS_UNTIL, unit: 1_000_000n, perSecond: 1000n, offset: 0n },
  { from: SHIFTED_FROM, until: SHIFTED_UNTIL, unit: 1n << 16n, perSecond: 1n, offset: EPOCH_2015 },
].map(({ from, until, unit, perSecond, offset }) => ({
  from: String(from),
  until: String(until),
  unit: String(unit),
  perSecond: String(perSecond),
  offset: String(offset),
}))

/**
 * When the id was made, as far as its generator put the time into it (mig-domain 3.1): whole seconds but for the
 * nanosecond ids of 2015. null for numbers that no generator of MIG gives, such as 1 or 2 of a sequence.
 */
export function idCreatedAt(id: MigId): Date | null {
  const n = BigInt(id)
  if (n >= HIGH_SECONDS_FROM && n < HIGH_SECONDS_UNTIL) return new Date(Number(n >> 32n) * 1000)
  if (n >= NANOSECONDS_FROM && n < NANOSECONDS_UNTIL) return new Date(Number(n / 1_000_000n))
  if (n >= SHIFTED_FROM && n < SHIFTED_UNTIL) return new Date(Number((n >> 16n) + EPOCH_2015) * 1000)
  return null
}

function doubleOf(value: number | string): MigId | null {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0) return null
  const digits = String(BigInt(number))
  return digits.length <= MAX_DIGITS ? branded(digits) : null
}

function branded(digits: string): MigId {
  return digits as MigId
}
