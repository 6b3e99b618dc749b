import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { compareNames } from '@/lib/conventions'
import { containing } from '@/lib/db/like'
import { countRows, fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { AppError } from '@/lib/errors'
import type { ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { findIds } from '@/lib/mig/find-id'
import { countersSql, pgpsignaturesSql, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'
import type { Page, Total } from '@/lib/page'
import { attentionBounds } from './anomalies'
import { actionListQuery, exportedSql } from './list.sql'
import type { ListedReason } from './list-attention'
import { type Description, descriptionSchema, readJson, readThreat, type Threat, threatSchema } from './schema'
import type { actionList } from './search-params'
import { SUMMARY_JOB } from './summary.sql'

type Params = ListParams<(typeof actionList)['filters']>

/** The six stored counters of an action; null where the vintage or the row has none. */
export type Counters = Record<'sent' | 'returned' | 'done' | 'cancelled' | 'failed' | 'timeout', number | null>

/** An action's commands as the job "action summaries" last counted them. */
export type Summary = {
  countedAt: Instant
  /** False when the action's row has changed since. */
  fresh: boolean
  commands: number
  done: number
  failed: number
  timedOut: number
  cancelled: number
  stillOut: number
  /** With a status that no vintage of MIG writes. */
  other: number
  found: number
  /** Answered by a log record instead of results. */
  refused: number
  withErrors: number
  lastChange: Instant | null
}

export type ActionRow = {
  id: MigId
  name: string
  target: string
  status: string | null
  validfrom: Instant | null
  expireafter: Instant | null
  starttime: Instant | null
  finishtime: Instant | null
  syntaxversion: number | null
  counters: Counters
  description: Description
  threat: Threat
  /** The threat as stored, where it does not have MIG's shape. */
  oddThreat: string | null
  /** null while the action is not counted yet. */
  summary: Summary | null
  /** null while the row is not read yet. */
  modules: string[] | null
  attention: ListedReason | null
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

type CountName =
  | 'commands'
  | 'done'
  | 'failed'
  | 'timed_out'
  | 'cancelled'
  | 'still_out'
  | 'other'
  | 'found'
  | 'refused'
  | 'with_errors'

type RawListed = RawAction & { attention: ListedReason | null; modules: string[] | null } & {
  counted_at: Instant | null
  fresh: boolean
  last_change: Instant | null
} & Record<CountName, string | null>

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

function summaryOf(row: RawListed): Summary | null {
  if (row.counted_at === null) return null
  return {
    countedAt: row.counted_at,
    fresh: row.fresh,
    commands: Number(row.commands),
    done: Number(row.done),
    failed: Number(row.failed),
    timedOut: Number(row.timed_out),
    cancelled: Number(row.cancelled),
    stillOut: Number(row.still_out),
    other: Number(row.other),
    found: Number(row.found),
    refused: Number(row.refused),
    withErrors: Number(row.with_errors),
    lastChange: row.last_change,
  }
}

/** The list's SQL for this database, for the page, the export and the count of new rows. */
export async function actionsQuery(viewer: Viewer, { filters }: Pick<Params, 'filters'>): Promise<ListQuery> {
  const [v, { mig }, agents] = await Promise.all([
    vintage(),
    now(),
    filters.agent === undefined ? null : agentsMeant(viewer, filters.agent),
  ])
  return actionListQuery(filters, { vintage: v, bounds: attentionBounds(mig, env()), agents })
}

const MOST_AGENTS = 20_000

/** The agent rows that a text means: an id in any form its whole endpoint, else an exact queueloc or a part of a name. Throws `invalid` for too many. */
async function agentsMeant(viewer: Viewer, text: string): Promise<MigId[]> {
  const ids = await findIds(viewer, 'agents', text)
  const { rows } = await reader().query<{ id: MigId }>(
    ids.length
      ? sql`SELECT id::text AS id FROM public.agents
          WHERE queueloc IN (SELECT queueloc FROM public.agents WHERE id = ANY(${ids}::numeric[])) LIMIT ${MOST_AGENTS + 1}`
      : sql`SELECT id::text AS id FROM public.agents
          WHERE queueloc = ${text} OR name ILIKE ${containing(text)} LIMIT ${MOST_AGENTS + 1}`,
  )
  if (rows.length > MOST_AGENTS)
    throw new AppError(
      'invalid',
      'More than 20,000 agents have this in their name: write more of it, or a whole queue name or id.',
    )
  return rows.map((row) => row.id)
}

/** One page of actions with their signers. */
export async function listActions(viewer: Viewer, params: Params): Promise<Page<ActionRow>> {
  const query = await actionsQuery(viewer, params)
  // First the ids in order, then the rows: what a row shows is not worked out for those that are sorted and not shown.
  const [page, total] = await Promise.all([
    fetchPage<{ id: MigId }>({ ...query, select: sql`a.id::text AS id` }, params),
    countRows(query),
  ])
  const ids = page.rows.map((row) => row.id)
  const [listed, signers] = await Promise.all([
    reader().query<RawListed & { key: string }>(
      sql`SELECT a.id::text AS key, ${query.select} FROM ${query.from} WHERE a.id = ANY(${ids}::numeric[])`,
    ),
    signersOf(ids),
  ])
  const byId = new Map(listed.rows.map((row) => [row.key, row]))
  const rows = ids
    .flatMap((id) => byId.get(id) ?? [])
    .map((row) => {
      const threat = readThreat(row.threat)
      return {
        id: row.id as MigId,
        name: row.name,
        target: row.target,
        status: row.status,
        validfrom: row.validfrom,
        expireafter: row.expireafter,
        starttime: row.starttime,
        finishtime: row.finishtime,
        syntaxversion: row.syntaxversion,
        counters: countersOf(row),
        description: descriptionSchema.parse(readJson(row.description) ?? {}),
        threat: threat.value,
        oddThreat: threat.odd,
        summary: summaryOf(row),
        modules: row.modules,
        attention: row.attention,
        signers: signers.get(row.id as MigId) ?? [],
      }
    })
  return { ...page, rows, total }
}

/** How many actions are not counted yet, so that filters by what was found or by module leave them out. */
export function countUncounted(_viewer: Viewer): Promise<Total> {
  return countRows(
    {
      from: sql`public.actions a LEFT JOIN dashboard.action_summary s ON s.action_id = a.id`,
      where: [sql`s.counted_at IS NULL`],
    },
    999,
  )
}

/** The modules that the operations of any action name, by name, as the job that counts them last saw. */
export async function listUsedModules(_viewer: Viewer): Promise<string[]> {
  const { rows } = await reader().query<{ name: string }>(sql`
    SELECT jsonb_array_elements_text(j.state->'modules') AS name FROM dashboard.job j
    WHERE j.name = ${SUMMARY_JOB} AND jsonb_typeof(j.state->'modules') = 'array'`)
  return rows.map((row) => row.name)
}

const MOST_SIGNERS = 200

/** The investigators for a choice of signers, by name; one that is asked for is always among them. */
export async function listSigners(_viewer: Viewer, asked: MigId | null): Promise<{ id: MigId; name: string }[]> {
  const { rows } = await reader().query<{ id: MigId; name: string }>(sql`
    SELECT trunc(id)::text AS id, name FROM public.investigators
    ORDER BY id = ${asked}::numeric DESC NULLS LAST, name, id LIMIT ${MOST_SIGNERS}`)
  return rows.sort((a, b) => compareNames(a.name, b.name))
}

/** The investigators that signed each of these actions, as the `signatures` table tells. */
async function signersOf(ids: MigId[]): Promise<Map<MigId, { id: MigId; name: string }[]>> {
  const found = new Map<MigId, { id: MigId; name: string }[]>()
  if (ids.length === 0) return found
  const { rows } = await reader().query<{ actionid: MigId; id: MigId; name: string }>(sql`
    SELECT trunc(s.actionid)::text AS actionid, trunc(i.id)::text AS id, i.name
    FROM public.signatures s JOIN public.investigators i ON i.id = s.investigatorid
    WHERE s.actionid = ANY(${ids}::numeric[]) ORDER BY i.name`)
  for (const row of rows) found.set(row.actionid, [...(found.get(row.actionid) ?? []), { id: row.id, name: row.name }])
  return found
}

/** All actions of the list's filters with the columns of MIG's table and what was counted, for the export. */
export async function exportActions(viewer: Viewer, params: Params): Promise<ExportSource> {
  const query = await actionsQuery(viewer, params)
  const numbers = (names: readonly string[]) => names.map((name) => ({ name, kind: 'number' as const }))
  const more = exportedSql(pgpsignaturesSql('a'))
  return {
    columns: [
      { name: 'id', kind: 'id' },
      { name: 'name', kind: 'text' },
      { name: 'target', kind: 'text' },
      { name: 'description', kind: 'json' },
      { name: 'threat', kind: 'json' },
      { name: 'operations', kind: 'json' },
      { name: 'validfrom', kind: 'time' },
      { name: 'expireafter', kind: 'time' },
      { name: 'starttime', kind: 'time' },
      { name: 'finishtime', kind: 'time' },
      { name: 'lastupdatetime', kind: 'time' },
      { name: 'status', kind: 'text' },
      ...numbers(['sentctr', 'returnedctr', 'donectr', 'cancelledctr', 'failedctr', 'timeoutctr']),
      { name: 'pgpsignatures', kind: 'json' },
      ...numbers(['syntaxversion']),
      { name: 'signers', kind: 'json' },
      { name: 'modules', kind: 'json' },
      { name: 'attention', kind: 'text' },
      { name: 'counted_at', kind: 'time' },
      ...numbers(['commands', 'done', 'failed', 'timed_out', 'cancelled', 'still_out', 'other']),
      ...numbers(['found', 'refused', 'with_errors']),
      { name: 'last_change', kind: 'time' },
    ],
    // Operations may be long: few rows at a time.
    rows: streamRows({ ...query, select: sql`${query.select}${more}` }, params, 100),
  }
}

export type ActionDetail = Omit<ActionRow, 'signers' | 'oddThreat' | 'summary' | 'modules' | 'attention'> & {
  lastupdatetime: Instant | null
  /** JSON columns as stored; null is SQL NULL. */
  raw: { description: string | null; threat: string | null; operations: string | null; pgpsignatures: string | null }
  signatures: { investigatorId: MigId; name: string | null; fingerprint: string | null; pgpsignature: string }[]
}

/** One action with its signatures, or null; its commands are counted apart, by `getCommandFigures`. */
export async function getAction(_viewer: Viewer, id: MigId): Promise<ActionDetail | null> {
  const v = await vintage()
  const { rows } = await reader().query<RawAction & { operations: string | null; pgpsignatures: string | null }>(sql`
    SELECT trunc(a.id)::text AS id, a.name, a.target, a.status, a.validfrom, a.expireafter, a.starttime, a.finishtime,
      a.lastupdatetime, a.syntaxversion, a.description::text AS description, a.threat::text AS threat,
      a.operations::text AS operations, ${pgpsignaturesSql('a')} AS pgpsignatures, ${countersSql(v, 'a')}
    FROM public.actions a WHERE a.id = ${id}::numeric`)
  const row = rows[0]
  if (!row) return null
  const signatures = await reader().query<ActionDetail['signatures'][number]>(sql`
    SELECT trunc(s.investigatorid)::text AS "investigatorId", i.name, i.pgpfingerprint AS fingerprint, s.pgpsignature
    FROM public.signatures s LEFT JOIN public.investigators i ON i.id = s.investigatorid
    WHERE s.actionid = ${id}::numeric ORDER BY i.name, s.investigatorid`)
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
  }
}
