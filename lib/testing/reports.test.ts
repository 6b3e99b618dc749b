import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { playwrightCounts, vitestCounts } from './reports'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'mig-reports-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))
const report = (content: unknown) => {
  const file = path.join(dir, 'report.json')
  writeFileSync(file, JSON.stringify(content))
  return file
}
const results = (...statuses: string[]) => statuses.map((status) => ({ status }))

test('vitest: passed, failed, skipped and todo; a file that did not load is one failure', () => {
  const file = report({
    testResults: [
      { status: 'passed', assertionResults: results('passed', 'passed', 'skipped', 'todo') },
      { status: 'failed', assertionResults: results('passed', 'failed') },
      { status: 'failed', assertionResults: [] },
    ],
  })
  expect(vitestCounts(file)).toEqual({ passed: 3, failed: 2, skipped: 2 })
})

test('Playwright: a flaky test and an error outside of a test have failed', () => {
  const stats = { expected: 7, unexpected: 1, flaky: 1, skipped: 2 }
  expect(playwrightCounts(report({ stats, errors: [{ message: 'no server' }] }))).toEqual({
    passed: 7,
    failed: 3,
    skipped: 2,
  })
})

test('no report, or one that is something else, is a failure', () => {
  expect(vitestCounts(path.join(dir, 'none'))).toEqual({ passed: 0, failed: 1, skipped: 0 })
  expect(playwrightCounts(report({ suites: [] }))).toEqual({ passed: 0, failed: 1, skipped: 0 })
})
