import 'server-only'
import { randomUUID } from 'node:crypto'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import type { Instant } from '@/lib/mig/wire/time'
import { countAttempt, LIMITS, prune } from './limits'
import { type Origin, siteOrigin } from './request'
import { newSecret, secretHash } from './secrets'

export const CHALLENGE_MINUTES = 5

export type Challenge = { id: string; text: string; expires: Instant }

/**
 * The one-use text to sign: one line, never beginning like an action's signed text (`name=`) or an API header (`1;`),
 * so that a signature over it is good for nothing else.
 */
export function challengeText(origin: string, nonce: string, expires: string): string {
  return `MIG dashboard sign-in 1; origin=${origin}; nonce=${nonce}; expires=${expires}`
}

/** Gives out a text for the browser that holds `browserSecret`; null when this address asks too often. */
export async function issueChallenge(browserSecret: string, origin: Origin): Promise<Challenge | null> {
  const counts = await countAttempt('issue', origin.address)
  if (counts.address > LIMITS.issue.address || counts.all > LIMITS.issue.all) return null
  if (counts.all === 1) await prune()
  const id = randomUUID()
  const { rows } = await pool().query<{ expires: Instant }>(sql`
    SELECT date_trunc('second', clock_timestamp() + make_interval(mins => ${CHALLENGE_MINUTES})) AS expires`)
  const expires = rows[0]?.expires as Instant
  const text = challengeText(siteOrigin(origin), newSecret(), expires)
  await pool().query(sql`
    INSERT INTO dashboard.challenge (id, text, browser_hash, address, expires_at)
    VALUES (${id}::uuid, ${text}, ${secretHash(browserSecret)}, ${origin.address}, ${expires}::timestamptz)`)
  return { id, text, expires }
}

export type OpenChallenge = { id: string; text: string; at: Instant; expires: Instant }

/** The texts of this origin that this browser may still have signed, newest first, each with the clock's moment. */
export async function openChallenges(browserSecret: string, origin: Origin): Promise<OpenChallenge[]> {
  const { rows } = await pool().query<OpenChallenge>(sql`
    SELECT id::text AS id, text, clock_timestamp() AS at, expires_at AS expires FROM dashboard.challenge
    WHERE browser_hash = ${secretHash(browserSecret)} AND used_at IS NULL AND expires_at > clock_timestamp()
    ORDER BY created_at DESC LIMIT 3`)
  const own = `MIG dashboard sign-in 1; origin=${siteOrigin(origin)}; `
  return rows.filter((row) => row.text.startsWith(own))
}
