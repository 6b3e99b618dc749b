import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compareInstants,
  dateToInstant,
  goTimeString,
  type Instant,
  instantFromPostgres,
  instantToDate,
  instantToNanos,
  instantToUnixSeconds,
  isNotYet,
  nanosToInstant,
  parseRfc3339,
  roundToMicros,
} from './time'

const FIRST = BigInt(Date.parse('0000-01-01T00:00:00Z')) * 1_000_000n
const LAST = BigInt(Date.parse('9999-12-31T23:59:59Z')) * 1_000_000n
const nanos = fc.bigInt({ min: FIRST, max: LAST })
const instant = nanos.map(nanosToInstant)

function at(text: string): Instant {
  const parsed = parseRfc3339(text)
  if (!parsed) throw new Error(`not RFC 3339: ${text}`)
  return parsed
}

describe('parseRfc3339', () => {
  test.each([
    ['2014-09-15T21:18:09Z', '2014-09-15T21:18:09Z'],
    ['2014-09-15T21:18:09.235443537Z', '2014-09-15T21:18:09.235443537Z'],
    ['2014-09-15T21:18:09.2350Z', '2014-09-15T21:18:09.2350Z'],
    ['2014-09-15T17:18:09.235443537-04:00', '2014-09-15T21:18:09.235443537Z'],
    ['2014-09-16T02:48:09.5+05:30', '2014-09-15T21:18:09.5Z'],
    ['2014-09-15t21:18:09z', '2014-09-15T21:18:09Z'],
    ['2016-02-29T00:00:00-00:00', '2016-02-29T00:00:00Z'],
    ['2014-12-31T23:30:00-01:00', '2015-01-01T00:30:00Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['0001-01-01T00:00:00+01:00', '0000-12-31T23:00:00Z'],
    ['9998-01-11T11:11:11.000000011Z', '9998-01-11T11:11:11.000000011Z'],
    ['2014-09-15T21:18:09.1234567899Z', '2014-09-15T21:18:09.123456789Z'],
  ])('reads %s', (text, expected) => {
    expect(parseRfc3339(text)).toBe(expected)
  })

  test.each([
    '',
    '2014-09-15',
    '2014-09-15T21:18:09',
    '2014-09-15 21:18:09Z',
    '2014-09-15T21:18:09.Z',
    '2014-09-15T21:18:09+0200',
    '2014-09-15T21:18:09+24:00',
    '2014-09-15T21:18:09+01:60',
    '2014-02-29T00:00:00Z',
    '2014-04-31T00:00:00Z',
    '2014-13-01T00:00:00Z',
    '2014-00-01T00:00:00Z',
    '2014-01-00T00:00:00Z',
    '2014-01-01T24:00:00Z',
    '2014-01-01T00:60:00Z',
    '2014-06-30T23:59:60Z',
    '9999-12-31T23:59:59-01:00',
    '0000-01-01T00:00:00+01:00',
    '12014-01-01T00:00:00Z',
    '-2014-01-01T00:00:00Z',
    '2014-01-01T00:00:00Z\n',
  ])('refuses %j', (text) => {
    expect(parseRfc3339(text)).toBeNull()
  })

  test('agrees with Date on the moment of every offset', () => {
    const offset = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 })
    const date = fc.date({ min: new Date('0100-01-02T00:00:00Z'), max: new Date('9998-12-30'), noInvalidDate: true })
    fc.assert(
      fc.property(date, offset, (moment, minutes) => {
        const local = new Date(moment.getTime() + minutes * 60_000).toISOString().slice(0, -1)
        const sign = minutes < 0 ? '-' : '+'
        const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0')
        const rest = String(Math.abs(minutes) % 60).padStart(2, '0')
        expect(parseRfc3339(`${local}${sign}${hours}:${rest}`)).toBe(moment.toISOString())
      }),
    )
  })

  test('an instant is read back as it is', () => {
    fc.assert(
      fc.property(instant, (moment) => {
        expect(parseRfc3339(moment)).toBe(moment)
      }),
    )
  })
})

