import { describe, expect, test } from 'vitest'
import { readingOnly, settingsBefore, statementsIn, stoppedIn } from './sql-log'

const line = (message: string, more: Record<string, unknown> = {}) =>
  JSON.stringify({ timestamp: '2026-01-02 03:04:05.678 UTC', user: 'mig_dashboard', pid: 7, message, ...more })

describe('statements in the log', () => {
  test('have their time and their values as literals; those of others and of jobs, parsing and binding are left out', () => {
    const lines = [
      line('duration: 0.125 ms  parse <unnamed>: SELECT $1'),
      line('duration: 0.125 ms  bind <unnamed>: SELECT $1', { detail: "Parameters: $1 = 'x'" }),
      line('duration: 12.500 ms  execute <unnamed>: SELECT $2,\n  $1', {
        detail: "Parameters: $1 = 'it''s $2 = ''7''', $2 = NULL, $3 = '{1,2}'",
      }),
      line('duration: 3.000 ms  statement: BEGIN', { pid: 8 }),
      line('duration: 9.000 ms  statement: SELECT 1', { user: 'postgres' }),
      line('duration: 9.000 ms  statement: SELECT 1', { application_name: 'mig-dashboard job' }),
      line('duration: 4.000 ms  statement: SELECT 2', { application_name: 'mig-dashboard answer' }),
      line('connection authorized'),
    ]
    const ended = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
    expect(statementsIn(lines, 'mig_dashboard')).toEqual([
      { text: 'SELECT $2,\n  $1', values: ["'it''s $2 = ''7'''", 'NULL', "'{1,2}'"], ms: 12.5, process: 7, ended },
      { text: 'BEGIN', values: [], ms: 3, process: 8, ended },
      { text: 'SELECT 2', values: [], ms: 4, process: 7, ended },
    ])
  })

  test('that were stopped are counted', () => {
    const lines = [
      line('canceling statement due to statement timeout', { state_code: '57014', error_severity: 'ERROR' }),
      line('canceling statement due to statement timeout', { state_code: '57014', user: 'postgres' }),
      line('division by zero', { state_code: '22012' }),
      line('duration: 3.000 ms  statement: BEGIN'),
    ]
    expect(stoppedIn(lines, 'mig_dashboard')).toBe(1)
  })

  test('that write or wait are not run again', () => {
    const of = (text: string) => ({ text, values: [], ms: 1, process: 1, ended: 0 })
    const kept = ['BEGIN', 'SET LOCAL work_mem = 1', 'SELECT 1', '  WITH a AS (SELECT 1) SELECT * FROM a', 'COMMIT']
    const left = [
      'UPDATE dashboard.session SET last_used_at = now()',
      'WITH gone AS (DELETE FROM a RETURNING 1) SELECT * FROM gone',
      'SELECT pg_try_advisory_xact_lock(1)',
      'INSERT INTO a SELECT 1',
    ]
    expect(readingOnly([...kept, ...left].map(of)).map(({ text }) => text)).toEqual(kept)
  })

  test('run again after what their own transaction had set', () => {
    const of = (text: string, process = 1) => ({ text, values: [], ms: 1, process, ended: 0 })
    const [first, last] = [of('SELECT 1'), of('SELECT 2')]
    const statements = [
      of('BEGIN'),
      of('SET LOCAL jit = off; SET LOCAL work_mem = 1'),
      of('SET LOCAL work_mem = 2', 2),
      first,
      of('COMMIT'),
      of('BEGIN READ ONLY'),
      of("SET LOCAL statement_timeout = '2s'"),
      last,
    ]
    expect(settingsBefore(statements, first)).toEqual([statements[1]])
    expect(settingsBefore(statements, last)).toEqual([statements[6]])
  })
})
