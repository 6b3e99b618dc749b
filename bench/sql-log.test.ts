import { describe, expect, test } from 'vitest'
import { readingOnly, statementsIn } from './sql-log'

const line = (message: string, more: Record<string, unknown> = {}) =>
  JSON.stringify({ user: 'mig_dashboard', pid: 7, message, ...more })

describe('statements in the log', () => {
  test('have their time and their values as literals; those of others, parsing and binding are left out', () => {
    const lines = [
      line('duration: 0.125 ms  parse <unnamed>: SELECT $1'),
      line('duration: 0.125 ms  bind <unnamed>: SELECT $1', { detail: "Parameters: $1 = 'x'" }),
      line('duration: 12.500 ms  execute <unnamed>: SELECT $2,\n  $1', {
        detail: "Parameters: $1 = 'it''s $2 = ''7''', $2 = NULL, $3 = '{1,2}'",
      }),
      line('duration: 3.000 ms  statement: BEGIN', { pid: 8 }),
      line('duration: 9.000 ms  statement: SELECT 1', { user: 'postgres' }),
      line('connection authorized'),
    ]
    expect(statementsIn(lines, 'mig_dashboard')).toEqual([
      { text: 'SELECT $2,\n  $1', values: ["'it''s $2 = ''7'''", 'NULL', "'{1,2}'"], ms: 12.5, process: 7 },
      { text: 'BEGIN', values: [], ms: 3, process: 8 },
    ])
  })

  test('that write or wait are not run again', () => {
    const of = (text: string) => ({ text, values: [], ms: 1, process: 1 })
    const kept = ['BEGIN', 'SET LOCAL work_mem = 1', 'SELECT 1', '  WITH a AS (SELECT 1) SELECT * FROM a', 'COMMIT']
    const left = [
      'UPDATE dashboard.session SET last_used_at = now()',
      'WITH gone AS (DELETE FROM a RETURNING 1) SELECT * FROM gone',
      'SELECT pg_try_advisory_xact_lock(1)',
      'INSERT INTO a SELECT 1',
    ]
    expect(readingOnly([...kept, ...left].map(of)).map(({ text }) => text)).toEqual(kept)
  })
})
