import { beforeAll, describe, expect, it } from 'vitest'
import { pool } from '@/lib/db/pool'
import { env } from '@/lib/env'
import { exportLines } from '@/lib/export'
import { earlier, thresholdsOf } from '@/lib/mig/agents/state'
import { forgetVintage } from '@/lib/mig/vintage'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import type { RanSql } from '@/lib/page'
import { insertAgents } from '@/lib/testing/agent-rows'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { momentOf, momentsOf } from './moments'
import { runPass } from './pass'
import { getDifference, getSpansAt, listDifference, ranForDifference } from './past-queries'
import { exportChart, getPicture, pictureProblem } from './picture'
import { differenceList, healthPage, pastList } from './search-params'

const viewer = testViewer('investigator')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
// A moment of the real clock: the present is counted by it.
const start = earlier(parseRfc3339(`${new Date(Date.now() - 6 * HOUR).toISOString().slice(0, 16)}:00Z`) as Instant, 0)
const at = (milliseconds: number) => earlier(start, -milliseconds)

function paramsOf<P>(
  list: { parse(raw: Record<string, string>): { ok: true; params: P } | { ok: false; problem: string } },
  raw: Record<string, string>,
): P {
  const parsed = list.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

/** What the statements give that a person pastes, by what they say they give. */
async function pasted(ran: RanSql[] | undefined): Promise<Map<string, Record<string, unknown>[]>> {
  const answers = new Map<string, Record<string, unknown>[]>()
  for (const { what, text } of ran ?? []) answers.set(what, (await pool().query(text)).rows)
  return answers
}

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])('agent health in the layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)
  const thresholds = thresholdsOf(env())
  const passes: number[] = []

  beforeAll(async () => {
    forgetVintage()
    const endpoints = 20
    await insertAgents(
      owner,
      vintage,
      Array.from({ length: endpoints }, (_, i) => ({
        id: String(i + 1),
        queueloc: `q${i + 1}`,
        name: `host${i + 1}`,
        os: i % 4 ? 'linux' : 'windows',
        version: i % 3 ? '2+b.prod' : '1+a.prod',
        tags: JSON.stringify({ operator: i % 2 ? 'ops' : 'web', '': 'odd' }),
        pid: 1,
        starttime: at(-24 * HOUR),
        heartbeattime: at(0),
      })),
    )
    const client = await pool().connect()
    try {
      // Every 5 minutes, but for an hour in the middle; from the third hour on five endpoints are silent, and one is upgraded.
      for (let t = 0; t <= 5 * HOUR; t += 5 * MINUTE) {
        const silent = t >= 3 * HOUR ? 5 : 0
        await owner(`UPDATE public.agents SET heartbeattime = $1::timestamptz WHERE id > $2::numeric`, [at(t), silent])
        if (t === 4 * HOUR) await owner(`UPDATE public.agents SET version = '3+c.prod' WHERE id = 20`)
        if (t > 1 * HOUR && t < 2 * HOUR) continue
        await client.query('BEGIN')
        if (await runPass(client, at(t), thresholds)) passes.push(t)
        await client.query('COMMIT')
      }
    } finally {
      client.release(true)
    }
  }, 60_000)

  const now = at(5 * HOUR + MINUTE)
  const pictureAt = (t: number, more: Record<string, string> = {}) =>
    getPicture(viewer, paramsOf(healthPage, { at: at(t), ...more }), now)

  it('shows a past moment with figures that add up and lead to exactly their rows', async () => {
    for (const t of [30 * MINUTE, 3 * HOUR + 12 * MINUTE, 5 * HOUR]) {
      const { figures, charts, rows } = await pictureAt(t)
      expect(Object.values(figures.byState).reduce((a, b) => a + b)).toBe(figures.endpoints)
      const listed = async (href: string) => {
        const raw = Object.fromEntries(new URL(href, 'http://site').searchParams)
        const params = paramsOf(pastList, raw)
        return (await getSpansAt(viewer, params.filters.at as Instant, params)).total.count
      }
      for (const [state, n] of Object.entries(figures.byState))
        expect(await listed(`${rows}state=${state}`), `${state} at ${t}`).toBe(n)
      let led = 0
      for (const chart of charts.filter(({ key }) => ['ages', 'systems', 'versions'].includes(key)))
        for (const { href, values, label } of chart.points) {
          if (!href) continue
          const n = Object.values(values).reduce<number>((sum, value) => sum + (value ?? 0), 0)
          expect(await listed(href), `${chart.key} ${label} at ${t}`).toBe(n)
          led++
        }
      expect(led).toBeGreaterThan(10)
    }
    const { figures } = await pictureAt(3 * HOUR + 30 * MINUTE)
    expect(figures.byState).toMatchObject({ online: 15, unreachable: 5 })
  })

  it('charts every sample, and gaps where there was none', async () => {
    const { charts } = await pictureAt(5 * HOUR, { range: '6h' })
    const states = charts.find(({ key }) => key === 'states')
    const known = states?.points.filter(({ values }) => Object.keys(values).length > 0) ?? []
    expect(known.map(({ key }) => key)).toEqual(passes.map(at))
    const hour = states?.points.filter(({ key }) => key > at(HOUR) && key < at(2 * HOUR)) ?? []
    expect(hour.map(({ values }) => values)).toEqual(Array.from({ length: 11 }, () => ({})))
    for (const { values } of known) expect(Object.values(values).reduce<number>((a, b) => a + (b ?? 0), 0)).toBe(20)
  })

  it('exports a chart as its points', async () => {
    const params = paramsOf(healthPage, { at: at(5 * HOUR), range: '6h' })
    const { charts } = await getPicture(viewer, params, now)
    for (const chart of charts) {
      let text = ''
      for await (const lines of exportLines(await exportChart(viewer, params, chart.key, now), 'csv')) text += lines
      const [, ...rows] = text.trimEnd().split('\r\n')
      expect(
        rows.map((row) => row.split(',').slice(1)),
        chart.key,
      ).toEqual(chart.points.map((point) => chart.series.map(({ key }) => String(point.values[key] ?? ''))))
    }
    await expect(exportChart(viewer, params, 'tag', now)).rejects.toThrow('There is no chart "tag"')
  })

  it('gives statements that say the same when they are pasted', async () => {
    const picture = await pictureAt(4 * HOUR)
    const fleet = await pasted(picture.ran.fleet)
    const counted = JSON.parse(fleet.get('count of the fleet at that moment')?.[0]?.by_state as string)
    expect(counted).toEqual(Object.fromEntries(Object.entries(picture.figures.byState).filter(([, n]) => n > 0)))
    const samples = (await pasted(picture.ran.samples)).get('samples')
    const slots = passes.filter((t) => t <= 4 * HOUR).map((t) => Math.floor(Date.parse(at(t)) / (10 * MINUTE)))
    expect(samples?.length).toBe(new Set(slots).size)
    expect((await pasted(picture.ran.days)).get('new and lost by day')?.length).toBeGreaterThan(0)

    const present = await getPicture(viewer, paramsOf(healthPage, {}), now)
    const stored = (await pasted(present.ran.fleet)).get('count of the fleet')?.[0]
    const alive = Object.fromEntries(Object.entries(present.figures.byState).filter(([, n]) => n > 0))
    expect(JSON.parse(stored?.by_state as string)).toEqual(alive)

    const between = { before: at(2 * HOUR), after: at(5 * HOUR) }
    const changes = await getDifference(viewer, between)
    expect(changes).toMatchObject({ lost: 5, upgraded: 1, new: 0 })
    const [row] = [...(await pasted(ranForDifference(viewer, between))).values()][0] ?? []
    expect(Object.fromEntries(Object.entries(row ?? {}).map(([key, n]) => [key, Number(n)]))).toEqual(changes)
    const lost = await listDifference(viewer, between, paramsOf(differenceList, { change: 'lost' }))
    expect(lost.total.count).toBe(5)
    expect((await pasted(lost.ran)).get('changed endpoints')?.map(({ name }) => name)).toEqual(
      lost.rows.map(({ name }) => name),
    )
  })

  it.runIf(vintage === '2019')('shows what MIG’s own scheduler counted, with gaps', async () => {
    for (const [t, online] of [
      [HOUR, 12],
      [3 * HOUR, 11],
    ] as const)
      await owner(
        `INSERT INTO public.agents_stats (timestamp, online_endpoints, idle_endpoints, multi_agents_endpoints, flapping_endpoints)
         VALUES ($1, $2, 3, 1, NULL)`,
        [at(t), online],
      )
    const { charts, ran } = await pictureAt(5 * HOUR, { range: '6h' })
    const chart = charts.find(({ key }) => key === 'scheduler')
    const known = chart?.points.filter(({ values }) => Object.keys(values).length > 0)
    expect(known).toEqual([
      { key: at(HOUR), values: { online: 12, idle: 3, double: 1, flapping: null } },
      { key: at(3 * HOUR), values: { online: 11, idle: 3, double: 1, flapping: null } },
    ])
    expect(chart?.points.length).toBeGreaterThan(20)
    expect([...(await pasted(ran.stats)).values()][0]).toHaveLength(2)
  })

  it('leads from the values of the present to as many agents', async () => {
    const { tagKeys, charts, tag } = await getPicture(viewer, paramsOf(healthPage, { tag: 'operator' }), now)
    expect(tagKeys).toContain('operator')
    expect(tag).toBe('operator')
    const chart = charts.find(({ key }) => key === 'tag')
    expect(chart?.points.map(({ label, href }) => [label, href])).toEqual([
      ['ops', '/agents?tag=operator%3Dops'],
      ['web', '/agents?tag=operator%3Dweb'],
    ])
  })

  it('says why a moment cannot be shown', async () => {
    const problem = (t: number) => pictureProblem(viewer, paramsOf(healthPage, { at: at(t) }), now)
    expect(await problem(-HOUR)).toMatch(/^The history begins at .* later than this moment\.$/)
    expect(await problem(6 * HOUR)).toBe('This moment lies in the future.')
    expect(await problem(5 * HOUR + MINUTE / 2)).toBe('This moment is after the last pass over the fleet.')
    expect(await problem(5 * HOUR)).toBeNull()
    expect(await momentOf(viewer, paramsOf(pastList, {}), now)).toBe(at(5 * HOUR))
    expect(await momentsOf(viewer, paramsOf(differenceList, {}), now)).toEqual({ before: at(0), after: at(5 * HOUR) })
    const wrong = paramsOf(differenceList, { from: at(HOUR), to: at(0) })
    await expect(momentsOf(viewer, wrong, now)).rejects.toThrow('later than the second one')
  })
})
