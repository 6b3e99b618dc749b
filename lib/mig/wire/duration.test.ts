import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatGoDuration, parseGoDuration } from './duration'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('parseGoDuration', () => {
  test.each([
    ['1h20m', 80 * MINUTE],
    ['60s', MINUTE],
    ['72h', 72 * HOUR],
    ['1.5h', 90 * MINUTE],
    ['300ms', 300],
    ['595.053µs', 0.595053],
    ['595.053μs', 0.595053],
    ['595.053us', 0.595053],
    ['4.67603983s', 4676.03983],
    ['1h2m3.5s', HOUR + 2 * MINUTE + 3500],
    ['3s1h', HOUR + 3000],
    ['1ns', 0.000001],
    ['1.s', 1000],
    ['.5s', 500],
    ['-5m', -5 * MINUTE],
    ['+5m', 5 * MINUTE],
    ['0', 0],
    ['0s', 0],
    ['-0s', 0],
    ['2562047h47m16.854775807s', 9223372036854.775],
  ])('%s is %d ms', (text, expected) => {
    expect(parseGoDuration(text)).toBe(expected)
  })

  test.each([
    '',
    '60',
    '5.5',
    '-',
    '+-5s',
    's',
    '.s',
    '1d',
    '1 h',
    ' 1h',
    '1h ',
    '1H',
    '1,5h',
    '1e3s',
    '1h20',
    '5 minutes',
    '2562047h47m16.854775808s',
    '99999999999999999999999h',
  ])('refuses %j', (text) => {
    expect(parseGoDuration(text)).toBeNull()
  })

  test('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-+]?[0-9.hmsuµn]{0,60}$/)), (text) => {
        const milliseconds = parseGoDuration(text)
        expect(milliseconds === null || Number.isFinite(milliseconds)).toBe(true)
      }),
    )
  })
})

describe('formatGoDuration', () => {
  test.each([
    [0, '0s'],
    [0.000001, '1ns'],
    [0.0011, '1.1µs'],
    [0.595053, '595.053µs'],
    [2.2, '2.2ms'],
    [300, '300ms'],
    [4676.03983, '4.67603983s'],
    [60_000, '1m0s'],
    [80 * MINUTE, '1h20m0s'],
    [72 * HOUR, '72h0m0s'],
    [HOUR + 1.5, '1h0m0.0015s'],
    [-1500, '-1.5s'],
  ])('%d ms is %s', (milliseconds, expected) => {
    expect(formatGoDuration(milliseconds)).toBe(expected)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e13])('refuses %d', (milliseconds) => {
    expect(() => formatGoDuration(milliseconds)).toThrow(RangeError)
  })

  test('is read back to the nanosecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), (nanos) => {
        const milliseconds = parseGoDuration(formatGoDuration(nanos / 1e6))
        expect(milliseconds === null ? null : Math.round(milliseconds * 1e6) - nanos).toBe(0)
      }),
    )
  })
})
