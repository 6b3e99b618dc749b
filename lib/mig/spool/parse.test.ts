import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSpoolName, type SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { parseSpoolFile } from './parse'
import { MAX_DEPTH } from './worker-json-scan.mjs'

const ACTION = {
  id: Number('6059408362783470592'),
  name: 'look for bad cron job',
  target: "agents.os='linux'",
  description: { author: 'Julien', revision: 201409151200 },
  threat: { family: 'backdoor' },
  validfrom: '2014-09-15T21:18:09.235443537Z',
  expireafter: '2014-09-15T21:48:09.235443537+00:00',
  operations: [{ module: 'filechecker', parameters: { searches: {} } }],
  pgpsignatures: ['wsBcBAAB'],
  status: 'init',
  starttime: '9998-01-11T11:11:11.000000011Z',
  finishtime: '0001-01-01T00:00:00Z',
  lastupdatetime: '2014-09-15T21:18:09Z',
  counters: {},
  syntaxversion: 2,
}
const COMMAND = {
  id: Number('6059408369206590464'),
  action: ACTION,
  agent: {
    id: Number('6059339861276444672'),
    name: 'web1',
    queueloc: 'linux.web1.abc',
    os: 'linux',
    version: '1',
    pid: 4321,
  },
  status: 'sent',
  results: null,
  starttime: '2014-09-15T21:19:10.474392268Z',
  finishtime: '0001-01-01T00:00:00Z',
}

function parse(content: unknown, [kind, state]: SpoolDirectory = ['action', 'new'], name = '6059408362783470592.json') {
  const bytes =
    content instanceof Uint8Array
      ? content
      : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
  return parseSpoolFile(bytes, kind, state, readSpoolName(kind, state, name))
}
const sentences = (file: ReturnType<typeof parse>) => file.problems.map((p) => `${p.severity}: ${p.sentence}`)

describe('an action', () => {
  test('as MIG writes it has no problem', () => {
    const file = parse(ACTION)
    expect(file.problems).toEqual([])
    expect(file.action).toMatchObject({
      id: { id: '6059408362783470592', exact: false },
      name: ACTION.name,
      description: [
        { key: 'author', value: 'Julien' },
        { key: 'revision', value: '201409151200' },
      ],
      validFrom: { at: '2014-09-15T21:18:09.235443537Z', isNotYet: false },
      expireAfter: { at: '2014-09-15T21:48:09.235443537Z' },
      startTime: { at: null, isNotYet: true },
      finishTime: { at: null, isNotYet: true },
      modules: ['filechecker'],
      counters: [],
      syntaxVersion: 2,
    })
  })

  test('old ids of 64 bits keep their digits', () => {
    const text = JSON.stringify(ACTION).replace(/"id":\d+/, '"id":6019232215298563000')
    const exact = JSON.stringify(ACTION).replace(/"id":\d+/, '"id":6019232215298562585')
    expect(parse(text).action?.id?.id).toBe('6019232215298563072')
    expect(parse(exact, ['action', 'new'], '6019232215298562585.json')).toMatchObject({
      action: { id: { id: '6019232215298562585', exact: true } },
      problems: [],
    })
    expect(sentences(parse(exact, ['action', 'new'], '6019232215298562586.json'))).toEqual([
      'odd: The name says 6019232215298562586, but the action inside has the id 6019232215298562585.',
    ])
  })

  test('a rounded id agrees with the name of the same double, and with no other', () => {
    const rounded = JSON.stringify(ACTION).replace(/"id":\d+/, '"id":6.059408362783471e+18')
    expect(parse(rounded).problems).toEqual([])
    expect(sentences(parse(rounded, ['action', 'inflight'], '6059408362783471616.json'))).toEqual([
      'odd: The name says 6059408362783471616, but the action inside has the id 6059408362783470592.',
    ])
  })

  test('a husk is explained and lacks nothing', () => {
    const husk = {
      ...ACTION,
      target: '',
      operations: null,
      pgpsignatures: null,
      syntaxversion: undefined,
      status: 'done',
    }
    expect(parse(husk, ['action', 'done']).problems.map((p) => p.severity)).toEqual(['normal'])
    expect(parse(husk, ['action', 'new']).problems[0]).toEqual({
      severity: 'broken',
      sentence: 'The action has no target, no operations, no pgpsignatures; MIG cannot run it without.',
    })
  })

  test('the names of action/invalid', () => {
    const dropped = { ...ACTION, id: 0 }
    expect(sentences(parse(dropped, ['action', 'invalid'], '1795337193590190618.json'))[0]).toMatch(
      /^odd: The name is the moment/,
    )
    expect(parse(ACTION, ['action', 'invalid']).problems).toEqual([])
    expect(sentences(parse(ACTION, ['action', 'invalid'], '6059408362783471616.json'))[0]).toMatch(
      /^odd: The name is the moment/,
    )
  })

  test('a file in action/invalid that cannot be read is named by a moment, too', () => {
    expect(sentences(parse('not json', ['action', 'invalid'], '1795337197638909107.json'))).toEqual([
      'broken: The file is not JSON.',
      expect.stringMatching(/^odd: The name is the moment/),
    ])
  })

  test('a file dropped by hand', () => {
    expect(sentences(parse({ ...ACTION, id: 0 }, ['action', 'new'], 'mine.json'))).toEqual([
      'normal: Dropped by hand: it has no id yet, the scheduler makes one.',
    ])
  })

  test('keys are read without regard to case, as Go does', () => {
    const { name, ...rest } = ACTION
    const file = parse({ ...rest, Name: name })
    expect(file.problems).toEqual([])
    expect(file.action?.name).toBe(name)
  })
})

