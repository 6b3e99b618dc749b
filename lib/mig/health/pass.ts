import type pg from 'pg'
import { sql } from '@/lib/db/sql'
import { earlier, stateBounds, type Thresholds } from '@/lib/mig/agents/state'
import { vintage } from '@/lib/mig/vintage'
import { compareInstants, type Instant } from '@/lib/mig/wire/time'
import { writeDays } from './days'
import { type Figures, figuresOf, type RawFigures } from './figures'
import { countFleetSql, passSql } from './pass.sql'
import { writeSample } from './sample'

/** Which count a row of dashboard.fleet holds: its fixed moment, if any, and the thresholds. */
export function questionOf(fixed: Instant | null, thresholds: Thresholds): string {
  const { period, timeout, goneAfter, aheadBy } = thresholds
  return `${fixed ?? 'clock'} ${period} ${timeout} ${goneAfter} ${aheadBy}`
}

/** Memory for the hashes over the fleet, and no compiling, which takes longer than the count; in the caller's transaction. */
async function prepare(client: pg.ClientBase): Promise<void> {
  await client.query(`SET LOCAL work_mem = '96MB'; SET LOCAL jit = off`)
}

/** Counts the fleet at this moment in the caller's transaction. */
export async function countFleet(client: pg.ClientBase, now: Instant, thresholds: Thresholds): Promise<Figures> {
  await prepare(client)
  const { rows } = await client.query<RawFigures>(
    countFleetSql(await vintage(), stateBounds(now, thresholds), thresholds),
  )
  return figuresOf(rows[0] as RawFigures)
}

export type Passed = { figures: Figures; ended: number; kept: number; departed: number }

/**
 * One pass over the fleet at this moment, in the caller's transaction: the changes of endpoints, a sample, the fleet's row.
 * Null when the history is already later than this moment.
 */
export async function runPass(client: pg.ClientBase, now: Instant, thresholds: Thresholds): Promise<Passed | null> {
  const started = performance.now()
  const { rows: kept } = await client.query<{ passed_at: Instant }>(
    'SELECT passed_at FROM dashboard.fleet_history FOR UPDATE',
  )
  const before = kept[0]?.passed_at ?? null
  if (before && compareInstants(before, now) >= 0) return null
  const gapSince = before && compareInstants(before, earlier(now, thresholds.period)) < 0 ? before : null
  await prepare(client)
  const { rows } = await client.query<RawFigures & { ended: string; kept: string; departed: string }>(
    passSql(await vintage(), stateBounds(now, thresholds), thresholds, gapSince),
  )
  const row = rows[0]
  if (!row) throw new Error('the pass over the fleet gave no figures')
  const figures = figuresOf(row)
  await client.query(sql`INSERT INTO dashboard.fleet_history AS h (begins_at, passed_at)
    VALUES (${now}::timestamptz, ${now}::timestamptz) ON CONFLICT (one) DO UPDATE SET passed_at = excluded.passed_at`)
  await writeSample(client, now, figures)
  await writeDays(client, now, before, thresholds)
  await writeFleet(client, questionOf(null, thresholds), now, figures, performance.now() - started)
  return { figures, ended: Number(row.ended), kept: Number(row.kept), departed: Number(row.departed) }
}

/** Writes the fleet's row of one question. */
export async function writeFleet(
  client: pg.ClientBase,
  question: string,
  at: Instant,
  figures: Figures,
  tookMs: number,
): Promise<void> {
  await client.query(sql`INSERT INTO dashboard.fleet AS f (question, at, made_at, took_ms, figures)
    VALUES (${question}, ${at}::timestamptz, clock_timestamp(), ${Math.round(tookMs)}, ${JSON.stringify(figures)}::jsonb)
    ON CONFLICT (question) DO UPDATE SET at = excluded.at, made_at = excluded.made_at, took_ms = excluded.took_ms,
      figures = excluded.figures`)
}
