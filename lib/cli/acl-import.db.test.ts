import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { runCli } from '@/lib/cli/main'
import { insertAgents } from '@/lib/testing/agent-rows'
import { run, type TestDatabase, testDatabase } from '@/lib/testing/database'

let database: TestDatabase
let dir: string
const owner = (text: string, values?: unknown[]) => run(database.ownerUrl, text, values)

beforeAll(async () => {
  database = await testDatabase({ vintage: 'data-rst' })
  await owner(
    `INSERT INTO public.investigators (id, name, pgpfingerprint, publickey) VALUES (2, 'Ann', repeat('A', 40), '')`,
  )
  await owner(`INSERT INTO public.modules (id, name) VALUES (1, 'file'), (2, 'netstat')`)
  await insertAgents(
    owner,
    'data-rst',
    ['web1', 'web2'].map((name, i) => ({
      id: String(10 + i),
      name,
      queueloc: `linux.host${i}`,
      heartbeattime: new Date(Date.now() - 60_000).toISOString(),
    })),
  )
})
afterAll(() => database.drop())
beforeEach(async () => {
  await owner('DELETE FROM public.agtmodreq; DELETE FROM public.invagtmodperm')
  await owner('INSERT INTO public.agtmodreq (agentid, moduleid, minimumweight) VALUES (10, 1, 2)')
  await owner('INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight) VALUES (2, 10, 1, 2)')
  dir = await mkdtemp(path.join(os.tmpdir(), 'mig-dashboard-acl-import-'))
  return () => rm(dir, { recursive: true, force: true })
})

async function cli(text: string, ...argv: string[]) {
  await writeFile(path.join(dir, 'matrix.csv'), text)
  const out: string[] = []
  const err: string[] = []
  const code = await runCli(['acl', 'import', 'matrix.csv', ...argv], {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    environment: { DATABASE_URL: database.programUrl, INIT_CWD: dir },
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}
const minimums = async () =>
  (
    await owner('SELECT agentid::int AS a, moduleid::int AS m, minimumweight AS w FROM public.agtmodreq ORDER BY 1, 2')
  ).map(({ a, m, w }) => `${a} ${m}=${w}`)
const audits = async () => (await owner('SELECT count(*)::int AS n FROM dashboard.audit'))[0]?.n
const last = async () => (await owner('SELECT * FROM dashboard.audit ORDER BY id DESC LIMIT 1'))[0]
const HEAD = 'agentid,module,minimumweight\n'

test('a dry run shows the difference and what it does, and saves nothing', async () => {
  const before = await audits()
  const { code, out } = await cli(`${HEAD}10,file,3\n11,file,1\n`, '--dry-run')
  expect(code).toBe(0)
  expect(out).toContain('2 lines: 1 new, 1 changed, 0 removed, 0 unchanged, 0 refused.')
  expect(out).toMatch(/web2 +11 +file +no rule +1/)
  expect(out).toContain('by anyone 0 gained and 1 lost')
  expect([await minimums(), await audits()]).toEqual([['10 1=2'], before])
})

test('the file is one batch of the system account, with its reason', async () => {
  const { code, out, err } = await cli(`${HEAD}10,file,1\n11,netstat,1\n`, '--reason', 'agreed', '--yes')
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('2 cells saved on 2 endpoints')
  expect(await minimums()).toEqual(['10 1=1', '11 2=1'])
  expect(await last()).toMatchObject({
    kind: 'acl.batch.import',
    via: 'operator',
    viewer_name: 'operator (system account)',
    detail: { reason: 'agreed', cells: 2, added: 1, changed: 1 },
  })
})

test('a name that speaks to the terminal is written as what it is', async () => {
  await owner(`UPDATE public.modules SET name = E'net\\x1b[2Jstat' WHERE id = 2`)
  const { code, out } = await cli('agentid,moduleid,minimumweight\n11,2,1\n', '--yes')
  await owner(`UPDATE public.modules SET name = 'netstat' WHERE id = 2`)
  expect(code).toBe(0)
  expect(out).toContain('1 rule added. The minimum weight of net\\u{1b}[2Jstat on web2 is 1 now.')
  expect(out).not.toContain('\x1b')
})

test('unknown names and ids are refused line by line, and nothing is saved with them unless that is said', async () => {
  const text = `${HEAD}10,file,1\n12,file,1\n11,nmap,1\n`
  const refused = await cli(text, '--yes')
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('Line 3 is refused: There is no agent 12.')
  expect(refused.err).toContain('Line 4 is refused: There is no module named nmap.')
  expect(await minimums()).toEqual(['10 1=2'])
  expect(await cli(text, '--yes', '--partly', '--json')).toMatchObject({ code: 1 })
  expect(await minimums()).toEqual(['10 1=1'])
})

test('a file that is too large for one batch is refused before it is read, with what to do', async () => {
  const file = path.join(dir, 'large.csv')
  await writeFile(file, HEAD)
  await truncate(file, 2_400_000_001)
  const err: string[] = []
  const code = await runCli(['acl', 'import', file, '--yes'], {
    out: () => {},
    err: (line) => err.push(line),
    environment: { DATABASE_URL: database.programUrl, INIT_CWD: dir },
  })
  expect(code).toBe(1)
  expect(err.join('\n')).toContain(
    'large.csv has 2,401 MB. One batch takes a file of 400 MB and 1,000,000 lines at most: split it',
  )
  expect(await minimums()).toEqual(['10 1=2'])
})

test('without a reason, unasked, or where the last people go, nothing is saved', async () => {
  const two = `${HEAD}10,file,3\n11,file,1\n`
  const before = await audits()
  expect(await cli(two, '--yes')).toMatchObject({ code: 2, err: expect.stringContaining('--reason') })
  expect(await cli(two, '--reason', 'agreed')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
  const asked = await cli(two, '--reason', 'agreed', '--yes')
  expect(asked).toMatchObject({ code: 1, err: expect.stringContaining('--confirm-lockout') })
  expect([await minimums(), await audits()]).toEqual([['10 1=2'], before])
  expect((await cli(two, '--reason', 'agreed', '--yes', '--confirm-lockout')).code).toBe(0)
  expect((await last())?.detail).toMatchObject({ confirmed: 'lockout' })
  expect((await cli('agentid,colour\n1,2\n')).code).toBe(2)
})
