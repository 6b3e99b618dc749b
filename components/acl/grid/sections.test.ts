import { describe, expect, test } from 'vitest'
import type { GridRow, GridWindow } from './grid-data'
import { forget, knownRows, missing, NO_SECTIONS, place, placeAfter, rowAt, type Sections } from './sections'

const row = (n: number) => ({ id: String(n), name: `row${n}` }) as unknown as GridRow
const window = (first: number, count: number, next: string | null): GridWindow => ({
  rows: Array.from({ length: count }, (_, i) => row(first + i)),
  next,
})

function loaded(...windows: GridWindow[]): Sections {
  let sections = NO_SECTIONS
  for (const one of windows) {
    const need = missing(sections, 0, Number.POSITIVE_INFINITY)
    if (!need) throw new Error('nothing was missing')
    sections = place(sections, need, one)
  }
  return sections
}

describe('windows of rows', () => {
  test('are asked for one after the other, until the list ends', () => {
    expect(missing(NO_SECTIONS, 0, 20)).toEqual({ index: 0, after: null, size: 50 })
    const one = loaded(window(0, 50, 'c50'))
    expect(missing(one, 0, 49)).toBeNull()
    expect(missing(one, 0, 50)).toEqual({ index: 1, after: 'c50', size: 50 })
    expect(missing(one, 0, 300, 200)).toEqual({ index: 1, after: 'c50', size: 200 })
    const all = loaded(window(0, 50, 'c50'), window(50, 12, null))
    expect(all.end).toBe(true)
    expect(knownRows(all)).toBe(62)
    expect(missing(all, 0, 1000)).toBeNull()
    expect(rowAt(all, 61)?.id).toBe('61')
    expect(rowAt(all, 62)).toBeNull()
  })

  test('those far from sight are given up, and asked for again when they are back', () => {
    const all = loaded(window(0, 50, 'a'), window(50, 50, 'b'), window(100, 50, 'c'), window(150, 50, null))
    const kept = forget(all, 160, 190, 100)
    expect(kept.list.map(({ rows }) => rows !== null)).toEqual([false, false, true, true])
    expect(knownRows(kept)).toBe(200)
    expect(rowAt(kept, 10)).toBeNull()
    expect(rowAt(kept, 160)?.id).toBe('160')
    expect(missing(kept, 60, 70)).toEqual({ index: 1, after: 'a', size: 50 })
    expect(forget(all, 0, 199, 100)).toBe(all)
    const back = place(kept, { index: 1, after: 'a', size: 50 }, window(50, 50, 'b'))
    expect(rowAt(back, 60)?.id).toBe('60')
    expect(knownRows(back)).toBe(200)
    expect(back.end).toBe(true)
  })

  test('what is asked for is kept however much it is, so that asking for it ends', () => {
    let sections = NO_SECTIONS
    let asked = 0
    for (let need = missing(sections, 20, 249); need; need = missing(sections, 20, 249)) {
      if (asked++ > 10) throw new Error('it goes on for ever')
      const first = need.index * 50
      sections = forget(place(sections, need, window(first, 50, `c${first}`)), 20, 249, 100)
    }
    expect([asked, knownRows(sections)]).toEqual([5, 250])
  })

  test('where rows came or went, what follows is asked for again', () => {
    const all = loaded(window(0, 50, 'a'), window(50, 50, 'b'), window(100, 7, null))
    const changed = place(all, { index: 1, after: 'a', size: 50 }, window(50, 50, 'other'))
    expect(knownRows(changed)).toBe(100)
    expect(changed.end).toBe(false)
    expect(missing(changed, 0, 100)).toEqual({ index: 2, after: 'other', size: 50 })
    const last = place(all, { index: 2, after: 'b', size: 50 }, window(100, 6, null))
    expect(knownRows(last)).toBe(106)
    expect(last.end).toBe(true)
  })
})

test('a place follows its row when rows come and go', () => {
  const before = loaded(window(0, 3, 'a'), window(3, 3, null))
  const after = loaded(window(1, 3, 'a'), window(4, 3, null))
  expect([0, 1, 3, 5].map((at) => placeAfter(before, after, at))).toEqual([null, 0, 2, 4])
  // What is not loaded keeps its place.
  expect(placeAfter(before, after, 9)).toBe(9)
})
