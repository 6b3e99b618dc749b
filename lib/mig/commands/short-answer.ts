import { type Answer, readAnswer } from '@/lib/mig/modules-json/answer'
import type { Hit } from '@/lib/mig/modules-json/hit'

/** What a row of a list says of an answer: enough for one line, whatever the size of the results. */
export type ShortAnswer = {
  kind: Answer['kind']
  /** null when nothing says so either way, or when the results were not looked at. */
  found: boolean | null
  /** Why it failed, in the agent's words. */
  reason: string | null
  /** The first things found. */
  hits: Hit[]
  hitCount: number
  /** No entry holds an answer: a module that was stopped or crashed, or a skeleton. */
  empty: boolean
  /** Why it is unreadable. */
  why: string | null
  /** Length of the results in bytes; null when they are so large that not even their length was read. */
  bytes: number | null
}

/** What the database tells of a command's results: the text only when it is short. */
export type ReadResults = { text: string | null; bytes: number | null; found: boolean | null }

const SHOWN_HITS = 3
const REASON_LENGTH = 500

/** The line that a list shows of these results. */
export function shortAnswer(status: string, read: ReadResults, modules: readonly string[]): ShortAnswer {
  const answer = readAnswer(status, read.text, read.bytes ?? Number.MAX_SAFE_INTEGER, modules)
  const short: ShortAnswer = {
    kind: answer.kind,
    found: answer.kind === 'unread' ? read.found : null,
    reason: null,
    hits: [],
    hitCount: 0,
    empty: false,
    why: answer.kind === 'unreadable' ? answer.why : null,
    bytes: read.bytes,
  }
  if (answer.kind !== 'entries') return short
  const hits = answer.entries.flatMap((entry) => (entry.found === true ? entry.hits : []))
  return {
    ...short,
    found: answer.found,
    reason: answer.reason?.slice(0, REASON_LENGTH) ?? null,
    hits: hits.slice(0, SHOWN_HITS),
    hitCount: hits.length,
    empty: answer.entries.every((entry) => entry.kind === 'null' || entry.kind === 'skeleton'),
  }
}
