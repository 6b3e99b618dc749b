import { beforeAll, describe, expect, it } from 'vitest'
import { openPool, pool } from '@/lib/db/pool'
import { env } from '@/lib/env'
import { earlier, thresholdsOf } from '@/lib/mig/agents/state'
import type { EndpointState } from '@/lib/mig/agents/status'
import { forgetVintage } from '@/lib/mig/vintage'
import { compareInstants, type Instant, instantToNanos, parseRfc3339 } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { runPass } from './pass'
import { getDifference, spansAtQuery } from './past-queries'
import { getSeries } from './queries'
import { forgetOld } from './retention'

const viewer = testViewer('investigator')
const start = parseRfc3339('2026-03-01T00:00:00Z') as Instant
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const at = (milliseconds: number) => earlier(start, -milliseconds)
const FLEET = 24
const GAP = { from: 3 * DAY + 5 * HOUR, to: 3 * DAY + 6 * HOUR }
const LOST = new Set<EndpointState>(['unreachable', 'gone', 'destroyed'])
const REACHED = new Set<EndpointState>(['online', 'late'])

/** Repeatable numbers from 0 to 1. */
function draws(seed: number) {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

type Known = Map<string, { state: EndpointState; version: string }>

describe('a week of history under a driven clock', () => {
  const { owner, ownerUrl } = useDatabaseOf('data-rst')
  const thresholds = thresholdsOf(env())
  const remembered = new Map<number, Known>()
  const counted = new Map<number, Record<EndpointState, number>>()

  async function recount(now: Instant): Promise<Known> {
    const { rows } = await pool().query<{ queueloc: string; heartbeattime: Instant; version: string }>(
      'SELECT DISTINCT ON (queueloc) queueloc, heartbeattime, version FROM public.agents ORDER BY queueloc, heartbeattime DESC, id DESC',
    )
    return new Map(
      rows.map(({ queueloc, heartbeattime, version }) => {
        const age = Number(instantToNanos(now) - instantToNanos(heartbeattime)) / 1e6
        const state = age <= 10 * MINUTE ? 'online' : age <= 20 * MINUTE ? 'late' : 'unreachable'
        return [queueloc, { state, version }] as const
      }),
    )
  }

  beforeAll(async () => {
    forgetVintage()
    const draw = draws(5)
    await insertAgents(
      owner,
      'data-rst',
      Array.from({ length: FLEET }, (_, i) => ({
        id: String(i + 1),
        queueloc: `q${i + 1}`,
        pid: 1,
        starttime: at(-DAY),
        heartbeattime: at(0),
        version: 'v1',
      })),
    )
    const silentUntil = new Map<number, number>()
    let next = FLEET
    const mig = openPool(ownerUrl(), { max: 1 })
    const client = await pool().connect()
    try {
      // Steps of ten minutes, and of one within the second day's first hours and around the gap.
      for (let t = MINUTE; t <= 7 * DAY; ) {
        const fine = (t > DAY && t <= DAY + 2 * HOUR) || (t > GAP.to && t <= GAP.to + HOUR)
        const ids: string[] = []
        const beats: Instant[] = []
        for (let i = 1; i <= next; i++) {
          if ((silentUntil.get(i) ?? 0) > t) continue
          if (draw() < (fine ? 0.002 : 0.01)) {
            silentUntil.set(i, t + Math.floor(draw() * 8) * 10 * MINUTE + 12 * MINUTE)
            continue
          }
          ids.push(String(i))
          beats.push(at(t - Math.floor(draw() * 50_000)))
        }
        await mig.query(
          `UPDATE public.agents a SET heartbeattime = b.beat
           FROM unnest($1::numeric[], $2::timestamptz[]) AS b (id, beat) WHERE b.id = a.id`,
          [ids, beats],
        )
        if (!fine && draw() < 0.01) {
          const id = ++next
          await mig.query(
            `INSERT INTO public.agents (id, name, queueloc, os, version, pid, starttime, heartbeattime)
            VALUES ($1::integer, 'n' || $1::integer, 'q' || $1::integer, 'linux', 'v1', 1, $2, $2)`,
            [id, at(t - 1000)],
          )
        }
        if (draw() < 0.02)
          await mig.query(`UPDATE public.agents SET version = 'v2', heartbeattime = $1 WHERE id = $2`, [
            at(t),
            1 + Math.floor(draw() * next),
          ])
        const now = at(t)
        if (t <= GAP.from || t >= GAP.to) {
          await client.query('BEGIN')
          const passed = await runPass(client, now, thresholds)
          await client.query('COMMIT')
          if (passed) counted.set(t, passed.figures.byState)
          remembered.set(t, await recount(now))
        }
        t += fine ? MINUTE : 10 * MINUTE
      }
    } finally {
      client.release(true)
      await mig.end()
    }
  }, 240_000)

  const past = async (t: number): Promise<Known> => {
    const { text, values } = spansAtQuery(viewer, at(t), {}, thresholds).from
    const { rows } = await pool().query<{ queueloc: string; state: EndpointState; version: string }>(
      `SELECT queueloc, state, version FROM ${text}`,
      values,
    )
    return new Map(rows.map(({ queueloc, state, version }) => [queueloc, { state, version }]))
  }
  const sorted = (known: Known | undefined) => [...(known ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))

  it('shows the fleet at every moment of a pass as it was then', async () => {
    expect(remembered.size).toBeGreaterThan(1000)
    for (const [t, known] of remembered) expect(sorted(await past(t)), `minute ${t / MINUTE}`).toEqual(sorted(known))
  }, 120_000)

  it('tells the difference of two moments as a recount of both does', async () => {
    const moments = [...remembered.keys()]
    const draw = draws(7)
    let changes = 0
    for (let i = 0; i < 60; i++) {
      const [before, after] = [draw(), draw()]
        .map((n) => moments[Math.floor(n * moments.length)] as number)
        .sort((a, b) => a - b) as [number, number]
      const a = remembered.get(before) as Known
      const b = remembered.get(after) as Known
      const count = (test: (was: ReturnType<Known['get']>, is: ReturnType<Known['get']>) => boolean) =>
        [...new Set([...a.keys(), ...b.keys()])].filter((queue) => test(a.get(queue), b.get(queue))).length
      const expected = {
        lost: count((was, is) => !!was && !!is && REACHED.has(was.state) && LOST.has(is.state)),
        returned: count((was, is) => !!was && !!is && LOST.has(was.state) && REACHED.has(is.state)),
        new: count((was) => !was),
        upgraded: count((was, is) => !!was && !!is && was.version !== is.version),
        departed: count((_, is) => !is),
      }
      expect(await getDifference(viewer, { before: at(before), after: at(after) }, thresholds)).toEqual(expected)
      changes += expected.lost + expected.returned + expected.new + expected.upgraded
    }
    expect(changes).toBeGreaterThan(100)
  }, 60_000)

  it('leaves a gap where nobody sampled, and keeps the last sample of each hour', async () => {
    const { grain, samples } = await getSeries(viewer, { from: start, to: at(7 * DAY) }, at(7 * DAY))
    expect(grain).toBe('hour')
    expect(samples).toHaveLength(7 * 24 - 1)
    const during = samples.filter(
      (one) => compareInstants(one.at, at(GAP.from)) > 0 && compareInstants(one.at, at(GAP.to)) < 0,
    )
    expect(during).toEqual([])
    for (const sample of samples.slice(0, 20)) {
      const t = Number((instantToNanos(sample.at) - instantToNanos(start)) / 1_000_000n)
      expect(sample.byState).toEqual(counted.get(t))
    }
  })

  it('forgets minutes after 2 days, hours after 90 and spans after 400', async () => {
    const client = await pool().connect()
    const left = async () =>
      (
        await owner(`SELECT (SELECT count(*)::int FROM dashboard.fleet_sample WHERE grain = 'minute') AS minutes,
        (SELECT count(*)::int FROM dashboard.fleet_sample WHERE grain = 'hour') AS hours,
        (SELECT count(*)::int FROM dashboard.fleet_sample WHERE grain = 'day') AS days,
        (SELECT count(*)::int FROM dashboard.endpoint_span) AS spans`)
      )[0]
    try {
      const all = await left()
      await forgetOld(client, at(DAY))
      expect(await left()).toEqual(all)
      await forgetOld(client, at(91 * DAY))
      expect(await left()).toMatchObject({ minutes: 0, days: all?.days, spans: all?.spans })
      expect((await left())?.hours).toBeLessThan(all?.hours as number)
      await forgetOld(client, at(403 * DAY))
      const kept = await owner('SELECT min(until) >= $1 AS recent FROM dashboard.endpoint_span', [at(3 * DAY)])
      expect(kept).toEqual([{ recent: true }])
      await forgetOld(client, at(408 * DAY))
      expect(await left()).toMatchObject({ hours: 0, days: all?.days, spans: 0 })
    } finally {
      client.release(true)
    }
  })
})
