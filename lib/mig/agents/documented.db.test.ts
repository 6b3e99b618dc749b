import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openPool } from '@/lib/db/pool'
import type { RawParams } from '@/lib/list-params'
import { parseId } from '@/lib/mig/wire/id'
import { type Instant, instantFromPostgres } from '@/lib/mig/wire/time'
import { insertAgents, type TestAgent } from '@/lib/testing/agent-rows'
import { type TestDatabase, testDatabase } from '@/lib/testing/database'
import { testViewer } from '@/lib/testing/viewer'
import { DOCUMENTED_DOUBLES, DOCUMENTED_OFFLINE } from './documented.sql'
import { countDoubles, listDoubles } from './double-queries'
import { compareOffline, countOffline, listOffline } from './offline-queries'
import { doubleList, offlineList } from './search-params'
import { earlier } from './state'

const viewer = testViewer('investigator')
const SECOND = 1000
const MINUTE = 60 * SECOND
const DAY = 86_400_000
const RUNS = 40

const kept = globalThis as unknown as { migPool?: pg.Pool }
let database: TestDatabase
/** Holds one transaction open, whose NOW() the documented statements see. */
let asker: pg.Client
let writer: pg.Client

beforeAll(async () => {
  database = await testDatabase()
  kept.migPool = openPool(database.programUrl)
  asker = new pg.Client({ connectionString: database.ownerUrl })
  writer = new pg.Client({ connectionString: database.ownerUrl })
  await Promise.all([asker.connect(), writer.connect()])
})

afterAll(async () => {
  await Promise.all([kept.migPool?.end(), asker?.end(), writer?.end()])
  kept.migPool = undefined
  await database?.drop()
})

beforeEach(async () => {
  await asker.query('ROLLBACK')
})

// Ages on and beside the documented boundaries, clocks ahead, and anything between.
const age = fc.oneof(
  fc.constantFrom(
    ...[30 * DAY, 5 * MINUTE, 10 * MINUTE].flatMap((edge) => [edge - 0.001, edge, edge + 0.001]),
    0,
    -0.001,
    -3 * 3600 * SECOND,
    90 * DAY,
  ),
  fc.integer({ min: -60, max: 15 * 60 }).map((seconds) => seconds * SECOND),
  fc.integer({ min: 0, max: 40 * 24 }).map((hours) => hours * 3600 * SECOND),
)
const never = fc.constantFrom('9998-01-11 11:11:11+00', '0001-01-01 00:00:00+00', 'infinity', '-infinity')
const names = ['web1', 'web10', 'web2', 'Web2', 'db-1', 'db1', 'ünïx', "o'brien", '%', 'a b']
const fleet = fc.array(
  fc.record({
    name: fc.constantFrom(...names),
    queue: fc.integer({ min: 1, max: 9 }),
    pid: fc.integer({ min: 1, max: 5 }),
    beat: fc.oneof({ weight: 12, arbitrary: age }, { weight: 1, arbitrary: never }),
    status: fc.constantFrom('heartbeating', 'destroyed', 'upgraded', null),
  }),
  { maxLength: 40 },
)
type Fleet = typeof fleet extends fc.Arbitrary<infer T> ? T : never

/** Writes the fleet relative to the NOW() of an open transaction and gives both. */
async function plant(rows: Fleet): Promise<Instant> {
  await asker.query('BEGIN')
  const { rows: clock } = await asker.query<{ now: string }>('SELECT NOW()::text AS now')
  const now = instantFromPostgres(clock[0]?.now ?? '')
  if (!now) throw new Error('no clock')
  await writer.query('DELETE FROM public.agents')
  const agents = rows.map(
    (row, i): TestAgent => ({
      id: String(6059408362783470592n + BigInt(i) * 1024n),
      name: row.name,
      queueloc: `linux.host${row.queue}.uid00`,
      pid: row.pid,
      status: row.status,
      heartbeattime: typeof row.beat === 'string' ? row.beat : earlier(now, row.beat),
    }),
  )
  await insertAgents((text, values) => writer.query(text, values), 'data-rst', agents)
  return now
}

