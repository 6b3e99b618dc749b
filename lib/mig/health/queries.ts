import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { ranSql } from '@/lib/db/shown-sql'
import { env } from '@/lib/env'
import { formatUtc } from '@/lib/format'
import { earlier } from '@/lib/mig/agents/state'
import { ENDPOINT_STATES, type EndpointState } from '@/lib/mig/agents/status'
import { compareInstants, type Instant, instantToNanos } from '@/lib/mig/wire/time'
import type { RanSql } from '@/lib/page'
import type { ValueCount } from './figures'
import { KEPT } from './retention'
import type { Grain } from './sample'
import { daysSql, sampleAtSql, samplesSql } from './samples.sql'

/** Since when there is a history, its last pass, and whether it stands still because of a fixed moment. */
export type History = { beginsAt: Instant; passedAt: Instant; standsStill: boolean }

/** The extent of the history; null before its first pass. */
export async function getHistory(_viewer: Viewer): Promise<History | null> {
  const { rows } = await reader().query<Omit<History, 'standsStill'>>(
    'SELECT begins_at AS "beginsAt", passed_at AS "passedAt" FROM dashboard.fleet_history',
  )
  return rows[0] ? { ...rows[0], standsStill: env().migNow !== null } : null
}

/** Why the fleet cannot be shown as it was at this moment, in a sentence; null when it can. */
export function pastProblem(history: History | null, at: Instant, now?: Instant): string | null {
  if (now && compareInstants(at, now) > 0) return 'This moment lies in the future.'
  if (!history) return 'There is no history yet: it begins with the first pass over the fleet.'
  if (compareInstants(at, history.beginsAt) < 0)
    return `The history begins at ${formatUtc(history.beginsAt)}, later than this moment.`
  if (compareInstants(at, earlier(history.passedAt, KEPT.spans)) < 0)
    return 'The history of single endpoints is kept for 400 days, and this moment is older.'
  if (compareInstants(at, history.passedAt) > 0) return 'This moment is after the last pass over the fleet.'
  return null
}

/** One sample of the fleet. */
export type Sample = {
  /** The exact moment of the sample, and the start of the minute, hour or day that it stands for. */
  at: Instant
  bucket: Instant
  endpoints: number
  byState: Record<EndpointState, number>
  processes: number
  offlineNames: number
  offlineEndpoints: number
  doubles: number
  doublesAlive: number
  newest: Instant | null
  byVersion: ValueCount[]
  byOs: ValueCount[]
}

/** Samples in the order of time; what is missing between two of them further apart than `step` milliseconds is a gap. */
export type Series = { grain: Grain; step: number; samples: Sample[]; ran: RanSql[] }

const STEPS: Readonly<Record<Grain, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** The finest grain that is kept for the whole range and not too fine for it. */
export function grainOf(range: { from: Instant; to: Instant }, now: Instant): Grain {
  const milliseconds = (a: Instant, b: Instant) => Number((instantToNanos(b) - instantToNanos(a)) / 1_000_000n)
  const age = milliseconds(range.from, now)
  const span = milliseconds(range.from, range.to)
  // A minute of grace: a range that ends now was meant to fit.
  if (age <= KEPT.minute + STEPS.minute && span <= KEPT.minute) return 'minute'
  return age <= KEPT.hour + STEPS.hour ? 'hour' : 'day'
}

type RawSample = Record<EndpointState, number> &
  Omit<Sample, 'byState' | 'byVersion' | 'byOs'> & { by_version: string; by_os: string }

function sampleOf({ by_version, by_os, ...row }: RawSample): Sample {
  return {
    ...row,
    byState: Object.fromEntries(ENDPOINT_STATES.map((state) => [state, row[state]])) as Sample['byState'],
    byVersion: JSON.parse(by_version) as ValueCount[],
    byOs: JSON.parse(by_os) as ValueCount[],
  }
}

/**
 * The samples of a range, per minute for the last 2 days, per hour for 90, per day beyond, unless a grain is named; the last
 * one of each `step` milliseconds where that is longer than the grain.
 */
export async function getSeries(
  _viewer: Viewer,
  range: { from: Instant; to: Instant },
  now: Instant,
  grain: Grain = grainOf(range, now),
  step: number = STEPS[grain],
): Promise<Series> {
  const wide = Math.max(step, STEPS[grain])
  const statement = samplesSql(range, grain, wide)
  const { rows } = await reader().query<RawSample>(statement)
  return { grain, step: wide, samples: rows.reverse().map(sampleOf), ran: [ranSql('samples', statement, range.to)] }
}

/** How far from a moment its sample may be, in hours: samples of an hour are kept for 90 days, then those of a day. */
function nearHours(at: Instant, now: Instant): number {
  return compareInstants(at, earlier(now, KEPT.hour)) >= 0 ? 1 : 24
}

/** The last sample up to a moment; null when nobody sampled near it. */
export async function getSampleAt(
  _viewer: Viewer,
  at: Instant,
  now: Instant,
): Promise<{ sample: Sample | null; ran: RanSql[] }> {
  const statement = sampleAtSql(at, nearHours(at, now))
  const { rows } = await reader().query<RawSample>(statement)
  return { sample: rows[0] ? sampleOf(rows[0]) : null, ran: [ranSql(`sample of ${at}`, statement, at)] }
}

/** Endpoints that came and fell silent on one day (UTC, `2026-11-22`); rebuilt: from MIG's rows, before the history began. */
export type DayCount = { day: string; came: number; lost: number; rebuilt: boolean }

/** New and lost endpoints by day, oldest first. */
export async function getDays(_viewer: Viewer, range: { from: Instant; to: Instant }): Promise<DayCount[]> {
  const { rows } = await reader().query<DayCount>(daysSql(range))
  return rows.reverse()
}

/** The statement behind `getDays`. */
export function ranForDays(_viewer: Viewer, range: { from: Instant; to: Instant }): RanSql[] {
  return [ranSql('new and lost by day', daysSql(range), range.to)]
}
