import type { Question } from './questions'
import { type Replay, type Statement, settingsBefore } from './sql-log'

/** Tables that grow with the fleet, its history or its people's work. */
const GROWING = new Set([
  'public.agents',
  'public.commands',
  'public.actions',
  'public.signatures',
  'public.agtmodreq',
  'public.invagtmodperm',
  'dashboard.audit',
  'dashboard.acl_change',
  'dashboard.acl_endpoint',
  'dashboard.action_summary',
  'dashboard.attempt',
  'dashboard.endpoint',
  'dashboard.endpoint_span',
  'dashboard.fleet_sample',
])
/** Rows of one growing table that a page need not read. */
export const MANY_ROWS = 50_000

/** A page that reads a growing table from its beginning to its end, or very many of its rows, and how many it read. */
export type Scan = { page: string; table: string; how: string; rows: number; whole: string | null }

/** What was found in the plans: such pages, and those with a statement that counts rows off. */
export type PlanChecks = { looked: number; scans: Scan[]; offsets: string[] }

export type PlanNode = {
  'Node Type': string
  Schema?: string
  'Relation Name'?: string
  'Actual Rows'?: number
  'Actual Loops'?: number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  'Index Cond'?: string
  Plans?: PlanNode[]
}

/** The scans of growing tables in a plan that run over all of them or very many rows, a table once with the most. */
export function scansIn(plan: PlanNode): Omit<Scan, 'page' | 'whole'>[] {
  const found = new Map<string, Omit<Scan, 'page' | 'whole'>>()
  const walk = (node: PlanNode) => {
    const table = `${node.Schema}.${node['Relation Name']}`
    const each =
      (node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
    const rows = Math.round(each * (node['Actual Loops'] ?? 1))
    const how = node['Node Type']
    // One that the plan has but that was never run reads nothing.
    const isSequential = how === 'Seq Scan' && (node['Actual Loops'] ?? 1) > 0
    if (GROWING.has(table) && (isSequential || rows >= MANY_ROWS)) {
      const known = found.get(table)
      if (!known || (isSequential && known.how !== 'Seq Scan') || rows > known.rows)
        found.set(table, {
          table,
          how: known?.how === 'Seq Scan' ? known.how : how,
          rows: Math.max(rows, known?.rows ?? 0),
        })
    }
    for (const child of node.Plans ?? []) walk(child)
  }
  walk(plan)
  return [...found.values()]
}

/** True for a statement that counts rows off before its own; OFFSET 0 only keeps a subquery apart. */
export const countsOff = (text: string): boolean => /\bOFFSET\b(?!\s+0\b)/i.test(text)

const isRead = ({ text }: Statement) => /^\s*(SELECT|WITH)\b/i.test(text)

type Found = ReturnType<typeof scansIn>

async function scansOf(replay: Replay, statement: Statement, settings: readonly Statement[]): Promise<Found> {
  try {
    const [made] = (await replay.explain(statement, settings, 'ANALYZE, VERBOSE, TIMING OFF, FORMAT JSON')) as {
      Plan: PlanNode
    }[]
    return scansIn((made as { Plan: PlanNode }).Plan)
  } catch (error) {
    if ((error as { code?: string }).code !== '57014') throw error
    return [{ table: 'unknown', how: 'a statement that took too long', rows: 0 }]
  }
}

/** Looks at the plan of each statement of each page, as it runs with its values. */
export async function checkPlans(
  replay: Replay,
  traces: ReadonlyMap<Question, readonly Statement[]>,
): Promise<PlanChecks> {
  const checks: PlanChecks = { looked: 0, scans: [], offsets: [] }
  for (const [question, statements] of traces) {
    const most = new Map<string, Scan>()
    for (const statement of statements.filter(isRead)) {
      if (countsOff(statement.text)) checks.offsets.push(question.name)
      const settings = settingsBefore(statements, statement)
      checks.looked++
      for (const scan of await scansOf(replay, statement, settings)) {
        const key = `${scan.table} ${scan.how}`
        if ((most.get(key)?.rows ?? -1) < scan.rows)
          most.set(key, { page: question.name, ...scan, whole: question.whole ?? null })
      }
    }
    checks.scans.push(...most.values())
  }
  return checks
}
