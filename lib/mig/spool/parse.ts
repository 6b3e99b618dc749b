import { formatNumber } from '@/lib/format'
import { jsonFields } from '@/lib/json-text'
import { type MigId, readIdText, sameDouble } from '@/lib/mig/wire/id'
import type { SpoolName } from '@/lib/mig/wire/spool-name'
import { compareInstants, type Instant, isNotYet, parseRfc3339 } from '@/lib/mig/wire/time'
import { MAX_DEPTH, scanJson } from './worker-json-scan.mjs'

/** An id in a file; `exact: false` when the file holds a rounded double, of which `id` is the exact value. */
export type FileId = { id: MigId; exact: boolean }
/** A moment in a file: as MIG wrote it, and read; `at` is null for "not yet" and for what is no moment. */
export type FileTime = { text: string; at: Instant | null; isNotYet: boolean }
export type Fact = { key: string; value: string }

/** `broken`: MIG cannot use the file. `odd`: worth a look. `normal`: only explains what is seen. */
export type FileProblem = { severity: 'broken' | 'odd' | 'normal'; sentence: string }

export type FileAction = {
  id: FileId | null
  name: string
  target: string
  status: string | null
  description: Fact[]
  threat: Fact[]
  counters: Fact[]
  syntaxVersion: number | null
  validFrom: FileTime | null
  expireAfter: FileTime | null
  startTime: FileTime | null
  finishTime: FileTime | null
  lastUpdateTime: FileTime | null
  /** The operations' modules, '' for one that names none; null in a husk. */
  modules: string[] | null
  /** The list of operations as it stands in the file; null when there is none. */
  operationsText: string | null
  signatures: string[] | null
}

export type FileAgent = {
  id: FileId | null
  name: string
  queueloc: string
  os: string
  version: string
  pid: number | null
  status: string | null
  startTime: FileTime | null
  heartbeatTime: FileTime | null
}

export type FileCommand = {
  id: FileId | null
  status: string | null
  action: FileAction | null
  agent: FileAgent | null
  /** How many results there are; null until answered. */
  results: number | null
  /** The list of results as it stands in the file; null when there is none. */
  resultsText: string | null
  startTime: FileTime | null
  finishTime: FileTime | null
}

export type ParsedFile = {
  text: string
  action: FileAction | null
  command: FileCommand | null
  problems: FileProblem[]
}

const POISON =
  'MIG never moves such a file out of command/returned: until it is deleted by hand, no command expires and nothing is cleaned.'
const STAMPED =
  'The name is the moment at which MIG failed to process this file, not an id: the reason is only in the scheduler’s log. The content is as it was submitted.'

type JsonObject = { [key: string]: unknown }
type JsonKind = 'string' | 'number' | 'object' | 'array' | 'boolean' | 'null'

function jsonKind(value: unknown): JsonKind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as JsonKind
}

/**
 * What a spool file holds and what is wrong with it, judged as the scheduler would (mig-domain.md 2.5 to 2.7).
 * Never throws; `name` is what the file's name says.
 */
export function parseSpoolFile(
  bytes: Uint8Array,
  kind: 'action' | 'command',
  state: string,
  name: SpoolName,
): ParsedFile {
  const problems: FileProblem[] = []
  const report = (severity: FileProblem['severity'], sentence: string) => problems.push({ severity, sentence })
  const text = decode(bytes, report)
  const parsed: ParsedFile = { text, action: null, command: null, problems }
  const root = readRoot(text, report)
  if (!root) {
    if (state === 'returned' && problems.some((p) => p.severity === 'broken')) report('broken', POISON)
    if (name.type === 'id-or-nanoseconds') report('odd', STAMPED)
    return parsed
  }
  if (kind === 'action') {
    parsed.action = readAction(root.value, root.numbers, '', report, 'The action')
    parsed.action.operationsText = listText(text, 'operations')
    judgeAction(parsed.action, state, name, report)
  } else {
    parsed.command = readCommand(root.value, root.numbers, report)
    parsed.command.resultsText = listText(text, 'results')
    if (parsed.command.action)
      parsed.command.action.operationsText = listText(memberText(text, 'action') ?? '', 'operations')
    judgeCommand(parsed.command, state, name, report)
  }
  return parsed
}

type Report = (severity: FileProblem['severity'], sentence: string) => void

function decode(bytes: Uint8Array, report: Report): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    report('odd', 'The file is not valid UTF-8; the broken bytes are shown as �.')
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  }
}

