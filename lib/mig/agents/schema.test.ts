import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JSON_LIMIT, readEnvironment, readTags } from './schema'

describe('readEnvironment', () => {
  it("reads MIG's own shape", () => {
    const text =
      '{"init":"upstart","ident":"Ubuntu 12.04 precise","arch":"amd64","isproxied":true,"proxy":"10.0.0.1:3128","addresses":["10.1.2.3/24","fe80::1/64"],"nat":{"result":"none"}}'
    expect(readEnvironment(text)).toEqual({ kind: 'known', value: { ...JSON.parse(text), others: [] } })
  })

  it("reads the skeleton of a command's agent and empty lists", () => {
    expect(readEnvironment('{"isproxied":false,"nat":{}}')).toEqual({
      kind: 'known',
      value: { isproxied: false, nat: {}, others: [] },
    })
    expect(readEnvironment('{"addresses":null}')).toEqual({ kind: 'known', value: { others: [] } })
  })

  it('names what does not fit and keeps the rest', () => {
    expect(readEnvironment('{"arch":{"evil":1},"ident":"x","__proto__":{"isproxied":true},"more":[1]}')).toEqual({
      kind: 'known',
      value: { ident: 'x', others: ['arch', '__proto__', 'more'] },
    })
  })

  it.each([null, 'null'])('has nothing to say of %s', (text) => {
    expect(readEnvironment(text).kind).toBe('none')
  })

  it.each(['[null]', '"text"', '7', 'true', '{', '', `{"a":"${'x'.repeat(JSON_LIMIT)}"}`, '['.repeat(50_000)])(
    'shows what is no object raw',
    (text) => {
      expect(readEnvironment(text).kind).toBe('raw')
    },
  )

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void readEnvironment(text)))
    fc.assert(fc.property(fc.json({ maxDepth: 6 }), (text) => void [readEnvironment(text), readTags(text)]))
  })
})

describe('readTags', () => {
  it('gives one entry a key, other values as JSON', () => {
    expect(readTags('{"operator":"opsec","n":1,"list":["a"],"none":null,"nul":"a\\u0000b"}')).toEqual({
      kind: 'known',
      value: [
        { key: 'operator', value: 'opsec' },
        { key: 'n', value: '1' },
        { key: 'list', value: '["a"]' },
        { key: 'none', value: 'null' },
        { key: 'nul', value: 'a\0b' },
      ],
    })
  })

  it.each([null, 'null', '{}'])('has nothing to say of %s', (text) => {
    expect(readTags(text).kind).toBe('none')
  })

  it.each(['[null]', '[]', '"x"', '{"a":'])('shows %s raw', (text) => {
    expect(readTags(text).kind).toBe('raw')
  })
})
