import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RawParams } from '@/lib/list-params'
import { vintage as layout } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { bulkBounds, bulkLacks, bulkTooMuch, exportBulk, previewBulk } from './bulk'
import { keepBulkSql } from './bulk.sql'
import { countsText } from './bulk-counts'
import { runBulk } from './bulk-mutations'
import { runBatch } from './mutations'
import { bulkList } from './search-params'

const admin = testViewer('admin')
const base = 6059408362783470592n
const agent = (n: number) => String(base + BigInt(n) * 1024n) as MigId

function paramsOf(raw: RawParams) {
  const parsed = bulkList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

describe.each(['data-rst', 'scripts', '2019'] as const)('bulk changes, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  beforeAll(async () => {
    const later = vintage === '2019' ? [', status, createdat, lastmodified', ", 'active', now(), now()"] : ['', '']
    const linux = { os: 'linux', environment: '{"os":"linux"}' }
    const row = (n: number, name: string, hoursAgo: number, more: object = {}) => ({
      id: agent(n),
      name,
      queueloc: `linux.${name}.x`,
      heartbeattime: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
      ...linux,
      ...more,
    })
    await insertAgents(owner, vintage, [
      // Restarted twice: rules on both older rows.
      row(1, 'web1', 72),
      row(2, 'web1', 48),
      row(3, 'web1', 0.01, { tags: '{"operator":"it"}' }),
      row(4, 'web2', 0.01, { tags: '{"operator":"it"}' }),
      row(5, 'web3', 0.01, { tags: '{"operator":"\\u0000"}' }),
      row(6, 'db1', 0.01, { os: 'windows', environment: '{"os":"windows"}', tags: '{"operator":"it"}' }),
    ])
    await owner(`
      INSERT INTO public.modules (id, name) VALUES (1, 'file'), (2, 'netstat'), (3, 'default');
      INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]})
        VALUES (1, 'Ann', repeat('A', 40)${later[1]}), (2, 'Bo', repeat('B', 40)${later[1]})`)
  })
  beforeEach(async () => {
    await owner(`DELETE FROM public.agtmodreq; DELETE FROM public.invagtmodperm;
      INSERT INTO public.agtmodreq (moduleid, agentid, minimumweight) VALUES
        (1, ${agent(1)}, 9), (2, ${agent(1)}, 9), (1, ${agent(2)}, 2), (3, ${agent(2)}, 5), (3, ${agent(3)}, 1), (1, ${agent(6)}, 2);
      INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight) VALUES
        (1, ${agent(1)}, 2, 7), (1, ${agent(2)}, 1, 2), (2, ${agent(2)}, 1, 1), (1, ${agent(4)}, 1, 2)`)
  })

  const now = () => new Date().toISOString() as Instant
  const minimums = async () =>
    (
      await owner(
        `SELECT a.name, r.moduleid::int AS m, r.minimumweight AS w FROM public.agtmodreq r JOIN public.agents a ON a.id = r.agentid
         WHERE a.heartbeattime > now() - interval '1 hour' ORDER BY a.name, m`,
      )
    ).map(({ name, m, w }) => `${name} ${m}=${w}`)
  const weights = async (id: MigId) =>
    (
      await owner(
        `SELECT investigatorid::int AS i, moduleid::int AS m, weight AS w FROM public.invagtmodperm WHERE agentid = ${id} ORDER BY 1, 2`,
      )
    ).map(({ i, m, w }) => `${i} ${m}=${w}`)
  const ask = async (raw: RawParams) => {
    const params = paramsOf(raw)
    const { counts, cells } = await previewBulk(admin, params, now())
    const input = { params, seen: countsText(counts), reason: 'as agreed', confirm: true }
    return { params, counts, cells, input, save: () => runBulk(admin, input) }
  }
  const figures = ({ counts }: Awaited<ReturnType<typeof ask>>) => {
    const { endpoints, added, changed, removed, unchanged, differing } = counts
    return [endpoints, added, changed, removed, unchanged, differing]
  }

  test('a minimum for all endpoints of a system and a tag: counted, measured, saved as one batch', async () => {
    const asked = await ask({ os: 'linux', tag: 'operator=it', module: '1,3', value: '2' })
    expect(figures(asked)).toEqual([2, 3, 1, 0, 0, 0])
    expect(asked.cells.map(({ name, module, seen, value }) => [name, module, seen, value])).toEqual([
      ['web1', 'file', null, 2],
      ['web1', 'default', 1, 2],
      ['web2', 'file', null, 2],
      ['web2', 'default', null, 2],
    ])
    const before = await minimums()
    const measured = await runBulk(admin, asked.input, { preview: true })
    expect(measured).toMatchObject({ kind: 'preview', cells: 4, effects: { endpoints: 2, anyone: { gained: 1 } } })
    expect(await minimums()).toEqual(before)
    const saved = await asked.save()
    expect(saved).toMatchObject({ kind: 'saved', cells: 4 })
    expect(await minimums()).toEqual(['db1 1=2', 'web1 1=2', 'web1 3=2', 'web2 1=2', 'web2 3=2'])
    const [row] = await owner(`SELECT kind, detail FROM dashboard.audit ORDER BY id DESC LIMIT 1`)
    expect(row).toMatchObject({
      kind: 'acl.batch.bulk',
      detail: { reason: 'as agreed', cells: 4, predicate: { os: ['linux'], tag: ['operator=it'], module: ['1,3'] } },
    })
    expect(figures(await ask({ os: 'linux', tag: 'operator=it', module: '1,3', value: '2' }))).toEqual([
      2, 0, 0, 0, 4, 0,
    ])
  })

  test('only cells without a rule, and rules removed', async () => {
    expect(figures(await ask({ module: '1', value: '5', only: 'unset' }))).toEqual([4, 3, 0, 0, 0, 0])
    expect(figures(await ask({ module: '1', value: '5', only: 'set' }))).toEqual([4, 0, 1, 0, 0, 0])
    const asked = await ask({ do: 'remove', module: '1,2,3' })
    expect(figures(asked)).toEqual([4, 0, 0, 2, 10, 0])
    await asked.save()
    expect(await minimums()).toEqual([])
    // Older rows keep theirs.
    expect(await owner('SELECT 1 FROM public.agtmodreq')).toHaveLength(4)
  })

  test('weights of several people', async () => {
    const asked = await ask({ table: 'invagtmodperm', module: '1', investigator: '1,2', value: '3', name: 'web' })
    expect(figures(asked)).toEqual([3, 5, 1, 0, 0, 0])
    await asked.save()
    expect(await weights(agent(3))).toEqual(['1 1=3', '2 1=3'])
    expect(await weights(agent(6))).toEqual([])
  })

  test('what differs from the preview is refused with both counts', async () => {
    const asked = await ask({ module: '2', value: '1' })
    await owner(`INSERT INTO public.agtmodreq (moduleid, agentid, minimumweight) VALUES (2, ${agent(4)}, 1)`)
    await expect(asked.save()).rejects.toThrow(
      'You saw 4 new, 0 changed, 0 removed, 0 unchanged; now it would be 3 new, 0 changed, 0 removed, 1 unchanged. Nothing was changed',
    )
    const again = await ask({ module: '1', value: '4' })
    await owner(`UPDATE public.agtmodreq SET minimumweight = 3 WHERE moduleid = 1 AND agentid = ${agent(6)}`)
    await expect(again.save()).rejects.toThrow('it is as many now, but other cells or other values')
    expect(await minimums()).toEqual(['db1 1=3', 'web1 3=1', 'web2 2=1'])
    await expect(runBulk(admin, { ...again.input, seen: 'x' })).rejects.toMatchObject({ code: 'invalid' })
  })

  test('cells that are not those that were counted, between two statements, are not written, and not tried again', async () => {
    const { params, counts } = await ask({ module: '2', value: '1', name: 'web2' })
    const bounds = await bulkBounds(params, now())
    const v = await layout()
    let looks = 0
    const cells = (expected: { cells: number; digest: string }) => ({
      check: async () => {
        looks++
      },
      expected: () => expected,
      keep: (id: string) => keepBulkSql(v, params, bounds, id),
    })
    const save = (expected: { cells: number; digest: string }) =>
      runBatch(admin, { kind: 'bulk', reason: 'as agreed', confirmed: true, cells: cells(expected) })
    const before = await minimums()
    for (const expected of [
      { cells: 1, digest: '7' },
      { cells: 2, digest: counts.digest },
    ])
      await expect(save(expected)).rejects.toMatchObject({ code: 'conflict' })
    expect([looks, await minimums()]).toEqual([2, before])
    expect(await save({ cells: 1, digest: counts.digest })).toMatchObject({ kind: 'saved', cells: 1 })
  })

  test('carried over is what the newest older row with rules has; nothing of the newest row is overwritten', async () => {
    const asked = await ask({ do: 'carry-over' })
    expect(figures(asked)).toEqual([4, 3, 0, 0, 0, 1])
    expect(
      asked.cells.map(({ module, investigator, seen, value, may }) => [module, investigator, seen, value, may]),
    ).toEqual([
      ['default', null, 1, 5, false],
      ['file', null, null, 2, true],
      ['file', 'Ann', null, 2, true],
      ['file', 'Bo', null, 1, true],
    ])
    expect(await asked.save()).toMatchObject({ kind: 'saved', cells: 3, effects: { anyone: { gained: 1, lost: 0 } } })
    expect(await minimums()).toEqual(['db1 1=2', 'web1 1=2', 'web1 3=1'])
    expect(await weights(agent(3))).toEqual(['1 1=2', '2 1=1'])
    expect((await owner(`SELECT kind FROM dashboard.audit ORDER BY id DESC LIMIT 1`))[0]?.kind).toBe(
      'acl.batch.carry-over',
    )
    expect(figures(await ask({ do: 'carry-over', id: agent(1) }))).toEqual([1, 0, 0, 0, 3, 1])
    expect(figures(await ask({ do: 'carry-over', id: agent(4) }))).toEqual([1, 0, 0, 0, 0, 0])
  })

  test('a carry-over of one table and module alone', async () => {
    const asked = await ask({ do: 'carry-over', table: 'invagtmodperm', investigator: '2' })
    expect(figures(asked)).toEqual([4, 1, 0, 0, 0, 0])
    expect(figures(await ask({ do: 'carry-over', table: 'agtmodreq', module: '3' }))).toEqual([4, 0, 0, 0, 0, 1])
  })

  test('the export has every cell', async () => {
    const rows: Record<string, unknown>[] = []
    for await (const batch of (await exportBulk(admin, paramsOf({ do: 'carry-over' }), now())).rows) rows.push(...batch)
    expect(rows.map((row) => [row.agentid, row.moduleid, row.investigatorid, row.change])).toEqual([
      [agent(3), '3', null, 'differs'],
      [agent(3), '1', null, 'new'],
      [agent(3), '1', '1', 'new'],
      [agent(3), '1', '2', 'new'],
    ])
  })

  test('more cells than are looked at are refused, counted by what each endpoint is asked for', async () => {
    const much = (raw: RawParams, most: number) => bulkTooMuch(admin, paramsOf(raw), now(), most)
    const weights = { table: 'invagtmodperm', module: '1,2,3', investigator: '1,2', value: '1' }
    expect(await much(weights, 24)).toBeNull()
    expect(await much(weights, 23)).toBe(
      'That asks for more than 23 cells: 6 of each endpoint. Choose fewer modules or investigators, or narrow the filters.',
    )
    expect(await much({ ...weights, name: 'db1' }, 6)).toBeNull()
    expect(await much({ module: '1', value: '1' }, 3)).toContain('more than 3 cells: 1 of each')
    expect(await much({ do: 'carry-over' }, 0)).toBeNull()
    expect(await bulkTooMuch(admin, paramsOf(weights), now())).toBeNull()
    await expect(exportBulk(admin, paramsOf(weights), now(), 23)).rejects.toMatchObject({ code: 'invalid' })
  })

  test('what is not a whole question, a filter that is none, a missing reason, an investigator', async () => {
    expect(bulkLacks(paramsOf({ value: '2' }))).toContain('module')
    expect(bulkLacks(paramsOf({ module: '1' }))).toContain('value')
    expect(bulkLacks(paramsOf({ table: 'invagtmodperm', module: '1', value: '1' }))).toContain('investigator')
    expect(bulkList.parse({ value: '1.5' })).toMatchObject({ ok: false })
    expect(bulkList.parse({ value: '3000000000' })).toMatchObject({ ok: false })
    const asked = await ask({ module: '1', value: '7' })
    await expect(runBulk(admin, { ...asked.input, reason: null })).rejects.toMatchObject({ code: 'invalid' })
    await expect(runBulk(testViewer('investigator'), asked.input)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await minimums()).toEqual(['db1 1=2', 'web1 3=1'])
  })
})
