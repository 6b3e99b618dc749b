import { useState } from 'react'
import { formatCount, formatNumber } from '@/lib/format'
import { cellKey, MOST_CELLS } from '@/lib/mig/acl/change'
import { DEFAULT_MODULE } from '@/lib/mig/acl/rule'
import type { CellView } from '../cell-view'
import { changeAt } from './cell-place'
import { type Changes, type StagedCell, write } from './changes'
import { formatTsv, MOST_PASTED, parseTsv, pasteHeight, pasteWords, planPaste, tooHigh } from './clipboard'
import { fillDown, fillFrom, fillRight, type ValueAt, type Write } from './fill'
import type { GridColumn, GridRow, GridScope } from './grid-data'
import { cellsIn, type Range, type Size } from './selection'

/** What can be done to cells: every way of writing goes through one place, which leaves out what is only read. */
export function useCells({
  scope,
  columns,
  canEdit,
  rowOf,
  sizeNow,
  load,
  changes,
  setChanges,
}: {
  scope: GridScope
  columns: readonly GridColumn[]
  canEdit: boolean
  /** The row at a place, as it is after the last load. */
  rowOf: (row: number) => GridRow | null
  sizeNow: () => Size
  /** Loads the rows between two places. */
  load: (from: number, to: number) => Promise<boolean>
  changes: Changes
  setChanges: (change: (before: Changes) => Changes) => void
}) {
  const [said, setSaid] = useState('')

  const stagedAt = (row: GridRow, column: GridColumn) => {
    const own = row.cells[column.id]?.own ?? null
    const { key, change } = keyed(scope, row, column, own)
    return { change, view: viewAt(row, column), staged: row.locked ? undefined : changes.cells.get(key) }
  }

  // What an unsaved minimum of `default` would lend is shown in the row at once.
  const lender = columns.find(({ name, twin }) => name === DEFAULT_MODULE && !twin)
  const viewAt = (row: GridRow, column: GridColumn): CellView | undefined => {
    const view = row.cells[column.id]
    if (scope.view !== 'minimums' || !lender || column.id === lender.id || !view || view.own !== undefined) return view
    const lent = changes.cells.get(keyed(scope, row, lender, null).key)?.change.value
    if (lent === undefined || view.mixed) return view
    const tone = lent !== null && lent < 1 ? 'bad' : undefined
    return { ...view, lent: lent === null ? undefined : { value: lent }, tone }
  }

  const valueAt: ValueAt = (rowPlace, columnPlace) => {
    const row = rowOf(rowPlace)
    const column = columns[columnPlace]
    if (!row || !column) return undefined
    const { staged, change } = stagedAt(row, column)
    return staged ? staged.change.value : change.seen
  }

  const isOpen = (rowPlace: number, columnPlace: number): boolean => {
    const row = rowOf(rowPlace)
    return canEdit && row !== null && !row.locked && columns[columnPlace] !== undefined
  }

  /** Writes what may be written; says how many cells changed. */
  const put = (writes: readonly Write[], words?: (changed: number) => string) => {
    if (!canEdit) return setSaid('You may look and copy; only an admin changes rules.')
    const cells: StagedCell[] = []
    for (const { row, column, value } of writes) {
      if (!isOpen(row, column)) continue
      const [found, head] = [rowOf(row) as GridRow, columns[column] as GridColumn]
      cells.push(changeAt(scope, found, head, found.cells[head.id]?.own ?? null, value))
    }
    const next = write(changes, cells)
    if (next.cells.size > MOST_CELLS)
      return setSaid(`That would be ${formatCount(next.cells.size, 'change')}: one save takes ${MOST_CELLS}.`)
    setChanges((before) => write(before, cells))
    const leftOut = writes.length - cells.length
    const sentence = words?.(cells.length) ?? `${formatCount(cells.length, 'cell')} written.`
    setSaid(leftOut > 0 ? `${sentence} ${leftOut} left out: only to be read, or not loaded.` : sentence)
  }

  const all = (range: Range, value: number | null): Write[] => {
    const writes: Write[] = []
    for (let row = range.top; row <= range.bottom; row++)
      for (let column = range.left; column <= range.right; column++) writes.push({ row, column, value })
    return writes
  }

  /** The clipboard's text of the range; null where rows are not loaded, which are loaded then for a second try. */
  const copy = (range: Range): string | null => {
    const text = formatTsv(range, valueAt)
    if (text !== null) setSaid(`${formatCount(cellsIn(range), 'cell')} copied.`)
    else if (range.bottom - range.top + 1 > MOST_PASTED)
      setSaid(
        `Nothing was copied: some of the selected rows are not loaded, and ${formatNumber(MOST_PASTED)} are loaded at most. Export them instead.`,
      )
    else {
      setSaid('Nothing was copied yet: some of the selected rows are being loaded.')
      void load(range.top, range.bottom).then(() => {
        if (formatTsv(range, valueAt) !== null) setSaid('The selected rows are loaded: copy them again.')
      })
    }
    return text
  }

  /** Writes a clipboard's text from the range's corner on; resolves to the range that it went to, or null. */
  const paste = async (text: string, range: Range): Promise<Range | null> => {
    const block = parseTsv(text)
    if (block.length === 0) return null
    const problem = tooHigh(block, range)
    if (problem) {
      setSaid(problem)
      return null
    }
    if (!(await load(range.top, range.top + pasteHeight(block, range) - 1))) {
      setSaid('Nothing was pasted: some of the rows that it goes into could not be loaded.')
      return null
    }
    const plan = planPaste(block, range, sizeNow(), isOpen)
    put(plan.writes, () => pasteWords(plan))
    return plan.range
  }

  /** Sets a rule for every cell of the range whose value was left behind on an older row. */
  const carryOver = (range: Range) => {
    const writes = all(range, null).flatMap(({ row, column }) => {
      const view = rowOf(row)?.cells[columns[column]?.id ?? '']
      const value = view?.own === undefined ? view?.behind?.[0] : undefined
      return value === undefined || valueAt(row, column) !== null ? [] : [{ row, column, value }]
    })
    put(writes, (count) =>
      count > 0
        ? `${formatCount(count, 'rule')} carried over to the newest row.`
        : 'Nothing selected was left behind on an older row.',
    )
  }

  return {
    said,
    say: setSaid,
    stagedAt,
    valueAt,
    set: (range: Range, value: number | null) => put(all(range, value)),
    clear: (range: Range) => put(all(range, null), (count) => `${formatCount(count, 'cell')} emptied: no rule.`),
    fillDown: (range: Range) => put(fillDown(range, valueAt), (count) => `${formatCount(count, 'cell')} filled.`),
    fillRight: (range: Range) => put(fillRight(range, valueAt), (count) => `${formatCount(count, 'cell')} filled.`),
    fillTo: (source: Range, target: Range) =>
      put(fillFrom(source, target, valueAt), (count) => `${formatCount(count, 'cell')} filled.`),
    copy,
    paste,
    carryOver,
  }
}

function keyed(scope: GridScope, row: GridRow, column: GridColumn, own: number | null) {
  const cell = changeAt(scope, row, column, own, own)
  return { ...cell, key: cellKey(cell.change) }
}
