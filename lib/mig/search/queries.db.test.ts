import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { SpoolClient, spoolClient } from '@/lib/mig/spool/client'
import { insertAgents } from '@/lib/testing/agent-rows'
import { insertMigRows } from '@/lib/testing/mig-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { MAX_SEARCH, type SearchKind, searchEverywhere } from './queries'

const viewer = testViewer('investigator')
const spool = mkdtempSync(path.join(tmpdir(), 'search-'))
vi.stubEnv('MIG_SPOOL_DIR', spool)
afterAll(() => rmSync(spool, { recursive: true }))

const ACTION = '6059408362783470592'

async function found(text: string): Promise<Partial<Record<SearchKind, string[]>>> {
  const groups = await searchEverywhere(viewer, text)
  expect(groups.filter(({ problem }) => problem !== null)).toEqual([])
  return Object.fromEntries(
    groups.flatMap(({ kind, hits }) => (hits.length ? [[kind, hits.map(({ href }) => href)]] : [])),
  )
}

describe.each(['data-rst', 'scripts', '2019'] as const)('the search, layout %s', (vintage) => {
  const { owner, ownerUrl } = useDatabaseOf(vintage)

  beforeAll(async () => {
    // The first question starts the worker, which takes as long as it takes.
    await spoolClient(spool).ask({ command: 'list', kind: 'action', state: 'new', size: 1 })
    await insertMigRows(ownerUrl(), vintage)
    await insertAgents(owner, vintage, [
      ...Array.from({ length: 8 }, (_, i) => ({
        id: `${50 + i}`,
        name: `web${i}.dc1.example.net`,
        heartbeattime: '2014-09-15 00:00:00+00',
      })),
      // Restarts of one name are one hit: the newest row.
      { id: '70', name: 'web0.dc1.example.net', heartbeattime: '2014-09-14 00:00:00+00' },
      { id: '71', name: 'we_%', heartbeattime: '2014-09-14 00:00:00+00' },
    ])
    rmSync(path.join(spool, 'action'), { recursive: true, force: true })
    mkdirSync(path.join(spool, 'action/inflight'), { recursive: true })
    writeFileSync(path.join(spool, 'action/inflight', `${ACTION}.json`), '{}')
  })
  test('an id in any form is what it stands for', async () => {
    expect(await found('100')).toEqual({ command: ['/commands/100'] })
    expect((await found(`${ACTION}.00000000000000000`)).action).toEqual([`/actions/${ACTION}`])
    expect((await found('6.059408362783471e+18')).action).toEqual([`/actions/${ACTION}`])
    expect((await found('1')).investigator).toEqual(['/investigators/1'])
  })

  test('agents by the beginning of the name or the queueloc, at most five, the newest row of each', async () => {
    expect((await found('web')).agent).toEqual(['50', '51', '52', '53', '54'].map((id) => `/agents/${id}`))
    expect((await found('WEB7')).agent).toEqual(['/agents/57'])
    expect((await found('linux.host57.')).agent).toEqual(['/agents/57'])
    expect((await found('eb7')).agent).toBeUndefined()
  })

  test('wildcards are characters', async () => {
    expect((await found('we_%')).agent).toEqual(['/agents/71'])
    expect(await found('%')).toEqual({})
    expect(await found('_')).toEqual({})
  })

  test('actions by the beginning of the name, people by any part, keys by any part of the fingerprint', async () => {
    expect((await found('ON')).action).toEqual([`/actions/${ACTION}`])
    expect((await found('ne')).action).toBeUndefined()
    expect((await found('ob')).investigator).toEqual(['/investigators/1'])
    expect((await found('9bd8 9a69 f759')).investigator).toEqual(['/investigators/1'])
    expect((await found('9bd89a69f758')).investigator).toBeUndefined()
  })

  test.runIf(vintage === '2019')(
    'an action by its name among all, however old, and a sentence where only the newest could be searched',
    async () => {
      // So many are newer than the others that none of those is among the newest.
      await owner(`INSERT INTO public.actions (id, name, target, status, validfrom, expireafter, starttime, finishtime,
        lastupdatetime, pgpsignatures) SELECT ${ACTION} + 10000 + n, 'filler', 'x', 'completed', now(), now(), now(), now(), now(), '[]'
      FROM generate_series(1, 20000) n`)
      try {
        expect((await found('ON')).action).toEqual([`/actions/${ACTION}`])
        expect((await found('one compliance, ')).action).toBeUndefined()
        expect((await found('filler')).action).toHaveLength(5)
        await owner(`ALTER TABLE public.actions ENABLE ROW LEVEL SECURITY; CREATE POLICY slow ON public.actions
        USING (current_setting('statement_timeout') <> '1s' OR pg_sleep(3)::text = '')`)
        const [actions, ...others] = await searchEverywhere(viewer, 'on')
        expect(actions).toMatchObject({ kind: 'action', hits: [] })
        expect(actions?.problem).toContain('Only the newest 20,000 were searched by name')
        expect(others.filter(({ problem }) => problem !== null)).toEqual([])
      } finally {
        await owner(
          `DROP POLICY IF EXISTS slow ON public.actions; ALTER TABLE public.actions DISABLE ROW LEVEL SECURITY`,
        )
      }
    },
  )

  test('files by id and by name', async () => {
    const file = `/spool/action/inflight/file/${ACTION}.json`
    expect((await found(ACTION)).file).toEqual([file])
    expect((await found(`${ACTION.slice(0, 12)}`)).file).toBeUndefined()
    expect((await found(`${ACTION}.js`)).file).toBeUndefined()
    expect((await found(`${ACTION}.json`)).file).toEqual([file])
  })

  test('what is no text to look for finds nothing', async () => {
    expect(await searchEverywhere(viewer, '  ')).toEqual([])
    expect(await searchEverywhere(viewer, 'a\0')).toEqual([])
    expect(await searchEverywhere(viewer, 'x'.repeat(MAX_SEARCH + 1))).toEqual([])
  })

  test('a kind that cannot be read says so and the others are found', async () => {
    rmSync(path.join(spool, 'action'), { recursive: true })
    writeFileSync(path.join(spool, 'action'), 'no directory')
    const groups = await searchEverywhere(viewer, '100')
    expect(groups.find(({ kind }) => kind === 'command')?.hits).toHaveLength(1)
    expect(groups.find(({ kind }) => kind === 'file')?.problem).not.toBeNull()
  })

  test('a spool without a single directory of MIG is a problem, not an empty answer', async () => {
    rmSync(path.join(spool, 'action'), { recursive: true, force: true })
    const groups = await searchEverywhere(viewer, ACTION)
    expect(groups.find(({ kind }) => kind === 'file')?.problem).toContain('none of MIG’s directories')
  })

  test('a spool that does not answer withholds nothing else', async () => {
    const hangs = vi.spyOn(SpoolClient.prototype, 'ask').mockReturnValue(new Promise(() => {}))
    const groups = await searchEverywhere(viewer, '100')
    hangs.mockRestore()
    expect(groups.find(({ kind }) => kind === 'command')?.hits).toHaveLength(1)
    expect(groups.find(({ kind }) => kind === 'file')?.problem).toContain('longer than 2 seconds')
  })
})
