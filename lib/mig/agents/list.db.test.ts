import { beforeAll, describe, expect, it } from 'vitest'
import { fetchPage } from '@/lib/db/list'
import { pool } from '@/lib/db/pool'
import { env } from '@/lib/env'
import type { RawParams } from '@/lib/list-params'
import { forgetVintage, vintage as readVintage } from '@/lib/mig/vintage'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { agentListQuery } from './list.sql'
import { listAgents } from './queries'
import { agentList } from './search-params'
import { stateBounds, thresholdsOf } from './state'

const now = parseRfc3339('2014-09-15T21:18:00Z') as Instant
const ago = (clock: string) => `2014-09-15 ${clock}+00`

async function listed(raw: RawParams) {
  const parsed = agentList.parse({ sort: 'name', ...raw })
  if (!parsed.ok) throw new Error(parsed.problem)
  return listAgents(testViewer('investigator'), parsed.params, now)
}

const names = async (raw: RawParams) => (await listed(raw)).rows.map((row) => row.name)

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])('the agent list in the layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  beforeAll(async () => {
    forgetVintage()
    const row = (id: number, name: string, beat: string, tags: string | null, environment: string | null = null) => ({
      id: String(1024 * id),
      name,
      queueloc: `linux.${name}.u00`,
      pid: id,
      heartbeattime: ago(beat),
      tags,
      environment,
    })
    await insertAgents(owner, vintage, [
      row(1, 'alpha', '21:17:00', '{"operator":"opsec","n":1,"a=b":"x=y"}', '{"arch":"amd64"}'),
      row(2, 'beta', '21:10:00', '{"operator":"it"}', '{"arch":"386","isproxied":true}'),
      row(3, 'beta', '21:09:00', '{"operator":"opsec"}'),
      row(4, 'delta', '20:00:00', '["operator"]', 'null'),
      row(5, 'gamma', '21:17:00', '{"operator":"\\u0000"}', '"arch"'),
      row(6, 'late', '21:04:00', null),
    ])
  })

  it('filters by any key of tags and environment, whatever the columns hold', async () => {
    expect(await names({ tag: 'operator' })).toEqual(['alpha', 'beta'])
    expect(await names({ tag: 'operator=opsec' })).toEqual(['alpha'])
    expect(await names({ tag: ['operator', 'n=1'] })).toEqual(['alpha'])
    expect(await names({ tag: 'a' })).toEqual([])
    expect(await names({ env: 'arch=386' })).toEqual(['beta'])
    expect(await names({ env: 'isproxied=true', tag: "x'; --" })).toEqual([])
    expect(await names({ rows: 'processes', tag: 'operator=opsec' })).toEqual(['alpha', 'beta'])
  })

  it('filters by the window, and by doubles', async () => {
    expect(await names({ within: '10m' })).toEqual(['alpha', 'beta', 'gamma'])
    expect(await names({ silent: '10m' })).toEqual(['delta', 'late'])
    expect(await names({ within: '20m', silent: '10m' })).toEqual(['late'])
    expect(await names({ double: '1' })).toEqual(['beta'])
  })

  it('judges the states by the thresholds of the address', async () => {
    expect(await names({ state: 'late' })).toEqual(['late'])
    expect(await names({ state: 'late', period: '3m' })).toEqual(['beta', 'late'])
    expect(await names({ state: 'unreachable', timeout: '12m' })).toEqual(['delta', 'late'])
    expect(await names({ state: 'gone', gone: '1h' })).toEqual(['delta'])
  })

  it('shows statements that give the same rows when they are pasted', async () => {
    for (const raw of [{}, { tag: "operator=o'psec" }, { tag: 'operator', env: 'arch', state: 'online,late' }]) {
      const { rows, ran, total } = await listed(raw)
      const [list, count] = ran
      const pasted = await pool().query<{ id: string }>(list?.text ?? '')
      expect(pasted.rows.map((row) => row.id)).toEqual(rows.map((row) => row.id))
      expect((await pool().query(count?.text ?? '')).rows).toEqual([{ n: String(total.count) }])
    }
  })

  it('gives the same rows whether those that the texts mean are few, and named, or many', async () => {
    const bounds = { ...stateBounds(now, thresholdsOf(env())), queuesAhead: [] }
    for (const raw of [
      { name: 'A' },
      { name: 'beta', rows: 'processes' },
      { os: 'LINUX', state: 'online' },
      { queueloc: '.u00', double: '1' },
      { version: '=201409151700+72c0778.prod', tag: 'operator', silent: '5m' },
      { env: 'arch', name: 'nobody' },
    ]) {
      const parsed = agentList.parse({ sort: 'name', ...raw })
      if (!parsed.ok) throw new Error(parsed.problem)
      const many = await fetchPage<{ id: string }>(
        agentListQuery(await readVintage(), parsed.params, bounds),
        parsed.params,
      )
      expect((await listed(raw)).rows.map((row) => row.id)).toEqual(many.rows.map((row) => row.id))
    }
    expect(await names({ name: 'A', rows: 'processes' })).toEqual(['alpha', 'beta', 'beta', 'delta', 'gamma', 'late'])
  })

  it('takes no pair without a key', () => {
    expect(agentList.parse({ tag: '=x' })).toMatchObject({ ok: false })
  })
})
