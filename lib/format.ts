// The only formatter of moments, numbers, sizes and durations. Zone and now are arguments; digits and the order of dates are as
// the viewer writes them, words and units are English, and exact moments look the same for everybody: they are compared and copied.
// Moments are RFC 3339 texts in UTC, their fraction as long as it was given.

import { type Conventions, conventions } from './conventions'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const RFC3339 = /^(\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?Z$/

/** Milliseconds since 1970 of an RFC 3339 UTC text, or null when it is not one. */
export function instantMillis(at: string): number | null {
  const match = RFC3339.exec(at)
  if (!match) return null
  const millis = Date.parse(`${at.slice(0, 19)}${(match[7] ?? '.0').slice(0, 4).padEnd(4, '0')}Z`)
  return Number.isNaN(millis) ? null : millis
}

const zones = new Map<string, Intl.DateTimeFormat | null>()

function zoneFormat(zone: string): Intl.DateTimeFormat | null {
  const known = zones.get(zone)
  if (known !== undefined) return known
  let made: Intl.DateTimeFormat | null = null
  try {
    made = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'short',
    })
  } catch {
    // A zone that this runtime does not know is no zone.
  }
  if (zones.size < 1000) zones.set(zone, made)
  return made
}

/** The zone's name when it is an IANA name that this runtime knows, else null. */
export function validZone(name: string | undefined): string | null {
  if (!name || !/^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/.test(name)) return null
  return zoneFormat(name) ? name : null
}

type Parts = { year: string; month: string; day: string; hour: string; minute: string; second: string; label: string }

