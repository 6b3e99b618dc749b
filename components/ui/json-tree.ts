// Reads JSON text into a tree for display: numbers keep their digits, double keys are all kept, and only the members that
// are shown are read, first levels first, so that 15 MB make a small tree quickly.

import {
  endOfString,
  indexJson,
  type JsonIndex,
  NotJson,
  parseJsonText,
  skipJsonValue,
  skipSpace,
  stringAt,
} from '@/lib/json-text'

export type JsonMember = {
  /** null in an array. */
  key: JsonText | null
  /** Its place in what holds it. */
  index: number
  node: JsonNode
}

/** A text, cut for display; `hidden` characters are left out. */
type JsonText = { text: string; hidden: number }

/** `members` is null for a container that is not drawn; `from` is the place of its first drawn member. */
type JsonContainer = { size: number; from: number; members: JsonMember[] | null }

export type JsonNode =
  | ({ kind: 'object' } & JsonContainer)
  | ({ kind: 'array' } & JsonContainer)
  | ({ kind: 'string' } & JsonText)
  | { kind: 'number'; text: string }
  | { kind: 'literal'; text: string }

/** A part of a JSON text: the places of members from the root down. */
export type JsonPart = readonly number[]

export type JsonTree = {
  root: JsonNode
  /** The keys and places that lead to the part that is shown. */
  path: (string | number)[]
  /** How many values are drawn. */
  values: number
  /** Whether everything is. */
  complete: boolean
}

type Limits = {
  values: number
  /** Members of one container. */
  members: number
  depth: number
  string: number
}

const DEFAULT: Limits = { values: 600, members: 200, depth: 16, string: 2000 }
/** Text up to this length is checked in full before it is called JSON. */
const CHECKED = 200_000
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

type Read = { node: JsonNode; start: number; end: number }

/** A text with the ends of its long containers. */
type Source = { text: string; index: JsonIndex }

function skip({ text, index }: Source, start: number): { end: number; size: number } {
  return index.get(start) ?? skipJsonValue(text, start)
}

function readValue(source: Source, from: number, longest: number): Read {
  const { text } = source
  const start = skipSpace(text, from)
  const { end, size } = skip(source, start)
  const sign = text[start]
  if (sign === '{' || sign === '[')
    return { node: { kind: sign === '{' ? 'object' : 'array', size, from: 0, members: null }, start, end }
  if (sign === '"') return { node: { kind: 'string', ...cutText(stringAt(text, start, end), longest) }, start, end }
  const word = text.slice(start, end)
  if (word === 'true' || word === 'false' || word === 'null')
    return { node: { kind: 'literal', text: word }, start, end }
  if (!NUMBER.test(word)) throw new NotJson()
  return { node: { kind: 'number', text: word }, start, end }
}

function cutText(full: string, longest: number): JsonText {
  return { text: full.slice(0, longest), hidden: Math.max(0, full.length - longest) }
}

/** Steps through the members of the container at `start`; `each` says whether to go on. */
function walkMembers(text: string, start: number, each: (key: string | null, valueAt: number) => number | null): void {
  const isObject = text[start] === '{'
  let at = skipSpace(text, start + 1)
  if (text[at] === '}' || text[at] === ']') return
  for (;;) {
    let key: string | null = null
    if (isObject) {
      const end = text[at] === '"' ? endOfString(text, at) : -1
      if (end < 0) throw new NotJson()
      key = stringAt(text, at, end)
      at = skipSpace(text, end)
      if (text[at] !== ':') throw new NotJson()
      at++
    }
    const next = each(key, skipSpace(text, at))
    if (next === null) return
    at = skipSpace(text, next)
    if (text[at] !== ',') return
    at = skipSpace(text, at + 1)
  }
}

/** The tree of a JSON text, or of a part of it from member `from` on; null when it is not JSON or has no such part. */
export function readJsonTree(
  text: string,
  limits: Partial<Limits> = {},
  { part = [], from = 0 }: { part?: JsonPart; from?: number } = {},
): JsonTree | null {
  const limit = { ...DEFAULT, ...limits }
  if (text.length <= CHECKED && parseJsonText(text) === undefined) return null
  try {
    const source = { text, index: indexJson(text) }
    const whole = readValue(source, 0, limit.string)
    if (skipSpace(text, whole.end) < text.length) return null
    const found = findPart(source, whole, part, limit.string)
    return found && draw(source, found.read, limit, from, found.path)
  } catch (error) {
    if (error instanceof NotJson) return null
    throw error
  }
}

function findPart(source: Source, whole: Read, part: JsonPart, longest: number) {
  const path: (string | number)[] = []
  let read = whole
  for (const place of part) {
    const { node } = read
    if ((node.kind !== 'object' && node.kind !== 'array') || place >= node.size) return null
    let index = 0
    let inner: Read | null = null
    walkMembers(source.text, read.start, (key, at) => {
      if (index++ < place) return skip(source, at).end
      path.push(key ?? place)
      inner = readValue(source, at, longest)
      return null
    })
    if (inner === null) return null
    read = inner
  }
  return { read, path }
}

function draw(source: Source, top: Read, limit: Limits, from: number, path: (string | number)[]): JsonTree {
  const waiting: { read: Read; depth: number; from: number }[] = [{ read: top, depth: 0, from }]
  let values = 1
  let complete = true
  for (let turn = 0; turn < waiting.length; turn++) {
    const { read, depth, from: first } = waiting[turn] as (typeof waiting)[number]
    const { node } = read
    if (node.kind !== 'object' && node.kind !== 'array') continue
    if (node.size > 0 && (values >= limit.values || depth >= limit.depth)) {
      complete = false
      continue
    }
    const members: JsonMember[] = []
    let index = 0
    walkMembers(source.text, read.start, (key, at) => {
      const place = index++
      if (place < first) return skip(source, at).end
      if (members.length >= limit.members || values >= limit.values) return null
      const inner = readValue(source, at, limit.string)
      members.push({ key: key === null ? null : cutText(key, limit.string), index: place, node: inner.node })
      values++
      waiting.push({ read: inner, depth: depth + 1, from: 0 })
      return inner.end
    })
    if (first + members.length < node.size || first > 0) complete = false
    node.members = members
    node.from = Math.min(first, node.size)
  }
  return { root: top.node, path, values, complete }
}

/** A path as it is written in code: `$[0].elements["/etc/"]`. */
export function jsonPathText(path: readonly (string | number)[]): string {
  return `$${path
    .map((step) =>
      typeof step === 'number'
        ? `[${step}]`
        : /^[A-Za-z_][A-Za-z0-9_]*$/.test(step)
          ? `.${step}`
          : `[${JSON.stringify(step)}]`,
    )
    .join('')}`
}
