import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Digits, indexJson, type JsonValue, jsonFields, jsonItems, parseJsonText, skipJsonValue } from './json-text'

function plain(value: JsonValue): unknown {
  if (value instanceof Digits) return Number(value.text)
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]))
}

const spaced = fc.constantFrom(undefined, 2, '\t')

describe('parseJsonText', () => {
  test('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), spaced, (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const read = parseJsonText(text)
        expect(read === undefined ? 'nothing' : plain(read)).toEqual(JSON.parse(text))
      }),
    )
  })

  test('refuses what JSON.parse refuses', () => {
    const signs = fc.constantFrom('', ',', '}', ']', '"', 'x', '1', ':', '\u0001', '\\', '-', '.', '\u00a0')
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), signs, (value, at, sign) => {
        const good = JSON.stringify(value)
        const place = at % (good.length + 1)
        const text = good.slice(0, place) + sign + good.slice(place + (sign === '' ? 1 : 0))
        let parses = true
        try {
          JSON.parse(text)
        } catch {
          parses = false
        }
        expect(parseJsonText(text) !== undefined).toBe(parses)
      }),
      { numRuns: 500 },
    )
  })

  test('keeps the digits of what a double does not hold', () => {
    const value = parseJsonText('[1e400, 6059408362783470593, 12, -0, 1.0, 0.5]')
    expect(value).toEqual([
      new Digits('1e400'),
      new Digits('6059408362783470593'),
      12,
      new Digits('-0'),
      new Digits('1.0'),
      0.5,
    ])
  })

  test('__proto__ is a key like another, and changes nothing', () => {
    const value = parseJsonText('{"__proto__": {"polluted": true}, "constructor": 1}') as Record<string, unknown>
    expect(Object.entries(value)).toEqual([
      ['__proto__', { polluted: true }],
      ['constructor', 1],
    ])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect('polluted' in value).toBe(false)
    expect('polluted' in {}).toBe(false)
  })

  test('reads NUL escapes and unpaired surrogates', () => {
    expect(parseJsonText('"a\\u0000b\\ud800"')).toBe('a\u0000b\ud800')
  })

  test('a depth of a hundred thousand is read', () => {
    let value = parseJsonText(`${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`)
    let depth = 0
    while (Array.isArray(value)) {
      value = (value[0] as { a: JsonValue }).a
      depth += 2
    }
    expect([value, depth]).toEqual([1, 100_000])
    expect(parseJsonText('['.repeat(1e6))).toBeUndefined()
  })
})

describe('jsonItems and jsonFields', () => {
  test('give the texts as they are written', () => {
    expect(jsonItems(' [ {"a": [1, "]"]} , 1e400,"x\\"," , null ] ')).toEqual([
      '{"a": [1, "]"]}',
      '1e400',
      '"x\\","',
      'null',
    ])
    expect(jsonItems('[]')).toEqual([])
    expect(jsonFields('{"a": {"b": "}"}, "a" : 1.50,"\\u0062":[]}')).toEqual([
      { name: 'a', text: '{"b": "}"}' },
      { name: 'a', text: '1.50' },
      { name: 'b', text: '[]' },
    ])
  })

  test('give null for another kind of value and for broken text', () => {
    for (const text of ['{}', 'null', '', '[1', '[1,]', '[1 2]', '[1]]', '["a]']) expect(jsonItems(text)).toBeNull()
    for (const text of ['[]', '{"a"}', '{"a":}', '{a:1}', '{"a":1', '{"a":1}}']) expect(jsonFields(text)).toBeNull()
  })

  test('the items together are the array', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), spaced, (array, indent) => {
        const items = jsonItems(JSON.stringify(array, null, indent))
        expect(items?.map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(array)))
      }),
    )
  })
})

describe('indexJson', () => {
  test('says of each long container what reading it through says', () => {
    const long = fc
      .jsonValue({ maxDepth: 4 })
      .map((value) => [value, 'x'.repeat(5000), { a: value, b: [value, value] }])
    fc.assert(
      fc.property(fc.array(long), spaced, (value, indent) => {
        const text = JSON.stringify({ value, more: [[[value]]] }, null, indent)
        const index = indexJson(text)
        for (const [start, found] of index) expect(found).toEqual(skipJsonValue(text, start))
        expect(index.size > 0).toBe(text.length > 4096)
      }),
      { numRuns: 30 },
    )
  })

  test('broken and very deep text', () => {
    const full = 'y'.repeat(5000)
    expect(indexJson(`[["${full}"], "`).size).toBe(1)
    expect(indexJson(`]["${full}"]`).size).toBe(0)
    const deep = `${'['.repeat(1e6)}"${full}"${']'.repeat(1e6)}`
    expect(indexJson(deep).size).toBe(64)
    expect(indexJson(`[${deep},"${full}"]`).get(0)).toEqual(skipJsonValue(`[${deep},"${full}"]`, 0))
  })
})