function readRoot(text: string, report: Report): { value: JsonObject; numbers: Map<string, string> } | null {
  if (text.length === 0) {
    report('broken', 'The file is empty: it is being written at this moment, or the writer failed.')
    return null
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const message = (error as Error).message
    const position = /position (\d+)/.exec(message)?.[1]
    const ended = position ? Number(position) >= text.trimEnd().length : message.includes('end of JSON input')
    report('broken', ended ? 'The file ends in the middle of its JSON: written only in part.' : 'The file is not JSON.')
    return null
  }
  const { numbers, depth, tooBig } = scanJson(text, ['id', 'action.id', 'agent.id'])
  if (tooBig !== null) report('broken', `The number ${clip(tooBig)} is out of range, and MIG refuses the file for it.`)
  if (depth > MAX_DEPTH) {
    report(
      'odd',
      `The JSON is nested ${formatNumber(depth)} levels deep; MIG writes fewer than 20. It is shown as text only.`,
    )
    return null
  }
  if (jsonKind(value) !== 'object') {
    report('broken', `The file holds a JSON ${jsonKind(value)} where MIG expects an object.`)
    return null
  }
  return { value: value as JsonObject, numbers }
}

/** A member's text with all digits of its numbers, found as `member` finds its value. */
function memberText(text: string, key: string): string | null {
  return jsonFields(text)?.findLast(({ name }) => name.toLowerCase() === key)?.text ?? null
}

function listText(text: string, key: string): string | null {
  const found = memberText(text, key)
  return found?.startsWith('[') ? found.toWellFormed() : null
}

/** Members as Go finds them: keys without regard to case, the last one wins. */
function membersOf(object: JsonObject): Map<string, unknown> {
  const members = new Map<string, unknown>()
  for (const name of Object.keys(object)) members.set(name.toLowerCase(), object[name])
  return members
}

class Reader {
  private readonly members: Map<string, unknown>

  constructor(
    object: JsonObject,
    private readonly numbers: Map<string, string>,
    private readonly prefix: string,
    private readonly report: Report,
  ) {
    this.members = membersOf(object)
  }

  /** The member's value; JSON null is as good as absent. */
  private typed(key: string, kind: JsonKind): unknown {
    const value = this.members.get(key) ?? undefined
    if (value === undefined) return undefined
    if (jsonKind(value) === kind) return value
    this.report(
      'broken',
      `${this.prefix}${key} is a JSON ${jsonKind(value)}; MIG expects ${kind === 'object' || kind === 'array' ? 'an' : 'a'} ${kind} and refuses the file.`,
    )
    return undefined
  }

  text(key: string): string {
    return String(this.typed(key, 'string') ?? '').toWellFormed()
  }

  word(key: string): string | null {
    return this.text(key) || null
  }

  number(key: string): number | null {
    return (this.typed(key, 'number') as number | undefined) ?? null
  }

  id(): FileId | null {
    this.typed('id', 'number')
    const written = this.numbers.get(`${this.prefix}id`)
    if (written === undefined) return null
    const read = readIdText(written)
    if (!read && Number(written) !== 0)
      this.report('odd', `${this.prefix}id is ${clip(written)}, which cannot be an id of MIG.`)
    return read && read.id !== '0' ? read : null
  }

  time(key: string): FileTime | null {
    const text = this.text(key)
    if (text === '') return null
    const at = parseRfc3339(text)
    if (!at) {
      this.report('broken', `${this.prefix}${key} is "${clip(text)}", which is no RFC 3339 time; MIG refuses the file.`)
      return { text: clip(text), at: null, isNotYet: false }
    }
    return isNotYet(text) ? { text, at: null, isNotYet: true } : { text, at, isNotYet: false }
  }

  record(key: string): JsonObject | null {
    return (this.typed(key, 'object') as JsonObject | undefined) ?? null
  }

  array(key: string): unknown[] | null {
    return (this.typed(key, 'array') as unknown[] | undefined) ?? null
  }

