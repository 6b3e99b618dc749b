import { beforeAll, describe, expect, test, vi } from 'vitest'
import { pool } from '@/lib/db/pool'
import type { RawParams } from '@/lib/list-params'
import { groupText } from '@/lib/mig/agents/groups'
import { listModules } from '@/lib/mig/modules/queries'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { getEndpoint, getPerson, listPeople } from './endpoints'
import { exportPermissions, exportRequirements } from './matrix-export'
import { listMatrixGroups } from './matrix-groups'
import { getMinimumCell, listRequirements } from './minimums'
import { permissionList, requirementList } from './search-params'
import { getWeightCell, listWeightsOf, listWeightsOn, windowOfModule, windowOfWeights } from './weights'

const viewer = testViewer('investigator')
const NOW = '2014-09-15T21:00:00Z' as Instant
const base = 6059408362783470592n
const agent = (n: number) => String(base + BigInt(n) * 1024n) as MigId

const MINIMUMS = { table: 'agtmodreq' as const, columns: ['1', '2', '3'] as MigId[] }

function requirements(raw: RawParams = {}) {
  const parsed = requirementList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

function permissions(raw: RawParams = {}) {
  const parsed = permissionList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

async function all(source: { rows: AsyncIterable<Record<string, unknown>[]> }) {
  const rows: Record<string, unknown>[] = []
  for await (const batch of source.rows) rows.push(...batch)
  return rows
}

describe.each(['data-rst', 'scripts', '2019'] as const)('the ACL matrices, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  beforeAll(async () => {
    const later = vintage === '2019' ? [', status, createdat, lastmodified', ", 'active', now(), now()"] : ['', '']
    // web1 was restarted, web2 runs twice, host3 to host62 fill two pages.
    const rows = [
      { id: agent(1), name: 'web1', queueloc: 'linux.web1.x', heartbeattime: '2014-09-10 00:00:00+00' },
      { id: agent(2), name: 'web1', queueloc: 'linux.web1.x', heartbeattime: '2014-09-15 20:58:00+00' },
      { id: agent(3), name: 'web2', queueloc: 'linux.web2.x', heartbeattime: '2014-09-15 20:59:00+00' },
      { id: agent(4), name: 'web2', queueloc: 'linux.web2.x', heartbeattime: '2014-09-15 20:57:00+00' },
      ...Array.from({ length: 60 }, (_, i) => ({
        id: agent(10 + i),
        name: `host${String(i).padStart(2, '0')}`,
        queueloc: `windows.host${i}.x`,
        os: 'windows',
        environment: '{"os": "windows"}',
        heartbeattime: '2014-09-15 20:58:00+00',
      })),
    ]
    await insertAgents(owner, vintage, rows)
    await owner(`
      INSERT INTO public.modules (id, name) VALUES (1, 'file'), (2, 'netstat'), (3, 'default');
      INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]})
        VALUES (1, 'Ann', repeat('A', 40)${later[1]}), (2, 'Bo', repeat('B', 40)${later[1]?.replace('active', 'disabled')});
      INSERT INTO public.agtmodreq (moduleid, agentid, minimumweight) VALUES
        (1, ${agent(1)}, 5), (1, ${agent(2)}, 2), (3, ${agent(2)}, 1), (2, ${agent(1)}, 4), (1, ${agent(3)}, 2);
      INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight) VALUES
        (1, ${agent(2)}, 1, 2), (1, ${agent(2)}, 3, 1), (2, ${agent(2)}, 1, 2), (1, ${agent(1)}, 2, 9)`)
    // Where MIG has no status for it, our own mark.
    if (vintage !== '2019')
      await owner(
        `INSERT INTO dashboard.person (investigator_id, fingerprint, disabled_at) VALUES (2, repeat('B', 40), now())`,
      )
  })

  test('minimums: the newest row counts, older ones are left behind, live ones that differ are mixed', async () => {
    const modules = await listModules(viewer)
    expect(modules.map((m) => m.name)).toEqual(['default', 'file', 'netstat'])
    const page = await listRequirements(viewer, requirements({ name: 'web' }), modules, NOW)
    expect(page.rows.map((row) => [row.endpoint.name, row.endpoint.id, row.endpoint.state])).toEqual([
      ['web1', agent(2), 'online'],
      ['web2', agent(3), 'online'],
    ])
    const [web1, web2] = page.rows.map((row) => row.cells)
    expect(web1?.['1']).toMatchObject({ own: 2, leftBehind: [{ agentId: agent(1), value: 5 }], mixed: null })
    expect(web1?.['1']?.problem).toBeNull()
    expect(web2?.['1']?.problem).toBe('unreachable')
    expect(web1?.['2']).toMatchObject({ own: null, inherited: 1, leftBehind: [{ agentId: agent(1), value: 4 }] })
    expect(web2?.['1']).toMatchObject({
      own: 2,
      mixed: [
        { agentId: agent(3), value: 2 },
        { agentId: agent(4), value: null },
      ],
    })
  })

  test('pages, filters, and a number of statements that does not grow with the rows', async () => {
    const modules = await listModules(viewer)
    const query = vi.spyOn(pool(), 'query')
    const first = await listRequirements(viewer, requirements(), modules, NOW)
    const statements = query.mock.calls.length
    query.mockClear()
    await listRequirements(viewer, requirements({ agent: agent(1) }), modules, NOW)
    expect(statements).toBe(query.mock.calls.length)
    expect(statements).toBe(6)
    query.mockRestore()
    expect(first.rows).toHaveLength(50)
    expect(first.total).toEqual({ count: 62, more: false })
    const second = await listRequirements(viewer, { ...requirements(), after: first.next ?? undefined }, modules, NOW)
    expect(second.rows).toHaveLength(12)
    expect(new Set([...first.rows, ...second.rows].map((row) => row.endpoint.id)).size).toBe(62)
    const count = async (raw: RawParams) =>
      (await listRequirements(viewer, requirements(raw), modules, NOW)).total.count
    expect(await count({ os: 'Windows' })).toBe(60)
    expect(await count({ state: 'gone' })).toBe(0)
    expect(await count({ name: '%' })).toBe(0)
    expect(await count({ agent: agent(1) })).toBe(1)
  })

  test('groups of endpoints: what they have stored, each number leading to exactly its endpoints', async () => {
    const modules = await listModules(viewer)
    const groups = async (raw: RawParams) => {
      const params = requirements(raw)
      if (!params.filters.group) throw new Error('no group')
      return listMatrixGroups(viewer, params, params.filters.group, MINIMUMS, NOW)
    }
    const bySystem = await groups({ group: 'os' })
    expect(bySystem.rows.map((row) => [groupText(row.group), row.count, row.cells])).toEqual([
      ['os=windows', 60, {}],
      ['os=linux', 2, { 1: { set: 2, least: 2, most: 2 }, 3: { set: 1, least: 1, most: 1 } }],
    ])
    await owner(`UPDATE public.agtmodreq SET minimumweight = 3 WHERE moduleid = 1 AND agentid = ${agent(3)}`)
    const byName = await groups({ group: 'name', os: 'linux' })
    expect(byName.rows.map((row) => [groupText(row.group), row.cells['1']])).toEqual([
      ['name=web#', { set: 2, least: 2, most: 3 }],
    ])
    await owner(`UPDATE public.agtmodreq SET minimumweight = 2 WHERE moduleid = 1 AND agentid = ${agent(3)}`)
    const names = async (raw: RawParams) =>
      (await listRequirements(viewer, requirements(raw), modules, NOW)).rows.map((row) => row.endpoint.name)
    expect(await names({ in: 'name=web#', rule: '3=none' })).toEqual(['web2'])
    expect(await names({ in: 'name=web#', rule: ['3=1', '1=2'] })).toEqual(['web1'])
    // A rule that was left behind is none.
    expect(await names({ name: 'web1', rule: '2=4' })).toEqual([])
    expect(requirementList.parse({ rule: '3' })).toMatchObject({ ok: false })
    const first = await groups({ group: 'os', size: '25' })
    const edge = await listMatrixGroups(
      viewer,
      { ...requirements({ group: 'os' }), size: 1 },
      { column: 'os' },
      MINIMUMS,
      NOW,
    )
    expect([edge.rows.length, edge.total.count, first.next]).toEqual([1, 2, null])
    const next = { ...requirements({ group: 'os' }), size: 1, after: edge.next ?? undefined }
    expect((await listMatrixGroups(viewer, next, { column: 'os' }, MINIMUMS, NOW)).rows[0]?.count).toBe(2)
    const lines = await all(await exportRequirements(viewer, requirements({ group: 'os', module: '1,3' }), NOW))
    expect(lines.map((line) => [line.value, line.count, line.module, line.set, line.least, line.most])).toEqual([
      ['windows', 60, 'default', 0, null, null],
      ['windows', 60, 'file', 0, null, null],
      ['linux', 2, 'default', 1, 1, 1],
      ['linux', 2, 'file', 2, 2, 2],
    ])
  })

  test('groups of endpoints with weights: of one person and for one module, each number leading to its endpoints', async () => {
    const modules = await listModules(viewer)
    const [ann] = await listPeople(viewer)
    if (!ann) throw new Error('the people are missing')
    const views = [
      {
        raw: { investigator: ann.id },
        source: { table: 'invagtmodperm' as const, investigator: ann.id, columns: modules.map(({ id }) => id) },
        weight: (column: string, value: unknown) => `${ann.id}.${column}=${value}`,
      },
      {
        raw: { by: 'module', module: '1' },
        source: {
          table: 'invagtmodperm' as const,
          module: '1' as MigId,
          columns: (await listPeople(viewer)).map(({ id }) => id),
        },
        weight: (column: string, value: unknown) => `${column}.1=${value}`,
      },
    ]
    let set = 0
    for (const { raw, source, weight } of views) {
      const page = await listMatrixGroups(viewer, permissions(raw), { column: 'os' }, source, NOW)
      expect(page.rows.map(({ count }) => count)).toEqual([60, 2])
      const exported = await all(await exportPermissions(viewer, permissions({ ...raw, group: 'os' }), NOW))
      for (const row of page.rows)
        for (const column of source.columns) {
          const cell = row.cells[column]
          const found = async (value: unknown) =>
            (
              await listWeightsOf(
                viewer,
                ann,
                permissions({ in: groupText(row.group), weight: weight(column, value) }),
                modules,
                NOW,
              )
            ).total.count
          expect(await found('none')).toBe(row.count - (cell?.set ?? 0))
          if (cell) expect(await found(cell.least)).toBeGreaterThan(0)
          set += cell?.set ?? 0
          expect(exported).toContainEqual(
            expect.objectContaining({
              group: groupText(row.group),
              [source.module ? 'investigatorid' : 'moduleid']: column,
              set: cell?.set ?? 0,
              least: cell?.least ?? null,
            }),
          )
        }
    }
    expect(set).toBeGreaterThan(0)
    await expect(exportPermissions(viewer, permissions({ group: 'os' }), NOW)).rejects.toMatchObject({
      code: 'invalid',
    })
    expect(permissionList.parse({ weight: '1=2' })).toMatchObject({ ok: false })
  })

  test("one investigator's weights, judged alone; a disabled one counts 0", async () => {
    const modules = await listModules(viewer)
    const [ann, bo] = await listPeople(viewer)
    if (!ann || !bo) throw new Error('the people are missing')
    const of = async (person: typeof ann) =>
      (await listWeightsOf(viewer, person, permissions({ name: 'web1' }), modules, NOW)).rows[0]?.cells
    const mine = await of(ann)
    expect(mine?.['1']).toMatchObject({ own: 2, alone: { required: 2, outcome: 'accepted' }, minimumMixed: false })
    expect(mine?.['2']).toMatchObject({ own: null, leftBehind: [{ value: 9 }], alone: { via: 'default', got: 1 } })
    expect((await of(bo))?.['1']?.alone.got).toBe(0)
  })

  test('the weights for one module are those that each of the other two views shows, window by window', async () => {
    const modules = await listModules(viewer)
    const people = await listPeople(viewer)
    for (const module of modules) {
      const params = permissions({ by: 'module', module: module.id })
      const { rows, next } = await windowOfModule(viewer, module, people, params, modules, NOW)
      const second = await windowOfModule(viewer, module, people, { ...params, after: next ?? undefined }, modules, NOW)
      expect([rows.length, second.rows.length, second.next]).toEqual([50, 12, null])
      for (const person of people) {
        const his = await windowOfWeights(viewer, person, permissions(), modules, NOW)
        expect(rows.map((row) => row.cells[person.id])).toEqual(his.rows.map((row) => row.cells[module.id]))
      }
      const web1 = [...rows, ...second.rows].find((row) => row.endpoint.id === agent(2))
      expect(people.map((person) => web1?.cells[person.id]?.own ?? null)).toEqual(
        { default: [1, null], file: [2, 2], netstat: [null, null] }[module.name],
      )
    }
  })

  test('all weights on one endpoint', async () => {
    const modules = await listModules(viewer)
    const endpoint = await getEndpoint(viewer, agent(1), NOW)
    expect(endpoint?.id).toBe(agent(2))
    if (!endpoint) return
    const page = await listWeightsOn(viewer, endpoint, permissions({ by: 'endpoint', agent: agent(1) }), modules, NOW)
    expect(page.rows.map((row) => [row.person.name, row.cells['1']?.own])).toEqual([
      ['Ann', 2],
      ['Bo', 2],
    ])
    expect(page.minimums['1']?.own).toBe(2)
  })

  test('the cell of a form, on the newest row; nothing for what does not exist', async () => {
    const modules = await listModules(viewer)
    const cell = (row: string, module: string) => ({ row: row as MigId, column: module as MigId })
    const minimum = await getMinimumCell(viewer, cell(agent(1), '1'), modules, NOW)
    expect(minimum).toMatchObject({ endpoint: { id: agent(2) }, module: { name: 'file' }, stored: 2 })
    expect((await getMinimumCell(viewer, cell(agent(2), '2'), modules, NOW))?.stored).toBeNull()
    expect(await getMinimumCell(viewer, cell('77', '1'), modules, NOW)).toBeNull()
    expect(await getMinimumCell(viewer, cell(agent(2), '77'), modules, NOW)).toBeNull()
    const weight = { agent: agent(2), investigator: '1' as MigId, module: '1' as MigId }
    expect((await getWeightCell(viewer, weight, modules, NOW))?.stored).toBe(2)
    expect(await getWeightCell(viewer, { ...weight, investigator: '9' as MigId }, modules, NOW)).toBeNull()
    expect(await getPerson(viewer, '9' as MigId)).toBeNull()
  })

  test('exports: a line a rule with the column names of the database', async () => {
    const source = await exportRequirements(viewer, requirements({ name: 'web1' }), NOW)
    expect(source.columns.map((c) => c.name)).toEqual([
      'agentid',
      'name',
      'queueloc',
      'os',
      'moduleid',
      'module',
      'minimumweight',
      'left_behind',
    ])
    const rows = await all(source)
    expect(rows.map((row) => [row.agentid, row.module, row.minimumweight, row.left_behind])).toEqual([
      [agent(1), 'file', 5, true],
      [agent(1), 'netstat', 4, true],
      [agent(2), 'file', 2, false],
      [agent(2), 'default', 1, false],
    ])
    expect(await all(await exportRequirements(viewer, requirements({ module: '3' }), NOW))).toHaveLength(1)
    const weights = await all(await exportPermissions(viewer, permissions({ investigator: '1' }), NOW))
    expect(weights.map((row) => [row.investigator, row.agentid, row.module, row.weight, row.left_behind])).toEqual([
      ['Ann', agent(1), 'netstat', 9, true],
      ['Ann', agent(2), 'file', 2, false],
      ['Ann', agent(2), 'default', 1, false],
    ])
    const on = permissions({ by: 'endpoint', agent: agent(2), name: 'bo' })
    expect((await all(await exportPermissions(viewer, on, NOW))).map((row) => row.investigator)).toEqual(['Bo'])
  })

  test('what all together reach counts a key once, at its lowest weight, whatever rows hold it', async () => {
    const later = vintage === '2019' ? [', status, createdat, lastmodified', ", 'active', now(), now()"] : ['', '']
    const host = agent(69)
    const problem = async () => {
      const page = await listRequirements(viewer, requirements({ name: 'host59' }), await listModules(viewer), NOW)
      return page.rows.map((row) => [row.endpoint.id, row.cells['1']?.problem])
    }
    await owner(`
      INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]}) VALUES (3, 'Ann too', repeat('aaaa ', 10)${later[1]});
      INSERT INTO public.agtmodreq (moduleid, agentid, minimumweight) VALUES (1, ${host}, 3);
      INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight) VALUES (1, ${host}, 1, 3), (3, ${host}, 1, 2)`)
    try {
      expect(await problem()).toEqual([[host, 'unreachable']])
      await owner(`UPDATE public.invagtmodperm SET weight = 4 WHERE investigatorid = 3`)
      expect(await problem()).toEqual([[host, null]])
    } finally {
      await owner(`DELETE FROM public.invagtmodperm WHERE agentid = ${host}; DELETE FROM public.agtmodreq WHERE agentid = ${host};
        DELETE FROM public.investigators WHERE id = 3`)
    }
  })
})
