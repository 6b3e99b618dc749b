declare const instantBrand: unique symbol

/** A moment as RFC 3339 text in UTC, ending in `Z`, with 0 to 9 digits of a second's fraction, years 0000 to 9999. */
export type Instant = string & { readonly [instantBrand]: true }

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/
const POSTGRES =
  /^(\d{4,6})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?)( BC)?$/
const NANOS = 1_000_000_000n

/** The moment of an RFC 3339 text of any offset, nanoseconds kept, further digits cut; null when it is none. */
export function parseRfc3339(text: string): Instant | null {
  const match = RFC_3339.exec(text)
  if (!match) return null
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHours = '0', offsetMinutes = '0'] = match
  const seconds = epochSeconds(year, month, day, hour, minute, second)
  if (seconds === null || Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return null
  const offset = Number(offsetHours) * 3600 + Number(offsetMinutes) * 60
  return fromParts(sign === '-' ? seconds + offset : seconds - offset, fraction)
}

/**
 * The moment of a timestamptz as PostgreSQL prints it (`2014-09-15 21:18:09.235444+00`); null for everything that
 * means "not yet" (years below 100 or above 9000, BC, infinity) and for what is no timestamp.
 */
export function instantFromPostgres(text: string): Instant | null {
  const reading = readPostgres(text)
  return reading === 'far' || reading === null || isFar(reading) ? null : reading
}

/**
 * Whether the text, RFC 3339 or PostgreSQL's, is a date that MIG writes for "not yet": year below 100 or above 9000,
 * also BC and infinity (mig-domain 0.5). false for what is no date at all.
 */
export function isNotYet(text: string): boolean {
  const reading = parseRfc3339(text) ?? readPostgres(text)
  return reading === 'far' || (reading !== null && isFar(reading))
}

/** Nanoseconds since 1970-01-01T00:00:00Z. */
export function instantToNanos(instant: Instant): bigint {
  const { seconds, fraction } = partsOf(instant)
  return BigInt(seconds) * NANOS + BigInt(fraction.padEnd(9, '0'))
}

/** The moment so many nanoseconds after 1970, fraction without trailing zeros. RangeError outside years 0 to 9999. */
export function nanosToInstant(nanos: bigint): Instant {
  const rest = ((nanos % NANOS) + NANOS) % NANOS
  const fraction = String(rest).padStart(9, '0').replace(/0+$/, '')
  const instant = fromParts(Number((nanos - rest) / NANOS), fraction)
  if (!instant) throw new RangeError('a moment outside of the years 0 to 9999')
  return instant
}

/** The moment as a Date: milliseconds, further digits cut. */
export function instantToDate(instant: Instant): Date {
  const { seconds, fraction } = partsOf(instant)
  return new Date(seconds * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3)))
}

/** The moment of a Date. RangeError for an invalid one and outside the years 0 to 9999. */
export function dateToInstant(date: Date): Instant {
  if (Number.isNaN(date.getTime())) throw new RangeError('an invalid Date')
  return nanosToInstant(BigInt(date.getTime()) * 1_000_000n)
}

/** Whole Unix seconds, rounded down as Go's Unix() gives them. */
export function instantToUnixSeconds(instant: Instant): number {
  return partsOf(instant).seconds
}

/** The moment as PostgreSQL stores it: nearest microsecond, by its own arithmetic; fraction without trailing zeros. RangeError past year 9999. */
export function roundToMicros(instant: Instant): Instant {
  const { seconds, fraction } = partsOf(instant)
  const micros = roundHalfEven(Number(`0.${fraction || '0'}`) * 1_000_000)
  return nanosToInstant(BigInt(seconds) * NANOS + BigInt(micros) * 1000n)
}

/** Go's default text of a UTC time, part of signed text format A: `2014-09-15 21:18:09.2354 +0000 UTC`. */
export function goTimeString(instant: Instant): string {
  const { fraction } = partsOf(instant)
  const digits = fraction.replace(/0+$/, '')
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)}${digits && `.${digits}`} +0000 UTC`
}

/** Negative, 0 or positive: the order of two moments, whatever the number of their decimals. */
export function compareInstants(a: Instant, b: Instant): number {
  const x = a.slice(0, 19)
  const y = b.slice(0, 19)
  if (x !== y) return x < y ? -1 : 1
  return Number(partsOf(a).fraction.padEnd(9, '0')) - Number(partsOf(b).fraction.padEnd(9, '0'))
}

function isFar(instant: Instant): boolean {
  const year = Number(instant.slice(0, 4))
  return year < 100 || year > 9000
}

// 'far' is a timestamp that PostgreSQL can hold and an Instant cannot.
function readPostgres(text: string): Instant | 'far' | null {
  if (text === 'infinity' || text === '-infinity') return 'far'
  const match = POSTGRES.exec(text)
  if (!match) return null
  const [, year, month, day, hour, minute, second, fraction, sign, h = '0', m = '0', s = '0', bc] = match
  if (Number(h) > 23 || Number(m) > 59 || Number(s) > 59) return null
  if (bc || Number(year) > 9999) return 'far'
  const seconds = epochSeconds(year, month, day, hour, minute, second)
  if (seconds === null) return null
  const offset = Number(h) * 3600 + Number(m) * 60 + Number(s)
  return fromParts(sign === '-' ? seconds + offset : seconds - offset, fraction) ?? 'far'
}

function epochSeconds(...fields: (string | undefined)[]): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields.map(Number)
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return null
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCDate() !== day) return null
  return date.getTime() / 1000 + hour * 3600 + minute * 60 + second
}

const FIRST_SECOND = Date.parse('0000-01-01T00:00:00Z') / 1000
const LAST_SECOND = Date.parse('9999-12-31T23:59:59Z') / 1000

function fromParts(seconds: number, fraction: string | undefined): Instant | null {
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return null
  const digits = fraction?.slice(0, 9)
  return branded(`${new Date(seconds * 1000).toISOString().slice(0, 19)}${digits ? `.${digits}` : ''}Z`)
}

function partsOf(instant: Instant): { seconds: number; fraction: string } {
  return { seconds: Date.parse(`${instant.slice(0, 19)}Z`) / 1000, fraction: instant.slice(20, -1) }
}

// C's rint, which PostgreSQL applies to the fraction of a second.
function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

function branded(text: string): Instant {
  return text as Instant
}
