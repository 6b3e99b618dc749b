import { expect, test } from 'vitest'
import { aclDigest, NO_RULES } from './acl-digest'
import type { AgentAcl } from './agent-file'

const ANN = 'A'.repeat(40)
const BO = 'B'.repeat(40)
const acl = (...entries: [string, number, [string, string, number][]][]): AgentAcl =>
  new Map(
    entries.map(([module, minimumWeight, people]) => [
      module,
      {
        minimumWeight,
        investigators: people.map(([name, fingerprint, weight]) => ({ name, fingerprint, weight })),
      },
    ]),
  )
const BASE = acl(
  ['default', 2, [['Ann', ANN, 2]]],
  [
    'file',
    1,
    [
      ['Ann', ANN, 1],
      ['Bo', BO, 1],
    ],
  ],
)

test('order, names and the case of keys are nothing to the digest', () => {
  const other = acl(
    [
      'file',
      1,
      [
        ['B', BO.toLowerCase(), 1],
        ['A', ANN.toLowerCase(), 1],
      ],
    ],
    ['default', 2, [['Ann', ANN, 2]]],
  )
  expect(aclDigest(other)).toBe(aclDigest(BASE))
  // Agents find nobody by a fingerprint with blanks.
  const pasted = acl(['default', 2, [['Ann', ANN.replace(/(.{4})/g, '$1 ').trim(), 2]]])
  expect(aclDigest(pasted)).not.toBe(aclDigest(acl(['default', 2, [['Ann', ANN, 2]]])))
  // A key under two names counts twice, as agents add it up.
  expect(
    aclDigest(
      acl([
        'file',
        1,
        [
          ['Ann', ANN, 1],
          ['Ann 2', ANN, 2],
        ],
      ]),
    ),
  ).toBe(aclDigest(acl(['file', 1, [['Ann', ANN, 3]]])))
})

test.each([
  [
    'a minimum',
    acl(
      ['default', 3, [['Ann', ANN, 2]]],
      [
        'file',
        1,
        [
          ['Ann', ANN, 1],
          ['Bo', BO, 1],
        ],
      ],
    ),
  ],
  [
    'a weight',
    acl(
      ['default', 2, [['Ann', ANN, 2]]],
      [
        'file',
        1,
        [
          ['Ann', ANN, 1],
          ['Bo', BO, 2],
        ],
      ],
    ),
  ],
  [
    'who has which weight',
    acl(
      ['default', 2, [['Ann', ANN, 1]]],
      [
        'file',
        1,
        [
          ['Ann', ANN, 2],
          ['Bo', BO, 1],
        ],
      ],
    ),
  ],
  [
    'a weight of nothing',
    acl(
      [
        'default',
        2,
        [
          ['Ann', ANN, 2],
          ['Bo', BO, 0],
        ],
      ],
      [
        'file',
        1,
        [
          ['Ann', ANN, 1],
          ['Bo', BO, 1],
        ],
      ],
    ),
  ],
  [
    'a module without anybody',
    acl(
      ['default', 2, [['Ann', ANN, 2]]],
      [
        'file',
        1,
        [
          ['Ann', ANN, 1],
          ['Bo', BO, 1],
        ],
      ],
      ['pkg', 0, []],
    ),
  ],
  [
    'a module',
    acl(
      ['default', 2, [['Ann', ANN, 2]]],
      [
        'files',
        1,
        [
          ['Ann', ANN, 1],
          ['Bo', BO, 1],
        ],
      ],
    ),
  ],
])('%s more or otherwise is another ACL', (_, other) => {
  expect(aclDigest(other)).not.toBe(aclDigest(BASE))
})

test('an ACL without rules is told from one with rules of nothing', () => {
  expect(NO_RULES).toMatch(/^[0-9a-f]{32}$/)
  expect(aclDigest(acl(['file', 0, []]))).not.toBe(NO_RULES)
})
