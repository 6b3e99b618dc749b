import pg from 'pg'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { digestOfKept } from '@/lib/audit/verify-cells'
import type { Viewer } from '@/lib/auth/viewer'
import { inLongWrite } from '@/lib/auth/write'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import type { Batch } from './batch'
import { keptCellsSql } from './batch.sql'
import type { BatchAnswer, CellChange } from './change'
import { ACL_LOCK, runBatch } from './mutations'
import { minimumSchema } from './schema'

const admin = testViewer('admin')
const OLD = '6059408362783470592' as MigId
const LIVE = '6059408362783471616' as MigId
const FILE = '1' as MigId
const DEFAULT = '2' as MigId
const NETSTAT = '3' as MigId
const ANN = '2' as MigId
const BO = '3' as MigId

const agentColumns = (vintage: TestVintage) => (vintage === '2019' ? 'mode, refreshtime' : 'os')
const agentValues = (vintage: TestVintage) => (vintage === '2019' ? `'daemon', now()` : `'linux'`)

function agentSql(vintage: TestVintage, id: string, beat: string): string {
  return `INSERT INTO public.agents (id, name, queueloc, version, pid, starttime, heartbeattime, ${agentColumns(vintage)})
    VALUES (${id}, 'web1.example.net', 'linux.web1.example.net.abc', '201409151700+72c0778.prod', 7, now(), ${beat}, ${agentValues(vintage)});`
}

type Kept = { object_id: string; detail: { sha256: string; effects: unknown } }

const saved = (answer: BatchAnswer) => {
  if (answer.kind !== 'saved') throw new Error(JSON.stringify(answer))
  return answer
}

