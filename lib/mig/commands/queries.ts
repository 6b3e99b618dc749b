import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { caselessPart, containing } from '@/lib/db/like'
import { allRowsSql, countRows, fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { join, type Sql, sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { CopySource, ExportColumn, ExportSource } from '@/lib/export'
import { RESULT_BYTES } from '@/lib/mig/modules-json/answer'
import { modulesOf } from '@/lib/mig/modules-json/operations'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page } from '@/lib/page'
import { type AnswerMark, answerMarksSql, foundSql } from './answer.sql'
import { collectHits } from './hits'
import {
  commandListQuery,
  isScanned,
  type Meant,
  type NamedAgents,
  onlyStatus,
  STATUS_INDEXED,
  scanLimit,
  scannedSql,
} from './list.sql'
import type { CommandParams } from './search-params'
import { type ReadResults, type ShortAnswer, shortAnswer } from './short-answer'

export type CommandRow = {
  id: MigId
  actionid: MigId
  /** null when the action's row is not there. */
  action: string | null
  agentid: MigId
  agent: string | null
  queueloc: string | null
  status: string
  starttime: Instant | null
  finishtime: Instant | null
  answer: ShortAnswer
}

/** How far a list looked that no index serves: `since` is the oldest moment, null when it saw all there is. */
export type Scan = { rows: number; since: Instant | null }

export type CommandPage = Page<CommandRow> & { scan: Scan | null }

/** Results longer than this are not read for a list. */
const LIST_RESULT_BYTES = 16_384
/** Results that take more room than this as stored are not even unpacked for a list: neither length nor finding. */
const LIST_STORED_BYTES = 262_144
/** A name that means more agents than this is looked for in the newest commands instead. */
const NAMED_AGENTS = 3_000

async function namedAgents({ filters }: CommandParams): Promise<NamedAgents | null> {
  const { agent, agentid, queueloc, alike, same } = filters
  if (!agent || agentid || queueloc || alike || same) return null
  const where = [...caselessPart(sql`name`, agent), sql`name ILIKE ${containing(agent)}`]
  const { rows } = await reader().query<{ id: MigId }>(sql`
    SELECT trunc(id)::text AS id FROM public.agents WHERE ${join(where, ' AND ')} LIMIT ${NAMED_AGENTS + 1}`)
  return rows.length > NAMED_AGENTS ? 'many' : { ids: rows.map((row) => row.id) }
}

async function isStatusIndexed(params: CommandParams): Promise<boolean> {
  if (!onlyStatus(params)) return false
  const { rows } = await reader().query<{ indexed: boolean }>(STATUS_INDEXED)
  return rows[0]?.indexed ?? false
}

async function meantActions({ filters }: CommandParams): Promise<MigId[] | null> {
  const { investigator, module } = filters
  if (!investigator && !module) return null
  const where: Sql[] = []
  if (investigator)
    where.push(
      sql`a.id IN (SELECT s.actionid FROM public.signatures s WHERE s.investigatorid = ${investigator.id}::numeric)`,
    )
  // The name as an operation holds it; Go writes no space behind the colon, a person may have.
  if (module)
    where.push(sql`replace(a.operations::text, '": "', '":"') LIKE ${containing(`"module":${JSON.stringify(module)}`)}`)
  const { rows } = await reader().query<{ id: MigId }>(
    sql`SELECT trunc(a.id)::text AS id FROM public.actions a WHERE ${join(where, ' AND ')}`,
  )
  return rows.map((row) => row.id)
}

async function marksOf(viewer: Viewer, { filters }: CommandParams): Promise<Meant['marks']> {
  const { alike, same, hit, action } = filters
  if ([alike, same, hit].filter(Boolean).length > 1)
    throw new AppError('invalid', 'Only one of the filters "alike", "same" and "hit" can be used at once.')
  if (hit && !action) throw new AppError('invalid', 'The filter "hit" belongs to the commands of one action.')
  const by = same ? 'text' : 'answer'
  const ids = hit && action ? await answersWithHit(viewer, action.id, hit) : [alike?.id ?? same?.id ?? null]
  const wanted = ids.filter((id) => id !== null)
  if (!alike && !same && !hit) return null
  const { rows } = await reader().query<AnswerMark>(answerMarksSql(by, wanted))
  return { by, marks: rows }
}

async function answersWithHit(viewer: Viewer, action: MigId, key: string): Promise<MigId[]> {
  const { hits } = await collectHits(viewer, action)
  return hits.find((hit) => hit.key === key)?.answers ?? []
}

async function meantBy(viewer: Viewer, params: CommandParams): Promise<Meant> {
  const [agents, actions, marks, byStatus] = await Promise.all([
    namedAgents(params),
    meantActions(params),
    marksOf(viewer, params),
    isStatusIndexed(params),
  ])
  return { agents, actions, marks, byStatus }
}

/** The list's SQL, for the page and the count of new rows. */
export async function commandsQuery(viewer: Viewer, params: CommandParams): Promise<ListQuery> {
  return commandListQuery(params, await meantBy(viewer, params))
}

async function scanOf(params: CommandParams): Promise<Scan> {
  const { rows } = await reader().query<{ n: string; since: Instant | null }>(
    sql`SELECT count(*) AS n, min(starttime) AS since FROM (${scannedSql(params)}) AS scanned`,
  )
  const n = Number(rows[0]?.n ?? 0)
  return { rows: n, since: n < scanLimit(params) ? null : (rows[0]?.since ?? null) }
}

/** The short answers of these commands; results are read only for them, and only when they are short. */
export async function readShortAnswers(
  _viewer: Viewer,
  commands: readonly { id: MigId; actionid: MigId; status: string }[],
): Promise<Map<MigId, ShortAnswer>> {
  if (commands.length === 0) return new Map()
  const [results, operations] = await Promise.all([
    reader().query<ReadResults & { id: MigId }>(sql`
      SELECT trunc(c.id)::text AS id,
        CASE WHEN pg_column_size(c.results) <= ${LIST_STORED_BYTES} THEN octet_length(c.results::text)
          WHEN c.results IS NULL THEN 0 END AS bytes,
        CASE WHEN pg_column_size(c.results) <= ${LIST_STORED_BYTES} THEN ${foundSql('c')} END AS found,
        CASE WHEN pg_column_size(c.results) <= ${LIST_RESULT_BYTES} AND octet_length(c.results::text) <= ${LIST_RESULT_BYTES}
          THEN c.results::text END AS text
      FROM public.commands c WHERE c.id = ANY(${commands.map((one) => one.id)}::numeric[])`),
    reader().query<{ id: MigId; operations: string | null }>(sql`
      SELECT trunc(id)::text AS id,
        CASE WHEN pg_column_size(operations) <= ${LIST_RESULT_BYTES} THEN operations::text END AS operations
      FROM public.actions WHERE id = ANY(${[...new Set(commands.map((one) => one.actionid))]}::numeric[])`),
  ])
  const read = new Map(results.rows.map((row) => [row.id, row]))
  const modules = new Map(operations.rows.map((row) => [row.id, modulesOf(row.operations)]))
  return new Map(
    commands.map(({ id, actionid, status }) => [
      id,
      shortAnswer(status, read.get(id) ?? { text: null, bytes: 0, found: null }, modules.get(actionid) ?? []),
    ]),
  )
}

/** One page of commands with what each answered, and how far was looked when no index serves the filters. */
export async function listCommands(viewer: Viewer, params: CommandParams): Promise<CommandPage> {
  const meant = await meantBy(viewer, params)
  const query = commandListQuery(params, meant)
  const [page, total, scan] = await Promise.all([
    fetchPage<Omit<CommandRow, 'answer'>>(query, params),
    countRows(query),
    isScanned(params, meant) ? scanOf(params) : null,
  ])
  const answers = await readShortAnswers(viewer, page.rows)
  const rows = page.rows.map((row) => ({ ...row, answer: answers.get(row.id) as ShortAnswer }))
  return { ...page, rows, total, scan }
}

/** Every command that the filters mean, however far back; `results` only when the URL asks for that column. */
export async function exportCommands(viewer: Viewer, params: CommandParams): Promise<ExportSource | CopySource> {
  const query = commandListQuery(params, await meantBy(viewer, params), true)
  if (!params.columns?.includes('results')) return { columns: COMMAND_COLUMNS, statement: allRowsSql(query, params) }
  const select = sql`${query.select}, coalesce(pg_column_size(c.results), 0) AS stored`
  return {
    columns: [...COMMAND_COLUMNS, { name: 'results', kind: 'json' }],
    rows: withTheirResults(streamRows({ ...query, select }, params)),
  }
}

const COMMAND_COLUMNS: ExportColumn[] = [
  { name: 'id', kind: 'id' },
  { name: 'actionid', kind: 'id' },
  { name: 'action', kind: 'text' },
  { name: 'agentid', kind: 'id' },
  { name: 'agent', kind: 'text' },
  { name: 'queueloc', kind: 'text' },
  { name: 'status', kind: 'text' },
  { name: 'starttime', kind: 'time' },
  { name: 'finishtime', kind: 'time' },
]

/** How much of stored results one step of an export reads: unpacked they are a few times as long. */
const STEP_BYTES = 1_000_000

type Stored = { id: MigId; stored: number; [column: string]: unknown }

// A batch of rows may hold gigabytes of results, so they are read in steps of their own; status and time are read again with
// them, so that a row is of one moment.
async function* withTheirResults(batches: AsyncGenerator<Stored[]>): AsyncGenerator<Record<string, unknown>[]> {
  for await (const batch of batches) {
    let step: Stored[] = []
    let bytes = 0
    for (const [i, row] of batch.entries()) {
      step.push(row)
      bytes += row.stored
      if (bytes < STEP_BYTES && i < batch.length - 1) continue
      const { rows } = await reader().query<{ id: MigId; results: string | null }>(sql`
        SELECT trunc(id)::text AS id, status, finishtime, results::text AS results
        FROM public.commands WHERE id = ANY(${step.map((one) => one.id)}::numeric[])`)
      const read = new Map(rows.map((one) => [one.id, one]))
      yield step.map((one) => ({ ...one, ...read.get(one.id) }))
      step = []
      bytes = 0
    }
  }
}

export type CommandDetail = Omit<CommandRow, 'answer'> & {
  /** The results column as stored; null is SQL NULL; only the beginning when there is more than `RESULT_BYTES`. */
  results: string | null
  resultBytes: number
  /** The modules of the action's operations, in order. */
  modules: string[]
  operations: string | null
  os: string | null
  version: string | null
}

/** How much is read of results that are longer than a page reads. */
const BEGINNING = 20_000

/** One command with its results as stored, its action and its agent, or null. */
export async function getCommand(_viewer: Viewer, id: MigId): Promise<CommandDetail | null> {
  const { rows } = await reader().query<Omit<CommandDetail, 'modules'>>(sql`
    SELECT trunc(c.id)::text AS id, trunc(c.actionid)::text AS actionid, a.name AS action, a.operations::text AS operations,
      trunc(c.agentid)::text AS agentid, g.name AS agent, g.queueloc, g.version, split_part(g.queueloc, '.', 1) AS os,
      c.status, c.starttime, c.finishtime,
      CASE WHEN octet_length(c.results::text) <= ${RESULT_BYTES} THEN c.results::text
        ELSE left(c.results::text, ${BEGINNING}) END AS results,
      coalesce(octet_length(c.results::text), 0) AS "resultBytes"
    FROM public.commands c
    LEFT JOIN public.actions a ON a.id = c.actionid
    LEFT JOIN public.agents g ON g.id = c.agentid
    WHERE c.id = ${id}::numeric`)
  const row = rows[0]
  if (!row) return null
  return { ...row, modules: modulesOf(row.operations) }
}
