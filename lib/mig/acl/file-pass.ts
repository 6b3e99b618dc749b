import 'server-only'
import type pg from 'pg'
import { inBackground } from '@/lib/db/background'
import { onPrimary, reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import type { Instant } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'
import { NO_RULES } from './acl-digest'
import { passStepSql } from './acl-digest.sql'
import { mustBeClear, readAclNames } from './acl-names'

/** The last pass over all endpoints' rules: its "now", when it was made, what it took and found. */
export type AclPass = { at: Instant; madeAt: Instant; tookMs: number; endpoints: number; acls: number; age: number }

/** Held by whoever writes a row an endpoint. */
export const PASS_LOCK = 4_217_020
// Ten thousand endpoints with their rules: some hundred thousand rows, sorted in a few megabytes.
const STEP = 10_000
const STEP_TIMEOUT_MS = 60_000
const FRESH_MS = 10_000
/** A page waits so long for a pass, then shows the last one; for the first one longer, there being nothing to show. */
const PATIENCE_MS = { first: 6_000, later: 1_500 }

/** For a pass that will take longer than that in any case no page waits. */
const patienceFor = (last: AclPass | null): number =>
  last === null ? PATIENCE_MS.first : last.tookMs <= PATIENCE_MS.later ? PATIENCE_MS.later : 0

const LAST = sql`SELECT at, made_at AS "madeAt", took_ms AS "tookMs", endpoints, acls,
  extract(epoch FROM clock_timestamp() - made_at)::float8 * 1000 AS age FROM dashboard.acl_pass`

/** The last pass as the lists of this request see it, or null before the first. */
export async function readAclPass(): Promise<AclPass | null> {
  return (await reader().query<AclPass>(LAST)).rows[0] ?? null
}

/**
 * Reads every endpoint's rules and keeps what they come to, in steps and in one transaction. `wait` is for a pass of another
 * process; without it that one's answer is left to come. Throws `conflict` while two modules have one name.
 */
export async function passOverAcls({ wait }: { wait: boolean }): Promise<void> {
  const names = await onPrimary(readAclNames)
  mustBeClear(names)
  const { mig } = await now()
  await inBackground('files', { timeout: STEP_TIMEOUT_MS, large: true }, async (client) => {
    const { rows } = await client.query<{ got: boolean }>(
      wait
        ? sql`SELECT true AS got FROM pg_advisory_xact_lock(${PASS_LOCK})`
        : sql`SELECT pg_try_advisory_xact_lock(${PASS_LOCK}) AS got`,
    )
    if (rows[0]?.got) await pass(client, mig, names)
  })
}

type Step = { n: number; last: string | null }

async function pass(client: pg.PoolClient, at: Instant, names: Awaited<ReturnType<typeof readAclNames>>) {
  const started = performance.now()
  let after: string | null = null
  let endpoints = 0
  for (;;) {
    const answer: { rows: Step[] } = await client.query<Step>(passStepSql(after, STEP, at, names))
    const step = answer.rows[0] as Step
    endpoints += step.n
    if (step.n < STEP) break
    after = step.last
  }
  await client.query(sql`
    INSERT INTO dashboard.acl_pass (at, made_at, took_ms, endpoints, acls)
    SELECT ${at}::timestamptz, clock_timestamp(), ${Math.round(performance.now() - started)}, ${endpoints},
      (SELECT count(DISTINCT digest) FROM dashboard.acl_endpoint WHERE digest <> ${NO_RULES})
    ON CONFLICT (one) DO UPDATE SET at = excluded.at, made_at = excluded.made_at, took_ms = excluded.took_ms,
      endpoints = excluded.endpoints, acls = excluded.acls`)
}

let running: Promise<void> | null = null

/**
 * The last pass, made anew when it is older than ten seconds and twenty times what it took. A page that would wait long for it
 * gets the one before, null while the first is not done.
 */
export async function freshAclPass(): Promise<AclPass | null> {
  const last = await onPrimary(readAclPass)
  if (last && last.age < Math.max(FRESH_MS, 20 * last.tookMs)) return readAclPass()
  running ??= passOverAcls({ wait: false }).finally(() => {
    running = null
  })
  // Whoever waits sees it fail; when nobody does any more, the next page begins anew.
  running.catch(() => {})
  await Promise.race([running, new Promise((resolve) => setTimeout(resolve, patienceFor(last)))])
  return readAclPass()
}
