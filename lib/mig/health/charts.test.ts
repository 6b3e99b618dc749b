import { describe, expect, it } from 'vitest'
import { ENDPOINT_STATES } from '@/lib/mig/agents/status'
import type { Instant } from '@/lib/mig/wire/time'
import { adoptionChart, agesChart, daysChart, slotsOf, statesChart, versionsChart } from './charts'
import type { Sample } from './queries'

const instant = (text: string) => text as Instant
const MINUTE = 60_000

function sample(time: string, byState: Partial<Sample['byState']>, byVersion: Sample['byVersion'] = []): Sample {
  const states = Object.fromEntries(ENDPOINT_STATES.map((state) => [state, byState[state] ?? 0])) as Sample['byState']
  return {
    at: instant(`2026-11-22T${time}Z`),
    bucket: instant(`2026-11-22T${time.slice(0, 5)}:00Z`),
    endpoints: Object.values(states).reduce((a, b) => a + b, 0),
    byState: states,
    processes: 0,
    offlineNames: 0,
    offlineEndpoints: 0,
    doubles: 0,
    doublesAlive: 0,
    newest: null,
    byVersion,
    byOs: [],
  }
}

const range = { from: instant('2026-11-22T12:00:00Z'), to: instant('2026-11-22T12:05:30Z') }

describe('the steps of a range', () => {
  const samples = [
    sample('12:00:40', { online: 3 }),
    sample('12:01:10.25', { online: 2, late: 1 }),
    sample('12:04:20', { online: 3 }),
  ]

  it('are all there, with a gap where nobody sampled, and end before one that may still get its sample', () => {
    expect(slotsOf(samples, range, MINUTE).map(({ at, sample }) => [at, sample !== null])).toEqual([
      ['2026-11-22T12:00:40Z', true],
      ['2026-11-22T12:01:10.25Z', true],
      ['2026-11-22T12:02:00Z', false],
      ['2026-11-22T12:03:00Z', false],
      ['2026-11-22T12:04:20Z', true],
    ])
  })

  it('become points without values, never with 0, and lead to the rows of their very moment', () => {
    const chart = statesChart({ slots: slotsOf(samples, range, MINUTE), show: 'clock', page: '/page?at={at}' })
    expect(chart.series.map(({ key }) => key)).toEqual(['late', 'online'])
    expect(chart.points.map(({ values }) => values)).toEqual([
      { late: 0, online: 3 },
      { late: 1, online: 2 },
      {},
      {},
      { late: 0, online: 3 },
    ])
    expect(chart.links?.late).toBe('/agents/health/endpoints?at={at}&state=late')
  })

  it('say so when there is no sample at all', () => {
    const { answer, series, points } = statesChart({
      slots: slotsOf<Sample>([], range, MINUTE),
      show: 'clock',
      page: '',
    })
    expect(answer).toEqual(['Nobody has sampled in this range.'])
    expect(series).toHaveLength(1)
    expect(points.every(({ values }) => Object.keys(values).length === 0)).toBe(true)
  })
})

describe('version adoption', () => {
  it('keeps the commonest versions, the newest first, and all others in one; keys never are the versions themselves', () => {
    const versions = ['5', '4', '3', '2.a[0]', '1', '0'].map((value, i) => ({ value, n: 10 - i, alive: 0 }))
    const chart = adoptionChart({
      slots: slotsOf([sample('12:00:40', { online: 60 }, versions)], range, MINUTE),
      show: 'clock',
      page: '',
    })
    expect(chart.series.map(({ key, label }) => [key, label])).toEqual([
      ['v0', '5'],
      ['v1', '4'],
      ['v2', '3'],
      ['v3', '2.a[0]'],
      ['v4', '1'],
      ['rest', 'others'],
    ])
    expect(chart.points[0]?.values).toEqual({ v0: 10, v1: 9, v2: 8, v3: 7, v4: 6, rest: 20 })
    expect(chart.links?.v3).toBe('/agents/health/endpoints?at={at}&version=%3D2.a%5B0%5D')
  })
})

describe('values of the moment', () => {
  it('lead to rows of exactly the value; what cannot be asked for leads nowhere', () => {
    const byVersion = [
      { value: 'a&b', n: 3, alive: 1 },
      { value: '', n: 1, alive: 0 },
      { value: 'x'.repeat(200), n: 1, alive: 1 },
    ]
    const { points } = versionsChart({ byVersion, endpoints: 5 }, '/agents?')
    expect(points.map(({ label, href, values }) => [label?.slice(0, 10), href, values])).toEqual([
      ['a&b', '/agents?version=%3Da%26b', { alive: 1, away: 2 }],
      ['no version', undefined, { alive: 0, away: 1 }],
      ['xxxxxxxxxx', undefined, { alive: 1, away: 0 }],
    ])
  })

  it('are folded beyond a dozen, and still add up', () => {
    const byVersion = Array.from({ length: 20 }, (_, i) => ({ value: `v${i}`, n: 20 - i, alive: 1 }))
    const endpoints = byVersion.reduce((sum, { n }) => sum + n, 0)
    const { points } = versionsChart({ byVersion, endpoints }, '/agents?')
    expect(points).toHaveLength(13)
    expect(points.at(-1)).toEqual({ key: 'rest', label: '8 others', values: { alive: 8, away: 28 } })
    const all = points.reduce((sum, { values }) => sum + (values.alive ?? 0) + (values.away ?? 0), 0)
    expect(all).toBe(endpoints)
  })
})

describe('ages', () => {
  const ages = [
    { from: 5 * MINUTE, to: 10 * MINUTE, n: 2 },
    { from: 10 * MINUTE, to: 20 * MINUTE, n: 4 },
    { from: 20 * MINUTE, to: null, n: 1 },
  ]

  it('lead to the rows between their edges, the last one to all with a real moment', () => {
    expect(agesChart(ages, '/agents?', 0).points.map(({ href }) => href)).toEqual([
      '/agents?silent=5m&within=10m',
      '/agents?silent=10m&within=20m',
      '/agents?silent=20m&state=online,late,unreachable,destroyed,gone',
    ])
  })

  it('are a gap where the history does not keep them', () => {
    const { points, answer } = agesChart(ages, '/past?', 10 * MINUTE)
    expect(points[0]).toEqual({ key: '5m', label: '5 min – 10 min', values: { n: null } })
    expect(answer).toEqual(['5 endpoints are silent for longer than 10 min; most of them, 4, for 10 min – 20 min.'])
  })
})

describe('new and lost by day', () => {
  it('is apart where it was rebuilt, and a gap where a day is missing', () => {
    const days = [
      { day: '2026-11-20', came: 1, lost: 2, rebuilt: true },
      { day: '2026-11-22', came: 3, lost: 4, rebuilt: false },
    ]
    const chart = daysChart(days, { from: instant('2026-11-20T10:00:00Z'), to: instant('2026-11-22T10:00:00.5Z') })
    expect(chart.points.map(({ label, values, href }) => [label, values, href])).toEqual([
      ['20 Nov', { oldCame: 1, oldLost: 2 }, undefined],
      ['21 Nov', {}, undefined],
      [
        '22 Nov',
        { came: 3, lost: 4 },
        '/agents/health/difference?from=2026-11-22T00%3A00%3A00Z&to=2026-11-22T10%3A00%3A00.5Z',
      ],
    ])
    expect(chart.series.filter(({ faded }) => faded)).toHaveLength(2)
  })
})
