export type JsonScan = {
  /** The text of the number at each of the wanted paths ("id", "action.id"), keys without regard to case as Go reads them. */
  numbers: Map<string, string>
  /** The deepest nesting; 0 for a scalar. */
  depth: number
  /** The first number that no double holds, such as 1e400; Go refuses the file for it. */
  tooBig: string | null
}

/**
 * Reads what JSON.parse loses from a text that JSON.parse accepted: exact digits of ids, depth, numbers out of range.
 * One pass without recursion. Of equal keys the last one counts, as in JSON.parse.
 */
export function scanJson(text: string, wanted: readonly string[]): JsonScan {
  const numbers = new Map<string, string>()
  const deepestWanted = Math.max(...wanted.map((path) => path.split('.').length))
  const keys: string[] = []
  const inObject: boolean[] = []
  let depth = 0
  let tooBig: string | null = null
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
          keys[level - 1] = (JSON.parse(text.slice(at, end)) as string).toLowerCase().replaceAll('.', '?')
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

const isDigit = (c: number) => c >= 0x30 && c <= 0x39
// digits + - . E e
const isNumberPart = (c: number) => isDigit(c) || c === 0x2b || c === MINUS || c === 0x2e || c === 0x45 || c === 0x65

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at + 1
}
