import { DEFAULT_MODULE, type EndpointRules, normalFingerprint, requirementFor } from './rule'

// The ACL as MIG's agents carry it (mig-domain 7.1): 2014 as Go source with an array of JSON texts, 2019 as one JSON object.

/** One person in an entry, by the name that MIG shows. */
export type AclSigner = { name: string; fingerprint: string; weight: number }
/** What holds for a module: the minimum, and who brings which weight. */
export type AclEntry = { minimumWeight: number; investigators: AclSigner[] }
/** An agent's ACL: entries by module name, `default` among them. */
export type AgentAcl = Map<string, AclEntry>

/** An investigator as an ACL names one. */
export type AclPerson = { id: string; name: string; fingerprint: string | null; disabled: boolean }

/** What the tables say and a file cannot. */
export type LeftOut = { investigatorId: string; why: 'no-fingerprint' | 'disabled' }

export type BuiltAcl =
  | { ok: true; acl: AgentAcl; leftOut: LeftOut[] }
  /** Two rows of `modules` have the name, so that the tables do not say whose rules hold. */
  | { ok: false; ambiguous: string[] }

const plainOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/**
 * The ACL that makes an agent decide as the tables do for one endpoint: a key once, with the lower weight where two rows hold
 * it; whom agents cannot know is left out.
 */
export function aclOf(rules: EndpointRules, people: readonly AclPerson[]): BuiltAcl {
  const names = [...new Set(rules.modules.map((m) => m.name))].sort(plainOrder)
  const ambiguous = names.filter((name) => {
    const required = requirementFor(rules, name)
    return required.kind === 'ambiguous' && required.name === name
  })
  if (ambiguous.length > 0) return { ok: false, ambiguous }

  const shownAs = displayNames(people)
  const acl: AgentAcl = new Map()
  const leftOut = new Map<string, LeftOut>()
  for (const name of names) {
    const required = requirementFor(rules, name)
    // Through `default`: the file holds that entry once.
    if (required.kind !== 'found' || (required.via === 'default' && name !== DEFAULT_MODULE)) continue
    const held = new Map(
      rules.weights.filter((w) => w.moduleId === required.moduleId).map((w) => [w.investigatorId, w.weight]),
    )
    const byKey = new Map<string, AclSigner & { listed: boolean }>()
    for (const person of people) {
      const key = normalFingerprint(person.fingerprint)
      const stored = held.get(person.id)
      if (stored !== undefined && (person.disabled || !key))
        leftOut.set(person.id, { investigatorId: person.id, why: person.disabled ? 'disabled' : 'no-fingerprint' })
      if (!key) continue
      const before = byKey.get(key)
      const weight = person.disabled ? 0 : (stored ?? 0)
      byKey.set(key, {
        name: before?.name ?? shownAs.get(person.id) ?? person.id,
        fingerprint: key,
        weight: before ? Math.min(before.weight, weight) : weight,
        listed: before?.listed || (stored !== undefined && !person.disabled),
      })
    }
    const investigators = [...byKey.values()]
      .filter(({ listed }) => listed)
      .map(({ listed: _, ...signer }) => signer)
      .sort((x, y) => plainOrder(x.name, y.name))
    acl.set(name, { minimumWeight: required.minimum, investigators })
  }
  return { ok: true, acl, leftOut: [...leftOut.values()] }
}

/** A name for each key, no two alike: the file's names are the keys of a map, and a repeated one would hide a person. */
function displayNames(people: readonly AclPerson[]): Map<string, string> {
  const shown = new Map<string, string>()
  const taken = new Set<string>()
  for (const { id, name } of people) {
    let text = name === '' ? `investigator ${id}` : name
    if (taken.has(text)) text = `${text} (${id})`
    while (taken.has(text)) text = `${text}'`
    taken.add(text)
    shown.set(id, text)
  }
  return shown
}

function entryJson(name: string, { minimumWeight, investigators }: AclEntry, indent: string): string {
  const signers = investigators.map(
    (one) =>
      `${indent}    ${JSON.stringify(one.name)}: {\n${indent}      "fingerprint": ${JSON.stringify(one.fingerprint)},\n${indent}      "weight": ${one.weight}\n${indent}    }`,
  )
  const list = signers.length === 0 ? '{}' : `{\n${signers.join(',\n')}\n${indent}  }`
  return `${indent}${JSON.stringify(name)}: {\n${indent}  "minimumweight": ${minimumWeight},\n${indent}  "investigators": ${list}\n${indent}}`
}

