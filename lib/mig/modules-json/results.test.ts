import { describe, expect, test } from 'vitest'
import { failureReason, foundAnything, type OperationResult, readResults } from './results'

function entryOf(text: string, module: string): OperationResult {
  const results = readResults(`[${text}]`, [module])
  const [entry] = results.kind === 'entries' ? results.entries : []
  if (!entry) throw new Error(`no entry: ${JSON.stringify(results)}`)
  return entry
}
const later = (elements: unknown, statistics: unknown = null, errors: string[] | null = null) =>
  JSON.stringify({ foundanything: true, success: true, elements, statistics, errors })

describe('filechecker of 2014', () => {
  const text =
    '{"elements":{"/etc/cron.d/":{"regex":{"s1":{"evil":{"filecount":7,"files":{"/etc/cron.d/upd":2},"matchcount":2},"x":{"filecount":7,"files":{},"matchcount":0}}}}},"error":["ERROR: open /x: no such file"],"foundanything":true,"statistics":{"checkcount":2,"checksmatch":1,"exectime":"595.053\\u00b5s","filescount":28,"openfailed":1,"totalhits":2,"uniquefiles":1}}'

  test('gives its checks, its hits, its errors and its figures', () => {
    const entry = entryOf(text, 'filechecker')
    expect(entry).toMatchObject({
      kind: 'filechecker',
      module: 'filechecker',
      found: true,
      success: null,
      errors: ['ERROR: open /x: no such file'],
      hits: [{ path: '/etc/cron.d/upd', check: 's1', method: 'regex', value: 'evil', count: '2' }],
      checks: [
        { path: '/etc/cron.d/', value: 'evil', filecount: '7', files: [{ path: '/etc/cron.d/upd', hits: '2' }] },
        { path: '/etc/cron.d/', value: 'x', files: [] },
      ],
      text,
    })
    expect(entry.statistics.find((one) => one.name === 'exectime')).toEqual({
      name: 'exectime',
      value: '595.053µs',
      millis: 0.595053,
    })
  })

  test('keeps every digit and a file that is named __proto__', () => {
    const entry = entryOf(
      '{"elements":{"/":{"md5":{"l":{"V":{"filecount":1e400,"files":{"__proto__":6059408362783470593,"constructor":1},"matchcount":1}}}}},"foundanything":true}',
      'filechecker',
    )
    expect(entry.hits.map(({ path, count }) => [path, count])).toEqual([
      ['__proto__', '6059408362783470593'],
      ['constructor', '1'],
    ])
    expect(entry.kind === 'filechecker' && entry.checks[0]?.filecount).toBe('1e400')
  })

  test('has no checks when it failed as a whole', () => {
    expect(entryOf('{"elements":null,"error":["boom"],"foundanything":false}', 'filechecker')).toMatchObject({
      kind: 'filechecker',
      checks: [],
      errors: ['boom'],
    })
  })
})

describe('netstat', () => {
  test('of 2014 has its keys at the top', () => {
    const entry = entryOf(
      '{"connectedip":{"8.8.8.8":{"element":null,"found":false}},"errors":["HasIPConnected() is not implemented on linux"],"foundanything":true,"localmac":{"^02:fc":{"element":[{"localmacaddr":"02:fc:00:00:00:01"}],"found":true}},"success":true}',
      'netstat',
    )
    expect(entry).toMatchObject({
      kind: 'netstat',
      success: true,
      hits: [{ path: '02:fc:00:00:00:01', check: 'localmac', method: '', value: '^02:fc', count: null }],
      checks: [
        { check: 'localmac', value: '^02:fc', found: true },
        { check: 'connectedip', value: '8.8.8.8', found: false, elements: [] },
      ],
    })
  })

  test('later has them below elements', () => {
    const elements = {
      connectedip: {
        '10.0.0.0/8': [{ localaddr: '10.1.1.1', localport: 22, remoteaddr: '10.2.2.2', remoteport: 999 }],
      },
      listeningport: { '80': null },
    }
    expect(entryOf(later(elements, { examined: 3, exectime: '1s', totalhits: 1 }), 'netstat')).toMatchObject({
      kind: 'netstat',
      hits: [{ path: '10.1.1.1:22 – 10.2.2.2:999', check: 'connectedip', value: '10.0.0.0/8' }],
      checks: [
        { check: 'connectedip', found: true },
        { check: 'listeningport', value: '80', found: false },
      ],
    })
  })
})

