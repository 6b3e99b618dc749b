/** A place in a sorted list: the sort value's exact text and the row's id. */
export type Cursor = { key: string; id: string }

/** How many rows match: exact, or `more` than that many (counting stops at a limit). */
export type Total = { count: number; more: boolean }

export type Page<Row> = {
  rows: Row[]
  /** Where the next page begins, null on the last one. */
  next: Cursor | null
  previous: Cursor | null
  /** The first row shown, from which newer rows are counted. */
  first: Cursor | null
  total: Total
}

/** The cursor as one URL parameter. */
export function printCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.key, cursor.id])).toString('base64url')
}

/** The cursor that a URL parameter holds, or null when it was not made by `printCursor`. */
export function readCursor(text: string): Cursor | null {
  if (text.length > 8192 || !/^[\w-]+$/.test(text)) return null
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (!Array.isArray(value) || value.length !== 2) return null
    const [key, id] = value as unknown[]
    if (typeof key !== 'string' || typeof id !== 'string' || `${key}${id}`.includes('\0')) return null
    return { key, id }
  } catch {
    return null
  }
}

/** A statement that ran for a page, to copy into psql, and what it gives in words. */
export type RanSql = { what: string; text: string }

/** A page with the statements that gave it. */
export type RanPage<Row> = Page<Row> & { ran: RanSql[] }