describe('a command', () => {
  const name = '6059408362783470592-6059408369206590464.json'

  test('as MIG writes it has no problem', () => {
    const file = parse(COMMAND, ['command', 'inflight'], name)
    expect(file.problems).toEqual([])
    expect(file.command).toMatchObject({
      id: { id: '6059408369206590464' },
      action: { id: { id: '6059408362783470592' } },
      agent: { id: { id: '6059339861276444672' }, name: 'web1', pid: 4321 },
      results: null,
    })
  })

  test('an answer under a random number is not compared with its name', () => {
    const answered = { ...COMMAND, status: 'done', results: [{ foundanything: true }, null] }
    const file = parse(answered, ['command', 'returned'], '7710915484124374016')
    expect(file.problems).toEqual([])
    expect(file.command).toMatchObject({ results: 2, resultsText: '[{"foundanything":true},null]' })
  })

  test('what poisons command/returned', () => {
    const { status: _, ...noStatus } = COMMAND
    expect(sentences(parse({ ...noStatus, agent: { name: 'x' } }, ['command', 'returned'], '1'))[0]).toMatch(
      /^broken: The command has no agent.queueloc, no status; .*no command expires and nothing is cleaned/,
    )
    expect(sentences(parse('{"id":', ['command', 'returned'], '1'))).toEqual([
      'broken: The file ends in the middle of its JSON: written only in part.',
      expect.stringContaining('until it is deleted by hand'),
    ])
  })

  test('ids against the name', () => {
    expect(sentences(parse(COMMAND, ['command', 'inflight'], '1-2.json'))).toEqual([
      'odd: The name says 2, but the command inside has the id 6059408369206590464.',
      'odd: The name says 1, but the action inside has the id 6059408362783470592.',
    ])
  })
})

