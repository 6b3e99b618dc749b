import 'server-only'
import type pg from 'pg'
import { disabledSql, personFrom } from '@/lib/auth/person.sql'
import type { Viewer } from '@/lib/auth/viewer'
import { containing } from '@/lib/db/like'
import { fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { type Sql, sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { agentColumnsSql } from '@/lib/mig/agents/list.sql'
import { fleetBounds } from '@/lib/mig/agents/queries'
import type { FleetBounds } from '@/lib/mig/agents/state'
import { endpointsSql, inStatesSql, stateSql } from '@/lib/mig/agents/state.sql'
import type { EndpointState } from '@/lib/mig/agents/status'
import { listModules } from '@/lib/mig/modules/queries'
import { modulesOf } from '@/lib/mig/modules-json/operations'
import { agentOsSql, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page } from '@/lib/page'
import { type Answer, getAnswer } from './answers'
import type { EndpointOutcome } from './endpoint-verdict'
import type { EndpointRow } from './queries'
import type { Signer } from './rule'
import { type Refusal, RULE_BOOKS, type RuleBook, refusalOf } from './rule-books'
import type { whatIfList } from './search-params'
import { judgedFleetSql, type Question, questionOf } from './what-if.sql'
import { endpointsQuery } from './window.sql'

type Params = ListParams<(typeof whatIfList)['filters']>

const MOST_MODULES = 50
const MOST_SIGNERS = 50

/** A person who signs, as the tables have one; `known` is false for an id that no row has any more. */
export type WhatIfSigner = Signer & { name: string; known: boolean }

/** What a page or an export asks: who signs, what runs in which order, and for which action. */
export type Asked = {
  signers: WhatIfSigner[]
  operations: string[]
  action: { id: MigId; name: string } | null
  question: Question
  refusals: Record<RuleBook, Refusal | null>
}

async function signersOf(ids: readonly MigId[]): Promise<WhatIfSigner[]> {
  const v = await vintage()
  const { rows } = await reader().query<{ id: MigId; name: string; fingerprint: string | null; disabled: boolean }>(sql`
    SELECT trunc(i.id)::text AS id, i.name, i.pgpfingerprint AS fingerprint,
      ${disabledSql(v)} AS disabled
    FROM ${personFrom} WHERE i.id = ANY(${ids}::numeric[])`)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => {
    const row = byId.get(id)
    return {
      investigatorId: id,
      name: row?.name ?? `investigator ${id}`,
      fingerprint: row?.fingerprint ?? null,
      disabled: row?.disabled ?? false,
      known: row !== undefined,
    }
  })
}

/**
 * What the address asks, or null while nobody signs or nothing runs. Throws `invalid` for an action or a module that is not
 * there, and for too many of either.
 */
export async function getAsked(
  viewer: Viewer,
  { filters }: { filters: Pick<Params['filters'], 'signer' | 'module' | 'action'> },
): Promise<Asked | null> {
  const modules = await listModules(viewer)
  let ids = filters.signer ?? []
  let operations = (filters.module ?? []).map((id) => {
    const found = modules.find((m) => m.id === id)
    if (!found) throw new AppError('invalid', `There is no module ${id}: choose the modules again.`)
    return found.name
  })
  let action: Asked['action'] = null
  if (filters.action) {
    const { rows } = await reader().query<{ name: string; operations: string | null; signers: MigId[] }>(sql`
      SELECT a.name, a.operations::text AS operations, ARRAY(
        SELECT trunc(s.investigatorid)::text FROM public.signatures s WHERE s.actionid = a.id ORDER BY s.investigatorid
      ) AS signers
      FROM public.actions a WHERE a.id = ${filters.action.id}::numeric`)
    const [row] = rows
    if (!row) throw new AppError('invalid', `There is no action ${filters.action.id}: choose who signs and what runs.`)
    action = { id: filters.action.id, name: row.name }
    // Who or what else is chosen takes the place of the action's own.
    if (!filters.signer) ids = row.signers
    if (!filters.module) operations = modulesOf(row.operations)
  }
  if (ids.length === 0 || operations.length === 0) return null
  if (ids.length > MOST_SIGNERS || new Set(operations).size > MOST_MODULES)
    throw new AppError('invalid', `Choose at most ${MOST_SIGNERS} signers and ${MOST_MODULES} modules.`)
  const signers = await signersOf(ids)
  const refusals = Object.fromEntries(RULE_BOOKS.map((book) => [book, refusalOf(book, signers)])) as Asked['refusals']
  return { signers, operations, action, question: questionOf(modules, operations, signers), refusals }
}

/** The judged endpoints under the page's filters. */
export function whatIfFrom(
  question: Question,
  bounds: FleetBounds,
  judged = judgedFleetSql(question, bounds),
): { from: Sql; lastSeen: Sql } {
  const { from, lastSeen } = endpointsSql(bounds)
  return { from: sql`${from} JOIN (${judged}) j ON j.id = a.id`, lastSeen }
}

/** The page's filters by endpoint. */
export async function filterSql(
  { filters }: Pick<Params, 'filters'>,
  bounds: FleetBounds,
  lastSeen: Sql,
): Promise<Sql[]> {
  const where: Sql[] = []
  if (filters.name) where.push(sql`a.name ILIKE ${containing(filters.name)}`)
  if (filters.os) where.push(sql`lower(${agentOsSql(await vintage(), 'a')}) = lower(${filters.os})`)
  if (filters.state) {
    const state = stateSql({ lastSeen, status: sql`a.status`, destructiontime: sql`a.destructiontime` }, bounds)
    where.push(inStatesSql(state, filters.state))
  }
  return where
}

// What 2014 agents do follows from the first module alone, where they look at weights at all.
const bookOutcome = (book: RuleBook) => (book === '2014' ? sql`j.first_outcome` : sql`j.outcome`)

/** True where a generation of agents decides otherwise than the tables say. */
function differsSql(asked: Asked): Sql {
  const { refusals } = asked
  const documented = sql`(j.outcome = 'accepted')`
  const built = refusals['2014'] ? sql`false` : sql`(j.first_outcome = 'accepted')`
  const later = refusals['2019'] ? sql`false` : documented
  return sql`(${built} <> ${documented} OR ${later} <> ${documented})`
}

export type BookCounts = Record<EndpointOutcome, number>

/** How many endpoints each rule book lets run, by verdict; `unchecked` run on 2014 agents though the tables forbid it. */
export type WhatIfCounts = {
  total: number
  books: Record<RuleBook, BookCounts>
  differs: number
  unchecked: number
  /** Of the short ones as documented: how many lack how much. */
  short: { by: number; count: number }[]
  /** The same endpoints by what the filters ask. */
  groups: { outcome: EndpointOutcome; first_outcome: EndpointOutcome; differs: boolean; count: number }[]
  /** The endpoints that the filters by verdict ask for, while they are few; null when they are many, or all. */
  rows: MigId[] | null
}

const noCounts = (): BookCounts => ({ accepted: 0, short: 0, mixed: 0, 'below-one': 0, 'no-rule': 0, ambiguous: 0 })

const FEW = 10_000

type Verdicts = { outcome: EndpointOutcome; first_outcome: EndpointOutcome; differs: boolean }

/** So many endpoints of the same verdicts; `ids` only where there are filters by verdict, null for none of theirs or too many. */
type Counted = Verdicts & { short: string | null; n: string; ids?: MigId[] | null }

/** True for an endpoint that the filters by verdict ask for. */
export function isListed({ outcome, book, differs }: Params['filters'], found: Verdicts): boolean {
  const said = book === '2014' ? found.first_outcome : found.outcome
  return (!outcome || outcome.includes(said)) && (!differs || found.differs)
}

/** The verdicts over the filtered fleet, counted in one statement; one answer does for a question and a minute. */
export function countWhatIf(_viewer: Viewer, asked: Asked, { filters }: Params): Promise<Answer<WhatIfCounts>> {
  const { name, os, state, outcome, differs, book } = filters
  const narrow = outcome || differs ? { outcome, differs, book: book === '2014' } : null
  return getAnswer({
    text: `what if ${JSON.stringify([asked.question, name, os, state, narrow])}`,
    async ask(client, at) {
      return countJudged(client, asked, filters, await fleetBounds(at))
    },
  })
}

/** The verdicts over the filtered fleet under these bounds, counted by the database now. */
export async function countJudged(
  client: Pick<pg.ClientBase, 'query'>,
  asked: Asked,
  filters: Params['filters'],
  bounds: FleetBounds,
): Promise<WhatIfCounts> {
  const { rows } = await client.query<Counted>(await countSql(asked, filters, bounds))
  return countsOf(asked, filters, rows)
}

async function countSql(asked: Asked, filters: Params['filters'], bounds: FleetBounds) {
  const isNarrow = Boolean(filters.outcome || filters.differs)
  const { from, lastSeen } = whatIfFrom(asked.question, bounds)
  const where = await filterSql({ filters }, bounds, lastSeen)
  const judged =
    where.length === 0
      ? sql`(${judgedFleetSql(asked.question, bounds)}) j`
      : sql`${from} WHERE ${where.reduce((all, one) => sql`${all} AND ${one}`)}`
  const listed = sql`CASE WHEN count(*) <= ${FEW} THEN array_agg(trunc(j.id)::text) FILTER (WHERE ${listedSql(asked, filters)}) END`
  return sql`SELECT j.outcome, j.first_outcome, CASE WHEN j.outcome = 'short' THEN j.short END AS short,
    ${differsSql(asked)} AS differs, count(*) AS n${isNarrow ? sql`, ${listed} AS ids` : sql``}
    FROM ${judged} GROUP BY 1, 2, 3, 4`
}

function listedSql(asked: Asked, { outcome, book, differs }: Params['filters']): Sql {
  const said = outcome ? sql`${bookOutcome(book)} = ANY(${outcome})` : sql`true`
  return differs ? sql`(${said} AND ${differsSql(asked)})` : said
}

/** The counts out of the statement's groups. */
export function countsOf(asked: Asked, filters: Params['filters'], rows: readonly Counted[]): WhatIfCounts {
  const books: WhatIfCounts['books'] = { documented: noCounts(), '2014': noCounts(), '2019': noCounts() }
  const short = new Map<number, number>()
  const counts: WhatIfCounts = { total: 0, books, differs: 0, unchecked: 0, short: [], groups: [], rows: null }
  for (const { outcome, first_outcome, differs, ...row } of rows) {
    const n = Number(row.n)
    const group = counts.groups.find(
      (one) => one.outcome === outcome && one.first_outcome === first_outcome && one.differs === differs,
    )
    if (group) group.count += n
    else counts.groups.push({ outcome, first_outcome, differs, count: n })
    counts.total += n
    books.documented[outcome] += n
    books['2014'][first_outcome] += n
    books['2019'][outcome] += n
    if (differs) counts.differs += n
    if (!asked.refusals['2014'] && first_outcome === 'accepted' && outcome !== 'accepted') counts.unchecked += n
    if (row.short !== null) short.set(Number(row.short), (short.get(Number(row.short)) ?? 0) + n)
  }
  counts.short = [...short].map(([by, count]) => ({ by, count })).sort((a, b) => a.by - b.by)
  const listed = rows.flatMap(({ ids }) => ids ?? [])
  const isWhole = rows.every((row) => !isListed(filters, row) || Number(row.n) <= FEW)
  if (rows.some(({ ids }) => ids !== undefined) && isWhole && listed.length <= FEW) counts.rows = listed
  return counts
}

export type WhatIfRow = {
  id: MigId
  name: string
  queueloc: string
  os: string
  state: EndpointState
  last_seen: Instant | null
  outcome: EndpointOutcome
  short: number | null
  first_outcome: EndpointOutcome
  differs: boolean
}

async function whatIfQuery(asked: Asked, params: Params, now: Instant): Promise<ListQuery> {
  const { filters } = params
  const bounds = await fleetBounds(now)
  const { from, lastSeen } = whatIfFrom(asked.question, bounds)
  const where = await filterSql(params, bounds, lastSeen)
  if (filters.outcome) where.push(sql`${bookOutcome(filters.book)} = ANY(${filters.outcome})`)
  if (filters.differs) where.push(differsSql(asked))
  return {
    select: sql`${agentColumnsSql(await vintage(), bounds, lastSeen)}, j.outcome,
      CASE WHEN j.outcome = 'short' THEN j.short END AS short, j.first_outcome, ${differsSql(asked)} AS differs`,
    from,
    where,
    sorts: { name: { expression: sql`a.name`, type: 'text' } },
    id: sql`a.id`,
    memory: 64,
  }
}

type Walked = EndpointRow & { cursor_key: string; cursor_id: string }
const LONGEST = 5_000

/**
 * One page of endpoints with their verdicts. Not the fleet is judged but the endpoints on the way: by name, a stretch at a
 * time, as long as the counts make a page likely; where few are asked for, those that the counts name.
 */
export async function listWhatIf(
  _viewer: Viewer,
  asked: Asked,
  params: Params,
  counts: WhatIfCounts,
  now: Instant,
): Promise<Page<WhatIfRow>> {
  const { name, os, state } = params.filters
  const bounds = await fleetBounds(now)
  const query = endpointsQuery(await vintage(), { name, os, state }, bounds)
  if (counts.rows) query.where.push(sql`a.id = ANY(${counts.rows}::numeric[])`)
  const listed = counts.groups.filter((group) => isListed(params.filters, group))
  const count = listed.reduce((sum, group) => sum + group.count, 0)
  const stretch = counts.rows ? params.size : Math.ceil((1.3 * params.size * counts.total) / Math.max(count, 1))
  const size = Math.min(Math.max(stretch, params.size), LONGEST)
  const backwards = params.before !== undefined
  let cursor = params.before ?? params.after
  let more = count > 0
  const found: (WhatIfRow & Walked)[] = []
  while (more && found.length <= params.size) {
    const side = backwards ? { before: cursor, after: undefined } : { before: undefined, after: cursor }
    const page = await fetchPage<Walked>(query, { ...params, size, ...side })
    const judged = await judgeThese(asked, page.rows, bounds)
    const fit = judged.filter((row) => isListed(params.filters, row))
    if (backwards) found.unshift(...fit)
    else found.push(...fit)
    const next = backwards ? page.previous : page.next
    more = next !== null
    cursor = next ?? cursor
  }
  const over = found.length > params.size
  const rows = backwards ? found.slice(-params.size) : found.slice(0, params.size)
  const at = (row?: Walked) => (row ? { key: row.cursor_key, id: row.cursor_id } : null)
  return {
    rows: rows.map(rowOf),
    first: at(rows[0]),
    next: (backwards ? params.before : over) ? at(rows.at(-1)) : null,
    previous: (backwards ? over : params.after) ? at(rows[0]) : null,
    total: { count, more: false },
  }
}

/** The verdicts of these endpoints, each its newest row. */
async function judgeThese<Row extends { id: MigId }>(asked: Asked, rows: readonly Row[], bounds: FleetBounds) {
  if (rows.length === 0) return []
  const only = rows.map(({ id }) => id)
  const { rows: judged } = await reader().query<Verdicts & { id: MigId; short: string }>(sql`
    SELECT trunc(j.id)::text AS id, j.outcome, j.short, j.first_outcome, ${differsSql(asked)} AS differs
    FROM (${judgedFleetSql(asked.question, bounds, { only })}) j`)
  const byId = new Map(judged.map((one) => [one.id, one]))
  return rows.flatMap((row) => {
    const one = byId.get(row.id)
    return one ? [{ ...row, ...one, short: one.outcome === 'short' ? Number(one.short) : null }] : []
  })
}

function rowOf(row: WhatIfRow): WhatIfRow {
  const { id, name, queueloc, os, state, last_seen, outcome, first_outcome, differs, short } = row
  return { id, name, queueloc, os, state, last_seen, outcome, first_outcome, differs, short }
}

/** Every endpoint of the list with its verdicts. Throws `invalid` while nothing is asked. */
export async function exportWhatIf(viewer: Viewer, params: Params, now: Instant): Promise<ExportSource> {
  const asked = await getAsked(viewer, params)
  if (!asked) throw new AppError('invalid', 'Choose who signs and what runs first: signer=…&module=…, or action=….')
  return {
    columns: [
      { name: 'id', kind: 'id' },
      { name: 'name', kind: 'text' },
      { name: 'queueloc', kind: 'text' },
      { name: 'os', kind: 'text' },
      { name: 'state', kind: 'text' },
      { name: 'last_seen', kind: 'time' },
      { name: 'outcome', kind: 'text' },
      { name: 'short', kind: 'number' },
      { name: 'first_outcome', kind: 'text' },
      { name: 'differs', kind: 'flag' },
    ],
    rows: streamRows(await whatIfQuery(asked, params, now), params),
  }
}
