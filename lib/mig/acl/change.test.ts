import { describe, expect, test } from 'vitest'
import type { MigId } from '@/lib/mig/wire/id'
import { type CellChange, cellKey, decodeChanges, encodeChanges, MOST_CELLS } from './change'

const AGENT = '6059408362783470592' as MigId
const MODULE = '2' as MigId
const ANN = '7' as MigId
const minimum: CellChange = { table: 'agtmodreq', agent: AGENT, module: MODULE, seen: null, value: 2 }
const weight: CellChange = {
  table: 'invagtmodperm',
  investigator: ANN,
  agent: AGENT,
  module: MODULE,
  seen: -2_147_483_648,
  value: null,
}

const problem = (value: unknown) => {
  try {
    decodeChanges(typeof value === 'string' ? value : JSON.stringify(value))
  } catch (error) {
    return (error as { code: string; message: string }).code === 'invalid' ? (error as Error).message : error
  }
  return null
}

describe('changes as one form field', () => {
  test('both tables come back as they went, in their order', () => {
    expect(decodeChanges(encodeChanges([weight, minimum]))).toEqual([weight, minimum])
    expect(encodeChanges([minimum, weight])).toBe(
      '[["6059408362783470592","2",null,2],["7","6059408362783470592","2",-2147483648,null]]',
    )
  })

  test('20,000 cells are about 1.1 MB', () => {
    const many = Array.from(
      { length: 20_000 },
      (_, n): CellChange => ({
        table: 'invagtmodperm',
        investigator: '1000000' as MigId,
        agent: String(6_059_408_362_783_470_592n + BigInt(n) * 1024n) as MigId,
        module: '1000' as MigId,
        seen: n % 3 === 0 ? null : 1000 + n,
        value: 2000 + n,
      }),
    )
    const text = encodeChanges(many)
    expect(text.length).toBeGreaterThan(900_000)
    expect(text.length).toBeLessThan(1_200_000)
    expect(decodeChanges(text)).toEqual(many)
  })

  test('a minimum and a weight of one endpoint and module are two cells', () => {
    expect(cellKey(minimum)).not.toBe(cellKey(weight))
    expect(decodeChanges(encodeChanges([minimum, weight]))).toHaveLength(2)
  })

  test('the same cell twice is refused, in another form of its id too', () => {
    const twice = 'stands twice'
    expect(problem(encodeChanges([minimum, { ...minimum, value: 3 }]))).toContain(twice)
    expect(
      problem([
        [AGENT, '2', null, 1],
        [`${AGENT}.00000000000000000`, '2', null, 1],
      ]),
    ).toContain(twice)
  })

  test('none, too many, unchanged', () => {
    expect(problem([])).toContain('nothing to save')
    expect(problem(Array.from({ length: MOST_CELLS + 1 }, (_, n) => [String(n), '1', null, 1]))).toContain('too many')
    expect(problem([[AGENT, '2', null, null]])).toContain('not changed')
    expect(problem([[AGENT, '2', 0, 0]])).toContain('not changed')
    expect(problem([[AGENT, '2', 0, null]])).toBeNull()
  })

  test.each([
    ['no JSON', '[["1"'],
    ['no list', '{}'],
    ['null', 'null'],
    ['an entry that is no list', [1]],
    ['too few fields', [['1', '2', 3]]],
    ['too many fields', [['1', '2', '3', 1, 2, 3]]],
    ['an id as a number', [[1, '2', null, 1]]],
    ['SQL in an id', [["1'; DROP TABLE x", '2', null, 1]]],
    ['a negative id', [['-1', '2', null, 1]]],
  ])('refused as broken: %s', (_what, value) => {
    expect(problem(value)).toContain('is broken')
  })

  test.each([2_147_483_648, -2_147_483_649, 1.5, '2', true, [], {}])('refused as a weight: %j', (value) => {
    expect(problem([['1', '2', null, value]])).toContain('whole number')
    expect(problem([['1', '2', value, 7]])).toContain('whole number')
  })

  test('minus zero is zero', () => {
    expect(problem('[["1","2",0,-0]]')).toContain('not changed')
    expect(decodeChanges('[["1","2",null,-0]]')[0]?.value).toBe(0)
  })
})
