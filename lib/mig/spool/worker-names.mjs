// @ts-check
// What names say without being opened: MIG's own names, the moment that a number carries, and the filters on them.

const NUMBERED = /^[1-9]\d{0,19}\.json$/
const PAIR = /^[1-9]\d{0,19}-[1-9]\d{0,19}\.json$/
const ANSWER_OR_PAIR = /^(?:[1-9]\d{0,19}|[1-9]\d{0,19}-[1-9]\d{0,19}\.json)$/

/**
 * The names that MIG gives in each state, as readSpoolName has them (a test holds the two to each other); every other entry is
 * counted as a stranger, and shown. action/new takes any name, for files dropped by hand.
 * @type {Record<string, RegExp>}
 */
export const OWN_NAMES = {
  'action/new': /^/,
  'action/inflight': NUMBERED,
  'action/done': NUMBERED,
  'action/invalid': NUMBERED,
  'command/ready': PAIR,
  'command/inflight': PAIR,
  'command/returned': ANSWER_OR_PAIR,
  'command/done': PAIR,
}
export const LAST_NUMBER = /^(?:\d+-)?([1-9]\d{0,19})(?:\.json)?$/

const seconds = (/** @type {string} */ text) => Date.parse(text) / 1000
const EPOCH_2015 = seconds('2013-04-29T18:00:00Z')
const HIGH_FROM = seconds('2013-01-01T00:00:00Z') * 2 ** 32
const HIGH_UNTIL = 2 ** 64
const NANOSECONDS_FROM = seconds('2015-02-01T00:00:00Z') * 1e9
const NANOSECONDS_UNTIL = seconds('2100-01-01T00:00:00Z') * 1e9
// A failure is named in nanoseconds since there is MIG, ids only since 2015.
const FAILED_FROM = seconds('2013-01-01T00:00:00Z') * 1e9
const SHIFTED_FROM = (seconds('2015-07-01T00:00:00Z') - EPOCH_2015) * 65_536
const SHIFTED_UNTIL = 2 ** 53

/**
 * Unix seconds of the moment that a name carries (mig-domain 3.1), or null. A double is exact enough to put names in order:
 * of two that are the same double the digits decide, which are of one length then.
 * @param {string} kind @param {string} state @param {string} name @returns {number | null}
 */
export function momentOf(kind, state, name) {
  const own = kind === 'action' ? NUMBERED : /** @type {RegExp} */ (OWN_NAMES[`${kind}/${state}`])
  if (!own.test(name)) return null
  const n = Number(LAST_NUMBER.exec(name)?.[1])
  if (n >= HIGH_FROM && n < HIGH_UNTIL) return Math.floor(n / 2 ** 32)
  if (n >= NANOSECONDS_FROM && n < NANOSECONDS_UNTIL) return n / 1e9
  if (kind === 'action' && state === 'invalid' && isStamped(name)) return n / 1e9
  if (n >= SHIFTED_FROM && n < SHIFTED_UNTIL) return Math.floor(n / 65_536) + EPOCH_2015
  return null
}

/** Whether the number in a name can be a moment in nanoseconds. @param {string} name */
export function isStamped(name) {
  const n = NUMBERED.test(name) ? Number.parseInt(name, 10) : 0
  return n >= FAILED_FROM && n < NANOSECONDS_UNTIL
}

/** Lower case for A to Z only, as bytes know no other letters. @param {string} text */
export function lower(text) {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/**
 * @typedef {{
 *   contains?: string, prefix?: string, ids?: string[], rounded?: number, madeBefore?: number, madeAfter?: number
 * }} NameMatch
 */

/**
 * Whether a name fits; `ids` and `rounded` look at the numbers in it, the two moments are Unix seconds.
 * @param {string} kind @param {string} state @param {NameMatch} match @returns {((name: string) => boolean) | null}
 */
export function nameFilter(kind, state, match) {
  /** @type {((name: string) => boolean)[]} */
  const tests = []
  const { prefix, rounded, madeBefore, madeAfter } = match
  if (typeof match.contains === 'string' && match.contains !== '') {
    const part = lower(match.contains)
    tests.push((name) => lower(name).includes(part))
  }
  if (typeof prefix === 'string' && prefix !== '') tests.push((name) => name.startsWith(prefix))
  if (Array.isArray(match.ids) || typeof rounded === 'number') {
    const ids = new Set(match.ids ?? [])
    tests.push((name) => {
      for (const [number] of name.matchAll(/\d+/g))
        if (ids.has(number) || (rounded !== undefined && Number(number) === rounded)) return true
      return false
    })
  }
  if (typeof madeBefore === 'number' || typeof madeAfter === 'number')
    tests.push((name) => {
      const made = momentOf(kind, state, name)
      return (
        made !== null &&
        !(madeBefore !== undefined && made >= madeBefore) &&
        !(madeAfter !== undefined && made < madeAfter)
      )
    })
  if (tests.length === 0) return null
  return (name) => tests.every((test) => test(name))
}
