import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSpoolFile } from '@/lib/mig/spool/parse'
import { goOperationsJson } from '@/lib/mig/wire/go-json'
import type { MigId } from '@/lib/mig/wire/id'
import { type Instant, nanosToInstant } from '@/lib/mig/wire/time'
import { type ActionFile, actionFileJson } from './file-json'

const instant = (text: string) => text as Instant

const ACTION: ActionFile = {
  id: '6059408362783470592' as MigId,
  name: 'Search for "friends" <in> /etc/passwd — vérification ☃',
  target: "agents.os = 'linux'",
  description:
    '{"revision":201409031800, "url":"https://w.example/?id=1&x=<y>", "author":"Ann", "email":"a@example.net"}',
  threat: '{"family":"backdoor","level":"alert","ref":"","type":"system"}',
  validfrom: instant('2014-09-15T21:18:09.235443537Z'),
  expireafter: instant('2014-09-15T21:48:09.100000Z'),
  operations:
    '[{"module":"filechecker","parameters":{"searches":{"s1":{"paths":["/etc/cron.d/"],"regexes":["\\u003cevil\\u003e"]}}}}]',
  pgpsignatures: '["wsBcBAAB+/Q==pMrR"]',
  status: 'preparing',
  starttime: instant('2014-09-15T21:19:10.271089Z'),
  finishtime: instant('9998-01-11T11:11:11.000000Z'),
  lastupdatetime: instant('0001-01-01T00:00:00.000000Z'),
  counters: { sent: 2, returned: 0, done: 0, cancelled: null, failed: 0, timeout: 0 },
  syntaxversion: 2,
}

const read = (json: string, state = 'invalid') =>
  parseSpoolFile(Buffer.from(json), 'action', state, { type: 'action', actionId: ACTION.id })

describe('an action as a file of MIG', () => {
  test('has the bytes that Go prints', () => {
    expect(actionFileJson(ACTION)).toBe(
      `{"id":6.059408362783471e+18,"name":"Search for \\"friends\\" \\u003cin\\u003e /etc/passwd — vérification ☃","target":"agents.os = 'linux'","description":{"author":"Ann","email":"a@example.net","url":"https://w.example/?id=1\\u0026x=\\u003cy\\u003e","revision":2.014090318e+11},"threat":{"level":"alert","family":"backdoor","type":"system"},"validfrom":"2014-09-15T21:18:09.235443537Z","expireafter":"2014-09-15T21:48:09.1Z","operations":[{"module":"filechecker","parameters":{"searches":{"s1":{"paths":["/etc/cron.d/"],"regexes":["\\u003cevil\\u003e"]}}}}],"pgpsignatures":["wsBcBAAB+/Q==pMrR"],"status":"preparing","starttime":"2014-09-15T21:19:10.271089Z","finishtime":"9998-01-11T11:11:11Z","lastupdatetime":"0001-01-01T00:00:00Z","counters":{"sent":2},"syntaxversion":2}`,
    )
  })

  test('is read by our own parser without a complaint', () => {
    const { action, problems } = read(actionFileJson(ACTION))
    expect(problems).toEqual([])
    expect(action).toMatchObject({
      name: ACTION.name,
      target: ACTION.target,
      syntaxVersion: 2,
      signatures: ['wsBcBAAB+/Q==pMrR'],
    })
    expect(action?.validFrom?.at).toBe(ACTION.validfrom)
  })

  test('leaves out what is empty, and has Go’s zero where nothing is known', () => {
    const bare: ActionFile = {
      ...ACTION,
      description: null,
      threat: 'null',
      operations: null,
      pgpsignatures: null,
      status: null,
      starttime: null,
      finishtime: null,
      lastupdatetime: null,
      counters: {},
      syntaxversion: 0,
    }
    expect(actionFileJson(bare)).toMatch(
      /"description":\{\},"threat":\{\},.*"operations":null,"pgpsignatures":null,"starttime":"0001-01-01T00:00:00Z",.*"counters":\{\}\}$/,
    )
  })

  test.each([
    ['6059408362783470592', '6.059408362783471e+18'],
    ['6019232215298562584', '6019232215298562584'],
    ['4902911934470', '4.90291193447e+12'],
    ['1', '1'],
  ])('id %s is %s', (id, printed) => {
    expect(actionFileJson({ ...ACTION, id: id as MigId })).toMatch(
      new RegExp(`^\\{"id":${printed.replace('+', '\\+')},`),
    )
  })

  test('later releases of Go print numbers plainly', () => {
    expect(actionFileJson(ACTION, 'go1.8')).toContain('"id":6059408362783471000,')
    expect(actionFileJson(ACTION, 'go1.8')).toContain('"revision":201409031800}')
  })

  test('operations stay as stored when Go stored them, and are printed anew when a hand did', () => {
    const stored = goOperationsJson([{ module: 'x', parameters: { t: '\t', n: 1e6 } }], { numbers: 'go1.8' })
    expect(actionFileJson({ ...ACTION, operations: stored })).toContain(`"operations":${stored},`)
    const byHand = '[ {"parameters": {"n": 1000000}, "module": "x"} ]'
    expect(actionFileJson({ ...ACTION, operations: byHand })).toContain(
      '"operations":[{"module":"x","parameters":{"n":1e+06}}],',
    )
  })

  test('hostile columns: always one JSON object, nothing thrown', () => {
    const column = fc.oneof(
      fc.json(),
      fc.constantFrom(
        'null',
        '[null]',
        '"x"',
        'not json',
        '{"author":{"__proto__":1},"AUTHOR":"<script>"}',
        '{"revision":1e400}',
        '[{"module":"x","parameters":1e400}]',
        `${'['.repeat(5000)}${']'.repeat(5000)}`,
        '["\\u0000","\\ud800"]',
      ),
      fc.constant(null),
    )
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(text, text, column, column, column, column, (name, target, description, threat, operations, list) => {
        const json = actionFileJson({ ...ACTION, name, target, description, threat, operations, pgpsignatures: list })
        const value = JSON.parse(json)
        expect(value.name).toBe(name.toWellFormed())
        expect(Object.keys(value).slice(0, 9)).toEqual([
          'id',
          'name',
          'target',
          'description',
          'threat',
          'validfrom',
          'expireafter',
          'operations',
          'pgpsignatures',
        ])
        expect(json).not.toMatch(/[<>&\u2028\u2029\n]/)
      }),
    )
  })

  test('times keep every nanosecond', () => {
    const moment = fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n })
    fc.assert(
      fc.property(moment, (nanos) => {
        const at = nanosToInstant(nanos)
        const { action } = read(actionFileJson({ ...ACTION, validfrom: at }))
        expect(action?.validFrom?.at).toBe(at)
      }),
    )
  })
})
