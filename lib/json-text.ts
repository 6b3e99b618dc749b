// Reads JSON as it is written: numbers keep their digits, any depth is read without recursion, and a key named
// __proto__ is a key. JSON.parse gives none of the three.

/** A number that a double does not hold as it is written: 1e400, 6059408362783470593, 1.0. */
export class Digits {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text
  }
}

export type JsonObject = { [key: string]: JsonValue }
export type JsonValue = null | boolean | string | number | Digits | JsonValue[] | JsonObject

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Thrown by the functions below that say so, and by no other. */
export class NotJson extends Error {}

/** The end of the string literal that starts at `from`, or -1. */
export function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at + 1
    if (code === BACKSLASH) at++
    else if (code < 0x20) return -1
  }
  return -1
}

/** The first place from `from` on that is no blank of JSON. */
export function skipSpace(text: string, from: number): number {
  let at = from
  for (;;) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at
    at++
  }
}

/** What the string literal from `from` to `to` says; throws NotJson for a wrong escape. */
export function stringAt(text: string, from: number, to: number): string {
  const inside = text.slice(from + 1, to - 1)
  if (!inside.includes('\\')) return inside
  try {
    return JSON.parse(text.slice(from, to))
  } catch {
    throw new NotJson()
  }
}

function put(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  else object[key] = value
}

type Open = { array: JsonValue[] } | { object: JsonObject; key: string }

function parse(text: string): JsonValue {
  const open: Open[] = []
  let at = 0
  const key = (): string => {
    at = skipSpace(text, at)
    const end = text.charCodeAt(at) === QUOTE ? endOfString(text, at) : -1
    if (end < 0) throw new NotJson()
    const name = stringAt(text, at, end)
    at = skipSpace(text, end)
    if (text[at++] !== ':') throw new NotJson()
    return name
  }
  for (;;) {
    at = skipSpace(text, at)
    const sign = text[at]
    let value: JsonValue
    if (sign === '"') {
      const end = endOfString(text, at)
      if (end < 0) throw new NotJson()
      value = stringAt(text, at, end)
      at = end
    } else if (sign === '{') {
      const object: JsonObject = {}
      at = skipSpace(text, at + 1)
      if (text[at] !== '}') {
        open.push({ object, key: key() })
        continue
      }
      at++
      value = object
    } else if (sign === '[') {
      const array: JsonValue[] = []
      at = skipSpace(text, at + 1)
      if (text[at] !== ']') {
        open.push({ array })
        continue
      }
      at++
      value = array
    } else if (text.startsWith('true', at)) {
      value = true
      at += 4
    } else if (text.startsWith('false', at)) {
      value = false
      at += 5
    } else if (text.startsWith('null', at)) {
      value = null
      at += 4
    } else {
      NUMBER.lastIndex = at
      const digits = NUMBER.exec(text)?.[0]
      if (digits === undefined) throw new NotJson()
      const number = Number(digits)
      value = String(number) === digits ? number : new Digits(digits)
      at += digits.length
    }
    // The value is whole: it goes into what is open, and closes what ends behind it.
    for (;;) {
      const top = open.at(-1)
      at = skipSpace(text, at)
      if (!top) {
        if (at < text.length) throw new NotJson()
        return value
      }
      if ('array' in top) top.array.push(value)
      else put(top.object, top.key, value)
      const next = text[at++]
      if (next === ',') {
        if ('object' in top) top.key = key()
        break
      }
      if (next !== ('array' in top ? ']' : '}')) throw new NotJson()
      value = 'array' in top ? top.array : top.object
      open.pop()
    }
  }
}

/** What the JSON text holds, or undefined when it is not JSON. */
export function parseJsonText(text: string): JsonValue | undefined {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof NotJson) return undefined
    throw error
  }
}

/**
 * The end of the value at `from` and how many members it has (0 for a scalar): brackets, commas and strings counted and
 * nothing else checked. Throws NotJson when the text ends before.
 */
