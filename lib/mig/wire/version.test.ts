import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAgentVersion } from './version'

describe('parseAgentVersion', () => {
  const none = { date: null, time: null, commit: null, env: null, release: null }

  test.each([
    ['201409151700+72c0778.prod', { date: '2014-09-15', time: '17:00', commit: '72c0778', env: 'prod' }],
    ['20150122+ad43a11.prod', { date: '2015-01-22', commit: 'ad43a11', env: 'prod' }],
    ['20170913-0.b1caf0e.dev', { date: '2017-09-13', release: 0, commit: 'b1caf0e', env: 'dev' }],
    ['20170913-12.b1caf0e9a.pre-prod', { date: '2017-09-13', release: 12, commit: 'b1caf0e9a', env: 'pre-prod' }],
    ['20141003+72c0778', { date: '2014-10-03', commit: '72c0778' }],
    ['20141003', { date: '2014-10-03' }],
    ['201410031215', { date: '2014-10-03', time: '12:15' }],
    ['15.01.22', { date: '2015-01-22' }],
    ['17.09.13.2', { date: '2017-09-13', release: 2 }],
  ])('reads %s', (text, parts) => {
    expect(parseAgentVersion(text)).toEqual({ ...none, ...parts })
  })

  test.each([
    '',
    'dev',
    '20141303+72c0778.prod',
    '20140230',
    '201409152460',
    '15.13.01',
    '2014',
    '20141003+',
    ' 20141003',
  ])('makes nothing of %j', (text) => {
    expect(parseAgentVersion(text)).toEqual(none)
  })

  test('never throws, and a date is a date', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{8,12}[+-][0-9a-f.]{1,12}$/)), (text) => {
        const { date, ...rest } = parseAgentVersion(text)
        if (date === null) expect({ date, ...rest }).toEqual(none)
        else expect(new Date(date).toISOString().slice(0, 10)).toBe(date)
      }),
    )
  })
})
