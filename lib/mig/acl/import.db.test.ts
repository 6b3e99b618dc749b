import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { exportLines } from '@/lib/export'
import type { MigId } from '@/lib/mig/wire/id'
import { insertAgents } from '@/lib/testing/agent-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { nameConflicts } from './conflicts'
import { previewImport } from './import'
import { readImportFile } from './import-file'
import { exportPermissions, exportRequirements } from './matrix-export'
import { runBatch } from './mutations'
import { permissionList, requirementList } from './search-params'

const admin = testViewer('admin')
const base = 6059408362783470592n
const agent = (n: number) => String(base + BigInt(n) * 1024n) as MigId

describe.each(['data-rst', 'scripts', '2019'] as const)('import of a matrix, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  beforeAll(async () => {
    const later = vintage === '2019' ? [', status, createdat, lastmodified', ", 'active', now(), now()"] : ['', '']
    const row = (n: number, name: string, hoursAgo: number) => ({
      id: agent(n),
      name,
      queueloc: `linux.${name}.x`,
      heartbeattime: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
      environment: '{"os":"linux"}',
    })
    await insertAgents(owner, vintage, [
      row(1, '=web,1', 48),
      row(2, '=web,1', 0.01),
      row(3, "'db\n2", 0.01),
      { ...row(4, 'twin', 0.01), queueloc: 'linux.twin.a' },
      { ...row(5, 'twin', 0.01), queueloc: 'linux.twin.b' },
    ])
    await owner(`
      INSERT INTO public.modules (id, name) VALUES (1, 'file'), (2, '@net'), (3, 'default'), (4, 'double'), (5, 'double');
      INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]})
        VALUES (1, '+Ann', repeat('A', 40)${later[1]}), (2, 'Bo "B"', repeat('B', 40)${later[1]})`)
  })
  beforeEach(async () => {
    await owner(`DELETE FROM public.agtmodreq; DELETE FROM public.invagtmodperm;
      INSERT INTO public.agtmodreq (moduleid, agentid, minimumweight) VALUES
        (1, ${agent(1)}, 9), (1, ${agent(2)}, 2), (2, ${agent(2)}, -3), (3, ${agent(3)}, 0);
      INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight) VALUES
        (1, ${agent(1)}, 2, 7), (1, ${agent(2)}, 1, 2), (2, ${agent(2)}, 2, -1), (2, ${agent(3)}, 3, 5)`)
  })

  const paramsOf = <F>(list: { parse(raw: object): { ok: true; params: F } | { ok: false; problem: string } }): F => {
    const parsed = list.parse({})
    if (!parsed.ok) throw new Error(parsed.problem)
    return parsed.params
  }
  const exported = async (table: 'agtmodreq' | 'invagtmodperm', format: 'csv' | 'ndjson', asText = false) => {
    const now = new Date().toISOString() as never
    const source =
      table === 'agtmodreq'
        ? await exportRequirements(admin, paramsOf(requirementList), now)
        : await exportPermissions(admin, paramsOf(permissionList), now)
    let text = ''
    for await (const chunk of exportLines(source, format, asText)) text += chunk
    return text
  }
  const minimums = async () =>
    (
      await owner(
        'SELECT trunc(agentid)::text AS a, moduleid::int AS m, minimumweight AS w FROM public.agtmodreq ORDER BY 1, 2',
      )
    ).map(({ a, m, w }) => `${(BigInt(String(a)) - base) / 1024n}.${m}=${w}`)

  test('what was exported changes nothing, in each format', async () => {
    for (const table of ['agtmodreq', 'invagtmodperm'] as const)
      for (const [format, asText] of [
        ['csv', false],
        ['csv', true],
        ['ndjson', false],
      ] as const) {
        const { preview, changes } = await previewImport(admin, readImportFile(await exported(table, format, asText)))
        expect(preview).toMatchObject({ table, lines: 4, unchanged: 4, refused: 0 })
        expect(changes).toEqual([])
      }
  })

  test('an edited file: its difference, then one batch that the audit knows', async () => {
    const text = `agentid,name,module,minimumweight\n${agent(2)},"'=web,1",file,5\n${agent(2)},,"'@net",\n${agent(3)},,file,1\n`
    const { preview, changes } = await previewImport(admin, readImportFile(text))
    expect(preview).toMatchObject({ added: 1, changed: 1, removed: 1, unchanged: 0, refused: 0 })
    expect(preview.cells.map(({ line, name, module, seen, value }) => [line, name, module, seen, value])).toEqual([
      [2, '=web,1', 'file', 2, 5],
      [3, '=web,1', '@net', -3, null],
      [4, "'db\n2", 'file', null, 1],
    ])
    expect(await minimums()).toEqual(['1.1=9', '2.1=2', '2.2=-3', '3.3=0'])
    const saved = await runBatch(admin, { kind: 'import', reason: 'reviewed', cells: changes, confirmed: true })
    expect(saved).toMatchObject({ kind: 'saved', cells: 3 })
    expect(await minimums()).toEqual(['1.1=9', '2.1=5', '3.1=1', '3.3=0'])
    expect((await owner('SELECT kind FROM dashboard.audit ORDER BY id DESC LIMIT 1'))[0]?.kind).toBe('acl.batch.import')
    // The same again changes nothing, and what was seen before is refused as a lost race.
    expect((await previewImport(admin, readImportFile(text))).preview).toMatchObject({ unchanged: 3 })
    const refused = await runBatch(admin, { kind: 'import', reason: 'again', cells: changes, confirmed: true })
    if (refused.kind !== 'conflict') throw new Error(JSON.stringify(refused))
    const named = await nameConflicts(admin, refused.cells)
    expect(named.map(({ agent, module, seen, now, value }) => [agent.name, module.name, seen, now, value])).toEqual([
      ['=web,1', 'file', 2, 5, 5],
      ['=web,1', '@net', -3, null, null],
      ["'db\n2", 'file', null, 1, 1],
    ])
  })

  test('conflicts of weights say whose; what is gone keeps its id', async () => {
    const cell = { table: 'invagtmodperm', agent: agent(2), module: '1' as MigId, seen: 1, value: 3 } as const
    const cells = ['1', '77'].map((id) => ({ change: { ...cell, investigator: id as MigId }, now: 2 }))
    expect(await nameConflicts(admin, cells)).toMatchObject([
      { agent: { name: '=web,1' }, investigator: { id: '1', name: '+Ann' }, newest: null },
      { investigator: { id: '77', name: null } },
    ])
    expect(
      await nameConflicts(
        admin,
        Array.from({ length: 101 }, () => cells[0] as (typeof cells)[0]),
      ),
    ).toHaveLength(100)
  })

  test('unknown and contradicting names and ids are refused line by line', async () => {
    const text = [
      'agentid,queueloc,name,moduleid,module,investigatorid,investigator,weight',
      `${agent(99)},,,1,,1,,1`,
      `${agent(2)},,other,1,,1,,1`,
      `${agent(2)},linux.other.x,,1,,1,,1`,
      `${agent(2)},,,77,,1,,1`,
      `${agent(2)},,,1,default,1,,1`,
      `${agent(2)},,,,double,1,,1`,
      `${agent(2)},,,,nothing,1,,1`,
      `${agent(2)},,,1,,9,,1`,
      `${agent(2)},,,1,,1,Bo,1`,
      ',,twin,1,,1,,1',
      ',linux.nowhere.x,,1,,1,,1',
      `${agent(1)},,,2,,1,,8`,
      `,linux.=web\u002C1.x,,1,,1,,3`.replace('linux.=web,1.x', '"linux.=web,1.x"'),
      `${agent(2)},,,1,,,+Ann,4`,
    ].join('\n')
    const { preview, changes } = await previewImport(admin, readImportFile(text))
    expect(preview.refusals.map(({ line, why }) => `${line}: ${why}`)).toEqual([
      `2: There is no agent ${agent(99)}.`,
      `3: The agent ${agent(2)} is =web,1, not other.`,
      `4: The agent ${agent(2)} has the queue linux.=web,1.x, not linux.other.x.`,
      '5: There is no module 77.',
      '6: The module 1 is file, not default.',
      '7: Two rows are the module double: 4 and 5. Give the id.',
      '8: There is no module named nothing.',
      '9: There is no investigator 9.',
      '10: The investigator 1 is +Ann, not Bo.',
      `11: Two rows are the endpoint twin: ${agent(4)} and ${agent(5)}. Give the id.`,
      '12: There is no endpoint with the queue linux.nowhere.x.',
      `13: The agent ${agent(1)} does not stand for its endpoint any more, the row ${agent(2)} does: only rules there hold.`,
      '15: It names the same cell as line 14.',
    ])
    expect(changes).toEqual([
      { table: 'invagtmodperm', investigator: '1', agent: agent(2), module: '1', seen: 2, value: 3 },
    ])
    for (const chunk of [1, 2])
      expect(await previewImport(admin, readImportFile(text), undefined, chunk)).toEqual({ preview, changes })
  })

  test('an endpoint that had another name is one endpoint, also when both names are looked up apart', async () => {
    await owner(`UPDATE public.agents SET name = 'formerly' WHERE id = ${agent(1)}`)
    const text = `name,module,minimumweight\nformerly,file,4\n"'=web,1",file,5\n`
    for (const chunk of [1, 10]) {
      const { preview, changes } = await previewImport(admin, readImportFile(text), undefined, chunk)
      expect(preview.refusals).toEqual([{ line: 2, why: 'There is no endpoint named formerly.' }])
      expect(changes).toEqual([{ table: 'agtmodreq', agent: agent(2), module: '1', seen: 2, value: 5 }])
    }
    await owner(`UPDATE public.agents SET name = '=web,1' WHERE id = ${agent(1)}`)
  })

  test('no file of a matrix, and not for an investigator', async () => {
    await expect(previewImport(admin, readImportFile('x,y\n1,2'))).rejects.toMatchObject({ code: 'invalid' })
    await expect(previewImport(testViewer('investigator'), readImportFile(''))).rejects.toMatchObject({
      code: 'forbidden',
    })
  })
})
