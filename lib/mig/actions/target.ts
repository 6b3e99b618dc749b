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
    if (char === '-' && target[i + 1] === '-') return { why: 'it ends in a comment, which swallows what follows it' }
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
  if (/^[\p{L}\p{N}._-]+$/u.test(bare.text) && !BOOLEANS.has(bare.text.toLowerCase())) return { kind: 'word' }
  const comparisons = conjunction(trimmed).map(comparisonOf)
  return {
    kind: 'condition',
    comparisons: comparisons.every((one) => one !== null) ? (comparisons as Comparison[]) : null,
  }
}

/** Whether a target names the column `os`, outside of quotes: the layout of 2019 has none. */
export function namesOs(target: string): boolean {
  const bare = outside(target)
  return (
    'text' in bare && /(?:^|[^\w.>])(?:agents\.)?os\s*(?:=|<|>|!|~|\s(?:not\s+)?(?:i?like|in|is)\b)/i.test(bare.text)
  )
}
