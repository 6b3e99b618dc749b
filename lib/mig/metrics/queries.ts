import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { instantMillis } from '@/lib/format'
import { listJobs } from '@/lib/jobs/queries'
import { processMetrics } from '@/lib/metrics/process'
import type { Metric, Sample } from '@/lib/metrics/text'
import { getSilence } from '@/lib/mig/agents/silence'
import { ENDPOINT_STATES } from '@/lib/mig/agents/status'
import { getLastFleet } from '@/lib/mig/health/fleet-queries'
import { getSpoolOverview, type SpoolOverview } from '@/lib/mig/spool/overview'
import type { Instant } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'

/** The statuses of actions that are on their way, over all vintages. */
const ON_THEIR_WAY = ['init', 'pending', 'scheduled', 'preparing', 'inflight'] as const

const seconds = (at: Instant): number => (instantMillis(at) ?? Number.NaN) / 1000
const age = (at: Instant, now: Instant): number => Math.max(0, Math.round(1000 * (seconds(now) - seconds(at))) / 1000)

/** A gauge; what came out as no number is not known, and left out. */
function gauge(name: string, help: string, samples: Sample[]): Metric {
  return { name, help, type: 'gauge', samples: samples.filter(({ value }) => !Number.isNaN(value)) }
}

async function fleetMetrics(viewer: Viewer): Promise<Metric[]> {
  const fleet = await getLastFleet(viewer)
  return [
    gauge(
      'mig_endpoints',
      'Endpoints (agents folded by queue) by computed state.',
      ENDPOINT_STATES.map((state) => ({ labels: { state }, value: fleet.byState[state] })),
    ),
    gauge('mig_agent_processes', 'Agent rows with a heartbeat within two periods.', [{ value: fleet.processes }]),
    gauge('mig_offline', 'The documented offline question (30 days, 5 minutes), by name and by endpoint.', [
      { labels: { by: 'name' }, value: fleet.offlineNames },
      { labels: { by: 'endpoint' }, value: fleet.offlineEndpoints },
    ]),
    gauge(
      'mig_double_agents',
      'Queues with more than one agent: by the documented question (10 minutes), and those of which two live.',
      [
        { labels: { by: 'documented' }, value: fleet.doubles },
        { labels: { by: 'alive' }, value: fleet.doublesAlive },
      ],
    ),
    gauge('mig_fleet_counted_timestamp_seconds', 'When the fleet was counted, by the clock of the database.', [
      { value: seconds(fleet.madeAt) },
    ]),
    gauge('mig_fleet_count_duration_seconds', 'How long that count took.', [{ value: fleet.tookMs / 1000 }]),
  ]
}

async function heartbeatMetrics(viewer: Viewer): Promise<Metric[]> {
  const { mig, fixed } = await now()
  const { newest } = await getSilence(viewer, mig)
  return [
    gauge(
      'mig_newest_heartbeat_age_seconds',
      'Age of the newest heartbeat of all agents that is not ahead of the clock.',
      newest ? [{ value: age(newest, mig) }] : [],
    ),
    gauge('mig_dashboard_fixed_moment', '1 when MIG_NOW fixes the moment that ages are counted from.', [
      { value: Number(fixed) },
    ]),
  ]
}

async function actionMetrics(): Promise<Metric[]> {
  const { rows } = await reader().query<{ status: string; n: string }>(sql`
    SELECT status, count(*) AS n FROM public.actions WHERE status = ANY(${[...ON_THEIR_WAY]}) GROUP BY status`)
  const counts = new Map(rows.map(({ status, n }) => [status, Number(n)]))
  return [
    gauge(
      'mig_actions_in_flight',
      'Actions that have not ended, by stored status; init can also be one that never began.',
      ON_THEIR_WAY.map((status) => ({ labels: { status }, value: counts.get(status) ?? 0 })),
    ),
  ]
}

const SPOOL_FRESH_MS = 10_000

const kept = globalThis as unknown as { migSpoolSeen?: { at: number; overview: Promise<SpoolOverview> } }

/** The spool as it was looked at in the last 10 s: a directory of 200,000 files is not read for each of several scrapers. */
function spoolSeen(viewer: Viewer): Promise<SpoolOverview> {
  const last = kept.migSpoolSeen
  if (last && performance.now() - last.at < SPOOL_FRESH_MS) return last.overview
  const overview = getSpoolOverview(viewer)
  kept.migSpoolSeen = { at: performance.now(), overview }
  overview.catch(() => {
    kept.migSpoolSeen = undefined
  })
  return overview
}

async function spoolMetrics(viewer: Viewer): Promise<Metric[]> {
  const { states, now: at, problem } = await spoolSeen(viewer)
  if (problem) throw new Error(problem.sentence)
  const labels = ([kind, state]: SpoolOverview['states'][number]['directory']) => ({ kind, state })
  const present = states.filter(({ status }) => status === 'present')
  return [
    gauge(
      'mig_spool_files',
      'Files of MIG in a state of the spool; a state that cannot be read has none.',
      present.map(({ directory, files }) => ({ labels: labels(directory), value: files })),
    ),
    gauge(
      'mig_spool_oldest_file_age_seconds',
      'Age of the oldest file of a state by the moment in its name; absent where no name tells one.',
      present.flatMap(({ directory, oldest }) =>
        oldest ? [{ labels: labels(directory), value: age(oldest, at) }] : [],
      ),
    ),
  ]
}

async function jobMetrics(viewer: Viewer): Promise<Metric[]> {
  const jobs = await listJobs(viewer)
  return [
    gauge(
      'mig_dashboard_job_last_success_timestamp_seconds',
      'When a background job last succeeded in any process.',
      jobs.flatMap(({ name, succeededAt }) =>
        succeededAt ? [{ labels: { job: name }, value: seconds(succeededAt) }] : [],
      ),
    ),
    gauge(
      'mig_dashboard_job_failed',
      '1 when the last run of a background job failed.',
      jobs.map(({ name, failed }) => ({ labels: { job: name }, value: Number(failed) })),
    ),
  ]
}

/** All series of one scrape. A part that cannot be read is absent, and `mig_dashboard_part_readable` says which. */
export async function collectMetrics(viewer: Viewer): Promise<Metric[]> {
  const parts = {
    fleet: fleetMetrics(viewer),
    heartbeats: heartbeatMetrics(viewer),
    actions: actionMetrics(),
    spool: spoolMetrics(viewer),
    jobs: jobMetrics(viewer),
  }
  const names = Object.keys(parts)
  const settled = await Promise.allSettled(Object.values(parts))
  return [
    ...settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])),
    gauge(
      'mig_dashboard_part_readable',
      '0 for a part of this answer that could not be read and is therefore absent.',
      settled.map(({ status }, i) => ({ labels: { part: names[i] ?? '' }, value: Number(status === 'fulfilled') })),
    ),
    ...processMetrics(),
  ]
}
