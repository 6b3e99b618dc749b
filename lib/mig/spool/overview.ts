import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { parseId } from '@/lib/mig/wire/id'
import { readSpoolName, SPOOL_STATES, type SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { compareInstants, dateToInstant, type Instant, instantToDate } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'
import type { SpoolAnswer, SpoolFailure } from './answer'
import { spoolChange } from './change'
import { type SpoolClient, spoolClient } from './client'
import { encodeFileName, type SpoolFileName, showBytes } from './file-name'
import { fileInstant } from './file-time'
import { missingState, nameMoment, oldestWritten, type SpoolHealth, stateHealth } from './health'
import { findActions } from './links'
import type { ScannedState, SpoolReplies } from './protocol'

export type StateOverview = {
  directory: SpoolDirectory
  status: 'present' | 'missing' | 'unreadable' | 'slow'
  files: number
  /** Entries that MIG did not write: other names, links, directories and the like. */
  strangers: number
  strangerNames: { name: SpoolFileName; shown: string }[]
  /** The oldest and the newest moment that the names carry. */
  oldest: Instant | null
  newest: Instant | null
  /** What the background scan last saw here; null before its first round. */
  scan: StateScan | null
  /** Files last written more than two collector periods ago, of new and returned, where none should stay; null where not known. */
  overdue: { count: number; more: boolean } | null
  /** Files of action/invalid whose name is the moment of a failure (mig-domain.md 2.2). */
  failures: { count: number; more: boolean }
  health: SpoolHealth
}

/** Sizes and times of a state's files, seen at `at` by this machine's clock. */
export type StateScan = {
  at: Instant
  files: number
  bytes: number
  /** There were more files than the scan keeps. */
  isCut: boolean
  oldest: Instant | null
  newest: Instant | null
  /** How many files were last written within each span, the youngest first; the last one has no end. */
  ages: { within: number | null; count: number }[]
}

export type SpoolOverview = {
  root: string
  /** The "now" that ages are counted from. */
  now: Instant
  /** What `spoolChange` gave when this was read. */
  token: string
  /** Why nothing at all can be said. */
  problem: SpoolFailure | null
  /** When the background scan last ended somewhere. */
  scannedAt: Instant | null
  /** The background scan is on its way: where, and how many files of that state it has seen. */
  scanning: { state: string; seen: number } | null
  states: StateOverview[]
  /** Entries of the root and the two kind directories that are none of the eight states; normal to have some. */
  besides: { shown: string[]; count: number }
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** The edges of the bars of ages, in milliseconds. */
export const AGE_EDGES = [MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR] as const
/** So many files are looked at to see whether one waits too long. */
const OVERDUE_LOOKED = 2_000

/** The eight states with counts, ages and health; every state by itself, so that one that is missing hides no other. */
export async function getSpoolOverview(viewer: Viewer): Promise<SpoolOverview> {
  const spool = spoolClient(env().spoolDir)
  const { mig } = await now()
  // All at once, so that a spool that hangs costs one deadline; asked first, the token is from before the reading.
  const changing = spoolChange(viewer)
  const scanning = spool.ask<'scan'>({
    command: 'scan',
    edges: scanEdges().map((edge) => instantToDate(mig).getTime() - edge),
  })
  const [token, scan, root, states] = await Promise.all([
    changing,
    scanning,
    spool.ask<'root'>({ command: 'root' }),
    Promise.all(SPOOL_STATES.map((directory) => overviewOf(spool, directory, mig, scanning))),
  ])
  const scanned = scan.ok ? scan.value.states : []
  return {
    root: spool.root,
    now: mig,
    token,
    problem: root.ok ? null : root,
    scannedAt: scanned.length ? dateToInstant(new Date(Math.max(...scanned.map(({ at }) => at)))) : null,
    scanning: scan.ok ? scan.value.running : null,
    states,
    besides: root.ok
      ? { shown: root.value.besides.map(showBytes), count: root.value.besidesCount }
      : { shown: [], count: 0 },
  }
}

const patience = () => 2 * env().collectorPeriod

/** The ages that the scan counts by: the edges of the bars, and what a file may wait. */
function scanEdges(): number[] {
  return [...new Set<number>([...AGE_EDGES, patience()])].sort((a, b) => a - b)
}

function scanOf(scanned: ScannedState | undefined): StateScan | null {
  if (!scanned) return null
  const { at, files, bytes, isCut, oldest, newest, older } = scanned
  const moment = (millis: number | null) =>
    millis === null ? null : fileInstant(BigInt(Math.round(millis)) * 1_000_000n)
  const counts = [files, ...AGE_EDGES.map((edge) => older[scanEdges().indexOf(edge)] ?? 0)]
  return {
    at: dateToInstant(new Date(at)),
    files,
    bytes,
    isCut,
    oldest: moment(oldest),
    newest: moment(newest),
    ages: counts.map((count, i) => ({ within: AGE_EDGES[i] ?? null, count: count - (counts[i + 1] ?? 0) })),
  }
}

async function overviewOf(
  spool: SpoolClient,
  directory: SpoolDirectory,
  at: Instant,
  scanning: Promise<SpoolAnswer<SpoolReplies['scan']>>,
): Promise<StateOverview> {
  const [kind, state] = directory
  const answer = await spool.ask<'survey'>({ command: 'survey', kind, state })
  const none = {
    files: 0,
    strangers: 0,
    strangerNames: [],
    oldest: null,
    newest: null,
    scan: null,
    overdue: null,
    failures: { count: 0, more: false },
  }
  if (!answer.ok) {
    const isMissing = answer.reason === 'absent'
    return {
      directory,
      ...none,
      status: isMissing ? 'missing' : answer.reason === 'slow' ? 'slow' : 'unreadable',
      health: isMissing
        ? missingState(directory)
        : { tone: 'bad', word: answer.reason === 'slow' ? 'no answer' : 'unreadable', sentence: answer.sentence },
    }
  }
  const { files, strangers, strangerNames, extremes, stamped } = answer.value
  const moments = extremes
    .flatMap((name) => {
      const moment = nameMoment(readSpoolName(kind, state, name))
      return moment ? [{ name, moment }] : []
    })
    .sort((a, b) => compareInstants(a.moment, b.moment))
  const oldest = moments[0] ?? null
  const newest = moments.at(-1)?.moment ?? null
  const kept = kind === 'action' && (state === 'done' || state === 'invalid')
  const passing = state === 'new' || state === 'returned'
  const [scan, looked, waiting, failures] = await Promise.all([
    scanning,
    kept && oldest ? spool.ask<'stat'>({ command: 'stat', kind, state, names: [oldest.name] }) : null,
    passing && files > 0
      ? spool.ask<'overdue'>({
          command: 'overdue',
          kind,
          state,
          before: instantToDate(at).getTime() - patience(),
          limit: OVERDUE_LOOKED,
        })
      : null,
    countFailures(stamped),
  ])
  const scanned = scan.ok ? scan.value.states.find((one) => one.kind === kind && one.state === state) : undefined
  const summary = scanOf(scanned)
  // A look at all of the files needs no scan, which may be of files that are gone.
  const isWhole = waiting?.ok === true && waiting.value.looked >= waiting.value.total
  const before = scanned && !isWhole ? { oldest: summary?.oldest ?? null, sinceScan: Date.now() - scanned.at } : null
  const oldestModified = oldestWritten(oldestLooked(looked, waiting, at), before)
  const seen = { files, strangers, newest, oldestModified }
  return {
    directory,
    status: 'present',
    files,
    strangers,
    strangerNames: strangerNames.map((name) => ({ name: encodeFileName(name), shown: showBytes(name) })),
    oldest: oldest?.moment ?? null,
    newest,
    scan: summary,
    overdue: passing ? overdueOf(files, waiting, scanned, oldestModified, at) : null,
    failures,
    health: stateHealth(directory, seen, env(), at),
  }
}

type Waiting = SpoolAnswer<SpoolReplies['overdue']> | null

/** When the oldest of the files that were looked at was last written; null where that is not known. */
function oldestLooked(looked: SpoolAnswer<SpoolReplies['stat']> | null, waiting: Waiting, at: Instant): Instant | null {
  if (looked?.ok) return fileInstant(looked.value.rows[0]?.mtimeNs ?? null)
  if (!waiting?.ok) return null
  const { oldest, looked: seen, total } = waiting.value
  // Counted a moment ago and gone by now: nothing waits.
  if (oldest === null) return seen >= total ? at : null
  return fileInstant(oldest)
}

/** Files that wait too long, by a look at some of them, and by the scan where that saw older ones than the look. */
function overdueOf(
  files: number,
  waiting: Waiting,
  scanned: ScannedState | undefined,
  oldest: Instant | null,
  at: Instant,
): StateOverview['overdue'] {
  if (files === 0) return { count: 0, more: false }
  if (oldest === null) return null
  const { overdue, total, looked } = waiting?.ok ? waiting.value : { overdue: 0, total: files, looked: 0 }
  if (looked >= total) return { count: overdue, more: false }
  const isLate = instantToDate(at).getTime() - instantToDate(oldest).getTime() > patience()
  const inScan = isLate ? (scanned?.older[scanEdges().indexOf(patience())] ?? 0) : 0
  return inScan > overdue ? { count: inScan, more: scanned?.isCut ?? false } : { count: overdue, more: overdue > 0 }
}

/** Of the names that may be the nanosecond of a failure those that are no action's id (mig-domain.md 2.2). */
async function countFailures(stamped: { count: number; names: string[] }): Promise<StateOverview['failures']> {
  const ids = stamped.names.flatMap((name) => parseId(name.replace(/\.json$/, '')) ?? [])
  if (ids.length === 0) return { count: 0, more: false }
  const actions = await findActions(sql`a.id = ANY(${ids}::numeric[])`, ids.length)
  return { count: ids.length - actions.length, more: stamped.count > stamped.names.length }
}
