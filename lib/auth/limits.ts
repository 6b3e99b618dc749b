import 'server-only'
import { pool } from '@/lib/db/pool'
import type { Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'

/** What is counted: texts given out, refused sign-ins, and those of them without an audit row of their own. */
export type Attempt = 'issue' | 'refusal' | 'folded'

/** How often in one minute, from one address and from all together. */
export const LIMITS: Record<'issue' | 'refusal', { address: number; all: number }> = {
  issue: { address: 30, all: 600 },
  refusal: { address: 10, all: 120 },
}

const ALL = '*'

/** Counts one attempt and returns the counts of this minute by the database's clock, this one included. */
export async function countAttempt(kind: Attempt, address: string): Promise<{ address: number; all: number }> {
  // Beyond it an address takes nothing from the others.
  const most = kind === 'folded' ? null : LIMITS[kind].address
  const { rows } = await pool().query<{ address: string; count: number }>(sql`
    WITH own AS (
      INSERT INTO dashboard.attempt (address, kind, minute, count)
      VALUES (${address}, ${kind}, date_trunc('minute', clock_timestamp()), 1)
      ON CONFLICT (address, kind, minute) DO UPDATE SET count = attempt.count + 1 RETURNING address, count
    ), every AS (
      INSERT INTO dashboard.attempt (address, kind, minute, count)
      SELECT ${ALL}::text, ${kind}::text, date_trunc('minute', clock_timestamp()), 1 FROM own
      WHERE ${most}::int IS NULL OR own.count <= ${most}::int
      ON CONFLICT (address, kind, minute) DO UPDATE SET count = attempt.count + 1 RETURNING address, count
    ) SELECT * FROM own UNION ALL SELECT * FROM every`)
  const of = (name: string) => rows.find((row) => row.address === name)?.count ?? 1
  return { address: of(address), all: of(ALL) }
}

export type FoldedMinute = { minute: string; count: number; addresses: string[] }

const SHOWN_ADDRESSES = 20

/** Takes the folded refusals of minutes that are over out of the counts, in the caller's transaction: each is told once. */
export async function takeFolded(tx: Transaction): Promise<FoldedMinute[]> {
  const rows = await tx.$queryRaw<{ minute: string; address: string; count: number }[]>(sql`
    DELETE FROM dashboard.attempt WHERE kind = 'folded' AND minute < date_trunc('minute', clock_timestamp())
    RETURNING minute::text AS minute, address, count`)
  return rows
    .filter(({ address }) => address === ALL)
    .map(({ minute, count }) => ({
      minute,
      count,
      addresses: rows
        .filter((row) => row.minute === minute && row.address !== ALL)
        .map(({ address }) => address)
        .sort()
        .slice(0, SHOWN_ADDRESSES),
    }))
}

/** Forgets counts older than an hour and sign-in texts and sessions that are long over. */
export async function prune(): Promise<void> {
  await pool().query(
    `DELETE FROM dashboard.attempt WHERE kind <> 'folded' AND minute < clock_timestamp() - interval '1 hour'`,
  )
  await pool().query(`DELETE FROM dashboard.challenge WHERE expires_at < clock_timestamp() - interval '1 hour'`)
  await pool().query(`DELETE FROM dashboard.session WHERE expires_at < clock_timestamp() - interval '30 days'`)
}