/** The 2019 agents' `acl.cfg`: one JSON object, modules and people in the order of their names. */
export function formatAclFile(acl: AgentAcl): string {
  const entries = [...acl].map(([name, entry]) => entryJson(name, entry, '  '))
  return entries.length === 0 ? '{}\n' : `{\n${entries.join(',\n')}\n}\n`
}

/** The 2014 agents' `AGENTACL`, for the Go source that an agent is built with: one JSON text a module. */
export function formatAclSource(acl: AgentAcl): string {
  // JSON can write otherwise what Go cannot take: its raw strings end at the first backtick, and a byte order mark inside a
  // file is an error.
  const rawText = (json: string) => json.replaceAll('`', '\\u0060').replaceAll('\uFEFF', '\\ufeff')
  const texts = [...acl].map(([name, entry]) => `\`{\n${rawText(entryJson(name, entry, '  '))}\n}\`,\n`)
  return `var AGENTACL = [...]string{\n${texts.join('')}}\n`
}

/** The 2014 agents' `PUBLICPGPKEYS`, which stands beside their `AGENTACL`: armored public keys, one a raw string. */
export function formatKeysSource(armored: readonly string[]): string {
  // Armor holds no backtick: base64, and headers that this program writes itself.
  return `var PUBLICPGPKEYS = [...]string{\n${armored.map((key) => `\`\n${key.trim()}\n\`,\n`).join('')}}\n`
}

export type ReadAcl = { ok: true; acl: AgentAcl; form: '2014' | '2019' } | { ok: false; problem: string }

/** The most that an ACL file may hold, in characters. */
export const ACL_FILE_LIMIT = 4_000_000

/** Reads an agent's ACL in either form, as MIG's decoder takes it; a problem is a sentence that says what to do. */
export function readAclFile(text: string): ReadAcl {
  if (text.length > ACL_FILE_LIMIT)
    return { ok: false, problem: `The file is larger than ${ACL_FILE_LIMIT / 1_000_000} MB: it is no ACL of MIG.` }
  const source = text.replace(/^\uFEFF/, '')
  const array = /\bAGENTACL\s*=\s*\[(?:\.\.\.|\d*)\]string\s*\{/.exec(source)
  if (!array) return readObjects([source.trim()], '2019')
  const texts: string[] = []
  let rest = source.slice(array.index + array[0].length)
  for (;;) {
    const next = /^(?:\s|,|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/.exec(rest)?.[0].length ?? 0
    rest = rest.slice(next)
    if (rest.startsWith('}')) return readObjects(texts, '2014')
    const end = rest.startsWith('`') ? rest.indexOf('`', 1) : -1
    if (end < 0)
      return {
        ok: false,
        problem: 'The array AGENTACL is not closed, or holds something else than texts in backticks.',
      }
    // Go drops carriage returns from raw strings.
    texts.push(rest.slice(1, end).replace(/\r/g, ''))
    rest = rest.slice(end + 1)
  }
}

function readObjects(texts: readonly string[], form: '2014' | '2019'): ReadAcl {
  const acl: AgentAcl = new Map()
  for (const [i, text] of texts.entries()) {
    const where = form === '2014' ? `Entry ${i + 1} of AGENTACL` : 'The file'
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      return {
        ok: false,
        problem: `${where} is no JSON${form === '2019' ? ', and the file has no array AGENTACL' : ''}: take the agent's acl.cfg, or the Go source with AGENTACL.`,
      }
    }
    if (!isObject(value)) return { ok: false, problem: `${where} is no JSON object with an entry for each module.` }
    for (const [name, entry] of Object.entries(value)) {
      const read = readEntry(entry)
      if (typeof read === 'string') return { ok: false, problem: `${where}, module "${name}": ${read}` }
      if (form === '2014' && acl.has(name))
        return { ok: false, problem: `The module "${name}" has two entries in AGENTACL: keep the one that is meant.` }
      acl.set(name, read)
    }
  }
  return { ok: true, acl, form }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

