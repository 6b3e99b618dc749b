import type pg from 'pg'
import { raw, sql } from '@/lib/db/sql'
import { earlier } from '@/lib/mig/agents/state'
import type { Instant } from '@/lib/mig/wire/time'

const DAY = 86_400_000

/** For how long the history is kept, in milliseconds; samples of a day for ever. */
export const KEPT = { minute: 2 * DAY, hour: 90 * DAY, spans: 400 * DAY } as const

const BATCH = 20_000
const QUESTIONS = 20

/** Deletes what is kept no longer, spans in batches, in the caller's transaction; true when there are more of them. */
export async function forgetOld(client: pg.ClientBase, now: Instant): Promise<boolean> {
  for (const grain of ['minute', 'hour'] as const)
    await client.query(sql`DELETE FROM dashboard.fleet_sample
      WHERE grain = ${grain} AND bucket < ${earlier(now, KEPT[grain])}::timestamptz`)
  await client.query(sql`DELETE FROM dashboard.fleet WHERE question NOT IN (
    SELECT question FROM dashboard.fleet ORDER BY made_at DESC LIMIT ${raw(String(QUESTIONS))})`)
  const { rowCount } = await client.query(sql`DELETE FROM dashboard.endpoint_span WHERE (queueloc, since) IN (
    SELECT queueloc, since FROM dashboard.endpoint_span
    WHERE tstzrange(since, until) << tstzrange(${earlier(now, KEPT.spans)}::timestamptz, NULL) LIMIT ${BATCH})`)
  return rowCount === BATCH
}
