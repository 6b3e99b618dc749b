import { formatNumber } from '@/lib/format'
import { readCell } from '@/lib/mig/acl/weight'
import type { ValueAt, Write } from './fill'
import type { Range, Size } from './selection'

/** The cells of a spreadsheet's clipboard text: tabs between cells, lines between rows, quotes around cells that hold either. */
export function parseTsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string
    if (quoted) {
      if (sign !== '"') cell += sign
      else if (text[at + 1] === '"') {
        cell += '"'
        at++
      } else quoted = false
    } else if (sign === '"' && cell === '') quoted = true
    else if (sign === '\t') {
      row.push(cell)
      cell = ''
    } else if (sign === '\n' || sign === '\r') {
      if (sign === '\r' && text[at + 1] === '\n') at++
      rows.push([...row, cell])
      row = []
      cell = ''
    } else cell += sign
  }
  // Spreadsheets end the last line too.
  if (cell !== '' || row.length > 0) rows.push([...row, cell])
  return rows
}

/**
 * The range as a spreadsheet takes it. Only stored and unsaved values, digits alone: what `default` lends is no value of the
 * cell. Null where a row is not loaded: an empty cell would say that it has no rule.
 */
export function formatTsv(range: Range, valueAt: ValueAt): string | null {
  const lines: string[] = []
  for (let row = range.top; row <= range.bottom; row++) {
    const cells: string[] = []
    for (let column = range.left; column <= range.right; column++) {
      const value = valueAt(row, column)
      if (value === undefined) return null
      cells.push(String(value ?? ''))
    }
    lines.push(cells.join('\t'))
  }
  // A last line of one empty cell is there only by its end.
  return lines.join('\n') + (lines.at(-1) === '' ? '\n' : '')
}

/** A paste as what it would write, and what it leaves out and why. */
export type Paste = {
  writes: Write[]
  range: Range
  /** Beyond the last row or column: hidden modules are no target. */
  beyond: number
  /** Cells that are only read. */
  locked: number
  /** Texts that are no whole number. */
  unreadable: number
}

/** How many rows a paste needs below the range's top: the block's, or those of the range that it is repeated over. */
export function pasteHeight(block: readonly string[][], range: Range): number {
  const height = range.bottom - range.top + 1
  return height % Math.max(block.length, 1) === 0 ? Math.max(height, block.length) : block.length
}

/** A paste or a copy takes at most so many rows that are not loaded yet: they are loaded for it. */
export const MOST_PASTED = 2000

/** Why a paste is too high, counting the rows that it is repeated over, as a sentence; null when it is not. */
export function tooHigh(block: readonly string[][], range: Range): string | null {
  const height = pasteHeight(block, range)
  return height > MOST_PASTED
    ? `${formatNumber(height)} rows are too many for one paste: it takes ${formatNumber(MOST_PASTED)}. Change them in bulk or import them instead.`
    : null
}

/** What the block writes from the range's corner on, repeated where the range is a multiple of it. */
export function planPaste(
  block: readonly string[][],
  range: Range,
  size: Size,
  isOpen: (row: number, column: number) => boolean,
): Paste {
  const width = Math.max(...block.map((row) => row.length), 0)
  const across = range.right - range.left + 1
  const rows = pasteHeight(block, range)
  const columns = width > 0 && across % width === 0 ? Math.max(across, width) : width
  const paste: Paste = {
    writes: [],
    range: {
      ...range,
      bottom: Math.min(range.top + rows, size.rows) - 1,
      right: Math.min(range.left + columns, size.columns) - 1,
    },
    beyond: 0,
    locked: 0,
    unreadable: 0,
  }
  for (let down = 0; down < rows; down++)
    for (let right = 0; right < columns; right++) {
      const text = block[down % block.length]?.[right % width]
      if (text === undefined) continue
      const [row, column] = [range.top + down, range.left + right]
      if (row >= size.rows || column >= size.columns) paste.beyond++
      else if (!isOpen(row, column)) paste.locked++
      else {
        const value = readCell(text)
        if (value === undefined) paste.unreadable++
        else paste.writes.push({ row, column, value })
      }
    }
  return paste
}

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`

/** What a paste did and what it left out, in a sentence. */
export function pasteWords({ writes, beyond, locked, unreadable }: Paste): string {
  const left = [
    beyond > 0 && `${beyond} beyond the last row or column shown`,
    locked > 0 && `${locked} only to be read`,
    unreadable > 0 && `${unreadable} no whole number`,
  ].filter(Boolean)
  const all = beyond + locked + unreadable
  return `${plural(writes.length, 'cell', 'cells')} pasted${all > 0 ? `; ${all} left out: ${left.join(', ')}` : ''}.`
}
