import { type Sql, sql } from './sql'

/** The LIKE pattern that matches `part` anywhere, its wildcards taken literally. */
export function containing(part: string): string {
  return `%${part.replace(/[\\%_]/g, '\\$&')}%`
}

/** The condition of a text filter: the column holds the text somewhere, or is all of what stands behind a leading `=`. */
export function containingOrExact(column: Sql, text: string): Sql {
  return text.startsWith('=') ? sql`${column} = ${text.slice(1)}` : sql`${column} ILIKE ${containing(text)}`
}

/**
 * A condition that every match of `ILIKE containing(part)` meets, in half the time: the longest run of characters that have no
 * case, found as they are. To be asked before that one by a walk through a table; none for a text without such characters.
 */
export function caselessPart(column: Sql, part: string | null | undefined): Sql[] {
  const runs = part?.match(/[ -@[-`{-~]+/g) ?? []
  const [longest] = runs.sort((a, b) => b.length - a.length)
  return longest ? [sql`${column} LIKE ${containing(longest)}`] : []
}
