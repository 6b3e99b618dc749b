import { describe, expect, it } from 'vitest'
import type { MigId } from '@/lib/mig/wire/id'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { counterCauses, counterRows } from './counters'
import { figuresOf } from './figures'
import type { Counters } from './queries'

const at = (text: string) => parseRfc3339(text) as Instant
const now = at('2014-09-15T22:00:00Z')
const NONE: Counters = { sent: null, returned: null, done: null, cancelled: null, failed: null, timeout: null }
const HEALTHY: Counters = { sent: 3, returned: 3, done: 2, cancelled: 0, failed: 1, timeout: 0 }

const figures = (counts: Record<string, number>, late = 0) =>
  figuresOf(
    Object.entries(counts).map(([status, count], i) => ({
      status,
      bucket: null,
      count: String(count),
      late: i === 0 ? String(late) : '0',
      firstAnswer: null,
      lastAnswer: null,
      firstLate: null,
    })),
  )

const causes = (
  counters: Counters,
  counts: Record<string, number>,
  late = 0,
  action: { status?: string; lastupdatetime?: Instant } = {},
) =>
  counterCauses({
    action: {
      id: '6059408362783470592' as MigId,
      name: 'x',
      target: 'x',
      status: 'completed',
      syntaxversion: 2,
      validfrom: at('2014-09-15T20:59:00Z'),
      expireafter: at('2014-09-15T21:30:00Z'),
      starttime: at('2014-09-15T21:00:00Z'),
      finishtime: null,
      lastupdatetime: at('2014-09-15T21:30:30Z'),
      counters,
      ...action,
    },
    figures: figures(counts, late),
    now,
    timings: { collectorPeriod: 60_000, spoolDeleteAfter: 0 },
  })

describe('counterRows', () => {
  const differing = (counters: Counters, counts: Record<string, number>) =>
    counterRows(counters, figures(counts)).flatMap((row) => (row.differs ? [[row.key, row.stored, row.counted]] : []))

  it('finds nothing where the counters agree with the commands', () => {
    expect(differing(HEALTHY, { done: 2, failed: 1 })).toEqual([])
  })

  it('counts the words of all vintages together', () => {
    expect(
      differing(
        { ...HEALTHY, cancelled: 1, sent: 4, returned: 4 },
        { success: 1, succeeded: 1, failed: 1, expired: 1 },
      ),
    ).toEqual([])
  })

  it('names each counter that the commands contradict', () => {
    expect(differing({ ...HEALTHY, returned: 5 }, { done: 2 })).toEqual([
      ['sent', 3, 2],
      ['returned', 5, 2],
      ['failed', 1, 0],
    ])
  })

  it('has nothing to compare without counters or without a count', () => {
    expect(differing(NONE, { done: 2 })).toEqual([])
    expect(counterRows(HEALTHY, null).some((row) => row.differs)).toBe(false)
  })
})

describe('counterCauses', () => {
  it('is silent when they agree', () => {
    expect(causes(HEALTHY, { done: 2, failed: 1 })).toEqual([])
    expect(causes(NONE, { done: 2 })).toEqual([])
  })

  it('knows a late answer that was counted twice', () => {
    const late = { sent: 1, returned: 2, done: 0, cancelled: 1, failed: 1, timeout: 0 }
    expect(causes(late, { failed: 1 }, 1)).toEqual([expect.stringMatching(/^1 late answer: counted as cancelled/)])
  })

  it('knows lost commands, by collision and by a batch that is too big', () => {
    expect(causes({ ...HEALTHY, sent: 4 }, { done: 2, failed: 1 })).toEqual([
      expect.stringMatching(/^1 command lost: ids .* collide/),
    ])
    expect(causes({ ...HEALTHY, sent: 20_000 }, { done: 2, failed: 1 })).toEqual([
      expect.stringMatching(/^19,997 commands lost: a batch of more than about 9,300/),
    ])
  })

  it('knows a preparation that ended before any command', () => {
    const counters = { ...HEALTHY, returned: 0, done: 0, failed: 0 }
    expect(causes(counters, {}, 0, { status: 'preparing' })).toEqual([
      'The number of agents is stored before the signatures are checked; no command was made.',
    ])
  })

  it('tells answers that were never counted from those that soon will be', () => {
    const counters = { ...HEALTHY, returned: 1, done: 1, failed: 0 }
    expect(causes(counters, { done: 2, failed: 1 })).toEqual([expect.stringMatching(/^Answers were stored and never/)])
    expect(
      causes(counters, { done: 2, failed: 1 }, 0, { status: 'inflight', lastupdatetime: at('2014-09-15T21:59:30Z') }),
    ).toEqual([expect.stringMatching(/^Answers are stored first/)])
  })

  it('knows answers without a command, and words that have no counter', () => {
    expect(causes({ ...HEALTHY, returned: 4, done: 3 }, { done: 2, failed: 1 })).toEqual([
      expect.stringMatching(/^Answers were counted that no command shows/),
    ])
    expect(causes(HEALTHY, { done: 2, dancing: 1 })).toContainEqual(
      expect.stringMatching(/^1 command has a status that MIG does not write/),
    )
  })
})
