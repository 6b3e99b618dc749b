import type { GridRow, GridWindow } from './grid-data'

/** A stretch of rows that the server sent at once. `rows` is null when they were given up to keep memory flat. */
export type Section = { after: string | null; size: number; count: number; rows: GridRow[] | null; next: string | null }

/** The rows known so far, in order; `end` is true once the list's last row is among them. */
export type Sections = { list: readonly Section[]; end: boolean }

/** Rows asked for at once while scrolling; a paste that needs many rows asks for more. */
export const WINDOW = 50
export const BIG_WINDOW = 200
/** Rows that are kept: further ones are asked for again when they come back into sight. */
export const MOST_ROWS = 5000

export const NO_SECTIONS: Sections = { list: [], end: false }

export const knownRows = ({ list }: Sections): number => list.reduce((sum, { count }) => sum + count, 0)

/** The row at a place, or null when it is not loaded. */
export function rowAt({ list }: Sections, place: number): GridRow | null {
  let first = 0
  for (const { count, rows } of list) {
    if (place < first + count) return rows?.[place - first] ?? null
    first += count
  }
  return null
}

/** What to ask for so that these rows are there: a section that was given up, or the next one; null when all are. */
export type Need = { index: number; after: string | null; size: number }

/** The first window that is missing for these rows. */
export function missing({ list, end }: Sections, from: number, to: number, size = WINDOW): Need | null {
  let first = 0
  for (const [index, section] of list.entries()) {
    const last = first + section.count - 1
    if (!section.rows && last >= from && first <= to) return { index, after: section.after, size: section.size }
    first += section.count
  }
  if (end || to < first) return null
  return { index: list.length, after: list.at(-1)?.next ?? null, size }
}

/**
 * The rows with a window in its place. Where it does not end as it did before (rows came or went), what follows is
 * forgotten and asked for again.
 */
export function place({ list, end }: Sections, need: Need, window: GridWindow): Sections {
  const section: Section = { ...need, count: window.rows.length, rows: window.rows, next: window.next }
  const old = list[need.index]
  const isSame = old !== undefined && old.next === window.next && old.count === section.count
  const followers = isSame ? list.slice(need.index + 1) : []
  const kept = [...list.slice(0, need.index), section, ...followers]
  return { list: kept, end: isSame ? end : window.next === null }
}

/** The rows without those that are furthest from sight, when there are more than are kept. */
export function forget(sections: Sections, from: number, to: number, most = MOST_ROWS): Sections {
  let first = 0
  const loaded = sections.list.flatMap((section, index) => {
    const start = first
    first += section.count
    if (!section.rows) return []
    return [{ index, count: section.count, away: Math.max(start - to, from - (start + section.count - 1), 0) }]
  })
  let rows = loaded.reduce((sum, { count }) => sum + count, 0)
  const gone = new Set<number>()
  for (const { index, count, away } of loaded.sort((a, b) => b.away - a.away)) {
    if (rows <= most || away === 0) break
    gone.add(index)
    rows -= count
  }
  if (gone.size === 0) return sections
  return { ...sections, list: sections.list.map((one, index) => (gone.has(index) ? { ...one, rows: null } : one)) }
}

/** Where the row at a place stands after the sections changed; null when it is gone, the same where it was not loaded. */
export function placeAfter(before: Sections, after: Sections, place: number): number | null {
  const id = rowAt(before, place)?.id
  if (id === undefined || rowAt(after, place)?.id === id) return place
  let first = 0
  for (const { count, rows } of after.list) {
    const found = rows?.findIndex((row) => row.id === id) ?? -1
    if (found >= 0) return first + found
    first += count
  }
  return null
}
