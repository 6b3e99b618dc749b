import 'server-only'
import { digestOfKept } from '@/lib/audit/verify-cells'
import type { Viewer } from '@/lib/auth/viewer'
import { countRows, fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { inRead, reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'
import type { Page } from '@/lib/page'
import type { batchCellList, batchList } from './batch-lists'
import { BATCH_COLUMNS, batchCellsQuery, batchListQuery } from './batches.sql'
import { BATCH_KINDS, type BatchEffects, type BatchKind, type CellChange } from './change'

type Params = ListParams<(typeof batchList)['filters']>
type CellParams = ListParams<(typeof batchCellList)['filters']>

export type BatchRow = {
  /** The number of its audit row. */
  id: string
  at: Instant
  who: { id: MigId | null; name: string }
  kind: BatchKind
  reason: string | null
  cells: number
  added: number
  changed: number
  removed: number
  endpoints: number
  /** Pairs of endpoint and module that nobody can run since. */
  lost: number
  reverts: string | null
  revertedBy: string | null
}

type RawBatch = Omit<BatchRow, 'who' | 'kind' | 'revertedBy'> & {
  viewer_id: MigId | null
  viewer_name: string
  kind: string
  reverted_by: string | null
}

function rowOf({ viewer_id, viewer_name, kind, reverted_by, ...row }: RawBatch): BatchRow {
  const found = BATCH_KINDS.find((one) => kind === `acl.batch.${one}`) ?? 'save'
  return {
    id: row.id,
    at: row.at,
    who: { id: viewer_id, name: viewer_name },
    kind: found,
    reason: row.reason,
    cells: row.cells,
    added: row.added,
    changed: row.changed,
    removed: row.removed,
    endpoints: row.endpoints,
    lost: row.lost,
    reverts: row.reverts,
    revertedBy: reverted_by,
  }
}

/** The list's SQL, for the count of new rows. Changes of MIG's tables are seen by every viewer. */
export async function batchesQuery(_viewer: Viewer, params: Params): Promise<ListQuery> {
  return batchListQuery(params)
}

/** One page of batches, newest first. */
export async function listBatches(_viewer: Viewer, params: Params): Promise<Page<BatchRow>> {
  const query = batchListQuery(params)
  const [page, total] = await Promise.all([fetchPage<RawBatch>(query, params), countRows(query)])
  return { ...page, rows: page.rows.map(rowOf), total }
}

/** All batches of the list's filters, for the export. */
export async function exportBatches(_viewer: Viewer, params: Params): Promise<ExportSource> {
  return {
    columns: [
      { name: 'id', kind: 'id' },
      { name: 'at', kind: 'time' },
      { name: 'viewer_id', kind: 'id' },
      { name: 'viewer_name', kind: 'text' },
      { name: 'kind', kind: 'text' },
      { name: 'reason', kind: 'text' },
      ...(['cells', 'added', 'changed', 'removed', 'endpoints', 'lost'] as const).map((name) => ({
        name,
        kind: 'number' as const,
      })),
      { name: 'reverts', kind: 'id' },
      { name: 'reverted_by', kind: 'id' },
    ],
    rows: streamRows(batchListQuery(params), params),
  }
}

export type BatchDetail = BatchRow & {
  /** What its cells are kept under. */
  batch: string
  effects: BatchEffects
  /** It took the last sufficient signers away, and whoever saved it had said that they knew. */
  confirmed: boolean
  sha256: string
  /** How many cells a revert left out: changed since, on a row that is not the newest any more, or of what is gone. */
  leftOut: number
}

/** A batch by the number of its audit row, or null. */
export async function getBatch(_viewer: Viewer, id: string): Promise<BatchDetail | null> {
  if (!/^\d{1,18}$/.test(id)) return null
  const { rows } = await reader().query<RawBatch & { batch: string; detail: string }>(sql`
    SELECT ${BATCH_COLUMNS}, e.object_id AS batch, e.detail FROM dashboard.audit e
    WHERE e.id = ${id}::bigint AND e.object_type = 'acl_batch'`)
  const row = rows[0]
  if (!row) return null
  const detail = JSON.parse(row.detail) as {
    effects: BatchEffects
    confirmed?: string
    sha256: string
    left_out?: number
  }
  return {
    ...rowOf(row),
    batch: row.batch,
    effects: detail.effects,
    confirmed: detail.confirmed === 'lockout',
    sha256: detail.sha256,
    leftOut: detail.left_out ?? 0,
  }
}

/** Whether the kept cells of a batch are those that its audit row covers. */
export async function isBatchWhole(_viewer: Viewer, { batch, sha256 }: BatchDetail): Promise<boolean> {
  return (await inRead((client) => digestOfKept(client, batch))).sha256 === sha256
}

/** The most cells that a batch's page reads to hold them to its audit row. */
const CHECKED_CELLS = 50_000

/** Whether they are, for a page: null for a batch with more cells than are read there. */
export async function isBatchWholeOnPage(
  viewer: Viewer,
  batch: BatchDetail,
  most = CHECKED_CELLS,
): Promise<boolean | null> {
  return batch.cells > most ? null : isBatchWhole(viewer, batch)
}

export type BatchCell = {
  n: number
  table: CellChange['table']
  agent: { id: MigId; name: string | null }
  module: { id: MigId; name: string | null }
  investigator: { id: MigId; name: string | null } | null
  before: number | null
  after: number | null
  now: number | null
  /** The row that stands for the endpoint by now, where it is another than the one that was written to. */
  newest: MigId | null
}

type RawCell = {
  n: number
  table_name: CellChange['table']
  agentid: MigId
  name: string | null
  moduleid: MigId
  module: string | null
  investigatorid: MigId | null
  investigator: string | null
  before: number | null
  after: number | null
  now: number | null
  newest: MigId | null
}

/** One page of a batch's cells in their order: by agent and module. */
export async function listBatchCells(
  _viewer: Viewer,
  batch: BatchDetail,
  params: CellParams,
  moment: Instant,
): Promise<Page<BatchCell>> {
  const query = batchCellsQuery(batch.batch, params, moment)
  const [page, total] = await Promise.all([fetchPage<RawCell>(query, params), countRows(query)])
  return {
    ...page,
    total,
    rows: page.rows.map((row) => ({
      n: row.n,
      table: row.table_name,
      agent: { id: row.agentid, name: row.name },
      module: { id: row.moduleid, name: row.module },
      investigator: row.investigatorid === null ? null : { id: row.investigatorid, name: row.investigator },
      before: row.before,
      after: row.after,
      now: row.now,
      newest: row.newest === row.agentid ? null : row.newest,
    })),
  }
}

/** All cells of a batch, for the export. Throws `not_found` for a batch that is not there. */
export async function exportBatchCells(viewer: Viewer, params: CellParams): Promise<ExportSource> {
  const batch = await getBatch(viewer, params.filters.batch ?? '')
  if (!batch) throw new AppError('not_found', 'There is no such batch.')
  return {
    name: `acl-batch-${batch.id}`,
    columns: [
      { name: 'n', kind: 'number' },
      { name: 'table_name', kind: 'text' },
      { name: 'investigatorid', kind: 'id' },
      { name: 'investigator', kind: 'text' },
      { name: 'agentid', kind: 'id' },
      { name: 'name', kind: 'text' },
      { name: 'queueloc', kind: 'text' },
      { name: 'moduleid', kind: 'id' },
      { name: 'module', kind: 'text' },
      { name: 'before', kind: 'number' },
      { name: 'after', kind: 'number' },
      { name: 'now', kind: 'number' },
      { name: 'newest', kind: 'id' },
    ],
    rows: streamRows(batchCellsQuery(batch.batch, params, (await now()).mig), params),
  }
}
