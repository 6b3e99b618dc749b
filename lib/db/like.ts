import { type Sql, sql } from './sql'

/** The LIKE pattern that matches `part` anywhere, its wildcards taken literally. */
export function containing(part: string): string {
  return `%${part.replace(/[\\%_]/g, '\\$&')}%`
}

/** The condition of a text filter: the column holds the text somewhere, or is all of what stands behind a leading `=`. */
export function containingOrExact(column: Sql, text: string): Sql {
  return text.startsWith('=') ? sql`${column} = ${text.slice(1)}` : sql`${column} ILIKE ${containing(text)}`
}
