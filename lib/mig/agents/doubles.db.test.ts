import { beforeAll, describe, expect, it } from 'vitest'
import { forgetVintage } from '@/lib/mig/vintage'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import { insertActions } from '@/lib/testing/command-rows'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { listDoubles } from './double-queries'
import { doubleList } from './search-params'

const now = parseRfc3339('2014-09-15T21:18:00Z') as Instant

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])('a double in the layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  beforeAll(async () => {
    forgetVintage()
    const row = (id: string, name: string, queueloc: string, pid: number, status = 'heartbeating') => ({
      id,
      name,
      queueloc,
      pid,
      status,
      starttime: '2014-09-15 21:10:00+00',
      heartbeattime: '2014-09-15 21:17:00+00',
    })
    await insertAgents(owner, vintage, [
      row('1024', 'killed', 'linux.killed.a00', 1, 'destroyed'),
      row('2048', 'killed', 'linux.killed.a00', 2),
      row('3072', 'later', 'linux.later.b00', 1, 'upgraded'),
      row('4096', 'later', 'linux.later.b00', 2),
      row('5120', 'plain', 'linux.plain.c00', 1),
      row('6144', 'plain', 'linux.plain.c00', 2),
      row('7168', 'plain', 'linux.plain.d00', 3),
    ])
    await insertActions(owner, vintage, [
      { id: '10', name: 'Destroy agent killed', operations: '[]', status: 'invalid' },
      { id: '11', name: 'Destroy agent killed', operations: '[]', status: 'invalid' },
      { id: '12', name: 'Destroy agent killed', operations: '[]', status: 'completed' },
      { id: '13', name: 'something else', operations: '[]', status: 'invalid' },
      { id: '14', name: 'Kill agent later', operations: '[]', status: 'invalid' },
      { id: '15', name: 'Destroy agent plain', operations: '[]', status: 'invalid' },
    ])
    await owner(`UPDATE public.actions SET target = CASE
      WHEN id < 14 THEN 'linux.killed.a00' WHEN id = 14 THEN 'queueloc=''linux.later.b00''' ELSE 'linux.plain.c00' END`)
  })

  it('leads to the newest invalid action that was meant for it, and to the queue of the same name', async () => {
    const parsed = doubleList.parse({})
    if (!parsed.ok) throw new Error(parsed.problem)
    const { rows } = await listDoubles(testViewer('investigator'), parsed.params, now)
    expect(rows.map(({ queueloc, kill, namesake }) => ({ queueloc, kill, namesake }))).toEqual([
      {
        queueloc: 'linux.killed.a00',
        kill: { id: '11', name: 'Destroy agent killed', of: 2 },
        namesake: null,
      },
      { queueloc: 'linux.later.b00', kill: { id: '14', name: 'Kill agent later', of: 1 }, namesake: null },
      // An order of long ago, for a process that is no longer there.
      { queueloc: 'linux.plain.c00', kill: null, namesake: { id: '7168', queueloc: 'linux.plain.d00' } },
    ])
    expect(rows.map((row) => row.hints[0])).toEqual(['kill-failed', 'upgrade', 'alive'])
    expect(rows[2]?.hints).toContain('same-name')
  })
})
