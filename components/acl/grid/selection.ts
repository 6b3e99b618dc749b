/** A cell by its place among the rows and columns of the grid; column −1 is the row's head. */
export type Place = { row: number; column: number }

/** The cells between two corners, both included. */
export type Range = { top: number; left: number; bottom: number; right: number }

export type Size = { rows: number; columns: number }

/** What is selected: from the cell where it began to the one that has the focus, or whole rows or columns between them. */
export type Selection = { anchor: Place; focus: Place; whole?: 'rows' | 'columns' }

const within = (value: number, least: number, most: number) => Math.min(Math.max(value, least), Math.max(least, most))

/** One cell alone; on a row's head it is the whole row. */
export function at(row: number, column: number): Selection {
  const place = { row, column }
  return { anchor: place, focus: place }
}

/** The selected cells. */
export function rangeOf({ anchor, focus, whole }: Selection, size: Size): Range {
  const isRows = whole === 'rows' || anchor.column < 0 || focus.column < 0
  return {
    top: whole === 'columns' ? 0 : Math.min(anchor.row, focus.row),
    bottom: whole === 'columns' ? size.rows - 1 : Math.max(anchor.row, focus.row),
    left: isRows ? 0 : Math.min(anchor.column, focus.column),
    right: isRows ? size.columns - 1 : Math.max(anchor.column, focus.column),
  }
}

/** How many cells a range has. */
export const cellsIn = ({ top, left, bottom, right }: Range): number =>
  Math.max(0, bottom - top + 1) * Math.max(0, right - left + 1)

/** The selection with its focus elsewhere in the grid; its beginning stays when it grows, else one cell is left of it. */
export function moveTo(selection: Selection, row: number, column: number, size: Size, grow = false): Selection {
  const focus = { row: within(row, 0, size.rows - 1), column: within(column, -1, size.columns - 1) }
  return { anchor: grow ? selection.anchor : focus, focus, whole: undefined }
}

export type MoveKey = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight' | 'Home' | 'End' | 'PageUp' | 'PageDown'

/**
 * Where a key of the ARIA grid pattern leads: arrows by one, with Ctrl to the edge; Home and End in the row, with Ctrl in the
 * grid; pages by the rows in sight. Shift takes the selection along.
 */
export function moveBy(
  selection: Selection,
  key: MoveKey,
  { far = false, grow = false, page = 1 }: { far?: boolean; grow?: boolean; page?: number },
  size: Size,
): Selection {
  const { row, column } = selection.focus
  const [lastRow, lastColumn] = [size.rows - 1, size.columns - 1]
  const [toRow, toColumn] = {
    ArrowUp: [far ? 0 : row - 1, column],
    ArrowDown: [far ? lastRow : row + 1, column],
    ArrowLeft: [row, far ? 0 : column - 1],
    ArrowRight: [row, far ? lastColumn : column + 1],
    Home: [far ? 0 : row, 0],
    End: [far ? lastRow : row, lastColumn],
    PageUp: [row - page, column],
    PageDown: [row + page, column],
  }[key] as [number, number]
  return moveTo(selection, toRow, toColumn, size, grow)
}

/** The selection after Tab in a row, or null at its end: there Tab leaves the grid, which so traps nobody. */
export function tabTo({ focus }: Selection, back: boolean, size: Size): Selection | null {
  const column = focus.column + (back ? -1 : 1)
  return column < 0 || column >= size.columns ? null : at(focus.row, column)
}
