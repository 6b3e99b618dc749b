import { jsonFields, jsonItems, parseJsonText } from './json-text'

/** One place where two JSON texts differ: on the way down names and indices, values as they are written. */
export type Change = { path: (string | number)[] } & (
  | { kind: 'added'; after: string }
  | { kind: 'removed'; before: string }
  | { kind: 'changed'; before: string; after: string }
)

export type Difference = {
  changes: Change[]
  /** Changes below a key that differs by nature, such as statistics. */
  aside: Change[]
  /** False when a limit stopped the comparison: there may be more. */
  complete: boolean
}

type Limits = { changes: number; depth: number; steps: number }

const DEFAULT: Limits = { changes: 1000, depth: 64, steps: 200_000 }
/** Lists whose lengths multiply to more than this are matched by equal items only, whatever their order. */
const ALIGNED = 250_000

type Pair = { path: (string | number)[]; before: string | null; after: string | null; aside: boolean }
type Member = { name: string | number; text: string }

/**
 * Where two JSON texts differ, in the order of the first; members are matched by name, items of lists by what they hold. Numbers
 * are compared by their digits, strings by what they say. Keys of `asideKeys` are told apart. Text that is not JSON is one value.
 */
export function jsonDifference(
  before: string,
  after: string,
  asideKeys: ReadonlySet<string> = new Set(),
  limits: Partial<Limits> = {},
): Difference {
  const limit = { ...DEFAULT, ...limits }
  const found: Difference = { changes: [], aside: [], complete: true }
  const waiting: Pair[] = [{ path: [], before: before.trim(), after: after.trim(), aside: false }]
  let steps = 0
  while (waiting.length > 0) {
    if (++steps > limit.steps || found.changes.length + found.aside.length >= limit.changes) {
      found.complete = false
      break
    }
    const { path, before, after, aside } = waiting.pop() as Pair
    const note = (change: Change) => (aside ? found.aside : found.changes).push(change)
    if (before === after) continue
    if (before === null || after === null) {
      if (before !== null) note({ path, kind: 'removed', before })
      if (after !== null) note({ path, kind: 'added', after })
      continue
    }
    const parts = path.length < limit.depth ? matched(before, after) : null
    if (parts)
      for (const part of parts.reverse())
        waiting.push({
          path: [...path, part.name],
          before: part.before,
          after: part.after,
          aside: aside || (typeof part.name === 'string' && asideKeys.has(part.name)),
        })
    else if (!sameLeaf(before, after)) note({ path, kind: 'changed', before, after })
  }
  return found
}

function sameLeaf(before: string, after: string): boolean {
  const strings = before[0] === '"' && after[0] === '"'
  return strings && parseJsonText(before) === parseJsonText(after)
}

type Part = { name: string | number; before: string | null; after: string | null }

function matched(before: string, after: string): Part[] | null {
  if (before[0] === '{' && after[0] === '{') {
    const [one, other] = [jsonFields(before), jsonFields(after)]
    return one && other ? byName(one, other) : null
  }
  if (before[0] === '[' && after[0] === '[') {
    const [one, other] = [jsonItems(before), jsonItems(after)]
    return one && other ? byItem(one, other) : null
  }
  return null
}

// A name may stand twice: its first is held to the other's first.
function byName(before: Member[], after: Member[]): Part[] {
  const left = queues(after.map(({ name, text }) => [name, text]))
  const parts: Part[] = before.map(({ name, text }) => ({ name, before: text, after: left(name) ?? null }))
  for (const { name } of after) {
    const text = left(name)
    if (text !== undefined) parts.push({ name, before: null, after: text })
  }
  return parts
}

// Equal items are held to each other; what stands between them on both sides is compared one by one, the rest is added or removed.
function byItem(before: string[], after: string[]): Part[] {
  const parts: Part[] = []
  let [i, j] = [0, 0]
  for (const [nextI, nextJ] of [...anchors(before, after), [before.length, after.length] as const]) {
    while (i < nextI || j < nextJ) {
      parts.push({
        name: i < nextI ? i : j,
        before: i < nextI ? (before[i] ?? null) : null,
        after: j < nextJ ? (after[j] ?? null) : null,
      })
      if (i < nextI) i++
      if (j < nextJ) j++
    }
    i++
    j++
  }
  return parts
}

function anchors(before: string[], after: string[]): (readonly [number, number])[] {
  return before.length * after.length <= ALIGNED ? longestCommon(before, after) : inOrder(before, after)
}

function longestCommon(before: string[], after: string[]): [number, number][] {
  const width = after.length + 1
  const lengths = new Uint16Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        before[i] === after[j]
          ? (lengths[(i + 1) * width + j + 1] as number) + 1
          : Math.max(lengths[(i + 1) * width + j] as number, lengths[i * width + j + 1] as number)
  const found: [number, number][] = []
  let [i, j] = [0, 0]
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) found.push([i++, j++])
    else if ((lengths[(i + 1) * width + j] as number) >= (lengths[i * width + j + 1] as number)) i++
    else j++
  }
  return found
}

// For long lists: each item of the first takes the next equal one of the second, which costs one pass.
function inOrder(before: string[], after: string[]): [number, number][] {
  const next = queues(after.map((text, j) => [text, j]))
  const found: [number, number][] = []
  let from = 0
  for (const [i, text] of before.entries()) {
    let j = next(text)
    while (j !== undefined && j < from) j = next(text)
    if (j === undefined) continue
    found.push([i, j])
    from = j + 1
  }
  return found
}

/** Gives out the values of a name one after the other. */
function queues<K, V>(entries: [K, V][]): (name: K) => V | undefined {
  const waiting = new Map<K, { values: V[]; at: number }>()
  for (const [name, value] of entries) {
    const queue = waiting.get(name)
    if (queue) queue.values.push(value)
    else waiting.set(name, { values: [value], at: 0 })
  }
  return (name) => {
    const queue = waiting.get(name)
    return queue?.values[queue.at++]
  }
}