describe('instantFromPostgres', () => {
  test.each([
    ['2014-09-15 21:18:09.235444+00', '2014-09-15T21:18:09.235444Z'],
    ['2014-09-15 21:18:09+00', '2014-09-15T21:18:09Z'],
    ['2014-09-15 21:18:09.5+00', '2014-09-15T21:18:09.5Z'],
    ['2014-09-16 02:48:09.235444+05:30', '2014-09-15T21:18:09.235444Z'],
    ['2014-09-15 17:18:09-04', '2014-09-15T21:18:09Z'],
    ['1900-01-01 00:09:21+00:09:21', '1900-01-01T00:00:00Z'],
    ['2014-09-15T21:18:09.235444+00:00', '2014-09-15T21:18:09.235444Z'],
    ['2014-09-15T21:18:09.235444Z', '2014-09-15T21:18:09.235444Z'],
    ['0100-01-01 00:00:00+00', '0100-01-01T00:00:00Z'],
    ['9000-12-31 23:59:59.999999+00', '9000-12-31T23:59:59.999999Z'],
  ])('reads %s', (text, expected) => {
    expect(instantFromPostgres(text)).toBe(expected)
  })

  const NOT_YET = [
    '9998-01-11 11:11:11+00',
    '0001-01-01 00:00:00+00',
    '0009-01-11 11:11:11+00',
    '0099-12-31 23:59:59.999999+00',
    '9001-01-01 00:00:00+00',
    '9999-12-31 23:59:59-05',
    '294276-12-31 23:59:59.999999+00',
    '0001-12-31 19:03:58-04:56:02 BC',
    '4713-01-01 00:00:00+00 BC',
    'infinity',
    '-infinity',
  ]

  test.each(NOT_YET)('%s is "not yet"', (text) => {
    expect(instantFromPostgres(text)).toBeNull()
    expect(isNotYet(text)).toBe(true)
  })

  test.each([
    '',
    'now',
    '2014-09-15',
    '2014-09-15 21:18:09',
    '2014-02-30 00:00:00+00',
    '2014-09-15 21:18:09+24',
    '2014-09-15 21:18:09+00 AD',
  ])('%j is no moment, which is not "not yet"', (text) => {
    expect(instantFromPostgres(text)).toBeNull()
    expect(isNotYet(text)).toBe(false)
  })

  test('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{4,6}-[0-9]{2}-[0-9]{2} [0-9:.+-]{2,30}$/)),
        (text) => {
          const moment = instantFromPostgres(text)
          if (moment) expect(isNotYet(moment)).toBe(false)
          isNotYet(text)
        },
      ),
    )
  })
})

describe('isNotYet', () => {
  test.each([
    '9998-01-11T11:11:11.000000011Z',
    '0001-01-01T00:00:00Z',
    '0009-01-11T11:11:11.000000011Z',
    '0000-12-31T19:00:00-05:00',
    '9999-12-31T23:59:59-01:00',
  ])('%s', (text) => {
    expect(isNotYet(text)).toBe(true)
  })

  test('a moment between the years 100 and 9000 has come or will', () => {
    expect(isNotYet('0100-01-01T00:00:00Z')).toBe(false)
    expect(isNotYet('2014-09-15T21:18:09Z')).toBe(false)
    expect(isNotYet('9000-12-31T23:59:59Z')).toBe(false)
  })
})

describe('nanoseconds', () => {
  test.each([
    ['1970-01-01T00:00:00Z', 0n],
    ['1970-01-01T00:00:00.000000001Z', 1n],
    ['1969-12-31T23:59:59.999999999Z', -1n],
    ['2014-09-15T21:18:09.235443537Z', 1410815889235443537n],
    ['2014-09-15T21:18:09.5Z', 1410815889500000000n],
  ])('%s is %s', (text, expected) => {
    expect(instantToNanos(at(text))).toBe(expected)
    expect(nanosToInstant(expected)).toBe(text)
  })

  test('go there and back, in order', () => {
    fc.assert(
      fc.property(nanos, nanos, (a, b) => {
        expect(instantToNanos(nanosToInstant(a))).toBe(a)
        const order = a < b ? -1 : a > b ? 1 : 0
        expect(Math.sign(compareInstants(nanosToInstant(a), nanosToInstant(b)))).toBe(order)
      }),
    )
  })

  test('outside of the years 0 to 9999 there is no instant', () => {
    expect(nanosToInstant(FIRST)).toBe('0000-01-01T00:00:00Z')
    expect(() => nanosToInstant(FIRST - 1n)).toThrow(RangeError)
    expect(nanosToInstant(LAST + 999_999_999n)).toBe('9999-12-31T23:59:59.999999999Z')
    expect(() => nanosToInstant(LAST + 1_000_000_000n)).toThrow(RangeError)
  })

  test('compareInstants looks through trailing zeros', () => {
    expect(compareInstants(at('2014-09-15T21:18:09.50Z'), at('2014-09-15T21:18:09.5Z'))).toBe(0)
    expect(compareInstants(at('2014-09-15T21:18:09Z'), at('2014-09-15T21:18:09.000Z'))).toBe(0)
    expect(compareInstants(at('2014-09-15T21:18:09.123Z'), at('2014-09-15T21:18:09.1229Z'))).toBeGreaterThan(0)
  })
})

