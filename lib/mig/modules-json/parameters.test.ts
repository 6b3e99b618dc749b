import { describe, expect, test } from 'vitest'
import { readParameters } from './parameters'

const read = (module: string, value: unknown) => readParameters(module, JSON.stringify(value))

describe('readParameters', () => {
  test('filechecker of the second syntax: labelled searches and a condition', () => {
    expect(
      read('filechecker', {
        condition: 'ulfr or x',
        searches: {
          ulfr: {
            description: 'is ulfr around',
            paths: ['/etc/passwd'],
            regexes: ['^ulfr:'],
            sha256: ['AB'],
            md5: null,
          },
        },
      }),
    ).toEqual({
      kind: 'searches',
      condition: 'ulfr or x',
      searches: [
        {
          label: 'ulfr',
          description: 'is ulfr around',
          paths: ['/etc/passwd'],
          tested: [
            { method: 'regex', value: '^ulfr:' },
            { method: 'sha256', value: 'AB' },
          ],
          options: [],
        },
      ],
    })
  })

  test('filechecker of the first syntax: path, method, description, values', () => {
    expect(read('filechecker', { '/etc/passwd': { regex: { 'is ulfr around': ['^ulfr', '^x'] } } })).toEqual({
      kind: 'path-checks',
      checks: [
        { path: '/etc/passwd', method: 'regex', check: 'is ulfr around', value: '^ulfr' },
        { path: '/etc/passwd', method: 'regex', check: 'is ulfr around', value: '^x' },
      ],
    })
  })

  test('file: options with their digits', () => {
    const text =
      '{"searches":{"s":{"paths":["/"],"names":["a"],"options":{"maxdepth":1e400,"matchall":true,"mismatch":["name"],"x":null}}}}'
    expect(readParameters('file', text)).toMatchObject({
      searches: [
        {
          tested: [{ method: 'name', value: 'a' }],
          options: [
            ['maxdepth', '1e400'],
            ['matchall', 'true'],
            ['mismatch', 'name'],
          ],
        },
      ],
    })
  })

  test('upgrade, netstat, agentdestroy, pkg, yara', () => {
    expect(read('upgrade', { 'linux/amd64': { to_version: '2', location: 'https://x', checksum: 'ab' } })).toEqual({
      kind: 'upgrade',
      targets: [{ system: 'linux/amd64', version: '2', location: 'https://x', checksum: 'ab' }],
    })
    const fields = (module: string, value: unknown) => {
      const parameters = read(module, value)
      return parameters?.kind === 'fields' ? parameters.fields : parameters
    }
    expect(fields('netstat', { localip: ['127.0.0.1', '10.0.0.0/8'] })).toEqual([
      { name: 'localip', values: ['127.0.0.1', '10.0.0.0/8'], isCode: false },
    ])
    expect(fields('agentdestroy', { pid: 20666, version: 'v' })).toMatchObject([
      { values: ['20666'] },
      { values: ['v'] },
    ])
    expect(fields('pkg', { pkgmatch: { matches: ['ssl'] }, vermatch: '' })).toMatchObject([
      { name: 'pkgmatch.matches', values: ['ssl'] },
      { name: 'vermatch' },
    ])
    expect(fields('yara', { yara: 'rule a {\n}' })).toMatchObject([{ isCode: true }])
  })

  test('what does not fit, and modules without a form, are left to the tree', () => {
    expect(read('scribe', { scribedoc: {} })).toBeNull()
    expect(read('__proto__', {})).toBeNull()
    expect(read('netstat', { localip: [{ a: 1 }] })).toBeNull()
    expect(read('filechecker', { searches: { s: { paths: 'x' } } })).toBeNull()
    expect(read('filechecker', 7)).toBeNull()
    expect(readParameters('file', '{')).toBeNull()
    expect(readParameters('upgrade', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)).not.toBeUndefined()
    expect(readParameters('netstat', `${'['.repeat(10_000)}${']'.repeat(10_000)}`)).toBeNull()
    expect(readParameters('netstat', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)).toBeNull()
  })

  test('a label named __proto__ is a label', () => {
    expect(readParameters('file', '{"searches":{"__proto__":{"paths":["/"]}}}')).toMatchObject({
      searches: [{ label: '__proto__' }],
    })
  })
})