describe('the modules of later years', () => {
  test('file: an entry without a file is a search without a match', () => {
    const elements = {
      s1: [
        {
          file: '/bin/x',
          search: { names: ['^x$'], options: {} },
          fileinfo: { size: 12, mode: '-rw', lastmodified: 'y' },
        },
      ],
      s2: [{ file: '', search: { names: ['a'], contents: ['b'] }, fileinfo: { size: 0, mode: '', lastmodified: '' } }],
    }
    expect(entryOf(later(elements), 'file')).toMatchObject({
      kind: 'file',
      matches: [{ check: 's1', path: '/bin/x', size: '12', tested: [{ method: 'name', value: '^x$' }] }],
      unmatched: [{ check: 's2', tested: [{ method: 'name' }, { method: 'content' }] }],
      hits: [{ path: '/bin/x', check: 's1', method: 'name', value: '^x$' }],
    })
  })

  test('the name filechecker with the later shape is read by its shape', () => {
    expect(entryOf(later({ s1: [{ file: '/a', search: {} }] }), 'filechecker')).toMatchObject({ kind: 'file' })
  })

  test('memory, pkg, sshkey, yara, scribe give their finds', () => {
    const hits = (module: string, elements: unknown) =>
      entryOf(later(elements), module).hits.map((hit) => `${hit.path}|${hit.check}|${hit.method}|${hit.value}`)
    expect(hits('memory', { m: [{ process: { name: 'nginx', pid: 7 }, search: { contents: ['key'] } }] })).toEqual([
      'nginx|m|content|key',
    ])
    expect(hits('pkg', { packages: [{ name: 'openssl', version: '1.0', type: 'dpkg', arch: 'amd64' }] })).toEqual([
      'openssl|package|dpkg|1.0',
    ])
    expect(
      hits('sshkey', { keys: [{ path: '/root/k', type: 'private', encrypted: true, fingerprint_md5: 'aa' }] }),
    ).toEqual(['/root/k|key|private|aa'])
    expect(hits('yara', { Matches: [{ Object: '/bin/sh', MatchedRules: ['r1', 'r2'] }] })).toEqual([
      '/bin/sh|r1||',
      '/bin/sh|r2||',
    ])
    expect(
      hits('scribe', {
        results: [{ testid: 't', masterresult: true, results: [{ result: true, identifier: 'openssl' }] }],
      }),
    ).toEqual(['openssl|t||'])
    expect(hits('yara', { Matches: null })).toEqual([])
  })

  test('ping: the numbers that are no latency', () => {
    expect(
      entryOf(later({ latencies: [1.5, 9999999, -1, 0], protocol: 'tcp', resolvedhost: 'h', failures: null }), 'ping'),
    ).toMatchObject({
      tries: [
        { outcome: 'answer', latency: '1.5' },
        { outcome: 'timeout', latency: null },
        { outcome: 'unreachable' },
        { outcome: 'failed' },
      ],
    })
  })

  test('timedrift: Go leaves out a false iswithindrift', () => {
    const drift = (elements: unknown) => entryOf(later(elements), 'timedrift')
    expect(drift({ hascheckeddrift: true, drifts: ['ahead by 4s'], localtime: 't' })).toMatchObject({ isWithin: false })
    expect(drift({ hascheckeddrift: true, iswithindrift: true })).toMatchObject({ isWithin: true })
    expect(drift({ hascheckeddrift: false, localtime: 't' })).toMatchObject({ isWithin: null })
  })
})

