import { expect, test } from 'vitest'
import { weightWords } from './weight-words'

type Shares = Parameters<typeof weightWords>[0]['shares']

test.each<[Shares, string]>([
  [[], ''],
  [
    [
      { via: 'own', weight: 2, agents: 41 },
      { via: null, weight: null, agents: 3 },
    ],
    '2 on 41 agents, no rule on 3 agents',
  ],
  [[{ via: 'own', weight: 0, agents: 1 }], '0 on 1 agent'],
  [[{ via: 'own', weight: null, agents: 5 }], 'no weight on 5 agents'],
  [[{ via: 'default', weight: 1, agents: 1200 }], '1 on 1,200 agents, all by "default"'],
  [
    [
      { via: 'default', weight: 1, agents: 2 },
      { via: 'own', weight: 1, agents: 3 },
    ],
    '1 on 5 agents, by "default" on 2 agents',
  ],
  [[-1, 2, 5, 9].map((weight) => ({ via: 'own' as const, weight, agents: 10 })), '-1 to 9 on 40 agents'],
])('%j', (shares, words) => {
  expect(weightWords({ ambiguous: false, shares })).toBe(words)
})

test('two modules of one name', () => {
  expect(weightWords({ ambiguous: true, shares: [] })).toMatch(/two modules/)
})
