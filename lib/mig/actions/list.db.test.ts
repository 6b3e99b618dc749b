import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { runJob } from '@/lib/jobs/job'
import { forgetVintage } from '@/lib/mig/vintage'
import { idCreatedAt, type MigId } from '@/lib/mig/wire/id'
import { instantFromPostgres, instantToNanos, parseRfc3339 } from '@/lib/mig/wire/time'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { countUncounted, listActions, listSigners, listUsedModules } from './queries'
import { actionList } from './search-params'
import { YOUNG_SECONDS } from './start.sql'
import { actionSummaries } from './summary-job'

const viewer = testViewer('investigator')

function params(raw: Record<string, string> = {}) {
  const parsed = actionList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

const rowsOf = async (raw: Record<string, string> = {}) => (await listActions(viewer, params(raw))).rows
const names = async (raw: Record<string, string>) => (await rowsOf(raw)).map((row) => row.name).sort()

const LAYOUTS = ['data-rst', 'scripts', '2019'] as const
const idAt = (seconds: number, low = 4096) => String((BigInt(seconds) << 32n) + BigInt(low))
const LONG_AGO = Date.parse('2014-09-15T21:18:09Z') / 1000
const SOON = Math.floor(Date.now() / 1000) - 30

describe.each(LAYOUTS)('the list of actions in the layout %s', (layout) => {
  const database = useDatabaseOf(layout)
  const later = layout === '2019'
  const ctr = later ? '' : ', sentctr, returnedctr, donectr, cancelledctr, failedctr, timeoutctr'
  const counters = (...values: number[]) => (later ? '' : `, ${values.join(', ')}`)

  beforeAll(async () => {
    forgetVintage()
    const agent = later ? 'mode, refreshtime' : 'os'
    const of = later ? "'daemon', now()" : "'linux'"
    await database.owner(`
      INSERT INTO public.investigators (id, name, pgpfingerprint${later ? ', status, createdat, lastmodified, permissions' : ''})
        VALUES (7, 'Ann Perkins', 'AA'${later ? ", 'active', now(), now(), 63" : ''}), (8, 'Ben', 'BB'${later ? ", 'active', now(), now(), 63" : ''});
      INSERT INTO public.actions (id, name, target, description, threat, operations, validfrom, expireafter, starttime, finishtime, lastupdatetime, status, pgpsignatures, syntaxversion${ctr})
      VALUES
        (${idAt(LONG_AGO)}.00000000000000000, 'cron', 'os=''linux''', '{"author":"Ann","url":"a<b"}', '{"level":"alert","family":"backdoor"}',
          '[{"module":"filechecker","parameters":{"paths":["/etc/crön \\u003cx\\u003e"]}},{"module":"netstat","parameters":null}]',
          '2014-09-15 21:18:09+00', '2014-09-15 21:48:09+00', '2014-09-15 21:19:10+00', '2014-09-15 21:19:13+00', '2014-09-15 21:19:13+00', 'completed', '[]', 2${counters(2, 2, 2, 0, 0, 0)}),
        (${idAt(LONG_AGO + 60)}, 'waiting', '%', NULL, 'null', '[]',
          '2014-09-15 21:18:09+00', '2014-09-16+00', '9998-01-11 11:11:11+00', '9998-01-11 11:11:11+00', '0001-01-01 00:00:00+00', 'init', '[]', 2${counters(0, 0, 0, 0, 0, 0)}),
        (${idAt(LONG_AGO + 120)}, 'odd', 'old', '[1]', '{"level":5,"family":{"a":1}}', '"x"',
          '2014-09-15 21:18:09+00', 'infinity', NULL, NULL, NULL, NULL, ${later ? "''" : 'NULL'}, NULL${counters(0, 0, 0, 0, 0, 0)}),
        (${idAt(LONG_AGO + 180)}, 'nul', 'old', '{"author":"\\u0000"}', '{"level":"\\u0000","family":"backdoor"}', '[{"module":"yara"}]',
          '-infinity', '0001-01-01+00', '0044-03-15 BC', NULL, NULL, 'dancing', '[]', 1${counters(0, 0, 0, 0, 0, 0)}),
        (${idAt(SOON)}, 'young', 'x', '{}', '{"family":"Back_door"}', '[{"module":"netstat"}]',
          now() - interval '1 minute', now() + interval '1 hour', '9998-01-11 11:11:11+00', '9998-01-11 11:11:11+00', '0001-01-01 00:00:00+00', 'init', '[]', 2${counters(0, 0, 0, 0, 0, 0)}),
        (${idAt(SOON - 3)}, 'lossy', 'x', '{}', '{}', '[{"module":"netstat"}]',
          now() - interval '1 minute', now() + interval '1 hour', now() - interval '90 seconds', '9998-01-11 11:11:11+00', '0001-01-01 00:00:00+00', 'inflight', '[]', 2${counters(3, 1, 1, 0, 0, 0)}),
        (${idAt(SOON - 9000)}, 'left', 'x', '{}', '[]', '[{"module":"netstat"}]',
          now() - interval '2 hours', now() - interval '1 hour', now() - interval '2 hours', now() - interval '1 hour', now() - interval '1 hour', 'completed', '[]', 2${counters(2, 2, 2, 0, 0, 0)});
      INSERT INTO public.agents (id, name, queueloc, version, pid, starttime, heartbeattime, ${agent}) VALUES
        (5.00000000000000000, 'web1.example.net', 'linux.web1.abc00', '20140915', 11, now(), now(), ${of}),
        (6, 'web1.example.net', 'linux.web1.abc00', '20140915', 12, now(), now(), ${of}),
        (7, 'db_2', 'linux.db2.abc00', '20140915', 12, now(), now(), ${of});
      INSERT INTO public.commands (id, actionid, agentid, status, results, starttime, finishtime) VALUES
        (21, ${idAt(LONG_AGO)}, 5, 'done', '[{"foundanything":true}]', '2014-09-15 21:19:10+00', '2014-09-15 21:19:12+00'),
        (22, ${idAt(LONG_AGO)}, 7, 'success', '[{"foundanything":false}]', '2014-09-15 21:19:10+00', '2014-09-15 21:19:12+00'),
        (23, ${idAt(SOON - 3)}, 6, 'done', '[{"foundanything":false}]', now(), now()),
        (24, ${idAt(SOON - 9000)}, 7, 'sent', 'null', now(), '9998-01-11 11:11:11+00'),
        (25, ${idAt(SOON - 9000)}, 6, 'done', '[{"foundanything":true}]', now(), now());
      INSERT INTO public.signatures (actionid, investigatorid, pgpsignature)
        VALUES (${idAt(LONG_AGO)}, 7, 'one'), (${idAt(LONG_AGO)}, 8.00000000000000000, 'two'), (${idAt(SOON)}, 8, 'three')`)
  })

  describe('before anything is counted', () => {
    it('lists all rows and says that they are not counted', async () => {
      const rows = await rowsOf()
      expect(rows.map((row) => row.name)).toEqual(['young', 'lossy', 'left', 'waiting', 'nul', 'odd', 'cron'])
      expect(rows.every((row) => row.summary === null && row.modules === null)).toBe(true)
      expect(await countUncounted(viewer)).toEqual({ count: 7, more: false })
      expect(await names({ found: '1' })).toEqual([])
    })
  })

  describe('with its commands counted', () => {
    beforeAll(async () => {
      while (!(await runJob(actionSummaries)).ran);
    })

    it('tells what was counted, and whether the row has changed since', async () => {
      expect(await countUncounted(viewer)).toEqual({ count: 0, more: false })
      const find = async () => (await rowsOf()).find((row) => row.name === 'cron')
      expect(await find()).toMatchObject({
        summary: { commands: 2, done: 2, found: 1, stillOut: 0, fresh: true },
        modules: ['filechecker', 'netstat'],
        description: { author: 'Ann' },
        oddThreat: null,
        signers: [{ name: 'Ann Perkins' }, { name: 'Ben' }],
      })
      await database.owner(`UPDATE public.actions SET lastupdatetime = '2014-09-15 22:00:00+00' WHERE name = 'cron'`)
      expect((await find())?.summary?.fresh).toBe(false)
    })

    it('shows what is odd instead of hiding it', async () => {
      const rows = await rowsOf()
      const row = (name: string) => rows.find((one) => one.name === name)
      expect(row('odd')).toMatchObject({ status: null, expireafter: null, starttime: null, modules: [] })
      expect(row('odd')?.oddThreat).toContain('"level":5')
      expect(row('nul')).toMatchObject({ status: 'dancing', threat: { family: 'backdoor' }, modules: ['yara'] })
      expect(row('left')?.oddThreat).toBe('[]')
      expect(row('waiting')?.oddThreat).toBeNull()
    })

    it.each<[Record<string, string>, string[]]>([
      [{ status: 'completed' }, ['cron', 'left']],
      [{ status: 'other' }, ['nul', 'odd']],
      [{ status: 'init,other' }, ['nul', 'odd', 'waiting', 'young']],
      [{ found: '1' }, ['cron', 'left']],
      [{ module: 'netstat' }, ['cron', 'left', 'lossy', 'young']],
      [{ module: 'net' }, []],
      [{ module: 'netstat', found: '1', status: 'completed', investigator: '7' }, ['cron']],
      [{ investigator: '8' }, ['cron', 'young']],
      [{ investigator: '8.00000000000000000' }, ['cron', 'young']],
      [{ name: 'O' }, ['cron', 'lossy', 'odd', 'young']],
      [{ target: '%' }, ['waiting']],
      [{ family: 'back' }, ['cron', 'young']],
      [{ family: 'K_D' }, ['young']],
      [{ level: 'ALERT' }, ['cron']],
      [{ level: '5' }, []],
      [{ agent: '5' }, ['cron', 'left', 'lossy']],
      [{ agent: 'linux.db2.abc00' }, ['cron', 'left']],
      [{ agent: 'WEB1' }, ['cron', 'left', 'lossy']],
      [{ agent: '_2' }, ['cron', 'left']],
      [{ agent: 'nowhere' }, []],
      [{ from: '2014-09-15T21:18:09Z', to: '2014-09-15T21:18:09Z' }, ['cron', 'odd', 'waiting']],
      [{ q: 'CRÖN <x>' }, ['cron']],
      [{ q: 'a<b' }, ['cron']],
      [{ q: 'os=' }, ['cron']],
      [{ q: "'; DROP TABLE" }, []],
      [{ q: idAt(LONG_AGO) }, ['cron']],
      [{ q: `${idAt(LONG_AGO + 60)}.00000000000000000` }, ['waiting']],
      [{ q: Number(idAt(LONG_AGO)).toExponential() }, ['cron']],
    ])('filters by %j', async (raw, expected) => {
      expect(await names(raw)).toEqual(expected)
      expect((await listActions(viewer, params(raw))).total).toEqual({ count: expected.length, more: false })
    })

    it('says what needs attention by the row, and by its counted commands', async () => {
      const reasons = Object.fromEntries((await rowsOf()).map((row) => [row.name, row.attention]))
      expect(reasons).toEqual({
        cron: null,
        waiting: 'A1',
        odd: null,
        nul: null,
        young: null,
        lossy: later ? null : 'A4',
        left: 'A6',
      })
      expect(await names({ attention: 'any' })).toEqual(later ? ['left', 'waiting'] : ['left', 'lossy', 'waiting'])
      expect(await names({ attention: 'A1,A6' })).toEqual(['left', 'waiting'])
      expect(actionList.parse({ attention: 'A7' }).ok).toBe(false)
    })

    it('misses no commands of an action whose commands were counted in its first minute', async () => {
      const begin = (start: string) =>
        database.owner(`UPDATE public.actions SET starttime = ${start} WHERE name = 'lossy'`)
      await begin("now() - interval '30 seconds'")
      expect(await names({ attention: 'A4' })).toEqual([])
      await begin("'infinity'")
      expect(await names({ attention: 'A4' })).toEqual([])
      await begin("now() - interval '90 seconds'")
      expect(await names({ attention: 'A4' })).toEqual(later ? [] : ['lossy'])
    })

    it('sorts by what was found and by the number of commands', async () => {
      const sorted = async (sort: string) => (await rowsOf({ sort })).map((row) => row.name)
      expect((await sorted('-found')).slice(0, 2)).toEqual(['left', 'cron'])
      expect((await sorted('commands')).slice(-3)).toEqual(['lossy', 'cron', 'left'])
    })

    it('offers the modules and signers that there are', async () => {
      expect(await listUsedModules(viewer)).toEqual(['filechecker', 'netstat', 'yara'])
      expect((await listSigners(viewer, null)).map((one) => one.name)).toEqual(['Ann Perkins', 'Ben'])
    })
  })
})

const moment = fc.constantFrom(
  '2014-09-15 21:19:10.271089+00',
  '2014-09-15 21:19:10.271088+00',
  '2014-09-15 22:18:09+00',
  '2015-01-01 00:00:00+00',
  '2999-01-01 00:00:00+00',
  '9998-01-11 11:11:11+00',
  '0001-01-01 00:00:00+00',
  '0009-01-11 11:11:11+00',
  'infinity',
  '-infinity',
  '0044-03-15 00:00:00+00 BC',
)
const row = fc.record({
  id: fc.oneof(
    fc.integer({ min: -3700, max: 3700 }).map((s) => idAt(LONG_AGO + s)),
    fc.integer({ min: 1, max: 300 }).map(String),
    fc.integer({ min: 0, max: 5 }).map((n) => `142274880${n}000000000`),
    fc.integer({ min: 0, max: 5 }).map((n) => `500000000${n}000`),
  ),
  status: fc.constantFrom('init', 'pending', 'scheduled', 'preparing', 'inflight', 'completed', 'invalid', 'x', null),
  starttime: fc.option(moment),
  validfrom: moment,
})

/** The place of a row in the list, in nanoseconds, as the rule says it in words. */
function placeOf({
  id,
  status,
  starttime,
  validfrom,
}: {
  id: string
  status: string | null
  starttime: string | null
  validfrom: string
}): bigint {
  const read = (text: string | null) => (text === null ? null : (instantFromPostgres(text) ?? parseRfc3339(text)))
  const started = read(starttime)
  if (started) return instantToNanos(started)
  const made = idCreatedAt(id as MigId)
  const young = ['init', 'pending', 'scheduled'].includes(status ?? '') ? YOUNG_SECONDS : 0
  if (made) return BigInt(made.getTime()) * 1_000_000n + BigInt(young) * 1_000_000_000n
  const valid = read(validfrom)
  return valid ? instantToNanos(valid) : -(10n ** 30n)
}

describe('the order by start', () => {
  const database = useDatabaseOf('data-rst')

  it('is total, the same from both ends and at every page size, with rows that wait on top only while they are young', async () => {
    forgetVintage()
    const made = fc.sample(row, { numRuns: 400, seed: 20140915 })
    const rows = [...new Map(made.map((one) => [one.id, one])).values()]
    await database.owner(
      `INSERT INTO public.actions (id, name, target, validfrom, expireafter, starttime, status)
       SELECT id, id::text, 't', validfrom, 'infinity', starttime, status
       FROM json_to_recordset($1::json) AS r (id numeric, status text, starttime timestamptz, validfrom timestamptz)`,
      [JSON.stringify(rows)],
    )
    const expected = rows
      .toSorted((a, b) => {
        const [x, y] = [placeOf(a), placeOf(b)]
        if (x !== y) return x < y ? 1 : -1
        return BigInt(a.id) < BigInt(b.id) ? 1 : -1
      })
      .map((one) => one.id)
    for (const sort of ['-start', 'start']) {
      for (const size of ['25', '100']) {
        const forwards: string[] = []
        let page = await listActions(viewer, params({ sort, size }))
        for (;;) {
          forwards.push(...page.rows.map((one) => one.id))
          if (!page.next) break
          page = await listActions(viewer, { ...params({ sort, size }), after: page.next })
        }
        expect(forwards).toEqual(sort === '-start' ? expected : expected.toReversed())
        const backwards: string[] = []
        for (;;) {
          backwards.unshift(...page.rows.map((one) => one.id))
          if (!page.previous) break
          page = await listActions(viewer, { ...params({ sort, size }), before: page.previous })
        }
        expect(backwards).toEqual(forwards)
      }
    }
  })

  it('can have an index', async () => {
    const { startOrderSql } = await import('./start.sql')
    await database.owner(`CREATE INDEX by_start ON public.actions (${startOrderSql('').text} DESC, id DESC)`)
    const plan = await database.owner(
      `SET enable_seqscan = off; EXPLAIN SELECT id FROM public.actions a ORDER BY ${startOrderSql('a').text} DESC, a.id DESC LIMIT 5`,
    )
    expect(JSON.stringify(plan)).toContain('by_start')
  })
})
