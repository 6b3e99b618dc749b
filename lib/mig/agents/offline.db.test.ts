import { beforeAll, describe, expect, it } from 'vitest'
import { forgetVintage } from '@/lib/mig/vintage'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import { insertActions, insertCommands } from '@/lib/testing/command-rows'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { listOffline } from './queries'
import { offlineList } from './search-params'

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
