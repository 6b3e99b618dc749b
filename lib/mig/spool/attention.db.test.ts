import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { SPOOL_STATES } from '@/lib/mig/wire/spool-name'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { getSpoolSigns } from './attention'
import { spoolClient } from './client'
import { listSpoolFiles } from './files'
import { getSpoolOverview } from './overview'
import { exportReconciled, getReconcile, listReconciled } from './reconcile'
import { reconcileList, spoolFileList } from './search-params'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-attention-'))
const NOW = '2014-09-20T12:00:00Z'
vi.stubEnv('MIG_SPOOL_DIR', root)
vi.stubEnv('MIG_NOW', NOW)
vi.stubEnv('COLLECTOR_PERIOD', '60s')
const viewer = testViewer('investigator')
const now = Date.parse(NOW)
const MINUTE = 60_000
const idAt = (at: number, n: number) => String((BigInt(Math.floor(at / 1000)) << 32n) + BigInt(n) * 1024n)
const ago = (minutes: number) => new Date(now - minutes * MINUTE).toISOString()

function put(state: string, name: string, content: string, minutes: number): void {
  const file = path.join(root, state, name)
  fs.writeFileSync(file, content)
  const at = (now - minutes * MINUTE) / 1000
  fs.utimesSync(file, at, at)
}

describe('signs of trouble in the spool', () => {
  const { owner } = useDatabaseOf('data-rst')
  afterAll(() => {
    spoolClient(root).close()
    fs.rmSync(root, { recursive: true, force: true })
  })

  test('each count leads to exactly its rows', async () => {
    for (const [kind, state] of SPOOL_STATES) fs.mkdirSync(path.join(root, kind, state), { recursive: true })
    const made = now - 60 * MINUTE
    const id = (n: number) => idAt(made, n)
    // 1 never picked up, 2 waits with a file, 3 is young, 4 expired with commands out, 5 is still valid.
    const actions = [
      [id(1), 'init', ago(59), ago(-30)],
      [id(2), 'init', ago(59), ago(-30)],
      [idAt(now - MINUTE, 3), 'init', ago(1), ago(-30)],
      [id(4), 'inflight', ago(59), ago(30)],
      [id(5), 'inflight', ago(59), ago(-30)],
    ]
    // Of the expired action: one without a file, one with, one answered, one whose answer waits; and one of the valid action.
    const commands = [
      [id(101), id(4), 'sent'],
      [id(102), id(4), 'sent'],
      [id(103), id(4), 'done'],
      [id(104), id(4), 'sent'],
      [id(105), id(4), 'sent'],
      [id(106), id(5), 'sent'],
    ]
    await owner(`INSERT INTO agents (id, name, queueloc, os, version, pid, starttime, heartbeattime) VALUES (7, 'a', 'q', 'o', 'v', 1, now(), now());
      INSERT INTO actions (id, name, target, validfrom, expireafter, starttime, finishtime, status) VALUES ${actions
        .map(
          ([one, status, from, until]) =>
            `(${one}, 'n', 't', '${from}', '${until}', '9998-01-11 11:11:11+00', '9998-01-11 11:11:11+00', '${status}')`,
        )
        .join()};
      INSERT INTO commands (id, actionid, agentid, status, starttime) VALUES ${commands
        .map(([one, action, status]) => `(${one}, ${action}, 7, '${status}', '${ago(59)}')`)
        .join()};
      INSERT INTO dashboard.action_summary (action_id, seen, landed, modules, expected, still_out)
        VALUES (${id(4)}, 0, false, '{}', 5, 4), (${id(5)}, 0, false, '{}', 1, 1)`)
    const action = (n: string) => `{"id":${n}}`
    const command = (n: string) => `{"id":${n},"status":"done","agent":{"name":"a","queueloc":"q"}}`
    put('action/new', `${id(2)}.json`, action(id(2)), 59)
    put('action/inflight', `${id(4)}.json`, action(id(4)), 59)
    put('action/inflight', `${id(5)}.json`, action(id(5)), 59)
    put('command/inflight', `${id(4)}-${id(102)}.json`, command(id(102)), 59)
    // The file of an answered command explains no command that is out.
    put('command/inflight', `${id(4)}-${id(103)}.json`, command(id(103)), 59)
    put('command/returned', `${id(4)}-${id(104)}.json`, command(id(104)), 30)
    put('command/returned', idAt(now, 9), '{"broken', 10)
    put('command/returned', idAt(now, 10), command(id(106)), 1)
    const stamp = BigInt(now - 90 * MINUTE) * 1_000_000n
    put('action/invalid', `${stamp}.json`, '{"broken', 90)
    put('action/invalid', `${stamp - 400_000_000_000_000n}.json`, '{"broken', 9_000)

    const signs = await vi.waitFor(
      async () => {
        const found = await getSpoolSigns(viewer, parseRfc3339(NOW) as Instant, await getSpoolOverview(viewer))
        expect(found.neverPickedUp).not.toBeNull()
        return found
      },
      { timeout: 20_000 },
    )
    expect(signs).toMatchObject({
      neverPickedUp: { count: 1, more: false },
      leftOut: { count: 2, more: false, about: false },
      failures: { count: 2, more: false, about: false },
      overdue: { count: 2, more: false },
    })
    await getReconcile(viewer)
    const rows: Record<string, (string | null)[]> = {
      A1: [id(1)],
      A6: [id(101), id(105)],
      A7: [`${stamp - 400_000_000_000_000n}.json`, `${stamp}.json`],
    }
    for (const [anomaly, expected] of Object.entries(rows)) {
      const parsed = reconcileList.parse({ anomaly })
      if (!parsed.ok) throw new Error(parsed.problem)
      const page = await listReconciled(viewer, parsed.params)
      expect(page?.total.count).toBe(expected.length)
      expect(page?.rows.map((row) => row.file ?? row.commandId ?? row.actionId).sort()).toEqual(expected.sort())
      const exported: unknown[] = []
      for await (const batch of (await exportReconciled(viewer, parsed.params)).rows)
        exported.push(...batch.map((row) => row.file ?? row.commandid ?? row.actionid))
      expect(exported.sort()).toEqual(expected)
    }
    const stuck = spoolFileList(['command', 'returned']).parse({
      written: `${signs.overdue?.span}ms`,
      sort: 'modified',
    })
    if (!stuck.ok) throw new Error(stuck.problem)
    const list = await listSpoolFiles(viewer, { directory: ['command', 'returned'], ...stuck.params })
    if (!list.ok) throw new Error(list.sentence)
    expect(list.value.rows.map((row) => row.file)).toEqual([`${id(4)}-${id(104)}.json`, idAt(now, 9)])
  })
})
