import { describe, expect, it } from 'vitest'
import { modulesOf } from './modules'

describe('modulesOf', () => {
  it('names each module once, in the order of the operations', () => {
    expect(
      modulesOf('[{"module":"netstat"},{"module":"file","parameters":{"module":"no"}},{"module":"netstat"}]'),
    ).toEqual(['netstat', 'file'])
  })

  it.each([
    null,
    '',
    'null',
    '{"module":"file"}',
    '[null, 5, "file", [{"module":"file"}], {"module":7}, {"Module":null}]',
    '[{"module":"file"}',
  ])('finds none in %s', (text) => {
    expect(modulesOf(text)).toEqual([])
  })

  it('gives only what PostgreSQL can keep', () => {
    expect(
      modulesOf('[{"module":"a\\u0000b"},{"module":"\\ud800x"},{"module":"x\\udc00"},{"module":"\\ud83d\\ude00"}]'),
    ).toEqual(['a\uFFFDb', '\uFFFDx', 'x\uFFFD', '\u{1F600}'])
    expect(modulesOf(JSON.stringify([{ module: 'm'.repeat(5000) }]))[0]).toHaveLength(256)
    expect(modulesOf(JSON.stringify(Array.from({ length: 500 }, (_, i) => ({ module: `m${i}` }))))).toHaveLength(50)
  })

  it('stays alive with a nesting of 10,000', () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
    expect(modulesOf(`[{"module":"file","parameters":${deep}}]`)).toEqual(['file'])
  })
})
