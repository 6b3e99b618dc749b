import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable } from '@/lib/db/availability'
import { env } from '@/lib/env'
import { type Job, runJob } from './job'

/** How soon to look again when the database is away or a run failed. */
const AFTER_FAILURE_MS = 5_000
const SHORTEST_WAIT_MS = 100

const kept = globalThis as unknown as { migJobs?: { stopped: boolean } }

/**
 * Starts the jobs of this process: each by itself, for as long as the process lives, which they do not keep alive.
 * A second call (development reloads) takes the place of the first. Returns what stops them.
 */
export function startJobs(jobs: readonly Job[]): () => void {
  if (kept.migJobs) kept.migJobs.stopped = true
  const life = { stopped: false }
  kept.migJobs = life
  for (const job of jobs) if (!(job.keepsHistory && env().migNow)) void keepRunning(job, life)
  return () => {
    life.stopped = true
  }
}

async function keepRunning(job: Job, life: { stopped: boolean }): Promise<void> {
  let said = ''
  while (!life.stopped) {
    let wait = SHORTEST_WAIT_MS
    try {
      const ran = await runJob(job, () => life.stopped)
      // Another process may lose its lease before the row says that the job is due.
      if (!ran.ran) wait = Math.min(Math.max(ran.waitMs, SHORTEST_WAIT_MS), job.period)
      else said = ''
    } catch (error) {
      wait = Math.max(AFTER_FAILURE_MS, Math.min(job.period, 60_000))
      const sentence = error instanceof Error ? error.message : String(error)
      // Away is said by every page and by /healthz; the same failure is said once.
      if (!isUnavailable(error) && sentence !== said) {
        console.error(`The job "${job.name}" failed:`, error)
        said = sentence
      }
      if (isUnavailable(error)) wait = AFTER_FAILURE_MS
    }
    await sleep(wait, undefined, { ref: false })
  }
}