// Go's decoder takes names of fields in any case, the last one where several fit, and null as "not there".
function field(value: Record<string, unknown>, name: string): unknown {
  return Object.entries(value).findLast(([key, one]) => key.toLowerCase() === name && one !== null)?.[1]
}

function integer(value: unknown): number | null {
  if (value === undefined) return 0
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null
}

function readEntry(entry: unknown): AclEntry | string {
  if (!isObject(entry)) return 'the entry is no JSON object.'
  const minimumWeight = integer(field(entry, 'minimumweight'))
  if (minimumWeight === null) return '"minimumweight" is no whole number.'
  const people = field(entry, 'investigators') ?? {}
  if (!isObject(people)) return '"investigators" is no JSON object with an entry for each person.'
  const investigators: AclSigner[] = []
  for (const [name, one] of Object.entries(people)) {
    if (!isObject(one)) return `the person "${name}" is no JSON object with fingerprint and weight.`
    const fingerprint = field(one, 'fingerprint') ?? ''
    if (typeof fingerprint !== 'string') return `the fingerprint of "${name}" is no text.`
    const weight = integer(field(one, 'weight'))
    if (weight === null) return `the weight of "${name}" is no whole number.`
    investigators.push({ name, fingerprint, weight })
  }
  return { minimumWeight, investigators }
}

/** What an agent with this ACL says of one module: its own entry or `default`'s, each listed key of a signer added up. */
export function judgeByFile(
  acl: AgentAcl,
  fingerprints: readonly string[],
  module: string,
): { outcome: 'accepted' | 'short' | 'no-rule' | 'below-one'; required: number | null; got: number } {
  const entry = acl.get(module) ?? acl.get(DEFAULT_MODULE)
  if (!entry) return { outcome: 'no-rule', required: null, got: 0 }
  const signers = new Set(fingerprints.map((f) => f.toUpperCase()))
  const got = entry.investigators.reduce((sum, i) => sum + (signers.has(i.fingerprint.toUpperCase()) ? i.weight : 0), 0)
  const required = entry.minimumWeight
  return { outcome: required < 1 ? 'below-one' : got >= required ? 'accepted' : 'short', required, got }
}

/** Where two ACLs differ, module by module and person by key: what one says and what the other says. */
export type AclDifference = {
  module: string
  what: 'module' | 'minimum' | 'weight'
  /** The key, for a weight. */
  fingerprint: string | null
  name: string | null
  before: number | null
  after: number | null
}

/** The differences from `before` to `after`; people are compared by key, whatever they are called. */
export function aclDifference(before: AgentAcl, after: AgentAcl): AclDifference[] {
  const differences: AclDifference[] = []
  for (const module of [...new Set([...before.keys(), ...after.keys()])].sort(plainOrder)) {
    const [a, b] = [before.get(module), after.get(module)]
    const at = { module, fingerprint: null, name: null }
    if (!a || !b)
      differences.push({ ...at, what: 'module', before: a?.minimumWeight ?? null, after: b?.minimumWeight ?? null })
    else if (a.minimumWeight !== b.minimumWeight)
      differences.push({ ...at, what: 'minimum', before: a.minimumWeight, after: b.minimumWeight })
    const [held, holds] = [weightsByKey(a), weightsByKey(b)]
    for (const fingerprint of [...new Set([...held.keys(), ...holds.keys()])].sort(plainOrder)) {
      const [was, is] = [held.get(fingerprint), holds.get(fingerprint)]
      if (was?.weight === is?.weight) continue
      const name = is?.name ?? was?.name ?? null
      differences.push({
        module,
        what: 'weight',
        fingerprint,
        name,
        before: was?.weight ?? null,
        after: is?.weight ?? null,
      })
    }
  }
  return differences
}

function weightsByKey(entry: AclEntry | undefined): Map<string, { name: string; weight: number }> {
  const found = new Map<string, { name: string; weight: number }>()
  for (const { name, fingerprint, weight } of entry?.investigators ?? []) {
    const key = fingerprint.toUpperCase()
    found.set(key, { name: found.get(key)?.name ?? name, weight: (found.get(key)?.weight ?? 0) + weight })
  }
  return found
}
