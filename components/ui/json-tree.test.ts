import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type JsonNode, readJsonTree } from './json-tree'

function toValue(node: JsonNode): unknown {
  if (node.kind === 'object') return Object.fromEntries(node.entries.map((entry) => [entry.key, toValue(entry.node)]))
  if (node.kind === 'array') return node.items.map(toValue)
  if (node.kind === 'string') return node.text
  if (node.kind === 'deeper') throw new Error('cut')
  return JSON.parse(node.text)
}

describe('readJsonTree', () => {
  test('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const tree = readJsonTree(text, { values: 1e6, depth: 100, string: 1e6 })
        expect(tree?.complete).toBe(true)
        expect(tree && toValue(tree.root)).toEqual(JSON.parse(text))
      }),
    )
  })

  test('refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.nat(),
        fc.constantFrom('', ',', '}', ']', '"', 'x', '1', ':', '\u0001'),
        (value, at, sign) => {
          const good = JSON.stringify(value)
          const place = at % (good.length + 1)
          const text = good.slice(0, place) + sign + good.slice(place + (sign === '' ? 1 : 0))
          let parses = true
          try {
            JSON.parse(text)
          } catch {
            parses = false
          }
          expect(readJsonTree(text, { values: 1e6, depth: 100 }) !== null).toBe(parses)
        },
      ),
    )
  })

  test('keeps digits and double keys', () => {
    const tree = readJsonTree('{"id": 6059408362783470593, "id": 1.0e400}')
    expect(tree?.root).toEqual({
      kind: 'object',
      complete: true,
      entries: [
        { key: 'id', node: { kind: 'number', text: '6059408362783470593' } },
        { key: 'id', node: { kind: 'number', text: '1.0e400' } },
      ],
    })
  })

  test('stops at its number of values and says so', () => {
    const tree = readJsonTree(JSON.stringify({ a: Array.from({ length: 50 }, (_, index) => index), b: 1 }), {
      values: 10,
    })
    expect(tree?.complete).toBe(false)
    expect(tree?.root).toMatchObject({
      kind: 'object',
      complete: false,
      entries: [{ key: 'a', node: { complete: false } }],
    })
    const root = tree?.root
    if (root?.kind !== 'object') throw new Error('no object')
    const first = root.entries[0]?.node
    expect(first?.kind === 'array' && first.items).toHaveLength(8)
  })

  test('cuts long strings and says by how much', () => {
    expect(readJsonTree('"abcdef"', { string: 4 })?.root).toEqual({ kind: 'string', text: 'abcd', hidden: 2 })
  })

  test('skips what is too deep and goes on behind it', () => {
    expect(readJsonTree('[[["}]"],1],2]', { depth: 2 })?.root).toMatchObject({
      items: [
        {
          items: [
            { kind: 'deeper', bracket: '[' },
            { kind: 'number', text: '1' },
          ],
        },
        { kind: 'number', text: '2' },
      ],
    })
  })

  test('a million brackets and a long string do not exhaust the stack', () => {
    expect(readJsonTree('['.repeat(1e6))).toBeNull()
    expect(readJsonTree(`${'['.repeat(1e5)}${']'.repeat(1e5)}`)).not.toBeNull()
    expect(readJsonTree(`"${'\\n'.repeat(1e6)}"`)?.root).toMatchObject({ hidden: 1e6 - 2000 })
  })
})
