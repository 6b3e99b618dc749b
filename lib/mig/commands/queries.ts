import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { countRows, fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import type { ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { type Answer, readAnswer } from '@/lib/mig/modules-json/answer'
import { modulesOf } from '@/lib/mig/modules-json/operations'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page } from '@/lib/page'
import { commandListQuery } from './list.sql'
import type { commandList } from './search-params'

type Params = ListParams<(typeof commandList)['filters']>

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
  answer: Answer
}

/** Results longer than this are not read for a list; the row says so. */
const LIST_RESULT_BYTES = 65_536

/** The list's SQL, for the page, the export and the count of new rows. */
export async function commandsQuery(_viewer: Viewer, params: Params): Promise<ListQuery> {
  return commandListQuery(params.filters)
}

/** One page of commands; results are read only for the rows shown, and only to say found or not and why one failed. */
export async function listCommands(viewer: Viewer, params: Params): Promise<Page<CommandRow>> {
  const query = await commandsQuery(viewer, params)
  const [page, total] = await Promise.all([fetchPage<Omit<CommandRow, 'answer'>>(query, params), countRows(query)])
  const { rows: results } = await pool().query<{ id: MigId; results: string | null; bytes: number }>(sql`
    SELECT trunc(id)::text AS id, octet_length(results::text) AS bytes,
      CASE WHEN octet_length(results::text) <= ${LIST_RESULT_BYTES} THEN results::text END AS results
    FROM public.commands WHERE id = ANY(${page.rows.map((row) => row.id)}::numeric[])`)
  const answers = new Map(results.map((r) => [r.id, r]))
  const rows = page.rows.map((row) => {
    const found = answers.get(row.id)
    return { ...row, answer: readAnswer(row.status, found?.results ?? null, found?.bytes ?? 0) }
  })
  return { ...page, rows, total }
}

/** All commands of the list's filters; `results` only when the URL asks for that column. */
export async function exportCommands(viewer: Viewer, params: Params): Promise<ExportSource> {
  const query = await commandsQuery(viewer, params)
  const withResults = params.columns?.includes('results') ?? false
  return {
    columns: [
      { name: 'id', kind: 'id' },
      { name: 'actionid', kind: 'id' },
      { name: 'action', kind: 'text' },
      { name: 'agentid', kind: 'id' },
      { name: 'agent', kind: 'text' },
      { name: 'queueloc', kind: 'text' },
      { name: 'status', kind: 'text' },
      { name: 'starttime', kind: 'time' },
      { name: 'finishtime', kind: 'time' },
      ...(withResults ? [{ name: 'results', kind: 'json' as const }] : []),
    ],
    rows: streamRows(
      withResults ? { ...query, select: sql`${query.select}, c.results::text AS results` } : query,
      params,
    ),
  }
}

export type CommandDetail = Omit<CommandRow, 'answer'> & {
  answer: Answer
  /** The results column as stored; null is SQL NULL. Cut at `RESULT_BYTES`. */
  results: string | null
  resultBytes: number
  operations: string | null
  os: string | null
  version: string | null
}

/** How much of a command's results one page reads. */
export const RESULT_BYTES = 2_000_000

/** One command with its results, its action and its agent, or null. */
export async function getCommand(_viewer: Viewer, id: MigId): Promise<CommandDetail | null> {
  const { rows } = await pool().query<Omit<CommandDetail, 'answer'>>(sql`
    SELECT trunc(c.id)::text AS id, trunc(c.actionid)::text AS actionid, a.name AS action, a.operations::text AS operations,
      trunc(c.agentid)::text AS agentid, g.name AS agent, g.queueloc, g.version, split_part(g.queueloc, '.', 1) AS os,
      c.status, c.starttime, c.finishtime,
      left(c.results::text, ${RESULT_BYTES}) AS results, octet_length(c.results::text) AS "resultBytes"
    FROM public.commands c
    LEFT JOIN public.actions a ON a.id = c.actionid
    LEFT JOIN public.agents g ON g.id = c.agentid
    WHERE c.id = ${id}::numeric`)
  const row = rows[0]
  if (!row) return null
  return { ...row, answer: readAnswer(row.status, row.results, row.resultBytes ?? 0, modulesOf(row.operations)) }
}
