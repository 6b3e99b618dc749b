import { describe, expect, it } from 'vitest'
import { readAnswer } from './answer'

const read = (status: string, value: unknown) => {
  const text = JSON.stringify(value)
  return readAnswer(status, text, Buffer.byteLength(text))
}
const skeleton = { foundanything: false, success: false, elements: null, statistics: null, errors: null }

describe('readAnswer', () => {
  it('tells found from not found by the entries', () => {
    expect(read('done', [{ foundanything: false }, { foundanything: true, elements: {} }])).toMatchObject({
      kind: 'entries',
      found: true,
    })
    expect(read('done', [{ foundanything: false }])).toMatchObject({ kind: 'entries', found: false })
    expect(read('done', [{ success: true }])).toMatchObject({ kind: 'entries', found: null })
  })

  it('never counts a skeleton as "found nothing"', () => {
    expect(read('sent', [skeleton])).toEqual({ kind: 'waiting' })
    expect(read('expired', [skeleton, skeleton])).toEqual({ kind: 'waiting' })
    expect(read('timeout', [skeleton])).toMatchObject({ kind: 'entries', found: null })
    expect(read('success', [skeleton])).toMatchObject({ kind: 'entries', found: null })
  })

  it('gives the reason of a refusal and of errors inside an answer', () => {
    const refusal = { OpID: 0, ActionID: 1, CommandID: 2, Sev: 'error', Desc: 'insufficient weight', Priority: 3 }
    expect(read('failed', [refusal])).toMatchObject({ kind: 'entries', reason: 'insufficient weight', found: null })
    expect(read('done', [{ foundanything: false, error: ['no such path'] }])).toMatchObject({ reason: 'no such path' })
  })

  it('keeps null, [null], odd shapes and broken text apart', () => {
    expect(read('sent', null)).toEqual({ kind: 'waiting' })
    expect(read('done', null)).toEqual({ kind: 'no-answer' })
    expect(read('timeout', [null])).toMatchObject({ kind: 'entries', entries: [{ kind: 'null' }], found: null })
    expect(read('done', { a: 1 }).kind).toBe('unreadable')
    expect(readAnswer('done', '{"a":', 5).kind).toBe('unreadable')
    expect(readAnswer('done', null, 0)).toEqual({ kind: 'no-answer' })
    expect(readAnswer('done', null, 70_000)).toEqual({ kind: 'unread' })
    expect(readAnswer('done', '[{"fou', 90)).toEqual({ kind: 'unread' })
  })
})
