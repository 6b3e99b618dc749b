import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { idFromBigInt } from './id'
import { readSpoolName, SPOOL_STATES } from './spool-name'

const ACTION = '6059408362783470592'
const COMMAND = '6059408369206590464'
const PAIR = `${ACTION}-${COMMAND}.json`

describe('readSpoolName', () => {
  test.each(['new', 'inflight', 'done', 'invalid'] as const)('an action in %s', (state) => {
    expect(readSpoolName('action', state, '4567890123456.json')).toEqual({ type: 'action', actionId: '4567890123456' })
    expect(readSpoolName('action', state, '6019232215298562584.json')).toMatchObject({
      actionId: '6019232215298562584',
    })
  })

  test.each(['new', 'inflight', 'done'] as const)('19 digits in %s are an id', (state) => {
    expect(readSpoolName('action', state, `${ACTION}.json`)).toEqual({ type: 'action', actionId: ACTION })
  })

  test('19 digits in invalid have two readings', () => {
    expect(readSpoolName('action', 'invalid', '1410815889235443537.json')).toEqual({
      type: 'id-or-nanoseconds',
      actionId: '1410815889235443537',
      failedAt: '2014-09-15T21:18:09.235443537Z',
    })
    expect(readSpoolName('action', 'invalid', `${ACTION}.json`)).toMatchObject({ type: 'id-or-nanoseconds' })
    expect(readSpoolName('action', 'invalid', '9999999999999999999.json')).toMatchObject({
      failedAt: '2286-11-20T17:46:39.999999999Z',
    })
  })

  test('18 and 20 digits in invalid are an id: no clock of MIG gave them', () => {
    expect(readSpoolName('action', 'invalid', '999999999999999999.json')).toMatchObject({ type: 'action' })
    expect(readSpoolName('action', 'invalid', '10000000000000000000.json')).toMatchObject({ type: 'action' })
  })

  test.each(['inflight', 'returned', 'ready', 'done'] as const)('a command in %s', (state) => {
    expect(readSpoolName('command', state, PAIR)).toEqual({ type: 'command', actionId: ACTION, commandId: COMMAND })
  })

  test("an agent's answer has no extension, and only command/returned has answers", () => {
    expect(readSpoolName('command', 'returned', COMMAND)).toEqual({ type: 'answer', number: COMMAND })
    for (const state of ['inflight', 'ready', 'done'] as const) {
      expect(readSpoolName('command', state, COMMAND)).toEqual({ type: 'stranger' })
    }
  })

  test('in action/new every name is one that the scheduler takes', () => {
    expect(readSpoolName('action', 'new', 'my-action.json')).toEqual({ type: 'dropped' })
    expect(readSpoolName('action', 'new', '.swp')).toEqual({ type: 'dropped' })
    expect(readSpoolName('action', 'new', '0.json')).toEqual({ type: 'dropped' })
  })

  test.each([
    ['action', 'inflight', PAIR],
    ['action', 'done', ACTION],
    ['action', 'invalid', '0.json'],
    ['action', 'invalid', `0${ACTION}.json`],
    ['action', 'invalid', `${ACTION}.JSON`],
    ['action', 'invalid', `${ACTION}.json.fail`],
    ['action', 'invalid', `${ACTION}.json\n`],
    ['action', 'invalid', `${ACTION}.0.json`],
    ['action', 'done', '100000000000000000000.json'],
    ['action', 'done', 'agents_whitelist.txt'],
    ['command', 'inflight', `${ACTION}.json`],
    ['command', 'inflight', `${ACTION}-${COMMAND}`],
    ['command', 'inflight', `${ACTION}-0.json`],
    ['command', 'inflight', `0-${COMMAND}.json`],
    ['command', 'inflight', `${ACTION}-${COMMAND}-1.json`],
    ['command', 'returned', `${COMMAND}.json`],
    ['command', 'returned', '0'],
    ['command', 'returned', '<img src=x>'],
  ] as const)('%s/%s/%j is a stranger', (kind, state, name) => {
    expect(readSpoolName(kind, state, name)).toEqual({ type: 'stranger' })
  })

  test('reads every name that the scheduler writes, in every state', () => {
    const id = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(idFromBigInt)
    fc.assert(
      fc.property(fc.constantFrom(...SPOOL_STATES), id, id, ([kind, state], actionId, commandId) => {
        const name = kind === 'action' ? `${actionId}.json` : `${actionId}-${commandId}.json`
        expect(readSpoolName(kind, state, name)).toMatchObject(
          kind === 'action' ? { actionId } : { actionId, commandId },
        )
      }),
    )
  })

  test('classifies every name and never throws', () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9.-]{0,45}(\.json)?$/))
    fc.assert(
      fc.property(fc.constantFrom(...SPOOL_STATES), name, ([kind, state], text) => {
        const reading = readSpoolName(kind, state, text)
        expect(['action', 'id-or-nanoseconds', 'command', 'answer', 'dropped', 'stranger']).toContain(reading.type)
      }),
    )
  })
})

test('the eight directories are the documented ones', () => {
  expect(SPOOL_STATES.map((pair) => pair.join('/')).sort()).toEqual([
    'action/done',
    'action/inflight',
    'action/invalid',
    'action/new',
    'command/done',
    'command/inflight',
    'command/ready',
    'command/returned',
  ])
})
