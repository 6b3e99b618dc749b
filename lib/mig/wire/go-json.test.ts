import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { goJson, goNumber, goOperationsJson } from './go-json'

const go17 = (value: unknown) => goJson(value, { numbers: 'go1.7' })
const go18 = (value: unknown) => goJson(value, { numbers: 'go1.8' })

describe('goNumber', () => {
  test.each([
    [0, '0', '0'],
    [-0, '-0', '-0'],
    [1, '1', '1'],
    [-1.5, '-1.5', '-1.5'],
    [100000, '100000', '100000'],
    [999999, '999999', '999999'],
    [1000000, '1e+06', '1000000'],
    [-1000000, '-1e+06', '-1000000'],
    [1234567, '1.234567e+06', '1234567'],
    [3600000, '3.6e+06', '3600000'],
    [201409151200, '2.014091512e+11', '201409151200'],
    [Number('6059408362783470592'), '6.059408362783471e+18', '6059408362783471000'],
    [1e20, '1e+20', '100000000000000000000'],
    [1e21, '1e+21', '1e+21'],
    [123456.789, '123456.789', '123456.789'],
    [999999.9, '999999.9', '999999.9'],
    [0.0001, '0.0001', '0.0001'],
    [0.00001, '1e-05', '0.00001'],
    [0.000001, '1e-06', '0.000001'],
    [0.0000001, '1e-07', '1e-7'],
    [1.5e-10, '1.5e-10', '1.5e-10'],
    [Number.MAX_VALUE, '1.7976931348623157e+308', '1.7976931348623157e+308'],
    [Number.MIN_VALUE, '5e-324', '5e-324'],
  ])('%d', (value, old, recent) => {
    expect(goNumber(value, 'go1.7')).toBe(old)
    expect(goNumber(value, 'go1.8')).toBe(recent)
  })

  test('is read back as the same double', () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(double, fc.constantFrom('go1.7' as const, 'go1.8' as const), (value, numbers) => {
        expect(JSON.parse(goNumber(value, numbers))).toBe(value)
      }),
    )
  })

  test('go1.7 takes the exponent form outside of 1e-4 to 1e6 and nowhere else', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const size = Math.abs(value)
        const isPlain = value === 0 || (size >= 1e-4 && size < 1e6)
        expect(goNumber(value, 'go1.7')).toMatch(isPlain ? /^-?\d+(\.\d+)?$/ : /^-?\d(\.\d+)?e[+-]\d{2,3}$/)
      }),
    )
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %d', (value) => {
    expect(() => goNumber(value, 'go1.8')).toThrow(RangeError)
  })
})

describe('goJson strings', () => {
  test.each([
    ['"\\', '"\\"\\\\"'],
    ['\n\r', '"\\n\\r"'],
    ['\b\f\u0000\u001f', '"\\u0008\\u000c\\u0000\\u001f"'],
    ['<a href="x">&', '"\\u003ca href=\\"x\\"\\u003e\\u0026"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['/\u007f\u0080é😀', '"/\u007f\u0080é😀"'],
    ["it's", `"it's"`],
    ['\ud800x\udc00', '"\ufffdx\ufffd"'],
  ])('%j', (text, expected) => {
    expect(go17(text)).toBe(expected)
    expect(go18(text)).toBe(expected)
  })

  test('a tab is printed as the Go of the time did, or as asked', () => {
    expect(go17('\t')).toBe('"\\u0009"')
    expect(go18('\t')).toBe('"\\t"')
    expect(goJson('\t', { numbers: 'go1.7', tab: '\\t' })).toBe('"\\t"')
    expect(goJson({ '\t': 1 }, { numbers: 'go1.8', tab: '\\u0009' })).toBe('{"\\u0009":1}')
  })

  test('any string is read back, unpaired surrogates as U+FFFD, in ASCII-safe form for HTML', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('\ud83d', '\ude00', '<', '\t') })),
        (text) => {
          const printed = go17(text)
          expect(JSON.parse(printed)).toBe(text.toWellFormed())
          expect(printed).not.toMatch(/[<>&\u2028\u2029\n\t]/)
        },
      ),
    )
  })
})

