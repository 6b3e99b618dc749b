import { type AddressInfo, connect, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate, migrationState } from '@/lib/db/migrate'
import { differenceToSchema, readMigrations } from '@/lib/db/schema-engine'
import { catalog } from '@/lib/testing/catalog'
import { bareMigDatabase, emptyDatabase, run, type TestDatabase } from '@/lib/testing/database'

const opened: TestDatabase[] = []
async function keep(database: Promise<TestDatabase>): Promise<TestDatabase> {
  const made = await database
  opened.push(made)
  return made
}
afterAll(async () => {
  for (const database of opened) await database.drop()
})

describe('an empty database', () => {
  let migrated: TestDatabase
  let document: TestDatabase
  let applied: string[]

  beforeAll(async () => {
    migrated = await keep(emptyDatabase())
    document = await keep(bareMigDatabase('data-rst'))
    applied = await migrate(migrated.ownerUrl)
  })

  test('gets all migrations', async () => {
    expect(applied).toEqual((await readMigrations()).map(({ name }) => name))
    expect(await migrationState(migrated.ownerUrl)).toEqual({ pending: [], failed: [], unknown: [] })
  })

  test.each(['actions', 'agents', 'commands', 'investigators', 'signatures', 'modules', 'agtmodreq', 'invagtmodperm'])(
    'has the table %s of mig-data.rst',
    async (table) => {
      const of = async (url: string) =>
        (await catalog(url, 'public')).filter((line) => new RegExp(`\\b(public\\.)?${table}\\b`).test(line))
      const lines = await of(migrated.ownerUrl)
      expect(lines.filter((line) => line.startsWith('column')).length).toBeGreaterThan(1)
      expect(lines).toEqual(await of(document.ownerUrl))
    },
  )

  test('has nothing in public that mig-data.rst does not have, index by index', async () => {
    const lines = await catalog(migrated.ownerUrl, 'public')
    // 5 primary keys, 4 unique indexes, 7 others
    expect(lines.filter((line) => line.startsWith('index'))).toHaveLength(16)
    expect(lines.filter((line) => line.includes('FOREIGN KEY'))).toHaveLength(9)
    expect(lines).toEqual(await catalog(document.ownerUrl, 'public'))
  })

  test('keeps the migration table in schema dashboard', async () => {
    const rows = await run(
      migrated.ownerUrl,
      `SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relname = '_prisma_migrations'`,
    )
    expect(rows).toEqual([{ nspname: 'dashboard' }])
  })

  test('is what schema.prisma says, and a column too many is noticed', async () => {
    expect(await differenceToSchema(migrated.ownerUrl, 'database')).toBe('')
    await run(migrated.ownerUrl, 'ALTER TABLE dashboard.demo ADD COLUMN extra integer')
    expect(await differenceToSchema(migrated.ownerUrl, 'database')).toContain('DROP COLUMN "extra"')
  })
})

test('the migrations lead to schema.prisma', async () => {
  const database = await keep(emptyDatabase())
  expect(await differenceToSchema(database.ownerUrl, 'migrations')).toBe('')
})

test('every statement of the first migration names its schema', async () => {
  const [first] = await readMigrations()
  const names = [...(first?.sql ?? '').matchAll(/(?:CREATE TABLE|\bON|REFERENCES) (\S+)/g)].map((match) => match[1])
  expect(names).toHaveLength(8 + 11 + 9)
  expect(names.filter((name) => !name?.startsWith('public.'))).toEqual([])
})

test('a second run does nothing', async () => {
  const database = await keep(emptyDatabase())
  await migrate(database.ownerUrl)
  expect(await migrate(database.ownerUrl)).toEqual([])
})

test('three at once: each migration runs once', async () => {
  const database = await keep(emptyDatabase())
  const runs = await Promise.all([1, 2, 3].map(() => migrate(database.ownerUrl)))
  expect(runs.flat().sort()).toEqual((await readMigrations()).map(({ name }) => name))
})

test('a database with other tables is refused and left as it was', async () => {
  const database = await keep(emptyDatabase())
  await run(database.ownerUrl, 'CREATE TABLE public.orders (id integer PRIMARY KEY)')
  const before = await catalog(database.ownerUrl, 'public')
  await expect(migrate(database.ownerUrl)).rejects.toThrow("not MIG's")
  expect(await catalog(database.ownerUrl, 'public')).toEqual(before)
  expect(await run(database.ownerUrl, `SELECT FROM pg_namespace WHERE nspname = 'dashboard'`)).toEqual([])
})

