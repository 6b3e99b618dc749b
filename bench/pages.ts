import type { Question } from './questions'
import type { Measured } from './report'
import { type Replay, readingOnly, type SqlLog, type Statement } from './sql-log'
import { median, percentile } from './statistics'
import type { Visitor } from './visitor'

/** Limits of the design's table: times the bare statements, plus what a page may add, in milliseconds. */
const FACTOR = 1.5
const ADDED_MS = 50
const SQL_LIMITS: Partial<Record<NonNullable<Question['limit']>, number>> = {
  health: 50,
  grouped: 1_000,
  window: 50,
  'what-if two': 2_000,
  'what-if all': 8_000,
}

/** How long statements that run on behind a page are waited for, before the next page is asked for. */
const QUIET_MS = 120_000
/** The clock of the log is the system's, in milliseconds. */
const SLACK_MS = 5
const BARE_TIMES = 30
const LEAST = 5

/**
 * The statements that each page sends when nothing of its answer is kept, without those that run on behind it; asks for each
 * page once. What does not answer 200 is said and left out; a statement that was stopped is said.
 */
export async function tracePages(
  visitor: Visitor,
  questions: readonly Question[],
  log: SqlLog,
  { say, failed }: { say: (line: string) => void; failed: string[] },
): Promise<Map<Question, Statement[]>> {
  const traces = new Map<Question, Statement[]>()
  await log.write(true)
  try {
    for (const question of questions) {
      const { status, ms } = await visitor.ask(question.path)
      const answered = Date.now() + SLACK_MS
      await log.quiet(QUIET_MS)
      const sent = await log.take()
      const statements = readingOnly(sent.statements).filter(({ ended }) => ended <= answered)
      say(`${question.name}: ${ms.toFixed(0)} ms the first time, ${statements.length} statements`)
      // The page may have answered with a sentence about it.
      if (sent.stopped > 0)
        failed.push(`${question.name}: ${sent.stopped} statements of ${question.path} were stopped at their time limit`)
      if (status === 200) traces.set(question, statements)
      else failed.push(`${question.name}: ${question.path} answered ${status}`)
    }
  } finally {
    await log.write(false)
  }
  return traces
}

/** Asks for a page again and again, for so many seconds at most, and runs its statements bare. `directory` is the time of the bare directory, for the spool. */
export async function measurePage(
  visitor: Visitor,
  replay: Replay,
  question: Question,
  statements: readonly Statement[],
  { requests, longest, directory }: { requests: number; longest: number; directory: number },
): Promise<Measured> {
  const { ms: first } = await visitor.ask(question.path)
  const times: number[] = []
  let bytes = 0
  const wanted = Math.max(LEAST, Math.min(requests, Math.ceil((longest * 1000) / first)))
  while (times.length < wanted) {
    const answer = await visitor.ask(question.path)
    if (answer.status !== 200) throw new Error(`${question.path} answered ${answer.status}`)
    times.push(answer.ms)
    bytes = answer.bytes
  }
  const bare: number[] = []
  const most = statements.reduce((sum, { ms }) => sum + ms, 0) > 2_000 ? LEAST : Math.min(BARE_TIMES, requests)
  while (bare.length < most) bare.push(await replay.time(statements))
  const sql = median(bare)
  const kind = question.limit
  const ofSql = kind && SQL_LIMITS[kind]
  return {
    name: question.name,
    path: question.path,
    requests: times.length,
    p50: median(times),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
    bytes,
    statements: statements.length,
    sql,
    cold: null,
    limit: ofSql ?? (kind ? FACTOR * (kind === 'spool' ? directory : sql) + ADDED_MS : null),
    judged: ofSql ? 'sql' : 'page',
  }
}
