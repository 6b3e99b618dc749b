import { z } from 'zod'
import { Digits, type JsonObject, type JsonValue, parseJsonText } from '@/lib/json-text'
import type { Tested } from './search-echo'
import { isJsonObject, listOf, mapOf, maybeText } from './values'

/** One labelled search of filechecker (second syntax), file or memory. */
export type Search = {
  label: string
  description: string
  paths: string[]
  tested: Tested[]
  /** Options that were given, as name and text. */
  options: [string, string][]
}

/** One value that filechecker of the first syntax looks for: path, method, description, value. */
export type PathCheck = { path: string; method: string; check: string; value: string }

export type UpgradeTarget = { system: string; version: string; location: string; checksum: string }

/** An operation's parameters in the form that their module is drawn in. */
export type ModuleParameters =
  | { kind: 'searches'; searches: Search[]; condition: string }
  | { kind: 'path-checks'; checks: PathCheck[] }
  | { kind: 'upgrade'; targets: UpgradeTarget[] }
  /** Names with their texts; `isCode` for texts of several lines, such as yara's rules. */
  | { kind: 'fields'; fields: { name: string; values: string[]; isCode: boolean }[] }

type Reader = (parameters: JsonValue) => ModuleParameters | null

const TESTS = new Map([
  ['regexes', 'regex'],
  ['filenames', 'filename'],
  ['names', 'name'],
  ['contents', 'content'],
  ['sizes', 'size'],
  ['modes', 'mode'],
  ['mtimes', 'mtime'],
  ['libraries', 'library'],
  ['bytes', 'bytes'],
])
const NO_TEST = new Set(['description', 'paths', 'options'])

const strings = listOf(z.string())
const searchSchema = z
  .custom<JsonObject>((value) => isJsonObject(value as JsonValue))
  .transform((search, context): Omit<Search, 'label'> => {
    const known = z.looseObject({ description: maybeText, paths: strings }).safeParse(search)
    const tested: Tested[] = []
    for (const [name, values] of Object.entries(search)) {
      if (NO_TEST.has(name)) continue
      const read = strings.safeParse(values)
      if (!read.success) {
        context.addIssue({ code: 'custom', message: 'a test is no list of texts' })
        return z.NEVER
      }
      for (const value of read.data) tested.push({ method: TESTS.get(name) ?? name, value })
    }
    if (!known.success) {
      context.addIssue({ code: 'custom', message: 'paths are no list of texts' })
      return z.NEVER
    }
    const options = isJsonObject(search.options) ? Object.entries(search.options) : []
    return {
      description: known.data.description,
      paths: known.data.paths,
      tested,
      options: options.flatMap(([name, value]): [string, string][] => {
        const texts = scalarsOf(value)
        return texts === null || texts.length === 0 ? [] : [[name, texts.join(', ')]]
      }),
    }
  })
const searchesSchema = z.looseObject({ searches: mapOf(searchSchema), condition: maybeText })

/** A scalar or a list of scalars as texts, digits kept; null for what is nested. */
function scalarsOf(value: JsonValue): string[] | null {
  if (value === null) return []
  if (Array.isArray(value)) {
    const texts = value.map((one) => (Array.isArray(one) ? null : scalarsOf(one)))
    return texts.some((one) => one === null) ? null : texts.flatMap((one) => one ?? [])
  }
  if (typeof value === 'object' && !(value instanceof Digits)) return null
  return [String(value)]
}

function readSearches(parameters: JsonValue): ModuleParameters | null {
  if (!isJsonObject(parameters) || !isJsonObject(parameters.searches)) return null
  const parsed = searchesSchema.safeParse(parameters)
  if (!parsed.success) return null
  return {
    kind: 'searches',
    searches: parsed.data.searches.map(([label, search]) => ({ label, ...search })),
    condition: parsed.data.condition,
  }
}

const pathChecksSchema = mapOf(mapOf(mapOf(strings)))

function readPathChecks(parameters: JsonValue): ModuleParameters | null {
  if (!isJsonObject(parameters)) return null
  const parsed = pathChecksSchema.safeParse(parameters)
  if (!parsed.success) return null
  const checks = parsed.data.flatMap(([path, methods]) =>
    methods.flatMap(([method, descriptions]) =>
      descriptions.flatMap(([check, values]) => values.map((value) => ({ path, method, check, value }))),
    ),
  )
  return { kind: 'path-checks', checks }
}

const upgradeSchema = mapOf(z.looseObject({ to_version: maybeText, location: maybeText, checksum: maybeText }))

function readUpgradeTargets(parameters: JsonValue): ModuleParameters | null {
  if (!isJsonObject(parameters)) return null
  const parsed = upgradeSchema.safeParse(parameters)
  if (!parsed.success) return null
  return {
    kind: 'upgrade',
    targets: parsed.data.map(([system, { to_version, location, checksum }]) => ({
      system,
      version: to_version,
      location,
      checksum,
    })),
  }
}

/** Flat parameters; a list inside one object, as pkg has it, counts as flat. */
function readFields(parameters: JsonValue): ModuleParameters | null {
  if (!isJsonObject(parameters)) return null
  const fields: { name: string; values: string[]; isCode: boolean }[] = []
  const add = (name: string, value: JsonValue): boolean => {
    const values = scalarsOf(value)
    if (values === null) return false
    fields.push({ name, values, isCode: values.length === 1 && (values[0] ?? '').includes('\n') })
    return true
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (add(name, value)) continue
    if (!isJsonObject(value)) return null
    for (const [inner, innerValue] of Object.entries(value)) if (!add(`${name}.${inner}`, innerValue)) return null
  }
  return { kind: 'fields', fields }
}

const READERS = new Map<string, Reader[]>([
  ['filechecker', [readSearches, readPathChecks]],
  ['file', [readSearches, readPathChecks]],
  ['memory', [readSearches]],
  ['upgrade', [readUpgradeTargets]],
  ...['netstat', 'agentdestroy', 'example', 'ping', 'timedrift', 'pkg', 'sshkey', 'yara'].map(
    (module): [string, Reader[]] => [module, [readFields]],
  ),
])

/** The parameters of a module in the form that they are drawn in; null for other modules and for what does not fit. */
export function readParameters(module: string, text: string): ModuleParameters | null {
  const readers = READERS.get(module)
  const value = readers && parseJsonText(text)
  if (value === undefined) return null
  for (const read of readers ?? []) {
    const parameters = read(value)
    if (parameters) return parameters
  }
  return null
}
