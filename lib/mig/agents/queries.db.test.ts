import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { fetchPage } from '@/lib/db/list'
import { pool } from '@/lib/db/pool'
import { readRows } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import type { RawParams } from '@/lib/list-params'
import { forgetVintage, vintage as readVintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { compareInstants, type Instant, instantFromPostgres, parseRfc3339 } from '@/lib/mig/wire/time'
import { insertAgents, type TestAgent } from '@/lib/testing/agent-rows'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { fleetBounds, thresholds } from './bounds'
import { getAgent } from './detail-queries'
import { agentListQuery } from './list.sql'
import { exportAgents, listAgents } from './queries'
import { agentList } from './search-params'
import { getSilence } from './silence'
import { earlier, endpointState, type FleetBounds, stateBounds } from './state'
import { stateSql } from './state.sql'
import { ENDPOINT_STATES, type EndpointState } from './status'

const viewer = testViewer('investigator')
const now = parseRfc3339('2014-09-15T21:18:09.235444Z') as Instant
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const bounds = stateBounds(now, thresholds())

function params(raw: RawParams = {}) {
  const parsed = agentList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

const idOf = (i: number) => String(6059408362783470592n + BigInt(i) * 1024n)
const queueOf = (n: number) => `linux.host${n}.dc1.example.net.uid${n}00`

// 31 endpoints, some with several rows, in every state.
const AGES: [ages: number[], status?: string, destructiontime?: string][] = [
  [[MINUTE]],
  [[2 * MINUTE, 3 * HOUR, 5 * DAY]],
  [[10 * MINUTE]],
  [[10 * MINUTE + 0.001]],
  [[20 * MINUTE]],
  [[20 * MINUTE + 0.001, 2 * DAY]],
  [[30 * DAY]],
  [[31 * DAY, 80 * DAY]],
  [[-30_000]],
  [[-2 * HOUR]],
  // Its newest row is the old one: the other is ahead of the clock.
  [[-2 * HOUR, 3 * DAY]],
  [[-20_000, 3 * DAY], 'destroyed', '2014-09-14 00:00:00+00'],
  [[HOUR], 'destroyed', '2014-09-15 21:00:00+00'],
  [[MINUTE], 'destroyed', '2014-09-15 21:00:00+00'],
  [[40 * DAY], 'upgraded'],
]

function agents(): TestAgent[] {
  let n = 0
  const rows = AGES.flatMap(([ages, status = 'heartbeating', destructiontime], endpoint) =>
    ages.map((age, i): TestAgent => {
      n++
      return {
        id: idOf(n),
        name: `Host${endpoint}.dc1.example.net`,
        queueloc: queueOf(endpoint),
        os: endpoint % 3 === 0 ? 'windows' : 'linux',
        version: endpoint % 2 ? '201408260900+8031a39.prod' : '201409151700+72c0778.prod',
        pid: 100 + i,
        starttime: earlier(now, age + HOUR),
        heartbeattime: earlier(now, age),
        status,
        destructiontime: destructiontime ?? '9998-01-11 11:11:11+00',
        environment: endpoint % 3 === 0 ? '{"os":"windows","ident":"Windows"}' : '{"os":"linux","arch":"amd64"}',
        tags: '{"operator":"opsec"}',
      }
    }),
  )
  rows.push(
    {
      id: idOf(101),
      queueloc: 'bare',
      name: '100%_sure',
      heartbeattime: '9998-01-11 11:11:11+00',
      environment: '{"os":"linux","x":"\\u0000"}',
      tags: '[null]',
    },
    {
      id: idOf(102),
      queueloc: 'linux.zero.uid',
      name: '<b>zero</b>',
      heartbeattime: '-infinity',
      environment: 'null',
      tags: '{"a":"\\ud800"}',
    },
    // Same endpoint, same heartbeat: the greater id stands for it.
    { id: idOf(103), queueloc: 'linux.tie.uid', name: 'old.tie', heartbeattime: earlier(now, MINUTE), status: null },
    { id: idOf(104), queueloc: 'linux.tie.uid', name: 'new.tie', heartbeattime: earlier(now, MINUTE), status: null },
  )
  return rows
}

/** The fold and the rule again in plain code, to hold the SQL to. */
function fold(rows: TestAgent[]): Map<string, { id: string; state: EndpointState; rows: number }> {
  const read = (text: string) => instantFromPostgres(text) ?? parseRfc3339(text)
  const moment = (row: TestAgent) => {
    const at = read(row.heartbeattime)
    return at && Number(at.slice(0, 4)) <= 9000 ? at : null
  }
  const rank = (row: TestAgent): [number, string] => {
    const far = row.heartbeattime === '-infinity' ? '0' : row.heartbeattime.startsWith('9998') ? '9998' : null
    const at = moment(row)
    const ahead = far === '9998' || (at !== null && compareInstants(at, now) > 0)
    return [ahead ? 0 : 1, far ?? (at as string).padEnd(40, '0')]
  }
  const endpoints = new Map<string, TestAgent[]>()
  for (const row of rows) endpoints.set(row.queueloc ?? '', [...(endpoints.get(row.queueloc ?? '') ?? []), row])
  const folded = new Map<string, { id: string; state: EndpointState; rows: number }>()
  for (const [queue, members] of endpoints) {
    const newest = members.reduce((best, row) => {
      const [a, b] = [rank(best), rank(row)]
      if (a[0] !== b[0]) return b[0] > a[0] ? row : best
      if (a[1] !== b[1]) return b[1] > a[1] ? row : best
      return BigInt(row.id) > BigInt(best.id) ? row : best
    })
    const ahead = members.map(moment).filter((at) => at !== null && compareInstants(at, now) > 0) as Instant[]
    const lastSeen = ahead.sort(compareInstants).at(-1) ?? moment(newest)
    folded.set(queue, {
      id: newest.id,
      rows: members.length,
      state: endpointState(
        {
          lastSeen,
          status: newest.status ?? null,
          destructiontime: newest.destructiontime ? instantFromPostgres(newest.destructiontime) : null,
        },
        bounds,
      ),
    })
  }
  return folded
}

async function all(raw: RawParams) {
  const rows: Awaited<ReturnType<typeof listAgents>>['rows'] = []
  let page = await listAgents(viewer, params(raw), now)
  const total = page.total
  for (;;) {
    rows.push(...page.rows)
    if (!page.next) return { rows, total }
    page = await listAgents(viewer, { ...params(raw), after: page.next }, now)
  }
}

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])('agents in the layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)
  const planted = agents()
  const expected = fold(planted)

  beforeAll(async () => {
    forgetVintage()
    await insertAgents(owner, vintage, planted)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('folds rows to endpoints, each in its state', async () => {
    const { rows, total } = await all({ size: '25' })
    expect(rows.map((row) => row.queueloc).sort()).toEqual([...expected.keys()].sort())
    for (const row of rows)
      expect({ id: row.id, state: row.state, rows: row.processes }, row.queueloc).toEqual(expected.get(row.queueloc))
    expect(total).toEqual({ count: expected.size, more: false })
    expect(new Set(rows.map((row) => row.state))).toEqual(new Set(ENDPOINT_STATES))
  })

  it('counts by state what the list of that state holds', async () => {
    const ofState = (state: EndpointState) => [...expected.values()].filter((one) => one.state === state).length
    for (const state of ENDPOINT_STATES) {
      const { rows, total } = await all({ state })
      expect(rows.every((row) => row.state === state)).toBe(true)
      expect(rows.length, state).toBe(ofState(state))
      expect(total.count).toBe(ofState(state))
    }
    const two = await all({ state: ['gone', 'unreachable'] })
    expect(two.total.count).toBe(ofState('gone') + ofState('unreachable'))
  })

  it('lists processes as the table has them, each with its own state', async () => {
    const { rows, total } = await all({ rows: 'processes', size: '25' })
    expect(rows.map((row) => row.id).sort()).toEqual(planted.map((row) => row.id).sort())
    expect(total.count).toBe(planted.length)
    const old = rows.find((row) => row.id === idOf(2 + 1))
    expect(old).toMatchObject({ queueloc: queueOf(1), state: 'unreachable', processes: null })
    for (const state of ENDPOINT_STATES) {
      const some = await all({ rows: 'processes', state })
      expect(some.rows.map((row) => row.id).sort()).toEqual(
        rows
          .filter((row) => row.state === state)
          .map((row) => row.id)
          .sort(),
      )
    }
  })

  it('filters', async () => {
    const names = async (raw: RawParams) => (await all(raw)).rows.map((row) => row.name).sort()
    expect(await names({ name: 'host1.DC1' })).toEqual(['Host1.dc1.example.net'])
    expect(await names({ name: '100%_' })).toEqual(['100%_sure'])
    expect(await names({ name: '%' })).toEqual(['100%_sure'])
    expect(await names({ queueloc: 'uid1400' })).toEqual(['Host14.dc1.example.net'])
    expect((await names({ os: 'Windows' })).length).toBe(5)
    // In the layout of 2019 an environment that PostgreSQL cannot read leaves the system to the queue's name.
    expect((await names({ os: 'linux' })).length).toBe(expected.size - (vintage === '2019' ? 6 : 5))
    expect((await names({ version: '8031a39' })).length).toBe(7)
    expect(await names({ status: 'upgraded' })).toEqual(['Host14.dc1.example.net'])
    expect((await names({ status: ['destroyed', 'upgraded'] })).length).toBe(4)
    // A name that an endpoint no longer has is found among the processes only.
    expect(await names({ name: 'old.tie' })).toEqual([])
    expect(await names({ name: 'old.tie', rows: 'processes' })).toEqual(['old.tie'])
    expect(await names({ id: idOf(103) })).toEqual(['new.tie'])
    expect(await names({ id: idOf(103), rows: 'processes' })).toEqual(['old.tie'])
    expect(await names({ id: '12345678901234567' })).toEqual([])
  })

  it.each(['seen', 'name', 'os', 'version', 'start'])('sorts by %s and pages both ways without a gap', async (sort) => {
    for (const rows of ['endpoints', 'processes']) {
      const up = (await all({ sort, size: '200', rows })).rows.map((row) => row.id)
      const down = (await all({ sort: `-${sort}`, size: '200', rows })).rows.map((row) => row.id)
      expect(down).toEqual([...up].reverse())
      const sizes = params({ sort, size: '25', rows })
      const small = { ...sizes, size: 4 }
      let page = await listAgents(viewer, small, now)
      const forth = [...page.rows]
      while (page.next) {
        page = await listAgents(viewer, { ...small, after: page.next }, now)
        forth.push(...page.rows)
      }
      expect(forth.map((row) => row.id)).toEqual(up)
      const back = [...page.rows]
      while (page.previous) {
        page = await listAgents(viewer, { ...small, before: page.previous }, now)
        back.unshift(...page.rows)
      }
      expect(back.map((row) => row.id)).toEqual(up)
    }
  })

  it('finds the same endpoints, in the same states, when those ahead are too many to name', async () => {
    const named = await fleetBounds(now)
    expect(named.queuesAhead?.length).toBeGreaterThan(0)
    const found = async (bounds: FleetBounds, raw: RawParams) => {
      const query = agentListQuery(await readVintage(), params({ size: '200', ...raw }), bounds)
      const { rows } = await fetchPage<{ id: string; state: string; last_seen: string }>(
        query,
        params({ size: '200', ...raw }),
      )
      return rows.map(({ id, state, last_seen }) => [id, state, last_seen])
    }
    for (const raw of [{}, ...ENDPOINT_STATES.map((state) => ({ state })), { state: ['online', 'ahead'] }]) {
      const rows = await found(named, raw)
      expect(await found({ ...named, queuesAhead: null }, raw), JSON.stringify(raw)).toEqual(rows)
      if (!('state' in raw)) expect(rows.length).toBe(expected.size)
    }
    // Long before all heartbeats every queue is ahead; one row more than may be named is enough to stop naming them.
    const before = await fleetBounds('1999-01-01T00:00:00Z' as Instant)
    expect(before.queuesAhead?.length).toBeGreaterThan(named.queuesAhead?.length ?? 0)
    await owner(`INSERT INTO public.agents (id, name, queueloc, ${vintage === '2019' ? 'mode, refreshtime' : 'os'}, version, pid, starttime, heartbeattime)
      SELECT 900000 + n, 'crowd', 'linux.crowd' || n, ${vintage === '2019' ? `'', now()` : `'linux'`}, '1', 1, '2014-01-01', '2014-01-01' FROM generate_series(1, 1001) n`)
    expect((await fleetBounds('1999-01-01T00:00:00Z' as Instant)).queuesAhead).toBeNull()
    await owner(`DELETE FROM public.agents WHERE name = 'crowd'`)
  })

  it('asks four times for a page, however many rows it has', async () => {
    await listAgents(viewer, params(), now)
    const asked = vi.spyOn(pool(), 'query')
    await listAgents(viewer, params({ size: '200' }), now)
    expect(asked).toHaveBeenCalledTimes(4)
  })

  it("exports every row with MIG's columns, the state and the number of rows", async () => {
    const { columns, statement } = await exportAgents(viewer, params({ sort: 'name' }), now)
    const found = await readRows<Record<string, unknown>>(statement)
    expect(columns.map((column) => column.name)).toEqual(
      expect.arrayContaining(['id', 'queueloc', 'os', 'environment', 'tags', 'state', 'last_seen', 'processes']),
    )
    expect(found.length).toBe(expected.size)
    for (const row of found) {
      for (const { name } of columns) expect(row).toHaveProperty(name)
      expect(Number(row.processes)).toBe(expected.get(String(row.queueloc))?.rows)
    }
    expect(found.find((row) => row.queueloc === 'bare')).toMatchObject({ state: 'unknown', tags: '[null]' })
  })

  it('is silent once the newest heartbeat that is not ahead is older than two periods', async () => {
    const period = thresholds().period
    expect(await getSilence(viewer, now)).toMatchObject({ newest: earlier(now, MINUTE), silent: false, period })
    // Half a minute later the agents that were ahead are the newest.
    const newest = earlier(now, -30_000)
    expect(await getSilence(viewer, earlier(newest, -10 * MINUTE))).toMatchObject({ newest, silent: false, period })
    expect(await getSilence(viewer, earlier(newest, -10 * MINUTE - 0.001))).toMatchObject({
      newest,
      silent: true,
      period,
    })
  })

  it('holds the SQL rule to the rule in code on random rows', async () => {
    const edge = fc.constantFrom(0, -MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * DAY, 12 * MINUTE)
    const near = fc.tuple(edge, fc.constantFrom(-0.001, 0, 0.001)).map(([a, b]) => earlier(now, a + b) as string)
    const moment = fc.oneof(
      near,
      fc.constantFrom(
        '9998-01-11 11:11:11+00',
        '0001-01-01 00:00:00+00',
        'infinity',
        '-infinity',
        '0044-03-15 00:00:00+00 BC',
      ),
    )
    const row = fc.record({
      h: moment,
      d: fc.option(moment),
      s: fc.constantFrom('heartbeating', 'destroyed', 'destroyed', 'online', null, ''),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 200 }), async (cases) => {
        const rule = stateSql({ lastSeen: sql`r.h`, status: sql`r.s`, destructiontime: sql`r.d` }, bounds)
        const { rows } = await pool().query<{ state: string }>(sql`
          SELECT ${rule} AS state FROM json_to_recordset(${JSON.stringify(cases.map((c, i) => ({ ...c, i })))}::json)
            AS r (h timestamptz, d timestamptz, s text, i integer) ORDER BY r.i`)
        const read = (text: string | null) => (text === null ? null : (parseRfc3339(text) ?? instantFromPostgres(text)))
        expect(rows.map((r) => r.state)).toEqual(
          cases.map((c) => endpointState({ lastSeen: read(c.h), status: c.s, destructiontime: read(c.d) }, bounds)),
        )
      }),
      { numRuns: 25 },
    )
  })

  describe('one agent', () => {
    const NEWEST = idOf(2)
    const OLDER = idOf(3)

    beforeAll(async () => {
      await owner(`INSERT INTO public.actions (id, name, target, validfrom, expireafter${vintage === '2019' ? ', pgpsignatures' : ''})
        VALUES (77, 'look', 'x', now(), now()${vintage === '2019' ? `, '[]'` : ''})`)
      await owner(
        `INSERT INTO public.commands (id, actionid, agentid, status, results, starttime)
         SELECT n, 77, CASE WHEN n % 2 = 0 THEN $1::numeric ELSE $2::numeric END, 'done', 'null', '2014-09-01'::timestamptz + n * interval '1 minute'
         FROM generate_series(1, 25) n`,
        [NEWEST, OLDER],
      )
      await owner(`INSERT INTO public.modules (id, name) VALUES (1, 'filechecker'), (2, 'default')`)
      await owner(
        `INSERT INTO public.agtmodreq (moduleid, agentid, minimumweight) VALUES (1, $1, 2), (2, $1, 1), (1, $2, 9)`,
        [NEWEST, OLDER],
      )
    })

    it('shows its endpoint with the process that was asked for', async () => {
      const found = await getAgent(viewer, OLDER as MigId, now)
      expect(found).toMatchObject({
        newestId: NEWEST,
        state: 'online',
        lastSeen: earlier(now, 2 * MINUTE),
        processCount: 3,
      })
      expect(found?.process).toMatchObject({ id: OLDER, state: 'unreachable', pid: 101 })
      expect(found?.processes.map((p) => p.id)).toEqual([idOf(2), idOf(3), idOf(4)])
      expect(found?.commands.map((c) => c.id)).toEqual(Array.from({ length: 20 }, (_, i) => String(25 - i)))
      expect(found?.commands[0]).toMatchObject({ action: 'look', actionid: '77', agentid: OLDER, finishtime: null })
      expect(found?.requirements.map((r) => [r.module, r.minimumweight])).toEqual([
        ['default', 1],
        ['filechecker', 2],
      ])
      expect(found?.leftBehind.map((r) => [r.agentid, r.minimumweight])).toEqual([[OLDER, 9]])
      expect(found?.process.tags).toMatchObject({
        reading: { kind: 'known', value: [{ key: 'operator', value: 'opsec' }] },
      })
    })

    it('reads odd JSON and moments without breaking', async () => {
      const odd = await getAgent(viewer, idOf(101) as MigId, now)
      expect(odd?.process.tags.reading.kind).toBe('raw')
      expect(odd?.process.environment.reading).toMatchObject({ kind: 'known', value: { os: 'linux', others: ['x'] } })
      expect(odd).toMatchObject({ state: 'unknown', lastSeen: null, commands: [], requirements: [], leftBehind: [] })
      const zero = await getAgent(viewer, idOf(102) as MigId, now)
      expect(zero?.process.environment.reading.kind).toBe('none')
    })

    it('says the same state as the list', async () => {
      for (const row of (await all({ size: '200' })).rows)
        expect((await getAgent(viewer, row.id, now))?.state, row.queueloc).toBe(row.state)
    })

    it('is null for an id without a row', async () => {
      expect(await getAgent(viewer, '12345' as MigId, now)).toBeNull()
    })
  })
})
