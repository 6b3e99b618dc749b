import type { Range } from './selection'

/** A value that a cell is to hold; null is no rule. */
export type Write = { row: number; column: number; value: number | null }

/** What a cell shows as its own value now; undefined where it cannot be known, because its row is not loaded. */
export type ValueAt = (row: number, column: number) => number | null | undefined

const modulo = (value: number, by: number) => ((value % by) + by) % by

/** What repeats the source's values over the rest of the target. Cells whose source is not loaded are left as they are. */
export function fillFrom(source: Range, target: Range, valueAt: ValueAt): Write[] {
  const height = source.bottom - source.top + 1
  const width = source.right - source.left + 1
  const writes: Write[] = []
  for (let row = target.top; row <= target.bottom; row++)
    for (let column = target.left; column <= target.right; column++) {
      const inSource = row >= source.top && row <= source.bottom && column >= source.left && column <= source.right
      if (inSource) continue
      const value = valueAt(
        source.top + modulo(row - source.top, height),
        source.left + modulo(column - source.left, width),
      )
      if (value !== undefined) writes.push({ row, column, value })
    }
  return writes
}

/** Ctrl+D: the first row of the range goes down through it; of a single row, the one above goes into it. */
export function fillDown(range: Range, valueAt: ValueAt): Write[] {
  const top = range.top === range.bottom ? range.top - 1 : range.top
  if (top < 0) return []
  return fillFrom({ ...range, top, bottom: top }, { ...range, top }, valueAt)
}

/** Ctrl+R: the first column of the range goes right through it; of a single column, the one before goes into it. */
export function fillRight(range: Range, valueAt: ValueAt): Write[] {
  const left = range.left === range.right ? range.left - 1 : range.left
  if (left < 0) return []
  return fillFrom({ ...range, left, right: left }, { ...range, left }, valueAt)
}

/** The range that the handle is dragged to from a cell: the source made longer in the one direction that is further away. */
export function dragged(source: Range, row: number, column: number): Range {
  const down = Math.max(row - source.bottom, source.top - row, 0)
  const across = Math.max(column - source.right, source.left - column, 0)
  if (down === 0 && across === 0) return source
  if (down >= across) return { ...source, top: Math.min(source.top, row), bottom: Math.max(source.bottom, row) }
  return { ...source, left: Math.min(source.left, column), right: Math.max(source.right, column) }
}
