import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findInJson } from './json-find'
import { type JsonNode, jsonPathText, readJsonTree } from './json-tree'

const ALL = { values: 1e6, members: 1e6, depth: 100, string: 1e6 }

function toValue(node: JsonNode): unknown {
  if (node.kind === 'string') return node.text
  if (node.kind === 'number' || node.kind === 'literal') return JSON.parse(node.text)
  if (!node.members) {
    if (node.size > 0) throw new Error('not drawn')
    return node.kind === 'object' ? {} : []
  }
  if (node.kind === 'array') return node.members.map((one) => toValue(one.node))
  return Object.fromEntries(node.members.map((one) => [one.key?.text, toValue(one.node)]))
}

const membersOf = (node: JsonNode | undefined) =>
  node && (node.kind === 'object' || node.kind === 'array') ? (node.members ?? []) : []

describe('readJsonTree', () => {
  test('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const tree = readJsonTree(text, ALL)
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
          expect(readJsonTree(text) !== null).toBe(parses)
        },
      ),
    )
  })

  test('keeps digits and double keys', () => {
    const tree = readJsonTree('{"id": 6059408362783470593, "id": 1.0e400}')
    expect(membersOf(tree?.root).map((one) => [one.key?.text, one.node])).toEqual([
      ['id', { kind: 'number', text: '6059408362783470593' }],
      ['id', { kind: 'number', text: '1.0e400' }],
    ])
  })

  test('draws the first levels first, and says what is there beyond', () => {
    const text = JSON.stringify({ big: Array.from({ length: 500 }, (_, i) => [i]), after: { a: 1 }, last: true })
    const tree = readJsonTree(text, { values: 20, members: 100 })
    expect(tree?.complete).toBe(false)
    const [big, after, last] = membersOf(tree?.root)
    expect([last?.key?.text, after?.node.kind]).toEqual(['last', 'object'])
    expect(big?.node).toMatchObject({ kind: 'array', size: 500 })
    const inBig = membersOf(big?.node)
    expect(inBig.length).toBeGreaterThan(10)
    expect(inBig.length).toBeLessThan(20)
    expect(inBig[0]?.node).toEqual({ kind: 'array', size: 1, from: 0, members: null })
  })

  test('shows a part from a member on, with the path to it', () => {
    const text = JSON.stringify([null, { 'a b': { list: Array.from({ length: 9 }, (_, i) => i) }, c: 0 }])
    const tree = readJsonTree(text, { members: 3 }, { part: [1, 0, 0], from: 4 })
    expect(tree?.path).toEqual([1, 'a b', 'list'])
    expect(jsonPathText(tree?.path ?? [])).toBe('$[1]["a b"].list')
    expect(tree?.root).toMatchObject({ kind: 'array', size: 9, from: 4 })
    expect(membersOf(tree?.root).map((one) => one.index)).toEqual([4, 5, 6])
    for (const part of [[2], [0, 0], [1, 0, 0, 9], [1, 5]]) expect(readJsonTree(text, {}, { part })).toBeNull()
    expect(readJsonTree(text, {}, { part: [1, 0, 0], from: 99 })?.root).toMatchObject({ members: [], from: 9 })
  })

  test('cuts long strings and keys and says by how much', () => {
    expect(readJsonTree('"abcdef"', { string: 4 })?.root).toEqual({ kind: 'string', text: 'abcd', hidden: 2 })
    expect(membersOf(readJsonTree('{"abcdef":1}', { string: 4 })?.root)[0]?.key).toEqual({ text: 'abcd', hidden: 2 })
  })

  test('skips what is too deep and goes on behind it', () => {
    const [first, second] = membersOf(readJsonTree('[[["}]"],1],2]', { depth: 2 })?.root)
    expect(membersOf(first?.node).map((one) => one.node)).toEqual([
      { kind: 'array', size: 1, from: 0, members: null },
      { kind: 'number', text: '1' },
    ])
    expect(second?.node).toEqual({ kind: 'number', text: '2' })
  })

  test('a million brackets and a long string do not exhaust the stack', () => {
    expect(readJsonTree('['.repeat(1e6))).toBeNull()
    expect(readJsonTree(`${'['.repeat(1e5)}${']'.repeat(1e5)}`)?.complete).toBe(false)
    expect(readJsonTree(`"${'\\n'.repeat(1e6)}"`)?.root).toMatchObject({ hidden: 1e6 - 2000 })
  })
})

describe('findInJson', () => {
  test('finds keys and scalars, each with its part and path', () => {
    const found = findInJson('{"a": ["Evil", 1e400], "EVIL key": {"x": 1}, "b": {"evil": null}}', 'evil', 10)
    expect(found).toEqual({
      more: false,
      matches: [
        { part: [0, 0], path: ['a', 0], value: 'Evil' },
        { part: [1], path: ['EVIL key'], value: null },
        { part: [2, 0], path: ['b', 'evil'], value: 'null' },
      ],
    })
    expect(findInJson('{"a": ["Evil", 1e400]}', '1E4', 10)?.matches).toMatchObject([{ part: [0, 1], value: '1e400' }])
  })

  test('every scalar is found where the tree has it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value)
        for (const match of findInJson(text, '', 50)?.matches ?? []) {
          const tree = readJsonTree(text, ALL, { part: match.part })
          expect(tree?.path).toEqual(match.path)
        }
      }),
    )
  })

  test('stops at its limit, and reads neither broken text nor for ever', () => {
    expect(findInJson(JSON.stringify(Array.from({ length: 300 }, () => 'x')), 'x', 100)).toMatchObject({ more: true })
    expect(findInJson('[1,', 'x', 10)).toEqual({ matches: [], more: false })
    expect(findInJson('["x', 'x', 10)).toBeNull()
    expect(findInJson(`${'['.repeat(1e5)}"x"${']'.repeat(1e5)}`, 'x', 10)?.matches[0]?.part).toHaveLength(1e5)
  })
})
