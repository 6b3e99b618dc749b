import { SPOOL_STATES } from '@/lib/mig/wire/spool-name'
import type { Cursor } from '@/lib/page'
import { SPOOL_KINDS, type SpoolKind } from './answer'
import { fileNameBytes, readFileName, type SpoolFileName } from './file-name'
import { RECONCILE_ANOMALIES, RECONCILE_CLASSES, type ReconcileAnomaly, type ReconcileClass } from './reconcile-rules'
import type { ReconcileItem } from './reconcile-run'

/** What is asked of a comparison's items; null means any. */
export type CellFilter = {
  classes: readonly ReconcileClass[]
  kinds: readonly SpoolKind[]
  anomalies: readonly ReconcileAnomaly[] | null
}

type Cell = {
  class: ReconcileClass
  kind: SpoolKind
  anomaly: ReconcileAnomaly | null
  count: number
  kept: ReconcileItem[]
}

const ANOMALIES = [...RECONCILE_ANOMALIES, null]
const DIRECTORIES = SPOOL_STATES.map((directory) => directory.join('/'))
const ROWS = DIRECTORIES.length

/** Where an item stands: its cell, then files by directory and name, then rows by id. It is the same in every comparison. */
type Place = { cell: number; directory: number; id: string }

/** The items of a comparison by class, kind and anomaly: exact counts, and the first ones of each for the list. */
export class ReconcileCells {
  private readonly cells = new Map<number, Cell>()

  constructor(private readonly keep: number) {}

  /** Takes an item; those of one cell come in the order of their places. */
  add(item: ReconcileItem): void {
    const rank = rankOf(item)
    let cell = this.cells.get(rank)
    if (!cell) {
      cell = { class: item.class, kind: item.directory[0], anomaly: item.anomaly, count: 0, kept: [] }
      this.cells.set(rank, cell)
    }
    cell.count++
    if (cell.kept.length < this.keep) cell.kept.push(item)
  }

  /** How many items there are of what is asked. */
  count(asked: CellFilter): number {
    return this.of(asked).reduce((sum, { count }) => sum + count, 0)
  }

  /** One page of the kept items behind a place or before one; null for a cursor of another list. */
  page(
    asked: CellFilter,
    { size, after, before }: { size: number; after?: Cursor; before?: Cursor },
  ): { items: ReconcileItem[]; first: Cursor | null; previous: Cursor | null; next: Cursor | null } | null {
    const items = this.of(asked).flatMap(({ kept }) => kept)
    const edge = after ?? before
    const at = edge ? readPlace(edge) : null
    if (edge && !at) return null
    const index = at ? firstFrom(items, at, after !== undefined) : 0
    const start = after || !edge ? index : Math.max(0, index - size)
    const end = after || !edge ? start + size : index
    const shown = items.slice(start, end)
    const [first, last] = [shown[0], shown.at(-1)]
    return {
      items: shown,
      first: first ? cursorOf(first) : null,
      previous: first && start > 0 ? cursorOf(first) : null,
      next: last && end < items.length ? cursorOf(last) : null,
    }
  }

  private of(asked: CellFilter): Cell[] {
    return [...this.cells].sort(([a], [b]) => a - b).flatMap(([, cell]) => (fits(cell, asked) ? cell : []))
  }
}

/** Whether an item is of what is asked. */
export function isAsked(item: ReconcileItem, asked: CellFilter): boolean {
  return fits({ class: item.class, kind: item.directory[0], anomaly: item.anomaly }, asked)
}

function fits(one: Pick<Cell, 'class' | 'kind' | 'anomaly'>, { classes, kinds, anomalies }: CellFilter): boolean {
  return (
    classes.includes(one.class) &&
    kinds.includes(one.kind) &&
    (anomalies === null || (one.anomaly !== null && anomalies.includes(one.anomaly)))
  )
}

function rankOf(item: ReconcileItem): number {
  const byClass = RECONCILE_CLASSES.indexOf(item.class) * SPOOL_KINDS.length + SPOOL_KINDS.indexOf(item.directory[0])
  return byClass * ANOMALIES.length + ANOMALIES.indexOf(item.anomaly)
}

function placeOf(item: ReconcileItem): Place {
  return {
    cell: rankOf(item),
    directory: item.name === null ? ROWS : DIRECTORIES.indexOf(item.directory.join('/')),
    id: item.name ?? item.commandId ?? item.actionId ?? '',
  }
}

function cursorOf(item: ReconcileItem): Cursor {
  const { cell, directory, id } = placeOf(item)
  return { key: `${cell}.${directory}`, id }
}

function readPlace({ key, id }: Cursor): Place | null {
  const match = /^(\d{1,4})\.(\d{1,2})$/.exec(key)
  const [cell, directory] = [Number(match?.[1]), Number(match?.[2])]
  if (!match || directory > ROWS) return null
  const isPlace = directory === ROWS ? /^-?\d{1,100}$/.test(id) : readFileName(id) === id
  return isPlace ? { cell, directory, id } : null
}

function compare(a: Place, b: Place): number {
  if (a.cell !== b.cell) return a.cell - b.cell
  if (a.directory !== b.directory) return a.directory - b.directory
  const [x, y] =
    a.directory === ROWS
      ? [BigInt(a.id), BigInt(b.id)]
      : [fileNameBytes(a.id as SpoolFileName), fileNameBytes(b.id as SpoolFileName)]
  return x < y ? -1 : x > y ? 1 : 0
}

/** Index of the first item behind the place, or from it on. */
function firstFrom(items: ReconcileItem[], at: Place, behind: boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    const side = compare(placeOf(items[middle] as ReconcileItem), at)
    if (behind ? side <= 0 : side < 0) low = middle + 1
    else high = middle
  }
  return low
}
