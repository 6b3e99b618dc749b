import 'server-only'
import { assertAdmin, type Viewer } from '@/lib/auth/viewer'
import { inLongWrite } from '@/lib/auth/write'
import { AppError } from '@/lib/errors'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import { vintage } from '@/lib/mig/vintage'
import { now } from '@/lib/now'
import { applyBatch, type Batch, Raced } from './batch'
import type { BatchAnswer } from './change'

/** The lock of whoever writes cells: two batches that lock the same rows in another order would wait for each other. */
export const ACL_LOCK = 4_217_004

// Each part is measured, written and measured again: a large batch takes longer than a page may.
const BATCH_MS = 120_000

/** For a batch of up to `MOST_BULK` cells, in milliseconds: some ten thousand cells a second, and a slow disk. */
export const LARGE_BATCH_MS = 15 * 60_000

const WAIT = { ms: 30_000, busy: 'Another batch is being written or measured: nothing was changed, try again.' }

class Undone extends Error {
  constructor(readonly answer: BatchAnswer) {
    super(answer.kind)
  }
}

/**
 * One batch of cells in one transaction: all of them, with their audit row, or nothing. Each cell must hold what was seen,
 * on its endpoint's newest row; otherwise the answer is `conflict` with both values. `preview` measures the effects and
 * undoes it. Only an admin may. Throws `invalid` and `not_found` for what cannot be a batch, `conflict` while another one
 * is being written.
 */
export async function runBatch(
  viewer: Viewer,
  batch: Batch,
  { preview = false, timeout = BATCH_MS } = {},
): Promise<BatchAnswer> {
  assertAdmin(viewer)
  const setting = { vintage: await vintage(), bounds: await fleetBounds((await now()).mig), preview }
  for (let attempt = 1; ; attempt++) {
    try {
      return await inLongWrite(
        viewer,
        async (tx, stillMay) => {
          const answer = await applyBatch(viewer, tx, batch, setting, stillMay)
          if (answer.kind !== 'saved') throw new Undone(answer)
          return answer
        },
        { lock: ACL_LOCK, timeout, wait: WAIT },
      )
    } catch (error) {
      if (error instanceof Undone) return error.answer
      if (!(error instanceof Raced)) throw error
      // Cells that a predicate names were counted by whoever saw them, and take minutes: once is enough.
      if (attempt === 3 || 'keep' in batch.cells)
        throw new AppError('conflict', 'Somebody writes the same cells right now. Nothing was changed; try again.')
    }
  }
}
