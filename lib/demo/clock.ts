// Moments of the demo are whole microseconds since 1970 as a number (exact until the year 2255),
// the precision that PostgreSQL keeps. Signed texts need nanoseconds: those are bigints.

export type Micros = number

export const SECOND = 1_000_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** MIG's "not yet" and Go's zero time as PostgreSQL takes them. */
export const NOT_YET = '9998-01-11 11:11:11+00'
export const ZERO_TIME = '0001-01-01 00:00:00+00'

/** MIG's "not yet" and Go's zero time as Go prints them in JSON. */
export const NOT_YET_JSON = '9998-01-11T11:11:11.000000011Z'
export const ZERO_TIME_JSON = '0001-01-01T00:00:00Z'

/** The moment as PostgreSQL reads it, with six decimals, UTC. */
export function pgTime(moment: Micros): string {
  const iso = new Date(Math.floor(moment / 1000)).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}.${String(moment % SECOND).padStart(6, '0')}+00`
}

/** The moment as Go's encoder prints it: RFC 3339, UTC, trailing zeros of the fraction left out. */
export function goTime(moment: Micros): string {
  return goTimeOfNanos(BigInt(moment) * 1000n)
}

/** Nanoseconds since 1970 as Go's encoder prints them. */
export function goTimeOfNanos(nanos: bigint): string {
  const iso = new Date(Number(nanos / 1_000_000n)).toISOString()
  const fraction = String(nanos % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${iso.slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`
}

/** Nanoseconds rounded to the microsecond that PostgreSQL stores. */
export function nanosToMicros(nanos: bigint): Micros {
  return Number((nanos + 500n) / 1000n)
}
