import 'server-only'
import { assertAdmin, type Viewer } from '@/lib/auth/viewer'
import { AppError } from '@/lib/errors'
import { formatNumber } from '@/lib/format'
import { vintage } from '@/lib/mig/vintage'
import { now } from '@/lib/now'
import { bulkBounds, bulkLacks, bulkTooMuch } from './bulk'
import { type BulkParams, bulkCountsSql, keepBulkSql } from './bulk.sql'
import { type BulkCounts, countsInWords, countsText, MOST_BULK, seenInWords, written } from './bulk-counts'
import type { BatchAnswer } from './change'
import type { KeptCells } from './kept-cells.sql'
import { LARGE_BATCH_MS, runBatch } from './mutations'

export type BulkInput = {
  params: BulkParams
  /** What the page counted, as `countsText` writes it: another count now refuses the change. */
  seen: string
  reason: string | null
  confirm: boolean | string
}

/**
 * Writes the cells that a predicate names, as one batch; with `preview` measures what it would do. Only an admin may.
 * Throws `conflict` with both counts when they are not those that were seen, `invalid` for a question that is not whole or
 * means more than `MOST_BULK` cells.
 */
export async function runBulk(
  viewer: Viewer,
  { params, seen, reason, confirm }: BulkInput,
  { preview = false } = {},
): Promise<BatchAnswer> {
  assertAdmin(viewer)
  const lacks = bulkLacks(params)
  if (lacks) throw new AppError('invalid', `${lacks} Nothing was changed.`)
  const was = seenInWords(seen)
  if (was === null) throw new AppError('invalid', 'The form does not say what was counted. Open the page again.')
  const moment = (await now()).mig
  const tooMuch = await bulkTooMuch(viewer, params, moment)
  if (tooMuch) throw new AppError('invalid', `${tooMuch} Nothing was changed.`)
  const v = await vintage()
  const bounds = await bulkBounds(params, moment)
  let counted = { cells: 0, digest: '' }
  const cells: KeptCells = {
    async check(tx) {
      const [counts] = await tx.$queryRaw<BulkCounts[]>(bulkCountsSql(v, params, bounds))
      if (!counts) throw new Error('a count gave no row')
      refuseOthers(counts, seen, was)
      counted = { cells: written(counts), digest: counts.digest }
    },
    expected: () => counted,
    keep: (batch) => keepBulkSql(v, params, bounds, batch),
  }
  const kind = params.filters.do === 'carry-over' ? 'carry-over' : 'bulk'
  const detail = () => ({ predicate: params.given })
  return runBatch(viewer, { kind, reason, confirmed: confirm, cells, detail }, { preview, timeout: LARGE_BATCH_MS })
}

function refuseOthers(counts: BulkCounts, seen: string, was: string | null): void {
  const cells = written(counts)
  if (countsText(counts) !== seen) {
    const is = countsInWords(counts)
    throw new AppError(
      'conflict',
      was === is
        ? `You saw ${was}; it is as many now, but other cells or other values. Nothing was changed; look at the preview again.`
        : `You saw ${was}; now it would be ${is}. Nothing was changed; look at the preview again.`,
    )
  }
  if (cells > MOST_BULK)
    throw new AppError(
      'invalid',
      `${formatNumber(cells)} cells are too many for one batch: it takes ${formatNumber(MOST_BULK)}. Narrow the filters; nothing was changed.`,
    )
}
