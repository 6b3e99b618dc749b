import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { migrate, migrationState } from '@/lib/db/migrate'
import { readMigrations } from '@/lib/db/schema-engine'
import { migrateDatabase, ownerSql, prepareDatabase, setupDatabase } from '@/lib/db/setup'
import { detectVintage } from '@/lib/mig/vintage'
import { catalog, privileges } from '@/lib/testing/catalog'
import {
  bareMigDatabase,
  emptyDatabase,
  run,
  type TestDatabase,
  type TestVintage,
  testDatabase,
  withClient,
} from '@/lib/testing/database'
import { insertMigRows, publicRows } from '@/lib/testing/mig-rows'

const VINTAGES: TestVintage[] = ['data-rst', 'scripts', '2019']
const roles: string[] = []
let database: TestDatabase

function asRole(role: string): string {
  const url = new URL(database.ownerUrl)
  url.username = role
  url.password = 'secret'
  return url.href
}

async function newRole(options = ''): Promise<string> {
  const role = `role_${randomBytes(5).toString('hex')}`
  await run(database.ownerUrl, `CREATE ROLE ${role} LOGIN PASSWORD 'secret' ${options}`)
  roles.push(role)
  return role
}

/** As createdb.sh leaves it: database and tables belong to a role that is no superuser. */
async function giveTo(role: string): Promise<void> {
  await run(
    database.ownerUrl,
    `DO $$
     DECLARE t record;
     BEGIN
       EXECUTE format('ALTER DATABASE %I OWNER TO ${role}', current_database());
       FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
         EXECUTE format('ALTER TABLE public.%I OWNER TO ${role}', t.relname);
       END LOOP;
       IF to_regclass('public.investigators_id_seq') IS NOT NULL
         AND pg_get_serial_sequence('public.investigators', 'id') IS NULL THEN
         ALTER SEQUENCE public.investigators_id_seq OWNER TO ${role};
       END IF;
     END $$`,
  )
}

async function publicState(): Promise<string[]> {
  return [
    ...(await catalog(database.ownerUrl, 'public')),
    ...(await privileges(database.ownerUrl, 'public')),
    ...(await publicRows(database.ownerUrl)),
  ]
}

afterEach(() => database.drop())
afterAll(async () => {
  for (const role of roles) await run(inject('cluster').ownerUrl, `DROP ROLE ${role}`)
})

describe.each(VINTAGES)('attaching to a MIG database of layout %s', (vintage) => {
  beforeEach(async () => {
    database = await bareMigDatabase(vintage)
    await insertMigRows(database.ownerUrl, vintage)
  })

  test('as its owner makes schema dashboard and changes nothing in public', async () => {
    const owner = await newRole()
    await giveTo(owner)
    const before = await publicState()
    expect(before.filter((line) => line.startsWith('actions '))).toHaveLength(2)

    const prepared = await prepareDatabase(asRole(owner))
    expect(prepared).toMatchObject({ ok: true, vintage: { kind: vintage, missing: [] } })
    expect(prepared.ok && prepared.warnings).toEqual([expect.stringContaining('the audit is not append-only')])
    expect(await publicState()).toEqual(before)
    expect(await catalog(database.ownerUrl, 'dashboard')).toContain('relation audit r')
    expect(await migrationState(asRole(owner))).toEqual({ pending: [], failed: [], unknown: [] })

    expect(await prepareDatabase(asRole(owner))).toMatchObject({ ok: true })
    expect(await publicState()).toEqual(before)
  })

  test('without the right to create a schema names db sql, whose statements then make it work', async () => {
    const role = await newRole()
    const before = [...(await catalog(database.ownerUrl, 'public')), ...(await publicRows(database.ownerUrl))]
    const refused = await prepareDatabase(asRole(role))
    expect(refused).toEqual({
      ok: false,
      problem: expect.stringMatching(/may not create schema "dashboard".*`npm run mig-dashboard -- db sql`/),
    })

    const found = await withClient(asRole(role), detectVintage)
    const pending = (await readMigrations()).map(({ name }) => name)
    await run(database.ownerUrl, await ownerSql(found, pending, role))
    const prepared = await prepareDatabase(asRole(role))
    expect(prepared).toMatchObject({ ok: true, warnings: [], vintage: { kind: vintage, missing: [] } })
    // Only the grants differ.
    expect([...(await catalog(database.ownerUrl, 'public')), ...(await publicRows(database.ownerUrl))]).toEqual(before)
    // A later owner's migration takes what db sql made for Prisma's own.
    expect(await migrate(database.ownerUrl)).toEqual([])
  })

  test('db setup with a role gives an address that works, and only once a password', async () => {
    const owner = await newRole('CREATEROLE')
    await giveTo(owner)
    const role = `role_${randomBytes(5).toString('hex')}`
    const made = await setupDatabase(asRole(owner), { role })
    roles.push(role)
    expect(made).toMatchObject({ createdMigTables: false, vintage, role })
    expect(made.migrations).toEqual((await readMigrations()).slice(1).map(({ name }) => name))
    expect(await prepareDatabase(made.programUrl as string)).toMatchObject({ ok: true, warnings: [] })

    const again = await setupDatabase(asRole(owner), { role })
    expect(again).toMatchObject({ migrations: [], programUrl: null })
    expect(await prepareDatabase(made.programUrl as string)).toMatchObject({ ok: true })
    // Settings and grants of a role on two databases must go before the role can.
    await run(database.ownerUrl, `DROP OWNED BY ${role}`)
    await run(database.ownerUrl, `REASSIGN OWNED BY ${owner} TO postgres`)
  })
})