describe.each(['data-rst', 'scripts', '2019'] as const)('batches of ACL cells, layout %s', (vintage) => {
  const { owner, ownerUrl } = useDatabaseOf(vintage)

  beforeAll(async () => {
    const later = vintage === '2019' ? [', status, createdat, lastmodified', `, 'active', now(), now()`] : ['', '']
    await owner(`
      ${agentSql(vintage, `${OLD}.00000000000000000`, `now() - interval '2 days'`)}
      ${agentSql(vintage, `${LIVE}.00000000000000000`, `now() - interval '1 minute'`)}
      INSERT INTO public.modules (id, name) VALUES (1, 'file'), (2, 'default'), (3, 'netstat');
      INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]})
      VALUES (2, 'Ann', repeat('A', 40)${later[1]}), (3, 'Bo', repeat('B', 40)${later[1]});`)
  })
  beforeEach(async () => {
    await owner('DELETE FROM public.agtmodreq; DELETE FROM public.invagtmodperm;')
  })

  const stored = async () =>
    (await owner('SELECT agentid::text, minimumweight FROM public.agtmodreq ORDER BY agentid, moduleid')).map(
      (row) => row.minimumweight,
    )
  const weights = async () =>
    (await owner('SELECT weight FROM public.invagtmodperm ORDER BY investigatorid, moduleid')).map((row) => row.weight)
  const audits = async () => Number((await owner('SELECT count(*) AS n FROM dashboard.audit'))[0]?.n)
  const kept = async () => Number((await owner('SELECT count(*) AS n FROM dashboard.acl_change'))[0]?.n)
  const cell = { agent: LIVE, module: FILE }

  type Told = { seen: number | null; weight: number | null }
  const batch = (cells: CellChange[], more: Partial<Batch> = {}): Batch => ({
    kind: 'save',
    reason: null,
    confirmed: false,
    cells,
    ...more,
  })
  const minimum = ({ weight, ...given }: Told & Partial<typeof cell>): CellChange => ({
    table: 'agtmodreq',
    ...cell,
    ...given,
    value: weight,
  })
  const weightOf = (given: Told & Partial<typeof cell> & { investigator?: MigId }): CellChange => {
    const { weight, ...place } = given
    return { table: 'invagtmodperm', ...cell, investigator: ANN, ...place, value: weight }
  }
  const setMinimum = (given: Told & Partial<typeof cell>, viewer: Viewer = admin) =>
    runBatch(viewer, batch([minimum(given)], { confirmed: true }))
  const setWeight = (given: Parameters<typeof weightOf>[0], viewer: Viewer = admin) =>
    runBatch(viewer, batch([weightOf(given)], { confirmed: true }))

  test('set, change and remove a minimum: exactly that, each with its audit row', async () => {
    const added = saved(await setMinimum({ seen: null, weight: 2 }))
    expect(added).toMatchObject({ cells: 1, message: expect.stringContaining('1 rule added') })
    expect(await stored()).toEqual([2])
    const [row] = await owner('SELECT * FROM dashboard.audit WHERE id = $1', [added.auditId])
    expect(row).toMatchObject({
      kind: 'acl.batch.save',
      object_type: 'acl_batch',
      viewer_name: 'Test admin',
      viewer_role: 'admin',
      before: null,
      after: { minimumweight: 2 },
      detail: { agentid: LIVE, agent: 'web1.example.net', module: 'file', cells: 1, added: 1, changed: 0, removed: 0 },
    })
    const [line] = await owner('SELECT * FROM dashboard.acl_change WHERE batch = $1', [row?.object_id])
    expect(line).toMatchObject({ n: 1, table_name: 'agtmodreq', investigatorid: null, before: null, after: 2 })
    const changed = saved(await setMinimum({ seen: 2, weight: 0 }))
    expect(changed.message).toContain('Agents refuse a minimum below 1')
    expect(await stored()).toEqual([0])
    const removed = saved(await setMinimum({ seen: 0, weight: null }))
    expect(removed.message).toContain('1 rule removed')
    expect(await stored()).toEqual([])
    const [last] = await owner('SELECT kind, before, after FROM dashboard.audit WHERE id = $1', [removed.auditId])
    expect(last).toEqual({ kind: 'acl.batch.save', before: { minimumweight: 0 }, after: null })
  })

  test('a weight, negative too, at the ends of the range', async () => {
    await setWeight({ seen: null, weight: -2_147_483_648 })
    const written = saved(await setWeight({ seen: -2_147_483_648, weight: 2_147_483_647 }))
    expect(await weights()).toEqual([2_147_483_647])
    const [row] = await owner('SELECT kind, before, after, detail FROM dashboard.audit WHERE id = $1', [
      written.auditId,
    ])
    expect(row).toMatchObject({
      kind: 'acl.batch.save',
      before: { weight: -2_147_483_648 },
      after: { weight: 2_147_483_647 },
      detail: { investigator: 'Ann', investigatorid: ANN, module: 'file' },
    })
    await setWeight({ seen: 2_147_483_647, weight: null })
    expect(await weights()).toEqual([])
  })

  test.each([
    ['somebody added a rule meanwhile', 3, null, 5, /no rule.*3 now.*5 was not saved/],
    ['somebody changed it', 3, 2, 5, /was 2.*is 3 now.*5 was not saved/],
    ['somebody removed it', null, 2, 5, /was 2.*is no rule now/],
    ['somebody changed what was to be removed', 3, 2, null, /was 2.*is 3 now/],
  ])('a lost race: %s', async (_title, there, seen, weight, sentence) => {
    if (there !== null) await owner('INSERT INTO public.agtmodreq VALUES (1, $1, $2)', [LIVE, there])
    const before = await audits()
    expect(await setMinimum({ seen, weight })).toEqual({
      kind: 'conflict',
      message: expect.stringMatching(sentence),
      cells: [{ change: minimum({ seen, weight }), now: there }],
    })
    expect(await stored()).toEqual(there === null ? [] : [there])
    expect(await audits()).toBe(before)
  })

  test('two people at once: one write, one conflict', async () => {
    const before = await audits()
    const results = await Promise.all([4, 5].map((weight) => setMinimum({ seen: null, weight })))
    expect(results.map((r) => r.kind).sort()).toEqual(['conflict', 'saved'])
    expect(await stored()).toHaveLength(1)
    expect(await audits()).toBe(before + 1)
  })

  test('somebody writes past the lock while the batch waits for the row: a conflict, not an overwriting', async () => {
    await owner('INSERT INTO public.agtmodreq VALUES (1, $1, 2)', [LIVE])
    const other = new pg.Client(ownerUrl())
    await other.connect()
    await other.query('BEGIN')
    await other.query('UPDATE public.agtmodreq SET minimumweight = 9')
    const write = setMinimum({ seen: 2, weight: 5 })
    for (let waiting = 0; waiting === 0; ) {
      const [row] = await owner(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'
        AND datname = current_database() AND wait_event <> 'advisory'`)
      waiting = row?.n as number
    }
    await other.query('COMMIT')
    await other.end()
    expect(await write).toMatchObject({ kind: 'conflict', cells: [{ now: 9 }] })
    expect(await stored()).toEqual([9])
  })

  test('who waits for a batch in vain is told of it; each statement, the waiting too, has the time of a batch', async () => {
    const other = new pg.Client(ownerUrl())
    await other.connect()
    await other.query('SELECT pg_advisory_lock($1)', [ACL_LOCK])
    const limits = (ms: number) =>
      inLongWrite(
        admin,
        async (tx, stillMay) => {
          await stillMay()
          return tx.$queryRaw(
            sql`SELECT current_setting('statement_timeout') AS each, current_setting('lock_timeout') AS lock`,
          )
        },
        { lock: ACL_LOCK, timeout: 120_000, wait: { ms, busy: 'Another batch is being written.' } },
      )
    await expect(limits(50)).rejects.toMatchObject({ code: 'conflict', message: 'Another batch is being written.' })
    await other.end()
    expect(await limits(5000)).toEqual([{ each: '2min', lock: '0' }])
  })

  test('an investigator may neither write nor preview, and nothing is written', async () => {
    const reader = testViewer('investigator')
    const forbidden = { code: 'forbidden' }
    await expect(setMinimum({ seen: null, weight: 2 }, reader)).rejects.toMatchObject(forbidden)
    await expect(setWeight({ seen: null, weight: 2 }, reader)).rejects.toMatchObject(forbidden)
    const preview = runBatch(reader, batch([minimum({ seen: null, weight: 2 })]), { preview: true })
    await expect(preview).rejects.toMatchObject(forbidden)
    expect(await stored()).toEqual([])
  })

  test('the older row of an endpoint takes no rule any more: a conflict that names the newest row and its value', async () => {
    await owner('INSERT INTO public.agtmodreq VALUES (1, $1, 7)', [LIVE])
    expect(await setMinimum({ agent: OLD, seen: null, weight: 2 })).toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining(LIVE),
      cells: [{ now: 7, newest: LIVE }],
    })
    expect(await stored()).toEqual([7])
  })

  test('unknown agent, module and investigator, and nothing to do', async () => {
    const refused = (given: Partial<Parameters<typeof weightOf>[0]>) => setWeight({ seen: null, weight: 2, ...given })
    await expect(refused({ agent: '5' as MigId })).rejects.toMatchObject({ code: 'not_found' })
    await expect(refused({ module: '77' as MigId })).rejects.toMatchObject({ code: 'not_found' })
    await expect(refused({ investigator: '77' as MigId })).rejects.toMatchObject({ code: 'not_found' })
    await expect(refused({ weight: null })).rejects.toMatchObject({ code: 'invalid' })
    await expect(runBatch(admin, batch([]))).rejects.toMatchObject({ code: 'invalid' })
    expect(await weights()).toEqual([])
  })

  const many = (): CellChange[] => [
    weightOf({ investigator: BO, seen: null, weight: 1 }),
    minimum({ seen: null, weight: 2 }),
    weightOf({ seen: null, weight: 2 }),
    minimum({ module: NETSTAT, seen: 4, weight: null }),
  ]

  test('a batch of both tables: all of it, in one audit row that covers its cells', async () => {
    await owner('INSERT INTO public.agtmodreq VALUES (3, $1, 4)', [LIVE])
    const answer = saved(await runBatch(admin, batch(many(), { reason: ' spring cleaning\0 ' })))
    expect(answer).toMatchObject({ cells: 4, message: expect.stringContaining('4 cells saved on 1 endpoint') })
    expect(await stored()).toEqual([2])
    expect(await weights()).toEqual([2, 1])
    const [row] = (await owner('SELECT object_id, detail FROM dashboard.audit WHERE id = $1', [
      answer.auditId,
    ])) as Kept[]
    expect(row?.detail).toMatchObject({ reason: 'spring cleaning', cells: 4, added: 3, changed: 0, removed: 1 })
    expect(row?.detail.effects).toMatchObject({ endpoints: 1, pairs: 2, anyone: { gained: 1, lost: 0 } })
    expect(await digestOfKept(pool(), row?.object_id ?? '')).toEqual({ cells: 4, sha256: row?.detail.sha256 })
    const lines = (await pool().query(keptCellsSql(row?.object_id ?? '', 0, 10))).rows
    expect(
      lines.map(({ table, module, investigator, before, after }) => [table, module, investigator, before, after]),
    ).toEqual([
      ['agtmodreq', FILE, null, null, 2],
      ['invagtmodperm', FILE, ANN, null, 2],
      ['invagtmodperm', FILE, BO, null, 1],
      ['agtmodreq', NETSTAT, null, 4, null],
    ])
  })

  test('one lost race among many cells: nothing is saved, and the lost one alone is shown', async () => {
    const before = [await audits(), await kept()]
    const answer = await runBatch(admin, batch(many(), { reason: 'why' }))
    expect(answer).toMatchObject({ kind: 'conflict', message: expect.stringContaining('1 of 4 cells does not hold') })
    expect(answer.kind === 'conflict' && answer.cells).toEqual([
      { change: minimum({ module: NETSTAT, seen: 4, weight: null }), now: null },
    ])
    expect([await stored(), await weights()]).toEqual([[], []])
    expect([await audits(), await kept()]).toEqual(before)
  })

  test('several cells want a reason', async () => {
    await owner('INSERT INTO public.agtmodreq VALUES (3, $1, 4)', [LIVE])
    await expect(runBatch(admin, batch(many(), { reason: '  ' }))).rejects.toMatchObject({ code: 'invalid' })
    expect(await stored()).toEqual([4])
  })

  test('a preview tells the effects and leaves everything as it was', async () => {
    await owner('INSERT INTO public.agtmodreq VALUES (3, $1, 4)', [LIVE])
    const before = [await audits(), await kept()]
    expect(await runBatch(admin, batch(many()), { preview: true })).toEqual({
      kind: 'preview',
      cells: 4,
      effects: {
        endpoints: 1,
        pairs: 2,
        anyone: { gained: 1, lost: 0 },
        alone: { gained: 1, lost: 0 },
        editor: { gained: 0, lost: 0 },
        samples: [
          { agent: LIVE, endpoint: 'web1.example.net', module: 'file', what: 'anyone', gained: true },
          { agent: LIVE, endpoint: 'web1.example.net', module: 'file', what: 'alone', gained: true },
        ],
      },
    })
    expect([await stored(), await weights()]).toEqual([[4], []])
    expect([await audits(), await kept()]).toEqual(before)
  })

  test('the last sufficient signers go only when that is confirmed, and the audit says so', async () => {
    await owner(`INSERT INTO public.agtmodreq VALUES (2, $1, 2)`, [LIVE])
    await owner(`INSERT INTO public.invagtmodperm VALUES (2, $1, 2, 1), (3, $1, 2, 1)`, [LIVE])
    const ann = testViewer('admin', { id: ANN, fingerprint: 'A'.repeat(40) })
    const change = batch([weightOf({ module: DEFAULT, investigator: BO, seen: 1, weight: 0 })])
    const asked = await runBatch(ann, change)
    // Through default: file and netstat have no minimum of their own.
    expect(asked).toMatchObject({
      kind: 'confirm',
      message: expect.stringContaining('3 pairs'),
      effects: { pairs: 3, anyone: { gained: 0, lost: 3 }, alone: { lost: 0 }, editor: { lost: 0 } },
    })
    expect(await weights()).toEqual([1, 1])
    if (asked.kind !== 'confirm') throw new Error('not asked')
    // Confirmed are those cells and no others.
    const other = batch([weightOf({ module: DEFAULT, investigator: BO, seen: 1, weight: -1 })])
    expect(await runBatch(ann, { ...other, confirmed: asked.confirm })).toMatchObject({
      kind: 'confirm',
      message: expect.stringContaining('not the changes that were confirmed'),
    })
    expect(await weights()).toEqual([1, 1])
    // And with what they took away then: a rule of its own for file changes that.
    await owner('INSERT INTO public.agtmodreq VALUES (1, $1, 1)', [LIVE])
    await owner('INSERT INTO public.invagtmodperm VALUES (2, $1, 1, 1)', [LIVE])
    expect(await runBatch(ann, { ...change, confirmed: asked.confirm })).toMatchObject({
      kind: 'confirm',
      message: expect.stringContaining('something else away than was confirmed'),
      effects: { anyone: { lost: 2 } },
    })
    await owner('DELETE FROM public.agtmodreq WHERE moduleid = 1; DELETE FROM public.invagtmodperm WHERE moduleid = 1')
    const answer = saved(await runBatch(ann, { ...change, confirmed: asked.confirm }))
    expect(answer.message).toContain('Nobody can run 3 pairs')
    const [row] = await owner('SELECT detail FROM dashboard.audit WHERE id = $1', [answer.auditId])
    expect(row?.detail).toMatchObject({ confirmed: 'lockout', effects: { anyone: { lost: 3 } } })
    // Back again: Ann alone reaches it with 2, and she is the one who saves.
    const back = saved(await runBatch(ann, batch([weightOf({ module: DEFAULT, seen: 1, weight: 2 })])))
    expect(back.effects).toMatchObject({ anyone: { gained: 3 }, alone: { gained: 3 }, editor: { gained: 3 } })
  })

  test('in parts: one batch, numbered on, an agent never torn apart', async () => {
    const parts = [[minimum({ seen: null, weight: 2 })], [weightOf({ seen: null, weight: 2 })]]
    const answer = saved(
      await runBatch(
        admin,
        batch([], {
          reason: 'parts',
          cells: async function* () {
            yield* parts
          },
          detail: () => ({ source: 'a test' }),
        }),
      ),
    )
    expect(answer.effects).toMatchObject({ endpoints: 1, pairs: 1, anyone: { gained: 1 } })
    const [row] = await owner('SELECT object_id, detail FROM dashboard.audit WHERE id = $1', [answer.auditId])
    expect(row?.detail).toMatchObject({ cells: 2, source: 'a test' })
    const lines = await owner('SELECT n FROM dashboard.acl_change WHERE batch = $1 ORDER BY n', [row?.object_id])
    expect(lines.map((line) => line.n)).toEqual([1, 2])
  })

  test('what was kept of a batch is neither changed nor removed, by the owner either', async () => {
    saved(await setMinimum({ seen: null, weight: 2 }))
    const refused = { code: '42501' }
    await expect(owner('UPDATE dashboard.acl_change SET after = 3')).rejects.toMatchObject(refused)
    await expect(owner('DELETE FROM dashboard.acl_change')).rejects.toMatchObject(refused)
    await expect(owner('TRUNCATE dashboard.acl_change')).rejects.toMatchObject(refused)
    await expect(pool().query('DELETE FROM dashboard.acl_change')).rejects.toMatchObject(refused)
    await expect(pool().query('UPDATE dashboard.acl_change SET after = 3')).rejects.toMatchObject(refused)
  })
})

test('what the form of a cell takes', () => {
  const form = { agent: LIVE, module: '1', seen: '', weight: '2' }
  const problem = (fields: Record<string, string>) => {
    const parsed = minimumSchema.safeParse({ ...form, ...fields })
    return parsed.success ? parsed.data : parsed.error.issues[0]?.message
  }
  expect(problem({})).toEqual({ agent: LIVE, module: '1', seen: null, weight: 2, reason: null, confirm: false })
  expect(problem({ weight: ' −3 ' })).toMatchObject({ weight: -3 })
  expect(problem({ weight: '', intent: 'remove', seen: '0' })).toMatchObject({ seen: 0, weight: null })
  expect(problem({ weight: '' })).toContain('an empty cell is no rule, not 0')
  for (const weight of ['2147483648', '-2147483649', '1.5', '1e3', 'two', '0x1'])
    expect(problem({ weight })).toContain('is a whole number')
  expect(problem({ weight: '2147483647' })).toMatchObject({ weight: 2_147_483_647 })
  expect(problem({ agent: '12; DROP' })).toContain('names no agent')
  expect(problem({ seen: 'x' })).toContain('Open the cell again')
})
