import { failureReason, foundAnything, type OperationResult, readResults } from './results'

/** The longest results that a page reads. */
export const RESULT_BYTES = 16_000_000

/** What a command says, in short: not answered, found or not, and why it failed. */
export type Answer =
  /** Not answered: nothing there, or only what the scheduler put there. */
  | { kind: 'waiting' }
  /** There is more than was read. */
  | { kind: 'unread' }
  | { kind: 'no-answer' }
  | { kind: 'entries'; found: boolean | null; entries: OperationResult[]; reason: string | null }
  | { kind: 'unreadable'; why: string }

// A command in these states holds no answer; since 2015 its results may be a skeleton that says "found nothing" (mig-domain 8).
const UNANSWERED = new Set(['sent', 'prepared', 'cancelled', 'expired'])

/** Reads a command's `results`: text or null, and its whole length in bytes; never throws. */
export function readAnswer(
  status: string,
  results: string | null,
  bytes: number,
  modules: readonly string[] = [],
): Answer {
  const nothing: Answer = { kind: UNANSWERED.has(status) ? 'waiting' : 'no-answer' }
  if (results === null) return bytes > 0 ? { kind: 'unread' } : nothing
  if (bytes > Buffer.byteLength(results)) return { kind: 'unread' }
  const read = readResults(results, modules)
  if (read.kind === 'none') return nothing
  if (read.kind === 'unreadable') return read
  const empty = read.entries.every((entry) => entry.kind === 'null' || entry.kind === 'skeleton')
  if (empty && UNANSWERED.has(status)) return { kind: 'waiting' }
  return { kind: 'entries', found: foundAnything(read), entries: read.entries, reason: failureReason(read) }
}
