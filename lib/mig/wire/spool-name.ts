import { type MigId, parseId } from './id'
import { type Instant, nanosToInstant } from './time'

/** The eight directories of the scheduler's spool, in the order in which a file goes through them. */
export const SPOOL_STATES = [
  ['action', 'new'],
  ['action', 'inflight'],
  ['action', 'done'],
  ['action', 'invalid'],
  ['command', 'ready'],
  ['command', 'inflight'],
  ['command', 'returned'],
  ['command', 'done'],
] as const

export type SpoolDirectory = (typeof SPOOL_STATES)[number]
export type SpoolKind = SpoolDirectory[0]
export type SpoolState = SpoolDirectory[1]

export type SpoolName =
  /** `<actionid>.json` */
  | { type: 'action'; actionId: MigId }
  /** 19 digits in action/invalid: an action's id, or the moment of a failure. Only the content or a row decides. */
  | { type: 'id-or-nanoseconds'; actionId: MigId; failedAt: Instant }
  /** `<actionid>-<commandid>.json` */
  | { type: 'command'; actionId: MigId; commandId: MigId }
  /** An agent's answer in command/returned: a random number without extension, unrelated to the command's id. */
  | { type: 'answer'; number: MigId }
  /** Any other name in action/new, where the scheduler takes every name of a file dropped by hand. */
  | { type: 'dropped' }
  | { type: 'stranger' }

/** What a file's name says in its directory (mig-domain 2.2). Every name gets an answer; id 0 is no id. */
export function readSpoolName(kind: SpoolKind, state: SpoolState, name: string): SpoolName {
  if (kind === 'action') return readActionName(state, name)

  const pair = /^(\d+)-(\d+)\.json$/.exec(name)
  const actionId = readNumber(pair?.[1])
  const commandId = readNumber(pair?.[2])
  if (actionId && commandId) return { type: 'command', actionId, commandId }
  const number = state === 'returned' ? readNumber(name) : null
  return number ? { type: 'answer', number } : { type: 'stranger' }
}

function readActionName(state: SpoolState, name: string): SpoolName {
  const actionId = readNumber(/^(\d+)\.json$/.exec(name)?.[1])
  if (!actionId) return { type: state === 'new' ? 'dropped' : 'stranger' }
  if (state !== 'invalid' || actionId.length !== 19) return { type: 'action', actionId }
  return { type: 'id-or-nanoseconds', actionId, failedAt: nanosToInstant(BigInt(actionId)) }
}

function readNumber(digits: string | undefined): MigId | null {
  if (!digits || digits === '0' || !/^\d+$/.test(digits)) return null
  return parseId(digits)
}
