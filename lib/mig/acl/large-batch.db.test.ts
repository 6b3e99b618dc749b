import { beforeAll, describe, expect, test } from 'vitest'
import { digestOfKept } from '@/lib/audit/verify-cells'
import { pool } from '@/lib/db/pool'
import type { RawParams } from '@/lib/list-params'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import { tries } from '@/lib/testing/long'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { previewBulk } from './bulk'
import { countsText } from './bulk-counts'
import { runBulk } from './bulk-mutations'
import type { CellChange } from './change'
import { runBatch } from './mutations'
import { revertBatch } from './revert'
import { bulkList } from './search-params'

const admin = testViewer('admin')
// More than one part of a bulk change, which takes 100,000 pairs of endpoint and module at a time.
const ENDPOINTS = tries({ short: 20_002, long: 600_000 })
const MODULES = 8
const agent = (n: number) => String(1000 + n) as MigId
const FILE = '1' as MigId

/** What `run` gives, and by how many bytes this process grew at most meanwhile. */
async function growthOf<T>(run: () => Promise<T>): Promise<{ found: T; bytes: number }> {
  const begin = process.memoryUsage().rss
  let most = begin
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 20)
  try {
    return { found: await run(), bytes: most - begin }
  } finally {
    clearInterval(timer)
  }
}
const FLAT = 400 * 1024 * 1024

