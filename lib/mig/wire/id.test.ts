import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compareIds,
  idCreatedAt,
  idFromBigInt,
  idFromGoJson,
  idToDbText,
  idToGoJson,
  isMultipleOf1024,
  parseId,
  readIdText,
  sameDouble,
} from './id'

const floatId = fc.bigInt({ min: 2n ** 62n / 1024n, max: (2n ** 63n - 1n) / 1024n }).map((n) => idFromBigInt(n * 1024n))
const anyId = fc.bigInt({ min: 0n, max: 10n ** 20n - 1n }).map(idFromBigInt)
const wholeUint64 = fc.bigInt({ min: 2n ** 60n, max: 2n ** 64n - 1n }).map(idFromBigInt)

describe('parseId', () => {
  test.each([
    ['6059408362783470592', '6059408362783470592'],
    ['6059408362783470592.00000000000000000', '6059408362783470592'],
    ['6059408362783471000', '6059408362783471000'],
    ['6019232215298562584', '6019232215298562584'],
    ['18446744073709551615', '18446744073709551615'],
    ['1.00000000000000000', '1'],
    ['0', '0'],
    ['0.0', '0'],
  ])('reads %s', (text, id) => {
    expect(parseId(text)).toBe(id)
  })

  test.each([
    '',
    ' 1',
    '1 ',
    '01',
    '00',
    '-1',
    '+1',
    '1.',
    '1.5',
    '.0',
    '1e3',
    '6.059408362783471e+18',
    '0x10',
    '1_000',
    'NaN',
    '１２',
    '1\n',
    '100000000000000000000',
  ])('refuses %j', (text) => {
    expect(parseId(text)).toBeNull()
  })

  test('every id survives its own text and the text of the database', () => {
    fc.assert(
      fc.property(anyId, (id) => {
        expect(parseId(id)).toBe(id)
        expect(parseId(idToDbText(id))).toBe(id)
      }),
    )
  })

  test('any string gives canonical digits or nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const id = parseId(text)
        if (id !== null) expect(id).toMatch(/^(0|[1-9][0-9]{0,19})$/)
      }),
    )
  })
})

describe('readIdText', () => {
  test.each([
    ['6059408362783470592', '6059408362783470592', true],
    ['6059408362783470592.00000000000000000', '6059408362783470592', true],
    ['6.059408362783471e+18', '6059408362783470592', false],
    ['6.059408362783471E18', '6059408362783470592', false],
    ['6059408362783471000', '6059408362783470592', false],
    ['6059408362783471000.00000000000000000', '6059408362783470592', false],
    ['  6059408362783470592\n', '6059408362783470592', true],
    ['6019232215298562584', '6019232215298562584', true],
    ['4.918545612802e+12', '4918545612802', true],
    ['5000000000000000000', '5000000000000000000', true],
    ['1e+06', '1000000', true],
    ['7', '7', true],
  ])('reads %j', (text, id, exact) => {
    expect(readIdText(text)).toEqual({ id, exact })
  })

  test.each([
    '',
    'abc',
    '1.5',
    '1e-3',
    '-6.059408362783471e+18',
    '12.3e+4',
    '1.25e+1',
    '1e21',
    '1e99',
    '1e400',
    '1.e5',
  ])('refuses %j', (text) => {
    expect(readIdText(text)).toBeNull()
  })

  test('an id of the float generator is read back from all four forms', () => {
    fc.assert(
      fc.property(floatId, (id) => {
        expect(readIdText(id)).toEqual({ id, exact: true })
        expect(readIdText(idToDbText(id))).toEqual({ id, exact: true })
        expect(readIdText(idToGoJson(id, 'go1.7'))).toEqual({ id, exact: false })
        expect(readIdText(idToGoJson(id, 'go1.8'))?.id).toBe(id)
      }),
    )
  })

  test('a rounded text of any id is the same double, and an exact reading is the digits themselves', () => {
    fc.assert(
      fc.property(wholeUint64, fc.constantFrom('go1.7' as const, 'go1.8' as const), (id, numbers) => {
        const text = idToGoJson(id, numbers)
        const reading = readIdText(text)
        expect(reading && sameDouble(reading.id, id)).toBe(true)
        if (reading?.exact) expect(reading.id).toBe(text)
      }),
    )
  })

  test('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.eE+ -]{0,40}$/)), (text) => {
        const reading = readIdText(text)
        if (reading) expect(parseId(reading.id)).toBe(reading.id)
      }),
    )
  })
})

