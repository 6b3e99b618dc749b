import { describe, expect, test } from 'vitest'
import {
  formatAge,
  formatBytes,
  formatClock,
  formatCompact,
  formatCount,
  formatDay,
  formatDuration,
  formatExact,
  formatInZone,
  formatNumber,
  formatPercent,
  formatRelative,
  formatShort,
  formatUtc,
  instantMillis,
  validZone,
} from './format'

const AT = '2014-09-15T21:18:09.235444Z'

describe('moments', () => {
  test('the time zone of the process is not UTC, so that a forgotten zone shows', () => {
    expect(new Date(2014, 0, 1).getTimezoneOffset()).toBe(-330)
  })

  test('reads milliseconds and cuts what is finer', () => {
    expect(instantMillis(AT)).toBe(Date.UTC(2014, 8, 15, 21, 18, 9, 235))
    expect(instantMillis('2014-09-15T21:18:09Z')).toBe(Date.UTC(2014, 8, 15, 21, 18, 9))
    expect(instantMillis('2014-09-15T21:18:09.9Z')).toBe(Date.UTC(2014, 8, 15, 21, 18, 9, 900))
    expect(instantMillis('2014-09-15T21:18:09.999999999Z')).toBe(Date.UTC(2014, 8, 15, 21, 18, 9, 999))
  })

  test.each(['', 'yesterday', '2014-09-15 21:18:09', '2014-13-01T00:00:00Z', '2014-09-15T21:18:09+02:00'])(
    '%j is no moment and is shown as it is',
    (text) => {
      expect(instantMillis(text)).toBeNull()
      expect(formatUtc(text)).toBe(text)
      expect(formatInZone(text, 'UTC')).toBe(text)
      expect(formatRelative(text, AT)).toBe(text)
      expect(formatShort(text, { now: AT, zone: 'UTC' })).toBe(text)
    },
  )

  test('UTC keeps every digit', () => {
    expect(formatUtc(AT)).toBe('2014-09-15 21:18:09.235444 UTC')
    expect(formatUtc('2014-09-15T00:00:00Z')).toBe('2014-09-15 00:00:00 UTC')
  })

  test('a zone changes day and names itself, also where it moves its clocks', () => {
    expect(formatInZone(AT, 'Asia/Kolkata')).toBe('2014-09-16 02:48:09 GMT+5:30')
    expect(formatInZone(AT, 'UTC')).toBe('2014-09-15 21:18:09 UTC')
    expect(formatInZone('2014-01-15T12:00:00Z', 'Europe/Berlin')).toMatch(/^2014-01-15 13:00:00 /)
    expect(formatInZone('2014-07-15T12:00:00Z', 'Europe/Berlin')).toMatch(/^2014-07-15 14:00:00 /)
    expect(formatInZone('2014-07-15T00:00:00Z', 'UTC')).toBe('2014-07-15 00:00:00 UTC')
  })

  test('a zone that does not exist is UTC', () => {
    expect(formatInZone(AT, 'Mars/Olympus')).toBe('2014-09-15 21:18:09 UTC')
  })

  test('the hover has UTC first and the viewer second', () => {
    expect(formatExact(AT, 'UTC')).toBe('2014-09-15 21:18:09.235444 UTC')
    expect(formatExact(AT, 'Asia/Kolkata')).toBe('2014-09-15 21:18:09.235444 UTC\n2014-09-16 02:48:09 GMT+5:30')
  })

  test('the short form says as much as is needed', () => {
    const now = '2014-09-15T23:59:00Z'
    expect(formatShort(AT, { now, zone: 'UTC' })).toBe('21:18')
    expect(formatShort(AT, { now: '2014-09-16T00:00:00Z', zone: 'UTC' })).toBe('15 Sep 21:18')
    expect(formatShort(AT, { now: '2015-01-01T00:00:00Z', zone: 'UTC' })).toBe('15 Sep 2014')
    expect(formatShort(AT, { now, zone: 'Asia/Kolkata' })).toBe('02:48')
  })

  test('day and time of day', () => {
    expect(formatDay(AT, 'Asia/Kolkata')).toBe('16 Sep 2014')
    expect(formatClock(AT, 'UTC')).toBe('21:18:09 UTC')
  })

  test.each([
    [0, 'just now'],
    [999, 'just now'],
    [1000, '1 s ago'],
    [59_999, '59 s ago'],
    [60_000, '1 min ago'],
    [3_599_999, '59 min ago'],
    [3_600_000, '1 h ago'],
    [47.9 * 3_600_000, '47 h ago'],
    [48 * 3_600_000, '2 d ago'],
    [61.9 * 86_400_000, '61 d ago'],
    [62 * 86_400_000, '2 months ago'],
    [700 * 86_400_000, '22 months ago'],
    [740 * 86_400_000, '2 years ago'],
    [-5 * 60_000, 'in 5 min'],
    [-999, 'just now'],
  ])('%d ms old is %j', (age, words) => {
    const now = new Date(Date.UTC(2020, 0, 1) + age).toISOString()
    expect(formatRelative('2020-01-01T00:00:00Z', now)).toBe(words)
  })

  test('an age has no direction', () => {
    expect(formatAge(-90_000)).toBe('1 min')
  })

  test.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['Etc/GMT+3', 'Etc/GMT+3'],
    ['UTC', 'UTC'],
    ['Mars/Olympus', null],
    ['', null],
    [undefined, null],
    ['+05:30', null],
    ['<script>', null],
    ['a'.repeat(70), null],
  ])('zone %j is %j', (name, zone) => {
    expect(validZone(name)).toBe(zone)
  })
})

