import 'server-only'
import type pg from 'pg'
import type { Viewer } from '@/lib/auth/viewer'
import { empty, type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import type { FleetBounds } from '@/lib/mig/agents/state'
import type { MigId } from '@/lib/mig/wire/id'
import { type Answer, getAnswer } from './answers'
import type { Asked } from './asked'
import type { EndpointOutcome } from './endpoint-verdict'
import { judgedSql } from './lack.sql'
import { DISAGREEMENTS, type Disagreement, type RuleBook } from './rule-books'
import type { whatIfList } from './search-params'
import { judgedKindsSql } from './what-if.sql'
import { filterSql, isListed, type Verdicts, verdictColumnsSql, verdictFilterSql, whatIfFrom } from './what-if-filters'

type Params = ListParams<(typeof whatIfList)['filters']>

export type BookCounts = Record<EndpointOutcome, number>

/** How many endpoints each rule book lets run, by verdict. */
export type WhatIfCounts = {
  total: number
  books: Record<RuleBook, BookCounts>
  /** Where some agents decide otherwise than the tables say, by which way. */
  differs: Record<Disagreement, number>
  /** Of the short ones as documented: how many lack how much. */
  short: { by: number; count: number }[]
  /** The same endpoints by what the filters ask. */
  groups: (Verdicts & { count: number })[]
  /** The endpoints that the filters by verdict ask for, while they are few; null when they are many, or all. */
  rows: MigId[] | null
}

const noCounts = (): BookCounts => ({ accepted: 0, short: 0, mixed: 0, 'below-one': 0, 'no-rule': 0, ambiguous: 0 })

const FEW = 10_000

/** So many endpoints of the same verdicts; `ids` only where there are filters by verdict, null for none of theirs or too many. */
type Counted = Omit<Verdicts, 'short'> & { short: string | null; n: string; ids?: MigId[] | null }

const isNarrow = ({ outcome, differs, short, like }: Params['filters']) => Boolean(outcome || differs || short || like)

/** The verdicts over the filtered fleet, counted in one statement; one answer does for a question and a minute. */
export function countWhatIf(_viewer: Viewer, asked: Asked, { filters }: Params): Promise<Answer<WhatIfCounts>> {
  const { name, os, state, outcome, differs, short, book } = filters
  const alike = asked.alike && { ...asked.alike, agent: undefined, name: undefined }
  const narrow = isNarrow(filters) ? { outcome, differs, short, alike, book: book === '2014' } : null
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
  return countsOf(filters, rows)
}

const all = (conditions: readonly Sql[]) => conditions.reduce((left, one) => sql`${left} AND ${one}`)

async function countSql(asked: Asked, filters: Params['filters'], bounds: FleetBounds) {
  const { from, lastSeen } = whatIfFrom(asked, bounds)
  const where = await filterSql({ filters }, bounds, lastSeen)
  const narrow = verdictFilterSql(asked, filters)
  if (where.length === 0 && narrow.length === 0 && !asked.alike)
    return sql`SELECT ${verdictColumnsSql(asked)}, sum(j.n) AS n
      FROM (SELECT v.*, true AS alike FROM (${judgedKindsSql(asked.question, bounds)}) v) j GROUP BY 1, 2, 3, 4, 5`
  const judged =
    where.length === 0 ? sql`(${judgedSql(asked.question, bounds, asked.alike)}) j` : sql`${from} WHERE ${all(where)}`
  const ids =
    narrow.length > 0 &&
    sql`, CASE WHEN count(*) <= ${FEW} THEN array_agg(trunc(j.id)::text) FILTER (WHERE ${all(narrow)}) END AS ids`
  return sql`SELECT ${verdictColumnsSql(asked)}, count(*) AS n${ids || empty} FROM ${judged} GROUP BY 1, 2, 3, 4, 5`
}

/** The counts out of the statement's groups. */
export function countsOf(filters: Params['filters'], rows: readonly Counted[]): WhatIfCounts {
  const books: WhatIfCounts['books'] = { documented: noCounts(), '2014': noCounts(), '2019': noCounts() }
  const differs = Object.fromEntries(DISAGREEMENTS.map((one) => [one, 0])) as WhatIfCounts['differs']
  const short = new Map<number, number>()
  const groups = rows.map(({ ids: _, n, ...row }) => ({
    ...row,
    short: row.short === null ? null : Number(row.short),
    count: Number(n),
  }))
  for (const group of groups) {
    books.documented[group.outcome] += group.count
    books['2014'][group.first_outcome] += group.count
    books['2019'][group.outcome] += group.count
    if (group.differs) differs[group.differs] += group.count
    if (group.short !== null) short.set(group.short, (short.get(group.short) ?? 0) + group.count)
  }
  const listed = rows.flatMap(({ ids }) => ids ?? [])
  const isWhole = groups.every((group) => !isListed(filters, group) || group.count <= FEW)
  return {
    total: groups.reduce((sum, { count }) => sum + count, 0),
    books,
    differs,
    short: [...short].map(([by, count]) => ({ by, count })).sort((a, b) => a.by - b.by),
    groups,
    rows: rows.some(({ ids }) => ids !== undefined) && isWhole && listed.length <= FEW ? listed : null,
  }
}
