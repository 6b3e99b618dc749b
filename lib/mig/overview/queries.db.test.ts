import { beforeAll, describe, expect, it } from 'vitest'
import { env } from '@/lib/env'
import { listActions } from '@/lib/mig/actions/queries'
import { actionList } from '@/lib/mig/actions/search-params'
import { earlier } from '@/lib/mig/agents/state'
import { forgetVintage } from '@/lib/mig/vintage'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { countInflight, getAttention, getRecentActions } from './queries'

const viewer = testViewer('investigator')
const now = parseRfc3339('2014-09-15T21:18:09.235444Z') as Instant
const HOUR = 3_600_000
const one = (count: number) => ({ count, more: false })

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])('the overview in the layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  beforeAll(async () => {
    forgetVintage()
    const patience = 2 * env().collectorPeriod
    const actions: [id: number, status: string, validfrom: Instant, expireafter: Instant][] = [
      [1, 'inflight', earlier(now, HOUR), earlier(now, -HOUR)],
      [2, 'inflight', earlier(now, HOUR), earlier(now, patience)],
      [3, 'inflight', earlier(now, HOUR), earlier(now, patience + 0.001)],
      [4, 'invalid', earlier(now, 24 * HOUR), earlier(now, HOUR)],
      [5, 'invalid', earlier(now, 24 * HOUR + 0.001), earlier(now, HOUR)],
      [6, 'completed', earlier(now, 2 * HOUR), earlier(now, HOUR)],
      [7, 'completed', earlier(now, 48 * HOUR), earlier(now, 47 * HOUR)],
    ]
    const [column, value] = vintage === '2019' ? [', pgpsignatures', `, '[]'`] : ['', '']
    for (const values of actions)
      await owner(
        `INSERT INTO public.actions (id, name, target, status, validfrom, expireafter, starttime${column})
         VALUES ($1::numeric, 'an action', 'x', $2, $3::timestamptz, $4, $3::timestamptz${value})`,
        values,
      )
    await insertAgents(owner, vintage, [{ id: '9', heartbeattime: now }])
    await owner(`INSERT INTO public.commands (id, actionid, agentid, status, starttime)
      VALUES (1, 6, 9, 'failed', now()), (2, 6, 9, 'done', now()), (3, 7, 9, 'failed', now()), (4, 1, 9, 'failed', now())`)
  })

  it('counts what needs attention, to the edge of its windows', async () => {
    expect(await getAttention(viewer, now)).toEqual({
      overdue: one(1),
      invalid: one(1),
      failed: one(2),
      since: earlier(now, 24 * HOUR),
    })
    expect(await countInflight(viewer)).toEqual(one(3))
  })

  it('links the invalid actions to a list of exactly as many', async () => {
    const { invalid, since } = await getAttention(viewer, now)
    const parsed = actionList.parse({ status: 'invalid', from: since })
    if (!parsed.ok) throw new Error(parsed.problem)
    expect((await listActions(viewer, parsed.params)).total).toEqual(invalid)
  })

  it('begins the recent actions as their list begins', async () => {
    const recent = await getRecentActions(viewer)
    expect(recent.map((action) => action.id)).toEqual(['3', '2', '1', '6', '4', '5', '7'])
  })
})
