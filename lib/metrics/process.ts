import { pool } from '@/lib/db/pool'
import type { HistogramSample, Metric } from './text'

type Requests = {
  bounds: number[]
  durations: Map<string, { area: string; kind: string; counts: number[]; count: number; sum: number }>
  responses: Map<string, number>
  underWay: number
}

// scripts/request-times.cjs fills it before Next sees a request; the build bundles this file more than once, so both meet here.
const requests = () =>
  (globalThis as Record<symbol, unknown>)[Symbol.for('mig-dashboard.requests')] as Requests | undefined

const ERROR_PLACES = ['render', 'route', 'action', 'proxy'] as const
export type ErrorPlace = (typeof ERROR_PLACES)[number]

const kept = globalThis as unknown as { migErrors?: Map<ErrorPlace, number> }

function errors(): Map<ErrorPlace, number> {
  kept.migErrors ??= new Map(ERROR_PLACES.map((place) => [place, 0]))
  return kept.migErrors
}

/** Counts one unexpected error of this process. */
export function countError(place: ErrorPlace): void {
  errors().set(place, (errors().get(place) ?? 0) + 1)
}

/** What this web process knows of itself: its answers, its errors, its connections. */
export function processMetrics(): Metric[] {
  const seen = requests()
  const durations = [...(seen?.durations.values() ?? [])].map(
    ({ area, kind, ...rest }): HistogramSample => ({ labels: { area, kind }, bounds: seen?.bounds ?? [], ...rest }),
  )
  const { totalCount, idleCount, waitingCount, options } = pool()
  return [
    {
      name: 'mig_dashboard_request_duration_seconds',
      help: 'Time from a request to the end of its answer, by area of the site and kind of request.',
      type: 'histogram',
      samples: durations,
    },
    {
      name: 'mig_dashboard_responses_total',
      help: 'Answers by class of status; aborted ones ended before they were complete.',
      type: 'counter',
      samples: [...(seen?.responses ?? [])].sort().map(([outcome, value]) => ({ labels: { class: outcome }, value })),
    },
    {
      name: 'mig_dashboard_requests_under_way',
      help: 'Requests that are being answered, this one included.',
      type: 'gauge',
      samples: seen ? [{ value: seen.underWay }] : [],
    },
    {
      name: 'mig_dashboard_errors_total',
      help: 'Unexpected errors, by where they were met.',
      type: 'counter',
      samples: [...errors()].map(([where, value]) => ({ labels: { where }, value })),
    },
    {
      name: 'mig_dashboard_pool_connections',
      help: 'Open connections of this process to the database, by whether they are at work.',
      type: 'gauge',
      samples: [
        { labels: { state: 'busy' }, value: totalCount - idleCount },
        { labels: { state: 'idle' }, value: idleCount },
      ],
    },
    {
      name: 'mig_dashboard_pool_connections_max',
      help: 'How many connections this process opens at most.',
      type: 'gauge',
      samples: [{ value: options.max }],
    },
    {
      name: 'mig_dashboard_pool_waiting',
      help: 'Queries of this process that wait for a free connection.',
      type: 'gauge',
      samples: [{ value: waitingCount }],
    },
    {
      name: 'process_start_time_seconds',
      help: 'Start of this process, in seconds since 1970.',
      type: 'gauge',
      samples: [{ value: Math.round(Date.now() / 1000 - process.uptime()) }],
    },
    {
      name: 'process_resident_memory_bytes',
      help: 'Resident memory of this process.',
      type: 'gauge',
      samples: [{ value: process.memoryUsage.rss() }],
    },
  ]
}
