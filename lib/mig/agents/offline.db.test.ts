import { beforeAll, describe, expect, it } from 'vitest'
import { fetchPage } from '@/lib/db/list'
import type { ListParams } from '@/lib/list-params'
import { forgetVintage } from '@/lib/mig/vintage'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import { insertActions, insertCommands } from '@/lib/testing/command-rows'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { offlineNamesQuery } from './offline.sql'
import { listOffline } from './offline-queries'
import { offlineList } from './search-params'
import { earlier } from './state'

const viewer = testViewer('investigator')
const now = parseRfc3339('2014-09-15T21:18:00Z') as Instant

function params(raw: Record<string, string>) {
  const parsed = offlineList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])('an offline row in the layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  beforeAll(async () => {
    forgetVintage()
    await insertAgents(owner, vintage, [
      { id: '1024', name: 'web1', queueloc: 'linux.web1.a00', heartbeattime: '2014-09-14 10:00:00+00' },
      {
        id: '2048',
        name: 'web1',
        queueloc: 'linux.web1.a00',
        heartbeattime: '2014-09-15 20:00:00+00',
        tags: '{"operator":"opsec","x":"\\u0000"}',
      },
      { id: '3072', name: 'quiet', queueloc: 'linux.quiet.b00', heartbeattime: '2014-09-15 20:00:00+00', tags: 'null' },
      { id: '4096', name: 'twin', queueloc: 'linux.twin.c00', heartbeattime: '2014-09-15 20:00:00+00' },
      { id: '5120', name: 'twin', queueloc: 'linux.twin.d00', heartbeattime: '2014-09-15 21:17:00+00' },
    ])
    await insertActions(owner, vintage, [{ id: '900', name: 'look', operations: '[]' }])
    const sent = (id: string, agentid: string, status: string, starttime: string) => ({
      id,
      actionid: '900',
      agentid,
      status,
      results: 'null',
      starttime,
    })
    await insertCommands(owner, [
      sent('1', '2048', 'done', '2014-09-15 20:05:00+00'),
      sent('2', '2048', 'sent', '2014-09-15 20:05:00+00'),
      // To the older process of the same queue.
      sent('3', '1024', 'cancelled', '2014-09-15 20:10:00+00'),
      sent('4', '2048', 'expired', '2014-09-15 20:11:00+00'),
      sent('5', '2048', 'sent', '2014-09-15 20:12:00+00'),
      // Long before the last heartbeat: the endpoint was there.
      sent('6', '2048', 'cancelled', '2014-09-15 12:00:00+00'),
      sent('7', '2048', 'prepared', '2014-09-15 20:13:00+00'),
    ])
  })

  it('tells the newest commands that its endpoint did not answer', async () => {
    for (const by of ['name', 'endpoint']) {
      const { rows } = await listOffline(viewer, params({ by, name: 'web1' }), now)
      expect(rows).toHaveLength(1)
      expect(rows[0]).toMatchObject({ id: '2048', missedCount: 5 })
      expect(rows[0]?.missed.map((command) => [command.id, command.action, command.status])).toEqual([
        ['7', 'look', 'prepared'],
        ['5', 'look', 'sent'],
        ['4', 'look', 'expired'],
      ])
    }
  })

  it('tells tags, whatever they hold, and who is heard under the same name', async () => {
    const { rows } = await listOffline(viewer, params({ by: 'endpoint' }), now)
    const of = (name: string) => rows.find((row) => row.name === name)
    expect(of('web1')?.tags).toEqual({
      kind: 'known',
      value: [
        { key: 'operator', value: 'opsec' },
        { key: 'x', value: '\0' },
      ],
    })
    expect(of('quiet')).toMatchObject({ tags: { kind: 'none' }, missed: [], missedCount: 0, heard: null })
    expect(of('twin')).toMatchObject({ id: '4096', heard: { id: '5120', name: 'twin', sameQueue: false } })
  })
})

describe('offline names in the order of their last heartbeats', () => {
  const { owner } = useDatabaseOf('data-rst')

  it.each([1, 2, 3])('are those of the documented fold, page by page (%i)', async (seed) => {
    forgetVintage()
    let state = seed
    const draw = (n: number) => {
      state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
      return Math.floor((state / 4_294_967_296) * n)
    }
    const agents = Array.from({ length: 120 }, (_, i) => ({
      id: String(i + 1),
      name: `n${draw(40)}`,
      queueloc: `linux.q${draw(60)}`,
      // Few different moments, so that names tie; some recent, ahead, too old or none.
      heartbeattime:
        draw(12) === 0
          ? ['9998-01-11 11:11:11+00', 'infinity', '0009-01-11 11:11:11+00', '2014-09-15 21:30:00+00'][draw(4)]
          : earlier(
              now,
              [60_000, 300_000, 300_001, 3_600_000, 7_200_000, 86_400_000, 30 * 86_400_000, 31 * 86_400_000][draw(8)] ??
                0,
            ),
    }))
    await owner('TRUNCATE public.agents CASCADE')
    await insertAgents(owner, 'data-rst', agents as Parameters<typeof insertAgents>[2])
    for (const raw of [{}, { lost: '2h' }, { only: '1' }] as Record<string, string>[])
      for (const sort of ['seen', '-seen']) {
        const asked = { ...params({ ...raw, sort }), size: 7 }
        const folded = await fetchPage<{ name: string; last_seen: Instant }>(offlineNamesQuery(asked, now), {
          ...asked,
          size: 500,
        })
        const walked: string[] = []
        let after: ListParams<(typeof offlineList)['filters']>['after']
        do {
          const page = await listOffline(viewer, after ? { ...asked, after } : asked, now)
          expect(page.total.count).toBe(folded.rows.length)
          walked.push(...page.rows.map((row) => `${row.name} ${row.last_seen}`))
          after = page.next ?? undefined
        } while (after)
        expect(walked).toEqual(folded.rows.map((row) => `${row.name} ${row.last_seen}`))
        if (sort === 'seen' && !raw.lost) expect(walked.length).toBeGreaterThan(raw.only ? 0 : 7)
      }
  })
})
