import { beforeAll, describe, expect, it } from 'vitest'
import { pool } from '@/lib/db/pool'
import type { RawParams } from '@/lib/list-params'
import { forgetVintage } from '@/lib/mig/vintage'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { insertAgents, type TestAgent } from '@/lib/testing/agent-rows'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { exportAgentGroups, listAgentGroups } from './group-queries'
import { groupText } from './groups'
import { listAgents } from './queries'
import { agentGroupList, agentList } from './search-params'
import { earlier } from './state'
import { ENDPOINT_STATES } from './status'

const viewer = testViewer('investigator')
const now = parseRfc3339('2014-09-15T21:18:09.235444Z') as Instant
const MINUTE = 60_000

const groupsOf = (raw: RawParams) => {
  const parsed = agentGroupList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return listAgentGroups(viewer, parsed.params, now)
}
const counts = async (raw: RawParams) =>
  Object.fromEntries((await groupsOf(raw)).rows.map(({ group, count }) => [groupText(group), count]))

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])('groups of agents in the layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  beforeAll(async () => {
    forgetVintage()
    const row = (id: number, name: string, minutes: number, more: Partial<TestAgent> = {}): TestAgent => ({
      id: String(id),
      name,
      queueloc: `linux.q${id}.x`,
      heartbeattime: earlier(now, minutes * MINUTE),
      ...more,
    })
    const os = (word: string, rest = '') => ({ os: word, environment: `{"os":"${word}"${rest}}` })
    await insertAgents(owner, vintage, [
      row(1, 'web1.dc1.example.net', 1, { ...os('linux', ',"arch":"amd64"'), tags: '{"operator":"opsec","a=b":"x"}' }),
      row(2, 'web23.dc1.example.net', 2, { ...os('linux', ',"arch":"386"'), tags: '{"operator":"o\'psec"}' }),
      row(3, 'web4.dc2.example.net', 15, { ...os('linux'), tags: '{"operator":""}' }),
      row(4, 'db-1', 60, { ...os('darwin'), tags: 'null', version: '2.10' }),
      row(5, 'db-2', 60, { ...os('Darwin'), tags: '["operator"]', version: '2.1' }),
      row(6, 'odd\\u0000', 60 * 24 * 40, { ...os('linux'), tags: '{"operator":"\\u0000"}' }),
      row(7, 'none', 1, { ...os('linux'), tags: null, status: null }),
      // Older rows of an endpoint count for nothing while endpoints are grouped.
      row(8, 'older', 90, { ...os('windows'), queueloc: 'linux.q1.x' }),
    ])
  })

  it('count the endpoints by each key', async () => {
    expect(await counts({})).toEqual({ 'os=linux': 5, 'os=darwin': 1, 'os=Darwin': 1 })
    expect(await counts({ by: 'name' })).toEqual({
      'name=web#.dc#.example.net': 3,
      'name=db-#': 2,
      'name=odd\\u#': 1,
      'name=none': 1,
    })
    expect(await counts({ by: 'domain' })).toEqual({
      'domain=dc1.example.net': 2,
      'domain=dc2.example.net': 1,
      domain: 4,
    })
    expect(await counts({ by: 'state' })).toEqual({
      'state=online': 3,
      'state=late': 1,
      'state=unreachable': 2,
      'state=gone': 1,
    })
    expect(await counts({ by: 'status' })).toEqual({ 'status=heartbeating': 6, status: 1 })
    expect(await counts({ by: 'tag:operator' })).toEqual({
      'tag:operator=opsec': 1,
      "tag:operator=o'psec": 1,
      'tag:operator=': 1,
      'tag:operator': 3,
      'unreadable:tag': 1,
    })
    expect(await counts({ by: 'tag:a%3Db' })).toEqual({ 'tag:a%3Db=x': 1, 'tag:a%3Db': 5, 'unreadable:tag': 1 })
    expect(await counts({ by: 'env:arch' })).toMatchObject({ 'env:arch=amd64': 1, 'env:arch=386': 1, 'env:arch': 5 })
    expect(await counts({ rows: 'processes' })).toMatchObject({ 'os=windows': 1, 'os=linux': 5 })
    expect(await counts({ state: 'online', os: 'linux' })).toEqual({ 'os=linux': 3 })
  })

  it('lead to exactly their rows, in each state as well, and add up to the list', async () => {
    for (const by of ['os', 'version', 'name', 'domain', 'state', 'status', 'tag:operator', 'tag:a%3Db', 'env:arch'])
      for (const rows of ['endpoints', 'processes']) {
        const groups = await groupsOf({ by, rows })
        const list = async (raw: RawParams) => {
          const parsed = agentList.parse({ rows, ...raw })
          if (!parsed.ok) throw new Error(parsed.problem)
          return (await listAgents(viewer, parsed.params, now)).total.count
        }
        expect(groups.total).toEqual({ count: groups.rows.length, more: false })
        expect(groups.grouped).toBe(await list({}))
        expect(groups.rows.reduce((sum, { count }) => sum + count, 0)).toBe(groups.grouped)
        for (const { group, count, byState } of groups.rows) {
          expect(await list({ in: groupText(group) }), groupText(group)).toBe(count)
          for (const state of ENDPOINT_STATES)
            if (byState[state] > 0 || state === 'online')
              expect(await list({ in: groupText(group), state }), `${groupText(group)} ${state}`).toBe(byState[state])
        }
      }
  })

  it('page by their counts and values without losing one', async () => {
    await insertAgents(
      owner,
      vintage,
      Array.from({ length: 60 }, (_, i) => ({
        id: String(1000 + i),
        queueloc: `linux.many${i}.x`,
        version: `many-${i % 40}`,
        heartbeattime: earlier(now, MINUTE),
      })),
    )
    for (const sort of ['-count', 'count', 'value', '-value']) {
      const seen: string[] = []
      let cursor: RawParams = {}
      for (;;) {
        const parsed = agentGroupList.parse({ by: 'version', sort, size: '25', ...cursor })
        if (!parsed.ok) throw new Error(parsed.problem)
        const page = await listAgentGroups(viewer, parsed.params, now)
        seen.push(...page.rows.map(({ group }) => groupText(group)))
        expect(page.total.count).toBe(43)
        if (!page.next) break
        const next = new URL(agentGroupList.href(parsed.params, { after: page.next }), 'http://x')
        cursor = { after: next.searchParams.get('after') ?? '' }
      }
      expect(new Set(seen).size, sort).toBe(43)
      expect(seen, sort).toHaveLength(43)
    }
    await owner(`DELETE FROM public.agents WHERE id >= 1000`)
  })

  it('are exported with their counts, and shown as the statement that gives them', async () => {
    const parsed = agentGroupList.parse({ by: 'tag:operator' })
    if (!parsed.ok) throw new Error(parsed.problem)
    const source = await exportAgentGroups(viewer, parsed.params, now)
    const rows: Record<string, unknown>[] = []
    for await (const batch of source.rows) rows.push(...batch)
    const { rows: shown, ran } = await groupsOf({ by: 'tag:operator' })
    expect(rows.map(({ group, count }) => [group, Number(count)])).toEqual(
      shown.map(({ group, count }) => [groupText(group), count]),
    )
    expect(rows[0]).toMatchObject({ by: 'tag:operator', value: null, group: 'tag:operator', online: 1, unreachable: 2 })
    const pasted = await pool().query<{ value: string; count: string }>(ran[0]?.text ?? '')
    expect(pasted.rows.map(({ count }) => Number(count))).toEqual(shown.map(({ count }) => count))
  })
})
