// @ts-check
// What a file says, in short: enough to filter many files by their content and to compare them with the database. The rules
// are those of parse.ts (a test holds the two to each other), without its sentences.

import { Buffer } from 'node:buffer'
import { errno, Refused, readIn } from './worker-directory.mjs'

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
  /** @type {any} */
  let root
  try {
    root = JSON.parse(text)
  } catch {
    return { state: 'broken', ...nothing, mtimeNs: got.mtimeNs }
  }
  if (!isObject(root)) return { state: 'broken', ...nothing, mtimeNs: got.mtimeNs }
  const action = kind === 'action' ? root : member(root, 'action')
  const agent = kind === 'command' ? member(root, 'agent') : null
  const id = idOf(member(root, 'id'), text)
  const facts = {
    id,
    actionId: kind === 'action' ? id : isObject(action) ? idOf(member(action, 'id'), text) : null,
    name: isObject(action) ? textOf(member(action, 'name')) : null,
    agent: isObject(agent) ? textOf(member(agent, 'name')) : null,
    status: textOf(member(root, 'status')),
    signature: isObject(action) ? firstText(member(action, 'pgpsignatures')) : null,
    mtimeNs: got.mtimeNs,
  }
  const isBroken = kind === 'action' ? brokenAction(root, state !== 'done') : brokenCommand(root, action, agent, facts)
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

/** A member as Go finds it: the key without regard to case, the last one wins. @param {Record<string, unknown>} object @param {string} key */
function member(object, key) {
  /** @type {unknown} */
  let found
  for (const name of Object.keys(object)) if (name.toLowerCase() === key) found = object[name]
  return found ?? null
}

/** @param {unknown} value */
const textOf = (value) => (typeof value === 'string' && value !== '' ? value.toWellFormed().slice(0, 300) : null)

/** @param {unknown} value */
function firstText(value) {
  const first = Array.isArray(value) ? value.find((one) => typeof one === 'string' && one !== '') : undefined
  return typeof first === 'string' && first.length <= 4096 && !first.includes('\0') ? first : null
}

/** @param {unknown} value @param {string} text */
function idOf(value, text) {
  if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0 || value >= 1e20) return null
  const digits = String(BigInt(value))
  if (Number.isSafeInteger(value)) return { digits, exact: true }
  // Whole digits in the file may be an exact id of the first generators, which a double does not hold.
  for (const [, written = ''] of text.matchAll(/"id"\s*:\s*([1-9]\d{15,19})(?=[\s,}\]])/gi))
    if (Number(written) === value && (written !== String(value) || written === digits))
      return { digits: written, exact: true }
  return { digits, exact: false }
}

/** @param {Record<string, unknown>} action @param {boolean} whole */
function brokenAction(action, whole) {
  if (hasWrongShape(action)) return true
  const { operations, signatures } = {
    operations: member(action, 'operations'),
    signatures: member(action, 'pgpsignatures'),
  }
  if (!whole) return false
  const required = ['name', 'target', 'validfrom', 'expireafter']
  return (
    required.some((key) => !member(action, key)) ||
    operations === null ||
    !Array.isArray(signatures) ||
    signatures.length === 0
  )
}

/** @param {Record<string, unknown>} root @param {unknown} action @param {unknown} agent @param {{ status: string | null }} facts */
function brokenCommand(root, action, agent, { status }) {
  const results = member(root, 'results')
  if (results !== null && !Array.isArray(results)) return true
  if ((action !== null && !isObject(action)) || (agent !== null && !isObject(agent))) return true
  if (action !== null && hasWrongShape(/** @type {Record<string, unknown>} */ (action))) return true
  if (wrong(root, ['status', 'starttime', 'finishtime'], 'string') || wrong(root, ['id'], 'number')) return true
  if (!isObject(agent) || !status) return true
  return (
    !member(agent, 'name') ||
    !member(agent, 'queueloc') ||
    wrong(agent, ['name', 'queueloc', 'os', 'version'], 'string')
  )
}

/** @param {Record<string, unknown>} object @param {string[]} keys @param {'string' | 'number'} type */
function wrong(object, keys, type) {
  return keys.some((key) => {
    const value = member(object, key)
    return value !== null && typeof value !== type
  })
}

/** Whether Go refuses the action: a member of another JSON type than MIG's. @param {Record<string, unknown>} action */
function hasWrongShape(action) {
  const lists = ['operations', 'pgpsignatures'].map((key) => member(action, key))
  const objects = ['description', 'threat', 'counters'].map((key) => member(action, key))
  const times = ['validfrom', 'expireafter', 'starttime', 'finishtime', 'lastupdatetime']
  return (
    lists.some((value) => value !== null && !Array.isArray(value)) ||
    objects.some((value) => value !== null && !isObject(value)) ||
    wrong(action, ['name', 'target', 'status', ...times], 'string') ||
    wrong(action, ['id', 'syntaxversion'], 'number') ||
    times.some((key) => {
      const value = member(action, key)
      return typeof value === 'string' && value !== '' && !RFC_3339.test(value)
    })
  )
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/
