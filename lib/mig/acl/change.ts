import { AppError } from '@/lib/errors'
import { type MigId, parseId } from '@/lib/mig/wire/id'
import { isWeight, WEIGHT_WORDS } from './weight'

/** One cell of either table and what it is to become; `seen` is the value the person saw, null is "no row". */
export type CellChange =
  | { table: 'agtmodreq'; agent: MigId; module: MigId; seen: number | null; value: number | null }
  | {
      table: 'invagtmodperm'
      investigator: MigId
      agent: MigId
      module: MigId
      seen: number | null
      value: number | null
    }

/** How a batch came about; `acl.batch.` before it is the kind of its audit row. */
export const BATCH_KINDS = ['save', 'bulk', 'import', 'carry-over', 'revert'] as const
export type BatchKind = (typeof BATCH_KINDS)[number]

/** What a batch does to who can run what: pairs of endpoint and module that come and that go. */
export type Reach = { gained: number; lost: number }

/**
 * A batch's effects on the pairs of endpoint and module that it touches: `anyone` is all active people together, `alone`
 * some single person, `editor` who saves. `samples` are at most 50, lost by anyone first.
 */
export type BatchEffects = {
  endpoints: number
  pairs: number
  anyone: Reach
  alone: Reach
  editor: Reach
  samples: {
    agent: MigId
    endpoint: string
    module: string
    what: 'anyone' | 'alone' | 'editor'
    gained: boolean
  }[]
}

/**
 * A cell that does not hold what the person saw. `newest` is the row that stands for the endpoint by now, where the
 * change's own agent row does not any more: only rules there hold, and `now` is what is stored there.
 */
export type CellConflict = { change: CellChange; now: number | null; newest?: MigId }

/** The most cells that a conflict lists. */
export const MOST_CONFLICTS = 2_000

/**
 * What a preview or a save answers; after everything but `saved` the tables are as they were. `confirm`: the last
 * sufficient signers would go, so that it wants to be sent again with this `confirm`: the SHA-256 of just these cells, and
 * how many pairs they take away. A conflict lists the first `MOST_CONFLICTS` cells.
 */
export type BatchAnswer =
  | { kind: 'preview'; cells: number; effects: BatchEffects }
  | { kind: 'saved'; cells: number; message: string; auditId: string; effects: BatchEffects }
  | { kind: 'conflict'; message: string; cells: CellConflict[] }
  | { kind: 'confirm'; message: string; effects: BatchEffects; confirm: string }
  | { kind: 'refused'; message: string; signIn?: string }

/** The most cells that a form sends at once. */
export const MOST_CELLS = 50_000

/** What tells one cell from every other, of either table. */
export function cellKey(change: CellChange): string {
  const place = `${change.agent}.${change.module}`
  return change.table === 'agtmodreq' ? place : `${change.investigator}.${place}`
}

/** The changes as one form field: `[agent, module, seen, value]`, for weights the investigator before them. */
export function encodeChanges(changes: readonly CellChange[]): string {
  return JSON.stringify(
    changes.map((change) => {
      const cell = [change.agent, change.module, change.seen, change.value]
      return change.table === 'agtmodreq' ? cell : [change.investigator, ...cell]
    }),
  )
}

const BROKEN = 'The list of changes is broken. Nothing was changed; open the page again.'

/**
 * The changes in a form's field, in their order. Throws `invalid` for what is no such list, for none or too many, for a
 * cell that stands in it twice, and for one that would not change.
 */
export function decodeChanges(text: string): CellChange[] {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    throw new AppError('invalid', BROKEN)
  }
  if (!Array.isArray(list)) throw new AppError('invalid', BROKEN)
  if (list.length === 0) throw new AppError('invalid', 'No cell is changed: there is nothing to save.')
  if (list.length > MOST_CELLS)
    throw new AppError(
      'invalid',
      `${list.length} cells are too many for one save: it takes ${MOST_CELLS}. Nothing was changed.`,
    )
  const seenKeys = new Set<string>()
  return list.map((entry) => {
    const change = changeOf(entry)
    const key = cellKey(change)
    if (seenKeys.has(key))
      throw new AppError('invalid', `The cell ${key} stands twice in the list of changes. Nothing was changed.`)
    seenKeys.add(key)
    if (change.seen === change.value)
      throw new AppError('invalid', `The cell ${key} is not changed: it stays as it is. Nothing was changed.`)
    return change
  })
}

function changeOf(entry: unknown): CellChange {
  if (!Array.isArray(entry) || (entry.length !== 4 && entry.length !== 5)) throw new AppError('invalid', BROKEN)
  const [agent, module, seen, value] = entry.slice(-4) as unknown[]
  const cell = { agent: idOf(agent), module: idOf(module), seen: weightOf(seen), value: weightOf(value) }
  return entry.length === 4
    ? { table: 'agtmodreq', ...cell }
    : { table: 'invagtmodperm', investigator: idOf(entry[0]), ...cell }
}

function idOf(value: unknown): MigId {
  const id = typeof value === 'string' ? parseId(value) : null
  if (!id) throw new AppError('invalid', BROKEN)
  return id
}

function weightOf(value: unknown): number | null {
  if (value === null) return null
  if (typeof value !== 'number' || !isWeight(value))
    throw new AppError('invalid', `A weight is a ${WEIGHT_WORDS}. Nothing was changed.`)
  return value + 0
}
