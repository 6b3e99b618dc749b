import { visibleText } from '@/components/ui/visible-text'
import type { GridColumn } from './grid-data'

/** Pixels, as look.md has them: a row, and what a cell is at least. */
export const ROW = 32
const LEAST = 64
const MOST = 176

/** What is to say of a column beside its name. */
export function columnTitle({ kind, name, twin, disabled }: Omit<GridColumn, 'id'>): string {
  const shown = visibleText(name)
  if (twin) return `Two modules are named ${shown}: the tables do not say whose rules hold`
  if (disabled) return `${shown} is disabled and counts 0`
  return kind === 'module' ? `Module ${shown}` : shown
}

/** Where each column begins, in pixels after the rows' heads, and at last where all end: as wide as its name, 64 to 176. */
export function columnStarts(
  columns: readonly Pick<GridColumn, 'name' | 'disabled' | 'twin' | 'sensitive'>[],
): number[] {
  const starts = [0]
  for (const { name, disabled, twin, sensitive } of columns) {
    const width = Math.round([...name].length * 7 + 24 + (disabled ? 34 : 0) + (twin || sensitive ? 18 : 0))
    starts.push((starts.at(-1) ?? 0) + Math.min(Math.max(width, LEAST), MOST))
  }
  return starts
}

/** The column at a distance from where columns begin, by halving; the nearest one beyond the edges. */
export function columnAt(starts: readonly number[], x: number): number {
  let [low, high] = [0, starts.length - 2]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= x) low = middle
    else high = middle - 1
  }
  return Math.max(low, 0)
}

/** The numbers from one to another, both included, and `extra` where it is not among them. */
export function span(from: number, to: number, extra: number | null): number[] {
  const all: number[] = []
  for (let one = from; one <= to; one++) all.push(one)
  if (extra !== null && extra >= 0 && (extra < from || extra > to)) all.push(extra)
  return all
}
