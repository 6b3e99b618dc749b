// @ts-check
// What a file says, in short: enough to filter many files by their content and to compare them with the database. The rules
// are those of parse.ts (a test holds the two to each other), without its sentences.

import { Buffer } from 'node:buffer'
import { errno, Refused, readIn } from './worker-directory.mjs'
import { MAX_DEPTH, scanJson } from './worker-json-scan.mjs'

const PEEK_BYTES = 1 << 20

/**
 * `broken`: MIG cannot use the file; `too-big` and `unread` files were not looked into. Ids are the digits of the double, or of
 * the text where it is a whole number; `exact` tells which.
 * @typedef {{
 *   state: 'read' | 'broken' | 'too-big' | 'unread',
 *   id: { digits: string, exact: boolean } | null,
 *   actionId: { digits: string, exact: boolean } | null,
 *   name: string | null, agent: string | null, status: string | null, signature: string | null, mtimeNs: bigint | null
 * }} ContentFacts
 */

/**
 * null when the file vanished or is no regular file.
 * @param {import('./worker-directory.mjs').Directory} directory @param {string} kind @param {string} state @param {string} name
 * @returns {ContentFacts | null}
 */
export function factsOfContent(directory, kind, state, name) {
  const nothing = { id: null, actionId: null, name: null, agent: null, status: null, signature: null }
  let got
  try {
    got = readIn(directory, name, PEEK_BYTES)
  } catch (error) {
    if (error instanceof Refused && error.reason === 'too-big') return { state: 'too-big', ...nothing, mtimeNs: null }
    if (error instanceof Refused || errno(error) === 'ENOENT' || errno(error) === 'ELOOP') return null
    return { state: 'unread', ...nothing, mtimeNs: null }
  }
  const text = Buffer.from(got.bytes).toString('utf8')
  let isBroken = false
  /** @type {unknown} */
  let root
  try {
    root = JSON.parse(text)
  } catch {
    return { state: 'broken', ...nothing, mtimeNs: got.mtimeNs }
  }
  const { numbers, depth, tooBig } = scanJson(text, ['id', 'action.id'])
  if (tooBig !== null) isBroken = true
  if (depth > MAX_DEPTH) return { state: isBroken ? 'broken' : 'read', ...nothing, mtimeNs: got.mtimeNs }
  if (!isObject(root)) return { state: 'broken', ...nothing, mtimeNs: got.mtimeNs }
  const file = membersOf(root)
  const embedded = kind === 'command' ? file.get('action') : null
  const action = kind === 'action' ? file : isObject(embedded) ? membersOf(embedded) : null
  const carried = kind === 'command' ? file.get('agent') : null
  const agent = isObject(carried) ? membersOf(carried) : null
  const id = idOf(file.get('id'), numbers.get('id'))
  const facts = {
    id,
    actionId: kind === 'action' ? id : action && idOf(action.get('id'), numbers.get('action.id')),
    name: action && textOf(action.get('name')),
    agent: agent && textOf(agent.get('name')),
    status: textOf(file.get('status')),
    signature: action && firstText(action.get('pgpsignatures')),
    mtimeNs: got.mtimeNs,
  }
  isBroken ||= kind === 'action' ? isBrokenAction(file, state !== 'done') : isBrokenCommand(file, action, agent)
  return { state: isBroken ? 'broken' : 'read', ...facts }
}

/**
 * @param {ContentFacts} facts @param {{ action?: string, agent?: string, status?: string, broken?: boolean }} content
 */
export function fitsContent(facts, content) {
  const holds = (/** @type {string | null} */ text, /** @type {string | undefined} */ part) =>
    part === undefined || text?.toLowerCase().includes(part.toLowerCase()) === true
  return (
    (content.broken !== true || facts.state === 'broken') &&
    holds(facts.name, content.action) &&
    holds(facts.agent, content.agent) &&
    (content.status === undefined || facts.status === content.status)
  )
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Members as Go finds them: keys without regard to case, the last one wins; JSON null is as good as absent. @param {Record<string, unknown>} object */
function membersOf(object) {
  /** @type {Map<string, unknown>} */
  const members = new Map()
  for (const name of Object.keys(object)) members.set(name.toLowerCase(), object[name] ?? undefined)
  return members
}

/** @param {unknown} value */
const textOf = (value) => (typeof value === 'string' && value !== '' ? value.toWellFormed().slice(0, 300) : null)

/** @param {unknown} value */
function firstText(value) {
  const first = Array.isArray(value) ? value.find((one) => typeof one === 'string' && one !== '') : undefined
  return typeof first === 'string' && first.length <= 4096 && !first.includes('\0') ? first : null
}

/** @param {unknown} value @param {string | undefined} written the number as it stands in the file */
function idOf(value, written) {
  if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0 || value >= 1e20) return null
  const digits = String(BigInt(value))
  if (Number.isSafeInteger(value)) return { digits, exact: true }
  // Whole digits in the file may be an exact id of the first generators, which a double does not hold.
  if (written !== undefined && /^[1-9]\d{15,19}$/.test(written) && (written !== String(value) || written === digits))
    return { digits: written, exact: true }
  return { digits, exact: false }
}

