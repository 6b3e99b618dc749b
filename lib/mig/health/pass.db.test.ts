import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pool } from '@/lib/db/pool'
import { env } from '@/lib/env'
import { listAgents } from '@/lib/mig/agents/queries'
import { agentList } from '@/lib/mig/agents/search-params'
import { earlier, thresholdsOf } from '@/lib/mig/agents/state'
import { ENDPOINT_STATES, type EndpointState } from '@/lib/mig/agents/status'
import { forgetVintage } from '@/lib/mig/vintage'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { getEndpointHistory } from './endpoint-history'
import { getFleet } from './fleet-queries'
import { runPass } from './pass'
import { countStatesAt, getDifference } from './past-queries'
import { getDays, getHistory, getSeries } from './queries'

const viewer = testViewer('investigator')
const start = parseRfc3339('2026-03-01T00:00:00Z') as Instant
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const at = (milliseconds: number) => earlier(start, -milliseconds)
const queue = (id: string) => `linux.host${id}.example.net.585qnpl2br200`

async function pass(now: Instant) {
  const client = await pool().connect()
  try {
    await client.query('BEGIN')
    const passed = await runPass(client, now, thresholdsOf(env()))
    await client.query('COMMIT')
    return passed
  } finally {
    client.release(true)
  }
}

