import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { runCli } from '@/lib/cli/main'
import { readMigrations } from '@/lib/db/schema-engine'
import { catalog } from '@/lib/testing/catalog'
import { bareMigDatabase, emptyDatabase, run, type TestDatabase } from '@/lib/testing/database'

let mig: TestDatabase
let empty: TestDatabase
const role = `cli_role_${process.pid}`

beforeAll(async () => {
  mig = await bareMigDatabase('2019')
  empty = await emptyDatabase()
})
afterAll(async () => {
  await mig.drop()
  await empty.drop()
  await run(inject('cluster').ownerUrl, `DROP ROLE IF EXISTS ${role}`)
})

async function call(environment: Record<string, string>, ...argv: string[]) {
  const out: string[] = []
  const err: string[] = []
  const code = await runCli(argv, { out: (text) => out.push(text), err: (text) => err.push(text), environment })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

test('from check over setup to check', async () => {
  const before = await call({ DATABASE_URL: mig.ownerUrl }, 'db', 'check', '--json')
  expect(before.code).toBe(1)
  expect(JSON.parse(before.out)).toMatchObject({
    vintage: '2019',
    usable: false,
    migrations: { pending: (await readMigrations()).map(({ name }) => name) },
  })

  const made = await call({ DATABASE_URL: mig.ownerUrl }, 'db', 'setup', '--role', role)
  expect(made).toMatchObject({ code: 0, err: '' })
  const programUrl = made.out.split('\n').at(-1) as string
  expect(new URL(programUrl).username).toBe(role)
  const public2019 = await bareMigDatabase('2019')
  expect(await catalog(mig.ownerUrl, 'public')).toEqual(await catalog(public2019.ownerUrl, 'public'))
  await public2019.drop()

  const after = await call({}, '--url', programUrl, 'db', 'check')
  expect(after).toMatchObject({ code: 0, err: '' })
  expect(after.out).toContain('The dashboard can work with this database.')
  expect(after.out).toContain('Orphan references none')
  expect(await call({ DATABASE_URL: mig.ownerUrl }, 'db', 'migrate')).toEqual({
    code: 0,
    out: 'Schema "dashboard" is up to date.',
    err: '',
  })
})

test('db sql prints statements that psql takes, and runs none of them', async () => {
  const before = await catalog(empty.ownerUrl, 'dashboard')
  const { code, out } = await call({ DATABASE_URL: empty.ownerUrl }, 'db', 'sql')
  expect(code).toBe(0)
  expect(out.split('\n').filter((line) => /^(BEGIN|CREATE SCHEMA|COMMIT).*;/.test(line))).toEqual([
    'BEGIN;',
    'CREATE SCHEMA IF NOT EXISTS dashboard;',
    'COMMIT;',
  ])
  expect(out).not.toMatch(/password '/i)
  expect(await catalog(empty.ownerUrl, 'dashboard')).toEqual(before)
  const asJson = await call({ DATABASE_URL: mig.ownerUrl }, 'db', 'sql', '--json', '--role', 'someone else')
  expect(JSON.parse(asJson.out)).toMatchObject({ role: 'someone else', sql: expect.stringContaining('"someone else"') })
  // The layout of 2019 holds secrets.
  expect(JSON.parse(asJson.out).sql).not.toMatch(/privatekey|apikey|apisalt|loaderkey|salt/)
})

test("db sql and db setup leave MIG's own roles alone", async () => {
  for (const command of ['sql', 'setup'])
    expect(await call({ DATABASE_URL: mig.ownerUrl }, 'db', command, '--role', 'migapi')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('name another one, for example mig_dashboard'),
    })
  // The address of a superuser: the grants go to a role of the dashboard's own.
  expect(JSON.parse((await call({ DATABASE_URL: mig.ownerUrl }, 'db', 'sql', '--json')).out).role).toBe('mig_dashboard')
})

test('an empty database names db setup; a wrong address and a wrong role name are sentences', async () => {
  expect(await call({ DATABASE_URL: empty.ownerUrl }, 'db', 'migrate')).toMatchObject({
    code: 1,
    err: expect.stringContaining('npm run mig-dashboard -- db setup'),
  })
  const check = await call({ DATABASE_URL: empty.ownerUrl }, 'db', 'check')
  expect(check).toMatchObject({ code: 1, out: expect.stringContaining('db setup') })
  expect(await call({}, 'db', 'setup')).toMatchObject({ code: 2, err: expect.stringContaining('No database is named') })
  expect(await call({}, 'db', 'check', '--url', 'nonsense')).toMatchObject({
    code: 1,
    err: expect.stringContaining('--url is not'),
  })
  expect(await call({ DATABASE_URL: mig.ownerUrl }, 'db', 'setup', '--role', 'pg_me')).toMatchObject({ code: 2 })
})
