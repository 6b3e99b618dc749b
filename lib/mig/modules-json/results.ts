import { z } from 'zod'
import { type JsonValue, jsonItems, parseJsonText } from '@/lib/json-text'
import { readAgentdestroy } from './agentdestroy'
import { readExample } from './example'
import { readFile } from './file'
import { readFilechecker } from './filechecker'
import type { Hit } from './hit'
import { readMemory } from './memory'
import { readNetstat } from './netstat'
import { readPersistent } from './persistent'
import { readPing } from './ping'
import { readPkg } from './pkg'
import { readScribe } from './scribe'
import { readSshkey } from './sshkey'
import { readStatistics, type Statistic } from './statistics'
import { readTimedrift } from './timedrift'
import { readUpgrade } from './upgrade'
import { isJsonObject } from './values'
import { readYara } from './yara'

type Reader = (answer: JsonValue) => ModuleAnswer | null

export type ModuleAnswer = NonNullable<
  ReturnType<
    | typeof readFilechecker
    | typeof readFile
    | typeof readNetstat
    | typeof readMemory
    | typeof readPing
    | typeof readTimedrift
    | typeof readPkg
    | typeof readScribe
    | typeof readSshkey
    | typeof readYara
    | typeof readUpgrade
    | typeof readAgentdestroy
    | typeof readExample
    | typeof readPersistent
  >
>

/** What every entry says, whatever its kind. */
type Common = {
  /** The operation's module; empty when the action's operations do not name one. */
  module: string
  /** The entry as stored. */
  text: string
  /** null where nothing says so: upgrade, agentdestroy, log records, null, skeletons. */
  found: boolean | null
  success: boolean | null
  errors: string[]
  statistics: Statistic[]
  hits: Hit[]
}

/** One entry of `results`: the answer to the operation of the same place, or what stands there instead of one. */
export type OperationResult = Common &
  (
    | ModuleAnswer
    /** The agent refused the command or failed before a module answered; one record for all operations. */
    | { kind: 'log'; reason: string; severity: string }
    /** The module was killed, ran out of time or crashed. */
    | { kind: 'null' }
    /** What later schedulers store before there is an answer: says nothing about the endpoint. */
    | { kind: 'skeleton' }
    /** An answer of a module that this program has no reader for. */
    | { kind: 'other' }
    /** Not the shape that its module answers in. */
    | { kind: 'unknown'; why: string }
  )

export type Results =
  /** SQL NULL or JSON null. */
  { kind: 'none' } | { kind: 'entries'; entries: OperationResult[] } | { kind: 'unreadable'; why: string }

const filechecker: Reader[] = [readFilechecker, readFile]
const persistent: Reader[] = [readPersistent]

// Names change over the years while shapes tell the truth, so a module may have several readers; the first that fits reads.
const READERS = new Map<string, Reader[]>([
  ['filechecker', filechecker],
  ['file', [readFile, readFilechecker]],
  ['netstat', [readNetstat]],
  ['memory', [readMemory]],
  ['ping', [readPing]],
  ['timedrift', [readTimedrift]],
  ['pkg', [readPkg]],
  ['scribe', [readScribe]],
  ['sshkey', [readSshkey]],
  ['yara', [readYara]],
  ['upgrade', [readUpgrade]],
  ['agentdestroy', [readAgentdestroy]],
  ['example', [readExample]],
  ['audit', persistent],
  ['dispatch', persistent],
  ['fswatch', persistent],
  ['examplepersist', persistent],
])

const logSchema = z.looseObject({ Desc: z.string(), Sev: z.string().nullish() })
const commonSchema = z.looseObject({
  foundanything: z.boolean().nullish(),
  success: z.boolean().nullish(),
  errors: z.array(z.string()).nullish(),
  // filechecker of 2014 says "error", and it is a list all the same.
  error: z.array(z.string()).nullish(),
})

const SKELETON = ['foundanything', 'success', 'elements', 'statistics', 'errors']

function isSkeleton(value: JsonValue): boolean {
  if (!isJsonObject(value) || Object.keys(value).some((key) => !SKELETON.includes(key))) return false
  return (
    value.foundanything === false &&
    value.success === false &&
    value.elements === null &&
    (value.statistics ?? null) === null &&
    (value.errors ?? null) === null
  )
}

function readEntry(text: string, value: JsonValue, module: string): OperationResult {
  const common: Common = { module, text, found: null, success: null, errors: [], statistics: [], hits: [] }
  if (value === null) return { ...common, kind: 'null' }
  const log = logSchema.safeParse(value)
  if (log.success) return { ...common, module: '', kind: 'log', reason: log.data.Desc, severity: log.data.Sev ?? '' }
  if (isSkeleton(value)) return { ...common, kind: 'skeleton' }
  const parsed = commonSchema.safeParse(value)
  if (!parsed.success || !isJsonObject(value))
    return { ...common, kind: 'unknown', why: 'This is no answer of a module.' }
  const told: Common = {
    ...common,
    found: parsed.data.foundanything ?? null,
    success: parsed.data.success ?? null,
    errors: [...(parsed.data.errors ?? []), ...(parsed.data.error ?? [])],
    statistics: readStatistics(value.statistics),
  }
  const readers = READERS.get(module)
  if (!readers) return { ...told, kind: 'other' }
  for (const read of readers) {
    const answer = read(value)
    if (answer) return { ...told, ...answer }
  }
  return { ...told, kind: 'unknown', why: 'This is not the shape that the module answers in.' }
}

/**
 * Reads a command's `results` column (mig-domain 8), each entry with the module of the operation in its place. Digits are
 * kept, nothing throws; memory is a few times the text's, so cap what you read.
 */
export function readResults(text: string | null, modules: readonly string[]): Results {
  if (text === null || text.trim() === 'null') return { kind: 'none' }
  const items = jsonItems(text)
  if (!items)
    return parseJsonText(text) === undefined
      ? { kind: 'unreadable', why: 'The results are not JSON.' }
      : { kind: 'unreadable', why: 'The results are not a list with an entry for each operation.' }
  const entries: OperationResult[] = []
  for (const [i, item] of items.entries()) {
    const value = parseJsonText(item)
    if (value === undefined) return { kind: 'unreadable', why: 'The results are not JSON.' }
    entries.push(readEntry(item, value, modules[i] ?? ''))
  }
  return { kind: 'entries', entries }
}

/** Whether anything was found: null when no entry says so either way. */
export function foundAnything(results: Results): boolean | null {
  if (results.kind !== 'entries') return null
  if (results.entries.some((entry) => entry.found === true)) return true
  return results.entries.some((entry) => entry.found === false) ? false : null
}

/** Why a command failed, as the agent says it: the log record of a refusal, else the first error; null when it says nothing. */
export function failureReason(results: Results): string | null {
  if (results.kind !== 'entries') return null
  for (const entry of results.entries) if (entry.kind === 'log') return entry.reason
  for (const entry of results.entries) if (entry.errors[0] !== undefined) return entry.errors[0]
  return null
}
