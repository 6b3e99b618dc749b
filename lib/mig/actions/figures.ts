import { COMMAND_OUTCOMES } from '@/lib/mig/wire/status'
import { compareInstants, type Instant } from '@/lib/mig/wire/time'

export type Outcome = keyof typeof COMMAND_OUTCOMES

/** Commands with these words were answered by an agent; the others are still out, or given up by the scheduler. */
export const ANSWERED: readonly string[] = [
  ...COMMAND_OUTCOMES.done,
  ...COMMAND_OUTCOMES.failed,
  ...COMMAND_OUTCOMES.timeout,
]

/** What became of a command by its stored word; null for a word that no vintage writes. */
export function outcomeOf(status: string): Outcome | null {
  for (const [outcome, words] of Object.entries(COMMAND_OUTCOMES))
    if ((words as readonly string[]).includes(status)) return outcome as Outcome
  return null
}

/** One group of an action's commands as `figuresSql` counts them. */
export type FigureRow = {
  status: string
  /** The bucket of `DURATION_BOUNDS` that its duration falls into; null where it has none. */
  bucket: number | null
  count: string
  late: string
  firstAnswer: Instant | null
  lastAnswer: Instant | null
  firstLate: Instant | null
}

/** An action's commands, counted from their rows. */
export type CommandFigures = {
  total: number
  byStatus: { status: string; count: number }[]
  byOutcome: Record<Outcome, number>
  /** Commands with a status that no vintage writes. */
  unknown: number
  firstAnswer: Instant | null
  lastAnswer: Instant | null
  /** Answers that came after the action expired, and when the first of them did. */
  late: number
  firstLate: Instant | null
  durations: { status: string; bucket: number; count: number }[]
}

const pick = (order: 1 | -1) => (a: Instant | null, b: Instant | null) =>
  a === null || b === null ? (a ?? b) : compareInstants(a, b) * order <= 0 ? a : b
const first = pick(1)
const last = pick(-1)

/** The groups of one action's commands put together. */
export function figuresOf(rows: FigureRow[]): CommandFigures {
  const byStatus = new Map<string, number>()
  const figures: CommandFigures = {
    total: 0,
    byStatus: [],
    byOutcome: { out: 0, done: 0, failed: 0, timeout: 0, cancelled: 0 },
    unknown: 0,
    firstAnswer: null,
    lastAnswer: null,
    late: 0,
    firstLate: null,
    durations: [],
  }
  for (const row of rows) {
    const count = Number(row.count)
    const outcome = outcomeOf(row.status)
    figures.total += count
    figures.late += Number(row.late)
    if (outcome) figures.byOutcome[outcome] += count
    else figures.unknown += count
    byStatus.set(row.status, (byStatus.get(row.status) ?? 0) + count)
    figures.firstAnswer = first(figures.firstAnswer, row.firstAnswer)
    figures.lastAnswer = last(figures.lastAnswer, row.lastAnswer)
    figures.firstLate = first(figures.firstLate, row.firstLate)
    if (row.bucket !== null) figures.durations.push({ status: row.status, bucket: row.bucket, count })
  }
  figures.byStatus = [...byStatus]
    .map(([status, count]) => ({ status, count }))
    .sort((a, b) => (a.status < b.status ? -1 : 1))
  return figures
}
