import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCli } from '@/lib/cli/main'
import { checkDatabase } from '@/lib/db/check'
import { indexName, indexStatement, WANTED_INDEXES } from '@/lib/db/indexes'
import { catalog } from '@/lib/testing/catalog'
import { emptyDatabase, run, type TestDatabase, testDatabase, withClient } from '@/lib/testing/database'

const BEYOND_THE_DOCUMENT = WANTED_INDEXES.filter(
  ({ table, columns, include }) =>
    ['actions', 'agents', 'commands'].includes(table) || columns[0]?.startsWith('md5(') || include,
)

let database: TestDatabase
beforeEach(async () => {
  database = await testDatabase()
})
afterEach(() => database.drop())

async function index(...argv: string[]) {
  const out: string[] = []
  const err: string[] = []
  const io = { out: (text: string) => out.push(text), err: (text: string) => err.push(text) }
  const code = await runCli(['db', 'index', ...argv], { ...io, environment: { DATABASE_URL: database.ownerUrl } })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

async function ours(): Promise<{ name: string; valid: boolean }[]> {
  const rows = await run(
    database.ownerUrl,
    `SELECT c.relname AS name, i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE c.relname LIKE 'dashboard\\_%' AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  )
  return rows as { name: string; valid: boolean }[]
}

const allValid = BEYOND_THE_DOCUMENT.map((wanted) => ({ name: indexName(wanted), valid: true })).sort((a, b) =>
  a.name < b.name ? -1 : 1,
)

test('names the pages that each index serves', () => {
  const dir = path.resolve(import.meta.dirname, '../../app')
  const routes = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((file) => `/${file.split(path.sep).join('/')}`)
    .filter((file) => file.endsWith('/page.tsx'))
    .map(
      (file) =>
        file
          .replace(/\/page\.tsx$/, '')
          .replace(/\/\([^)]*\)/g, '')
          .replaceAll('[id]', 'ID') || '/',
    )
  for (const { why } of WANTED_INDEXES) {
    const [pages = ''] = why.split(': ')
    for (const page of pages.split(', ')) expect(routes, why).toContain(page.split('?')[0])
  }
})

test('makes what is missing, once, and drops just that', async () => {
  const before = await catalog(database.ownerUrl, 'public')
  const made = await index()
  expect(made).toMatchObject({ code: 0, err: '' })
  for (const wanted of BEYOND_THE_DOCUMENT) expect(made.out).toContain(`${indexStatement(wanted)}; -- ${wanted.why}`)
  expect(await ours()).toEqual(allValid)
  expect((await checkDatabase(database.programUrl)).missingIndexes).toEqual([])
  expect(await index()).toEqual({ code: 0, out: 'All indexes are there.', err: '' })

  await run(database.ownerUrl, 'CREATE INDEX dashboard_of_another ON public.actions (name)')
  expect(await index('--drop')).toMatchObject({ code: 0, err: '' })
  await run(database.ownerUrl, 'DROP INDEX public.dashboard_of_another')
  expect(await catalog(database.ownerUrl, 'public')).toEqual(before)
  expect(await index('--drop')).toEqual({ code: 0, out: 'There is none of ours.', err: '' })
})

test('a dry run says what it would do, with sizes once there are statistics, and does nothing', async () => {
  const before = await catalog(database.ownerUrl, 'public')
  expect((await index('--dry-run')).out).toContain('size not known before ANALYZE')
  await run(
    database.ownerUrl,
    `INSERT INTO public.agents (id, name, queueloc, os, version, pid, starttime, heartbeattime)
       SELECT n, 'host' || n, 'linux.host' || n, 'linux', '1', 1, now(), now() FROM generate_series(1, 20000) n;
     ANALYZE`,
  )
  const asJson = JSON.parse((await index('--dry-run', '--json')).out)
  expect(asJson.dryRun).toBe(true)
  expect(asJson.steps.map(({ name }: { name: string }) => name).sort()).toEqual(allValid.map(({ name }) => name))
  const printed = await index('--dry-run')
  expect(printed.out).toMatch(/^-- In all at most about .* of disk/m)
  expect(await catalog(database.ownerUrl, 'public')).toEqual(before)

  const estimated = asJson.steps.find(({ name }: { name: string }) => name === 'dashboard_agents_name_heartbeattime')
  await index()
  const [real] = await run(
    database.ownerUrl,
    `SELECT pg_relation_size('public.dashboard_agents_name_heartbeattime') AS bytes`,
  )
  expect(estimated.bytes).toBeGreaterThan(Number(real?.bytes) * 0.7)
  expect(estimated.bytes).toBeLessThan(Number(real?.bytes) * 2)
  expect((await index('--dry-run', '--drop')).out).toContain(
    'DROP INDEX CONCURRENTLY IF EXISTS public.dashboard_agents_name',
  )
  expect(await ours()).toEqual(allValid)
})

describe('an interrupted run', () => {
  test('leaves an invalid index, which the next run makes anew', async () => {
    const [wanted] = WANTED_INDEXES.filter(({ table }) => table === 'commands')
    if (!wanted) throw new Error('no index on commands')
    // Another's open transaction makes CREATE INDEX CONCURRENTLY wait, and the time-out cuts it off there.
    await withClient(database.ownerUrl, async (other) => {
      await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
      await other.query('SELECT count(*) FROM public.commands')
      await withClient(database.ownerUrl, async (client) => {
        await client.query(`SET statement_timeout = '300ms'`)
        await expect(client.query(indexStatement(wanted))).rejects.toThrow('statement timeout')
      })
      await other.query('ROLLBACK')
    })
    expect(await ours()).toEqual([{ name: indexName(wanted), valid: false }])
    expect((await checkDatabase(database.programUrl)).missingIndexes.map(indexName)).toContain(indexName(wanted))

    const again = await index()
    expect(again).toMatchObject({ code: 0, err: '' })
    expect(again.out).toContain(
      `DROP INDEX CONCURRENTLY IF EXISTS public.${indexName(wanted)}; -- left by an interrupted run`,
    )
    expect(await ours()).toEqual(allValid)
  })

  test('two runs at once come one after the other', async () => {
    const [first, second] = await Promise.all([index(), index()])
    expect([first, second]).toMatchObject([
      { code: 0, err: '' },
      { code: 0, err: '' },
    ])
    expect([first.out, second.out].filter((out) => out === 'All indexes are there.')).toHaveLength(1)
    expect(await ours()).toEqual(allValid)
  })
})

test("what an earlier version made is dropped once its successor is there; the operator's own stay", async () => {
  await run(
    database.ownerUrl,
    `CREATE INDEX dashboard_commands_actionid_starttime_id_status ON public.commands (actionid, starttime DESC, id DESC) INCLUDE (status);
     CREATE INDEX dashboards_commands ON public.commands (actionid)`,
  )
  await index()
  const found = await run(database.ownerUrl, `SELECT indexname FROM pg_indexes WHERE tablename = 'commands'`)
  const names = found.map(({ indexname }) => indexname)
  expect(names).not.toContain('dashboard_commands_actionid_starttime_id_status')
  expect(names).toEqual(
    expect.arrayContaining(['dashboard_commands_actionid_starttime_id_status_finishtime', 'dashboards_commands']),
  )
  expect((await index()).out).toBe('All indexes are there.')
})

test('what stands under another name, turned round or longer, is enough; partial and invalid ones are not', async () => {
  await run(
    database.ownerUrl,
    `CREATE INDEX a ON public.agents (starttime, id);
     CREATE INDEX b ON public.commands (actionid DESC, starttime, id, status, finishtime);
     CREATE INDEX e ON public.agents (version, id DESC);
     CREATE INDEX c ON public.commands (starttime DESC, id DESC) WHERE status = 'done';
     CREATE INDEX d ON public.commands (agentid, starttime, id DESC)`,
  )
  const missing = (await checkDatabase(database.programUrl)).missingIndexes.map(indexName)
  expect(missing).not.toContain('dashboard_agents_starttime_id')
  expect(missing).not.toContain('dashboard_commands_actionid_starttime_id_status_finishtime')
  expect(missing).toContain('dashboard_agents_version_id')
  expect(missing).toContain('dashboard_commands_starttime_id')
  expect(missing).toContain('dashboard_commands_agentid_starttime_id')
  await index()
  expect((await ours()).map(({ name }) => name)).not.toContain('dashboard_agents_starttime_id')
})

test('the layouts of 2014 and 2019 get theirs', async () => {
  for (const vintage of ['scripts', '2019'] as const) {
    await database.drop()
    database = await testDatabase({ vintage })
    expect(await index()).toMatchObject({ code: 0, err: '' })
    expect((await checkDatabase(database.programUrl)).missingIndexes).toEqual([])
  }
})

test('who may not is told so', async () => {
  expect(await index('--url', database.programUrl)).toMatchObject({
    code: 1,
    err: expect.stringContaining('does not own the table'),
  })
  const empty = await emptyDatabase()
  expect(await index('--url', empty.ownerUrl)).toMatchObject({
    code: 1,
    err: expect.stringContaining('no tables of MIG'),
  })
  await empty.drop()
})