function partsIn(millis: number, zone: string): Parts {
  const format = zoneFormat(zone) ?? zoneFormat('UTC')
  const found: Record<string, string> = {}
  for (const part of format?.formatToParts(millis) ?? []) found[part.type] = part.value
  return {
    year: (found.year ?? '').padStart(4, '0'),
    month: found.month ?? '',
    day: found.day ?? '',
    hour: found.hour ?? '',
    minute: found.minute ?? '',
    second: found.second ?? '',
    label: found.timeZoneName ?? 'UTC',
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Day and month in the viewer's order, with the year or what else stands behind: "15 Sep 2014", "Sep 15, 2014", "Sep 15 11:52". */
function dateText(
  { day, month, year }: Pick<Parts, 'day' | 'month' | 'year'>,
  behind?: string,
  { order } = conventions(),
): string {
  const name = MONTHS[Number(month) - 1] ?? month
  const dayAndMonth = order === 'dmy' ? `${Number(day)} ${name}` : `${name} ${Number(day)}`
  if (behind !== undefined) return `${dayAndMonth} ${behind}`
  if (order === 'ymd') return `${year} ${dayAndMonth}`
  return `${dayAndMonth}${order === 'mdy' ? ',' : ''} ${year}`
}

/** The exact moment in UTC with every digit that it has: "2014-09-15 21:18:09.235444 UTC". */
export function formatUtc(at: string): string {
  return instantMillis(at) === null ? at : `${at.slice(0, -1).replace('T', ' ')} UTC`
}

/** The moment to the second in a zone, with the zone's short name: "2014-09-16 02:48:09 GMT+5:30". */
export function formatInZone(at: string, zone: string): string {
  const millis = instantMillis(at)
  if (millis === null) return at
  const p = partsIn(millis, zone)
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second} ${p.label}`
}

/** A short form beside a relative one: "11:52" on the day of now, "15 Sep 11:52" in its year, else "15 Sep 2014". */
export function formatShort(at: string, { now, zone }: { now: string; zone: string }): string {
  const millis = instantMillis(at)
  if (millis === null) return at
  const p = partsIn(millis, zone)
  const today = partsIn(instantMillis(now) ?? millis, zone)
  if (p.year !== today.year) return dateText(p)
  const time = `${p.hour}:${p.minute}`
  return p.month === today.month && p.day === today.day ? time : dateText(p, time)
}

/** The day in a zone: "15 Sep 2014". */
export function formatDay(at: string, zone: string): string {
  const millis = instantMillis(at)
  if (millis === null) return at
  return dateText(partsIn(millis, zone))
}

/** The time of day in a zone with its short name: "12:04:31 UTC". */
export function formatClock(at: string, zone: string): string {
  const millis = instantMillis(at)
  if (millis === null) return at
  const p = partsIn(millis, zone)
  return `${p.hour}:${p.minute}:${p.second} ${p.label}`
}

/** What stands on a moment's hover: the exact UTC, and the viewer's zone when it is another. */
export function formatExact(at: string, zone: string): string {
  return zone === 'UTC' || instantMillis(at) === null ? formatUtc(at) : `${formatUtc(at)}\n${formatInZone(at, zone)}`
}

/** The distance in one unit: "12 s", "3 min", "47 h", "12 d", "5 months", "3 years". Takes milliseconds of either sign. */
export function formatAge(millis: number): string {
  const age = Math.abs(millis)
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s`
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`
  if (age < 48 * HOUR) return `${Math.floor(age / HOUR)} h`
  if (age < 62 * DAY) return `${Math.floor(age / DAY)} d`
  const months = Math.floor(age / (DAY * 30.4375))
  return months < 24 ? `${months} months` : `${Math.floor(age / (DAY * 365.25))} years`
}

/** "3 h ago", "in 5 min", "just now" (less than a second either way). */
export function formatRelative(at: string, now: string): string {
  const then = instantMillis(at)
  const base = instantMillis(now)
  if (then === null || base === null) return at
  const age = base - then
  if (Math.abs(age) < SECOND) return 'just now'
  return age > 0 ? `${formatAge(age)} ago` : `in ${formatAge(age)}`
}

/** A span in its two greatest units: "350 ms", "4.2 s", "3 min 20 s", "2 h 5 min", "3 d 4 h". Takes milliseconds. */
export function formatDuration(millis: number): string {
  if (!Number.isFinite(millis)) return '–'
  const sign = millis < 0 ? '−' : ''
  const span = Math.abs(millis)
  if (span < SECOND) return `${sign}${span < 10 && span > 0 ? fraction(span, span < 1 ? 3 : 1) : Math.round(span)} ms`
  if (span < 59_950) return `${sign}${fraction(span / SECOND, span < 10 * SECOND ? 1 : 0)} s`
  const two = (great: number, greatName: string, small: number, smallName: string) => {
    const whole = Math.round(span / small)
    const per = great / small
    const rest = whole % per
    return `${sign}${formatNumber(Math.floor(whole / per))} ${greatName}${rest ? ` ${rest} ${smallName}` : ''}`
  }
  if (span < HOUR - SECOND / 2) return two(MINUTE, 'min', SECOND, 's')
  if (span < DAY - MINUTE / 2) return two(HOUR, 'h', MINUTE, 'min')
  return two(DAY, 'd', HOUR, 'h')
}

/** At most so many digits behind the decimal sign, without zeros at the end. */
function fraction(value: number, digits: number): string {
  const [whole = '', rest = ''] = value.toFixed(digits).split('.')
  const kept = rest.replace(/0+$/, '')
  return kept ? `${whole}${conventions().decimal}${kept}` : whole
}

/** Digits in the viewer's groups: "1,234,567". A text of digits of any length keeps every digit. */
export function formatNumber(value: number | bigint | string): string {
  const text = typeof value === 'number' ? decimalText(value) : String(value)
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (!match) return text
  return `${match[1] ? '−' : ''}${groups(match[2] ?? '')}${match[3] ? `${conventions().decimal}${match[3]}` : ''}`
}

function groups(digits: string, { group, further, grouped } = conventions()): string {
  if (digits.length < grouped) return digits
  const head = digits.slice(0, -3)
  const before = further === 2 ? head.replace(/\B(?=(\d{2})+$)/g, group) : head.replace(/\B(?=(\d{3})+$)/g, group)
  return before ? `${before}${group}${digits.slice(-3)}` : digits
}

function decimalText(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return Number.isInteger(value) ? BigInt(value).toString() : String(value)
}

/** "1 command", "4,200 commands". */
export function formatCount(count: number | bigint | string, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${String(count) === '1' ? one : many}`
}

/** At most four signs, for a badge: "999", "1.2k", "34k", "1.2M". Cuts, never rounds up. */
export function formatCompact(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size < 1000) return formatNumber(value)
  const [unit, name] = size < 1e6 ? [1e3, 'k'] : size < 1e9 ? [1e6, 'M'] : [1e9, 'G']
  const whole = value / unit
  const digits = Math.abs(whole) < 10 ? fraction(Math.trunc(whole * 10) / 10, 1) : Math.trunc(whole)
  return `${digits}${name}`.replace('-', '−')
}

/** A share of a whole: "0 %", "<1 %", "42 %", ">99 %", "100 %"; a dash when the whole is nothing. */
export function formatPercent(part: number, whole: number): string {
  if (!(whole > 0) || !Number.isFinite(part)) return '–'
  const share = (100 * part) / whole
  if (share > 0 && share < 1) return '<1 %'
  if (share > 99 && share < 100) return '>99 %'
  return `${Math.round(share)} %`
}

/** "312 B", "1.4 kB", "23 MB" (thousands). */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return '–'
  if (bytes < 1000) return `${formatNumber(bytes)} B`
  let size = bytes
  for (const unit of ['kB', 'MB', 'GB', 'TB']) {
    size /= 1000
    if (size < 999.5 || unit === 'TB')
      return `${size < 9.95 ? fraction(size, 1) : formatNumber(Math.round(size))} ${unit}`
  }
  return '–'
}

/** How somebody with these conventions writes, by an example: "1,234,567.8 · 31 Dec 2026". */
export function formatSample(of: Conventions): string {
  return `${groups('1234567', of)}${of.decimal}8 · ${dateText({ day: '31', month: '12', year: '2026' }, undefined, of)}`
}