describe('what is no answer of a module', () => {
  test('a log record, null and a skeleton say nothing about the endpoint', () => {
    expect(
      entryOf('{"OpID":0,"ActionID":1,"CommandID":2,"Sev":"error","Desc":"insufficient weight","Priority":3}', 'file'),
    ).toMatchObject({ kind: 'log', module: '', reason: 'insufficient weight', severity: 'error', found: null })
    expect(entryOf('null', 'file')).toMatchObject({ kind: 'null', module: 'file', found: null })
    expect(
      entryOf('{"foundanything":false,"success":false,"elements":null,"statistics":null,"errors":null}', 'file'),
    ).toMatchObject({ kind: 'skeleton', found: null })
    expect(
      entryOf('{"foundanything":false,"success":false,"elements":null,"statistics":null,"errors":["x"]}', 'file'),
    ).toMatchObject({ kind: 'file', found: false, errors: ['x'] })
  })

  test('a value that does not fit is unknown, with what it says all the same', () => {
    for (const text of ['7', '"x"', '[]', 'true', '{"foundanything":"yes"}', '{"errors":[1]}'])
      expect(entryOf(text, 'filechecker').kind).toBe('unknown')
    expect(entryOf('{"foundanything":true,"elements":7,"error":["e"]}', 'filechecker')).toMatchObject({
      kind: 'unknown',
      found: true,
      errors: ['e'],
    })
    expect(entryOf('{"foundanything":true,"elements":7}', 'constructor')).toMatchObject({ kind: 'other', found: true })
    expect(entryOf('{"foundanything":true,"elements":7}', '__proto__')).toMatchObject({ kind: 'other' })
  })

  test('text that is no list, or no JSON', () => {
    expect(readResults(null, [])).toEqual({ kind: 'none' })
    expect(readResults(' null ', [])).toEqual({ kind: 'none' })
    expect(readResults('[]', [])).toEqual({ kind: 'entries', entries: [] })
    expect(readResults('{}', []).kind).toBe('unreadable')
    expect(readResults('[{"a":]', []).kind).toBe('unreadable')
    expect(readResults('[{"a":x}]', []).kind).toBe('unreadable')
  })

  test('found and reason over all entries', () => {
    const both = readResults('[{"foundanything":false,"errors":["first"]},{"foundanything":true}]', ['x', 'y'])
    expect([foundAnything(both), failureReason(both)]).toEqual([true, 'first'])
    const nothing = readResults('[null,{"success":true}]', ['x', 'upgrade'])
    expect([foundAnything(nothing), failureReason(nothing)]).toEqual([null, null])
  })
})

describe('hostile results', () => {
  test('depth 10,000, NUL escapes, unpaired surrogates and long names neither throw nor vanish', () => {
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`
    expect(entryOf(`{"foundanything":true,"elements":${deep}}`, 'filechecker').kind).toBe('unknown')
    expect(entryOf(`{"foundanything":true,"elements":null,"statistics":${deep}}`, 'filechecker').statistics).toEqual([])
    const name = 'n'.repeat(2048)
    const file = JSON.stringify({
      elements: { s: [{ file: `${name}\u0000\ud800`, search: null }] },
      foundanything: true,
    })
    expect(entryOf(file, 'file').hits[0]?.path).toBe(`${name}\u0000\ud800`)
  })

  test('15 MB are read in a moment', () => {
    const files = Array.from(
      { length: 200_000 },
      (_, i) => `"/usr/share/some/where/deep/below/it/file-number-${i}.dat":${i}`,
    )
    const text = `{"elements":{"/":{"filename":{"s":{"x":{"filecount":1,"files":{${files.join(',')}},"matchcount":2}}}}},"foundanything":true}`
    const entry = entryOf(text, 'filechecker')
    expect(entry.hits).toHaveLength(200_000)
  })
})
