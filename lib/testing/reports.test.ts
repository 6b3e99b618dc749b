import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { playwrightReport, vitestReport } from './reports'

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
const results = (...statuses: string[]) =>
  statuses.map((status) => ({
    status,
    fullName: `a ${status} test`,
    failureMessages: status === 'failed' ? ['expected 1 to be 2\n    at a.ts:1'] : [],
  }))

test('vitest: passed, failed, skipped and todo; a file that did not load is one failure', () => {
  const file = report({
    testResults: [
      { name: 'a.test.ts', status: 'passed', assertionResults: results('passed', 'passed', 'skipped', 'todo') },
      { name: 'b.test.ts', status: 'failed', assertionResults: results('passed', 'failed') },
      { name: 'c.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
    ],
  })
  expect(vitestReport(file)).toEqual({
    counts: { passed: 3, failed: 2, skipped: 2 },
    failures: ['b.test.ts › a failed test\n    expected 1 to be 2\n        at a.ts:1', 'c.test.ts\n    no such module'],
    triedAgain: [],
  })
})

const spec = (status: string, ...messages: string[]) => ({
  title: `a ${status} test`,
  file: 'a.spec.ts',
  line: 3,
  tests: [{ status, results: messages.map((message) => ({ errors: [{ message }] })) }],
})

test('Playwright: an error outside of a test has failed; one that passed when tried again has passed and is named', () => {
  const stats = { expected: 7, unexpected: 1, flaky: 1, skipped: 2 }
  const suites = [
    { specs: [spec('unexpected', 'no row')], suites: [{ specs: [spec('expected'), spec('flaky', 'too late')] }] },
  ]
  expect(playwrightReport(report({ stats, errors: [{ message: 'no server' }], suites }))).toEqual({
    counts: { passed: 8, failed: 2, skipped: 2 },
    failures: ['a.spec.ts:3 › a unexpected test\n    no row', 'outside of a test\n    no server'],
    triedAgain: ['a.spec.ts:3 › a flaky test\n    too late'],
  })
})

test('Playwright: when more than three had to be tried again, all of them have failed', () => {
  const stats = { expected: 7, unexpected: 0, flaky: 4, skipped: 0 }
  const suites = [{ specs: Array.from({ length: 4 }, () => spec('flaky', 'too late')) }]
  const { counts, failures, triedAgain } = playwrightReport(report({ stats, errors: [], suites }))
  expect(counts).toEqual({ passed: 7, failed: 4, skipped: 0 })
  expect(failures).toHaveLength(4)
  expect(triedAgain).toEqual([])
})

test('no report, or one that is something else, is a failure', () => {
  const none = { counts: { passed: 0, failed: 1, skipped: 0 }, failures: ['the tool left no report'], triedAgain: [] }
  expect(vitestReport(path.join(dir, 'none'))).toEqual(none)
  expect(playwrightReport(report({ suites: [] }))).toEqual(none)
})