test("MIG's own roles are not touched", async () => {
  database = await bareMigDatabase('scripts')
  const scheduler = await newRole()
  await run(
    database.ownerUrl,
    `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${scheduler}; GRANT INSERT, UPDATE ON public.actions TO ${scheduler}`,
  )
  const before = await privileges(database.ownerUrl, 'public')
  for (const role of [scheduler, 'migapi', 'postgres'])
    await expect(setupDatabase(database.ownerUrl, { role })).rejects.toThrow(`The role "${role}" is MIG's own`)
  expect(await privileges(database.ownerUrl, 'public')).toEqual(before)
  await run(database.ownerUrl, `DROP OWNED BY ${scheduler}`)
})

test('grants of others on the tables of MIG stay as they are', async () => {
  database = await bareMigDatabase('2019')
  const api = await newRole()
  await run(
    database.ownerUrl,
    `GRANT SELECT, INSERT ON public.actions TO ${api}; GRANT SELECT (id, name) ON public.investigators TO ${api}`,
  )
  const of = async () =>
    (await privileges(database.ownerUrl, 'public')).join('\n').match(new RegExp(`${api}=\\w+`, 'g'))
  const before = await of()
  expect(before?.length).toBeGreaterThan(2)
  const role = await newRole()
  await setupDatabase(database.ownerUrl, { role })
  expect(await of()).toEqual(before)
  await run(database.ownerUrl, `DROP OWNED BY ${api}; DROP OWNED BY ${role}`)
})

describe('what db sql prints', () => {
  test('makes the same schema as the migrations', async () => {
    database = await bareMigDatabase('scripts')
    const migrated = await testDatabase({ vintage: 'scripts' })
    const pending = (await readMigrations()).map(({ name }) => name)
    await run(
      database.ownerUrl,
      await ownerSql(await withClient(database.ownerUrl, detectVintage), pending, 'mig_dashboard'),
    )
    const [printed, real] = [
      await catalog(database.ownerUrl, 'dashboard'),
      await catalog(migrated.ownerUrl, 'dashboard'),
    ]
    const printedRights = await privileges(database.ownerUrl, 'dashboard')
    const realRights = await privileges(migrated.ownerUrl, 'dashboard')
    await migrated.drop()
    expect(printed.length).toBeGreaterThan(30)
    expect(printed).toEqual(real)
    expect(printedRights).toEqual(realRights)
  })

  test('prepares an empty database too, and can run twice', async () => {
    database = await emptyDatabase()
    const empty = await withClient(database.ownerUrl, detectVintage)
    expect(empty.kind).toBe('empty')
    const pending = (await readMigrations()).map(({ name }) => name)
    await run(database.ownerUrl, await ownerSql(empty, pending, 'mig_dashboard'))
    await run(
      database.ownerUrl,
      await ownerSql(await withClient(database.ownerUrl, detectVintage), [], 'mig_dashboard'),
    )
    expect(await prepareDatabase(database.programUrl)).toMatchObject({
      ok: true,
      warnings: [],
      vintage: { kind: 'data-rst' },
    })
  })
})

