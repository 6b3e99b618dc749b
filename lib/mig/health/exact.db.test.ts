import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPool, pool } from '@/lib/db/pool'
import { env } from '@/lib/env'
import { earlier, endpointState, stateBounds, thresholdsOf } from '@/lib/mig/agents/state'
import type { EndpointState } from '@/lib/mig/agents/status'
import { forgetVintage } from '@/lib/mig/vintage'
import { compareInstants, type Instant, instantToNanos, parseRfc3339 } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { DOCUMENTED, type Figures } from './figures'
import { countFleet, runPass } from './pass'
import { countStatesAt, spansAtQuery } from './past-queries'

const viewer = testViewer('investigator')
const start = parseRfc3339('2026-03-01T00:00:00Z') as Instant
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const thresholds = thresholdsOf(env())
const at = (milliseconds: number) => earlier(start, -milliseconds)
const QUEUES = 14

/** Repeatable numbers from 0 to 1. */
function draws(seed: number) {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

type Row = {
  id: string
  name: string
  queueloc: string
  version: string
  pid: number
  status: string | null
  starttime: Instant | null
  destructiontime: Instant | null
  heartbeattime: Instant | null
  /** The heartbeat in seconds, exact to the microsecond; dates that are none too. */
  beat: number
  os: string
  tags: string | null
}

type Endpoint = { state: EndpointState; name: string; version: string; os: string; tags: string | null }

const secondsOf = (moment: Instant) => Number(instantToNanos(moment) / 1000n) / 1e6

const newer = (now: number) => (a: Row, b: Row) =>
  Number(b.beat <= now) - Number(a.beat <= now) || (a.beat === b.beat ? Number(b.id) - Number(a.id) : b.beat - a.beat)

/** The fleet judged row by row, with none of the pass's SQL. */
function judged(rows: Row[], now: Instant): Map<string, Endpoint> {
  const bounds = stateBounds(now, thresholds)
  const queues = new Map<string, Row[]>()
  for (const row of rows) queues.set(row.queueloc, [...(queues.get(row.queueloc) ?? []), row])
  return new Map(
    [...queues].map(([queue, own]) => {
      const [newest] = own.sort(newer(secondsOf(now))) as [Row]
      const ahead = own
        .flatMap((row) => row.heartbeattime ?? [])
        .filter((moment) => compareInstants(moment, now) > 0)
        .sort(compareInstants)
        .at(-1)
      const { status, destructiontime, name, version, os, tags } = newest
      const state = endpointState({ lastSeen: ahead ?? newest.heartbeattime, status, destructiontime }, bounds)
      return [queue, { state, name, version, os, tags }]
    }),
  )
}

function figuresBy(rows: Row[], now: Instant) {
  const fleet = [...judged(rows, now).values()]
  const since = (age: number) => (row: Row) => row.beat >= secondsOf(earlier(now, age))
  const tally = (values: string[]) => {
    const counts = new Map<string, number>()
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
    return Object.fromEntries([...counts].sort())
  }
  const beats = tally(rows.filter(since(DOCUMENTED.doublesWithin)).map((row) => row.queueloc))
  const names = new Set(rows.filter(since(DOCUMENTED.offlineSeen)).map((row) => row.name))
  for (const row of rows.filter(since(DOCUMENTED.offlineSilent))) names.delete(row.name)
  return {
    endpoints: fleet.length,
    byState: tally(fleet.map(({ state }) => state)),
    processes: rows.filter(since(2 * thresholds.period)).length,
    doubles: Object.values(beats).filter((n) => n > 1).length,
    offlineNames: names.size,
    byVersion: tally(fleet.map(({ version }) => version)),
    byOs: tally(fleet.map(({ os }) => os)),
    tagged: fleet.filter(({ tags }) => tags !== null).length,
  }
}

function toldBy(figures: Figures) {
  const tally = (counts: { value: string; n: number }[]) =>
    Object.fromEntries(counts.map(({ value, n }) => [value, n] as const).sort())
  return {
    endpoints: figures.endpoints,
    byState: Object.fromEntries(
      Object.entries(figures.byState)
        .filter(([, n]) => n > 0)
        .sort(),
    ),
    processes: figures.processes,
    doubles: figures.doubles,
    offlineNames: figures.offlineNames,
    byVersion: tally(figures.byVersion),
    byOs: tally(figures.byOs),
    tagged: figures.byTag.flatMap(({ values }) => values).reduce((sum, { n }) => sum + n, 0),
  }
}

describe('the pass on random fleets', () => {
  const { owner, ownerUrl } = useDatabaseOf('data-rst')
  let mig: ReturnType<typeof openPool>
  beforeAll(() => {
    forgetVintage()
    mig = openPool(ownerUrl(), { max: 1 })
  })
  afterAll(() => mig.end())

  async function rowsNow(): Promise<Row[]> {
    const { rows } =
      await pool().query<Row>(`SELECT trunc(id)::text AS id, name, queueloc, version, pid, status, starttime,
      destructiontime, heartbeattime, extract(epoch FROM heartbeattime)::float8 AS beat, os, tags::text AS tags FROM public.agents`)
    return rows
  }

  async function pass(now: Instant, changed?: number) {
    const client = await pool().connect()
    try {
      await client.query('BEGIN')
      const passed = await runPass(client, now, thresholds, changed)
      const recounted = await countFleet(client, now, thresholds)
      await client.query('COMMIT')
      return { passed, recounted }
    } finally {
      client.release(true)
    }
  }

  async function past(moment: number) {
    const { text, values } = spansAtQuery(viewer, at(moment), {}, thresholds).from
    const { rows } = await pool().query<{ queueloc: string } & Omit<Endpoint, 'tags'>>(
      `SELECT queueloc, state, name, version, os FROM ${text}`,
      values,
    )
    return new Map(rows.map(({ queueloc, ...endpoint }) => [queueloc, endpoint]))
  }

  // Three quarters of the passes look closer at what has changed only, the others at everything.
  it.each([1, 2, 3, 4])(
    'equals a recount of all rows, after any change of them (%i)',
    async (seed) => {
      await owner(`DELETE FROM public.agents; TRUNCATE dashboard.endpoint, dashboard.endpoint_span, dashboard.fleet,
      dashboard.fleet_sample, dashboard.fleet_day, dashboard.fleet_history`)
      const draw = draws(seed)
      const pick = <T>(list: readonly T[]) => list[Math.floor(draw() * list.length)] as T
      const queueOf = () => `linux.host${Math.floor(draw() * QUEUES)}.x`
      // Ages of a heartbeat, among them the edges, others' clocks and dates that are none.
      const moment = (t: number) =>
        pick([
          ...Array.from({ length: 8 }, () => at(t - Math.floor(draw() * 4 * MINUTE))),
          at(t - 10 * MINUTE),
          at(t - 20 * MINUTE),
          at(t - 30 * DAY),
          at(t - Math.floor(draw() * 40 * DAY)),
          at(t + 30_000),
          at(t + 5 * MINUTE),
          at(t + 60_000),
          '9998-01-11 11:11:11+00',
          'infinity',
          '0009-01-11 11:11:11+00',
        ])
      let id = 0
      const change = async (t: number) => {
        const kind = draw()
        const queue = queueOf()
        if (kind < 0.35)
          await mig.query('UPDATE public.agents SET heartbeattime = $1 WHERE id = $2', [
            moment(t),
            1 + Math.floor(draw() * id),
          ])
        else if (kind < 0.65)
          await insertAgents(owner, 'data-rst', [
            {
              id: String(++id),
              queueloc: queue,
              name: pick(['shared', queue]),
              os: pick(['linux', 'darwin']),
              version: pick(['one', 'two']),
              pid: id,
              starttime: pick([at(t - MINUTE), at(t - DAY), at(t + DAY)]),
              heartbeattime: moment(t),
              tags: pick([null, '{"a":"b"}']),
            },
          ])
        else if (kind < 0.75) await mig.query('DELETE FROM public.agents WHERE id = $1', [1 + Math.floor(draw() * id)])
        else if (kind < 0.8) await mig.query('DELETE FROM public.agents WHERE queueloc = $1', [queue])
        else if (kind < 0.9)
          await mig.query('UPDATE public.agents SET status = $1, destructiontime = $2 WHERE id = $3', [
            pick(['destroyed', 'destroyed', 'upgraded', 'heartbeating']),
            pick([at(t), '9998-01-11 11:11:11+00']),
            1 + Math.floor(draw() * id),
          ])
        // By hand.
        else if (kind < 0.95)
          await mig.query('UPDATE public.agents SET version = $1, name = $2 WHERE id = $3', [
            pick(['two', 'three']),
            pick(['shared', 'renamed']),
            1 + Math.floor(draw() * id),
          ])
        else
          await mig.query('UPDATE public.agents SET queueloc = $1 WHERE id = $2', [queue, 1 + Math.floor(draw() * id)])
      }
      let t = 0
      let kept = 0
      for (let i = 0; i < 20; i++) await change(t)
      for (let round = 0; round < 60; round++) {
        // A minute, some minutes, hours without a pass (MIG or the dashboard was away), days.
        t += pick([MINUTE, MINUTE, MINUTE, 7 * MINUTE, 11 * MINUTE, 3 * 60 * MINUTE, 20 * DAY])
        for (let i = Math.floor(draw() * 5); i > 0; i--) await change(t)
        const rows = await rowsNow()
        const { passed, recounted } = await pass(at(t), draw() < 0.25 ? 0 : undefined)
        const expected = figuresBy(rows, at(t))
        expect(toldBy(recounted), `round ${round}`).toEqual(expected)
        // Tags are kept for less than ten minutes.
        const { byTag, tagsNotCounted, tagsAt } = recounted
        const figures = passed?.figures as Figures
        expect(compareInstants(figures.tagsAt, at(t - 10 * MINUTE))).toBeGreaterThan(0)
        kept += Number(figures.tagsAt !== tagsAt)
        expect(figures.tagsAt === tagsAt ? figures : { ...figures, byTag, tagsNotCounted, tagsAt }).toEqual(recounted)
        const states = [...judged(rows, at(t))].map(([queue, { state }]) => [queue, state] as const).sort()
        const known = await past(t)
        expect([...known].map(([queue, { state }]) => [queue, state] as const).sort(), `round ${round}`).toEqual(states)
        expect((await countStatesAt(viewer, at(t), thresholds)).endpoints).toBe(expected.endpoints)
      }
      expect(kept).toBeGreaterThan(0)
      expect(kept).toBeLessThan(60)
    },
    120_000,
  )

  it('leaves the past as it was known when the row that told it is deleted', async () => {
    await owner(`DELETE FROM public.agents; TRUNCATE dashboard.endpoint, dashboard.endpoint_span, dashboard.fleet,
      dashboard.fleet_sample, dashboard.fleet_day, dashboard.fleet_history`)
    const row = { queueloc: 'linux.one.x', name: 'one', os: 'linux', version: 'one' }
    await insertAgents(owner, 'data-rst', [
      { id: '1', ...row, heartbeattime: at(-3 * DAY) },
      { id: '2', ...row, pid: 2, heartbeattime: at(0) },
      { id: '3', ...row, queueloc: 'linux.two.x', heartbeattime: at(-3 * DAY) },
      { id: '4', ...row, queueloc: 'linux.two.x', pid: 2, heartbeattime: at(-15 * MINUTE) },
    ])
    const states = async (moment: number) =>
      [...(await past(moment))].map(([queue, { state }]) => [queue, state]).sort()
    await pass(at(MINUTE))
    const known = await states(MINUTE)
    expect(known).toEqual([
      ['linux.one.x', 'online'],
      ['linux.two.x', 'late'],
    ])
    await owner('DELETE FROM public.agents WHERE id IN (2, 4)')
    await pass(at(2 * MINUTE))
    expect(await states(MINUTE)).toEqual(known)
    expect(await states(2 * MINUTE)).toEqual([
      ['linux.one.x', 'unreachable'],
      ['linux.two.x', 'unreachable'],
    ])
  })

  it('is made by one of two that begin at once', async () => {
    await owner('TRUNCATE dashboard.fleet_history, dashboard.endpoint, dashboard.fleet_sample')
    await insertAgents(owner, 'data-rst', [{ id: '9', heartbeattime: at(10 * MINUTE) }])
    await pass(at(9 * MINUTE))
    const [one, two] = await Promise.all([pool().connect(), pool().connect()])
    try {
      await one.query('BEGIN')
      await two.query('BEGIN')
      const first = await runPass(one, at(10 * MINUTE), thresholds)
      const second = runPass(two, at(10 * MINUTE), thresholds)
      await one.query('COMMIT')
      expect(first?.figures.endpoints).toBeGreaterThan(0)
      expect(await second).toBeNull()
      await two.query('COMMIT')
    } finally {
      one.release(true)
      two.release(true)
    }
    expect(await owner(`SELECT count(*)::int AS n FROM dashboard.fleet_sample WHERE grain = 'minute'`)).toEqual([
      { n: 2 },
    ])
  })
})
