import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { exportLines } from '@/lib/export'
import type { MigId } from '@/lib/mig/wire/id'
import { insertAgents } from '@/lib/testing/agent-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { addModule, markModule, removeModule, renameModule } from './mutations'
import { exportModules, getModule, listModuleUses } from './queries'
import { addModuleSchema } from './schema'
import { moduleList } from './search-params'

const admin = testViewer('admin')
const FILE = '1' as MigId
const SPARE = '7' as MigId

const paramsOf = (query: Record<string, string> = {}) => {
  const parsed = moduleList.parse(query)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

describe.each(['data-rst', 'scripts', '2019'] as const)('modules, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  beforeAll(async () => {
    const later = vintage === '2019' ? [', status, createdat, lastmodified', `, 'active', now(), now()`] : ['', '']
    await insertAgents(owner, vintage, [{ id: '100', heartbeattime: '2026-01-01 00:00:00+00' }])
    await owner(
      `INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]}) VALUES (2, 'Ann', repeat('A', 40)${later[1]});
       INSERT INTO dashboard.action_summary (action_id, seen, landed, modules, expected)
         VALUES (5, 0, true, '{netstat,seen}', 0);`,
    )
  })
  beforeEach(async () => {
    await owner(`DELETE FROM public.agtmodreq; DELETE FROM public.invagtmodperm; DELETE FROM public.modules;
      DELETE FROM dashboard.sensitive_module; UPDATE dashboard.module_id SET last = 0; DELETE FROM public.actions;
      INSERT INTO public.modules (id, name) VALUES (1, 'file'), (2, 'default'), (3, 'netstat'), (7, 'spare');
      INSERT INTO public.agtmodreq (moduleid, agentid, minimumweight) VALUES (1, 100, 2);
      INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight) VALUES (2, 100, 1, 2);`)
  })
  const names = async () =>
    (await owner('SELECT trunc(id)::text || name AS m FROM public.modules ORDER BY id')).map((row) => row.m)
  const audits = async () => Number((await owner('SELECT count(*) AS n FROM dashboard.audit'))[0]?.n)

  test('the list tells what uses each, filters, and exports it', async () => {
    await markModule(admin, { module: SPARE, mark: 'on' })
    const page = await listModuleUses(admin, paramsOf())
    expect(page.rows.map((row) => [row.name, row.requirements.count, row.weights.count, row.actions.count])).toEqual([
      ['default', 0, 0, 0],
      ['file', 1, 1, 0],
      ['netstat', 0, 0, 1],
      ['spare', 0, 0, 0],
    ])
    expect((await listModuleUses(admin, paramsOf({ sensitive: '1' }))).rows.map((row) => row.name)).toEqual(['spare'])
    expect((await listModuleUses(admin, paramsOf({ name: 'ILE' }))).rows.map((row) => row.id)).toEqual(['1'])
    let text = ''
    for await (const chunk of exportLines(await exportModules(admin, paramsOf({ name: 'file' })), 'csv')) text += chunk
    expect(text).toBe('id,name,sensitive,requirements,weights,actions\r\n1,file,false,1,1,0\r\n')
  })

  test('a page’s edge, and two modules of one name', async () => {
    await owner(`INSERT INTO public.modules (id, name) SELECT 100 + n, 'many' || n FROM generate_series(1, 30) n;
      INSERT INTO public.modules (id, name) VALUES (900, 'file')`)
    const first = await listModuleUses(admin, paramsOf({ size: '25', sort: 'id' }))
    expect([first.rows.length, first.total.count, first.previous]).toEqual([25, 35, null])
    const second = await listModuleUses(admin, {
      ...paramsOf({ size: '25', sort: 'id' }),
      after: first.next ?? undefined,
    })
    expect(second.rows.map((row) => row.id).slice(-2)).toEqual(['130', '900'])
    expect(second.rows.at(-1)?.twin).toBe(true)
  })

  test('a new module gets an id that was never given, past rules without a module too', async () => {
    expect((await addModule(admin, { name: 'yara' })).id).toBe('8')
    await removeModule(admin, { module: '8' as MigId, seen: 'yara' })
    const again = await addModule(admin, { name: 'yara' })
    expect(again.id).toBe('9')
    expect(
      (await owner('SELECT kind, object_type, after FROM dashboard.audit WHERE id = $1', [again.auditId]))[0],
    ).toEqual({ kind: 'module.add', object_type: 'module', after: { id: '9', name: 'yara' } })
    await owner(`ALTER TABLE public.agtmodreq DROP CONSTRAINT IF EXISTS agtmodreq_moduleid_fkey;
      INSERT INTO public.agtmodreq (moduleid, agentid, minimumweight) VALUES (40, 100, 2)`)
    expect((await addModule(admin, { name: 'scribe' })).id).toBe('41')
  })

  test('a name that is taken is refused, and so is none', async () => {
    const before = await audits()
    await expect(addModule(admin, { name: 'file' })).rejects.toMatchObject({ code: 'conflict' })
    expect(addModuleSchema.safeParse({ name: '  ' }).success).toBe(false)
    expect(addModuleSchema.safeParse({ name: 'x'.repeat(257) }).success).toBe(false)
    expect(addModuleSchema.safeParse({ name: 'a\u0000b' }).success).toBe(false)
    expect([await names(), await audits()]).toEqual([['1file', '2default', '3netstat', '7spare'], before])
  })

  test('rename: rules keep their module; used ones only when that is said; never default', async () => {
    const rename = { module: FILE, seen: 'file', name: 'filechecker', sure: false }
    await expect(renameModule(admin, rename)).rejects.toThrow('1 minimum weight, 1 weight use file.')
    const { auditId } = await renameModule(admin, { ...rename, sure: true })
    expect((await getModule(admin, FILE))?.name).toBe('filechecker')
    expect((await owner('SELECT before, after, detail FROM dashboard.audit WHERE id = $1', [auditId]))[0]).toEqual({
      before: { name: 'file' },
      after: { name: 'filechecker' },
      detail: { uses: ['1 minimum weight', '1 weight'] },
    })
    await expect(renameModule(admin, { ...rename, sure: true })).rejects.toThrow('it is filechecker, you saw file')
    const refused = { module: SPARE, seen: 'spare', sure: true }
    await expect(renameModule(admin, { ...refused, name: 'default' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(renameModule(admin, { ...refused, name: 'netstat' })).rejects.toMatchObject({ code: 'conflict' })
    expect(await names()).toContain('7spare')
  })

  test('only what nothing uses is removed: no rule, no weight, no action, counted yet or not', async () => {
    const before = await audits()
    await expect(removeModule(admin, { module: FILE, seen: 'file' })).rejects.toThrow(
      '1 minimum weight, 1 weight use it',
    )
    await expect(removeModule(admin, { module: '3' as MigId, seen: 'netstat' })).rejects.toThrow('1 action use it')
    await owner(`INSERT INTO public.actions (id, name, target, operations, validfrom, expireafter, pgpsignatures)
      VALUES (6, 'x', 'y', '[{"module":"spare","parameters":{}}]', now(), now(), '[]')`)
    await expect(removeModule(admin, { module: SPARE, seen: 'spare' })).rejects.toThrow('1 action use it')
    expect(await audits()).toBe(before)
    await owner('DELETE FROM public.actions')
    await markModule(admin, { module: SPARE, mark: 'on' })
    const { auditId } = await removeModule(admin, { module: SPARE, seen: 'spare' })
    expect(
      (await owner('SELECT kind, before, after, detail FROM dashboard.audit WHERE id = $1', [auditId]))[0],
    ).toEqual({
      kind: 'module.remove',
      before: { id: '7', name: 'spare' },
      after: null,
      detail: { sensitive: true },
    })
    expect(await names()).toEqual(['1file', '2default', '3netstat'])
    expect(await owner('SELECT * FROM dashboard.sensitive_module')).toEqual([])
  })

  test('the mark is set once and taken away once', async () => {
    await markModule(admin, { module: FILE, mark: 'on' })
    await expect(markModule(admin, { module: FILE, mark: 'on' })).rejects.toThrow('file is sensitive already')
    const { auditId } = await markModule(admin, { module: FILE, mark: 'off' })
    expect((await owner('SELECT kind, after FROM dashboard.audit WHERE id = $1', [auditId]))[0]).toEqual({
      kind: 'module.unmark',
      after: { sensitive: false },
    })
  })

  test('an investigator may none of it', async () => {
    const viewer = testViewer('investigator')
    const before = await audits()
    for (const write of [
      () => addModule(viewer, { name: 'x' }),
      () => renameModule(viewer, { module: SPARE, seen: 'spare', name: 'x', sure: true }),
      () => removeModule(viewer, { module: SPARE, seen: 'spare' }),
      () => markModule(viewer, { module: SPARE, mark: 'on' }),
    ])
      await expect(write()).rejects.toMatchObject({ code: 'forbidden' })
    expect([(await names()).length, await audits()]).toEqual([4, before])
  })
})
