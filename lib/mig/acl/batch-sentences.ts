import { formatCount, formatNumber } from '@/lib/format'
import type { BatchNames } from './batch-names'
import type { BatchEffects, BatchKind, CellChange, CellConflict } from './change'

/** How many rows a batch has written. */
export type Written = { added: number; changed: number; removed: number }

const words = (value: number | null) => (value === null ? 'no rule' : formatNumber(value))

/** Why a cell that would stay as it is cannot be in a batch. */
export async function unchangedSentence(names: BatchNames, change: CellChange): Promise<string> {
  const what = await names.what(change)
  return change.value === null
    ? `${what} has no rule: there is nothing to remove.`
    : `${what} is ${words(change.value)} already.`
}

/** Why nothing was saved: of one cell both values, of many how many are in the way. */
export async function conflictSentence(
  names: BatchNames,
  {
    first,
    cells,
    conflicting,
    conflicts,
  }: { first: CellChange; cells: number; conflicting: number; conflicts: readonly CellConflict[] },
  kind: BatchKind,
): Promise<string> {
  const [conflict] = conflicts
  if (cells === 1 && conflict) {
    if (conflict.newest) {
      const { agent } = await names.describe(first)
      return `${agent} was restarted or upgraded: its newest row is now ${conflict.newest}, and only rules on that row hold. Nothing was changed; open the cell again.`
    }
    if (kind === 'revert')
      return `Somebody changed it since: ${await names.what(first)} was ${words(first.seen)} after the batch and is ${words(conflict.now)} now. Nothing was changed.`
    return `Somebody was faster: ${await names.what(first)} was ${words(first.seen)} when you opened it and is ${words(conflict.now)} now. Your value ${words(first.value)} was not saved.`
  }
  const moved = conflicts.filter(({ newest }) => newest).length
  const restarted = moved > 0 ? ' Some endpoints have a newer row by now, and only rules on that row hold.' : ''
  return `${formatNumber(conflicting)} of ${formatCount(cells, 'cell')} ${conflicting === 1 ? 'does' : 'do'} not hold any more what ${kind === 'revert' ? 'the batch left there' : 'you saw'}.${restarted} Nothing was saved.`
}

/** What was saved. */
export async function savedSentence(
  names: BatchNames,
  { first, cells, written }: { first: CellChange; cells: number; written: Written },
  effects: BatchEffects,
): Promise<string> {
  const { added, changed, removed } = written
  const lost = effects.anyone.lost
  const reach = lost > 0 ? ` Nobody can run ${formatCount(lost, 'pair')} of endpoint and module any more.` : ''
  if (cells > 1)
    return `${formatCount(cells, 'cell')} saved on ${formatCount(effects.endpoints, 'endpoint')}: ${formatNumber(added)} added, ${formatNumber(changed)} changed, ${formatNumber(removed)} removed.${reach}`
  const what = await names.what(first)
  const { table, seen, value } = first
  if (value === null)
    return `1 rule removed. ${what} was ${words(seen)}; the cell is empty now, which is no rule.${reach}`
  const refused =
    table === 'agtmodreq' && value < 1
      ? ' Agents refuse a minimum below 1: with it nobody can run the module there.'
      : reach
  return `1 rule ${seen === null ? 'added' : 'changed'}. ${what} is ${words(value)} now${seen === null ? '' : `; it was ${words(seen)}`}.${refused}`
}

const OTHER = {
  cells: 'These are not the changes that were confirmed. ',
  loss: 'It takes something else away than was confirmed. ',
}

/** What a batch would take away, and that it wants to be confirmed; `other` is what differs from an earlier confirmation. */
export function lockoutSentence({ anyone, samples }: BatchEffects, other: keyof typeof OTHER | null): string {
  const example = samples.find(({ what, gained }) => what === 'anyone' && !gained)
  const such = example ? `, such as ${example.module} on ${example.endpoint}` : ''
  return `${other ? OTHER[other] : ''}It would take away the last people who can run ${formatCount(anyone.lost, 'pair')} of endpoint and module${such}: all active people together would not reach the minimum. Nothing was saved. Confirm it to save it all the same.`
}
