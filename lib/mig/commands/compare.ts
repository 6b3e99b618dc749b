import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { fetchPage, streamRows } from '@/lib/db/list'
import { reader, readRows } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import type { ExportSource } from '@/lib/export'
import { type Difference, jsonDifference } from '@/lib/json-difference'
import { findIds } from '@/lib/mig/find-id'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page } from '@/lib/page'
import { CHANGES, type Change } from './change'
import { changeTotalsSql, comparisonQuery } from './compare.sql'
import { readShortAnswers } from './queries'
import type { ComparisonParams } from './search-params'
import type { ShortAnswer } from './short-answer'

export type ComparedAction = {
  id: MigId
  name: string
  status: string | null
  starttime: Instant | null
  validfrom: Instant | null
  operations: string | null
}

/** One endpoint's command in one of the two actions. */
export type Side = { id: MigId; agentid: MigId; agent: string | null; status: string; answer: ShortAnswer }

export type ComparedEndpoint = { endpoint: string; change: Change; before: Side | null; after: Side | null }

export type Comparison = Page<ComparedEndpoint> & { totals: Record<Change, number> }

/** Operations longer than this are not held to each other. */
const OPERATIONS_BYTES = 1_000_000

/** The action of an id in any of its forms; null when there is none, or two that round to it. */
export async function getComparedAction(viewer: Viewer, text: string): Promise<ComparedAction | null> {
  const [id, other] = await findIds(viewer, 'actions', text)
  if (id === undefined || other !== undefined) return null
  const { rows } = await reader().query<ComparedAction>(sql`
    SELECT trunc(a.id)::text AS id, a.name, a.status, a.starttime, a.validfrom,
      CASE WHEN octet_length(a.operations::text) <= ${OPERATIONS_BYTES} THEN a.operations::text END AS operations
    FROM public.actions a WHERE a.id = ${id}::numeric`)
  return rows[0] ?? null
}

/** Actions of the same name or with the same operations as this one, newest first. */
export async function listLikeActions(_viewer: Viewer, action: ComparedAction): Promise<ComparedAction[]> {
  const { rows } = await reader().query<ComparedAction>(sql`
    SELECT trunc(a.id)::text AS id, a.name, a.status, a.starttime, a.validfrom, NULL AS operations
    FROM public.actions a
    WHERE a.id <> ${action.id}::numeric
      AND (a.name = ${action.name} OR a.operations::text = ${action.operations})
    ORDER BY a.validfrom DESC, a.id DESC LIMIT 50`)
  return rows
}

/** Where the operations of two actions differ. */
export function operationsDifference(a: ComparedAction, b: ComparedAction): Difference {
  return jsonDifference(a.operations ?? 'null', b.operations ?? 'null')
}

type RawPair = { endpoint: string; change: Change; before: MigId | null; after: MigId | null; totals: string }

function totalsOf(counted: Record<string, number>): Record<Change, number> {
  return Object.fromEntries(CHANGES.map((change) => [change, counted[change] ?? 0])) as Record<Change, number>
}

/** One page of the endpoints that two actions were sent to, with what became of their answers; all is counted by the database. */
export async function listComparison(
  viewer: Viewer,
  a: MigId,
  b: MigId,
  params: ComparisonParams,
): Promise<Comparison> {
  const page = await fetchPage<RawPair>(comparisonQuery(a, b, params.filters.change), params)
  const [first] = page.rows
  const totals = first ? totalsOf(JSON.parse(first.totals)) : await countChanges(a, b)
  const sides = await sidesOf(
    viewer,
    page.rows.flatMap((row) => [row.before, row.after].filter((id) => id !== null)),
  )
  const rows = page.rows.map(({ endpoint, change, before, after }) => ({
    endpoint,
    change,
    before: (before && sides.get(before)) ?? null,
    after: (after && sides.get(after)) ?? null,
  }))
  const shown: readonly Change[] = params.filters.change ?? CHANGES
  const count = shown.reduce((sum, change) => sum + totals[change], 0)
  return { ...page, rows, total: { count, more: false }, totals }
}

async function countChanges(a: MigId, b: MigId): Promise<Record<Change, number>> {
  const rows = await readRows<{ change: Change; n: string }>(changeTotalsSql(a, b), { memory: 64 })
  return totalsOf(Object.fromEntries(rows.map((row) => [row.change, Number(row.n)])))
}

async function sidesOf(viewer: Viewer, ids: MigId[]): Promise<Map<MigId, Side>> {
  if (ids.length === 0) return new Map()
  const { rows } = await reader().query<Omit<Side, 'answer'> & { actionid: MigId }>(sql`
    SELECT trunc(c.id)::text AS id, trunc(c.actionid)::text AS actionid, trunc(c.agentid)::text AS agentid, g.name AS agent, c.status
    FROM public.commands c LEFT JOIN public.agents g ON g.id = c.agentid WHERE c.id = ANY(${ids}::numeric[])`)
  const answers = await readShortAnswers(viewer, rows)
  return new Map(
    rows.map(({ id, agentid, agent, status }) => [
      id,
      { id, agentid, agent, status, answer: answers.get(id) as ShortAnswer },
    ]),
  )
}

/** All endpoints of the comparison with the commands of both sides. */
export function exportComparison(_viewer: Viewer, a: MigId, b: MigId, params: ComparisonParams): ExportSource {
  const query = comparisonQuery(a, b, params.filters.change)
  return {
    columns: [
      { name: 'endpoint', kind: 'text' },
      { name: 'change', kind: 'text' },
      { name: 'before_commandid', kind: 'id' },
      { name: 'before_status', kind: 'text' },
      { name: 'after_commandid', kind: 'id' },
      { name: 'after_status', kind: 'text' },
    ],
    rows: streamRows(
      {
        ...query,
        select: sql`p.endpoint, substr(p.place, 2) AS change, p.before AS before_commandid, x.status AS before_status,
          p.after AS after_commandid, y.status AS after_status`,
        from: sql`${query.from} LEFT JOIN public.commands x ON x.id = p.before::numeric
          LEFT JOIN public.commands y ON y.id = p.after::numeric`,
      },
      params,
    ),
  }
}