describe('spans', () => {
  test.each([
    [0, '0 ms'],
    [0.0421, '0.042 ms'],
    [4.25, '4.3 ms'],
    [350, '350 ms'],
    [999, '999 ms'],
    [1000, '1 s'],
    [4234, '4.2 s'],
    [59_900, '60 s'],
    [59_990, '1 min'],
    [200_000, '3 min 20 s'],
    [3_599_700, '1 h'],
    [7_500_000, '2 h 5 min'],
    [86_400_000, '1 d'],
    [3 * 86_400_000 + 4 * 3_600_000, '3 d 4 h'],
    [-200_000, '−3 min 20 s'],
    [Number.NaN, '–'],
  ])('%d ms is %j', (millis, words) => {
    expect(formatDuration(millis)).toBe(words)
  })
})

describe('numbers', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [-1234567, '−1,234,567'],
    [1234.5, '1,234.5'],
    [12345678901234567890n, '12,345,678,901,234,567,890'],
    ['6059408362783470592', '6,059,408,362,783,470,592'],
    [1e21, '1,000,000,000,000,000,000,000'],
    [Number.POSITIVE_INFINITY, '–'],
    ['n/a', 'n/a'],
  ])('%s is %j', (value, words) => {
    expect(formatNumber(value)).toBe(words)
  })

  test('counts have their noun', () => {
    expect(formatCount(1, 'command')).toBe('1 command')
    expect(formatCount('1', 'command')).toBe('1 command')
    expect(formatCount(0, 'command')).toBe('0 commands')
    expect(formatCount(4200, 'match', 'matches')).toBe('4,200 matches')
  })

  test.each([
    [999, '999'],
    [1000, '1k'],
    [1999, '1.9k'],
    [34_999, '34k'],
    [999_999, '999k'],
    [1_250_000, '1.2M'],
    [-1500, '−1.5k'],
  ])('%d is %j in short', (value, words) => {
    expect(formatCompact(value)).toBe(words)
  })

  test.each([
    [0, 10, '0 %'],
    [1, 1000, '<1 %'],
    [42, 100, '42 %'],
    [999, 1000, '>99 %'],
    [1000, 1000, '100 %'],
    [0, 0, '–'],
  ])('%d of %d is %j', (part, whole, words) => {
    expect(formatPercent(part, whole)).toBe(words)
  })

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1449, '1.4 kB'],
    [9960, '10 kB'],
    [999_600, '1 MB'],
    [23_400_000, '23 MB'],
    [4_200_000_000_000, '4.2 TB'],
    [4_200_000_000_000_000, '4,200 TB'],
  ])('%d bytes are %j', (bytes, words) => {
    expect(formatBytes(bytes)).toBe(words)
  })
})
