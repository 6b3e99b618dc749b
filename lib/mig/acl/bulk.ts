import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { type ReadSettings, readRows, streamStatement } from '@/lib/db/read'
import { AppError } from '@/lib/errors'
import type { ExportSource } from '@/lib/export'
import { formatNumber } from '@/lib/format'
import { fleetBounds, thresholdsFor } from '@/lib/mig/agents/bounds'
import type { FleetBounds } from '@/lib/mig/agents/state'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { type BulkParams, bulkCountsSql, bulkEndpointsSql, bulkShownSql } from './bulk.sql'
import { type BulkCounts, MOST_ASKED } from './bulk-counts'

/** A cell of a bulk change's preview. `may` is false for one that a carry-over leaves because the newest row has a rule. */
export type BulkCell = {
  agentid: MigId
  name: string
  queueloc: string
  moduleid: MigId
  module: string | null
  investigatorid: MigId | null
  investigator: string | null
  seen: number | null
  value: number | null
  may: boolean
}

// A pass over the whole fleet takes seconds, on a busy machine more than the role's limit for a statement.
const LONG: ReadSettings = { timeout: '60s', memory: 64 }

/** How many cells the preview names; those that a carry-over leaves come first. */
export const SHOWN_CELLS = 100

/** Where the states begin that the question's filters are judged by. */
export async function bulkBounds(params: BulkParams, now: Instant): Promise<FleetBounds> {
  return fleetBounds(now, thresholdsFor(params))
}

/** What is missing before a bulk change says which cells and what they become; null when nothing is. */
export function bulkLacks({ filters }: BulkParams): string | null {
  if (filters.do === 'carry-over') return null
  if (!filters.module) return 'Choose at least one module.'
  if (filters.table === 'invagtmodperm' && !filters.investigator) return 'Choose at least one investigator.'
  if (filters.do === 'set' && filters.value === undefined) return 'Type the value that the cells are to have.'
  return null
}

// More endpoints than a fleet has: what asks for few cells of each needs no count before the count.
const FLEET = 500_000

/**
 * Why a bulk change asks for more cells than are looked at, changed or not, as a sentence; null when it does not. A carry-over
 * asks for what older rows have, which is no more than the tables hold.
 */
export async function bulkTooMuch(
  _viewer: Viewer,
  params: BulkParams,
  now: Instant,
  most = MOST_ASKED,
): Promise<string | null> {
  const { filters } = params
  if (filters.do === 'carry-over') return null
  const people = filters.table === 'invagtmodperm' ? (filters.investigator?.length ?? 0) : 1
  const each = (filters.module?.length ?? 0) * people
  if (each * FLEET <= most) return null
  const enough = Math.floor(most / each) + 1
  const statement = bulkEndpointsSql(await vintage(), params, await bulkBounds(params, now), enough)
  const [counted] = await readRows<{ endpoints: number }>(statement, LONG)
  if ((counted?.endpoints ?? 0) < enough) return null
  return `That asks for more than ${formatNumber(most)} cells: ${formatNumber(each)} of each endpoint. Choose fewer modules or investigators, or narrow the filters.`
}

/** What a bulk change would do, counted in one pass, and its first cells. */
export async function previewBulk(
  _viewer: Viewer,
  params: BulkParams,
  now: Instant,
): Promise<{ counts: BulkCounts; cells: BulkCell[] }> {
  const [v, bounds] = await Promise.all([vintage(), bulkBounds(params, now)])
  const [counts] = await readRows<BulkCounts>(bulkCountsSql(v, params, bounds), LONG)
  if (!counts) throw new Error('a count gave no row')
  const shows = counts.added + counts.changed + counts.removed + counts.differing > 0
  const cells = shows ? await readRows<BulkCell>(bulkShownSql(v, params, bounds, SHOWN_CELLS), LONG) : []
  return { counts, cells }
}

/** Every cell that a bulk change writes, and those that it leaves because they differ. Throws `invalid` for too many. */
export async function exportBulk(
  viewer: Viewer,
  params: BulkParams,
  now: Instant,
  most = MOST_ASKED,
): Promise<ExportSource> {
  const tooMuch = await bulkTooMuch(viewer, params, now, most)
  if (tooMuch) throw new AppError('invalid', tooMuch)
  const statement = bulkShownSql(await vintage(), params, await bulkBounds(params, now), null)
  return {
    columns: [
      { name: 'investigatorid', kind: 'id' },
      { name: 'investigator', kind: 'text' },
      { name: 'agentid', kind: 'id' },
      { name: 'name', kind: 'text' },
      { name: 'queueloc', kind: 'text' },
      { name: 'moduleid', kind: 'id' },
      { name: 'module', kind: 'text' },
      { name: 'seen', kind: 'number' },
      { name: 'value', kind: 'number' },
      { name: 'change', kind: 'text' },
    ],
    rows: withWords(streamStatement<BulkCell>(statement, { timeout: '10min' })),
  }
}

async function* withWords(batches: AsyncIterable<BulkCell[]>): AsyncGenerator<Record<string, unknown>[]> {
  for await (const cells of batches) yield cells.map((cell) => ({ ...cell, change: changeWord(cell) }))
}

/** What becomes of a cell of the preview, in one word. */
function changeWord({ seen, value, may }: Pick<BulkCell, 'seen' | 'value' | 'may'>): string {
  if (!may) return 'differs'
  return seen === null ? 'new' : value === null ? 'removed' : 'changed'
}
