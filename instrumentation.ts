import type { Instrumentation } from 'next'

/** Starts the background jobs with the web process; not while the site is built. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs' || process.env.NEXT_PHASE === 'phase-production-build') return
  const [{ startJobs }, { actionSummaries }, { fleetHistory }] = await Promise.all([
    import('@/lib/jobs/start'),
    import('@/lib/mig/actions/summary-job'),
    import('@/lib/mig/health/job'),
  ])
  startJobs([actionSummaries, fleetHistory])
}

/** Counts unexpected errors for the metrics; Next itself writes them to the log. */
export const onRequestError: Instrumentation.onRequestError = async (_error, _request, { routeType }) => {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { countError } = await import('@/lib/metrics/process')
  countError(routeType)
}
