import 'server-only'
import type pg from 'pg'
import type { Viewer } from '@/lib/auth/viewer'
import { countRows, fetchPage, streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { type Sql, sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import type { EndpointState } from '@/lib/mig/agents/status'
import { keylessSql } from '@/lib/mig/investigators/stored-key.sql'
import { listModules } from '@/lib/mig/modules/queries'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page } from '@/lib/page'
import { type Answer, getAnswer } from './answers'
import { type LintScope, lintQuery } from './lint.sql'
import { LINT_CHECKS, type LintCheck } from './lint-checks'
import { activeKeys, asIfEnabled, readSigners } from './people'
import type { lintList } from './search-params'

type Params = ListParams<(typeof lintList)['filters']>

/** How many findings a check has, and the agent rows that they hang on while these are few. */
export type LintCount = { count: number; agents: MigId[] | null }

export type LintRow = {
  /** The agent row that the finding hangs on, which an orphan's may not be there; null for a person. */
  agentid: MigId | null
  name: string
  queueloc: string | null
  os: string | null
  state: EndpointState | null
  last_seen: Instant | null
  moduleid: MigId | null
  module: string | null
  investigatorid: MigId | null
  investigator: string | null
  /** The minimum; of a dead agent how many minimums hang on it. */
  minimumweight: number | null
  /** The weight that there is, or that all reach together; of a dead agent or a person how many weights. */
  weight: number | null
  why: string | null
}

const FEW = 5_000

/** The modules that are marked sensitive. */
async function sensitiveModules(): Promise<MigId[]> {
  const { rows } = await reader().query<{ id: MigId }>(
    sql`SELECT trunc(moduleid)::text AS id FROM dashboard.sensitive_module ORDER BY moduleid`,
  )
  return rows.map(({ id }) => id)
}

/** What the checks hang on now; `without` is a person whose key is taken away, or is already. Throws `invalid` for one who is not there. */
export async function lintScope(viewer: Viewer, at: Instant, without?: MigId): Promise<LintScope> {
  const [v, bounds, people, modules, sensitive] = await Promise.all([
    vintage(),
    fleetBounds(at),
    readSigners(),
    listModules(viewer),
    sensitiveModules(),
  ])
  const keys = activeKeys(people, without)
  return {
    vintage: v,
    bounds,
    keys,
    ...(without ? { before: activeKeys(asIfEnabled(people, without)) } : {}),
    modules,
    sensitive,
  }
}

/** The statement that counts a check's findings, and names their agent rows while these are few. */
export function countLintSql(check: LintCheck, scope: LintScope): Sql {
  const { from, where, sorts } = lintQuery(check, scope)
  const conditions = where.map((one) => sql`(${one})`).reduce((all, one) => sql`${all} AND ${one}`, sql`true`)
  return sql`WITH found AS MATERIALIZED (SELECT ${sorts.agent?.expression} AS id FROM ${from} WHERE ${conditions})
    SELECT (SELECT count(*) FROM found) AS n, (
      SELECT CASE WHEN count(*) <= ${FEW} THEN coalesce(array_agg(trunc(id)::text), '{}') END
      FROM (SELECT DISTINCT id FROM found LIMIT ${FEW + 1}) few) AS agents`
}

async function countOf(client: pg.ClientBase, check: LintCheck, scope: LintScope): Promise<LintCount> {
  const { rows } = await client.query<{ n: string; agents: MigId[] | null }>(countLintSql(check, scope))
  return { count: Number(rows[0]?.n ?? 0), agents: rows[0]?.agents ?? null }
}

export type LintCounts = Record<LintCheck, LintCount>

/** Who has no key stored. */
async function keylessPeople(): Promise<MigId[]> {
  const { rows } = await reader().query<{ id: MigId }>(
    sql`SELECT trunc(i.id)::text AS id FROM public.investigators i WHERE ${keylessSql(await vintage())} ORDER BY i.id`,
  )
  return rows.map(({ id }) => id)
}

/** The findings of every check over the whole fleet, and of which moment; null while they are being counted. */
export async function countLint(viewer: Viewer): Promise<Answer<LintCounts> | null> {
  // People, their keys, modules and marks are part of the question: with others it is another one.
  const about = await Promise.all([readSigners(), listModules(viewer), sensitiveModules(), keylessPeople()])
  const question = {
    text: `lint ${JSON.stringify(about)}`,
    async ask(client: pg.ClientBase, at: Instant) {
      const scope = await lintScope(viewer, at)
      const counts = {} as LintCounts
      for (const check of LINT_CHECKS) counts[check] = await countOf(client, check, scope)
      return counts
    },
  }
  return getAnswer(question, false)
}

/** True for a check whose list is looked for on the agent rows that were counted: people are looked up anew. */
export const isNarrowed = (check: LintCheck) => check !== 'people'

async function listQuery(viewer: Viewer, { filters }: Params, counted: LintCount | null, at: Instant) {
  const { check, without } = filters
  if (without && check !== 'unreachable')
    throw new AppError('invalid', 'The filter "without" goes with the check "unreachable" only.')
  const query = lintQuery(check, await lintScope(viewer, at, without?.id), filters)
  // Few findings among millions of rules are looked for where they were when they were counted.
  if (counted?.agents && isNarrowed(check))
    query.where.push(sql`${query.sorts.agent?.expression} = ANY(${counted.agents}::numeric[])`)
  return query
}

/** One page of a check's findings; `counted` is what is known of them already: then rows are looked for where they were. */
export async function listLint(
  viewer: Viewer,
  params: Params,
  counted: LintCount | null,
  at: Instant,
): Promise<Page<LintRow>> {
  const query = await listQuery(viewer, params, counted, at)
  const { check: _, without: __, ...narrowing } = params.filters
  const isWhole = Object.values(narrowing).every((filter) => filter === undefined)
  const page = await fetchPage<LintRow>(query, params)
  const total = counted && isWhole ? { count: counted.count, more: false } : await countRows(query)
  return { ...page, total }
}

/** All findings of a check, a line each. */
export async function exportLint(viewer: Viewer, params: Params, at: Instant): Promise<ExportSource> {
  return {
    name: `acl-lint-${params.filters.check}`,
    columns: [
      { name: 'agentid', kind: 'id' },
      { name: 'name', kind: 'text' },
      { name: 'queueloc', kind: 'text' },
      { name: 'os', kind: 'text' },
      { name: 'state', kind: 'text' },
      { name: 'last_seen', kind: 'time' },
      { name: 'moduleid', kind: 'id' },
      { name: 'module', kind: 'text' },
      { name: 'investigatorid', kind: 'id' },
      { name: 'investigator', kind: 'text' },
      { name: 'minimumweight', kind: 'number' },
      { name: 'weight', kind: 'number' },
      { name: 'why', kind: 'text' },
    ],
    rows: streamRows(await listQuery(viewer, params, null, at), params),
  }
}