test('a migration that began and did not end runs again', async () => {
  const database = await keep(bareMigDatabase('scripts'))
  await migrate(database.ownerUrl)
  const own = (await readMigrations()).map(({ name }) => name).filter((name) => !name.endsWith('mig_tables'))
  const [first = '', ...later] = own
  await run(
    database.ownerUrl,
    `DO $$ DECLARE t text; BEGIN
       FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'dashboard' AND tablename <> '_prisma_migrations'
       LOOP EXECUTE format('DROP TABLE dashboard.%I', t); END LOOP;
     END $$;
     DROP FUNCTION dashboard.audit_refuse_change();
     DELETE FROM dashboard._prisma_migrations WHERE migration_name = ANY('{${later.join(',')}}');
     UPDATE dashboard._prisma_migrations SET finished_at = NULL, applied_steps_count = 0 WHERE migration_name = '${first}'`,
  )
  expect(await migrationState(database.ownerUrl)).toEqual({ pending: own, failed: [first], unknown: [] })
  expect(await migrate(database.ownerUrl)).toEqual(own)
  expect(await migrationState(database.ownerUrl)).toEqual({ pending: [], failed: [], unknown: [] })
})

test('a migration whose end was not noted is noted, not run again', async () => {
  const database = await keep(emptyDatabase())
  await migrate(database.ownerUrl)
  const last = (await readMigrations()).at(-1)?.name ?? ''
  const before = await catalog(database.ownerUrl, 'dashboard')
  await run(
    database.ownerUrl,
    `UPDATE dashboard._prisma_migrations SET finished_at = NULL, applied_steps_count = 1 WHERE migration_name = '${last}'`,
  )
  expect(await migrationState(database.ownerUrl)).toEqual({ pending: [last], failed: [last], unknown: [] })
  expect(await migrate(database.ownerUrl)).toEqual([])
  expect(await migrationState(database.ownerUrl)).toEqual({ pending: [], failed: [], unknown: [] })
  expect(await catalog(database.ownerUrl, 'dashboard')).toEqual(before)
})

test('a script tells in its own transaction that it ran', async () => {
  const database = await keep(emptyDatabase())
  await run(
    database.ownerUrl,
    `CREATE SCHEMA watched;
     CREATE TABLE watched.made (at xid8);
     CREATE TABLE watched.told (at xid8, name text);
     CREATE FUNCTION watched.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF NEW.applied_steps_count > 0 THEN INSERT INTO watched.told VALUES (pg_current_xact_id(), NEW.migration_name); END IF;
       RETURN NEW; END $$;
     CREATE FUNCTION watched.make() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO watched.made VALUES (pg_current_xact_id());
       IF to_regclass('dashboard._prisma_migrations') IS NOT NULL
         AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'tell') THEN
         CREATE TRIGGER tell BEFORE UPDATE ON dashboard._prisma_migrations FOR EACH ROW EXECUTE FUNCTION watched.tell();
       END IF; END $$;
     CREATE EVENT TRIGGER make ON ddl_command_end EXECUTE FUNCTION watched.make()`,
  )
  const applied = await migrate(database.ownerUrl)
  const rows = await run(
    database.ownerUrl,
    'SELECT DISTINCT name FROM watched.told WHERE at IN (SELECT at FROM watched.made) ORDER BY name',
  )
  expect(rows).toEqual(applied.map((name) => ({ name })))
})

/** A pooler as far as the start of a connection goes: it passes everything on but the start-up parameter "options". */
async function droppingOptions(url: string): Promise<{ url: string; close: () => void }> {
  const { hostname, port } = new URL(url)
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    client.once('data', (start) => {
      const [protocol, pairs] = [start.subarray(4, 8), start.subarray(8).toString('latin1').split('\0')]
      const kept: string[] = []
      for (let i = 0; i + 1 < pairs.length && pairs[i]; i += 2)
        if (pairs[i] !== 'options') kept.push(`${pairs[i]}\0${pairs[i + 1]}\0`)
      const body = Buffer.concat([protocol, Buffer.from(`${kept.join('')}\0`, 'latin1')])
      const length = Buffer.alloc(4)
      length.writeUInt32BE(body.length + 4)
      upstream.write(Buffer.concat([length, body]))
      client.pipe(upstream).pipe(client)
    })
    for (const side of [client, upstream]) side.on('error', () => [client, upstream].forEach((s) => void s.destroy()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const changed = new URL(url)
  changed.port = String((server.address() as AddressInfo).port)
  return { url: changed.href, close: () => server.close() }
}

test('behind a pooler that drops the path nothing is made', async () => {
  const database = await keep(bareMigDatabase('scripts'))
  const before = await catalog(database.ownerUrl, 'public')
  const pooler = await droppingOptions(database.ownerUrl)
  expect(await run(pooler.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  await expect(migrate(pooler.url)).rejects.toThrow('need a direct connection')
  pooler.close()
  expect(await catalog(database.ownerUrl, 'public')).toEqual(before)
  expect(await migrate(database.ownerUrl)).toEqual(
    (await readMigrations()).map(({ name }) => name).filter((name) => !name.endsWith('mig_tables')),
  )
})
