import { formatCount, formatNumber } from '@/lib/format'

/** What a bulk change does: cells by what becomes of them, and a digest of the cells that it writes. */
export type BulkCounts = {
  /** Endpoints that the filters leave, and those of them with a cell that changes. */
  endpoints: number
  touched: number
  added: number
  changed: number
  removed: number
  unchanged: number
  /** Cells that a carry-over leaves: the newest row has another rule of its own. */
  differing: number
  digest: string
}

const KEYS = ['added', 'changed', 'removed', 'unchanged', 'differing'] as const

/** The most cells that one bulk change writes. */
export const MOST_BULK = 2_000_000

/** The most cells that one bulk change may ask for, those that stay as they are counted too. */
export const MOST_ASKED = 10_000_000

/** How many cells are written. */
export function written({ added, changed, removed }: BulkCounts): number {
  return added + changed + removed
}

/** The counts as one form field, for the save to hold against. */
export function countsText(counts: BulkCounts): string {
  return [...KEYS.map((key) => counts[key]), counts.digest].join('.')
}

/** "12 new, 3 changed, 0 removed, 5 unchanged". */
export function countsInWords(counts: BulkCounts): string {
  const { added, changed, removed, unchanged, differing } = counts
  const words = `${formatNumber(added)} new, ${formatNumber(changed)} changed, ${formatNumber(removed)} removed, ${formatNumber(unchanged)} unchanged`
  return differing > 0
    ? `${words}, ${formatCount(differing, 'cell')} left as ${differing === 1 ? 'it differs' : 'they differ'}`
    : words
}

/** What a form's field says that the person saw, in words; null when it is no such field. */
export function seenInWords(text: string): string | null {
  const parts = text.split('.')
  if (parts.length !== 6 || !parts.every((part) => /^-?\d{1,40}$/.test(part))) return null
  const [added = 0, changed = 0, removed = 0, unchanged = 0, differing = 0] = parts.slice(0, 5).map(Number)
  return countsInWords({ endpoints: 0, touched: 0, added, changed, removed, unchanged, differing, digest: '' })
}
