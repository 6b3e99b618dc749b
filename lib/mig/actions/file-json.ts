import { type GoNumbers, goJson, goNumber, goOperationsJson } from '@/lib/mig/wire/go-json'
import { isMultipleOf1024, type MigId } from '@/lib/mig/wire/id'
import { type Instant, instantToNanos, nanosToInstant } from '@/lib/mig/wire/time'

/** A row of `actions` as a file of MIG's has it; JSON columns as stored text. Times null where the row has none. */
export type ActionFile = {
  id: MigId
  name: string
  target: string
  description: string | null
  threat: string | null
  validfrom: Instant | null
  expireafter: Instant | null
  operations: string | null
  pgpsignatures: string | null
  status: string | null
  starttime: Instant | null
  finishtime: Instant | null
  lastupdatetime: Instant | null
  counters: Partial<Record<'sent' | 'returned' | 'done' | 'cancelled' | 'failed' | 'timeout', number | null>>
  syntaxversion: number | null
}

const DESCRIPTION = { author: 'string', email: 'string', url: 'string', revision: 'number' } as const
const THREAT = { ref: 'string', level: 'string', family: 'string', type: 'string' } as const
const COUNTERS = ['sent', 'returned', 'done', 'cancelled', 'failed', 'timeout'] as const
// Go's zero time, which MIG's files have where nothing is known.
const ZERO_TIME = '0001-01-01T00:00:00Z'

/**
 * The action as MIG's Go of 2014 prints it into a file (mig-domain 2.6): order of keys, numbers, escapes. Operations that
 * are no list of operations are printed as they are stored.
 */
export function actionFileJson(action: ActionFile, numbers: GoNumbers = 'go1.7'): string {
  const text = (value: string) => goJson(value, { numbers })
  const time = (at: Instant | null) => text(at === null ? ZERO_TIME : trimmed(at))
  const members = [
    `"id":${idText(action.id, numbers)}`,
    `"name":${text(action.name)}`,
    `"target":${text(action.target)}`,
    `"description":${known(action.description, DESCRIPTION, numbers)}`,
    `"threat":${known(action.threat, THREAT, numbers)}`,
    `"validfrom":${time(action.validfrom)}`,
    `"expireafter":${time(action.expireafter)}`,
    `"operations":${operationsText(action.operations, numbers)}`,
    `"pgpsignatures":${signaturesText(action.pgpsignatures, numbers)}`,
    ...(action.status ? [`"status":${text(action.status)}`] : []),
    `"starttime":${time(action.starttime)}`,
    `"finishtime":${time(action.finishtime)}`,
    `"lastupdatetime":${time(action.lastupdatetime)}`,
    `"counters":{${COUNTERS.filter((name) => action.counters[name])
      .map((name) => `"${name}":${action.counters[name]}`)
      .join(',')}}`,
    ...(action.syntaxversion ? [`"syntaxversion":${action.syntaxversion}`] : []),
  ]
  return `{${members.join(',')}}`
}

// A float64 as Go prints it; the true integers of before 2014-06-17 keep their digits.
function idText(id: MigId, numbers: GoNumbers): string {
  const isFloat =
    isMultipleOf1024(id) || BigInt(id) <= BigInt(Number.MAX_SAFE_INTEGER) || BigInt(Number(id)) === BigInt(id)
  return isFloat ? goNumber(Number(id), numbers) : id
}

// Go prints a fraction without the zeros at its end.
function trimmed(at: Instant): string {
  return nanosToInstant(instantToNanos(at))
}

/** The members that MIG's structure knows, of the right type, in its order; empty ones are left out, as Go does. */
function known(
  stored: string | null,
  members: Readonly<Record<string, 'string' | 'number'>>,
  numbers: GoNumbers,
): string {
  const object = parsed(stored)
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return '{}'
  const found = new Map<string, unknown>()
  for (const [key, value] of Object.entries(object)) found.set(key.toLowerCase(), value)
  const parts = Object.entries(members).flatMap(([name, type]) => {
    const value = found.get(name)
    if (typeof value !== type || !value || (typeof value === 'number' && !Number.isFinite(value))) return []
    return [`"${name}":${goJson(value, { numbers })}`]
  })
  return `{${parts.join(',')}}`
}

function operationsText(stored: string | null, numbers: GoNumbers): string {
  const tree = parsed(stored)
  if (stored === null || tree === undefined) return 'null'
  // What Go stored is given back byte for byte; a row written by hand is printed anew, as far as it can be.
  const styles = [{ numbers: 'go1.7' }, { numbers: 'go1.7', tab: '\\t' }, { numbers: 'go1.8' }] as const
  const forms = styles.map((style) => attempt(() => goOperationsJson(tree, style)))
  if (forms.includes(stored)) return stored
  return forms[numbers === 'go1.7' ? 0 : 2] ?? attempt(() => goJson(tree, { numbers })) ?? stored
}

function attempt(print: () => string): string | null {
  try {
    return print()
  } catch {
    return null
  }
}

function signaturesText(stored: string | null, numbers: GoNumbers): string {
  const value = parsed(stored)
  if (!Array.isArray(value)) return 'null'
  return goJson(
    value.filter((one) => typeof one === 'string'),
    { numbers },
  )
}

function parsed(stored: string | null): unknown {
  if (stored === null) return undefined
  try {
    return JSON.parse(stored)
  } catch {
    return undefined
  }
}
