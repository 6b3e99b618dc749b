import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { inBackground } from '@/lib/db/background'
import { pool } from '@/lib/db/pool'

/** What one transaction of a job gets: its connection, and what its last one left behind as JSON. */
export type Step = { client: pg.PoolClient; state: unknown }

/** What it leaves: how many units it did, whether there is more to do at once, and the state for the next one. */
export type Stepped = { did: number; more: boolean; state?: unknown }

/** Background work of the web processes: steps of one transaction each, run by one process at a time. */
export type Job = {
  name: string
  /** Milliseconds from the start of a run to the next one. */
  period: number
  /** Milliseconds that one of its statements may take. */
  statementTimeout: number
  /** True for a job that writes down what is so now: with a fixed moment (MIG_NOW) it does not run. */
  keepsHistory: boolean
  step(step: Step): Promise<Stepped>
  /** What a run did, in words, from the sum of its units. */
  report(did: number): string
}

export type Ran = { ran: true; did: number } | { ran: false; waitMs: number }

const LEASE_SECONDS = 30
/** A run that still has work gives others the turn after so long. */
const LONGEST_RUN_MS = 60_000
const ERROR_LENGTH = 500

/**
 * Runs the job now if it is due and no other process has it; else tells how long to wait. The lease stands in a row, so that
 * it works through a pooler; each step locks that row and commits only while the lease is still its own. Throws what the
 * work throws, after it is written down; `until` ends the run early.
 */
export async function runJob(job: Job, until: () => boolean = () => false): Promise<Ran> {
  const holder = randomUUID()
  const waitMs = await claim(job, holder)
  if (waitMs !== null) return { ran: false, waitMs }
  const started = performance.now()
  let did = 0
  try {
    let more = true
    while (more && !until() && performance.now() - started < LONGEST_RUN_MS) {
      const stepped = await oneStep(job, holder)
      if (!stepped) return { ran: true, did }
      did += stepped.did
      more = stepped.more
    }
    await release(job, holder, { report: job.report(did), error: null, again: more })
    return { ran: true, did }
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error)
    // When the database is away this fails too, and the lease runs out.
    await release(job, holder, { report: null, error: firstLine(sentence), again: false }).catch(() => {})
    throw error
  }
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').replaceAll('\0', '').slice(0, ERROR_LENGTH)

/** Takes the lease and returns null, or returns the milliseconds until it may be taken. */
async function claim(job: Job, holder: string): Promise<number | null> {
  const { rowCount } = await pool().query(
    `UPDATE dashboard.job SET holder = $2, lease_until = clock_timestamp() + $3 * interval '1 second',
       started_at = clock_timestamp(), period_ms = $4
     WHERE name = (
       SELECT name FROM dashboard.job
       WHERE name = $1 AND (due_at IS NULL OR due_at <= clock_timestamp())
         AND (lease_until IS NULL OR lease_until <= clock_timestamp())
       FOR UPDATE SKIP LOCKED)`,
    [job.name, holder, LEASE_SECONDS, job.period],
  )
  if (rowCount === 1) return null
  const { rows } = await pool().query<{ wait: string | null }>(
    `SELECT extract(epoch FROM greatest(due_at, lease_until) - clock_timestamp()) * 1000 AS wait
     FROM dashboard.job WHERE name = $1`,
    [job.name],
  )
  if (rows[0]) return Math.max(0, Number(rows[0].wait ?? 0))
  await pool().query('INSERT INTO dashboard.job (name, period_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    job.name,
    job.period,
  ])
  return 0
}

/** One transaction of the work; null when the lease is no longer ours, so that nothing was done. */
async function oneStep(job: Job, holder: string): Promise<Stepped | null> {
  return inBackground('job', { timeout: job.statementTimeout }, async (client) => {
    const { rows } = await client.query<{ state: string | null }>(
      'SELECT state FROM dashboard.job WHERE name = $1 AND holder = $2 FOR UPDATE',
      [job.name, holder],
    )
    const row = rows[0]
    const stepped = row && (await job.step({ client, state: row.state === null ? null : JSON.parse(row.state) }))
    if (stepped)
      await client.query(
        `UPDATE dashboard.job SET lease_until = clock_timestamp() + $2 * interval '1 second', state = coalesce($3, state)
         WHERE name = $1`,
        [job.name, LEASE_SECONDS, stepped.state === undefined ? null : JSON.stringify(stepped.state)],
      )
    return stepped ?? null
  })
}

async function release(
  job: Job,
  holder: string,
  end: { report: string | null; error: string | null; again: boolean },
): Promise<void> {
  await pool().query(
    `UPDATE dashboard.job SET holder = NULL, lease_until = NULL, finished_at = clock_timestamp(),
       due_at = CASE WHEN $5 THEN clock_timestamp() ELSE started_at + $6 * interval '1 millisecond' END,
       duration_ms = least(extract(epoch FROM clock_timestamp() - started_at) * 1000, 2147483647)::integer,
       succeeded_at = CASE WHEN $4::text IS NULL THEN clock_timestamp() ELSE succeeded_at END,
       report = coalesce($3, report), error = $4
     WHERE name = $1 AND holder = $2`,
    [job.name, holder, end.report, end.error, end.again, job.period],
  )
}
