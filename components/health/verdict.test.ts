import { describe, expect, it } from 'vitest'
import { ENDPOINT_STATES, type EndpointState } from '@/lib/mig/agents/status'
import { sinceYesterday, verdictOf } from './verdict'

const counts = (given: Partial<Record<EndpointState, number>>) => ({
  endpoints: Object.values(given).reduce((sum, n) => sum + n, 0),
  byState: Object.fromEntries(ENDPOINT_STATES.map((state) => [state, given[state] ?? 0])) as Record<
    EndpointState,
    number
  >,
})

describe('the verdict', () => {
  it('is good while at most 5 % of the present endpoints do not answer, and bad beyond 20 %', () => {
    expect(verdictOf(counts({ online: 95, late: 1, unreachable: 4, gone: 500 }), false, false)).toEqual({
      tone: 'good',
      title: 'The fleet is fine',
      sentence: '95 of 100 present endpoints are online (95 %), 1 late, 4 unreachable.',
    })
    expect(verdictOf(counts({ online: 94, unreachable: 6 }), false, false).tone).toBe('attention')
    expect(verdictOf(counts({ online: 80, unreachable: 20 }), false, false).tone).toBe('attention')
    expect(verdictOf(counts({ online: 79, unreachable: 21 }), false, true).tone).toBe('bad')
  })

  it('claims nothing while MIG itself is silent', () => {
    const { tone, title } = verdictOf(counts({ unreachable: 100 }), true, false)
    expect(tone).toBe('odd')
    expect(title).toContain('MIG is silent')
  })

  it('does not divide by a fleet that is gone', () => {
    expect(verdictOf(counts({ gone: 5 }), false, false).title).toBe('No endpoint is present')
  })
})

describe('the change in a day', () => {
  it('is a word when there is none, and nothing when the day before is not known', () => {
    expect(sinceYesterday(5, undefined)).toBeNull()
    expect(sinceYesterday(5, 5)).toBe('unchanged')
    expect(sinceYesterday(5, 2)).toBe('+3 in a day')
    expect(sinceYesterday(0, 1200)).toBe('−1,200 in a day')
  })
})
