import { endOfString, NotJson, skipSpace, stringAt } from '@/lib/json-text'

export type JsonMatch = {
  part: number[]
  path: (string | number)[]
  /** The value when it is a scalar, cut; null for a container whose key matches. */
  value: string | null
}

const SHOWN = 200

type Open = { isObject: boolean; index: number; key: string }

/**
 * The keys and scalars of a JSON text that contain the words, without regard to case, at most `limit` of them; null when
 * the text cannot be read to its end. One pass without recursion.
 */
export function findInJson(text: string, words: string, limit: number): { matches: JsonMatch[]; more: boolean } | null {
  const wanted = words.toLowerCase()
  const open: Open[] = []
  const matches: JsonMatch[] = []
  const hits = (content: string) => content.toLowerCase().includes(wanted)
  const add = (value: string | null) => {
    matches.push({
      part: open.map((one) => one.index),
      path: open.map((one) => (one.isObject ? one.key : one.index)),
      value: value === null ? null : value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value,
    })
  }
  const string = (at: number): [string, number] => {
    const end = endOfString(text, at)
    if (end < 0) throw new NotJson()
    return [stringAt(text, at, end), end]
  }
  try {
    let at = skipSpace(text, 0)
    let keyHits = false
    while (at < text.length) {
      if (matches.length > limit) return { matches: matches.slice(0, limit), more: true }
      const sign = text[at]
      const top = open.at(-1)
      if (sign === '{' || sign === '[') {
        if (keyHits) add(null)
        keyHits = false
        open.push({ isObject: sign === '{', index: 0, key: '' })
        at = skipSpace(text, at + 1)
        if (sign === '{' && text[at] === '"') {
          const [key, end] = string(at)
          ;(open.at(-1) as Open).key = key
          keyHits = hits(key)
          at = skipSpace(text, skipSpace(text, end) + 1)
        }
        continue
      }
      if (sign === '}' || sign === ']') {
        open.pop()
        at = skipSpace(text, at + 1)
        continue
      }
      if (sign === ',') {
        if (!top) return null
        top.index++
        at = skipSpace(text, at + 1)
        if (top.isObject) {
          if (text[at] !== '"') return null
          const [key, end] = string(at)
          top.key = key
          keyHits = hits(key)
          at = skipSpace(text, skipSpace(text, end) + 1)
        }
        continue
      }
      let value: string
      let end: number
      if (sign === '"') [value, end] = string(at)
      else {
        end = at
        while (end < text.length && !/[\s,\]}]/.test(text[end] as string)) end++
        if (end === at) return null
        value = text.slice(at, end)
      }
      if (keyHits || hits(value)) add(value)
      keyHits = false
      at = skipSpace(text, end)
    }
    const more = matches.length > limit
    return { matches: more ? matches.slice(0, limit) : matches, more }
  } catch (error) {
    if (error instanceof NotJson) return null
    throw error
  }
}
