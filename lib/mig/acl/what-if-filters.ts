import 'server-only'
import { containing } from '@/lib/db/like'
import { empty, type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import type { FleetBounds } from '@/lib/mig/agents/state'
import { endpointsSql, inStatesSql, stateSql } from '@/lib/mig/agents/state.sql'
import { agentOsSql, vintage } from '@/lib/mig/vintage'
import type { Asked } from './asked'
import type { EndpointOutcome } from './endpoint-verdict'
import { judgedSql } from './lack.sql'
import type { Disagreement, RuleBook } from './rule-books'
import type { whatIfList } from './search-params'

type Params = ListParams<(typeof whatIfList)['filters']>

/** The judged endpoints under the page's filters. */
export function whatIfFrom(
  { question, alike }: Pick<Asked, 'question' | 'alike'>,
  bounds: FleetBounds,
  judged = judgedSql(question, bounds, alike),
): { from: Sql; lastSeen: Sql } {
  const { from, lastSeen } = endpointsSql(bounds)
  return { from: sql`${from} JOIN (${judged}) j ON j.id = a.id`, lastSeen }
}

/** The page's filters by endpoint. */
export async function filterSql(
  { filters }: { filters: Partial<Pick<Params['filters'], 'name' | 'os' | 'state'>> },
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

/**
 * What is known of one judged endpoint; `short` is the weight that it lacks as documented, `alike` whether it has the rules
 * that are asked for, true where none are.
 */
export type Verdicts = {
  outcome: EndpointOutcome
  first_outcome: EndpointOutcome
  differs: Disagreement | null
  short: number | null
  alike: boolean
}

/** The columns of `Verdicts` over the judged endpoints `j`. */
export function verdictColumnsSql(asked: Asked): Sql {
  return sql`j.outcome, j.first_outcome, ${differsSql(asked)} AS differs,
    CASE WHEN j.outcome = 'short' THEN j.short END AS short, j.alike`
}

/** How a generation of agents decides otherwise than the tables say: `Disagreement`, or NULL. */
function differsSql({ refusals }: Asked): Sql {
  // Agents of 2019 only ever refuse more: their verdict by weight is the tables' own.
  const built = refusals['2014'] ? sql`false` : sql`j.first_outcome = 'accepted'`
  const later = refusals['2019'] ? sql`false` : sql`true`
  return sql`(CASE WHEN j.outcome = 'accepted' THEN CASE WHEN NOT (${built}) OR NOT ${later} THEN 'refuses' END
    WHEN ${built} THEN 'runs' END)`
}

type VerdictFilters = Pick<Params['filters'], 'outcome' | 'book' | 'differs' | 'short' | 'like'>

/** The filters by verdict, as conditions on the judged endpoints `j`. */
export function verdictFilterSql(asked: Asked, { outcome, book, differs, short, like }: VerdictFilters): Sql[] {
  const where: Sql[] = []
  if (outcome) where.push(sql`${bookOutcome(book)} = ANY(${outcome})`)
  if (differs)
    where.push(
      differs === '1' ? sql`${differsSql(asked)} IS NOT NULL` : sql`coalesce(${differsSql(asked)} = ${differs}, false)`,
    )
  if (short)
    where.push(
      sql`j.outcome = 'short' AND j.short >= ${short.from}::bigint${short.to === null ? empty : sql` AND j.short <= ${short.to}::bigint`}`,
    )
  if (like) where.push(sql`j.alike`)
  return where
}

/** True for an endpoint that the filters by verdict ask for: `verdictFilterSql` for one at hand. */
export function isListed({ outcome, book, differs, short, like }: VerdictFilters, found: Verdicts): boolean {
  const said = book === '2014' ? found.first_outcome : found.outcome
  if (outcome && !outcome.includes(said)) return false
  if (like && !found.alike) return false
  if (differs && (differs === '1' ? found.differs === null : found.differs !== differs)) return false
  return !short || (found.short !== null && found.short >= short.from && found.short <= (short.to ?? Infinity))
}
