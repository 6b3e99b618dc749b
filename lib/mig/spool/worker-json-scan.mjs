// @ts-check
// What JSON.parse loses of a file's text; for the site's own parser and for the worker alike.

/**
 * `numbers`: the text of the number at each of the wanted paths ("id", "action.id"), keys without regard to case as Go reads
 * them. `depth`: the deepest nesting, 0 for a scalar. `tooBig`: the first number that no double holds, such as 1e400; Go
 * refuses the file for it.
 * @typedef {{ numbers: Map<string, string>, depth: number, tooBig: string | null }} JsonScan
 */

/** Nested deeper than anything MIG writes; such a file is shown as text only. */
export const MAX_DEPTH = 128

/**
 * Reads what JSON.parse loses from a text that JSON.parse accepted: exact digits of ids, depth, numbers out of range.
 * One pass without recursion. Of equal keys the last one counts, as in JSON.parse.
 * @param {string} text @param {readonly string[]} wanted @returns {JsonScan}
 */
export function scanJson(text, wanted) {
  /** @type {Map<string, string>} */
  const numbers = new Map()
  const deepestWanted = Math.max(...wanted.map((path) => path.split('.').length))
  /** @type {string[]} */
  const keys = []
  /** @type {boolean[]} */
  const inObject = []
  let depth = 0
  /** @type {string | null} */
  let tooBig = null
  let at = 0
  let expectsKey = false

  while (at < text.length) {
    const character = text.charCodeAt(at)
    if (character === QUOTE) {
      const end = endOfString(text, at)
      if (expectsKey) {
        expectsKey = false
        const level = inObject.length
        if (level <= deepestWanted) {
          keys.length = level - 1
          // A key with a dot in it is no step of a wanted path.
          keys[level - 1] = String(JSON.parse(text.slice(at, end)))
            .toLowerCase()
            .replaceAll('.', '?')
          const path = keys.join('.')
          for (const known of numbers.keys()) if (known === path || known.startsWith(`${path}.`)) numbers.delete(known)
        }
      }
      at = end
      continue
    }
    if (character === OPEN_OBJECT || character === OPEN_ARRAY) {
      inObject.push(character === OPEN_OBJECT)
      depth = Math.max(depth, inObject.length)
      expectsKey = character === OPEN_OBJECT
    } else if (character === CLOSE_OBJECT || character === CLOSE_ARRAY) {
      inObject.pop()
      expectsKey = false
    } else if (character === COMMA) {
      expectsKey = inObject.at(-1) === true
    } else if (character === MINUS || isDigit(character)) {
      let end = at + 1
      while (end < text.length && isNumberPart(text.charCodeAt(end))) end++
      const number = text.slice(at, end)
      if (tooBig === null && number.length > 3 && !Number.isFinite(Number(number))) tooBig = number
      const level = inObject.length
      if (level > 0 && level <= deepestWanted && inObject.every(Boolean)) {
        const path = keys.slice(0, level).join('.')
        if (wanted.includes(path)) numbers.set(path, number)
      }
      at = end
      continue
    }
    at++
  }
  return { numbers, depth, tooBig }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const MINUS = 0x2d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** @param {number} c */
const isDigit = (c) => c >= 0x30 && c <= 0x39
/** Digits + - . E e. @param {number} c */
const isNumberPart = (c) => isDigit(c) || c === 0x2b || c === MINUS || c === 0x2e || c === 0x45 || c === 0x65

/** @param {string} text @param {number} start */
function endOfString(text, start) {
  let at = start + 1
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at + 1
}
