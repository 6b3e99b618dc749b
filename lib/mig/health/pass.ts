import type pg from 'pg'
import { type Sql, sql } from '@/lib/db/sql'
import { earlier, stateBounds, type Thresholds } from '@/lib/mig/agents/state'
import { vintage } from '@/lib/mig/vintage'
import { compareInstants, type Instant } from '@/lib/mig/wire/time'
import { writeDays } from './days'
import { type Figures, figuresOf, type RawFigures, TAGS_FOR, type TagFigures } from './figures'
import { compareFleetSql, countFleetSql, passSql } from './pass.sql'
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

/** The tags of an earlier count that is young enough at this moment; null when they are to be counted again. */
export function keptTags(before: Figures | null, now: Instant): TagFigures | null {
  if (!before?.tagsAt || compareInstants(before.tagsAt, now) > 0) return null
  return compareInstants(before.tagsAt, earlier(now, TAGS_FOR)) > 0 ? before : null
}

/** Counts the fleet at this moment in the caller's transaction; tags only when there are none of an earlier count. */
export async function countFleet(
  client: pg.ClientBase,
  now: Instant,
  thresholds: Thresholds,
  tags: TagFigures | null = null,
): Promise<Figures> {
  await prepare(client)
  const { rows } = await client.query<RawFigures>(
    countFleetSql(await vintage(), stateBounds(now, thresholds), thresholds, tags === null),
  )
  return figuresOf(rows[0] as RawFigures, now, tags)
}

export type Passed = { figures: Figures; ended: number; kept: number; departed: number }

/** How many endpoints may have changed before the whole fleet is counted and compared anew instead of these one by one. */
const CHANGED = 20_000

/**
 * One pass over the fleet at this moment, in the caller's transaction: the changes of endpoints, a sample, the fleet's row.
 * Null when the history is already later than this moment. At most `most` endpoints are looked at one by one.
 */
export async function runPass(
  client: pg.ClientBase,
  now: Instant,
  thresholds: Thresholds,
  most = CHANGED,
): Promise<Passed | null> {
  const started = performance.now()
  const { rows: kept } = await client.query<{ passed_at: Instant }>(
    'SELECT passed_at FROM dashboard.fleet_history FOR UPDATE',
  )
  const passedAt = kept[0]?.passed_at ?? null
  if (passedAt && compareInstants(passedAt, now) >= 0) return null
  const gap = passedAt !== null && compareInstants(passedAt, earlier(now, thresholds.period)) < 0
  const before = passedAt === null ? null : { at: passedAt, gap }
  await prepare(client)
  const [v, bounds] = [await vintage(), stateBounds(now, thresholds)]
  const { rows: last } = await client.query<{ figures: string }>(
    sql`SELECT figures FROM dashboard.fleet WHERE question = ${questionOf(null, thresholds)}`,
  )
  const tags = keptTags(last[0] ? (JSON.parse(last[0].figures) as Figures) : null, now)
  const { rows } = await client.query<RawFigures & { changed: string[] }>(
    compareFleetSql(v, bounds, thresholds, tags === null, most),
  )
  const row = rows[0]
  if (!row) throw new Error('the pass over the fleet gave no figures')
  const few = row.changed.length <= most
  const figures = few ? figuresOf(row, now, tags) : await countFleet(client, now, thresholds, tags)
  const wrote = await writeChanges(client, passSql(v, bounds, thresholds, before, few ? row.changed : null))
  await client.query(sql`INSERT INTO dashboard.fleet_history AS h (begins_at, passed_at)
    VALUES (${now}::timestamptz, ${now}::timestamptz) ON CONFLICT (one) DO UPDATE SET passed_at = excluded.passed_at`)
  await writeSample(client, now, figures)
  await writeDays(client, now, passedAt, thresholds)
  await writeFleet(client, questionOf(null, thresholds), now, figures, performance.now() - started)
  return { figures, ...wrote }
}

async function writeChanges(client: pg.ClientBase, statement: Sql): Promise<Omit<Passed, 'figures'>> {
  const { rows } = await client.query<{ ended: string; kept: string; departed: string }>(statement)
  const { ended, kept, departed } = rows[0] ?? {}
  return { ended: Number(ended), kept: Number(kept), departed: Number(departed) }
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
