import { describe, expect, it } from 'vitest'
import { jsonDifference } from './json-difference'

const of = (before: unknown, after: unknown) => jsonDifference(JSON.stringify(before), JSON.stringify(after)).changes

describe('jsonDifference', () => {
  it('tells added, removed and changed members by name, whatever their order', () => {
    expect(of({ a: 1, b: 2, c: { d: 'x' } }, { c: { d: 'y' }, e: [1], a: 1 })).toEqual([
      { path: ['b'], kind: 'removed', before: '2' },
      { path: ['c', 'd'], kind: 'changed', before: '"x"', after: '"y"' },
      { path: ['e'], kind: 'added', after: '[1]' },
    ])
    expect(of({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toEqual([])
  })

  it('keeps digits and does not take spaces or escapes for a change', () => {
    const { changes } = jsonDifference(
      '{"id": 6059408362783470592, "n":1e400, "s":"a\\u003e"}',
      '{"id":6059408362783470593,"n":1e400,"s":"a>"}',
    )
    expect(changes).toEqual([
      { path: ['id'], kind: 'changed', before: '6059408362783470592', after: '6059408362783470593' },
    ])
  })

  it('matches the items of lists by what they hold', () => {
    expect(of(['a', 'b', 'c', 'd'], ['b', 'x', 'd', 'e'])).toEqual([
      { path: [0], kind: 'removed', before: '"a"' },
      { path: [2], kind: 'changed', before: '"c"', after: '"x"' },
      { path: [3], kind: 'added', after: '"e"' },
    ])
    const long = Array.from({ length: 2000 }, (_, i) => i)
    expect(of(long, [...long.slice(0, 700), ...long.slice(701)])).toEqual([
      { path: [700], kind: 'removed', before: '700' },
    ])
  })

  it('holds double names, __proto__ and values of different kinds to each other', () => {
    expect(jsonDifference('{"a":1,"a":2,"__proto__":{"x":1}}', '{"a":1,"a":3,"__proto__":[]}').changes).toEqual([
      { path: ['a'], kind: 'changed', before: '2', after: '3' },
      { path: ['__proto__'], kind: 'changed', before: '{"x":1}', after: '[]' },
    ])
    expect(jsonDifference('null', '[1]').changes).toEqual([{ path: [], kind: 'changed', before: 'null', after: '[1]' }])
    expect(jsonDifference('{"a":', '{"a":1}').changes).toHaveLength(1)
  })

  it('tells apart what differs by nature', () => {
    const { changes, aside } = jsonDifference(
      '[{"statistics":{"exectime":"1ms"},"x":1}]',
      '[{"statistics":{"exectime":"2ms"},"x":2}]',
      new Set(['statistics']),
    )
    expect(changes.map((change) => change.path)).toEqual([[0, 'x']])
    expect(aside.map((change) => change.path)).toEqual([[0, 'statistics', 'exectime']])
  })

  it('stops at its limits and says so', () => {
    const deep = (leaf: string) => `${'['.repeat(10_000)}${leaf}${']'.repeat(10_000)}`
    const { changes, complete } = jsonDifference(deep('1'), deep('2'))
    expect(complete).toBe(true)
    expect(changes).toHaveLength(1)
    expect(changes[0]?.path).toHaveLength(64)
    const many = (n: number) => Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i + n]))
    const cut = jsonDifference(JSON.stringify(many(0)), JSON.stringify(many(1)))
    expect(cut).toMatchObject({ complete: false })
    expect(cut.changes).toHaveLength(1000)
  })
})
