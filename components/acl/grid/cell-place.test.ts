import { expect, test } from 'vitest'
import type { MigId } from '@/lib/mig/wire/id'
import { changeAt, withSaved } from './cell-place'
import { NO_CHANGES, write } from './changes'
import type { GridColumn, GridRow, GridScope } from './grid-data'

const id = (n: number) => String(n) as MigId
const named = (n: number) => ({ id: id(n), name: `n${n}` })
const row: GridRow = {
  ...named(10),
  kind: 'endpoint',
  behind: 0,
  mixed: false,
  cells: { '1': { own: 2, label: 'one' }, '2': { label: 'two' } },
}
const column = (n: number): GridColumn => ({ ...named(n), kind: 'module' })

test.each<[GridScope, object]>([
  [{ view: 'minimums' }, { table: 'agtmodreq', agent: '10', module: '1' }],
  [
    { view: 'investigator', person: named(7) },
    { table: 'invagtmodperm', investigator: '7', agent: '10', module: '1' },
  ],
  [
    { view: 'endpoint', endpoint: named(8) },
    { table: 'invagtmodperm', investigator: '10', agent: '8', module: '1' },
  ],
  [
    { view: 'module', module: named(9) },
    { table: 'invagtmodperm', investigator: '1', agent: '10', module: '9' },
  ],
])('a row and a column mean a cell: %j', (scope, cell) => {
  expect(changeAt(scope, row, column(1), 2, null).change).toEqual({ ...cell, seen: 2, value: null })
})

test('what was saved is stored before the server is asked again', () => {
  const scope: GridScope = { view: 'minimums' }
  const saved = write(NO_CHANGES, [changeAt(scope, row, column(1), 2, null), changeAt(scope, row, column(2), null, 5)])
  const after = withSaved(scope, row, [column(1), column(2)], saved.cells)
  expect([after.cells['1']?.own, after.cells['2']?.own]).toEqual([undefined, 5])
  expect(row.cells['1']?.own).toBe(2)
})
