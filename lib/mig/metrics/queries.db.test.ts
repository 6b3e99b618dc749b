import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'

import { createToken, revokeToken } from '@/lib/auth/token-mutations'
import { countOffline } from '@/lib/mig/agents/offline-queries'
import { defaultOffline } from '@/lib/mig/agents/search-params'
import { earlier } from '@/lib/mig/agents/state'
import { ENDPOINT_STATES, type EndpointState } from '@/lib/mig/agents/status'
import { forgetVintage } from '@/lib/mig/vintage'
import type { Instant } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import type { TestVintage } from '@/lib/testing/database'
import { parseMetrics } from '@/lib/testing/metrics-grammar'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { answerScrape } from './answer'

const NOW = '2014-09-15T21:18:09.235444Z' as Instant
vi.stubEnv('MIG_NOW', NOW)
const viewer = testViewer('investigator')
const operator = testViewer('admin', { id: null, name: 'operator' })
const MINUTE = 60_000

const scrape = (headers: Record<string, string> = {}) =>
  answerScrape(new Request('http://127.0.0.1:3000/metrics', { headers: { host: '127.0.0.1:3000', ...headers } }))

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])('the metrics in the layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)
  const value = async (name: string, labels: Record<string, string> = {}) => {
    const family = parseMetrics(await (await scrape()).text()).get(name)
    return family?.samples.find((one) => Object.entries(labels).every(([key, text]) => one.labels[key] === text))?.value
  }

  beforeAll(async () => {
    forgetVintage()
    const ages = [1, 2, 15, 25, 60, 40 * 24 * 60]
    await insertAgents(
      owner,
      vintage,
      ages.map((age, i) => ({
        id: String(1000 + i),
        queueloc: `linux.h${i}.x`,
        name: `h${i}`,
        heartbeattime: earlier(NOW, age * MINUTE),
      })),
    )
    const [column, json] = vintage === '2019' ? [', pgpsignatures', `, '[]'`] : ['', '']
    for (const [id, status] of [
      [1, 'inflight'],
      [2, 'inflight'],
      [3, 'init'],
      [4, 'completed'],
      [5, 'something else'],
    ])
      await owner(
        `INSERT INTO public.actions (id, name, target, status, validfrom, expireafter, starttime${column})
         VALUES ($1::numeric, 'an action', 'x', $2, now(), now(), now()${json})`,
        [id, status],
      )
  })
  beforeEach(async () => {
    await owner('DELETE FROM dashboard.token; DELETE FROM dashboard.fleet')
  })

  test('say what the pages say', async () => {
    const answer = await scrape()
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const planted: Partial<Record<EndpointState, number>> = { online: 2, late: 1, unreachable: 2, gone: 1 }
    for (const state of ENDPOINT_STATES)
      expect(await value('mig_endpoints', { state }), state).toBe(planted[state] ?? 0)
    expect(await value('mig_offline', { by: 'name' })).toBe((await countOffline(viewer, defaultOffline(), NOW)).count)
    expect(await value('mig_newest_heartbeat_age_seconds')).toBe(60)
    expect(await value('mig_actions_in_flight', { status: 'inflight' })).toBe(2)
    expect(await value('mig_actions_in_flight', { status: 'init' })).toBe(1)
    expect(await value('mig_actions_in_flight', { status: 'preparing' })).toBe(0)
    expect(await value('mig_dashboard_fixed_moment')).toBe(1)
    expect(await value('mig_dashboard_pool_connections_max')).toBe(10)
  })

  test('are OpenMetrics for who asks so', async () => {
    const answer = await scrape({ accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' })
    expect(answer.headers.get('content-type')).toContain('application/openmetrics-text')
    expect(parseMetrics(await answer.text(), true).get('mig_dashboard_errors')?.type).toBe('counter')
  })

  test('are not counted anew for each scrape, and not audited', async () => {
    const counted = () => owner('SELECT made_at FROM dashboard.fleet')
    const audited = () => owner('SELECT count(*) FROM dashboard.audit')
    await scrape()
    const [first, rows] = [await counted(), await audited()]
    await owner(`UPDATE dashboard.fleet SET made_at = made_at - interval '1 minute'`)
    const before = await counted()
    await scrape()
    expect(await counted()).toEqual(before)
    expect(first).toHaveLength(1)
    expect(await audited()).toEqual(rows)
  })

  test('need their token once there is one, and only that kind', async () => {
    const make = () => createToken(operator, { kind: 'metrics', name: 'prometheus', days: 30 } as never)
    const { secret, id } = await make()
    const status = async (headers: Record<string, string> = {}) => (await scrape(headers)).status
    expect(await status()).toBe(401)
    expect((await scrape()).headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect(await status({ authorization: `Bearer ${secret}` })).toBe(200)
    expect(await status({ authorization: `Bearer ${secret}`, host: 'mig.example.net', 'x-mig-forwarded': '1' })).toBe(
      200,
    )
    expect(await status({ authorization: `Bearer ${'x'.repeat(43)}` })).toBe(401)
    expect(await status({ authorization: `Basic ${secret}` })).toBe(401)
    await revokeToken(operator, id)
    expect(await status({ authorization: `Bearer ${secret}` })).toBe(401)
    expect(await status()).toBe(200)
  })

  test('without a token are for this machine only', async () => {
    const status = async (headers: Record<string, string>) => (await scrape(headers)).status
    expect(await status({ host: 'localhost:3000' })).toBe(200)
    expect(await status({ host: '[::1]:3000' })).toBe(200)
    expect(await status({ host: 'mig.example.net' })).toBe(403)
    expect(await status({ host: '127.0.0.1.example.net' })).toBe(403)
    expect(await status({ 'x-mig-forwarded': '1' })).toBe(403)
    expect(await (await scrape({ 'x-mig-forwarded': '1' })).text()).not.toContain('mig_endpoints')
  })

  test('leave out what cannot be read, and say so', async () => {
    await owner('ALTER TABLE public.actions RENAME TO actions_away')
    try {
      expect(await value('mig_dashboard_part_readable', { part: 'actions' })).toBe(0)
      expect(await value('mig_actions_in_flight', { status: 'inflight' })).toBeUndefined()
      expect(await value('mig_dashboard_part_readable', { part: 'fleet' })).toBe(1)
    } finally {
      await owner('ALTER TABLE public.actions_away RENAME TO actions')
    }
  })
})