describe('goJson trees', () => {
  test.each([
    ['null', 'null'],
    [' [ true , false , null , [ ] , { } ] ', '[true,false,null,[],{}]'],
    ['{"b":1,"a":{"d":[2,{"z":0,"y":0}],"c":3}}', '{"a":{"c":3,"d":[2,{"y":0,"z":0}]},"b":1}'],
    ['{"10":1,"9":2,"b":3,"a":4,"1":5}', '{"1":5,"10":1,"9":2,"a":4,"b":3}'],
    ['{"b":1,"__proto__":{"x":1},"constructor":2}', '{"__proto__":{"x":1},"b":1,"constructor":2}'],
    ['{"":1,"B":2,"a":3,"é":4}', '{"":1,"B":2,"a":3,"é":4}'],
    // U+FF5E sorts before U+1F600 in UTF-8, after it in UTF-16
    ['{"😀":1,"～":2}', '{"～":2,"😀":1}'],
    ['{"ab":1,"a":2,"a<":3}', '{"a":2,"a\\u003c":3,"ab":1}'],
    ['{"a":1,"a":2}', '{"a":2}'],
    ['{"\\ud800":1,"\\ufffd":2}', '{"\ufffd":2}'],
  ])('%s', (text, expected) => {
    expect(go18(JSON.parse(text))).toBe(expected)
  })

  test('is the example of mig-domain 6.1', () => {
    const operations = [
      { parameters: { searches: { s1: { regexes: ['evil'], paths: ['/etc/cron.d/'] } } }, module: 'filechecker' },
    ]
    const expected =
      '[{"module":"filechecker","parameters":{"searches":{"s1":{"paths":["/etc/cron.d/"],"regexes":["evil"]}}}}]'
    expect(go17(operations)).toBe(expected)
    expect(goOperationsJson(operations, { numbers: 'go1.7' })).toBe(expected)
  })

  test('keys stand in the order of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'binary' })), (keys) => {
        const tree = JSON.parse(`{${keys.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`)
        const byBytes = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        expect(go18(tree)).toBe(`{${byBytes.map((key) => `${go18(key)}:0`).join(',')}}`)
      }),
    )
  })

  test('is read back as the same tree, whatever the order of its keys, and printing again changes nothing', () => {
    const tree = fc.json().map((text) => JSON.parse(text) as unknown)
    fc.assert(
      fc.property(tree, fc.constantFrom(go17, go18), (value, print) => {
        const printed = print(value)
        expect(JSON.parse(printed)).toEqual(value)
        expect(print(JSON.parse(printed))).toBe(printed)
      }),
    )
  })

  test('depth does not end the stack', () => {
    const depth = 100_000
    const text = '['.repeat(depth) + ']'.repeat(depth)
    expect(go18(JSON.parse(text)) === text).toBe(true)
  })

  test.each([undefined, 1n, () => 0, Symbol('x')])('refuses what JSON cannot hold', (value) => {
    expect(() => go18([value])).toThrow(TypeError)
  })
})

describe('goOperationsJson', () => {
  const print = (operations: unknown) => goOperationsJson(operations, { numbers: 'go1.7' })

  test.each([
    ['null', 'null'],
    ['[]', '[]'],
    ['[{}]', '[{"module":"","parameters":null}]'],
    ['[null]', '[{"module":"","parameters":null}]'],
    ['[{"module":"netstat"}]', '[{"module":"netstat","parameters":null}]'],
    [
      '[{"Parameters":{"b":1000000,"a":"\\t"},"MODULE":"x","other":1}]',
      '[{"module":"x","parameters":{"a":"\\u0009","b":1e+06}}]',
    ],
    [
      '[{"is_compressed":true,"want_compressed":true,"module":"file","parameters":"H4sI"}]',
      '[{"module":"file","parameters":"H4sI","is_compressed":true,"want_compressed":true}]',
    ],
    ['[{"is_compressed":false,"module":"file","parameters":1}]', '[{"module":"file","parameters":1}]'],
    ['[{"module":"a"},{"module":"b"}]', '[{"module":"a","parameters":null},{"module":"b","parameters":null}]'],
  ])('%s', (text, expected) => {
    expect(print(JSON.parse(text))).toBe(expected)
  })

  test.each(['{}', '"x"', '[1]', '[[]]', '[{"module":1}]', '[{"is_compressed":"yes"}]'])('refuses %s', (text) => {
    expect(() => print(JSON.parse(text))).toThrow(TypeError)
  })
})
