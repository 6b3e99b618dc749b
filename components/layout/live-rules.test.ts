import { expect, test } from 'vitest'
import { CHANGE_PERIOD, isToBeDrawn, newRowsWords, nextDelay } from './live-rules'

test('looks every ten seconds and ever more rarely when that fails', () => {
  expect([0, 1, 2, 3, 4, 5, 99].map((failures) => nextDelay(failures, 0))).toEqual([
    10_000, 20_000, 40_000, 80_000, 120_000, 120_000, 120_000,
  ])
  expect(nextDelay(0, 1)).toBe(12_000)
})

test.each([
  [{ count: 1 }, '1 new'],
  [{ count: 12, more: false }, '12 new'],
  [{ count: 1000, more: true }, 'more than 1,000 new'],
  [{ count: 0 }, null],
  [{ count: -3 }, null],
  [{ count: '12' }, null],
  [{}, null],
  [null, null],
  ['12', null],
])('%j says %j', (answer, words) => {
  expect(newRowsWords(answer)).toBe(words)
})

test('a page that asks for changes is drawn anew after one, and when it is as old as others become', () => {
  expect(isToBeDrawn({ changed: true }, 0)).toBe(true)
  expect(isToBeDrawn({ changed: false }, 9_999)).toBe(false)
  expect(isToBeDrawn({ changed: false }, 10_000)).toBe(true)
  for (const answer of [null, {}, 'changed', { changed: 'true' }]) expect(isToBeDrawn(answer, 0)).toBe(false)
  expect(nextDelay(0, 1, CHANGE_PERIOD)).toBeLessThanOrEqual(3_000)
})
