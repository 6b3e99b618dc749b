export type GoNumbers = 'go1.7' | 'go1.8'

export type GoJsonOptions = {
  /** How doubles are printed: `go1.7` stands for all releases up to it, `go1.8` for it and later ones. */
  numbers: GoNumbers
  /** How a tab inside a string is printed: `\u0009` by the Go of 2014 (default of `go1.7`), `\t` by later ones. */
  tab?: '\\u0009' | '\\t'
}

/** The digits that Go's encoding/json prints for a double. Throws RangeError for NaN and infinities, as Go fails. */
export function goNumber(value: number, numbers: GoNumbers): string {
  if (!Number.isFinite(value)) throw new RangeError('JSON has no number for NaN or an infinity')
  if (Object.is(value, -0)) return '-0'
  if (numbers === 'go1.8') return String(value)

  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (value === 0 || (exponent >= -4 && exponent < 6)) return String(value)
  const sign = exponent < 0 ? '-' : '+'
  return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/**
 * The bytes (as a string) that Go's encoding/json prints for a tree that JSON.parse made: keys in UTF-8 byte order at
 * every depth, HTML-safe escapes (mig-domain 6.2). Throws TypeError for a value that JSON cannot hold.
 */
export function goJson(value: unknown, options: GoJsonOptions): string {
  const tab = tabOf(options)
  const out: string[] = []
  // A hostile file may nest deeper than the call stack: the open containers are kept by hand.
  const open: Container[] = []

  const write = (item: unknown): void => {
    if (item === null) out.push('null')
    else if (typeof item === 'string') out.push(goString(item, tab))
    else if (typeof item === 'number') out.push(goNumber(item, options.numbers))
    else if (typeof item === 'boolean') out.push(item ? 'true' : 'false')
    else if (Array.isArray(item)) {
      out.push('[')
      open.push({ kind: 'array', items: item, next: 0 })
    } else if (typeof item === 'object') {
      out.push('{')
      open.push({ kind: 'object', entries: sortedEntries(item), next: 0 })
    } else throw new TypeError(`JSON has no value for ${typeof item}`)
  }

  write(value)
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const index = top.next++
    if (top.kind === 'array') {
      if (index >= top.items.length) {
        out.push(']')
        open.pop()
        continue
      }
      if (index > 0) out.push(',')
      write(top.items[index])
    } else {
      const entry = top.entries[index]
      if (!entry) {
        out.push('}')
        open.pop()
        continue
      }
      if (index > 0) out.push(',')
      out.push(goString(entry[0], tab), ':')
      write(entry[1])
    }
  }
  return out.join('')
}

/**
 * The `operations` part of a signed text: `module`, `parameters`, then HEAD's two flags when true; names matched
 * without case, other keys dropped (mig-domain 6.2). Throws TypeError for what Go's decoder refuses.
 */
export function goOperationsJson(operations: unknown, options: GoJsonOptions): string {
  if (operations === null || operations === undefined) return 'null'
  if (!Array.isArray(operations)) throw new TypeError('operations is not an array')
  return `[${operations.map((operation) => operationJson(operation, options)).join(',')}]`
}

type Container =
  | { kind: 'array'; items: readonly unknown[]; next: number }
  | { kind: 'object'; entries: readonly (readonly [string, unknown])[]; next: number }

function tabOf(options: GoJsonOptions): string {
  return options.tab ?? (options.numbers === 'go1.7' ? '\\u0009' : '\\t')
}

function operationJson(operation: unknown, options: GoJsonOptions): string {
  if (operation !== null && (typeof operation !== 'object' || Array.isArray(operation))) {
    throw new TypeError('an operation is not an object')
  }
  let module = ''
  let parameters: unknown = null
  const flags = { is_compressed: false, want_compressed: false }
  for (const [key, value] of Object.entries(operation ?? {})) {
    const name = key.toLowerCase()
    if (name === 'parameters') parameters = value
    else if (name === 'module' && value !== null) {
      if (typeof value !== 'string') throw new TypeError('module is not a string')
      module = value
    } else if ((name === 'is_compressed' || name === 'want_compressed') && value !== null) {
      if (typeof value !== 'boolean') throw new TypeError(`${name} is not a boolean`)
      flags[name] = value
    }
  }
  const parts = [`"module":${goString(module, tabOf(options))}`, `"parameters":${goJson(parameters, options)}`]
  if (flags.is_compressed) parts.push('"is_compressed":true')
  if (flags.want_compressed) parts.push('"want_compressed":true')
  return `{${parts.join(',')}}`
}

// Go's decoder turns an unpaired surrogate into U+FFFD, so two such keys are one key of its map and the last one wins.
function sortedEntries(object: object): (readonly [string, unknown])[] {
  const entries = new Map<string, unknown>()
  for (const [key, value] of Object.entries(object)) entries.set(key.toWellFormed(), value)
  return [...entries].sort(([a], [b]) => compareUtf8(a, b))
}

// UTF-8 byte order is code point order; JavaScript's own comparison puts U+E000..U+FFFF after the astral planes.
function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    const xSurrogate = x >= 0xd800 && x <= 0xdfff
    const ySurrogate = y >= 0xd800 && y <= 0xdfff
    if (xSurrogate !== ySurrogate) return xSurrogate ? 1 : -1
    return x - y
  }
  return a.length - b.length
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what Go escapes
const ESCAPED = /["\\<>&\u0000-\u001f\u2028\u2029]/g

function goString(text: string, tab: string): string {
  const body = text.toWellFormed().replace(ESCAPED, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`
    if (character === '\n') return '\\n'
    if (character === '\r') return '\\r'
    if (character === '\t') return tab
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return `"${body}"`
}
