import type { CellChange } from '@/lib/mig/acl/change'
import type { CellNames } from './changes'
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
