import 'server-only'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'

/** What is counted; `refusal` are refused sign-ins, `issue` the texts given out. */
export type Attempt = 'issue' | 'refusal'

/** How often in one minute, from one address and from all together. */
export const LIMITS: Record<Attempt, { address: number; all: number }> = {
  issue: { address: 30, all: 600 },
  refusal: { address: 10, all: 120 },
}

const ALL = '*'

/** Counts one attempt and returns the counts of this minute by the database's clock, this one included. */
export async function countAttempt(kind: Attempt, address: string): Promise<{ address: number; all: number }> {
  const { rows } = await pool().query<{ address: string; count: number }>(sql`
    INSERT INTO dashboard.attempt (address, kind, minute, count)
    SELECT a, ${kind}, date_trunc('minute', clock_timestamp()), 1 FROM unnest(${[address, ALL].sort()}::text[]) AS a
    ON CONFLICT (address, kind, minute) DO UPDATE SET count = attempt.count + 1
    RETURNING address, count`)
  const of = (name: string) => rows.find((row) => row.address === name)?.count ?? 1
  return { address: of(address), all: of(ALL) }
}

/** Forgets counts older than an hour and sign-in texts and sessions that are long over. */
export async function prune(): Promise<void> {
  await pool().query(`DELETE FROM dashboard.attempt WHERE minute < clock_timestamp() - interval '1 hour'`)
  await pool().query(`DELETE FROM dashboard.challenge WHERE expires_at < clock_timestamp() - interval '1 hour'`)
  await pool().query(`DELETE FROM dashboard.session WHERE expires_at < clock_timestamp() - interval '30 days'`)
}
