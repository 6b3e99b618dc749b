import type pg from 'pg'
import { isTimeout, isUnavailable } from '@/lib/db/availability'
import { sql } from '@/lib/db/sql'
import { formatCount } from '@/lib/format'
import type { Job, Step, Stepped } from '@/lib/jobs/job'
import { type Vintage, vintage } from '@/lib/mig/vintage'
import { modulesOf } from './modules'
import {
  actionFactsSql,
  COMMANDS_INDEXED,
  changedActionsSql,
  countCommandsSql,
  dueActionsSql,
  type NoticedAction,
  noticeActionsSql,
  putOffSql,
  SUMMARY_JOB,
} from './summary.sql'

/** How many actions one step looks at, and how many of them it reads anew. */
const WALK = 20_000
const READ = 2_000
/** How many commands one step counts (the last action may have more). */
const BATCH_COMMANDS = 50_000
const BATCH_ACTIONS = 1_000
/** What an action is taken to have before it was counted, in the layout without counters. */
const UNKNOWN_COMMANDS = 1_000
/** Without an index every count reads all commands: the job then rests this many times longer than it worked. */
const REST = 100

/**
 * Where the walk through the actions stands; `counting` after its end, and `noticed` when it found something. `restUntil` is a
 * moment in milliseconds of the database's clock; `modules` are those that any action names, which the list offers.
 */
type State = {
  after: string | null
  counting: boolean
  noticed: boolean
  restUntil: number
  modules: string[]
}

const START: State = { after: null, counting: false, noticed: true, restUntil: 0, modules: [] }
const MOST_MODULES = 200

/**
 * Keeps dashboard.action_summary: first a walk through all actions that notices new and changed ones by their own row, then
 * the counting of those that are due, few commands first. A step is one transaction of bounded work.
 */
export const actionSummaries: Job = {
  name: SUMMARY_JOB,
  period: 15_000,
  statementTimeout: 600_000,
  keepsHistory: false,
  async step({ client, state }) {
    const v = await vintage()
    if (v.missing.length > 0) throw new Error(`MIG's tables cannot be read: ${v.missing.slice(0, 3).join(', ')}`)
    const at: State = { ...START, ...(state as Partial<State> | null) }
    return at.counting ? countDue(client, at) : walk(client, v, at)
  },
  report: (did) => (did === 0 ? 'no action had changed' : `${formatCount(did, 'action')} counted`),
}

async function walk(client: Step['client'], v: Vintage, at: State): Promise<Stepped> {
  const { rows } = await client.query<{ walked: string; last: string | null; changed: string[] }>(
    changedActionsSql(v, at.after, WALK, READ),
  )
  const { walked = '0', last = null, changed = [] } = rows[0] ?? {}
  if (changed.length > 0) await client.query(noticeActionsSql(await noticed(client, v, changed)))
  const whole = changed.length < READ
  const ended = whole && Number(walked) < WALK
  const after = ended ? null : whole ? last : (changed.at(-1) ?? null)
  const noticedAny = at.noticed || changed.length > 0
  return { did: 0, more: true, state: { ...at, after, counting: ended, noticed: noticedAny } satisfies State }
}

async function noticed(client: pg.ClientBase, v: Vintage, ids: string[]): Promise<NoticedAction[]> {
  const { rows } = await client.query<{
    id: string
    seen: string
    landed: boolean
    sent: number | null
    has_operations: boolean
    operations: string | null
  }>(actionFactsSql(v, ids))
  const found: NoticedAction[] = []
  for (const row of rows) {
    const operations = row.operations ?? (row.has_operations ? await longOperations(client, row.id) : null)
    const { id, seen, landed } = row
    // Signed 64 bits, and the count of a counter may be negative when a row was edited by hand.
    found.push({
      id,
      seen,
      landed,
      expected: Math.max(row.sent ?? UNKNOWN_COMMANDS, 0),
      modules: modulesOf(operations),
    })
  }
  return found
}

async function longOperations(client: pg.ClientBase, id: string): Promise<string | null> {
  const { rows } = await client.query<{ operations: string | null }>(
    sql`SELECT operations::text AS operations FROM public.actions WHERE id = ${id}::numeric`,
  )
  return rows[0]?.operations ?? null
}

async function countDue(client: pg.PoolClient, at: State): Promise<Stepped> {
  const { rows: facts } = await client.query<{ indexed: boolean; now: string }>(
    sql`SELECT (${COMMANDS_INDEXED}) AS indexed, extract(epoch FROM clock_timestamp()) * 1000 AS now`,
  )
  const { indexed = false, now = '0' } = facts[0] ?? {}
  const modules = at.noticed ? await modulesOfAll(client) : at.modules
  const rested: State = { ...at, counting: false, noticed: false, modules }
  const rest: Stepped = { did: 0, more: false, state: rested }
  if (!indexed && Number(now) < at.restUntil) return rest
  const { rows } = await client.query<{ id: string; expected: string }>(
    dueActionsSql(indexed ? BATCH_ACTIONS : 1_000_000),
  )
  if (rows.length === 0) return rest
  const ids = indexed ? withinBatch(rows) : rows.map((row) => row.id)
  const started = performance.now()
  const did = await countOrPutOff(client, ids, indexed)
  if (indexed) return { did, more: true, state: { ...at, noticed: false, modules } satisfies State }
  const restUntil = Number(now) + (REST + 1) * (performance.now() - started)
  return { ...rest, did, state: { ...rested, restUntil } satisfies State }
}

async function modulesOfAll(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(sql`
    SELECT DISTINCT unnest(modules) AS name FROM dashboard.action_summary ORDER BY name LIMIT ${MOST_MODULES}`)
  return rows.map((row) => row.name)
}

function withinBatch(due: { id: string; expected: string }[]): string[] {
  const ids: string[] = []
  let commands = 0
  for (const { id, expected } of due) {
    if (ids.length > 0 && commands + Number(expected) > BATCH_COMMANDS) break
    commands += Number(expected)
    ids.push(id)
  }
  return ids
}

/** Counts; what fails is halved until the action that cannot be counted stands alone and is put off. Returns how many were counted. */
async function countOrPutOff(client: pg.ClientBase, ids: string[], indexed: boolean): Promise<number> {
  await client.query('SAVEPOINT counting')
  try {
    await client.query(countCommandsSql(ids))
    await client.query('RELEASE SAVEPOINT counting')
    return ids.length
  } catch (error) {
    if (isUnavailable(error)) throw error
    await client.query('ROLLBACK TO SAVEPOINT counting')
    await client.query('RELEASE SAVEPOINT counting')
    // Without an index half of them take as long.
    if (ids.length > 1 && (indexed || !isTimeout(error))) {
      const half = ids.length >> 1
      return (
        (await countOrPutOff(client, ids.slice(0, half), indexed)) +
        (await countOrPutOff(client, ids.slice(half), indexed))
      )
    }
    console.error(
      `The commands of ${ids.length > 1 ? formatCount(ids.length, 'action') : `action ${ids[0]}`} cannot be counted: ${(error as Error).message}`,
    )
    await client.query(putOffSql(ids))
    return 0
  }
}
