import { beforeAll, describe, expect, test } from 'vitest'
import type { MigId } from '@/lib/mig/wire/id'
import { now } from '@/lib/now'
import { writeAclBatches } from '@/lib/testing/acl-batches'
import { insertAgents } from '@/lib/testing/agent-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { batchCellList, batchList } from './batch-lists'
import {
  exportBatchCells,
  exportBatches,
  getBatch,
  isBatchWhole,
  isBatchWholeOnPage,
  listBatchCells,
  listBatches,
} from './batches'
import type { CellChange } from './change'
import { runBatch } from './mutations'
import { revertBatch } from './revert'

const admin = testViewer('admin')
const reader = testViewer('investigator')
const agents = ['101', '102', '103'] as MigId[]
const FILE = '1' as MigId

const listed = (raw: Record<string, string>) => {
  const parsed = batchList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return listBatches(reader, parsed.params)
}
const cellsOf = async (id: string, raw: Record<string, string> = {}) => {
  const parsed = batchCellList.parse({ ...raw, batch: id })
  const batch = await getBatch(reader, id)
  if (!parsed.ok || !batch) throw new Error('no such batch')
  return listBatchCells(reader, batch, parsed.params, (await now()).mig)
}
const told = (answer: Awaited<ReturnType<typeof runBatch>>) => {
  if (answer.kind !== 'saved') throw new Error(JSON.stringify(answer))
  return answer.auditId
}

