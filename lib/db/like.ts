/** The LIKE pattern that matches `part` anywhere, its wildcards taken literally. */
export function containing(part: string): string {
  return `%${part.replace(/[\\%_]/g, '\\$&')}%`
}
