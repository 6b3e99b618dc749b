import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '@/lib/errors'
import type { MigId } from '@/lib/mig/wire/id'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { setMinimumWeight, setWeight } from './mutations'
import { minimumSchema } from './schema'

const admin = testViewer('admin')
const OLD = '6059408362783470592' as MigId
const LIVE = '6059408362783471616' as MigId
const FILE = '1' as MigId
const ANN = '2' as MigId

const agentColumns = (vintage: TestVintage) => (vintage === '2019' ? 'mode, refreshtime' : 'os')
const agentValues = (vintage: TestVintage) => (vintage === '2019' ? `'daemon', now()` : `'linux'`)

function agentSql(vintage: TestVintage, id: string, beat: string): string {
  return `INSERT INTO public.agents (id, name, queueloc, version, pid, starttime, heartbeattime, ${agentColumns(vintage)})
    VALUES (${id}, 'web1.example.net', 'linux.web1.example.net.abc', '201409151700+72c0778.prod', 7, now(), ${beat}, ${agentValues(vintage)});`
}

describe.each(['data-rst', 'scripts', '2019'] as const)('one cell of the ACL tables, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  beforeAll(async () => {
    const later = vintage === '2019' ? [', status, createdat, lastmodified', `, 'active', now(), now()`] : ['', '']
    await owner(`
      ${agentSql(vintage, `${OLD}.00000000000000000`, `now() - interval '2 days'`)}
      ${agentSql(vintage, `${LIVE}.00000000000000000`, `now() - interval '1 minute'`)}
      INSERT INTO public.modules (id, name) VALUES (1, 'file'), (2, 'default');
      INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]}) VALUES (2, 'Ann', repeat('A', 40)${later[1]});`)
  })
  beforeEach(async () => {
    await owner('DELETE FROM public.agtmodreq; DELETE FROM public.invagtmodperm;')
  })

  const stored = async () =>
    (await owner('SELECT agentid::text, minimumweight FROM public.agtmodreq ORDER BY agentid')).map(
      (row) => row.minimumweight,
    )
  const audits = async () => Number((await owner('SELECT count(*) AS n FROM dashboard.audit'))[0]?.n)
  const cell = { agent: LIVE, module: FILE }

  test('set, change and remove a minimum: exactly that, each with its audit row', async () => {
    const added = await setMinimumWeight(admin, { ...cell, seen: null, weight: 2 })
    expect(added.message).toContain('1 rule added')
    expect(await stored()).toEqual([2])
    const [row] = await owner('SELECT * FROM dashboard.audit WHERE id = $1', [added.auditId])
    expect(row).toMatchObject({
      kind: 'acl.minimum.set',
      object_id: `${LIVE}.1`,
      viewer_name: 'Test admin',
      viewer_role: 'admin',
      before: null,
      after: { minimumweight: 2 },
      detail: { agentid: LIVE, agent: 'web1.example.net', module: 'file' },
    })
    const changed = await setMinimumWeight(admin, { ...cell, seen: 2, weight: 0 })
    expect(changed.message).toContain('Agents refuse a minimum below 1')
    expect(await stored()).toEqual([0])
    const removed = await setMinimumWeight(admin, { ...cell, seen: 0, weight: null })
    expect(await stored()).toEqual([])
    const [last] = await owner('SELECT kind, before, after FROM dashboard.audit WHERE id = $1', [removed.auditId])
    expect(last).toEqual({ kind: 'acl.minimum.remove', before: { minimumweight: 0 }, after: null })
  })

  test('a weight, negative too, at the ends of the range', async () => {
    const weight = { ...cell, investigator: ANN }
    await setWeight(admin, { ...weight, seen: null, weight: -2_147_483_648 })
    const written = await setWeight(admin, { ...weight, seen: -2_147_483_648, weight: 2_147_483_647 })
    expect(await owner('SELECT weight FROM public.invagtmodperm')).toEqual([{ weight: 2_147_483_647 }])
    const [row] = await owner('SELECT kind, object_id, before, after, detail FROM dashboard.audit WHERE id = $1', [
      written.auditId,
    ])
    expect(row).toMatchObject({
      kind: 'acl.weight.set',
      object_id: `2.${LIVE}.1`,
      before: { weight: -2_147_483_648 },
      after: { weight: 2_147_483_647 },
      detail: { investigator: 'Ann', module: 'file' },
    })
    await setWeight(admin, { ...weight, seen: 2_147_483_647, weight: null })
    expect(await owner('SELECT weight FROM public.invagtmodperm')).toEqual([])
  })

  test.each([
    ['somebody added a rule meanwhile', 3, null, 5, /no rule.*3 now.*5 was not saved/],
    ['somebody changed it', 3, 2, 5, /was 2.*is 3 now.*5 was not saved/],
    ['somebody removed it', null, 2, 5, /was 2.*is no rule now/],
    ['somebody changed what was to be removed', 3, 2, null, /was 2.*is 3 now/],
  ])('a lost race: %s', async (_title, there, seen, weight, sentence) => {
    if (there !== null) await owner('INSERT INTO public.agtmodreq VALUES (1, $1, $2)', [LIVE, there])
    const before = await audits()
    const write = setMinimumWeight(admin, { ...cell, seen, weight })
    await expect(write).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(sentence) })
    expect(await stored()).toEqual(there === null ? [] : [there])
    expect(await audits()).toBe(before)
  })

  test('two people at once: one write, one conflict', async () => {
    const before = await audits()
    const results = await Promise.allSettled(
      [4, 5].map((weight) => setMinimumWeight(admin, { ...cell, seen: null, weight })),
    )
    expect(results.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected'])
    const lost = results.find((r) => r.status === 'rejected') as PromiseRejectedResult
    expect(lost.reason).toBeInstanceOf(AppError)
    expect(lost.reason.code).toBe('conflict')
    expect(await stored()).toHaveLength(1)
    expect(await audits()).toBe(before + 1)
  })

  test('an investigator may not, and nothing is written', async () => {
    const reader = testViewer('investigator')
    await expect(setMinimumWeight(reader, { ...cell, seen: null, weight: 2 })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(setWeight(reader, { ...cell, investigator: ANN, seen: null, weight: 2 })).rejects.toMatchObject({
      code: 'forbidden',
    })
    expect(await stored()).toEqual([])
  })

  test('the older row of an endpoint takes no rule any more', async () => {
    await expect(setMinimumWeight(admin, { ...cell, agent: OLD, seen: null, weight: 2 })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(LIVE),
    })
  })

  test('unknown agent, module and investigator, and nothing to do', async () => {
    const refused = (input: Partial<Parameters<typeof setWeight>[1]>) =>
      setWeight(admin, { ...cell, investigator: ANN, seen: null, weight: 2, ...input })
    await expect(refused({ agent: '5' as MigId })).rejects.toMatchObject({ code: 'not_found' })
    await expect(refused({ module: '77' as MigId })).rejects.toMatchObject({ code: 'not_found' })
    await expect(refused({ investigator: '77' as MigId })).rejects.toMatchObject({ code: 'not_found' })
    await expect(refused({ weight: null })).rejects.toMatchObject({ code: 'invalid' })
    await expect(refused({ seen: 2 })).rejects.toMatchObject({ code: 'invalid' })
    expect(await owner('SELECT * FROM public.invagtmodperm')).toEqual([])
  })
})

test('what the form of a cell takes', () => {
  const form = { agent: LIVE, module: '1', seen: '', weight: '2' }
  const problem = (fields: Record<string, string>) => {
    const parsed = minimumSchema.safeParse({ ...form, ...fields })
    return parsed.success ? parsed.data : parsed.error.issues[0]?.message
  }
  expect(problem({})).toEqual({ agent: LIVE, module: '1', seen: null, weight: 2 })
  expect(problem({ weight: ' −3 ' })).toMatchObject({ weight: -3 })
  expect(problem({ weight: '', intent: 'remove', seen: '0' })).toMatchObject({ seen: 0, weight: null })
  expect(problem({ weight: '' })).toContain('an empty cell is no rule, not 0')
  for (const weight of ['2147483648', '-2147483649', '1.5', '1e3', 'two', '0x1'])
    expect(problem({ weight })).toContain('is a whole number')
  expect(problem({ weight: '2147483647' })).toMatchObject({ weight: 2_147_483_647 })
  expect(problem({ agent: '12; DROP' })).toContain('names no agent')
  expect(problem({ seen: 'x' })).toContain('Open the cell again')
})
