import { describe, expect, it } from 'vitest'
import { lanesOf, lifeOn, scaleTicks, timelineScale } from './timeline'

const NOW = '2014-09-15T12:00:00Z'
const MINUTE = 60_000
const life = (from: string | null, to: string | null) => ({
  starttime: from && `2014-09-15T${from}:00Z`,
  heartbeattime: to && `2014-09-15T${to}:00Z`,
})

describe('timelineScale', () => {
  it('runs from the earliest start to now', () => {
    const scale = timelineScale([life('11:20', '11:40'), life('11:40', '12:00')], NOW, 10 * MINUTE)
    expect(scale.to - scale.from).toBe(40 * MINUTE)
    expect(lifeOn(scale, life('11:20', '11:40'))).toEqual({ left: 0, width: 50, cut: false })
    expect(lifeOn(scale, life('11:40', '12:00'))).toEqual({ left: 50, width: 50, cut: false })
  })

  it('leaves out what is older than six windows, and shows that it was cut', () => {
    const scale = timelineScale([life('00:00', '11:30'), life('11:30', '12:00')], NOW, 10 * MINUTE)
    expect(scale.to - scale.from).toBe(60 * MINUTE)
    expect(lifeOn(scale, life('00:00', '11:30'))).toEqual({ left: 0, width: 50, cut: true })
    expect(lifeOn(scale, life('00:00', '10:00'))).toBeNull()
  })

  it('reaches to a heartbeat ahead of the clock', () => {
    expect(timelineScale([life('11:50', '12:10')], NOW, MINUTE).to).toBe(Date.parse('2014-09-15T12:10:00Z'))
  })

  it('draws nothing without two moments in order', () => {
    const scale = timelineScale([life(null, null)], NOW, MINUTE)
    expect(scale.to).toBeGreaterThan(scale.from)
    for (const one of [life(null, '11:59'), life('11:59', null), life('12:00', '11:59')])
      expect(lifeOn(scale, one)).toBeNull()
  })
})

describe('lanesOf', () => {
  const life = (name: string, from: string, to: string) => ({
    name,
    starttime: `2026-11-22T${from}:00Z`,
    heartbeattime: `2026-11-22T${to}:00Z`,
  })

  it('puts what follows one another into one row and what overlaps into two', () => {
    const lives = [
      life('c', '10:00', '12:00'),
      life('a', '08:00', '09:00'),
      life('b', '09:01', '11:00'),
      life('d', '12:00', '13:00'),
    ]
    expect(lanesOf(lives).map((lane) => lane.map(({ name }) => name))).toEqual([['a', 'b', 'd'], ['c']])
  })

  it('leaves out what has no two moments in order', () => {
    expect(lanesOf([life('x', '10:00', '09:00'), { starttime: null, heartbeattime: '2026-11-22T09:00:00Z' }])).toEqual(
      [],
    )
  })
})

it('has round moments on a scale, as many as fit', () => {
  const from = Date.parse('2026-11-22T08:50:00Z')
  const ticks = scaleTicks({ from, to: from + 3 * 3_600_000 }, 6)
  expect(ticks.map(({ at }) => new Date(at).toISOString().slice(11, 16))).toEqual(['09:00', '10:00', '11:00'])
  for (const span of [60_000, 86_400_000, 4_000 * 86_400_000])
    expect(scaleTicks({ from, to: from + span }, 6).length).toBeLessThanOrEqual(6)
})
