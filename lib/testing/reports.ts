import { readFileSync } from 'node:fs'
import { z } from 'zod'

export type Counts = { passed: number; failed: number; skipped: number }
/** What a report says: the counts, and of each failure and each test that passed when tried again its name and first message. */
export type Report = { counts: Counts; failures: string[]; triedAgain: string[] }

const MESSAGE_LINES = 12

const vitestSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
})

/** Reads vitest's JSON report; a file that failed before its first test counts as one failure, as does no report. */
export function vitestReport(file: string): Report {
  const report = read(file, vitestSchema)
  if (!report) return NO_REPORT
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
  const failures: string[] = []
  for (const { name, status, message, assertionResults } of report.testResults) {
    const before = counts.failed
    for (const { status: one, fullName, failureMessages } of assertionResults) {
      counts[one === 'passed' ? 'passed' : one === 'failed' ? 'failed' : 'skipped']++
      if (one === 'failed') failures.push(failure(`${name} › ${fullName}`, failureMessages ?? []))
    }
    if (status === 'failed' && counts.failed === before) {
      counts.failed++
      failures.push(failure(name, [message ?? '']))
    }
  }
  return { counts, failures, triedAgain: [] }
}

const errorSchema = z.object({ message: z.string().optional() })
const specSchema = z.object({
  title: z.string(),
  file: z.string(),
  line: z.number(),
  tests: z.array(z.object({ status: z.string(), results: z.array(z.object({ errors: z.array(errorSchema) })) })),
})
type Suite = { specs: z.infer<typeof specSchema>[]; suites?: Suite[] | undefined }
const suiteSchema: z.ZodType<Suite> = z.object({
  specs: z.array(specSchema),
  get suites() {
    return z.array(suiteSchema).optional()
  },
})
const playwrightSchema = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(errorSchema),
  suites: z.array(suiteSchema),
})

/** Of so many browser tests the second try counts: a machine that is busy for a moment. Of more, each has failed. */
const MAY_TRY_AGAIN = 3

/** Reads Playwright's JSON report; an error outside of a test has failed. */
export function playwrightReport(file: string): Report {
  const report = read(file, playwrightSchema)
  if (!report) return NO_REPORT
  const { expected, unexpected, flaky, skipped } = report.stats
  const specs = (suites: Suite[]): Suite['specs'] =>
    suites.flatMap((suite) => [...suite.specs, ...specs(suite.suites ?? [])])
  const named = (wanted: string) =>
    specs(report.suites).flatMap(({ title, file, line, tests }) =>
      tests
        .filter(({ status }) => status === wanted)
        .map(({ results }) =>
          failure(
            `${file}:${line} › ${title}`,
            results.flatMap(({ errors }) => errors.map(({ message = '' }) => message)),
          ),
        ),
    )
  const tooMany = flaky > MAY_TRY_AGAIN
  const errors = report.errors.map(({ message = '' }) => failure('outside of a test', [message]))
  return {
    counts: {
      passed: expected + (tooMany ? 0 : flaky),
      failed: unexpected + (tooMany ? flaky : 0) + errors.length,
      skipped,
    },
    failures: [...named('unexpected'), ...(tooMany ? named('flaky') : []), ...errors],
    triedAgain: tooMany ? [] : named('flaky'),
  }
}

const NO_REPORT: Report = {
  counts: { passed: 0, failed: 1, skipped: 0 },
  failures: ['the tool left no report'],
  triedAgain: [],
}

function failure(test: string, messages: string[]): string {
  const lines = messages.join('\n').split('\n').slice(0, MESSAGE_LINES)
  return [test, ...lines.map((line) => `    ${line}`)].join('\n')
}

function read<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}
