import pg from 'pg'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSession } from '@/lib/auth/sessions'
import type { Viewer } from '@/lib/auth/viewer'
import { db } from '@/lib/db/prisma'
import type { MigId } from '@/lib/mig/wire/id'
import { insertAgents } from '@/lib/testing/agent-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { runBatch } from './mutations'

const ANN = { id: '2' as MigId, name: 'Ann', fingerprint: 'A'.repeat(40) }

describe('a batch that takes long', () => {
  const { owner, ownerUrl } = useDatabaseOf('data-rst')

  beforeAll(async () => {
    await insertAgents(owner, 'data-rst', [{ id: '1', heartbeattime: new Date().toISOString() }])
    await owner(`
      INSERT INTO public.modules (id, name) VALUES (1, 'file');
      INSERT INTO public.investigators (id, name, pgpfingerprint) VALUES (2, 'Ann', repeat('A', 40));`)
  })
  beforeEach(async () => {
    await owner(`
      DELETE FROM public.agtmodreq;
      INSERT INTO public.agtmodreq (agentid, moduleid, minimumweight) VALUES (1, 1, 2);
      DELETE FROM dashboard.person;
      INSERT INTO dashboard.person (investigator_id, fingerprint, role) VALUES (2, repeat('A', 40), 'admin');`)
  })

  async function signedIn(): Promise<{ id: string; viewer: Viewer }> {
    const { id } = await db().$transaction((tx) =>
      createSession(tx, ANN, { address: '192.0.2.1', browser: 'a browser' }),
    )
    return { id, viewer: { ...testViewer('admin', ANN), via: 'web', sessionId: id } as Viewer }
  }

  const written = async () => ({
    minimums: (await owner('SELECT minimumweight FROM public.agtmodreq')).map((row) => row.minimumweight),
    kept: (await owner('SELECT 1 FROM dashboard.acl_change')).length,
    batches: (await owner(`SELECT 1 FROM dashboard.audit WHERE object_type = 'acl_batch'`)).length,
  })

  /** Saves 5 where 2 was, and does something while the write waits for the cell's row. */
  async function saveWhile(viewer: Viewer, meanwhile: () => Promise<unknown>) {
    const other = new pg.Client(ownerUrl())
    await other.connect()
    await other.query('BEGIN; SELECT FROM public.agtmodreq FOR UPDATE')
    const save = runBatch(viewer, {
      kind: 'save',
      reason: null,
      confirmed: true,
      cells: [{ table: 'agtmodreq', agent: '1' as MigId, module: '1' as MigId, seen: 2, value: 5 }],
    })
    const outcome = save.catch((error: unknown) => error)
    await expect
      .poll(async () => {
        const [row] = await owner(`SELECT count(*)::int AS n FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event <> 'advisory'`)
        return row?.n
      })
      .toBe(1)
    await meanwhile()
    await other.query('COMMIT')
    await other.end()
    return outcome
  }

  test('is saved when nothing happens meanwhile', async () => {
    const { viewer } = await signedIn()
    expect(await saveWhile(viewer, async () => {})).toMatchObject({ kind: 'saved' })
    expect((await written()).minimums).toEqual([5])
  })

  test.each([
    ['session was ended', 'unauthenticated', `UPDATE dashboard.session SET ended_at = clock_timestamp()`],
    ['role was taken away', 'forbidden', `UPDATE dashboard.person SET role = 'investigator'`],
    ['person was disabled', 'unauthenticated', `UPDATE dashboard.person SET disabled_at = clock_timestamp()`],
    ['key was replaced', 'unauthenticated', `UPDATE public.investigators SET pgpfingerprint = repeat('C', 40)`],
  ])('is undone whole when its admin’s %s while it waited, and that did not wait for it', async (_, code, take) => {
    const { viewer } = await signedIn()
    const before = await written()
    expect(await saveWhile(viewer, () => owner(`SET lock_timeout = '2s'; ${take}`))).toMatchObject({ code })
    expect(await written()).toEqual({ ...before, minimums: [2] })
    await owner(`UPDATE public.investigators SET pgpfingerprint = repeat('A', 40)`)
  })
})
