import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { fetchPage, streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import type { ExportSource } from '@/lib/export'
import type { MigId } from '@/lib/mig/wire/id'
import type { Page } from '@/lib/page'
import { isUnanswered } from './answer.sql'
import { answerGroupsQuery } from './groups.sql'
import { readShortAnswers } from './queries'
import type { AnswerListParams } from './search-params'
import { settledAnswers } from './settled'
import type { ShortAnswer } from './short-answer'

/** Commands of one action with one status and the same answer. */
export type AnswerGroup = {
  /** The first of its commands, which stands for all. */
  id: MigId
  /** The last of its commands; the same when there is one. */
  last: MigId
  status: string
  count: number
  /** Results too large to be held to each other: these are not known to be alike. */
  large: boolean
  answer: ShortAnswer
  /** The agents of the first and the last command; null when the row is not there. */
  agents: { id: MigId; name: string | null }[]
}

export type AnswerGroups = Page<AnswerGroup> & {
  /** How many commands were answered in all. */
  answered: number
  /** The command that stands for the most common answer. */
  usual: MigId | null
  /** Commands without an answer, by status. */
  unanswered: { status: string; count: number }[]
}

type RawGroup = {
  id: MigId
  last: MigId
  status: string
  count: string
  large: boolean
  groups: string
  answered: string
  usual: MigId
}

const groups = settledAnswers<AnswerGroups>()

/** `listAnswerGroups` of now, or of the last minute where the action is completed and that takes long. */
export function recentAnswerGroups(
  viewer: Viewer,
  action: { id: MigId; status: string | null },
  params: AnswerListParams,
): Promise<AnswerGroups> {
  return groups(action, params, () => listAnswerGroups(viewer, action.id, params))
}

/** One page of an action's answers, alike ones folded; counted by the database, which gives out the texts of this page only. */
export async function listAnswerGroups(viewer: Viewer, action: MigId, params: AnswerListParams): Promise<AnswerGroups> {
  const [page, byStatus] = await Promise.all([
    fetchPage<RawGroup>(answerGroupsQuery(action, params.filters.by ?? 'answer'), params),
    reader().query<{ status: string; n: string }>(sql`
      SELECT status, count(*) AS n FROM public.commands
      WHERE actionid = ${action}::numeric GROUP BY status ORDER BY n DESC, status`),
  ])
  const unanswered = byStatus.rows
    .filter((row) => isUnanswered(row.status))
    .map((row) => ({ status: row.status, count: Number(row.n) }))
  const first = page.rows[0]
  const [answers, agents] = await Promise.all([
    readShortAnswers(
      viewer,
      page.rows.map((row) => ({ id: row.id, actionid: action, status: row.status })),
    ),
    agentsOf(page.rows.flatMap((row) => [row.id, row.last])),
  ])
  const rows = page.rows.map(({ id, last, status, count, large }) => ({
    id,
    last,
    status,
    count: Number(count),
    large,
    answer: answers.get(id) as ShortAnswer,
    agents: [...new Set([id, last])].flatMap((one) => agents.get(one) ?? []),
  }))
  return {
    ...page,
    rows,
    total: { count: Number(first?.groups ?? 0), more: false },
    answered: Number(first?.answered ?? 0),
    usual: first?.usual ?? null,
    unanswered,
  }
}

async function agentsOf(commands: MigId[]): Promise<Map<MigId, { id: MigId; name: string | null }>> {
  if (commands.length === 0) return new Map()
  const { rows } = await reader().query<{ command: MigId; id: MigId; name: string | null }>(sql`
    SELECT trunc(c.id)::text AS command, trunc(c.agentid)::text AS id, g.name
    FROM public.commands c LEFT JOIN public.agents g ON g.id = c.agentid
    WHERE c.id = ANY(${[...new Set(commands)]}::numeric[])`)
  return new Map(rows.map(({ command, id, name }) => [command, { id, name }]))
}

/** All groups of an action, rarest first, with a command that stands for each; its `results` only when the URL asks for them. */
export function exportAnswerGroups(_viewer: Viewer, action: MigId, params: AnswerListParams): ExportSource {
  const query = answerGroupsQuery(action, params.filters.by ?? 'answer')
  const withResults = params.columns?.includes('results') ?? false
  return {
    columns: [
      { name: 'count', kind: 'number' },
      { name: 'status', kind: 'text' },
      { name: 'found', kind: 'flag' },
      { name: 'commandid', kind: 'id' },
      { name: 'agentid', kind: 'id' },
      { name: 'agent', kind: 'text' },
      ...(withResults ? [{ name: 'results', kind: 'json' as const }] : []),
    ],
    rows: streamRows(
      {
        ...query,
        select: sql`g.n AS count, g.status, trunc(g.id)::text AS commandid, trunc(c.agentid)::text AS agentid, a.name AS agent,
          strpos(c.results::text, '"foundanything":true') > 0 AS found ${withResults ? sql`, c.results::text AS results` : sql``}`,
        from: sql`${query.from} JOIN public.commands c ON c.id = g.id LEFT JOIN public.agents a ON a.id = c.agentid`,
      },
      params,
      withResults ? 20 : 1000,
    ),
  }
}
