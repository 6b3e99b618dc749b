import { expect, test } from 'vitest'
import { placeAfter, stepFor } from './rows'

const press = (key: string, more = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
})

test.each([
  ['ArrowDown', 'next'],
  ['ArrowUp', 'previous'],
  ['Home', 'first'],
  ['End', 'last'],
  ['PageDown', 'page-next'],
  ['PageUp', 'page-previous'],
  ['ArrowRight', null],
  ['j', null],
  ['constructor', null],
])('%s leads %s', (key, step) => {
  expect(stepFor(press(key))).toBe(step)
})

test.each(['ctrlKey', 'metaKey', 'altKey', 'shiftKey'])('with %s a key is the browser’s', (held) => {
  expect(stepFor(press('ArrowDown', { [held]: true }))).toBeNull()
})

test('a step ends at the first and the last row, and a page keeps one row in sight', () => {
  expect(placeAfter('next', 3, 10, 5)).toBe(4)
  expect(placeAfter('next', 9, 10, 5)).toBe(9)
  expect(placeAfter('previous', 0, 10, 5)).toBe(0)
  expect(placeAfter('page-next', 0, 10, 5)).toBe(4)
  expect(placeAfter('page-next', 7, 10, 5)).toBe(9)
  expect(placeAfter('page-previous', 7, 10, 5)).toBe(3)
  expect(placeAfter('first', 7, 10, 5)).toBe(0)
  expect(placeAfter('last', 0, 10, 5)).toBe(9)
  // A window lower than a row still goes on.
  expect(placeAfter('page-next', 3, 10, 0)).toBe(4)
})

test('from no row the next is the first, and the previous the last', () => {
  expect(placeAfter('next', -1, 10, 1)).toBe(0)
  expect(placeAfter('previous', 10, 10, 1)).toBe(9)
})
