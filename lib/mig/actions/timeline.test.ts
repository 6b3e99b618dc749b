import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { earlier } from '@/lib/mig/agents/state'
import { idFromBigInt, type MigId } from '@/lib/mig/wire/id'
import { compareInstants, type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { timelineOf } from './timeline'

const at = (text: string) => parseRfc3339(text) as Instant
const now = at('2014-09-15T22:00:00Z')
const ID = idFromBigInt((BigInt(Date.parse('2014-09-15T21:19:09Z')) / 1000n) << 32n)
const LANDED = {
  id: ID,
  status: 'completed',
  validfrom: at('2014-09-15T21:18:09.235444Z'),
  expireafter: at('2014-09-15T21:48:09.235444Z'),
  starttime: at('2014-09-15T21:19:10.271089Z'),
  finishtime: at('2014-09-15T21:19:13.401168Z'),
  lastupdatetime: at('2014-09-15T21:19:13.401141Z'),
}
const answered = (first: string, last: string, late = 0, firstLate: string | null = null) => ({
  firstAnswer: at(first),
  lastAnswer: at(last),
  late,
  firstLate: firstLate === null ? null : at(firstLate),
})
const labels = (facts: Parameters<typeof timelineOf>[0]) => timelineOf(facts).events.map(({ label }) => label)

describe('timelineOf', () => {
  it('has the moments of a landed action in their order, and no "now" when all is over', () => {
    const figures = answered('2014-09-15T21:19:11Z', '2014-09-15T21:19:13Z')
    expect(labels({ action: LANDED, figures, now })).toEqual([
      'valid from',
      'created',
      'started',
      'first answer',
      'last answer',
      'finished',
      'expires',
    ])
    expect(timelineOf({ action: LANDED, figures, now }).spans.map(({ key }) => key)).toEqual([
      'valid',
      'run',
      'answers',
    ])
  })

  it('marks what lies ahead', () => {
    const events = timelineOf({ action: LANDED, figures: null, now: at('2014-09-15T21:30:00Z') }).events
    expect(events.map(({ label, ahead }) => [label, ahead])).toEqual([
      ['valid from', false],
      ['created', false],
      ['started', false],
      ['last update', false],
      ['finished', false],
      ['now', false],
      ['expires', true],
    ])
  })

  it('shows late answers behind the expiry', () => {
    const figures = answered('2014-09-15T21:19:11Z', '2014-09-15T21:55:00Z', 2, '2014-09-15T21:50:00Z')
    const { events, spans } = timelineOf({ action: LANDED, figures, now })
    expect(events.slice(-3).map(({ label, tone }) => [label, tone])).toEqual([
      ['expires', 'gone'],
      ['first late answer', 'attention'],
      ['last answer', 'attention'],
    ])
    const late = spans.find(({ key }) => key === 'late')
    expect(late?.from).toBe(events.find(({ key }) => key === 'expires')?.place)
    expect(late?.to).toBe(1)
    const only = answered('2014-09-15T21:55:00Z', '2014-09-15T21:55:00Z', 1, '2014-09-15T21:55:00Z')
    expect(timelineOf({ action: LANDED, figures: only, now }).spans.map(({ key }) => key)).toEqual([
      'valid',
      'run',
      'late',
    ])
    expect(labels({ action: LANDED, figures: only, now })).not.toContain('first late answer')
  })

  it('leaves a stuck action open until now, and one that never started without a run', () => {
    const stuck = { ...LANDED, status: 'preparing', finishtime: null, lastupdatetime: null }
    expect(timelineOf({ action: stuck, figures: null, now }).spans).toContainEqual(
      expect.objectContaining({ key: 'run', label: 'preparing', open: true }),
    )
    const waiting = { ...stuck, status: 'init', starttime: null }
    expect(timelineOf({ action: waiting, figures: null, now }).spans.map(({ key }) => key)).toEqual(['valid'])
  })

  it('ends an invalid action where it was refused', () => {
    const invalid = { ...LANDED, status: 'invalid', finishtime: null }
    expect(labels({ action: invalid, figures: null, now })).toEqual([
      'valid from',
      'created',
      'started',
      'refused',
      'expires',
    ])
  })

  it('is in order, within the axis, and each mark apart, whatever the moments', () => {
    const moment = fc.option(
      fc.double({ min: -1e12, max: 1e12, noNaN: true }).map((age) => earlier(now, age)),
      { nil: null },
    )
    const record = fc.record({
      id: fc.constantFrom(ID, '7' as MigId),
      status: fc.constantFrom('init', 'preparing', 'inflight', 'completed', 'invalid', null),
      validfrom: moment,
      expireafter: moment,
      starttime: moment,
      finishtime: moment,
      lastupdatetime: moment,
    })
    const figures = fc.option(
      fc.record({ firstAnswer: moment, lastAnswer: moment, firstLate: moment, late: fc.integer({ min: 0, max: 3 }) }),
      { nil: null },
    )
    fc.assert(
      fc.property(record, figures, (action, counted) => {
        const { events, spans } = timelineOf({ action, figures: counted, now })
        for (const [i, event] of events.entries()) {
          const before = events[i - 1]
          expect(event.after === null).toBe(i === 0)
          expect(event.place).toBeGreaterThanOrEqual(0)
          expect(event.place).toBeLessThanOrEqual(1 + 1e-9)
          if (!before) continue
          expect(compareInstants(before.at, event.at)).toBeLessThanOrEqual(0)
          expect(event.place - before.place).toBeGreaterThan(1 / (12 * events.length))
        }
        for (const { from, to } of spans) expect(to).toBeGreaterThan(from)
      }),
    )
  })
})
