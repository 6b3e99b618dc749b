import { readFileSync } from 'node:fs'
import { z } from 'zod'

export type Counts = { passed: number; failed: number; skipped: number }

const vitestSchema = z.object({
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
})

/** Counts the tests of vitest's JSON report; a file that failed before its first test counts as one failure, as does no report. */
export function vitestCounts(file: string): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
  const report = read(file, vitestSchema)
  if (!report) return { ...counts, failed: 1 }
  for (const { status, assertionResults } of report.testResults) {
    const before = counts.failed
    for (const { status: one } of assertionResults)
      counts[one === 'passed' ? 'passed' : one === 'failed' ? 'failed' : 'skipped']++
    if (status === 'failed' && counts.failed === before) counts.failed++
  }
  return counts
}

const playwrightSchema = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.unknown()),
})

/** Counts the tests of Playwright's JSON report; a flaky one has failed, and so has each error outside of a test. */
export function playwrightCounts(file: string): Counts {
  const report = read(file, playwrightSchema)
  if (!report) return { passed: 0, failed: 1, skipped: 0 }
  const { expected, unexpected, flaky, skipped } = report.stats
  return { passed: expected, failed: unexpected + flaky + report.errors.length, skipped }
}

function read<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}