describe('Date and Unix seconds', () => {
  test('cut what is finer, also before 1970', () => {
    expect(instantToDate(at('2014-09-15T21:18:09.235999999Z')).toISOString()).toBe('2014-09-15T21:18:09.235Z')
    expect(instantToDate(at('1969-12-31T23:59:59.9999Z')).getTime()).toBe(-1)
    expect(instantToDate(at('0001-01-01T00:00:00Z')).toISOString()).toBe('0001-01-01T00:00:00.000Z')
    expect(instantToUnixSeconds(at('2014-09-15T21:18:09.999999999Z'))).toBe(1410815889)
    expect(instantToUnixSeconds(at('1969-12-31T23:59:59.5Z'))).toBe(-1)
  })

  test('a Date survives', () => {
    const date = fc.date({
      min: new Date(Number(FIRST / 1_000_000n)),
      max: new Date('9999-12-31'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(date, (moment) => {
        expect(instantToDate(dateToInstant(moment))).toEqual(moment)
      }),
    )
    expect(() => dateToInstant(new Date(Number.NaN))).toThrow(RangeError)
  })
})

describe('roundToMicros', () => {
  test.each([
    ['2014-09-15T21:18:09.235443537Z', '2014-09-15T21:18:09.235444Z'],
    ['2014-09-15T21:18:09.235443499Z', '2014-09-15T21:18:09.235443Z'],
    ['2014-09-15T21:18:09.5000000001Z', '2014-09-15T21:18:09.5Z'],
    ['2014-09-15T21:18:09.999999500Z', '2014-09-15T21:18:10Z'],
    ['2014-12-31T23:59:59.9999999Z', '2015-01-01T00:00:00Z'],
    ['1969-12-31T23:59:59.235443537Z', '1969-12-31T23:59:59.235444Z'],
    ['2014-09-15T21:18:09Z', '2014-09-15T21:18:09Z'],
    // halves go to the even microsecond
    ['2014-09-15T21:18:09.0000005Z', '2014-09-15T21:18:09Z'],
    ['2014-09-15T21:18:09.0000015Z', '2014-09-15T21:18:09.000002Z'],
    ['9998-01-11T11:11:11.000000011Z', '9998-01-11T11:11:11Z'],
  ])('%s is stored as %s', (text, expected) => {
    expect(roundToMicros(at(text))).toBe(expected)
  })

  test('moves by half a microsecond at most, and once', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: FIRST, max: LAST - 1_000_000_000n }), (n) => {
        const rounded = roundToMicros(nanosToInstant(n))
        const difference = instantToNanos(rounded) - n
        expect(difference >= -500n && difference <= 500n).toBe(true)
        expect(roundToMicros(rounded)).toBe(rounded)
      }),
    )
  })
})

describe('goTimeString', () => {
  test.each([
    ['2014-09-15T21:18:09.235443537Z', '2014-09-15 21:18:09.235443537 +0000 UTC'],
    ['2014-09-15T21:18:09.2350Z', '2014-09-15 21:18:09.235 +0000 UTC'],
    ['2014-09-15T21:18:09.000Z', '2014-09-15 21:18:09 +0000 UTC'],
    ['2014-09-15T21:18:09Z', '2014-09-15 21:18:09 +0000 UTC'],
    ['2014-09-15T17:18:09-04:00', '2014-09-15 21:18:09 +0000 UTC'],
    ['0001-01-01T00:00:00Z', '0001-01-01 00:00:00 +0000 UTC'],
  ])('%s', (text, expected) => {
    expect(goTimeString(at(text))).toBe(expected)
  })
})
