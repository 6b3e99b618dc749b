import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { countRows, fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import type { ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page } from '@/lib/page'
import { auditListQuery, SHOWN_COLUMNS } from './list.sql'
import type { auditList } from './search-params'
import { type ChainState, verifyChain } from './verify'

type Params = ListParams<(typeof auditList)['filters']>

/** A field that differs: both values as JSON text, null where the row had no such field. */
export type Change = { field: string; before: string | null; after: string | null }

export type AuditRow = {
  id: string
  at: Instant
  who: {
    id: MigId | null
    name: string
    role: string
    fingerprint: string | null
    via: string
    address: string | null
  }
  kind: string
  object: { type: string; id: string }
  /** Names as they were at the time, where the row tells them. */
  names: { object: string | null; agent: string | null; module: string | null; investigator: string | null }
  changes: Change[]
  /** The detail's fields, values as JSON text. */
  details: { field: string; value: string }[]
  /** Before, after and detail as indented JSON, cut at 20,000 characters. */
  json: string
  hash: string | null
  previousHash: string | null
}

type RawEntry = {
  id: string
  at: Instant
  viewer_id: MigId | null
  viewer_name: string
  viewer_role: string
  viewer_fingerprint: string | null
  via: string
  address: string | null
  kind: string
  object_type: string
  object_id: string
  hash: string | null
  previous_hash: string | null
}

type ShownEntry = RawEntry & {
  changes: string
  details: string
  object_name: string | null
  agent: string | null
  module: string | null
  investigator: string | null
  json: string
}

/** The list's SQL for this viewer, for the export and the count of new rows. */
export async function auditQuery(viewer: Viewer, params: Params): Promise<ListQuery> {
  return auditListQuery(viewer, params)
}

/** One page of the audit rows that the viewer may see, newest first. */
export async function listAudit(viewer: Viewer, params: Params): Promise<Page<AuditRow>> {
  const query = auditListQuery(viewer, params)
  const [page, total] = await Promise.all([
    fetchPage<ShownEntry>({ ...query, select: sql`${query.select}, ${SHOWN_COLUMNS}` }, params),
    countRows(query),
  ])
  return { ...page, rows: page.rows.map(entryOf), total }
}

function entryOf(row: ShownEntry): AuditRow {
  return {
    id: row.id,
    at: row.at,
    who: {
      id: row.viewer_id,
      name: row.viewer_name,
      role: row.viewer_role,
      fingerprint: row.viewer_fingerprint,
      via: row.via,
      address: row.address,
    },
    kind: row.kind,
    object: { type: row.object_type, id: row.object_id },
    names: { object: row.object_name, agent: row.agent, module: row.module, investigator: row.investigator },
    changes: (JSON.parse(row.changes) as [string, string | null, string | null][]).map(([field, before, after]) => ({
      field,
      before,
      after,
    })),
    details: (JSON.parse(row.details) as [string, string][]).map(([field, value]) => ({ field, value })),
    json: row.json,
    hash: row.hash,
    previousHash: row.previous_hash,
  }
}

/** All audit rows of the list's filters that the viewer may see, with the table's own columns, for the export. */
export async function exportAudit(viewer: Viewer, params: Params): Promise<ExportSource> {
  return {
    columns: [
      { name: 'id', kind: 'id' },
      { name: 'at', kind: 'time' },
      { name: 'viewer_id', kind: 'id' },
      ...(
        [
          'viewer_name',
          'viewer_role',
          'viewer_fingerprint',
          'via',
          'address',
          'kind',
          'object_type',
          'object_id',
        ] as const
      ).map((name) => ({ name, kind: 'text' as const })),
      { name: 'before', kind: 'json' },
      { name: 'after', kind: 'json' },
      { name: 'detail', kind: 'json' },
      { name: 'previous_hash', kind: 'text' },
      { name: 'hash', kind: 'text' },
    ],
    rows: streamRows(auditListQuery(viewer, params), params),
  }
}

/** How many rows at the end are verified with every look at the page; the command line verifies all. */
const VERIFIED_ON_PAGE = 5_000
const CELLS_ON_PAGE = 10_000

/** The state of the chain's last rows. Everybody may know it: it tells no content. */
export async function auditChain(_viewer: Viewer): Promise<ChainState> {
  return verifyChain(pool(), { last: VERIFIED_ON_PAGE, cells: CELLS_ON_PAGE })
}
