import 'server-only'
import { assertAdmin, type Viewer } from '@/lib/auth/viewer'
import type { Transaction } from '@/lib/db/prisma'
import { AppError } from '@/lib/errors'
import type { MigId } from '@/lib/mig/wire/id'
import { now } from '@/lib/now'
import type { Batch } from './batch'
import { differingCellsSql, keptCellsSql, keptNamesSql, olderAgentsSql } from './batch.sql'
import { getBatch, isBatchWhole } from './batches'
import type { BatchAnswer, CellChange } from './change'
import { LARGE_BATCH_MS, runBatch } from './mutations'
import type { RevertInput } from './schema'

const PART = 2_000

type KeptCell = { n: number; before: number | null; after: number | null } & (
  | Pick<Extract<CellChange, { table: 'agtmodreq' }>, 'table' | 'agent' | 'module'>
  | Pick<Extract<CellChange, { table: 'invagtmodperm' }>, 'table' | 'agent' | 'module' | 'investigator'>
)

/** The cells of a kept batch turned round, in parts. */
async function* turnedRound(tx: Transaction, batch: string): AsyncGenerator<CellChange[]> {
  for (let last = 0; ; ) {
    const rows = await tx.$queryRaw<KeptCell[]>(keptCellsSql(batch, last, PART))
    if (rows.length === 0) return
    last = rows.at(-1)?.n ?? last
    yield rows.map(({ n: _, before, after, ...cell }) => ({ ...cell, seen: after, value: before }))
  }
}

/**
 * A batch that puts back what another one changed. Cells that somebody changed since, or whose endpoint has a newer row,
 * are a conflict that shows both values; with `skip` they are left out, with those of a module, an investigator or an agent
 * that is gone, and the rest is put back. Throws `not_found` for an unknown batch and, without `skip`, for what is gone,
 * `conflict` when its kept cells are not those of its audit row.
 */
export async function revertBatch(
  viewer: Viewer,
  { batch: id, reason, confirm, skip }: RevertInput,
): Promise<BatchAnswer> {
  assertAdmin(viewer)
  const batch = await getBatch(viewer, id)
  if (!batch) throw new AppError('not_found', `There is no batch ${id}. Nothing was changed.`)
  if (!(await isBatchWhole(viewer, batch)))
    throw new AppError('conflict', 'The cells of this batch are not what its audit row says. Nothing was changed.')
  const moment = (await now()).mig
  let leftOut = 0
  const revert: Batch = {
    kind: 'revert',
    reason,
    confirmed: confirm,
    detail: () => ({ reverts: batch.id, ...(leftOut > 0 ? { left_out: leftOut } : {}) }),
    cells: async function* (tx) {
      leftOut = 0
      for await (const part of turnedRound(tx, batch.batch)) {
        const kept = skip ? await unchangedOf(tx, part, moment) : part
        leftOut += part.length - kept.length
        if (kept.length > 0) yield kept
      }
      if (leftOut === batch.cells)
        throw new AppError(
          'conflict',
          'Somebody changed every cell of it since, or took away what it is a rule of: nothing is left to put back.',
        )
    },
  }
  return runBatch(viewer, revert, { timeout: LARGE_BATCH_MS })
}

/** The cells that still hold what the batch left there, on the newest row of their endpoint, and of nothing that is gone. */
async function unchangedOf(
  tx: Transaction,
  cells: readonly CellChange[],
  moment: Parameters<typeof olderAgentsSql>[1],
): Promise<CellChange[]> {
  const agents = [...new Set(cells.map((cell) => cell.agent))]
  const older = new Set(
    (await tx.$queryRaw<{ agent: string }[]>(olderAgentsSql(agents, moment))).map((row) => row.agent),
  )
  const modules = await thereOf(
    tx,
    'modules',
    cells.map((cell) => cell.module),
  )
  const people = await thereOf(
    tx,
    'investigators',
    cells.flatMap((cell) => (cell.table === 'invagtmodperm' ? [cell.investigator] : [])),
  )
  const differing = new Set<CellChange>()
  for (const table of ['agtmodreq', 'invagtmodperm'] as const) {
    const some = cells.filter((cell) => cell.table === table)
    if (some.length === 0) continue
    for (const { n } of await tx.$queryRaw<{ n: number }[]>(differingCellsSql(table, some)))
      differing.add(some[n] as CellChange)
  }
  return cells.filter(
    (cell) =>
      !older.has(cell.agent) &&
      !differing.has(cell) &&
      modules.has(cell.module) &&
      (cell.table === 'agtmodreq' || people.has(cell.investigator)),
  )
}

/** Those of the ids that are there, kept from being removed until the transaction ends. */
async function thereOf(
  tx: Transaction,
  table: 'modules' | 'investigators',
  ids: readonly MigId[],
): Promise<Set<MigId>> {
  const rows = await tx.$queryRaw<{ id: MigId }[]>(keptNamesSql(table, [...new Set(ids)]))
  return new Set(rows.map(({ id }) => id))
}
