import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rolesSql } from '@/lib/db/roles'
import { detectVintage } from '@/lib/mig/vintage'
import { inRollback, run, type TestDatabase, type TestVintage, testDatabase, withClient } from '@/lib/testing/database'
import { insertMigRows } from '@/lib/testing/mig-rows'

const AUDIT = `INSERT INTO dashboard.audit (viewer_name, viewer_role, via, kind, object_type, object_id)
  VALUES ('Bob', 'admin', 'web', 'weight.set', 'requirement', '1')`

const MAY = [
  'SELECT * FROM public.actions',
  'SELECT * FROM public.agents',
  'SELECT * FROM public.commands',
  'SELECT id, name, pgpfingerprint, publickey FROM public.investigators',
  'SELECT * FROM public.signatures',
  `INSERT INTO public.modules (id, name) VALUES (9, 'memory')`,
  `UPDATE public.modules SET name = 'files' WHERE id = 1`,
  'DELETE FROM public.modules WHERE id = 99',
  `UPDATE public.investigators SET name = 'Robert' WHERE id = 1`,
  'INSERT INTO public.agtmodreq VALUES (2, 1, 1)',
  'UPDATE public.agtmodreq SET minimumweight = 3',
  'DELETE FROM public.agtmodreq',
  'INSERT INTO public.invagtmodperm VALUES (1, 2, 1, 1)',
  'UPDATE public.invagtmodperm SET weight = 3',
  'DELETE FROM public.invagtmodperm',
  'SELECT id FROM public.investigators WHERE id = 1 FOR UPDATE',
  AUDIT,
  'SELECT * FROM dashboard.audit',
  'SELECT * FROM dashboard.demo',
  'SELECT * FROM dashboard._prisma_migrations',
  'UPDATE dashboard.investigator_id SET last = last + 1',
]

const MAY_NOT = [
  `UPDATE dashboard.audit SET kind = 'x'`,
  'DELETE FROM dashboard.audit',
  'TRUNCATE dashboard.audit',
  'DROP TABLE dashboard.audit',
  'DROP TRIGGER audit_append_only ON dashboard.audit',
  'ALTER TABLE dashboard.audit DISABLE TRIGGER ALL',
  'CREATE TABLE dashboard.more (id integer)',
  'CREATE TABLE public.more (id integer)',
  `INSERT INTO dashboard.demo VALUES ('s', now(), '/')`,
  'DELETE FROM dashboard._prisma_migrations',
  `UPDATE public.actions SET status = 'cancelled'`,
  'DELETE FROM public.actions',
  'INSERT INTO public.signatures VALUES (6059408362783471616, 1, $$x$$)',
  `UPDATE public.agents SET status = 'online'`,
  'DELETE FROM public.agents',
  'UPDATE public.commands SET results = NULL',
  'TRUNCATE public.agtmodreq',
  'CREATE ROLE another',
  `COPY public.modules TO PROGRAM 'true'`,
]

const refusal = (url: string, text: string) =>
  inRollback(url, (client) =>
    client.query(text).then(
      () => 'done',
      (error: { code: string }) => error.code,
    ),
  )

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])("the program's role, layout %s", (vintage) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await testDatabase({ vintage })
    await insertMigRows(database.ownerUrl, vintage)
  })
  afterAll(() => database.drop())

  test.each(MAY)('may: %s', async (text) => {
    expect(await refusal(database.programUrl, text)).toBe('done')
  })

  test.each(MAY_NOT)('may not: %s', async (text) => {
    expect(await refusal(database.programUrl, text)).toBe('42501')
  })

  test('may add an investigator in the way of the layout', async () => {
    const columns = vintage === '2019' ? ', status, createdat, lastmodified' : ''
    const values = vintage === '2019' ? `, 'active', now(), now()` : ''
    const id = vintage === 'data-rst' ? ['id, ', '7, '] : ['', '']
    // The first id of the sequence is taken by the sample row.
    if (vintage !== 'data-rst') await run(database.ownerUrl, `SELECT setval('public.investigators_id_seq', 6)`)
    await inRollback(database.programUrl, async (client) => {
      const { rows } = await client.query(
        `INSERT INTO public.investigators (${id[0]}name, pgpfingerprint${columns}) VALUES (${id[1]}'Eve', 'AB'${values}) RETURNING trunc(id)::text AS id`,
      )
      expect(rows).toEqual([{ id: '7' }])
    })
  })

  test('has its settings by default', async () => {
    expect(
      await run(
        database.programUrl,
        `SELECT current_setting('timezone') AS zone, current_setting('statement_timeout') AS timeout, rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls AS more
         FROM pg_roles WHERE rolname = current_user`,
      ),
    ).toEqual([{ zone: 'UTC', timeout: '10s', more: false }])
  })
})