function offline(raw: RawParams = {}) {
  const parsed = offlineList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

function doubles(raw: RawParams = {}) {
  const parsed = doubleList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

type Documented = { count: string; queueloc: string }

const ask = async <Row extends object>(statement: string): Promise<Row[]> => (await asker.query<Row>(statement)).rows

describe('the documented offline question', () => {
  it('has the same names in the same order on random fleets', async () => {
    await fc.assert(
      fc.asyncProperty(fleet, async (rows) => {
        const now = await plant(rows)
        try {
          const documented = (await ask<{ name: string }>(DOCUMENTED_OFFLINE)).map((row) => row.name)
          const ours = await listOffline(viewer, offline({ size: '200' }), now)
          expect(ours.rows.map((row) => row.name)).toEqual(documented)
          expect(ours.total).toEqual({ count: documented.length, more: false })
          expect((await countOffline(viewer, offline(), now)).count).toBe(documented.length)
          const [list, count] = ours.ran.map((one) => one.text)
          expect((await ask<{ name: string }>(list ?? '')).map((row) => row.name)).toEqual(documented)
          expect(await ask(count ?? '')).toEqual([{ n: String(documented.length) }])
        } finally {
          await asker.query('ROLLBACK')
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('has the same names as the statement with other windows', async () => {
    const windows = fc.record({ seen: fc.integer({ min: 1, max: 3000 }), silent: fc.integer({ min: 1, max: 3000 }) })
    await fc.assert(
      fc.asyncProperty(fleet, windows, async (rows, { seen, silent }) => {
        const now = await plant(rows)
        try {
          const statement = DOCUMENTED_OFFLINE.replace("'5 minutes'", `'${silent} minutes'`).replace(
            "'30 days'",
            `'${seen} minutes'`,
          )
          const documented = (await ask<{ name: string }>(statement)).map((row) => row.name)
          const ours = await listOffline(viewer, offline({ seen: `${seen}m`, silent: `${silent}m`, size: '200' }), now)
          expect(ours.rows.map((row) => row.name)).toEqual(documented)
        } finally {
          await asker.query('ROLLBACK')
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('explains every row by which the answers by name and by endpoint differ', async () => {
    await fc.assert(
      fc.asyncProperty(fleet, async (rows) => {
        const now = await plant(rows)
        try {
          const all = async (raw: RawParams) => (await listOffline(viewer, offline({ size: '200', ...raw }), now)).rows
          const [names, endpoints] = [await all({}), await all({ by: 'endpoint' })]
          const listed = new Set(names.map((row) => row.name))
          const silent = new Set(endpoints.map((row) => row.name))
          const hidden = await all({ by: 'endpoint', only: '1' })
          const renamed = await all({ only: '1' })
          expect(hidden.map((row) => row.id)).toEqual(
            endpoints.filter((row) => !listed.has(row.name)).map((row) => row.id),
          )
          expect(renamed.map((row) => row.name)).toEqual(
            names.filter((row) => !silent.has(row.name)).map((row) => row.name),
          )
          for (const row of hidden) expect(row.heard).toMatchObject({ name: row.name, sameQueue: false })
          for (const row of renamed) if (row.heard) expect(row.heard.sameQueue).toBe(true)
          const { ran, ...counts } = await compareOffline(viewer, offline(), now)
          expect(counts).toEqual({
            hidden: { count: hidden.length, more: false },
            renamed: { count: renamed.length, more: false },
          })
          expect((await Promise.all(ran.map(({ text }) => ask<{ n: string }>(text)))).map(([row]) => row?.n)).toEqual([
            String(hidden.length),
            String(renamed.length),
          ])
        } finally {
          await asker.query('ROLLBACK')
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('calls new what the documented statement did not give a day ago', async () => {
    const yesterday = DOCUMENTED_OFFLINE.replaceAll('NOW()', `(NOW() - interval '1 day')`)
    await fc.assert(
      fc.asyncProperty(fleet, async (rows) => {
        // The rows of now stand for those of yesterday: a heartbeat ahead of the clock would count as heard already then.
        const now = await plant(rows.filter((row) => typeof row.beat === 'number' && row.beat >= 0))
        try {
          const before = new Set((await ask<{ name: string }>(yesterday)).map((row) => row.name))
          const today = (await ask<{ name: string }>(DOCUMENTED_OFFLINE)).map((row) => row.name)
          const fresh = await listOffline(viewer, offline({ size: '200', lost: '24h' }), now)
          expect(fresh.rows.map((row) => row.name)).toEqual(today.filter((name) => !before.has(name)))
        } finally {
          await asker.query('ROLLBACK')
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('pages without losing or repeating a name', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({
      name: `n${i}`,
      queue: 1,
      pid: i,
      beat: 3600 * SECOND,
      status: null,
    }))
    const now = await plant(rows as Fleet)
    const documented = (await ask<{ name: string }>(DOCUMENTED_OFFLINE)).map((row) => row.name)
    for (const sort of ['name', '-seen']) {
      const first = await listOffline(viewer, offline({ size: '25', sort }), now)
      const second = await listOffline(
        viewer,
        { ...offline({ size: '25', sort }), after: first.next ?? undefined },
        now,
      )
      const third = await listOffline(
        viewer,
        { ...offline({ size: '25', sort }), after: second.next ?? undefined },
        now,
      )
      const seen = [...first.rows, ...second.rows, ...third.rows].map((row) => row.name)
      expect(third.next).toBeNull()
      if (sort === 'name') expect(seen).toEqual(documented)
      expect(new Set(seen)).toEqual(new Set(documented))
      expect(seen.length).toBe(60)
    }
  })

  it('shows the last row of a name, and by endpoint every queue of it', async () => {
    const now = await plant([
      { name: 'web1', queue: 1, pid: 1, beat: 3 * 3600 * SECOND, status: null },
      { name: 'web1', queue: 2, pid: 2, beat: 2 * 3600 * SECOND, status: null },
      { name: 'web1', queue: 2, pid: 1, beat: 40 * DAY, status: null },
      { name: 'web2', queue: 3, pid: 1, beat: 3600 * SECOND, status: null },
      { name: 'web2', queue: 4, pid: 1, beat: 0, status: null },
    ] as Fleet)
    const byName = await listOffline(viewer, offline(), now)
    expect(byName.rows).toEqual([
      expect.objectContaining({
        name: 'web1',
        id: '6059408362783471616',
        queueloc: 'linux.host2.uid00',
        last_seen: earlier(now, 2 * 3600 * SECOND),
        rows: 2,
      }),
    ])
    const byEndpoint = await listOffline(viewer, offline({ by: 'endpoint' }), now)
    expect(byEndpoint.rows.map((row) => row.queueloc).sort()).toEqual([
      'linux.host1.uid00',
      'linux.host2.uid00',
      'linux.host3.uid00',
    ])
    expect(await countOffline(viewer, offline(), now)).toEqual({ count: 1, more: false })
    expect(await countOffline(viewer, offline({ by: 'endpoint' }), now)).toEqual({ count: 3, more: false })
    expect(parseId(byName.rows[0]?.id ?? '')).not.toBeNull()
  })
})

describe('the documented question for doubles', () => {
  it('has the same queues and counts on random fleets, the greatest count first, ties by queueloc', async () => {
    await fc.assert(
      fc.asyncProperty(fleet, async (rows) => {
        const now = await plant(rows)
        try {
          const documented = await ask<Documented>(DOCUMENTED_DOUBLES)
          const ours = await listDoubles(viewer, doubles({ size: '200' }), now)
          expect(ours.rows.map((row) => row.count)).toEqual(documented.map((row) => Number(row.count)))
          const inOrder = [...documented].sort(
            (a, b) => Number(b.count) - Number(a.count) || (a.queueloc < b.queueloc ? -1 : 1),
          )
          expect(ours.rows.map((row) => [row.queueloc, row.count])).toEqual(
            inOrder.map((row) => [row.queueloc, Number(row.count)]),
          )
          const [list, count] = ours.ran.map((one) => one.text)
          expect((await ask<Documented>(list ?? '')).map((row) => [row.queueloc, row.count])).toEqual(
            inOrder.map((row) => [row.queueloc, row.count]),
          )
          expect(await ask(count ?? '')).toEqual([{ n: String(documented.length) }])
          expect(await countDoubles(viewer, doubles(), now)).toEqual({ count: documented.length, more: false })
          for (const row of ours.rows) {
            expect(row.processes).toHaveLength(Math.min(row.count, 20))
            expect(row.hints.length).toBeGreaterThan(0)
          }
        } finally {
          await asker.query('ROLLBACK')
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('pages over ties in both directions', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => [
      { name: 'a', queue: 100 + i, pid: 1, beat: MINUTE, status: null },
      { name: 'a', queue: 100 + i, pid: 2, beat: MINUTE, status: null },
      ...(i === 17 ? [{ name: 'a', queue: 117, pid: 3, beat: MINUTE, status: null }] : []),
    ]).flat()
    const now = await plant(rows as Fleet)
    const first = await listDoubles(viewer, doubles({ size: '25' }), now)
    const second = await listDoubles(viewer, { ...doubles({ size: '25' }), after: first.next ?? undefined }, now)
    const back = await listDoubles(viewer, { ...doubles({ size: '25' }), before: second.previous ?? undefined }, now)
    expect(first.rows[0]).toMatchObject({ queueloc: 'linux.host117.uid00', count: 3 })
    expect([...first.rows, ...second.rows]).toHaveLength(30)
    expect(second.next).toBeNull()
    expect(second.rows.map((row) => row.queueloc)).toEqual(
      ['125', '126', '127', '128', '129'].map((n) => `linux.host${n}.uid00`),
    )
    expect(back.rows.map((row) => row.queueloc)).toEqual(first.rows.map((row) => row.queueloc))
    const upwards = await listDoubles(viewer, doubles({ size: '25', sort: 'count' }), now)
    expect(upwards.rows[0]).toMatchObject({ queueloc: 'linux.host129.uid00', count: 2 })
  })
})
