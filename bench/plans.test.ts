import { expect, test } from 'vitest'
import { chosen, indexesIn, withValues } from './explained'
import { countsOff, MANY_ROWS, type PlanNode, scansIn } from './plans'

const scan = (how: string, table: string, rows: number, more: Partial<PlanNode> = {}): PlanNode => ({
  'Node Type': how,
  Schema: 'public',
  'Relation Name': table,
  'Actual Rows': rows,
  'Actual Loops': 1,
  ...more,
})

test('a sequential scan of a growing table is found below other steps, one of a small table is not', () => {
  const plan: PlanNode = {
    'Node Type': 'Limit',
    Plans: [
      { 'Node Type': 'Nested Loop', Plans: [scan('Seq Scan', 'modules', 12), scan('Seq Scan', 'commands', 3)] },
      scan('Seq Scan', 'agents', 0, { Schema: 'dashboard' }),
    ],
  }
  expect(scansIn(plan)).toEqual([{ table: 'public.commands', how: 'Seq Scan', rows: 3 }])
})

test('very many rows by an index are told too, those that a filter drops and all turns of a loop counted', () => {
  const index = (rows: number, more: Partial<PlanNode> = {}) => scansIn(scan('Index Scan', 'agents', rows, more))
  expect(index(MANY_ROWS - 1)).toEqual([])
  expect(index(1, { 'Rows Removed by Filter': MANY_ROWS - 1 })).toHaveLength(1)
  expect(index(10, { 'Actual Loops': MANY_ROWS / 10 })).toEqual([
    { table: 'public.agents', how: 'Index Scan', rows: MANY_ROWS },
  ])
})

test('a scan that the plan has but that never ran reads nothing', () => {
  expect(scansIn(scan('Seq Scan', 'agents', 0, { 'Actual Loops': 0 }))).toEqual([])
})

test('OFFSET is found unless it only keeps a subquery apart', () => {
  expect(['SELECT 1 OFFSET 50', 'SELECT 1 OFFSET $1 LIMIT 1'].map(countsOff)).toEqual([true, true])
  expect(['SELECT 1 OFFSET 0) x', 'SELECT utc_offset'].map(countsOff)).toEqual([false, false])
})

const of = (text: string, ms: number) => ({ text, values: [], ms, process: 1, ended: 0 })

test('the statement of a page, its count and its longest are told apart', () => {
  const [page, count, other] = [of('\n  SELECT a AS cursor_key', 1), of('SELECT count(*) AS n', 2), of('WITH b', 3)]
  const statements = [of('BEGIN', 9), page, count, other]
  expect([chosen(statements, 'page'), chosen(statements, 'count'), chosen(statements, 'longest')]).toEqual([
    page,
    count,
    other,
  ])
  expect(chosen([count], 'page')).toBeUndefined()
})

test('a statement is shown with its values, and with the indexes of its plan', () => {
  expect(
    withValues({ text: '\n    SELECT $2,\n\n      $1\n    FROM a', values: ["'x'", `'${'y'.repeat(200)}'`] }),
  ).toBe(`SELECT '${'y'.repeat(159)} …,\n  'x'\nFROM a`)
  expect(
    indexesIn('Index Only Scan using b_i on a\n -> Bitmap Index Scan on a_i\n -> Index Scan Backward using b_i on b'),
  ).toEqual(['a_i', 'b_i'])
})
