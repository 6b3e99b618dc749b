import { expect, test } from 'vitest'
import { columnAt, columnStarts, columnTitle, span } from './columns'

test('columns are as wide as their names, within limits, and found by their place', () => {
  const starts = columnStarts([{ name: 'pkg' }, { name: 'filechecker' }, { name: 'x'.repeat(80) }])
  expect(starts).toEqual([0, 64, 64 + 101, 64 + 101 + 176])
  expect([-5, 0, 63, 64, 164, 165, 9999].map((x) => columnAt(starts, x))).toEqual([0, 0, 0, 1, 1, 2, 2])
  expect(columnAt([0], 10)).toBe(0)
})

test('a title shows what hides in a name', () => {
  const column = { name: 'fi\u202ele', kind: 'module' } as const
  expect(columnTitle(column)).toBe('Module fi\\u202ele')
  expect(columnTitle({ ...column, twin: true })).toContain('are named fi\\u202ele:')
  expect(columnTitle({ name: 'A\u200bnn', kind: 'person', disabled: true })).toBe('A\\u200bnn is disabled and counts 0')
  expect(columnTitle({ name: 'A\u200bnn', kind: 'person' })).toBe('A\\u200bnn')
})

test('what is drawn is what is in sight and the cell with the focus', () => {
  expect(span(3, 5, 4)).toEqual([3, 4, 5])
  expect(span(3, 5, 9)).toEqual([3, 4, 5, 9])
  expect(span(3, 5, null)).toEqual([3, 4, 5])
  expect(span(3, 2, -1)).toEqual([])
})