describe.each(['data-rst', 'scripts', '2019'] as const)('batches and their reverts, layout %s', (vintage) => {
  const { owner, ownerUrl } = useDatabaseOf(vintage)
  let first = ''

  const minimums = async () =>
    (await owner('SELECT minimumweight AS w FROM public.agtmodreq WHERE moduleid = 1 ORDER BY agentid')).map((r) => r.w)
  const set = (given: [MigId, number | null, number | null][], reason = 'a reason') =>
    runBatch(admin, {
      kind: 'save',
      reason,
      confirmed: true,
      cells: given.map(
        ([agent, seen, value]): CellChange => ({ table: 'agtmodreq', agent, module: FILE, seen, value }),
      ),
    })
  const revert = (batch: string, more: { skip?: boolean; confirm?: boolean } = {}, viewer = admin) =>
    revertBatch(viewer, { batch, reason: 'taken back', confirm: true, skip: false, ...more })

  beforeAll(async () => {
    const later = vintage === '2019' ? [', status, createdat, lastmodified', `, 'active', now(), now()`] : ['', '']
    const beat = new Date(Date.now() - 60_000).toISOString()
    await insertAgents(
      owner,
      vintage,
      agents.map((id) => ({ id, name: `mail${id}`, queueloc: `q${id}`, heartbeattime: beat })),
    )
    await owner(`INSERT INTO public.modules (id, name) VALUES (1, 'file'), (2, 'default'), (3, 'timedrift');
      INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]}) VALUES (2, 'Ann', repeat('A', 40)${later[1]});`)
    const [a, b, c] = agents as [MigId, MigId, MigId]
    first = told(await set([a, b, c].map((agent) => [agent, null, 2])))
  })

  test('a batch in the list and by itself, with its cells as they are now', async () => {
    const { rows, total } = await listed({})
    expect(total.count).toBe(1)
    expect(rows[0]).toMatchObject({
      id: first,
      who: { name: 'Test admin' },
      kind: 'save',
      reason: 'a reason',
      cells: 3,
      added: 3,
      endpoints: 3,
      lost: 0,
      reverts: null,
      revertedBy: null,
    })
    const batch = await getBatch(reader, first)
    expect(batch).toMatchObject({ id: first, confirmed: false, effects: { pairs: 3 } })
    expect(batch && (await isBatchWhole(reader, batch))).toBe(true)
    expect(batch && (await isBatchWholeOnPage(reader, batch))).toBe(true)
    expect(batch && (await isBatchWholeOnPage(reader, batch, 2))).toBeNull()
    const page = await cellsOf(first)
    expect(page.rows.map(({ agent, before, after, now, newest }) => [agent.name, before, after, now, newest])).toEqual(
      agents.map((id) => [`mail${id}`, null, 2, 2, null]),
    )
    expect(await getBatch(reader, '99999')).toBeNull()
    expect(await getBatch(reader, "1'")).toBeNull()
  })

  test('the filters of the list and of the cells', async () => {
    const count = async (raw: Record<string, string>) => (await listed(raw)).rows.length
    expect(await count({ kind: 'save', name: 'test', reason: 'REASON', agent: '102' })).toBe(1)
    expect(await count({ kind: 'import' })).toBe(0)
    expect(await count({ reason: '%' })).toBe(0)
    expect(await count({ agent: '999' })).toBe(0)
    expect(await count({ to: '2014-01-01T00:00:00Z' })).toBe(0)
    expect((await cellsOf(first, { name: '102' })).rows).toHaveLength(1)
    expect((await cellsOf(first, { since: '1' })).rows).toHaveLength(0)
    const { rows, next } = await cellsOf(first, { size: '25' })
    expect([rows.length, next]).toEqual([3, null])
    expect(batchCellList.parse({ nonsense: '1' }).ok).toBe(false)
  })

  test('the exports hold what the lists hold', async () => {
    const lines = async (source: ReturnType<typeof exportBatches>) => {
      const found: Record<string, unknown>[] = []
      for await (const rows of (await source).rows) found.push(...rows)
      return found
    }
    const list = batchList.parse({})
    const cells = batchCellList.parse({ batch: first })
    const none = batchCellList.parse({ batch: '99999' })
    if (!list.ok || !cells.ok || !none.ok) throw new Error('the lists do not parse')
    expect(await lines(exportBatches(reader, list.params))).toMatchObject([
      { id: first, kind: 'acl.batch.save', cells: 3 },
    ])
    expect(await lines(exportBatchCells(reader, cells.params))).toMatchObject(
      agents.map((agentid) => ({ agentid, module: 'file', before: null, after: 2, now: 2 })),
    )
    await expect(exportBatchCells(reader, none.params)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('a revert puts everything back, as a batch that names the other', async () => {
    const id = told(await revert(first))
    expect(await minimums()).toEqual([])
    const { rows } = await listed({})
    expect(rows.map(({ id, kind, reverts, revertedBy }) => [id, kind, reverts, revertedBy])).toEqual([
      [id, 'revert', first, null],
      [first, 'save', null, id],
    ])
    // And the revert can be reverted.
    const again = told(await revert(id))
    expect(await minimums()).toEqual([2, 2, 2])
    expect((await getBatch(reader, again))?.reverts).toBe(id)
  })

  test('refused cell by cell where somebody changed it since, or all but those', async () => {
    const [a, b, c] = agents as [MigId, MigId, MigId]
    const batch = told(await set([a, b, c].map((agent) => [agent, 2, 5])))
    told(await set([[b, 5, 7]]))
    expect((await cellsOf(batch, { since: '1' })).rows.map((row) => [row.agent.id, row.after, row.now])).toEqual([
      [b, 5, 7],
    ])
    expect(await revert(batch)).toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('1 of 3 cells does not hold any more what the batch left there'),
      cells: [{ change: { agent: b, seen: 5, value: 2 }, now: 7 }],
    })
    expect(await minimums()).toEqual([5, 7, 5])
    const rest = told(await revert(batch, { skip: true }))
    expect(await minimums()).toEqual([2, 7, 2])
    expect(await getBatch(reader, rest)).toMatchObject({ cells: 2, leftOut: 1, reverts: batch })
    await expect(revert(batch, { skip: true })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('every cell'),
    })
    told(await set([[b, 7, 2]]))
  })

  test('a cell whose endpoint has a newer row is refused, and left out with the rest put back', async () => {
    const [a, b] = agents as [MigId, MigId]
    const batch = told(
      await set([
        [a, 2, 3],
        [b, 2, 3],
      ]),
    )
    const beat = new Date(Date.now() - 1000).toISOString()
    await insertAgents(owner, vintage, [{ id: '201', name: 'mail101', queueloc: 'q101', heartbeattime: beat }])
    expect((await cellsOf(batch)).rows.map((row) => row.newest)).toEqual(['201', null])
    expect((await cellsOf(batch, { since: '1' })).rows.map((row) => [row.agent.id, row.newest])).toEqual([[a, '201']])
    expect(await revert(batch)).toMatchObject({ kind: 'conflict', cells: [{ newest: '201', now: null }] })
    told(await revert(batch, { skip: true }))
    expect(await minimums()).toEqual([3, 2, 2])
  })

  test('cells of a module or a person that is gone are left out, and the rest is put back', async () => {
    const b = agents[1] as MigId
    await owner(`INSERT INTO public.modules (id, name) VALUES (9, 'brief');
      INSERT INTO public.investigators (id, name, pgpfingerprint${vintage === '2019' ? ', status, createdat, lastmodified' : ''})
        VALUES (9, 'Guest', repeat('9', 40)${vintage === '2019' ? `, 'active', now(), now()` : ''});
      INSERT INTO public.agtmodreq (moduleid, agentid, minimumweight) VALUES (9, ${b}, 4);
      INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight) VALUES (9, ${b}, 1, 4)`)
    const module = { table: 'agtmodreq', agent: b, module: '9' as MigId, seen: 4, value: null } as const
    const person = {
      table: 'invagtmodperm',
      investigator: '9' as MigId,
      agent: b,
      module: FILE,
      seen: 4,
      value: null,
    } as const
    const kept = { table: 'agtmodreq', agent: b, module: FILE, seen: 2, value: 6 } as const
    const save = (cells: CellChange[]) => runBatch(admin, { kind: 'save', reason: 'gone', confirmed: true, cells })
    const batch = told(await save([module, person, kept]))
    await owner('DELETE FROM public.modules WHERE id = 9; DELETE FROM public.investigators WHERE id = 9')
    expect((await cellsOf(batch, { since: '1' })).rows).toHaveLength(2)
    await expect(revert(batch)).rejects.toMatchObject({ code: 'not_found' })
    const rest = told(await revert(batch, { skip: true }))
    expect(await getBatch(reader, rest)).toMatchObject({ cells: 1, leftOut: 2 })
    expect(await minimums()).toEqual([3, 2, 2])
  })

  test('a revert has the time of the largest batch', async () => {
    const batch = told(await set([[agents[1] as MigId, 2, 4]]))
    await owner(`CREATE TABLE public.limits AS SELECT ''::text AS each WHERE false;
      CREATE FUNCTION public.note_limit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        $$ BEGIN INSERT INTO public.limits VALUES (current_setting('statement_timeout')); RETURN NULL; END $$;
      CREATE TRIGGER note_limit AFTER UPDATE ON public.agtmodreq EXECUTE FUNCTION public.note_limit()`)
    told(await revert(batch))
    expect(await owner('SELECT DISTINCT each FROM public.limits')).toEqual([{ each: '15min' }])
    await owner(
      'DROP TRIGGER note_limit ON public.agtmodreq; DROP FUNCTION public.note_limit; DROP TABLE public.limits',
    )
  })

  test('only an admin reverts; an unknown batch is none', async () => {
    await expect(revert(first, {}, reader)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(revert('99999')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('a batch whose kept cells were altered is told, and is not reverted', async () => {
    const c = agents[2] as MigId
    const batch = told(
      await set([
        [c, 2, 4],
        ['201' as MigId, null, 4],
      ]),
    )
    await owner(`ALTER TABLE dashboard.acl_change DISABLE TRIGGER acl_change_append_only;
      UPDATE dashboard.acl_change SET before = 9 WHERE agentid = 103 AND after = 4;
      ALTER TABLE dashboard.acl_change ENABLE TRIGGER acl_change_append_only`)
    const detail = await getBatch(reader, batch)
    expect(detail && (await isBatchWhole(reader, detail))).toBe(false)
    expect(detail && (await isBatchWholeOnPage(reader, detail, 2))).toBe(false)
    await expect(revert(batch)).rejects.toMatchObject({ code: 'conflict' })
  })

  test('what a tested site gets leaves the tables as they were', async () => {
    const before = await minimums()
    await writeAclBatches(ownerUrl())
    expect(await minimums()).toEqual(before)
    const [last, made] = (await listed({ size: '25' })).rows
    expect(last).toMatchObject({ kind: 'revert', reverts: made?.id })
    const whole = last && (await getBatch(reader, last.id))
    expect(whole && (await isBatchWhole(reader, whole))).toBe(true)
  })
})
