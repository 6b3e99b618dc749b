import { beforeAll, describe, expect, it } from 'vitest'
import { env } from '@/lib/env'
import { listActions } from '@/lib/mig/actions/queries'
import { actionList } from '@/lib/mig/actions/search-params'
import { earlier } from '@/lib/mig/agents/state'
import { forgetVintage } from '@/lib/mig/vintage'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { now as clock } from '@/lib/now'
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
    // Not picked up, stuck in preparation, running as preparing, drifted counters: each beside one that is all right.
    const others: [id: number, status: string, age: number, counters: string][] = [
      [11, 'init', 2 * patience, 'NULL, NULL, NULL'],
      [12, 'init', patience / 2, 'NULL, NULL, NULL'],
      [13, 'preparing', HOUR, '2, 0, 0'],
      [14, 'preparing', HOUR, '2, 1, 1'],
      [15, 'inflight', HOUR, '2, 3, 3'],
      [16, 'inflight', HOUR, '2, 2, 2'],
    ]
    const [column, value] = vintage === '2019' ? [', pgpsignatures', `, '[]'`] : ['', '']
    for (const values of actions)
      await owner(
        `INSERT INTO public.actions (id, name, target, status, validfrom, expireafter, starttime${column})
         VALUES ($1::numeric, 'an action', 'x', $2, $3::timestamptz, $4, $3::timestamptz${value})`,
        values,
      )
    const counterColumns = vintage === '2019' ? '' : ', sentctr, returnedctr, donectr'
    for (const [id, status, age, counters] of others)
      await owner(
        `INSERT INTO public.actions (id, name, target, status, validfrom, expireafter, starttime${counterColumns}${column})
         VALUES ($1::numeric, 'an action', 'x', $2, $3::timestamptz, $4, $3::timestamptz${counterColumns && `, ${counters}`}${value})`,
        [id, status, earlier(now, age), earlier(now, -HOUR)],
      )
    await insertAgents(owner, vintage, [{ id: '9', heartbeattime: now }])
    await owner(
      `INSERT INTO public.commands (id, actionid, agentid, status, starttime)
      VALUES (1, 6, 9, 'failed', now()), (2, 6, 9, 'done', now()), (3, 7, 9, 'failed', now()), (4, 1, 9, 'failed', $1)`,
      [earlier(now, 25 * HOUR)],
    )
  })

  it('counts what needs attention by its reasons, to the edge of its windows', async () => {
    const { reasons, failed } = await getAttention(viewer, now)
    const counted = (vintage === '2019' ? [] : ['A9', 'A5']) as string[]
    expect(reasons.map(({ reason }) => reason)).toEqual(['A1', 'A2', 'A3', ...counted, 'invalid'])
    expect(failed).toEqual({ ...one(2), since: earlier(now, 24 * HOUR) })
    expect(await countInflight(viewer)).toEqual(one(5))
  })

  it('links each reason to a list of exactly as many', async () => {
    // The list is asked at the clock's moment.
    const { mig } = await clock()
    const { reasons } = await getAttention(viewer, mig)
    expect(reasons.length).toBeGreaterThan(2)
    for (const { reason, total } of reasons) {
      const parsed = actionList.parse({ attention: reason })
      if (!parsed.ok) throw new Error(parsed.problem)
      expect((await listActions(viewer, parsed.params)).total, reason).toEqual(total)
    }
  })

  it('begins the recent actions as their list begins', async () => {
    const recent = await getRecentActions(viewer)
    expect(recent.map((action) => action.id)).toEqual(['12', '11', '16', '15', '14', '13', '3', '2'])
  })
})
