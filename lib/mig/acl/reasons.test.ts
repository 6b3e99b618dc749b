import { expect, test } from 'vitest'
import { rulesOf } from '@/lib/testing/acl-rules'
import { judgeEndpoint } from './endpoint-verdict'
import { reasonsFor } from './reasons'

test('live rows that differ on a later operation refuse in the books that check it: not in that of 2014', () => {
  const one = rulesOf({ netstat: 1, file: 1 }, { 'Ann netstat': 1, 'Ann file': 1 })
  const other = rulesOf({ netstat: 1, file: 2 }, { 'Ann netstat': 1, 'Ann file': 1 })
  const ann = [{ investigatorId: 'Ann', fingerprint: 'A'.repeat(40) }]
  const of = (operations: string[]) => reasonsFor(one, [one, other], ann, operations)
  expect(of(['netstat', 'file'])).toMatchObject({
    mixed: ['file'],
    runs: { documented: false, '2014': true, '2019': false },
  })
  expect(of(['file', 'netstat'])).toMatchObject({
    mixed: ['file'],
    runs: { documented: false, '2014': false, '2019': false },
  })
  expect(of(['netstat']).runs).toEqual({ documented: true, '2014': true, '2019': true })
  // As the fleet's verdicts have it.
  expect(judgeEndpoint(one, [one, other], ann, ['netstat']).outcome).toBe('accepted')
  expect(judgeEndpoint(one, [one, other], ann, ['netstat', 'file']).outcome).toBe('mixed')
})