describe('what is no action or command', () => {
  test.each([
    ['', 'The file is empty: it is being written at this moment, or the writer failed.'],
    ['not json at all\n', 'The file is not JSON.'],
    [
      '{"name": "broken json action", "operations": [ {"module": "netstat", "param\n',
      'The file ends in the middle of its JSON: written only in part.',
    ],
    ['{"a":1}}', 'The file is not JSON.'],
    ['\ufeff{}', 'The file is not JSON.'],
    ['null', 'The file holds a JSON null where MIG expects an object.'],
    ['[1]', 'The file holds a JSON array where MIG expects an object.'],
    ['"text"', 'The file holds a JSON string where MIG expects an object.'],
  ])('%j', (content, sentence) => {
    expect(parse(content)).toMatchObject({ action: null, problems: [{ severity: 'broken', sentence }] })
  })

  test('wrong types are named, and the rest is still read', () => {
    const file = parse({ ...ACTION, name: 5, counters: [], operations: [7, { module: 1 }], validfrom: 'yesterday' })
    expect(file.action?.target).toBe(ACTION.target)
    expect(sentences(file)).toEqual(
      expect.arrayContaining([
        'broken: name is a JSON number; MIG expects a string and refuses the file.',
        'broken: counters is a JSON array; MIG expects an object and refuses the file.',
        "broken: The action's operation 1 is a JSON number; MIG refuses the file.",
        'broken: validfrom is "yesterday", which is no RFC 3339 time; MIG refuses the file.',
      ]),
    )
  })

  test('a number out of range', () => {
    const text = JSON.stringify(ACTION).replace('"syntaxversion":2', '"syntaxversion":1e400')
    expect(sentences(parse(text))[0]).toBe('broken: The number 1e400 is out of range, and MIG refuses the file for it.')
  })

  test('a wide list deep inside costs no more than its own bytes', () => {
    // Indented by its depth such a list would be longer than a string may be.
    const wide = `${'['.repeat(100)}${'0,'.repeat(3_000_000)}0${']'.repeat(100)}`
    const action = JSON.stringify({ ...ACTION, operations: [{ module: 'm', parameters: 0 }] })
    const asked = parse(action.replace('"parameters":0', () => `"parameters":${wide}`))
    expect(asked.problems).toEqual([])
    expect(asked.action?.modules).toEqual(['m'])
    const answer = JSON.stringify({ ...COMMAND, results: [0] }).replace('"results":[0]', () => `"results":[${wide}]`)
    expect(parse(answer, ['command', 'returned'], '7710915484124374016').command?.results).toBe(1)
  })

  test('nesting is measured without falling over', () => {
    for (const levels of [4_096, 10_000]) {
      const file = parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)
      expect(file.action).toBeNull()
      expect(sentences(file)[0]).toContain(`${levels.toLocaleString('en')} levels deep`)
    }
    expect(parse(`{"description":${'['.repeat(MAX_DEPTH - 1)}${']'.repeat(MAX_DEPTH - 1)}}`).action).not.toBeNull()
  })

  test('keys of the prototype stay keys', () => {
    const file = parse(
      `{"__proto__":{"name":"x","polluted":1},"constructor":1,"description":{"__proto__":"y","toString":"z"}}`,
    )
    expect(file.action?.name).toBe('')
    expect(file.action?.description).toEqual([
      { key: '__proto__', value: 'y' },
      { key: 'toString', value: 'z' },
    ])
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  test('broken UTF-8 and lone surrogates are replaced, and the first is said', () => {
    const broken = parse(Buffer.concat([Buffer.from('{"name":"a'), Buffer.from([0xff]), Buffer.from('"}')]))
    expect(broken.text).toBe('{"name":"a\ufffd"}')
    expect(broken.problems[0]).toEqual({
      severity: 'odd',
      sentence: 'The file is not valid UTF-8; the broken bytes are shown as �.',
    })
    expect(parse('{"name":"a\\ud800b"}').action?.name).toBe('a\ufffdb')
  })

  test('any bytes and any JSON get an answer', () => {
    const directories: SpoolDirectory[] = [
      ['action', 'new'],
      ['action', 'done'],
      ['action', 'invalid'],
      ['command', 'inflight'],
      ['command', 'returned'],
    ]
    const keys = fc.constantFrom(
      ...Object.keys(ACTION),
      ...Object.keys(COMMAND),
      'module',
      'parameters',
      '__proto__',
      'x',
    )
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom<unknown>('9998-01-11T11:11:11Z', '', 0, -1, 1.5, Number('6059408362783470592')),
        fc.array(fc.tuple(keys, tie('value')), { maxLength: 6 }).map((pairs) => Object.fromEntries(pairs)),
      ),
    })).value
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      json.map((value) => Buffer.from(JSON.stringify(value))),
    )
    fc.assert(
      fc.property(content, fc.constantFrom(...directories), fc.string(), (bytes, directory, name) => {
        const file = parse(bytes, directory, name)
        expect(file.text.isWellFormed()).toBe(true)
        expect(JSON.stringify(file).isWellFormed()).toBe(true)
        if (!file.action && !file.command) expect(file.problems).not.toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})
