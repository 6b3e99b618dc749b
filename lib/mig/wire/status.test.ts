import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ACTION_FILE_STATUSES,
  ACTION_STATUSES,
  AGENT_STATUSES,
  actionStatus,
  agentStatus,
  COMMAND_STATUSES,
  commandStatus,
  INVESTIGATOR_STATUSES,
  investigatorStatus,
} from './status'

const NOUNS = [
  ['action', actionStatus, ACTION_FILE_STATUSES],
  ['command', commandStatus, COMMAND_STATUSES],
  ['agent', agentStatus, AGENT_STATUSES],
  ['investigator', investigatorStatus, INVESTIGATOR_STATUSES],
] as const

describe.each(NOUNS)('%sStatus', (_noun, read, values) => {
  test('knows every word of its list', () => {
    for (const value of values) expect(read(value)).toMatchObject({ value, known: true })
  })

  test('an unknown word is shown as itself, neutral', () => {
    const unknown = fc.string({ minLength: 1 }).filter((text) => !(values as readonly string[]).includes(text))
    fc.assert(
      fc.property(
        fc.oneof(unknown, fc.constantFrom('constructor', '__proto__', 'toString', 'Sent', ' sent')),
        (value) => {
          expect(read(value)).toEqual({ value, label: value, tone: 'neutral', known: false })
        },
      ),
    )
  })

  test.each([null, ''])('%j has no status', (value) => {
    expect(read(value)).toEqual({ value, label: 'no status', tone: 'neutral', known: false })
  })
})

test('done is a word of files only', () => {
  expect(ACTION_STATUSES).not.toContain('done')
  expect(actionStatus('done').known).toBe(true)
})

test.each([
  [actionStatus('completed'), 'good'],
  [actionStatus('inflight'), 'waiting'],
  [actionStatus('preparing'), 'waiting'],
  [actionStatus('invalid'), 'bad'],
  [commandStatus('done'), 'good'],
  [commandStatus('success'), 'good'],
  [commandStatus('sent'), 'waiting'],
  [commandStatus('failed'), 'bad'],
  [commandStatus('timeout'), 'odd'],
  [commandStatus('cancelled'), 'gone'],
  [commandStatus('expired'), 'gone'],
  [agentStatus('online'), 'good'],
  [agentStatus('destroyed'), 'gone'],
  [agentStatus('heartbeating'), 'neutral'],
  [investigatorStatus('disabled'), 'gone'],
])('$0.value has the tone that its meaning has', (status, tone) => {
  expect(status.tone).toBe(tone)
})
