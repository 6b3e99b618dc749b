import 'server-only'
import type pg from 'pg'
import { cache } from 'react'
import type { Viewer } from '@/lib/auth/viewer'
import { isUnavailable } from '@/lib/db/availability'
import { inBackground } from '@/lib/db/background'
import { pool } from '@/lib/db/pool'
import { ranSql } from '@/lib/db/shown-sql'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { thresholds as settings } from '@/lib/mig/agents/bounds'
import type { Silence } from '@/lib/mig/agents/silence'
import { stateBounds, type Thresholds, thresholdsOf } from '@/lib/mig/agents/state'
import { vintage } from '@/lib/mig/vintage'
import { compareInstants, type Instant } from '@/lib/mig/wire/time'
import type { RanSql } from '@/lib/page'
import type { Figures } from './figures'
import { countFleet, keptTags, questionOf, writeFleet } from './pass'
import { countFleetSql } from './pass.sql'
import { storedFleetSql } from './samples.sql'

/** The fleet as last counted: at which moment, when, and how long that took in milliseconds. */
export type Fleet = Figures & { at: Instant; madeAt: Instant; tookMs: number; thresholds: Thresholds }

/** A count younger than this, or than so many times what it took, up to a minute, is shown as it is. */
const FRESH_MS = 10_000
const FRESH_TIMES = 10
const FRESH_MOST_MS = 60_000
/** At a fixed moment only the rows can change, which a restored dump does not do: a slow count is good for so many times longer. */
const FIXED_TIMES = 30
/** One that is older than this is not shown before it is made again. */
const STALE_MS = 120_000
/** A count that takes no longer than this is waited for. */
const QUICK_MS = 300
// Mozilla's fleet had 21,000,000 rows.
const COUNT_TIMEOUT_MS = 600_000
const LOCK = 7_209_402_019

type FleetRow = { at: Instant; made_at: Instant; took_ms: number; figures: string; age: string }

async function readFleet(question: string, on: Pick<pg.ClientBase, 'query'> = pool()): Promise<FleetRow | null> {
  const { rows } = await on.query<FleetRow>(storedFleetSql(question))
  return rows[0] ?? null
}

/**
 * The figures of the whole fleet, counted at most every 10 s for all instances, less often where that keeps a core busy: a
 * quick count is made before they are shown, a slow one behind the page that asks first. Thresholds other than the settings'
 * are counted by themselves. The same within one request, so that the sidebar says what the page says.
 */
export const getFleet = cache(async (_viewer: Viewer, given?: Thresholds): Promise<Fleet> => {
  const thresholds = given ?? thresholdsOf(env())
  const question = questionOf(env().migNow, thresholds)
  const row = await readFleet(question)
  const age = row ? Number(row.age) : Number.POSITIVE_INFINITY
  const times = env().migNow ? FIXED_TIMES : 1
  const fresh = Math.min(FRESH_TIMES * (row?.took_ms ?? 0), FRESH_MOST_MS)
  if (row && age <= Math.max(FRESH_MS, row.took_ms > QUICK_MS ? times * fresh : fresh)) return fleetOf(row, thresholds)
  const stale = times * STALE_MS
  if (row && row.took_ms > QUICK_MS && age <= stale) {
    refresh(question, thresholds, false).catch((error) => {
      if (!isUnavailable(error)) console.error('The fleet could not be counted:', error)
    })
    return fleetOf(row, thresholds)
  }
  await refresh(question, thresholds, row === null || age > stale)
  return fleetOf((await readFleet(question)) as FleetRow, thresholds)
})

/** The last count of the whole fleet as it stands, for whoever asks often: counted again only when it is older than 2 minutes. */
export async function getLastFleet(viewer: Viewer): Promise<Fleet> {
  const thresholds = thresholdsOf(env())
  const row = await readFleet(questionOf(env().migNow, thresholds))
  return row && Number(row.age) <= STALE_MS ? fleetOf(row, thresholds) : getFleet(viewer, thresholds)
}

/** The keys of tags that the last count of the fleet found, the commonest first; none before there is one. */
export async function getTagKeys(_viewer: Viewer): Promise<string[]> {
  const row = await readFleet(questionOf(env().migNow, thresholdsOf(env())))
  return row ? (JSON.parse(row.figures) as Figures).byTag.map(({ key }) => key) : []
}

function fleetOf(row: FleetRow, thresholds: Thresholds): Fleet {
  return { ...(JSON.parse(row.figures) as Figures), at: row.at, madeAt: row.made_at, tookMs: row.took_ms, thresholds }
}

/** The statements behind the figures of the fleet: the stored row that the page reads, and the count that made it. */
export async function ranForFleet(_viewer: Viewer, { at, thresholds }: Fleet): Promise<RanSql[]> {
  const count = countFleetSql(await vintage(), stateBounds(at, thresholds), thresholds)
  return [
    ranSql('stored count of the fleet', storedFleetSql(questionOf(env().migNow, thresholds)), at),
    ranSql('count of the fleet', count, at),
  ]
}

/** Whether MIG itself was silent when the fleet was counted, as `getSilence` asks the table: by the settings, whatever the address says. */
export function silenceOf({ newest, at }: Pick<Fleet, 'newest' | 'at'>): Silence {
  const set = settings()
  const silent = newest !== null && compareInstants(newest, stateBounds(at, set).online) < 0
  return { newest, silent, period: set.period, ran: [] }
}

/** Counts and writes the row unless another instance is at it; then waits for that one, or does not. */
async function refresh(question: string, thresholds: Thresholds, wait: boolean): Promise<void> {
  await inBackground('fleet', { timeout: COUNT_TIMEOUT_MS }, async (client) => {
    const { rows } = await client.query<{ got: boolean }>(
      wait
        ? sql`SELECT true AS got FROM pg_advisory_xact_lock(${LOCK}::bigint + hashtext(${question}))`
        : sql`SELECT pg_try_advisory_xact_lock(${LOCK}::bigint + hashtext(${question})) AS got`,
    )
    // By the connection at hand: those who wait for the lock may hold all others.
    const current = rows[0]?.got ? await readFleet(question, client) : null
    if (rows[0]?.got && !(current && Number(current.age) <= FRESH_MS)) {
      const started = performance.now()
      const { rows: clock } = await client.query<{ now: Instant }>('SELECT clock_timestamp() AS now')
      const at = env().migNow ?? (clock[0]?.now as Instant)
      // At a fixed moment no time passes after which they would be counted again.
      const tags = env().migNow ? null : keptTags(current && (JSON.parse(current.figures) as Figures), at)
      const figures = await countFleet(client, at, thresholds, tags)
      await writeFleet(client, question, at, figures, performance.now() - started)
    }
  })
}
