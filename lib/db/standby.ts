import type pg from 'pg'
import { env } from '@/lib/env'
import { isCollision, isUnavailable } from './availability'
import { MOST_STREAMS, openPool, pool, streamPool } from './pool'

// A hot standby (DATABASE_READ_URL) takes reads that may be a moment old. It is looked at at most once a second, before a
// read; while it cannot be used every read goes to the primary.

/** A place in the primary's write-ahead log, as a number. */
export type Position = bigint

/** Why reads go to the primary: the standby does not answer, is no standby (any more), or is too far behind. */
export type StandbyProblem = 'away' | 'primary' | 'behind'

export type StandbyState = {
  problem: StandbyProblem | null
  /** For how many milliseconds it has lacked something that the primary has. */
  behindMs: number
}

/** The connections to one server: for pages, and apart for what is streamed as long as somebody takes it. */
export type Pools = { pages: pg.Pool; streams: pg.Pool }

type Standby = Pools & {
  /** For looking at it alone, whatever the others wait for. */
  looks: pg.Pool
  problem: StandbyProblem | null
  replayed: Position
  /** The oldest position seen on the primary that is not replayed, and since when. */
  missing: { position: Position; since: number } | null
  looked: number
  looking: Promise<void> | null
}

const FRESH_MS = 1_000
const AWAY_PAUSE_MS = 5_000
const LOOK_LIMIT_MS = 2_000
/** A standby that lacks what is older than this is not read from. */
const BEHIND_LIMIT_MS = 60_000

const kept = globalThis as unknown as { migStandby?: Standby | null }

/** The position that PostgreSQL prints as '16/B374D848'; null when it is none. */
export function readPosition(text: string | null | undefined): Position | null {
  const [, high, low] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text ?? '') ?? []
  return high && low ? (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`) : null
}

function standby(): Standby | null {
  if (kept.migStandby === undefined) {
    const { databaseUrl, databaseReadUrl } = env()
    setStandby(databaseReadUrl === databaseUrl ? null : databaseReadUrl)
  }
  return kept.migStandby ?? null
}

/** Has this process read from another standby, or from none; what was known of the old one is forgotten. */
export function setStandby(url: string | null): void {
  for (const name of ['pages', 'streams', 'looks'] as const) void kept.migStandby?.[name].end()
  const open = (max: number) => openPool(url as string, { max, connectLimitMs: LOOK_LIMIT_MS })
  kept.migStandby = url
    ? {
        pages: open(10),
        streams: open(MOST_STREAMS),
        looks: open(1),
        problem: null,
        replayed: 0n,
        missing: null,
        looked: Number.NEGATIVE_INFINITY,
        looking: null,
      }
    : null
}

/** What is known of the standby, at most some seconds old; null without one. */
export async function standbyState(): Promise<StandbyState | null> {
  const one = standby()
  if (!one) return null
  await lookedAt(one)
  return { problem: one.problem, behindMs: behind(one) }
}

/** The position of everything that is written on the primary by now; null without a standby. */
export async function writtenPosition(): Promise<string | null> {
  if (!standby()) return null
  const { rows } = await pool().query<{ at: string }>({
    text: 'SELECT pg_current_wal_insert_lsn() AS at',
    query_timeout: LOOK_LIMIT_MS,
  } as pg.QueryConfig)
  return rows[0]?.at ?? null
}

/**
 * Runs a read on the standby when it has replayed everything up to `needed`, else on the primary; `needed` null is a read
 * that has to see all that is written. A standby that fails meanwhile is left, and the read runs again on the primary.
 */
export async function readOn<T>(needed: Position | null, run: (on: Pools) => Promise<T>): Promise<T> {
  const one = needed === null ? null : standby()
  if (!one || needed === null) return run(primary)
  await lookedAt(one)
  if (one.problem !== null || one.replayed < needed) return run(primary)
  try {
    return await run(one)
  } catch (error) {
    // Its connections may all be taken by our own reads: that says nothing of the server.
    if (isUnavailable(error) && !isFull(one.pages) && !isFull(one.streams)) leave(one)
    else if (!isUnavailable(error) && !isOfStandby(error)) throw error
    return run(primary)
  }
}

const primary: Pools = {
  get pages() {
    return pool()
  },
  get streams() {
    return streamPool()
  },
}

const isFull = ({ idleCount, totalCount, options }: pg.Pool) => idleCount === 0 && totalCount >= (options.max ?? 10)

const behind = ({ missing }: Standby) => (missing ? Date.now() - missing.since : 0)

function leave(one: Standby): void {
  one.problem = 'away'
  one.looked = performance.now()
}

// Cancelled because the standby replays what the read still sees; or a table or column of a migration not replayed yet.
function isOfStandby(error: unknown): boolean {
  return isCollision(error) || ['42P01', '42703'].includes((error as { code?: string })?.code ?? '')
}

async function lookedAt(one: Standby): Promise<void> {
  const age = performance.now() - one.looked
  if (age < (one.problem === 'away' ? AWAY_PAUSE_MS : FRESH_MS)) return
  one.looking ??= look(one).finally(() => {
    one.looking = null
  })
  // Nobody waits for one that was away a moment ago.
  if (one.problem === null || one.looked < 0) await one.looking
}

async function look(one: Standby): Promise<void> {
  try {
    const [ahead, found] = await Promise.all([
      writtenPosition().catch(() => null),
      one.looks.query<{ standby: boolean; replayed: string | null; age: string | null }>({
        text: `SELECT pg_is_in_recovery() AS standby, pg_last_wal_replay_lsn() AS replayed,
          extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000 AS age`,
        query_timeout: LOOK_LIMIT_MS,
      } as pg.QueryConfig),
    ])
    const [row] = found.rows
    one.replayed = readPosition(row?.replayed) ?? 0n
    measure(one, readPosition(ahead), Number(row?.age ?? 0))
    one.problem = !row?.standby ? 'primary' : behind(one) > BEHIND_LIMIT_MS ? 'behind' : null
    one.looked = performance.now()
  } catch {
    leave(one)
  }
}

// Not by the time of the last transaction alone: while nothing is written that one grows old on a standby that lacks nothing.
function measure(one: Standby, ahead: Position | null, ageMs: number): void {
  const overtaken = one.missing !== null && one.replayed >= one.missing.position
  const isKnown = one.looked >= 0 && !overtaken
  if (overtaken) one.missing = null
  if (!one.missing && ahead !== null && one.replayed < ahead)
    one.missing = { position: ahead, since: Date.now() - (isKnown ? 0 : ageMs) }
}
