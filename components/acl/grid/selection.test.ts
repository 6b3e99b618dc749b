import { describe, expect, test } from 'vitest'
import { at, cellsIn, moveBy, moveTo, rangeOf, tabTo } from './selection'

const size = { rows: 10, columns: 4 }

describe('moving through a grid', () => {
  test.each([
    ['ArrowUp', {}, [4, 2]],
    ['ArrowDown', {}, [6, 2]],
    ['ArrowLeft', {}, [5, 1]],
    ['ArrowRight', {}, [5, 3]],
    ['ArrowUp', { far: true }, [0, 2]],
    ['ArrowDown', { far: true }, [9, 2]],
    ['ArrowLeft', { far: true }, [5, 0]],
    ['ArrowRight', { far: true }, [5, 3]],
    ['Home', {}, [5, 0]],
    ['End', {}, [5, 3]],
    ['Home', { far: true }, [0, 0]],
    ['End', { far: true }, [9, 3]],
    ['PageUp', { page: 3 }, [2, 2]],
    ['PageDown', { page: 30 }, [9, 2]],
  ] as const)('%s %j', (key, how, [row, column]) => {
    expect(moveBy(at(5, 2), key, how, size)).toEqual(at(row, column))
  })

  test('stops at the edges; left of the first column is the head of the row, which is the whole row', () => {
    expect(moveBy(at(9, 3), 'ArrowDown', {}, size)).toEqual(at(9, 3))
    expect(moveBy(at(9, 3), 'ArrowRight', {}, size)).toEqual(at(9, 3))
    const head = moveBy(at(2, 0), 'ArrowLeft', {}, size)
    expect(head.focus).toEqual({ row: 2, column: -1 })
    expect(rangeOf(head, size)).toEqual({ top: 2, bottom: 2, left: 0, right: 3 })
    expect(moveBy(head, 'ArrowLeft', {}, size)).toEqual(head)
  })

  test('a list without rows has no place below it', () => {
    expect(moveTo(at(0, 0), 5, 5, { rows: 0, columns: 0 }).focus).toEqual({ row: 0, column: -1 })
  })

  test('Tab goes along the row and leaves the grid at its ends', () => {
    expect(tabTo(at(1, 0), false, size)).toEqual(at(1, 1))
    expect(tabTo(at(1, 3), false, size)).toBeNull()
    expect(tabTo(at(1, 0), true, size)).toBeNull()
    expect(tabTo(at(1, -1), false, size)).toEqual(at(1, 0))
  })
})

describe('what is selected', () => {
  test('grows from where it began, in any direction', () => {
    let selection = at(5, 2)
    selection = moveBy(selection, 'ArrowUp', { grow: true }, size)
    selection = moveBy(selection, 'ArrowLeft', { grow: true }, size)
    const range = rangeOf(selection, size)
    expect(range).toEqual({ top: 4, bottom: 5, left: 1, right: 2 })
    expect(cellsIn(range)).toBe(4)
    expect(moveBy(selection, 'ArrowDown', {}, size)).toEqual(at(5, 1))
  })

  test('whole rows and whole columns', () => {
    const two = { ...moveTo(at(2, 1), 3, 2, size, true) }
    expect(rangeOf({ ...two, whole: 'rows' }, size)).toEqual({ top: 2, bottom: 3, left: 0, right: 3 })
    expect(rangeOf({ ...two, whole: 'columns' }, size)).toEqual({ top: 0, bottom: 9, left: 1, right: 2 })
    expect(cellsIn(rangeOf({ ...two, whole: 'columns' }, { rows: 0, columns: 4 }))).toBe(0)
  })
})