/** How many endpoints the agent list holds of a state. */
async function listed(state: EndpointState, now: Instant): Promise<number> {
  const parsed = agentList.parse({ state })
  if (!parsed.ok) throw new Error(parsed.problem)
  return (await listAgents(viewer, parsed.params, now)).total.count
}

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])('the pass over the fleet in the layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)
  beforeAll(forgetVintage)
  beforeEach(async () => {
    await owner(`DELETE FROM public.agents; TRUNCATE dashboard.endpoint, dashboard.endpoint_span, dashboard.fleet,
      dashboard.fleet_sample, dashboard.fleet_day, dashboard.fleet_history`)
  })
  const agents = (rows: Parameters<typeof insertAgents>[2]) => insertAgents(owner, vintage, rows)
  const beat = (ids: string[], when: Instant) =>
    owner('UPDATE public.agents SET heartbeattime = $1 WHERE id = ANY($2::numeric[])', [when, ids])
  const spans = () => owner('SELECT count(*)::int AS n FROM dashboard.endpoint_span')

  it('counts what the agent list counts, and writes one row, three samples and every endpoint', async () => {
    await agents([
      { id: '1', heartbeattime: at(-MINUTE) },
      { id: '2', heartbeattime: at(-11 * MINUTE) },
      { id: '3', heartbeattime: at(-HOUR) },
      { id: '4', heartbeattime: at(-31 * DAY) },
      { id: '5', heartbeattime: at(HOUR) },
      { id: '6', heartbeattime: at(-HOUR), status: 'destroyed', destructiontime: at(-HOUR + MINUTE) },
      { id: '7', heartbeattime: '9998-01-11 11:11:11+00' },
      { id: '8', heartbeattime: 'infinity', status: null, destructiontime: null, starttime: '-infinity' },
      { id: '9', heartbeattime: at(-2 * MINUTE), tags: '{"a":"\\u0000","operator":"x"}' },
    ])
    const passed = await pass(start)
    for (const state of ENDPOINT_STATES) expect(passed?.figures.byState[state], state).toBe(await listed(state, start))
    expect(passed).toMatchObject({ kept: 9, ended: 0, departed: 0 })
    expect(passed?.figures.endpoints).toBe(9)
    expect(await owner('SELECT grain, endpoints FROM dashboard.fleet_sample ORDER BY grain')).toEqual([
      { grain: 'day', endpoints: 9 },
      { grain: 'hour', endpoints: 9 },
      { grain: 'minute', endpoints: 9 },
    ])
    expect((await countStatesAt(viewer, start)).byState).toEqual(passed?.figures.byState)
    expect(passed?.figures.byTag).toContainEqual({
      key: 'operator',
      values: [{ value: 'x', n: 1, alive: 1 }],
      others: 0,
    })
    expect(await pass(start)).toBeNull()
    expect(await pass(at(1000))).toMatchObject({ kept: 0, ended: 0 })
  })

  it('is counted once for more askers than there are connections', async () => {
    await agents([{ id: '1', heartbeattime: at(-MINUTE) }])
    const all = await Promise.all(Array.from({ length: 14 }, () => getFleet(viewer)))
    expect(new Set(all.map(({ madeAt }) => madeAt)).size).toBe(1)
  })

  it('knows afterwards when an endpoint fell silent, came back, was upgraded and departed', async () => {
    await agents([{ id: '1', heartbeattime: at(0), starttime: at(-DAY), version: 'one' }])
    await pass(at(MINUTE))
    await pass(at(11 * MINUTE))
    await pass(at(25 * MINUTE))
    await beat(['1'], at(29 * MINUTE))
    await pass(at(30 * MINUTE))
    await agents([
      {
        id: '2',
        queueloc: queue('1'),
        name: 'host1.example.net',
        pid: 2,
        version: 'two',
        starttime: at(32 * MINUTE),
        heartbeattime: at(32 * MINUTE),
      },
    ])
    await pass(at(33 * MINUTE))
    await owner('DELETE FROM public.agents')
    await pass(at(34 * MINUTE))
    const stretches = await getEndpointHistory(viewer, queue('1'), { from: start, to: at(HOUR) })
    expect(stretches.map(({ state, version, from, to }) => [state, version, from, to])).toEqual([
      ['online', 'one', start, at(10 * MINUTE)],
      ['late', 'one', at(10 * MINUTE), at(20 * MINUTE)],
      ['unreachable', 'one', at(20 * MINUTE), at(29 * MINUTE)],
      ['online', 'one', at(29 * MINUTE), at(32 * MINUTE)],
      ['online', 'two', at(32 * MINUTE), at(34 * MINUTE)],
    ])
    expect(await getDifference(viewer, { before: at(MINUTE), after: at(25 * MINUTE) })).toMatchObject({
      lost: 1,
      returned: 0,
    })
    expect(await getDifference(viewer, { before: at(25 * MINUTE), after: at(33 * MINUTE) })).toMatchObject({
      lost: 0,
      returned: 1,
      upgraded: 1,
      departed: 0,
    })
    expect(await getDifference(viewer, { before: at(33 * MINUTE), after: at(34 * MINUTE) })).toMatchObject({
      departed: 1,
    })
  })

  it('writes nothing while two processes of different versions take turns', async () => {
    await agents([
      { id: '1', heartbeattime: at(0), version: 'old', starttime: at(-DAY) },
      {
        id: '2',
        queueloc: queue('1'),
        name: 'host1.example.net',
        pid: 2,
        heartbeattime: at(-MINUTE),
        version: 'new',
        starttime: at(-HOUR),
      },
    ])
    const first = await pass(at(MINUTE))
    expect(first?.figures).toMatchObject({ doubles: 1, doublesAlive: 1, processes: 2, endpoints: 1 })
    await beat(['2'], at(2 * MINUTE))
    expect(await pass(at(3 * MINUTE))).toMatchObject({ kept: 0 })
    await beat(['1'], at(4 * MINUTE))
    expect(await pass(at(5 * MINUTE))).toMatchObject({ kept: 0 })
    expect(await spans()).toEqual([{ n: 0 }])
  })

  it('rebuilds new and lost by day from the rows that it finds', async () => {
    await agents([
      { id: '1', starttime: at(-3 * DAY), heartbeattime: at(-2 * DAY) },
      { id: '2', starttime: at(-3 * DAY), heartbeattime: at(0) },
    ])
    await pass(at(MINUTE))
    expect(await getDays(viewer, { from: at(-4 * DAY), to: start })).toEqual([
      { day: '2026-02-25', came: 0, lost: 0, rebuilt: true },
      { day: '2026-02-26', came: 2, lost: 0, rebuilt: true },
      { day: '2026-02-27', came: 0, lost: 1, rebuilt: true },
      { day: '2026-02-28', came: 0, lost: 0, rebuilt: true },
      { day: '2026-03-01', came: 0, lost: 0, rebuilt: true },
    ])
    expect(await getHistory(viewer)).toMatchObject({ beginsAt: at(MINUTE), standsStill: false })
    expect((await getSeries(viewer, { from: start, to: at(HOUR) }, at(HOUR))).samples).toHaveLength(1)
  })

  it('counts the fleet for whoever asks, from the database’s clock', async () => {
    await owner(`DELETE FROM dashboard.fleet`)
    await agents([{ id: '1', heartbeattime: new Date().toISOString() }])
    const fleet = await getFleet(viewer)
    expect(fleet).toMatchObject({ endpoints: 1, byState: { online: 1 } })
    expect((await getFleet(viewer)).madeAt).toBe(fleet.madeAt)
  })

  it('counts again what is older than ten seconds, but not before ten times what the count takes', async () => {
    await agents([{ id: '1', heartbeattime: new Date().toISOString() }])
    const isShown = async (age: number, took: number) => {
      await getFleet(viewer)
      await owner(`UPDATE dashboard.fleet SET took_ms = ${took}, made_at = clock_timestamp() - interval '${age} ms',
        figures = jsonb_set(figures, '{endpoints}', '77')`)
      return (await getFleet(viewer)).endpoints === 77
    }
    expect([await isShown(9_000, 1), await isShown(12_000, 1), await isShown(39_000, 4_000)]).toEqual([
      true,
      false,
      true,
    ])
  })
})