  facts(key: string): Fact[] {
    return Object.entries(this.record(key) ?? {}).map(([name, value]) => ({
      key: name.toWellFormed(),
      value: (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed(),
    }))
  }
}

function readAction(
  object: JsonObject,
  numbers: Map<string, string>,
  prefix: string,
  report: Report,
  label: string,
): FileAction {
  const from = new Reader(object, numbers, prefix, report)
  const operations = from.array('operations')
  const signatures = from.array('pgpsignatures')
  if (signatures?.some((s) => typeof s !== 'string' && s !== null))
    report('broken', `${label} has a signature that is no text; MIG refuses the file.`)
  return {
    id: from.id(),
    name: from.text('name'),
    target: from.text('target'),
    status: from.word('status'),
    description: from.facts('description'),
    threat: from.facts('threat'),
    counters: from.facts('counters'),
    syntaxVersion: from.number('syntaxversion'),
    validFrom: from.time('validfrom'),
    expireAfter: from.time('expireafter'),
    startTime: from.time('starttime'),
    finishTime: from.time('finishtime'),
    lastUpdateTime: from.time('lastupdatetime'),
    modules: operations?.map((operation, i) => readModule(operation, i, label, report)) ?? null,
    operationsText: null,
    signatures: signatures?.map((s) => (typeof s === 'string' ? s.toWellFormed() : '')) ?? null,
  }
}

function readModule(operation: unknown, i: number, label: string, report: Report): string {
  if (jsonKind(operation) !== 'object') {
    if (operation !== null)
      report('broken', `${label}'s operation ${i + 1} is a JSON ${jsonKind(operation)}; MIG refuses the file.`)
    return ''
  }
  const module = membersOf(operation as JsonObject).get('module') ?? null
  if (module !== null && typeof module !== 'string')
    report(
      'broken',
      `${label}'s operation ${i + 1} names its module with a JSON ${jsonKind(module)}; MIG refuses the file.`,
    )
  return typeof module === 'string' ? module.toWellFormed() : ''
}

function readCommand(object: JsonObject, numbers: Map<string, string>, report: Report): FileCommand {
  const from = new Reader(object, numbers, '', report)
  const action = from.record('action')
  const agent = from.record('agent')
  const results = from.array('results')
  return {
    id: from.id(),
    status: from.word('status'),
    action: action && readAction(action, numbers, 'action.', report, 'The action inside'),
    agent: agent && readAgent(new Reader(agent, numbers, 'agent.', report)),
    results: results?.length ?? null,
    resultsText: null,
    startTime: from.time('starttime'),
    finishTime: from.time('finishtime'),
  }
}

function readAgent(from: Reader): FileAgent {
  return {
    id: from.id(),
    name: from.text('name'),
    queueloc: from.text('queueloc'),
    os: from.text('os'),
    version: from.text('version'),
    pid: from.number('pid'),
    status: from.word('status'),
    startTime: from.time('starttime'),
    heartbeatTime: from.time('heartbeatts'),
  }
}

function judgeAction(action: FileAction, state: string, name: SpoolName, report: Report): void {
  if (state === 'done') {
    if (action.target === '' && action.modules === null && action.signatures === null)
      report(
        'normal',
        'A husk: when an action lands, MIG writes its file anew without target, operations and signatures. They are in the database.',
      )
  } else {
    const missing = [
      action.name === '' && 'name',
      action.target === '' && 'target',
      action.validFrom === null && 'validfrom',
      action.expireAfter === null && 'expireafter',
      action.modules === null && 'operations',
      !action.signatures?.length && 'pgpsignatures',
    ].filter((field) => field !== false)
    if (missing.length) report('broken', `The action has no ${missing.join(', no ')}; MIG cannot run it without.`)
    if (action.modules?.length === 0)
      report('odd', 'The action has an empty list of operations: there is nothing to run.')
  }
  const { validFrom, expireAfter } = action
  if (validFrom?.at && expireAfter?.at && compareInstants(expireAfter.at, validFrom.at) < 0)
    report('broken', 'The action expires before it becomes valid; MIG refuses it.')

  if (name.type === 'action') {
    if (!action.id)
      report(state === 'new' ? 'normal' : 'odd', 'The file holds no id (0 or none), although its name does.')
    else judgeId('name', name.actionId, 'the action inside', action.id, report)
  }
  if (name.type === 'id-or-nanoseconds' && !(action.id && sameId(name.actionId, action.id))) report('odd', STAMPED)
  if (name.type === 'dropped')
    report(
      'normal',
      action.id
        ? 'Dropped by hand: the API names its files by id.'
        : 'Dropped by hand: it has no id yet, the scheduler makes one.',
    )
}

function judgeCommand(command: FileCommand, state: string, name: SpoolName, report: Report): void {
  const missing = [
    !command.agent?.name && 'agent.name',
    !command.agent?.queueloc && 'agent.queueloc',
    !command.status && 'status',
  ].filter((field) => field !== false)
  if (missing.length)
    report(
      'broken',
      `The command has no ${missing.join(', no ')}; MIG cannot use it without.${state === 'returned' ? ` ${POISON}` : ''}`,
    )
  if (!command.id) report('odd', 'The file holds no id of a command (0 or none).')
  if (!command.action) report('odd', 'The file holds no action.')
  if (name.type !== 'command') return
  if (command.id) judgeId('name', name.commandId, 'the command inside', command.id, report)
  if (command.action?.id) judgeId('name', name.actionId, 'the action inside', command.action.id, report)
}

/** Whether an exact id and one from a file can be the same: a rounded one is compared as the double that it is. */
export function sameId(exact: MigId, inFile: FileId): boolean {
  return inFile.exact ? exact === inFile.id : sameDouble(exact, inFile.id)
}

function judgeId(what: string, named: MigId, label: string, inside: FileId, report: Report): void {
  if (!sameId(named, inside)) report('odd', `The ${what} says ${named}, but ${label} has the id ${inside.id}.`)
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60).toWellFormed()}…` : text.toWellFormed()
}
