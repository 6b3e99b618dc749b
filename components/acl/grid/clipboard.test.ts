import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCell } from '@/lib/mig/acl/weight'
import { formatTsv, parseTsv, pasteWords, planPaste, tooHigh } from './clipboard'

const range = (top: number, left: number, bottom = top, right = left) => ({ top, left, bottom, right })

describe('a weight as people and spreadsheets write it', () => {
  test.each([
    ['3', 3],
    [' 3 ', 3],
    ['+3', 3],
    ['-2', -2],
    ['−2', -2],
    ['–2', -2],
    ['-0', 0],
    ['007', 7],
    ['2147483647', 2147483647],
    ['-2147483648', -2147483648],
    ['', null],
    ['  ', null],
    ['2147483648', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['two', undefined],
    ['3/2', undefined],
    ['٣', undefined],
  ])('%j', (text, value) => {
    expect(readCell(text)).toBe(value)
  })
})

describe('clipboard text', () => {
  test('lines of a spreadsheet, whatever ends them', () => {
    expect(parseTsv('1\t2\r\n3\t\r\n')).toEqual([
      ['1', '2'],
      ['3', ''],
    ])
    expect(parseTsv('1\n2\n')).toEqual([['1'], ['2']])
    expect(parseTsv('1\r2')).toEqual([['1'], ['2']])
    expect(parseTsv('')).toEqual([])
    expect(parseTsv('\t')).toEqual([['', '']])
  })

  test('quoted cells hold tabs, lines and quotes', () => {
    expect(parseTsv('"a\tb\nc"\t"say ""1"""\n5"')).toEqual([['a\tb\nc', 'say "1"'], ['5"']])
  })

  test('what is copied is pasted as it was', () => {
    const cell = fc.option(fc.integer({ min: -9, max: 99 }))
    const values = fc
      .integer({ min: 1, max: 3 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
      )
    fc.assert(
      fc.property(values, (grid) => {
        const last = (grid[0]?.length ?? 1) - 1
        const text = formatTsv(range(0, 0, grid.length - 1, last), (row, column) => grid[row]?.[column])
        expect(parseTsv(text ?? '').map((row) => row.map(readCell))).toEqual(grid)
      }),
    )
  })
})

test('what is not loaded is not copied: an empty cell would be no rule', () => {
  const rows = [[1, null], undefined, [3, 4]]
  const valueAt = (row: number, column: number) => rows[row]?.[column]
  expect(formatTsv(range(0, 0, 0, 1), valueAt)).toBe('1\t')
  expect(formatTsv(range(0, 0, 2, 1), valueAt)).toBeNull()
})

describe('a paste', () => {
  const size = { rows: 4, columns: 3 }
  const open = () => true

  test('begins at the corner of what is selected, and says what lies beyond', () => {
    const paste = planPaste(parseTsv('1\t2\t3\n4\t5\t6'), range(3, 1), size, open)
    expect(paste.writes).toEqual([
      { row: 3, column: 1, value: 1 },
      { row: 3, column: 2, value: 2 },
    ])
    expect(paste.range).toEqual(range(3, 1, 3, 2))
    expect(pasteWords(paste)).toBe('2 cells pasted; 4 left out: 4 beyond the last row or column shown.')
  })

  test('never into cells that are only read; what is no number is left as it is', () => {
    const paste = planPaste(parseTsv('1\tx\n2\t'), range(0, 0), size, (row) => row > 0)
    expect(paste.writes).toEqual([
      { row: 1, column: 0, value: 2 },
      { row: 1, column: 1, value: null },
    ])
    expect(pasteWords(paste)).toBe('2 cells pasted; 2 left out: 2 only to be read.')
    const unreadable = planPaste(parseTsv('name\t1'), range(0, 0), size, open)
    expect(pasteWords(unreadable)).toBe('1 cell pasted; 1 left out: 1 no whole number.')
  })

  test('is repeated over a selection that is a multiple of it, and over no other', () => {
    const one = planPaste([['7']], range(0, 0, 3, 2), size, open)
    expect(one.writes).toHaveLength(12)
    const row = planPaste([['1', '2', '3']], range(0, 0, 1, 2), size, open)
    expect(row.writes.map(({ value }) => value)).toEqual([1, 2, 3, 1, 2, 3])
    expect(planPaste([['1'], ['2']], range(0, 0, 2, 0), size, open).writes).toHaveLength(2)
  })

  test('is refused when it is too high, the rows that it is repeated over counted', () => {
    expect(tooHigh([['1']], range(0, 0, 1999))).toBeNull()
    expect(tooHigh([['1']], range(10, 0, 2010))).toContain('2,001 rows are too many')
    expect(tooHigh([['1'], ['2'], ['3']], range(0, 0, 2000))).toContain('2,001 rows')
    expect(tooHigh([['1'], ['2']], range(0, 0, 2000))).toBeNull()
    expect(
      tooHigh(
        Array.from({ length: 2001 }, () => ['1']),
        range(0, 0),
      ),
    ).toContain('2,001 rows')
  })

  test('a short line of the text leaves the rest of its cells alone', () => {
    expect(planPaste([['1', '2'], ['3']], range(0, 0), size, open).writes).toHaveLength(3)
  })
})
