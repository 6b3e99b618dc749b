import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { modulesOf, readOperations, UNPACKED_BYTES } from './operations'

const packed = (content: string | Buffer) => gzipSync(content).toString('base64')
const parametersOf = (text: string) => {
  const read = readOperations(text)
  return read.kind === 'operations' ? read.operations[0]?.parameters : read
}

describe('readOperations', () => {
  test('gives module and parameters with their digits', () => {
    expect(
      readOperations('[{"module": "file", "parameters": {"n": 1e400, "id": 6059408362783470593}}, {"module":"x"}]'),
    ).toEqual({
      kind: 'operations',
      operations: [
        {
          module: 'file',
          parameters: { text: '{"n": 1e400, "id": 6059408362783470593}', packed: false },
          text: '{"module": "file", "parameters": {"n": 1e400, "id": 6059408362783470593}}',
        },
        { module: 'x', parameters: null, text: '{"module":"x"}' },
      ],
    })
  })

  test('none, empty and what is no list of operations', () => {
    expect(readOperations(null)).toEqual({ kind: 'none' })
    expect(readOperations('null')).toEqual({ kind: 'none' })
    expect(readOperations('[]')).toEqual({ kind: 'operations', operations: [] })
    for (const text of ['{}', '7', '[7]', '[{"module":7}]', '[null]', '[{}]', '[{"module":"a","parameters":x}]', ''])
      expect(readOperations(text).kind).toBe('unreadable')
    expect(modulesOf('[{"module":"a"},{"module":"b"}]')).toEqual(['a', 'b'])
    expect(modulesOf('{')).toEqual([])
  })

  test('unpacks compressed parameters', () => {
    const text = JSON.stringify([{ module: 'file', is_compressed: true, parameters: packed('{"searches":{}}') }])
    expect(parametersOf(text)).toEqual({ text: '{"searches":{}}', packed: true })
  })

  test('says why compressed parameters cannot be read, and keeps them', () => {
    const of = (parameters: unknown) =>
      parametersOf(JSON.stringify([{ module: 'file', is_compressed: true, parameters }]))
    expect(of({ a: 1 })).toMatchObject({ problem: expect.stringContaining('no text') })
    expect(of('not gzip')).toMatchObject({ problem: expect.stringContaining('cannot be unpacked') })
    expect(of(packed('{"a":'))).toMatchObject({ problem: expect.stringContaining('not JSON') })
    const bomb = packed(Buffer.alloc(UNPACKED_BYTES * 50, ' '))
    expect(bomb.length).toBeLessThan(500_000)
    expect(of(bomb)).toMatchObject({ problem: expect.stringContaining('too large'), text: JSON.stringify(bomb) })
  })
})
