import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import type { Instant } from '@/lib/mig/wire/time'

export type JobRow = {
  name: string
  periodMs: number
  /** Some process is at it now. */
  running: boolean
  startedAt: Instant | null
  finishedAt: Instant | null
  succeededAt: Instant | null
  durationMs: number | null
  report: string | null
  /** Whether the last run failed. */
  failed: boolean
  /** Why; for admins only, since it is PostgreSQL's own sentence. */
  error: string | null
  dueAt: Instant | null
}

/** The background jobs that have run on this database, by name. */
export async function listJobs(viewer: Viewer): Promise<JobRow[]> {
  const { rows } = await pool().query<JobRow>(sql`
    SELECT name, period_ms AS "periodMs", coalesce(lease_until > clock_timestamp(), false) AS running,
      started_at AS "startedAt", finished_at AS "finishedAt", succeeded_at AS "succeededAt", duration_ms AS "durationMs",
      report, error IS NOT NULL AS failed, CASE WHEN ${viewer.role === 'admin'} THEN error END AS error, due_at AS "dueAt"
    FROM dashboard.job ORDER BY name LIMIT 100`)
  return rows
}
