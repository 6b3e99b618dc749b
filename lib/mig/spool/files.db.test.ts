import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { exportLines } from '@/lib/export'
import type { SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { spoolClient } from './client'
import { getSpoolFile, getSpoolFileBytes } from './file'
import { exportSpoolFiles, listSpoolFiles } from './files'
import { getSpoolOverview } from './overview'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-db-'))
vi.stubEnv('MIG_SPOOL_DIR', root)
const viewer = testViewer('investigator')

const ACTION = '6059408362783470592'
const OTHER = '6059408362783471616'
const COMMAND = '6059408369206590464'
// Two ids of MIG's first generator that print as the same double.
const TWIN_A = '6019232215298562584'
const TWIN_B = '6019232215298562600'
const SIGNATURE = 'wsBcBAABCAAQBQJrAqvU==pMrR'

const CONTENT = `{"id":6.059408362783471e+18,"pgpsignatures":["${SIGNATURE}"]}`

const NEW: SpoolDirectory = ['action', 'new']
const INVALID: SpoolDirectory = ['action', 'invalid']
const INFLIGHT: SpoolDirectory = ['command', 'inflight']
const RETURNED: SpoolDirectory = ['command', 'returned']

function put([kind, state]: SpoolDirectory, name: string, content: unknown, modified?: string): void {
  const dir = path.join(root, kind, state)
  fs.mkdirSync(dir, { recursive: true })
  fs.writeFileSync(path.join(dir, name), typeof content === 'string' ? content : JSON.stringify(content))
  if (modified) fs.utimesSync(path.join(dir, name), new Date(modified), new Date(modified))
}

describe.each(['data-rst', 'scripts', '2019'] as const)('a spool beside its database in the layout %s', (layout) => {
  const { owner } = useDatabaseOf(layout)
  const later = layout === '2019'

  beforeAll(async () => {
    const dates = `'2014-09-15 21:18:09+00', '2014-09-15 21:48:09+00'`
    await owner(
      `INSERT INTO actions (id, name, target, validfrom, expireafter, status, pgpsignatures) VALUES
      (${ACTION}.00000000000000000, 'look', 't', ${dates}, 'inflight', '["${SIGNATURE}"]'),
      (${TWIN_A}, 'twin a', 't', ${dates}, 'completed', ${later ? "''" : 'NULL'}),
      (${TWIN_B}, 'twin b', 't', ${dates}, NULL, 'null'),
      (3, 'hostile signatures', 't', ${dates}, 'init', '["\\u0000", 1]');
    INSERT INTO agents (id, name, queueloc, version, pid, starttime, heartbeattime, ${later ? 'mode, refreshtime' : 'os'})
      VALUES (6059339861276444672, 'web1', 'linux.web1', '1', 1, now(), now(), ${later ? "'daemon', now()" : "'linux'"});
    INSERT INTO commands (id, actionid, agentid, status, starttime) VALUES (${COMMAND}, ${ACTION}, 6059339861276444672, 'sent', now())`,
    )
    put(NEW, `${ACTION}.json`, CONTENT, '2014-09-15T21:19:00Z')
    put(NEW, `${OTHER}.json`, '{}')
    put(NEW, 'mine.json', `{"id":0,"pgpsignatures":["${SIGNATURE}"]}`)
    put(INVALID, '1795337193590190618.json', '{"id":6019232215298563000}', '2014-09-15T21:19:00Z')
    put(INFLIGHT, `${ACTION}-${COMMAND}.json`, '{"id":1}')
    put(
      RETURNED,
      '6059408369206591488',
      `{"id":6.05940836920659e+18,"action":{"id":6.059408362783471e+18}}`,
      '2014-09-15T21:20:00Z',
    )
    fs.symlinkSync('/etc/passwd', path.join(root, 'action/new/passwd.json'))
  })
  afterAll(() => {
    spoolClient(root).close()
    fs.rmSync(root, { recursive: true })
  })

  test('the overview counts every state by itself and judges ages', async () => {
    const overview = await getSpoolOverview(viewer)
    expect(overview).toMatchObject({ root, problem: null, besides: { count: 0 } })
    const states = Object.fromEntries(overview.states.map((s) => [s.directory.join('/'), s]))
    expect(Object.entries(states).map(([key, s]) => [key, s.status, s.files, s.strangers])).toEqual([
      ['action/new', 'present', 3, 1],
      ['action/inflight', 'missing', 0, 0],
      ['action/done', 'missing', 0, 0],
      ['action/invalid', 'present', 1, 0],
      ['command/ready', 'missing', 0, 0],
      ['command/inflight', 'present', 1, 0],
      ['command/returned', 'present', 1, 0],
      ['command/done', 'missing', 0, 0],
    ])
    expect(states['action/new']).toMatchObject({ oldest: '2014-09-15T21:19:09Z', health: { tone: 'attention' } })
    expect(states['action/new']?.strangerNames).toEqual([{ name: 'passwd.json', shown: 'passwd.json' }])
    expect(states['action/invalid']).toMatchObject({ oldest: '2026-11-22T08:46:33.590190618Z' })
    expect(states['command/returned']).toMatchObject({ health: { tone: 'bad' } })
    expect(states['command/ready']).toMatchObject({ health: { tone: 'neutral' } })
    expect(states['action/done']).toMatchObject({ health: { tone: 'bad' } })
  })

  describe('ages that', () => {
    /** The state as the overview has it when these requests are answered otherwise. */
    async function returnedWhen(answers: Record<string, object>) {
      const client = spoolClient(root)
      const { ask } = client
      const answering = vi
        .spyOn(client, 'ask')
        .mockImplementation(((request: { command: string }) =>
          answers[request.command]
            ? Promise.resolve(answers[request.command])
            : ask.call(client, request as never)) as typeof client.ask)
      try {
        const { states } = await getSpoolOverview(viewer)
        return states.find(({ directory }) => directory.join('/') === 'command/returned')
      } finally {
        answering.mockRestore()
      }
    }
    const failed = { ok: false, reason: 'broken', sentence: 'It broke.' }
    const scanned = (at: number) => {
      const older = Array.from({ length: 7 }, () => 3)
      const state = { kind: 'command', state: 'returned', at, took: 1, files: 3, bytes: 3, isCut: false, older }
      return { ok: true, value: { states: [{ ...state, oldest: at - 3_600_000, newest: at }], running: null } }
    }

    test('neither a look nor the scan tells are not known', async () => {
      expect(await returnedWhen({ overdue: failed, scan: failed })).toMatchObject({
        overdue: null,
        health: { word: 'age not known' },
      })
    })

    test('only the scan tells are the scan’s', async () => {
      const found = { count: 3, more: false }
      expect(await returnedWhen({ overdue: failed, scan: scanned(Date.now()) })).toMatchObject({
        overdue: found,
        health: { word: 'stuck' },
      })
      // The look at some of many files met no old one.
      const some = { total: 3_000, looked: 2_000, overdue: 0, oldest: BigInt(Date.now()) * 1_000_000n }
      expect(await returnedWhen({ overdue: { ok: true, value: some }, scan: scanned(Date.now()) })).toMatchObject({
        overdue: found,
        health: { word: 'stuck' },
      })
    })

    test('a look at all files tells are not the scan’s of files that are gone', async () => {
      const all = { total: 1, looked: 1, overdue: 0, oldest: BigInt(Date.now()) * 1_000_000n }
      expect(await returnedWhen({ overdue: { ok: true, value: all }, scan: scanned(Date.now()) })).toMatchObject({
        overdue: { count: 0, more: false },
        health: { word: 'passing' },
      })
    })
  })

  describe('a list', () => {
    test('pages by name, with the rows that the names’ ids have', async () => {
      const first = await listSpoolFiles(viewer, { directory: NEW, size: 2 })
      if (!first.ok) throw new Error(first.sentence)
      expect(first.value).toMatchObject({
        total: { count: 4, more: false },
        preceding: 0,
        previous: null,
        rows: [
          {
            file: `${ACTION}.json`,
            type: 'action',
            action: { id: ACTION, name: 'look', status: 'inflight' },
            modified: '2014-09-15T21:19:00Z',
          },
          { file: `${OTHER}.json`, actionId: OTHER, action: null },
        ],
      })
      const second = await listSpoolFiles(viewer, { directory: NEW, size: 2, after: first.value.next ?? undefined })
      expect(second).toMatchObject({
        ok: true,
        value: {
          next: null,
          preceding: 2,
          rows: [
            { file: 'mine.json', type: 'dropped', entry: 'file', actionId: null },
            { file: 'passwd.json', type: 'stranger', entry: 'link' },
          ],
        },
      })
      const back = second.ok && second.value.previous
      expect(await listSpoolFiles(viewer, { directory: NEW, size: 2, before: back || undefined })).toMatchObject({
        ok: true,
        value: { previous: null, rows: first.value.rows },
      })
    })

    test('of commands names the agent', async () => {
      expect(await listSpoolFiles(viewer, { directory: INFLIGHT, size: 50 })).toMatchObject({
        ok: true,
        value: { rows: [{ action: { name: 'look' }, command: { id: COMMAND, agent: 'web1', status: 'sent' } }] },
      })
    })

    test('filters by a part of the name, escapes and all', async () => {
      const count = async (name: string) => {
        const answer = await listSpoolFiles(viewer, { directory: NEW, size: 50, filters: { name } })
        return answer.ok && answer.value.rows.length
      }
      expect(await count('MINE')).toBe(1)
      expect(await count('%6dine')).toBe(1)
      expect(await count('60594')).toBe(2)
      expect(await count('*')).toBe(0)
    })

    test('of a missing directory is a failure', async () => {
      expect(await listSpoolFiles(viewer, { directory: ['action', 'done'], size: 50 })).toMatchObject({
        ok: false,
        reason: 'absent',
      })
    })
  })

  describe('a file', () => {
    const file = async (directory: SpoolDirectory, name: string) => {
      const answer = await getSpoolFile(viewer, { directory, name })
      if (!answer.ok) throw new Error(answer.sentence)
      return answer.value
    }

    test('is linked by the id of its name, which wins over the one inside', async () => {
      const found = await file(NEW, `${ACTION}.json`)
      expect(found.actions).toEqual([{ id: ACTION, name: 'look', status: 'inflight' }])
      expect(found).toMatchObject({
        bytes: CONTENT.length,
        modified: '2014-09-15T21:19:00Z',
        links: 1,
        changed: false,
      })
      const command = await file(INFLIGHT, `${ACTION}-${COMMAND}.json`)
      expect(command.commands).toEqual([
        { id: COMMAND, actionId: ACTION, agentId: '6059339861276444672', agent: 'web1', status: 'sent' },
      ])
      expect(command.actions).toHaveLength(1)
    })

    test('is linked by a rounded id inside, by all rows that round to it', async () => {
      expect((await file(INVALID, '1795337193590190618.json')).actions.map((a) => a.id)).toEqual([TWIN_A, TWIN_B])
      const answer = await file(RETURNED, '6059408369206591488')
      expect(answer.actions.map((a) => a.id)).toEqual([ACTION])
      expect(answer.commands.map((c) => c.id)).toEqual([COMMAND])
    })

    test('without an id is linked by its signature, hostile rows notwithstanding', async () => {
      expect((await file(NEW, 'mine.json')).actions.map((a) => a.id)).toEqual([ACTION])
    })

    test('with no row is linked to nothing', async () => {
      expect((await file(NEW, `${OTHER}.json`)).actions).toEqual([])
    })

    test('that may not be read is a failure in a word', async () => {
      expect(await getSpoolFile(viewer, { directory: NEW, name: 'passwd.json' })).toMatchObject({
        ok: false,
        reason: 'not-regular',
      })
      expect(await getSpoolFile(viewer, { directory: NEW, name: '../invalid/x' })).toMatchObject({
        ok: false,
        reason: 'bad-name',
      })
      expect(await getSpoolFileBytes(viewer, { directory: NEW, name: '%2e%2e' })).toMatchObject({
        ok: false,
        reason: 'bad-name',
      })
      expect(await getSpoolFileBytes(viewer, { directory: NEW, name: 'absent.json' })).toMatchObject({
        ok: false,
        reason: 'vanished',
      })
    })
  })

  test('the export of a missing directory fails before it begins', async () => {
    await expect(exportSpoolFiles(viewer, ['action', 'done'], {})).rejects.toMatchObject({ code: 'not_found' })
  })

  test('the export has every file of the state, in the list’s order', async () => {
    let text = ''
    for await (const lines of exportLines(await exportSpoolFiles(viewer, NEW, {}), 'csv')) text += lines
    expect(text.split('\r\n').map((line) => line.split(','))).toEqual([
      ['file', 'kind', 'state', 'bytes', 'modified', 'actionid', 'commandid'],
      [`${ACTION}.json`, 'action', 'new', String(CONTENT.length), '2014-09-15T21:19:00Z', ACTION, ''],
      [`${OTHER}.json`, 'action', 'new', '2', expect.any(String), OTHER, ''],
      ['mine.json', 'action', 'new', expect.any(String), expect.any(String), '', ''],
      ['passwd.json', 'action', 'new', expect.any(String), expect.any(String), '', ''],
      [''],
    ])
  })

  test('an export that the scan cuts off says so, and so does the list', async () => {
    const client = spoolClient(root)
    const real = client.ask.bind(client)
    vi.spyOn(client, 'ask').mockImplementation((async (request: Parameters<typeof client.ask>[0]) => {
      const answer = await real(request)
      return request.command === 'list' && answer.ok ? { ok: true, value: { ...answer.value, isCut: true } } : answer
    }) as typeof client.ask)
    try {
      const source = await exportSpoolFiles(viewer, NEW, { sort: { key: 'bytes', descending: false } })
      expect(source.cut).toContain('not all of them')
      let text = ''
      for await (const lines of exportLines(source, 'csv')) text += lines
      expect(text.trim().split('\r\n').at(-1)).toContain('Cut off')
      const list = await listSpoolFiles(viewer, { directory: NEW, size: 50 })
      expect(list).toMatchObject({ value: { isCut: true, total: { more: true } } })
    } finally {
      vi.restoreAllMocks()
    }
    expect((await exportSpoolFiles(viewer, NEW, {})).cut).toBeUndefined()
  })
})
