/** One comparison of an agent's column, or of a key in one of its JSON columns, with a text. */
export type Comparison = { column: string; key: string | null; operator: '=' | 'LIKE' | 'ILIKE'; value: string }

/** What a target is as text. It is never run. */
export type TargetShape =
  /** A condition as far as can be seen. */
  | { kind: 'condition'; comparisons: Comparison[] | null }
  /** Nothing, which is no condition. */
  | { kind: 'empty' }
  /** A single word, such as `linux` or a queue: a target of syntax version 1. */
  | { kind: 'word' }
  /** PostgreSQL cannot read it as one condition. */
  | { kind: 'broken'; why: string }

const COLUMNS = ['name', 'queueloc', 'os', 'version'] as const
const JSON_COLUMNS = ['environment', 'tags'] as const
const BOOLEANS = new Set(['true', 'false', 'null'])

/** The text without what stands in quotes (each quoted part becomes `''`), or why its quotes, comments or parentheses do not close. */
function outside(target: string): { text: string } | { why: string } {
  let text = ''
  let depth = 0
  for (let i = 0; i < target.length; i++) {
    const char = target[i] ?? ''
    if (char === "'" || char === '"') {
      let end = i + 1
      for (;;) {
        end = target.indexOf(char, end)
        if (end < 0) return { why: `a ${char === "'" ? 'text' : 'name'} in quotes is not closed` }
        if (target[end + 1] !== char) break
        end += 2
      }
      text += char === "'" ? "''" : '""'
      i = end
      continue
    }
    if (char === '(') depth++
    if (char === ')' && --depth < 0) return { why: 'a parenthesis closes that was never opened' }
    if (char === ';') return { why: 'it holds a semicolon' }
    if (char === '-' && target[i + 1] === '-') {
      const line = target.slice(i).search(/[\r\n]/)
      if (line < 0) return { why: 'it ends in a comment, which swallows what follows it' }
      i += line
      text += ' '
      continue
    }
    text += char
  }
  return depth > 0 ? { why: 'a parenthesis is not closed' } : { text }
}

// `(agents.)column`, `(agents.)column->>'key'`, an operator and a text; E'' and casts are more than this reads.
const COMPARISON = /^(?:agents\.)?([a-z]+)(?:\s*->>\s*'((?:[^']|'')*)')?\s*(=|(?:i?like)(?=[\s']))\s*'((?:[^']|'')*)'$/i

function comparisonOf(part: string): Comparison | null {
  const match = COMPARISON.exec(part.trim())
  if (!match) return null
  const [, name = '', quotedKey, operator = '', quoted = ''] = match
  const column = name.toLowerCase()
  const key = quotedKey?.replaceAll("''", "'") ?? null
  const known: readonly string[] = key === null ? COLUMNS : JSON_COLUMNS
  if (!known.includes(column)) return null
  return {
    column,
    key,
    operator: operator.toUpperCase() as Comparison['operator'],
    value: quoted.replaceAll("''", "'"),
  }
}

/** Splits at each AND that stands outside of quotes. */
function conjunction(target: string): string[] {
  const parts: string[] = []
  let from = 0
  for (const match of target.matchAll(/'(?:[^']|'')*'|\sAND\s/gi)) {
    if (match[0].startsWith("'")) continue
    parts.push(target.slice(from, match.index))
    from = match.index + match[0].length
  }
  return [...parts, target.slice(from)]
}

/** What can be seen of a target of syntax version 2 without running it. */
export function targetShape(target: string): TargetShape {
  const trimmed = target.trim()
  if (trimmed === '') return { kind: 'empty' }
  // Dollar quotes, escapes and comments within are legal, and more than this reads.
  if (/[$\\]|\/\*/.test(trimmed)) return { kind: 'condition', comparisons: null }
  const bare = outside(trimmed)
  if ('why' in bare) return { kind: 'broken', why: bare.why }
  if (/(?:^|\W)(?:and|or|not|like|in)$|[=<>~]$/i.test(bare.text))
    return { kind: 'broken', why: 'something is missing at its end' }
  if (/^(?:and|or|like|in|=)(?:\W|$)/i.test(bare.text) || bare.text.startsWith('='))
    return { kind: 'broken', why: 'something is missing at its beginning' }
  if (/^[\p{L}\p{N}._-]+$/u.test(bare.text) && !BOOLEANS.has(bare.text.toLowerCase())) return { kind: 'word' }
  const comparisons = conjunction(trimmed).map(comparisonOf)
  return {
    kind: 'condition',
    comparisons: comparisons.every((one) => one !== null) ? (comparisons as Comparison[]) : null,
  }
}

// Words of an SQL condition that are no columns, as far as targets use them.
const KEYWORDS = new Set(
  `and or not is null true false unknown in between symmetric like ilike similar to any all some exists case when then else
   end distinct from as escape collate array row interval date time timestamp timestamptz with without zone at
   current_timestamp current_date current_time localtimestamp current_user session_user overlaps isnull notnull`.split(
    /\s+/,
  ),
)
const TOKEN = /''|""|[a-z_][\w$]*(?:\s*\.\s*[a-z_][\w$]*)*|::|[()]|[^\s\w]/gi

/**
 * Names in a target that are neither columns of the agents table nor anything else that SQL knows, with whether that is sure:
 * a name behind `agents.` is, a bare one may be a word that this does not know. Names in sub-selects are left alone.
 */
export function strangeNames(target: string, columns: readonly string[]): { name: string; sure: boolean }[] {
  if (/[$\\]|\/\*/.test(target)) return []
  const bare = outside(target)
  if ('why' in bare) return []
  const hasSelect = /\bselect\b/i.test(bare.text)
  const tokens = [...bare.text.matchAll(TOKEN)].map(([token]) => token.toLowerCase().replace(/\s/g, ''))
  const found = new Map<string, boolean>()
  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 1]
    // A function, a type, or what stands before a text to say its type.
    if (!/^[a-z_]/.test(token) || next === '(' || next === "''" || tokens[i - 1] === '::') continue
    const [, qualified] = /^agents\.(.+)$/.exec(token) ?? []
    if (qualified !== undefined && !columns.includes(qualified)) found.set(qualified, true)
    if (qualified !== undefined || hasSelect || token.includes('.')) continue
    if (!KEYWORDS.has(token) && token !== 'agents' && !columns.includes(token)) found.set(token, false)
  }
  return [...found].map(([name, sure]) => ({ name, sure }))
}
