import { z } from 'zod'

/** One entry of a command's `results`: the answer to the operation of the same place. */
export type ResultEntry =
  | { kind: 'answer'; found: boolean | null; success: boolean | null; errors: string[]; value: unknown }
  /** The agent refused or failed before a module answered: the log record's text is the only reason there is. */
  | { kind: 'refusal'; reason: string; value: unknown }
  /** The module was killed, ran out of time or crashed. */
  | { kind: 'none' }
  | { kind: 'odd'; value: unknown }

/** What a command says, in short: not answered, found or not, and why it failed. */
export type Answer =
  | { kind: 'waiting' }
  | { kind: 'unread' }
  | { kind: 'no-answer' }
  | { kind: 'entries'; found: boolean; entries: ResultEntry[]; reason: string | null }
  | { kind: 'unreadable'; why: string }

const logSchema = z.object({ Desc: z.string(), Sev: z.string().optional() })
const moduleSchema = z.looseObject({
  foundanything: z.boolean().optional(),
  success: z.boolean().optional(),
  errors: z.array(z.string()).nullish(),
  // filechecker of 2014 says "error", and it is a list all the same
  error: z.array(z.string()).nullish(),
})

// A command in these states holds no answer; since 2015 its results may be a skeleton that says "found nothing" (mig-domain 8).
const UNANSWERED = new Set(['sent', 'prepared', 'cancelled', 'expired'])

function readEntry(value: unknown): ResultEntry {
  if (value === null) return { kind: 'none' }
  const log = logSchema.safeParse(value)
  if (log.success) return { kind: 'refusal', reason: log.data.Desc, value }
  const answer = moduleSchema.safeParse(value)
  if (!answer.success) return { kind: 'odd', value }
  return {
    kind: 'answer',
    found: answer.data.foundanything ?? null,
    success: answer.data.success ?? null,
    errors: [...(answer.data.errors ?? []), ...(answer.data.error ?? [])],
    value,
  }
}

/** Reads a command's `results` column (mig-domain 8): text or null, and its whole length in bytes; never throws. */
export function readAnswer(status: string, results: string | null, bytes: number): Answer {
  if (results === null)
    return bytes > 0 ? { kind: 'unread' } : { kind: UNANSWERED.has(status) ? 'waiting' : 'no-answer' }
  if (bytes > Buffer.byteLength(results)) return { kind: 'unread' }
  let value: unknown
  try {
    value = JSON.parse(results)
  } catch {
    return { kind: 'unreadable', why: 'The results are not JSON.' }
  }
  if (value === null) return { kind: UNANSWERED.has(status) ? 'waiting' : 'no-answer' }
  if (!Array.isArray(value))
    return { kind: 'unreadable', why: 'The results are not a list with an entry for each operation.' }
  const entries = value.map(readEntry)
  if (UNANSWERED.has(status) && entries.every((e) => e.kind === 'none' || (e.kind === 'answer' && !e.found)))
    return { kind: 'waiting' }
  const refusal = entries.find((e) => e.kind === 'refusal')
  const errors = entries.flatMap((e) => (e.kind === 'answer' ? e.errors : []))
  return {
    kind: 'entries',
    found: entries.some((e) => e.kind === 'answer' && e.found === true),
    entries,
    reason: refusal?.reason ?? errors[0] ?? null,
  }
}
