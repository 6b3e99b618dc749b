import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readIdText } from '@/lib/mig/wire/id'
import { scanJson } from './worker-json-scan.mjs'

const WANTED = ['id', 'action.id', 'agent.id']
const space = fc.constantFrom('', ' ', '\n', '\t \r')
const digits = fc.bigInt({ min: 1n, max: 10n ** 20n - 1n }).map(String)

/** Random JSON with the text of every number known, in which ids stand at the wanted places and elsewhere. */
const withIds = fc.record({
  id: digits,
  actionId: digits,
  agentId: digits,
  decoy: digits,
  extra: fc.jsonValue({ maxDepth: 4, noUnicodeString: false }),
  blank: space,
  order: fc.shuffledSubarray(['id', 'action', 'agent', 'extra', 'decoys'], { minLength: 5 }),
  spell: fc.constantFrom('id', '\\u0069d', 'i\\u0064', 'ID'),
})

test('ids keep every digit, wherever they stand and however the rest looks', () => {
  fc.assert(
    fc.property(withIds, ({ id, actionId, agentId, decoy, extra, blank, order, spell }) => {
      const parts: Record<string, string> = {
        id: `"${spell}"${blank}:${blank}${id}`,
        action: `"action":${blank}{"operations":[{"id":${decoy}}],"${spell}":${actionId}${blank}}`,
        agent: `"agent":{"x":{"id":${decoy}},${blank}"id":${agentId},"y":[${decoy}]}`,
        extra: `"extra":${JSON.stringify(extra)}`,
        decoys: `"action.id":${decoy},"a\\"id\\":1":"\\\\","list":[{"id":${decoy},"action":{"id":${decoy}}}]`,
      }
      const text = `${blank}{${order.map((key) => parts[key]).join(`${blank},`)}}${blank}`
      JSON.parse(text)
      const { numbers } = scanJson(text, WANTED)
      expect(Object.fromEntries(numbers)).toEqual({ id, 'action.id': actionId, 'agent.id': agentId })
      expect(readIdText(numbers.get('id') as string)).not.toBeNull()
    }),
    { numRuns: 500 },
  )
})

test('any JSON: the same numbers and depth as JSON.parse', () => {
  const depthOf = (value: unknown): number =>
    value === null || typeof value !== 'object' ? 0 : 1 + Math.max(0, ...Object.values(value).map(depthOf))
  const tree = fc.jsonValue({ maxDepth: 6 })
  const keys = fc.constantFrom('id', 'action', 'agent', 'x', '', '__proto__')
  const hostile = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'binary' }),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.array(fc.tuple(keys, tie('value')), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs)),
    ),
  })).value
  fc.assert(
    fc.property(fc.oneof(tree, hostile), fc.constantFrom(0, 1, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      const parsed = JSON.parse(text)
      const scan = scanJson(text, WANTED)
      expect(scan.depth).toBe(depthOf(parsed))
      expect(scan.tooBig).toBeNull()
      const own = (o: unknown, key: string) =>
        o !== null && typeof o === 'object' && !Array.isArray(o) && Object.hasOwn(o, key)
          ? (o as Record<string, unknown>)[key]
          : undefined
      const expected: Record<string, number> = {}
      for (const path of WANTED) {
        const found = path.split('.').reduce<unknown>(own, parsed)
        if (typeof found === 'number') expected[path] = found
      }
      const got = Object.fromEntries([...scan.numbers].map(([path, number]) => [path, Number(number)]))
      expect(got).toEqual(expected)
    }),
    { numRuns: 500 },
  )
})

describe('what JSON.parse hides', () => {
  test.each([
    ['{"id":1,"id":2}', { id: '2' }],
    ['{"id":1,"id":"x"}', {}],
    ['{"action":{"id":1},"action":{"name":"x"}}', {}],
    ['{"action":{"id":1},"action":null}', {}],
    ['{"id":6.059408362783471e+18,"agent":{"id":-0}}', { id: '6.059408362783471e+18', 'agent.id': '-0' }],
    ['[{"id":5}]', {}],
    ['{"":{"id":5}}', {}],
    ['5', {}],
  ])('%s', (text, expected) => {
    expect(Object.fromEntries(scanJson(text, WANTED).numbers)).toEqual(expected)
  })

  test('numbers that no double holds, and depth without recursion', () => {
    expect(scanJson('{"a":[1e308,-1e400]}', WANTED).tooBig).toBe('-1e400')
    expect(scanJson(`${'['.repeat(100_000)}${']'.repeat(100_000)}`, WANTED).depth).toBe(100_000)
    expect(scanJson('"[[[["', WANTED).depth).toBe(0)
  })
})