describe('JSON forms', () => {
  test('are those of mig-domain 3.1', () => {
    const id = idFromBigInt(6059408362783470592n)
    expect(idToGoJson(id, 'go1.7')).toBe('6.059408362783471e+18')
    expect(idToGoJson(id, 'go1.8')).toBe('6059408362783471000')
  })

  test('JSON.parse gives the id back, of either style', () => {
    fc.assert(
      fc.property(floatId, fc.constantFrom('go1.7' as const, 'go1.8' as const), (id, numbers) => {
        expect(idFromGoJson(JSON.parse(idToGoJson(id, numbers)))).toBe(id)
        expect(idFromGoJson(idToGoJson(id, numbers))).toBe(id)
      }),
    )
  })

  test('a text keeps all digits of an old uint64 id', () => {
    expect(idFromGoJson('6019232215298562584')).toBe('6019232215298562584')
    expect(idFromGoJson(Number('6019232215298562584'))).toBe('6019232215298563072')
  })

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e21, null, undefined, true, {}, '0', 'x', ''])(
    '%j is no id',
    (value) => {
      expect(idFromGoJson(value)).toBeNull()
    },
  )
})

test('sameDouble tells what a JSON number cannot', () => {
  const [a, b, c] = [6019232215298562584n, 6019232215298562600n, 6019232215298564000n].map(idFromBigInt)
  if (!a || !b || !c) throw new Error('no ids')
  expect(sameDouble(a, b)).toBe(true)
  expect(sameDouble(a, c)).toBe(false)
})

test('isMultipleOf1024 holds for the float generator only', () => {
  expect(isMultipleOf1024(idFromBigInt(6059408362783470592n))).toBe(true)
  expect(isMultipleOf1024(idFromBigInt(6019232215298562584n))).toBe(false)
})

test('idFromBigInt refuses what is no id', () => {
  expect(() => idFromBigInt(-1n)).toThrow(RangeError)
  expect(() => idFromBigInt(10n ** 20n)).toThrow(RangeError)
})

test('compareIds is the numeric order', () => {
  fc.assert(
    fc.property(anyId, anyId, (a, b) => {
      const order = BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0
      expect(Math.sign(compareIds(a, b))).toBe(order)
    }),
  )
})

describe('idCreatedAt', () => {
  test.each([
    // uint64 and float generators: seconds in the high 32 bits
    ['6019232215298562584', '2014-05-30T14:55:10.000Z'],
    ['6059408362783470592', '2014-09-15T21:19:09.000Z'],
    // nanoseconds, 2015-02 to 2015-07
    ['1423353600123456768', '2015-02-08T00:00:00.123Z'],
    ['1436659200999999744', '2015-07-12T00:00:00.999Z'],
    // seconds since 2013-04-29 18:00:00, shifted by 16 bits
    [String((1437000000n - 1367258400n) << 16n), '2015-07-15T22:40:00.000Z'],
    [String(((1437000000n - 1367258400n) << 16n) + 65535n), '2015-07-15T22:40:00.000Z'],
    [String((1568000000n - 1367258400n) << 16n), '2019-09-09T03:33:20.000Z'],
  ])('%s was made at %s', (id, moment) => {
    expect(idCreatedAt(idFromBigInt(BigInt(id)))?.toISOString()).toBe(moment)
  })

  test.each(['0', '1', '65536', '999999', '9007199254740992', '5000000000000000000', '99999999999999999999'])(
    '%s tells no time',
    (id) => {
      expect(idCreatedAt(idFromBigInt(BigInt(id)))).toBeNull()
    },
  )

  test('gives back the second that the float generator put in', () => {
    const second = fc.integer({ min: Date.parse('2013-06-01') / 1000, max: Date.parse('2090-01-01') / 1000 })
    // The largest checksums round up into the next second.
    const checksum = fc.integer({ min: 0, max: 2 ** 32 - 2048 })
    fc.assert(
      fc.property(second, checksum, (seconds, crc) => {
        const id = idFromGoJson(seconds * 2 ** 32 + crc)
        expect(id && idCreatedAt(id)?.getTime()).toBe(seconds * 1000)
      }),
    )
  })

  test('gives back the millisecond of the nanosecond generator and the second of the last one', () => {
    const second = fc.integer({ min: Date.parse('2015-07-14') / 1000, max: Date.parse('2090-01-01') / 1000 })
    fc.assert(
      fc.property(second, fc.integer({ min: 0, max: 65535 }), (seconds, count) => {
        const last = idFromBigInt((BigInt(seconds - 1367258400) << 16n) + BigInt(count))
        expect(idCreatedAt(last)?.getTime()).toBe(seconds * 1000)
        const nanos = idFromBigInt(BigInt(seconds) * 1_000_000_000n + BigInt(count))
        expect(idCreatedAt(nanos)?.getTime()).toBe(seconds * 1000)
      }),
    )
  })
})