export function skipJsonValue(text: string, from: number): { end: number; size: number } {
  let at = skipSpace(text, from)
  const first = text[at]
  if (first === '"') {
    const end = endOfString(text, at)
    if (end < 0) throw new NotJson()
    return { end, size: 0 }
  }
  if (first !== '{' && first !== '[') {
    const start = at
    while (at < text.length && !/[\s,\]}]/.test(text[at] as string)) at++
    if (at === start) throw new NotJson()
    return { end: at, size: 0 }
  }
  let depth = 1
  let commas = 0
  const inside = skipSpace(text, at + 1)
  at = inside
  while (depth > 0) {
    if (at >= text.length) throw new NotJson()
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(text, at)
      if (at < 0) throw new NotJson()
      continue
    }
    if (code === 0x7b || code === 0x5b) depth++
    else if (code === 0x7d || code === 0x5d) depth--
    else if (code === 0x2c && depth === 1) commas++
    at++
  }
  return { end: at, size: at - 1 === inside ? 0 : commas + 1 }
}

/** Where the long containers of a text end and how many members they have, by where they start. */
export type JsonIndex = Map<number, { end: number; size: number }>

const LONG = 4096
const INDEXED_DEPTH = 64

/**
 * The long containers of a JSON text down to 64 levels in one pass, so that no level is read through again. Broken text
 * gives an index of what ends before it breaks.
 */
export function indexJson(text: string): JsonIndex {
  const index: JsonIndex = new Map()
  const starts: number[] = []
  const commas: number[] = []
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(text, at)
      if (end < 0) break
      at = end - 1
    } else if (code === 0x7b || code === 0x5b) {
      starts[depth] = at
      commas[depth] = 0
      depth++
      if (depth > INDEXED_DEPTH) {
        // Deeper ones are skipped as a whole; they end where the depth is back.
        let open = 1
        for (at++; at < text.length && open > 0; at++) {
          const inner = text.charCodeAt(at)
          if (inner === QUOTE) {
            const end = endOfString(text, at)
            if (end < 0) return index
            at = end - 1
          } else if (inner === 0x7b || inner === 0x5b) open++
          else if (inner === 0x7d || inner === 0x5d) open--
        }
        at--
        depth--
      }
    } else if (code === 0x7d || code === 0x5d) {
      if (depth === 0) break
      depth--
      const start = starts[depth] as number
      if (at - start >= LONG) index.set(start, { end: at + 1, size: (commas[depth] as number) + 1 })
    } else if (code === 0x2c && depth > 0) commas[depth - 1] = (commas[depth - 1] as number) + 1
  }
  return index
}

function parts<T>(text: string, open: string, close: string, each: (from: number) => [T, number]): T[] | null {
  let at = skipSpace(text, 0)
  if (text[at] !== open) return null
  const found: T[] = []
  try {
    at = skipSpace(text, at + 1)
    if (text[at] === close) at++
    else
      for (;;) {
        const [part, end] = each(skipSpace(text, at))
        found.push(part)
        at = skipSpace(text, end)
        const next = text[at++]
        if (next === close) break
        if (next !== ',') return null
      }
    return skipSpace(text, at) < text.length ? null : found
  } catch (error) {
    if (error instanceof NotJson) return null
    throw error
  }
}

/** The texts of a JSON array's items as they are written; null when it is no array. What is in an item is not checked. */
export function jsonItems(text: string): string[] | null {
  return parts(text, '[', ']', (from) => {
    const { end } = skipJsonValue(text, from)
    return [text.slice(from, end), end]
  })
}

/** The names and texts of a JSON object's members, double names included; null when it is no object. Values are not checked. */
export function jsonFields(text: string): { name: string; text: string }[] | null {
  return parts(text, '{', '}', (from) => {
    const end = text.charCodeAt(from) === QUOTE ? endOfString(text, from) : -1
    if (end < 0) throw new NotJson()
    const colon = skipSpace(text, end)
    if (text[colon] !== ':') throw new NotJson()
    const start = skipSpace(text, colon + 1)
    const stop = skipJsonValue(text, start).end
    return [{ name: stringAt(text, from, end), text: text.slice(start, stop) }, stop]
  })
}
