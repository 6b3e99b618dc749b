import { instantMillis } from '@/lib/format'
import { ENDPOINT_STATES, type EndpointState } from '@/lib/mig/agents/status'
import type { Stretch } from '@/lib/mig/health/endpoint-history'
import type { Instant } from '@/lib/mig/wire/time'

const DAY = 86_400_000

/** A stretch within one day, as where it lies in the day, from 0 to 1. */
export type DayPart = { state: EndpointState; start: number; end: number }

/**
 * One day (UTC) of an endpoint. `known`: what it was in; `gap`: nobody made a pass over the fleet that day; `absent`: passes
 * were made, and nothing was known of this endpoint.
 */
export type EndpointDay = {
  /** '2026-11-22' */
  day: string
  kind: 'known' | 'gap' | 'absent'
  parts: DayPart[]
  /** Milliseconds in each state, worst state first. */
  spent: { state: EndpointState; milliseconds: number }[]
}

const dayOf = (millis: number): string => new Date(millis).toISOString().slice(0, 10)

/** The days of a range, oldest first, with an endpoint's stretches cut into them. */
export function endpointDays(
  stretches: readonly Stretch[],
  sampled: ReadonlySet<string>,
  range: { from: Instant; to: Instant },
): EndpointDay[] {
  const [from, to] = [instantMillis(range.from) ?? 0, instantMillis(range.to) ?? 0]
  const spans = stretches.map(({ state, from, to }) => ({
    state,
    from: instantMillis(from) ?? 0,
    to: instantMillis(to) ?? 0,
  }))
  const days: EndpointDay[] = []
  for (let start = Math.floor(from / DAY) * DAY; start < to; start += DAY) {
    const day = dayOf(start)
    const inside = sampled.has(day) ? spans.filter((span) => span.from < start + DAY && span.to > start) : []
    const spent = new Map<EndpointState, number>()
    const parts = inside.map(({ state, ...span }) => {
      const [a, b] = [Math.max(span.from, start), Math.min(span.to, start + DAY)]
      spent.set(state, (spent.get(state) ?? 0) + b - a)
      return { state, start: (a - start) / DAY, end: (b - start) / DAY }
    })
    days.push({
      day,
      kind: !sampled.has(day) ? 'gap' : parts.length ? 'known' : 'absent',
      parts,
      spent: ENDPOINT_STATES.flatMap((state) => {
        const milliseconds = spent.get(state)
        return milliseconds ? [{ state, milliseconds }] : []
      }),
    })
  }
  return days
}

/** The range of moments that one day (UTC) is, its end outside. */
export function rangeOfDay(day: string): { from: Instant; to: Instant } {
  const start = Date.parse(`${day}T00:00:00Z`)
  return { from: `${day}T00:00:00Z` as Instant, to: `${dayOf(start + DAY)}T00:00:00Z` as Instant }
}

/** The silent times among the stretches: from the last heartbeat that began one, which is two periods before it was late. */
export function silencesOf(stretches: readonly Stretch[], period: number): { from: number; to: number }[] {
  const silences: { from: number; to: number }[] = []
  for (const { state, from, to } of stretches) {
    if (state !== 'late' && state !== 'unreachable' && state !== 'gone') continue
    const [start, end] = [instantMillis(from) ?? 0, instantMillis(to) ?? 0]
    const last = silences.at(-1)
    if (last && last.to === start) last.to = end
    else silences.push({ from: state === 'late' ? start - 2 * period : start, to: end })
  }
  return silences
}
