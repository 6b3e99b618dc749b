import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseGoDuration } from './duration'

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
