import { describe, expect, it } from 'vitest'
import type { Stretch } from '@/lib/mig/health/endpoint-history'
import type { Instant } from '@/lib/mig/wire/time'
import { endpointDays, rangeOfDay, silencesOf } from './days'

const stretch = (state: Stretch['state'], from: string, to: string): Stretch => ({
  state,
  version: '1',
  from: `2026-11-${from}:00Z` as Instant,
  to: `2026-11-${to}:00Z` as Instant,
})
const HOUR = 3_600_000

const stretches = [
  stretch('online', '02T06:00', '03T12:00'),
  stretch('late', '03T12:00', '03T12:30'),
  stretch('unreachable', '03T12:30', '05T18:00'),
  stretch('online', '05T18:00', '06T09:00'),
]
const range = { from: '2026-11-01T07:00:00Z' as Instant, to: '2026-11-06T09:00:00Z' as Instant }
const sampled = new Set(['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-05', '2026-11-06'])

describe('endpointDays', () => {
  const days = endpointDays(stretches, sampled, range)

  it('cuts the stretches into days, and says where nobody looked and where nothing was known', () => {
    expect(days.map(({ day, kind }) => [day.slice(-2), kind])).toEqual([
      ['01', 'absent'],
      ['02', 'known'],
      ['03', 'known'],
      ['04', 'gap'],
      ['05', 'known'],
      ['06', 'known'],
    ])
    expect(days[1]?.parts).toEqual([{ state: 'online', start: 0.25, end: 1 }])
    expect(days[3]?.parts).toEqual([])
  })

  it('adds up the time in each state, the worst first', () => {
    expect(days[2]?.spent).toEqual([
      { state: 'unreachable', milliseconds: 11.5 * HOUR },
      { state: 'late', milliseconds: 0.5 * HOUR },
      { state: 'online', milliseconds: 12 * HOUR },
    ])
    expect(days[5]?.spent).toEqual([{ state: 'online', milliseconds: 9 * HOUR }])
  })
})

it('knows where a day begins and ends', () => {
  expect(rangeOfDay('2026-12-31')).toEqual({ from: '2026-12-31T00:00:00Z', to: '2027-01-01T00:00:00Z' })
})

it('begins a silence with the last heartbeat before it', () => {
  const period = 5 * 60_000
  expect(silencesOf(stretches, period)).toEqual([
    { from: Date.parse('2026-11-03T11:50:00Z'), to: Date.parse('2026-11-05T18:00:00Z') },
  ])
  expect(silencesOf([stretch('unreachable', '01T00:00', '02T00:00')], period)).toEqual([
    { from: Date.parse('2026-11-01T00:00:00Z'), to: Date.parse('2026-11-02T00:00:00Z') },
  ])
})