describe('what cannot be attached to is one sentence', () => {
  beforeEach(async () => {
    database = await emptyDatabase()
  })

  const problem = async (url: string) => {
    const prepared = await prepareDatabase(url)
    expect(prepared.ok).toBe(false)
    const text = prepared.ok ? '' : prepared.problem
    expect(text).not.toContain('\n')
    expect(text).not.toContain('secret')
    return text
  }

  test('an empty database names db setup and stays empty', async () => {
    expect(await problem(database.ownerUrl)).toContain('is empty')
    expect(await problem(database.ownerUrl)).toContain('npm run mig-dashboard -- db setup')
    expect(await catalog(database.ownerUrl, 'public')).toEqual([])
    expect(await catalog(database.ownerUrl, 'dashboard')).toEqual([])
    await expect(migrateDatabase(database.ownerUrl)).rejects.toThrow('is empty')
  })

  test('db setup fills it', async () => {
    expect(await setupDatabase(database.ownerUrl)).toMatchObject({ createdMigTables: true, vintage: 'data-rst' })
    expect(await prepareDatabase(database.ownerUrl)).toMatchObject({ ok: true })
  })

  test("somebody else's database", async () => {
    await run(database.ownerUrl, 'CREATE TABLE public.orders (id integer)')
    expect(await problem(database.ownerUrl)).toContain('is not a MIG database')
    await expect(setupDatabase(database.ownerUrl)).rejects.toThrow('is not a MIG database')
    expect(await catalog(database.ownerUrl, 'dashboard')).toEqual([])
  })

  test('no server, no such name, no such database, a wrong password, no address', async () => {
    const url = new URL(database.ownerUrl)
    expect(await problem('postgresql://u:secret@127.0.0.1:1/mig')).toContain('connection refused')
    expect(await problem('postgresql://u:secret@no-such-host.invalid/mig')).toContain('is not known')
    expect(await problem(database.ownerUrl.replace(/[^/]*$/, 'nowhere'))).toContain('There is no such database')
    url.password = 'secret'
    expect(await problem(url.href)).toContain('refuses the user name or the password')
    expect(await problem('mysql://u:secret@127.0.0.1/mig')).toContain('not a PostgreSQL address')
    expect(await problem('postgresql://u:secret@127.0.0.1:99999/mig')).toContain('cannot be read as an address')
  })

  test('a pending migration that the role may not do names the command for the owner', async () => {
    await setupDatabase(database.ownerUrl)
    const role = await newRole()
    await run(
      database.ownerUrl,
      `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}; GRANT USAGE ON SCHEMA dashboard TO ${role};
      GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA dashboard TO ${role};
      DELETE FROM dashboard._prisma_migrations WHERE migration_name <> '${(await readMigrations())[0]?.name}'`,
    )
    expect(await problem(asRole(role))).toContain('db migrate --url URL')
    await run(database.ownerUrl, `DROP OWNED BY ${role}`)
  })

  test('a column that may not be read is a warning that names it', async () => {
    await setupDatabase(database.ownerUrl)
    const role = await newRole()
    await run(database.ownerUrl, await ownerSql(await withClient(database.ownerUrl, detectVintage), [], role))
    await run(
      database.ownerUrl,
      `REVOKE SELECT ON public.agents FROM ${role}; GRANT SELECT (id, name) ON public.agents TO ${role}`,
    )
    const prepared = await prepareDatabase(asRole(role))
    expect(prepared.ok && prepared.warnings).toEqual([
      expect.stringContaining('agents.queueloc (missing or not granted)'),
    ])
    await run(database.ownerUrl, `DROP OWNED BY ${role}`)
  })
})
