import { describe, expect, test } from 'vitest'
import { dragged, fillDown, fillFrom, fillRight, type ValueAt } from './fill'

const grid = [
  [1, 2, null],
  [3, 4, 0],
  [5, 6, 7],
]
const valueAt: ValueAt = (row, column) => grid[row]?.[column]
const range = (top: number, left: number, bottom: number, right: number) => ({ top, left, bottom, right })

describe('filling', () => {
  test('down repeats the first row of what is selected, no rule too', () => {
    expect(fillDown(range(0, 1, 2, 2), valueAt)).toEqual([
      { row: 1, column: 1, value: 2 },
      { row: 1, column: 2, value: null },
      { row: 2, column: 1, value: 2 },
      { row: 2, column: 2, value: null },
    ])
  })

  test('a single row or column takes the one before it; there is none before the first', () => {
    expect(fillDown(range(1, 0, 1, 0), valueAt)).toEqual([{ row: 1, column: 0, value: 1 }])
    expect(fillRight(range(1, 1, 1, 1), valueAt)).toEqual([{ row: 1, column: 1, value: 3 }])
    expect(fillDown(range(0, 0, 0, 2), valueAt)).toEqual([])
    expect(fillRight(range(0, 0, 2, 0), valueAt)).toEqual([])
  })

  test('the handle repeats a pattern, in both directions', () => {
    const writes = fillFrom(range(1, 0, 2, 0), range(0, 0, 5, 0), valueAt)
    expect(writes.map(({ row, value }) => [row, value])).toEqual([
      [0, 5],
      [3, 3],
      [4, 5],
      [5, 3],
    ])
  })

  test('what is not loaded is not copied', () => {
    expect(fillFrom(range(9, 0, 9, 0), range(9, 0, 11, 0), valueAt)).toEqual([])
  })

  test('the handle grows in the direction that is further away', () => {
    const source = range(2, 2, 3, 3)
    expect(dragged(source, 3, 2)).toEqual(source)
    expect(dragged(source, 6, 4)).toEqual(range(2, 2, 6, 3))
    expect(dragged(source, 4, 6)).toEqual(range(2, 2, 3, 6))
    expect(dragged(source, 0, 2)).toEqual(range(0, 2, 3, 3))
  })
})
