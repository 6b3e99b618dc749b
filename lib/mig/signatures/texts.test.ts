import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { goOperationsJson } from '@/lib/mig/wire/go-json'
import { signedText } from '@/lib/mig/wire/signed-text'
import { type Instant, instantToNanos, nanosToInstant, parseRfc3339, roundToMicros } from '@/lib/mig/wire/time'
import { vectors } from './test-vectors.json'
import { candidateTexts, changedFields, operationsForms, residueAt, type SignedCopy, type SignedRow } from './texts'

const at = (text: string) => parseRfc3339(text) as Instant
const rowOf = (row: (typeof vectors)[number]['row']): SignedRow => ({
  ...row,
  validfrom: at(row.validfrom),
  expireafter: at(row.expireafter),
})

/** Every text that the candidates stand for, two clocks left out. */
function texts(row: SignedRow, copy: SignedCopy | null = null): string[] {
  return candidateTexts(row, copy).candidates.flatMap((c) =>
    c.kind === 'exact' ? [c.text] : c.from.map((from, i) => c.head + from + c.middle + c.until[i] + c.tail),
  )
}

const copyOf = ({ row, exact }: (typeof vectors)[number]): SignedCopy => ({
  name: row.name,
  target: row.target,
  validfrom: at(exact.validfrom),
  expireafter: at(exact.expireafter),
  operations: JSON.parse(row.operations),
  digest: '',
})

describe('the texts that a signature may be over', () => {
  test.each(vectors.filter((v) => !v.what.includes('kill')))('$what: from the row alone', ({ row, signed }) => {
    expect(texts(rowOf(row))).toContain(signed)
  })

  test.each(vectors)('$what: at once with the copy of the spool', (vector) => {
    const { candidates, rowIsExact } = candidateTexts(rowOf(vector.row), copyOf(vector))
    expect(rowIsExact).toBe(true)
    expect(candidates.every((c) => c.kind === 'exact')).toBe(true)
    expect(texts(rowOf(vector.row), copyOf(vector))).toContain(vector.signed)
  })

  test.each(vectors)('$what: the signed text is the one of signed-text.ts', ({ row, exact, format, signed }) => {
    const fields = { ...row, validfrom: at(exact.validfrom), expireafter: at(exact.expireafter) }
    expect(signedText(fields, format as 'A' | 'B' | 'C')).toBe(signed)
  })

  test('any nanoseconds that the database rounded away are among them', () => {
    const moment = fc.bigInt({ min: 1_400_000_000_000_000_000n, max: 1_800_000_000_000_000_000n })
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 90_000 }), fc.string(), (nanos, seconds, name) => {
        const exact = {
          name,
          target: '',
          operations: 'null',
          validfrom: nanosToInstant(nanos),
          expireafter: nanosToInstant(nanos + BigInt(seconds) * 1_000_000_000n),
        }
        const row = {
          ...exact,
          validfrom: roundToMicros(exact.validfrom),
          expireafter: roundToMicros(exact.expireafter),
        }
        const all = texts(row)
        for (const format of ['A', 'B', 'C'] as const) expect(all).toContain(signedText(exact, format))
      }),
      { numRuns: 40 },
    )
  })

  test('two clocks: places and offset give the real difference', () => {
    const kill = vectors.find((v) => v.what.includes('end of a second')) as (typeof vectors)[number]
    const { candidates } = candidateTexts(rowOf(kill.row), null, { twoClocks: true })
    const search = candidates.find((c) => c.kind === 'search' && c.apart !== null)
    if (search?.kind !== 'search') throw new Error('no search')
    const from = Number(instantToNanos(at(kill.exact.validfrom)) - instantToNanos(at(kill.row.validfrom)))
    const until = Number(instantToNanos(at(kill.exact.expireafter)) - instantToNanos(at(kill.row.expireafter)))
    expect([from, until]).toEqual([-100, 11])
    expect(search.head + search.from[from + 500] + search.middle + search.until[until + 500] + search.tail).toBe(
      kill.signed,
    )
    expect(residueAt(400)).toBe(from)
    expect(search.apart?.offset).toBe(0)
  })

  test('a row without a moment has only its copy, and without that nothing', () => {
    const vector = vectors[0] as (typeof vectors)[number]
    const row = { ...rowOf(vector.row), expireafter: null }
    expect(texts(row)).toEqual([])
    expect(texts(row, copyOf(vector))).toContain(vector.signed)
  })

  test('the last moments of four-digit years do not break', () => {
    const row = rowOf({ ...(vectors[0] as (typeof vectors)[number]).row, expireafter: '9999-12-31T23:59:59.9999999Z' })
    expect(texts(row).length).toBeGreaterThan(1000)
  })
})

describe('operations', () => {
  test('as stored first, then as each Go prints them', () => {
    const tree = [{ module: 'x', parameters: { n: 1e6, t: '\t' } }]
    const stored = goOperationsJson(tree, { numbers: 'go1.8' })
    expect(operationsForms(stored)).toEqual([
      '[{"module":"x","parameters":{"n":1000000,"t":"\\t"}}]',
      '[{"module":"x","parameters":{"n":1e+06,"t":"\\u0009"}}]',
      '[{"module":"x","parameters":{"n":1e+06,"t":"\\t"}}]',
      '[{"module":"x","parameters":{"n":1000000,"t":"\\u0009"}}]',
    ])
    expect(operationsForms(null)).toEqual(['null'])
  })

  test.each([
    '{}',
    '[1]',
    '[{"module":1}]',
    'nonsense',
    `[${'['.repeat(10_000)}${']'.repeat(10_000)}]`,
    '[{"x":1e400}]',
  ])('what is no list of operations stands as stored: %.20s', (stored) => {
    expect(operationsForms(stored)[0]).toBe(stored)
  })

  test('depth and __proto__ do no harm', () => {
    const deep = `[{"module":"x","parameters":${'['.repeat(10_000)}${']'.repeat(10_000)}}]`
    expect(operationsForms(deep)).toEqual([deep])
    const proto = '[{"module":"x","parameters":{"__proto__":{"a":1}}}]'
    expect(operationsForms(proto)).toEqual([proto])
    const huge = '[{"module":"x","parameters":{"a":1e400}}]'
    expect(operationsForms(huge)).toEqual([huge])
  })
})

describe('what differs between a row and its copy', () => {
  const vector = vectors.find((v) => v.what.includes('odd name')) as (typeof vectors)[number]

  test('nothing, however the copy prints its numbers', () => {
    expect(changedFields(rowOf(vector.row), copyOf(vector))).toEqual([])
    const spaced = { ...rowOf(vector.row), operations: JSON.stringify(JSON.parse(vector.row.operations), null, 2) }
    expect(changedFields(spaced, copyOf(vector))).toEqual([])
  })

  test('each field by itself', () => {
    const row = rowOf(vector.row)
    expect(changedFields({ ...row, name: `${row.name} ` }, copyOf(vector))).toEqual(['name'])
    expect(changedFields({ ...row, target: 'true' }, copyOf(vector))).toEqual(['target'])
    expect(changedFields({ ...row, expireafter: at('2014-09-16T02:00:00.000001Z') }, copyOf(vector))).toEqual([
      'expireafter',
    ])
    expect(changedFields({ ...row, validfrom: null }, copyOf(vector))).toEqual(['validfrom'])
    const operations = row.operations?.replace('"22"', '"23"') ?? ''
    expect(changedFields({ ...row, operations }, copyOf(vector))).toEqual(['operations'])
    expect(changedFields({ ...row, operations: 'x' }, copyOf(vector))).toEqual(['operations'])
  })
})
