import { describe, expect, it } from 'vitest'
import { idFromBigInt, type MigId } from '@/lib/mig/wire/id'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { attentionBounds, attentionOf, countersDisagree, type RowFacts } from './anomalies'
import type { Counters } from './queries'

const at = (text: string) => parseRfc3339(text) as Instant
const now = at('2014-09-15T21:18:00Z')
const bounds = attentionBounds(now, { collectorPeriod: 60_000 })
const idMadeAt = (text: string): MigId => idFromBigInt((BigInt(Date.parse(text)) / 1000n) << 32n)
const counters = (values: Partial<Counters> = {}): Counters => ({
  sent: 0,
  returned: 0,
  done: 0,
  cancelled: 0,
  failed: 0,
  timeout: 0,
  ...values,
})
const row = (values: Partial<RowFacts>): RowFacts => ({
  id: idMadeAt('2014-09-15T21:00:00Z'),
  status: 'completed',
  validfrom: at('2014-09-15T20:59:00Z'),
  expireafter: at('2014-09-15T21:30:00Z'),
  starttime: at('2014-09-15T21:00:01Z'),
  counters: counters(),
  ...values,
})
const reason = (values: Partial<RowFacts>) => attentionOf(row(values), bounds)

describe('attentionOf', () => {
  it('lets an action wait for two collector periods, and for its validity to begin', () => {
    const waiting = { status: 'init', starttime: null }
    expect(reason(waiting)).toBe('A1')
    expect(reason({ ...waiting, id: idMadeAt('2014-09-15T21:16:00Z') })).toBeNull()
    expect(reason({ ...waiting, id: idMadeAt('2014-09-15T21:15:59Z') })).toBe('A1')
    expect(reason({ ...waiting, validfrom: at('2014-09-15T22:00:00Z') })).toBeNull()
    expect(reason({ ...waiting, validfrom: null })).toBe('A1')
    expect(reason({ ...waiting, id: '1' as MigId, validfrom: null })).toBeNull()
    expect(reason({ ...waiting, status: 'pending' })).toBe('A1')
  })

  it('gives a preparation one minute, and tells one that runs on from one that stands', () => {
    expect(reason({ status: 'preparing' })).toBe('A2')
    expect(reason({ status: 'preparing', starttime: at('2014-09-15T21:17:00Z') })).toBeNull()
    expect(reason({ status: 'preparing', starttime: at('2014-09-15T21:16:59.999999Z') })).toBe('A2')
    expect(reason({ status: 'preparing', starttime: null })).toBe('A2')
    expect(reason({ status: 'preparing', counters: counters({ sent: 2, returned: 1, done: 1 }) })).toBe('A9')
    expect(reason({ status: 'scheduled' })).toBe('A2')
  })

  it('expects an expired action to land within two collector periods', () => {
    expect(reason({ status: 'inflight' })).toBeNull()
    expect(reason({ status: 'inflight', expireafter: at('2014-09-15T21:16:00Z') })).toBeNull()
    expect(reason({ status: 'inflight', expireafter: at('2014-09-15T21:15:59.999999Z') })).toBe('A3')
    expect(reason({ status: 'inflight', expireafter: null })).toBeNull()
  })

  it('minds drifted counters while it is in flight, and otherwise for a day', () => {
    const drifted = counters({ sent: 1, returned: 2, failed: 1, cancelled: 1 })
    expect(reason({ counters: drifted })).toBe('A5')
    expect(reason({ counters: drifted, validfrom: at('2014-09-14T21:18:00Z') })).toBe('A5')
    expect(reason({ counters: drifted, validfrom: at('2014-09-14T21:17:59Z') })).toBeNull()
    expect(reason({ counters: drifted, validfrom: at('2014-09-14T21:17:59Z'), status: 'inflight' })).toBe('A5')
    expect(reason({ counters: drifted, status: null })).toBe('A5')
  })

  it('minds an invalid action for a day', () => {
    expect(reason({ status: 'invalid' })).toBe('invalid')
    expect(reason({ status: 'invalid', validfrom: at('2014-09-14T21:17:59Z') })).toBeNull()
    expect(reason({ status: 'invalid', validfrom: null })).toBeNull()
  })

  it('has nothing to say of a landed action or of a status that it does not know', () => {
    expect(reason({})).toBeNull()
    expect(reason({ status: 'dancing' })).toBeNull()
    expect(reason({ status: null, counters: counters({ sent: null, returned: null }) })).toBeNull()
  })
})

describe('countersDisagree', () => {
  it('holds the two invariants of healthy counters', () => {
    expect(countersDisagree(counters({ sent: 3, returned: 3, done: 2, failed: 1 }))).toBe(false)
    expect(countersDisagree(counters({ sent: 3, returned: 1, done: 1 }))).toBe(false)
    expect(countersDisagree(counters({ sent: 1, returned: 2, cancelled: 1, failed: 1 }))).toBe(true)
    expect(countersDisagree(counters({ sent: 3, returned: 2, done: 1 }))).toBe(true)
    expect(countersDisagree(counters({ returned: null }))).toBe(false)
    expect(countersDisagree(counters({ sent: null, returned: 1, done: 1, failed: null }))).toBe(false)
  })
})
