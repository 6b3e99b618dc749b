import { describe, expect, it } from 'vitest'
import { type Instant, instantFromPostgres, parseRfc3339 } from '@/lib/mig/wire/time'
import { earlier, endpointState, stateBounds, thresholdsOf } from './state'
import { ENDPOINT_STATES, STATE_MEANING } from './status'

const at = (text: string) => parseRfc3339(text) as Instant
const now = at('2014-09-15T21:18:09.235444Z')
const thresholds = thresholdsOf({ heartbeatPeriod: 300_000, agentTimeout: 1_200_000 })
const bounds = stateBounds(now, thresholds)
const MINUTE = 60_000
const DAY = 86_400_000

const seen = (age: number, status = 'heartbeating', destructiontime: string | null = null) =>
  endpointState(
    { lastSeen: earlier(now, age), status, destructiontime: destructiontime === null ? null : at(destructiontime) },
    bounds,
  )

describe('endpointState', () => {
  it.each([
    [0, 'online'],
    [10 * MINUTE, 'online'],
    [10 * MINUTE + 0.001, 'late'],
    [20 * MINUTE, 'late'],
    [20 * MINUTE + 0.001, 'unreachable'],
    [30 * DAY, 'unreachable'],
    [30 * DAY + 0.001, 'gone'],
    [-MINUTE, 'online'],
    [-MINUTE - 0.001, 'ahead'],
    [-1000 * DAY, 'ahead'],
  ])('a heartbeat %d ms old is %s', (age, state) => {
    expect(seen(age)).toBe(state)
  })

  it('is destroyed only while nothing was heard since', () => {
    expect(seen(5 * MINUTE, 'destroyed', '2014-09-15T21:14:00Z')).toBe('destroyed')
    expect(seen(5 * MINUTE, 'destroyed', '2014-09-15T21:13:09.235444Z')).toBe('destroyed')
    expect(seen(5 * MINUTE, 'destroyed', '2014-09-15T21:13:09.235443Z')).toBe('online')
    expect(seen(40 * DAY, 'destroyed', '2014-08-10T00:00:00Z')).toBe('destroyed')
    expect(seen(40 * DAY, 'upgraded', '2014-08-10T00:00:00Z')).toBe('gone')
  })

  it('takes a destruction without a moment as silent once it is no longer online', () => {
    expect(seen(9 * MINUTE, 'destroyed')).toBe('online')
    expect(seen(11 * MINUTE, 'destroyed')).toBe('destroyed')
  })

  it('is never green without a heartbeat', () => {
    for (const never of ['9998-01-11 11:11:11+00', '0001-01-01 00:00:00+00', 'infinity', '-infinity']) {
      const lastSeen = instantFromPostgres(never)
      expect(endpointState({ lastSeen, status: 'online', destructiontime: null }, bounds)).toBe('unknown')
    }
  })

  it('has one good state, and a meaning for each', () => {
    expect(ENDPOINT_STATES.filter((state) => STATE_MEANING[state].tone === 'good')).toEqual(['online'])
  })
})

describe('earlier', () => {
  it('is exact to the microsecond', () => {
    expect(earlier(now, 0.001)).toBe('2014-09-15T21:18:09.235443Z')
    expect(earlier(now, 30 * DAY)).toBe('2014-08-16T21:18:09.235444Z')
    expect(earlier(at('2014-09-15T21:18:09.2354444Z'), 0)).toBe('2014-09-15T21:18:09.235444Z')
  })
})
