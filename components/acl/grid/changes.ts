import { type CellChange, type CellConflict, cellKey } from '@/lib/mig/acl/change'
import type { MigId } from '@/lib/mig/wire/id'

/** What a cell is called, for people. */
export type CellNames = { endpoint: string; module: string; person?: string }

/** A cell that is changed and not saved. */
export type StagedCell = { change: CellChange; names: CellNames }

type Step = { key: string; before?: StagedCell; after?: StagedCell }[]

/** All unsaved changes of a person in this browser, of both tables, with the way back and forth. */
export type Changes = { cells: ReadonlyMap<string, StagedCell>; done: readonly Step[]; undone: readonly Step[] }

export const NO_CHANGES: Changes = { cells: new Map(), done: [], undone: [] }

const MOST_STEPS = 200

function put(cells: ReadonlyMap<string, StagedCell>, step: Step, side: 'before' | 'after'): Map<string, StagedCell> {
  const next = new Map(cells)
  for (const { key, [side]: cell } of step) {
    if (cell) next.set(key, cell)
    else next.delete(key)
  }
  return next
}

/**
 * The changes with these cells written, as one step. A cell that gets back the value that was seen is no change any more;
 * one that is changed twice keeps the value that was seen first.
 */
export function write(changes: Changes, writes: readonly StagedCell[]): Changes {
  const step: Step = []
  for (const { change, names } of writes) {
    const key = cellKey(change)
    const before = changes.cells.get(key)
    // Back to what was seen first is no change, unless somebody else has changed the cell since.
    const seen = before && before.change.seen !== change.value ? before.change.seen : change.seen
    const after = change.value === seen ? undefined : { change: { ...change, seen }, names }
    if (before?.change.value !== after?.change.value || Boolean(before) !== Boolean(after))
      step.push({ key, before, after })
  }
  if (step.length === 0) return changes
  return {
    cells: put(changes.cells, step, 'after'),
    done: [...changes.done, step].slice(-MOST_STEPS),
    undone: [],
  }
}

/** The changes without their last step; the same when there is none. */
export function undo(changes: Changes): Changes {
  const step = changes.done.at(-1)
  if (!step) return changes
  return {
    cells: put(changes.cells, step, 'before'),
    done: changes.done.slice(0, -1),
    undone: [...changes.undone, step],
  }
}

/** The changes with the step that was undone last. */
export function redo(changes: Changes): Changes {
  const step = changes.undone.at(-1)
  if (!step) return changes
  return {
    cells: put(changes.cells, step, 'after'),
    done: [...changes.done, step],
    undone: changes.undone.slice(0, -1),
  }
}

/**
 * The changes after somebody else wrote some of their cells: `mine` are sent again against what the cell holds now, the
 * others are given up. Where the endpoint has a newer row, what is kept goes on to that row, unless it is changed there
 * already. What was done before cannot be undone over it.
 */
export function resolve(changes: Changes, conflicts: readonly CellConflict[], mine: ReadonlySet<string>): Changes {
  const cells = new Map(changes.cells)
  for (const { change, now, newest } of conflicts) {
    const key = cellKey(change)
    const cell = cells.get(key)
    if (!cell) continue
    const next = { ...cell, change: { ...cell.change, agent: newest ?? cell.change.agent, seen: now } }
    const place = cellKey(next.change)
    const goesOn = mine.has(key) && next.change.value !== now && (place === key || !cells.has(place))
    if (!goesOn || place !== key) cells.delete(key)
    if (goesOn) cells.set(place, next)
  }
  return { cells, done: [], undone: [] }
}

/**
 * The changes after these cells of them were saved. A cell that was changed again meanwhile stays, against the value that
 * was saved; so does one that was taken back meanwhile, as the way back. What was done before cannot be undone over it.
 */
export function afterSave(changes: Changes, saved: Changes['cells']): Changes {
  const cells = new Map(changes.cells)
  for (const [key, { change, names }] of saved) {
    const wanted = changes.cells.get(key)?.change.value
    const value = wanted === undefined ? change.seen : wanted
    if (value === change.value) cells.delete(key)
    else cells.set(key, { change: { ...change, seen: change.value, value }, names })
  }
  return { cells, done: [], undone: [] }
}

/** How many endpoints the changes touch. */
export function endpointsOf(changes: Changes): number {
  return new Set([...changes.cells.values()].map(({ change }) => change.agent)).size
}

type Packed = { v: 1; names: Record<string, string>; cells: (string | number | null)[][] }

/** The changes as a text for the browser's storage: every name once, 20,000 cells in about 1.2 MB. */
export function pack({ cells }: Changes): string {
  const names: Record<string, string> = {}
  const packed: Packed = { v: 1, names, cells: [] }
  for (const { change, names: said } of cells.values()) {
    names[`a${change.agent}`] = said.endpoint
    names[`m${change.module}`] = said.module
    const cell = [change.agent, change.module, change.seen, change.value]
    if (change.table === 'invagtmodperm') {
      names[`i${change.investigator}`] = said.person ?? ''
      cell.push(change.investigator)
    }
    packed.cells.push(cell)
  }
  return JSON.stringify(packed)
}

/** The changes in a stored text; none when it is none of ours. */
export function unpack(text: string | null): Changes {
  try {
    const packed = JSON.parse(text ?? '') as Packed
    if (packed.v !== 1) return NO_CHANGES
    const cells = new Map<string, StagedCell>()
    for (const [agent, module, seen, value, investigator] of packed.cells) {
      const cell = { agent: agent as MigId, module: module as MigId, seen: seen as number, value: value as number }
      const change: CellChange =
        investigator === undefined
          ? { table: 'agtmodreq', ...cell }
          : { table: 'invagtmodperm', investigator: investigator as MigId, ...cell }
      const names = {
        endpoint: packed.names[`a${agent}`] ?? '',
        module: packed.names[`m${module}`] ?? '',
        person: investigator === undefined ? undefined : packed.names[`i${investigator}`],
      }
      cells.set(cellKey(change), { change, names })
    }
    return { ...NO_CHANGES, cells }
  } catch {
    return NO_CHANGES
  }
}
