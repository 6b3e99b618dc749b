import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { countRows, fetchPage, streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { ranBy, ranSql } from '@/lib/db/shown-sql'
import type { ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { RanPage, RanSql, Total } from '@/lib/page'
import { thresholds } from './bounds'
import { type DoubleHint, doubleHints } from './doubles'
import { doubleParams, doubleProcessesSql, doublesQuery, killActionsSql, namesakesSql } from './doubles.sql'
import type { RawAgent } from './queries'
import type { doubleList } from './search-params'
import { earlier } from './state'

type DoubleParams = ListParams<(typeof doubleList)['filters']>

export type DoubleProcessRow = Omit<RawAgent, 'os' | 'state' | 'last_seen'>

export type DoubleRow = {
  queueloc: string
  count: number
  /** The newest of the processes, at most 20. */
  processes: DoubleProcessRow[]
  hints: DoubleHint[]
  /** The newest invalid action that should have ended a process of this queue, and how many there are. */
  kill: { id: MigId; name: string; of: number } | null
  /** A process of the same name on another queue. */
  namesake: { id: MigId; queueloc: string } | null
}

const PROCESSES_PER_QUEUE = 20

const KILL_MEANT = new Set(['destroyed', 'upgraded'])

type RawDouble = { queueloc: string; count: string }

async function doublesOf(
  raw: RawDouble[],
  params: DoubleParams,
  now: Instant,
): Promise<{ rows: DoubleRow[]; ran: RanSql[] }> {
  if (raw.length === 0) return { rows: [], ran: [] }
  const queues = raw.map((row) => row.queueloc)
  const since = earlier(now, params.filters.window)
  const heard = doubleProcessesSql(queues, since, PROCESSES_PER_QUEUE)
  const invalid = killActionsSql(queues)
  const alike = namesakesSql(queues, since)
  const [{ rows }, kills, namesakes] = await Promise.all([
    reader().query<DoubleProcessRow & { place?: string }>(heard),
    reader().query<{ queueloc: string; id: MigId; name: string; of: string }>(invalid),
    reader().query<{ queueloc: string; id: MigId; other: string }>(alike),
  ])
  const byQueue = new Map<string, DoubleProcessRow[]>()
  for (const { place: _, ...row } of rows) byQueue.set(row.queueloc, [...(byQueue.get(row.queueloc) ?? []), row])
  const killOf = new Map(kills.rows.map(({ queueloc, id, name, of }) => [queueloc, { id, name, of: Number(of) }]))
  const namesakeOf = new Map(namesakes.rows.map(({ queueloc, id, other }) => [queueloc, { id, queueloc: other }]))
  const ran = [
    ranSql('processes of these queues', heard, now),
    ranSql('invalid actions that should have ended one of them', invalid, now),
    ranSql('the same names on other queues', alike, now),
  ]
  const doubles = raw.map(({ queueloc, count }) => {
    const processes = byQueue.get(queueloc) ?? []
    // Such an action stays for ever: it says something only while a row that it was meant for is there.
    const kill = (processes.some((p) => KILL_MEANT.has(p.status ?? '')) && killOf.get(queueloc)) || null
    const namesake = namesakeOf.get(queueloc) ?? null
    const context = { killInvalid: kill !== null, nameElsewhere: namesake !== null }
    const hints = doubleHints(processes, thresholds().period, now, context)
    return { queueloc, count: Number(count), processes, hints, kill, namesake }
  })
  return { rows: doubles, ran }
}

/** One page of the question for double agents, each queue with its processes and what they look like. */
export async function listDoubles(_viewer: Viewer, params: DoubleParams, now: Instant): Promise<RanPage<DoubleRow>> {
  const query = doublesQuery(params, now)
  const page = await fetchPage<RawDouble & { of: string }>(query, doubleParams(params))
  // The page folds all of them anyway; only one beyond the last row cannot tell how many there are.
  const [first] = page.rows
  const total = first ? { count: Number(first.of), more: false } : await countRows(query)
  const { rows, ran } = await doublesOf(page.rows, params, now)
  return { ...page, total, rows, ran: [...ranBy(query, doubleParams(params), 'double agents', now), ...ran] }
}

/** How many queues are double, counted up to a limit. */
export function countDoubles(_viewer: Viewer, params: DoubleParams, now: Instant): Promise<Total> {
  return countRows(doublesQuery(params, now))
}

/** All double queues in the list's order, with the columns of the documented question, names and hints. */
export function exportDoubles(_viewer: Viewer, params: DoubleParams, now: Instant): ExportSource {
  const query = doublesQuery(params, now)
  async function* rows() {
    for await (const batch of streamRows<RawDouble>(query, doubleParams(params)))
      yield (await doublesOf(batch, params, now)).rows.map(({ count, queueloc, processes, hints }) => ({
        count,
        queueloc,
        name: [...new Set(processes.map((p) => p.name))].join(' '),
        hint: hints.join(' '),
      }))
  }
  return {
    columns: [
      { name: 'count', kind: 'number' },
      { name: 'queueloc', kind: 'text' },
      { name: 'name', kind: 'text' },
      { name: 'hint', kind: 'text' },
    ],
    rows: rows(),
  }
}