describe('large batches', () => {
  const { owner } = useDatabaseOf('data-rst')
  const count = async (where: string) =>
    (await owner(`SELECT count(*)::int AS n FROM public.agtmodreq WHERE ${where}`))[0]?.n as number
  const batches = async () =>
    (await owner(
      `SELECT object_id AS batch, detail FROM dashboard.audit WHERE object_type = 'acl_batch' ORDER BY id`,
    )) as {
      batch: string
      detail: {
        cells: number
        sha256: string
        effects: { endpoints: number; anyone: { gained: number; lost: number } }
      }
    }[]

  beforeAll(async () => {
    await insertAgents(owner, 'data-rst', [
      { id: '999', name: 'web0', queueloc: 'q.0', heartbeattime: new Date(Date.now() - 60_000).toISOString() },
    ])
    await owner(`INSERT INTO public.agents SELECT (jsonb_populate_record(a, jsonb_build_object('id', 1000 + g,
      'name', 'web' || g, 'queueloc', 'q.' || g))).* FROM public.agents a, generate_series(1, ${ENDPOINTS}) g`)
    await owner(
      `INSERT INTO public.modules SELECT g, CASE g WHEN 1 THEN 'file' ELSE 'module' || g END FROM generate_series(1, ${MODULES}) g`,
    )
    await owner(
      `INSERT INTO public.investigators (id, name, pgpfingerprint, publickey) VALUES (2, 'Ann', repeat('A', 40), '')`,
    )
    // The index of `db index` that finds an endpoint's rows.
    await owner('CREATE INDEX ON public.agents (queueloc, heartbeattime DESC, id DESC)')
    await owner('ANALYZE')
  }, 600_000)

  const minimums = (from: number, to: number, seen: number | null, value: number | null): CellChange[] =>
    Array.from({ length: to - from }, (_, i) => ({
      table: 'agtmodreq',
      agent: agent(from + i),
      module: FILE,
      seen,
      value,
    }))

  test.each([5_000, 20_000])(
    '%i cells in one save: as many as were sent, and one audit row that covers them',
    async (n) => {
      const answer = await runBatch(admin, {
        kind: 'save',
        reason: 'many',
        confirmed: false,
        cells: minimums(1, n + 1, null, n),
      })
      expect(answer).toMatchObject({ kind: 'saved', cells: n, effects: { endpoints: n } })
      expect(await count(`minimumweight = ${n}`)).toBe(n)
      const last = (await batches()).at(-1)
      expect(last?.detail.cells).toBe(n)
      expect(await digestOfKept(pool(), last?.batch ?? '')).toEqual({ cells: n, sha256: last?.detail.sha256 })

      // One lost race among them, in the last part: nothing is saved.
      await owner(`UPDATE public.agtmodreq SET minimumweight = 7 WHERE agentid = ${agent(n)}`)
      const before = await batches()
      const lost = await runBatch(admin, {
        kind: 'save',
        reason: 'many',
        confirmed: true,
        cells: minimums(1, n + 1, n, 3),
      })
      expect(lost).toMatchObject({ kind: 'conflict', message: expect.stringContaining('1 of ') })
      expect(lost.kind === 'conflict' && lost.cells).toMatchObject([{ change: { agent: agent(n) }, now: 7 }])
      expect([await count(`minimumweight = ${n}`), await count('minimumweight = 3')]).toEqual([n - 1, 0])
      expect(await batches()).toEqual(before)
      await owner('DELETE FROM public.agtmodreq')
    },
    600_000,
  )

  test(`a bulk change of the whole fleet, ${ENDPOINTS} endpoints: one transaction in flat memory, each cell kept`, async () => {
    const ask = async (raw: RawParams) => {
      const parsed = bulkList.parse(raw)
      if (!parsed.ok) throw new Error(parsed.problem)
      const { counts } = await previewBulk(admin, parsed.params, new Date().toISOString() as Instant)
      return { params: parsed.params, seen: countsText(counts), reason: 'the fleet' as string | null, confirm: true }
    }
    await owner(`INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight)
        SELECT 2, 1000 + g, 1, 2 FROM generate_series(1, ${ENDPOINTS} / 2) g`)
    await owner(`INSERT INTO public.agtmodreq (moduleid, agentid, minimumweight)
        SELECT 1, 1000 + g, CASE WHEN g % 10 = 0 THEN 2 ELSE 3 END FROM generate_series(1, 1000) g`)
    const input = await ask({ module: '1', value: '2' })
    const all = ENDPOINTS + 1 - 100
    await expect(runBulk(admin, { ...input, reason: ' ' })).rejects.toMatchObject({ code: 'invalid' })
    const measured = await runBulk(admin, input, { preview: true })
    expect(measured).toMatchObject({ kind: 'preview', cells: all })
    expect(await count('true')).toBe(1000)
    const { found: answer, bytes } = await growthOf(() => runBulk(admin, input))
    if (answer.kind !== 'saved') throw new Error(JSON.stringify(answer))
    expect(answer.cells).toBe(all)
    expect(bytes).toBeLessThan(FLAT)
    expect(await count('minimumweight = 2')).toBe(ENDPOINTS + 1)
    const last = (await batches()).at(-1)
    expect(last?.detail).toMatchObject({
      cells: all,
      added: ENDPOINTS + 1 - 1000,
      changed: 900,
      effects: { endpoints: all, anyone: { gained: ENDPOINTS / 2 - 100, lost: 0 } },
    })
    expect(await digestOfKept(pool(), last?.batch ?? '')).toEqual({ cells: all, sha256: last?.detail.sha256 })

    // Counted before somebody else wrote: nothing.
    const stale = await ask({ module: '1', value: '4' })
    await owner(`UPDATE public.agtmodreq SET minimumweight = 9 WHERE agentid = ${agent(ENDPOINTS)}`)
    await expect(runBulk(admin, stale)).rejects.toMatchObject({ code: 'conflict' })
    expect(await count('minimumweight = 4')).toBe(0)
    // The last sufficient people go: only for these cells.
    const fresh = await ask({ module: '1', value: '4' })
    const asked = await runBulk(admin, { ...fresh, confirm: false })
    if (asked.kind !== 'confirm') throw new Error(asked.kind)
    expect(asked.effects.anyone).toEqual({ gained: 0, lost: ENDPOINTS / 2 })
    expect(await count('minimumweight = 4')).toBe(0)
    const other = await ask({ module: '1', value: '5' })
    expect(await runBulk(admin, { ...other, confirm: asked.confirm })).toMatchObject({ kind: 'confirm' })
    const raised = await runBulk(admin, { ...fresh, confirm: asked.confirm })
    if (raised.kind !== 'saved') throw new Error(JSON.stringify(raised))
    expect(await count('minimumweight = 4')).toBe(ENDPOINTS + 1)

    // Its revert, which is as large.
    const back = { batch: raised.auditId, reason: 'not the whole fleet', confirm: false, skip: false }
    const reverted = await growthOf(() => revertBatch(admin, back))
    expect(reverted.found).toMatchObject({ kind: 'saved', cells: ENDPOINTS + 1 })
    expect(reverted.bytes).toBeLessThan(FLAT)
    expect([await count('minimumweight = 2'), await count('minimumweight = 9')]).toEqual([ENDPOINTS, 1])
    const undone = (await batches()).at(-1)
    expect(undone?.detail).toMatchObject({ cells: ENDPOINTS + 1, reverts: raised.auditId })
    expect(await digestOfKept(pool(), undone?.batch ?? '')).toEqual({
      cells: ENDPOINTS + 1,
      sha256: undone?.detail.sha256,
    })
  }, 1_800_000)
})
