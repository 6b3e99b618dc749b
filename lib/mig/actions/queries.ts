import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { countRows, fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import type { ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { countersSql, pgpsignaturesSql, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page } from '@/lib/page'
import { actionListQuery } from './list.sql'
import { type Description, descriptionSchema, readJson, type Threat, threatSchema } from './schema'
import type { actionList } from './search-params'

type Params = ListParams<(typeof actionList)['filters']>

/** The six stored counters of an action; null where the vintage or the row has none. */
export type Counters = Record<'sent' | 'returned' | 'done' | 'cancelled' | 'failed' | 'timeout', number | null>

export type ActionRow = {
  id: MigId
  name: string
  target: string
  status: string | null
  validfrom: Instant | null
  expireafter: Instant | null
  starttime: Instant | null
  finishtime: Instant | null
  counters: Counters
  threat: Threat
  signers: { id: MigId; name: string }[]
}

type RawAction = {
  id: string
  name: string
  target: string
  status: string | null
  validfrom: Instant | null
  expireafter: Instant | null
  starttime: Instant | null
  finishtime: Instant | null
  lastupdatetime: Instant | null
  syntaxversion: number | null
  description: string | null
  threat: string | null
  sentctr: number | null
  returnedctr: number | null
  donectr: number | null
  cancelledctr: number | null
  failedctr: number | null
  timeoutctr: number | null
}

function countersOf(row: RawAction): Counters {
  return {
    sent: row.sentctr,
    returned: row.returnedctr,
    done: row.donectr,
    cancelled: row.cancelledctr,
    failed: row.failedctr,
    timeout: row.timeoutctr,
  }
}

/** The list's SQL for this database, for the page, the export and the count of new rows. */
export async function actionsQuery(_viewer: Viewer, params: Params): Promise<ListQuery> {
  return actionListQuery(await vintage(), params)
}

/** One page of actions with their signers. */
export async function listActions(viewer: Viewer, params: Params): Promise<Page<ActionRow>> {
  const query = await actionsQuery(viewer, params)
  const [page, total] = await Promise.all([fetchPage<RawAction>(query, params), countRows(query)])
  const signers = await signersOf(page.rows.map((row) => row.id as MigId))
  const rows = page.rows.map((row) => ({
    id: row.id as MigId,
    name: row.name,
    target: row.target,
    status: row.status,
    validfrom: row.validfrom,
    expireafter: row.expireafter,
    starttime: row.starttime,
    finishtime: row.finishtime,
    counters: countersOf(row),
    threat: threatSchema.parse(readJson(row.threat) ?? {}),
    signers: signers.get(row.id as MigId) ?? [],
  }))
  return { ...page, rows, total }
}

/** The investigators that signed each of these actions, as the `signatures` table tells. */
async function signersOf(ids: MigId[]): Promise<Map<MigId, { id: MigId; name: string }[]>> {
  const found = new Map<MigId, { id: MigId; name: string }[]>()
  if (ids.length === 0) return found
  const { rows } = await pool().query<{ actionid: MigId; id: MigId; name: string }>(sql`
    SELECT trunc(s.actionid)::text AS actionid, trunc(i.id)::text AS id, i.name
    FROM public.signatures s JOIN public.investigators i ON i.id = s.investigatorid
    WHERE s.actionid = ANY(${ids}::numeric[]) ORDER BY i.name`)
  for (const row of rows) found.set(row.actionid, [...(found.get(row.actionid) ?? []), { id: row.id, name: row.name }])
  return found
}

/** All actions of the list's filters with the columns of MIG's table, for the export. */
export async function exportActions(viewer: Viewer, params: Params): Promise<ExportSource> {
  const query = await actionsQuery(viewer, params)
  return {
    columns: [
      { name: 'id', kind: 'id' },
      { name: 'name', kind: 'text' },
      { name: 'target', kind: 'text' },
      { name: 'description', kind: 'json' },
      { name: 'threat', kind: 'json' },
      { name: 'validfrom', kind: 'time' },
      { name: 'expireafter', kind: 'time' },
      { name: 'starttime', kind: 'time' },
      { name: 'finishtime', kind: 'time' },
      { name: 'lastupdatetime', kind: 'time' },
      { name: 'status', kind: 'text' },
      ...(
        ['sentctr', 'returnedctr', 'donectr', 'cancelledctr', 'failedctr', 'timeoutctr', 'syntaxversion'] as const
      ).map((name) => ({ name, kind: 'number' as const })),
    ],
    rows: streamRows(query, params),
  }
}

export type ActionDetail = Omit<ActionRow, 'signers'> & {
  lastupdatetime: Instant | null
  syntaxversion: number | null
  description: Description
  /** JSON columns as stored; null is SQL NULL. */
  raw: { description: string | null; threat: string | null; operations: string | null; pgpsignatures: string | null }
  signatures: { investigatorId: MigId; name: string | null; fingerprint: string | null; pgpsignature: string }[]
  /** Commands by status, counted now. */
  counted: { status: string; count: number }[]
}

/** One action with its signatures and its commands counted by status, or null. */
export async function getAction(_viewer: Viewer, id: MigId): Promise<ActionDetail | null> {
  const v = await vintage()
  const { rows } = await pool().query<RawAction & { operations: string | null; pgpsignatures: string | null }>(sql`
    SELECT trunc(a.id)::text AS id, a.name, a.target, a.status, a.validfrom, a.expireafter, a.starttime, a.finishtime,
      a.lastupdatetime, a.syntaxversion, a.description::text AS description, a.threat::text AS threat,
      a.operations::text AS operations, ${pgpsignaturesSql(v, 'a')} AS pgpsignatures, ${countersSql(v, 'a')}
    FROM public.actions a WHERE a.id = ${id}::numeric`)
  const row = rows[0]
  if (!row) return null
  const [signatures, counted] = await Promise.all([
    pool().query<ActionDetail['signatures'][number]>(sql`
      SELECT trunc(s.investigatorid)::text AS "investigatorId", i.name, i.pgpfingerprint AS fingerprint, s.pgpsignature
      FROM public.signatures s LEFT JOIN public.investigators i ON i.id = s.investigatorid
      WHERE s.actionid = ${id}::numeric ORDER BY i.name, s.investigatorid`),
    pool().query<{ status: string; count: string }>(sql`
      SELECT status, count(*) AS count FROM public.commands WHERE actionid = ${id}::numeric GROUP BY status ORDER BY status`),
  ])
  return {
    id: row.id as MigId,
    name: row.name,
    target: row.target,
    status: row.status,
    validfrom: row.validfrom,
    expireafter: row.expireafter,
    starttime: row.starttime,
    finishtime: row.finishtime,
    lastupdatetime: row.lastupdatetime,
    syntaxversion: row.syntaxversion,
    counters: countersOf(row),
    description: descriptionSchema.parse(readJson(row.description) ?? {}),
    threat: threatSchema.parse(readJson(row.threat) ?? {}),
    raw: {
      description: row.description,
      threat: row.threat,
      operations: row.operations,
      pgpsignatures: row.pgpsignatures,
    },
    signatures: signatures.rows,
    counted: counted.rows.map((c) => ({ status: c.status, count: Number(c.count) })),
  }
}
