import { z } from 'zod'

/** A JSON column of an agent as read: nothing there, the usual shape, or something else that is shown raw. */
export type Reading<T> = { kind: 'none'; why: string } | { kind: 'known'; value: T } | { kind: 'raw'; why: string }

const text = z.string()

// Keys of both eras, mig-domain 5.1. What does not fit is left to the raw view, key by key.
const FIELDS = {
  init: text,
  ident: text,
  os: text,
  arch: text,
  isproxied: z.boolean(),
  proxy: text,
  addresses: z.array(text),
  publicip: text,
  nat: z.object({ ip: text, result: text, stunserver: text }).partial(),
  aws: z.object({ instanceid: text, localipv4: text, amiid: text, instancetype: text }).partial(),
  modules: z.array(text),
} as const

export type Environment = { [K in keyof typeof FIELDS]?: z.infer<(typeof FIELDS)[K]> } & {
  /** Keys that MIG does not write, or with another shape: shown in the raw text only. */
  others: string[]
}

export type Tag = { key: string; value: string }

/** The length from which a JSON column is not read but shown raw and cut. */
export const JSON_LIMIT = 262_144

type Json =
  | { kind: 'none'; why: string }
  | { kind: 'raw'; why: string }
  | { kind: 'object'; entries: [string, unknown][] }

function readObject(stored: string | null): Json {
  if (stored === null)
    return { kind: 'none', why: 'The row holds nothing here (SQL NULL), as rows of older agents do.' }
  if (stored.length > JSON_LIMIT) return { kind: 'raw', why: 'This is larger than what is read here.' }
  let value: unknown
  try {
    value = JSON.parse(stored)
  } catch {
    return { kind: 'raw', why: 'This cannot be read as JSON.' }
  }
  if (value === null) return { kind: 'none', why: 'The agent reported none (JSON null).' }
  if (typeof value !== 'object' || Array.isArray(value))
    return { kind: 'raw', why: `This is not an object but ${Array.isArray(value) ? 'a list' : `a ${typeof value}`}.` }
  return { kind: 'object', entries: Object.entries(value) }
}

/** Reads `agents.environment` as stored; a key of an unexpected shape is named in `others` and nothing else. */
export function readEnvironment(stored: string | null): Reading<Environment> {
  const json = readObject(stored)
  if (json.kind !== 'object') return json
  const value: Environment = { others: [] }
  for (const [key, entry] of json.entries) {
    const field = Object.hasOwn(FIELDS, key) ? FIELDS[key as keyof typeof FIELDS] : undefined
    const read = field?.safeParse(entry)
    // Lists are null in Go's JSON when they are empty.
    if (read?.success) Object.assign(value, { [key]: read.data })
    else if (!(field && entry === null)) value.others.push(key)
  }
  return { kind: 'known', value }
}

/** Reads `agents.tags` as stored: an object of any depth as one entry a key, values that are not text as JSON. */
export function readTags(stored: string | null): Reading<Tag[]> {
  const json = readObject(stored)
  if (json.kind !== 'object') return json
  if (json.entries.length === 0) return { kind: 'none', why: 'The agent was built without tags.' }
  return {
    kind: 'known',
    value: json.entries.map(([key, value]) => ({
      key,
      value: typeof value === 'string' ? value : JSON.stringify(value),
    })),
  }
}