/** @typedef {Map<string, unknown>} Members */

const ACTION_TIMES = ['validfrom', 'expireafter', 'starttime', 'finishtime', 'lastupdatetime']
const REQUIRED = ['name', 'target', 'validfrom', 'expireafter']

/** @param {Members} action @param {boolean} whole */
function isBrokenAction(action, whole) {
  if (isRefusedAction(action)) return true
  const [from, until] = ['validfrom', 'expireafter'].map((key) => timeOf(action.get(key)))
  if (from && until && !from.isNotYet && !until.isNotYet && isBefore(until, from)) return true
  if (!whole) return false
  const signatures = action.get('pgpsignatures')
  return (
    REQUIRED.some((key) => !action.get(key)) ||
    action.get('operations') === undefined ||
    !Array.isArray(signatures) ||
    signatures.length === 0
  )
}

/** @param {Members} command @param {Members | null} action @param {Members | null} agent */
function isBrokenCommand(command, action, agent) {
  return (
    isWrong(command, ['status'], 'string') ||
    isWrong(command, ['id'], 'number') ||
    isWrong(command, ['action', 'agent'], 'object') ||
    isWrong(command, ['results'], 'array') ||
    hasWrongTime(command, ['starttime', 'finishtime']) ||
    (action !== null && isRefusedAction(action)) ||
    agent === null ||
    isWrong(agent, ['name', 'queueloc', 'os', 'version', 'status'], 'string') ||
    isWrong(agent, ['id', 'pid'], 'number') ||
    hasWrongTime(agent, ['starttime', 'heartbeatts']) ||
    !agent.get('name') ||
    !agent.get('queueloc') ||
    !command.get('status')
  )
}

/** Whether Go refuses the action: a member of another JSON type than MIG's, or a time that is none. @param {Members} action */
function isRefusedAction(action) {
  const { operations, signatures } = { operations: action.get('operations'), signatures: action.get('pgpsignatures') }
  return (
    isWrong(action, ['operations', 'pgpsignatures'], 'array') ||
    isWrong(action, ['description', 'threat', 'counters'], 'object') ||
    isWrong(action, ['name', 'target', 'status'], 'string') ||
    isWrong(action, ['id', 'syntaxversion'], 'number') ||
    hasWrongTime(action, ACTION_TIMES) ||
    (Array.isArray(signatures) && signatures.some((one) => one !== null && typeof one !== 'string')) ||
    (Array.isArray(operations) && operations.some(isRefusedOperation))
  )
}

/** @param {unknown} operation */
function isRefusedOperation(operation) {
  if (operation === null) return false
  return !isObject(operation) || isWrong(membersOf(operation), ['module'], 'string')
}

/** @param {Members} members @param {string[]} keys @param {'string' | 'number' | 'object' | 'array'} kind */
function isWrong(members, keys, kind) {
  return keys.some((key) => {
    const value = members.get(key)
    if (value === undefined) return false
    if (kind === 'array') return !Array.isArray(value)
    return kind === 'object' ? !isObject(value) : typeof value !== kind
  })
}

/** @param {Members} members @param {string[]} keys */
function hasWrongTime(members, keys) {
  return (
    isWrong(members, keys, 'string') ||
    keys.some((key) => {
      const value = members.get(key)
      return value !== undefined && value !== '' && timeOf(value) === null
    })
  )
}

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/
const FIRST_SECOND = Date.parse('0000-01-01T00:00:00Z') / 1000
const LAST_SECOND = Date.parse('9999-12-31T23:59:59Z') / 1000

/** The moment of an RFC 3339 text, or null; years below 100 and above 9000 mean "not yet". @param {unknown} text */
function timeOf(text) {
  const match = typeof text === 'string' ? RFC_3339.exec(text) : null
  if (!match) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const [hours, minutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)]
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 || hours > 23 || minutes > 59)
    return null
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCDate() !== day) return null
  const offset = (hours * 3600 + minutes * 60) * (match[8] === '-' ? -1 : 1)
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return null
  const inYear = new Date(seconds * 1000).getUTCFullYear()
  return {
    seconds,
    nanos: Number((match[7] ?? '').slice(0, 9).padEnd(9, '0')),
    isNotYet: inYear < 100 || inYear > 9000,
  }
}

/** @param {{ seconds: number, nanos: number }} a @param {{ seconds: number, nanos: number }} b */
function isBefore(a, b) {
  return a.seconds === b.seconds ? a.nanos < b.nanos : a.seconds < b.seconds
}
