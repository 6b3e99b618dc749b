// Reads JSON text into a tree for display: numbers keep their digits, double keys are all kept, and reading stops at limits
// instead of using more memory than a page should.

export type JsonNode =
  | { kind: 'object'; entries: { key: string; node: JsonNode }[]; complete: boolean }
  | { kind: 'array'; items: JsonNode[]; complete: boolean }
  | { kind: 'string'; text: string; hidden: number }
  | { kind: 'number'; text: string }
  | { kind: 'literal'; text: string }
  | { kind: 'deeper'; bracket: '{' | '[' }

export type JsonTree = { root: JsonNode; values: number; complete: boolean }
type Limits = { values: number; depth: number; string: number }

const DEFAULT: Limits = { values: 2000, depth: 16, string: 2000 }
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const LITERAL = /true|false|null/y
const SPACE = /[ \t\n\r]*/y

class NotJson extends Error {}
class Stop extends Error {}

/** The tree of a JSON text, or null when it is not JSON. `complete` is false when a limit cut it. */
export function readJsonTree(text: string, limits: Partial<Limits> = {}): JsonTree | null {
  const limit = { ...DEFAULT, ...limits }
  let at = 0
  let values = 0
  let complete = true

  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (!match) return null
    at = pattern.lastIndex
    return match[0]
  }
  const peek = () => {
    take(SPACE)
    return text[at]
  }
  const expect = (sign: string) => {
    if (peek() !== sign) throw new NotJson()
    at++
  }
  const rawString = (): string => {
    if (text[at] !== '"') throw new NotJson()
    const from = at
    for (at++; at < text.length; at++) {
      if (text[at] === '\\') at++
      else if (text[at] === '"') return text.slice(from, ++at)
    }
    throw new NotJson()
  }
  const string = (): string => {
    const raw = rawString()
    try {
      return JSON.parse(raw)
    } catch {
      throw new NotJson()
    }
  }
  const skipNested = () => {
    let open = 0
    do {
      const sign = peek()
      if (sign === undefined) throw new NotJson()
      if (sign === '"') {
        rawString()
        continue
      }
      if (sign === '{' || sign === '[') open++
      if (sign === '}' || sign === ']') open--
      at++
    } while (open > 0)
  }
  const members = (close: string, each: () => void): boolean => {
    at++
    if (peek() === close) {
      at++
      return true
    }
    try {
      for (;;) {
        each()
        if (peek() === ',') at++
        else break
      }
    } catch (error) {
      if (error instanceof Stop) return false
      throw error
    }
    expect(close)
    return true
  }
  const value = (depth: number): JsonNode => {
    if (!complete || ++values > limit.values) {
      complete = false
      throw new Stop()
    }
    const sign = peek()
    if ((sign === '{' || sign === '[') && depth >= limit.depth) {
      skipNested()
      return { kind: 'deeper', bracket: sign }
    }
    if (sign === '{') {
      const entries: { key: string; node: JsonNode }[] = []
      const whole = members('}', () => {
        peek()
        const key = string()
        expect(':')
        entries.push({ key, node: value(depth + 1) })
        if (!complete) throw new Stop()
      })
      return { kind: 'object', entries, complete: whole }
    }
    if (sign === '[') {
      const items: JsonNode[] = []
      const whole = members(']', () => {
        items.push(value(depth + 1))
        if (!complete) throw new Stop()
      })
      return { kind: 'array', items, complete: whole }
    }
    if (sign === '"') {
      const full = string()
      return { kind: 'string', text: full.slice(0, limit.string), hidden: Math.max(0, full.length - limit.string) }
    }
    const number = take(NUMBER)
    if (number !== null) return { kind: 'number', text: number }
    const literal = take(LITERAL)
    if (literal !== null) return { kind: 'literal', text: literal }
    throw new NotJson()
  }

  try {
    const root = value(0)
    if (complete && peek() !== undefined) return null
    return { root, values, complete }
  } catch (error) {
    if (error instanceof NotJson || error instanceof Stop) return null
    throw error
  }
}