describe('secrets of the layout of 2019', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await testDatabase({ vintage: '2019' })
    await insertMigRows(database.ownerUrl, '2019')
  })
  afterAll(() => database.drop())

  test.each([
    'SELECT privatekey FROM public.investigators',
    'SELECT apikey FROM public.investigators',
    'SELECT apisalt FROM public.investigators',
    'SELECT * FROM public.investigators',
    'SELECT loaderkey FROM public.loaders',
    'SELECT salt FROM public.loaders',
    `UPDATE public.investigators SET privatekey = 'x'`,
    `SELECT id FROM public.investigators WHERE privatekey IS NOT NULL`,
  ])('are not for the program: %s', async (text) => {
    expect(await refusal(database.programUrl, text)).toBe('42501')
    expect(await refusal(database.ownerUrl, text)).toBe('done')
  })

  test.each([
    'SELECT loadername, queueloc FROM public.loaders',
    'SELECT status, permissions FROM public.investigators',
    'SELECT * FROM public.agents_stats',
    'SELECT * FROM public.manifests',
  ])('the rest is: %s', async (text) => {
    expect(await refusal(database.programUrl, text)).toBe('done')
  })

  test('a grant on the whole table is taken back when the grants are given again', async () => {
    await run(database.ownerUrl, 'GRANT SELECT ON public.investigators TO mig_dashboard')
    expect(await refusal(database.programUrl, 'SELECT privatekey FROM public.investigators')).toBe('done')
    await withClient(database.ownerUrl, async (client) => client.query(rolesSql(await detectVintage(client))))
    expect(await refusal(database.programUrl, 'SELECT privatekey FROM public.investigators')).toBe('42501')
    expect(await refusal(database.programUrl, 'SELECT publickey FROM public.investigators')).toBe('done')
  })
})

describe('the audit', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await testDatabase()
    await run(database.ownerUrl, AUDIT)
  })
  afterAll(() => database.drop())

  test.each([`UPDATE dashboard.audit SET kind = 'x'`, 'DELETE FROM dashboard.audit', 'TRUNCATE dashboard.audit'])(
    'refuses a superuser too: %s',
    async (text) => {
      await expect(run(database.ownerUrl, text)).rejects.toThrow('the audit is append-only')
      expect(await run(database.ownerUrl, 'SELECT kind FROM dashboard.audit')).toEqual([{ kind: 'weight.set' }])
    },
  )

  test('a new table of schema dashboard reaches the role when the grants are given again', async () => {
    await run(database.ownerUrl, 'CREATE TABLE dashboard.later (id integer)')
    expect(await refusal(database.programUrl, 'SELECT * FROM dashboard.later')).toBe('42501')
    await withClient(database.ownerUrl, async (client) => client.query(rolesSql(await detectVintage(client))))
    expect(await refusal(database.programUrl, 'INSERT INTO dashboard.later VALUES (1)')).toBe('done')
  })

  test('a role name that is no plain word is quoted', async () => {
    const role = `a "b" 'c' ${database.name}`
    await withClient(database.ownerUrl, async (client) => {
      await client.query('BEGIN')
      await client.query(rolesSql(await detectVintage(client), { role }))
      const { rows } = await client.query(`SELECT has_table_privilege($1, 'dashboard.audit', 'INSERT') AS may`, [role])
      expect(rows).toEqual([{ may: true }])
      await client.query('ROLLBACK')
    })
  })
})
