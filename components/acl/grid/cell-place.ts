import { type CellChange, cellKey } from '@/lib/mig/acl/change'
import type { CellNames, StagedCell } from './changes'
import type { GridColumn, GridRow, GridScope } from './grid-data'

/** The cell that a row and a column mean in this grid, to become `value`, and what it is called. */
export function changeAt(
  scope: GridScope,
  row: GridRow,
  column: GridColumn,
  seen: number | null,
  value: number | null,
): { change: CellChange; names: CellNames } {
  switch (scope.view) {
    case 'minimums':
      return {
        change: { table: 'agtmodreq', agent: row.id, module: column.id, seen, value },
        names: { endpoint: row.name, module: column.name },
      }
    case 'investigator':
      return {
        change: {
          table: 'invagtmodperm',
          investigator: scope.person.id,
          agent: row.id,
          module: column.id,
          seen,
          value,
        },
        names: { endpoint: row.name, module: column.name, person: scope.person.name },
      }
    case 'endpoint':
      return {
        change: {
          table: 'invagtmodperm',
          investigator: row.id,
          agent: scope.endpoint.id,
          module: column.id,
          seen,
          value,
        },
        names: { endpoint: scope.endpoint.name, module: column.name, person: row.name },
      }
    case 'module':
      return {
        change: {
          table: 'invagtmodperm',
          investigator: column.id,
          agent: row.id,
          module: scope.module.id,
          seen,
          value,
        },
        names: { endpoint: row.name, module: scope.module.name, person: column.name },
      }
  }
}

/** The row with what was saved of it as its stored values. */
export function withSaved(
  scope: GridScope,
  row: GridRow,
  columns: readonly GridColumn[],
  saved: ReadonlyMap<string, StagedCell>,
): GridRow {
  const cells = { ...row.cells }
  for (const column of columns) {
    const view = cells[column.id]
    const done = saved.get(cellKey(changeAt(scope, row, column, null, null).change))
    if (view && done) cells[column.id] = { ...view, own: done.change.value ?? undefined }
  }
  return { ...row, cells }
}
