import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkDatabase } from '@/lib/db/check'
import { readMigrations } from '@/lib/db/schema-engine'
import { bareMigDatabase, emptyDatabase, run, type TestDatabase, testDatabase } from '@/lib/testing/database'
import { insertMigRows } from '@/lib/testing/mig-rows'

describe('a database that is in order', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await testDatabase()
    await insertMigRows(database.ownerUrl, 'data-rst')
  })
  afterAll(() => database.drop())

  test('is usable by the program’s role, and only the indexes beyond the document are missing', async () => {
    const report = await checkDatabase(database.programUrl)
    expect(report).toMatchObject({
      vintage: 'data-rst',
      role: 'mig_dashboard',
      database: database.name,
      missingColumns: [],
      missingGrants: [],
      excessGrants: [],
      migrations: { pending: [], failed: [], unknown: [] },
      usable: true,
    })
    expect(report.server).toMatch(/^PostgreSQL \d+\.\d+$/)
    expect(new Set(report.missingIndexes.map(({ table }) => table))).toEqual(
      new Set(['actions', 'agents', 'agtmodreq', 'commands', 'invagtmodperm', 'signatures']),
    )
    expect(report.orphans).toHaveLength(9)
    expect(report.orphans.every(({ enforced, rows }) => enforced && rows === 0)).toBe(true)
    expect(Math.abs(report.clockDifferenceMs)).toBeLessThanOrEqual(report.clockUncertaintyMs + 5)
  })

  test('its own statements bring the missing indexes; a partial one does not count', async () => {
    await run(database.ownerUrl, `CREATE INDEX part ON public.commands (actionid) WHERE status = 'done'`)
    const { missingIndexes } = await checkDatabase(database.programUrl)
    expect(missingIndexes.map(({ columns }) => columns[0])).toContain('actionid')
    for (const { statement } of missingIndexes) await run(database.ownerUrl, statement)
    expect((await checkDatabase(database.programUrl)).missingIndexes).toEqual([])
  })

  test('a superuser is told apart', async () => {
    expect(await checkDatabase(database.ownerUrl)).toMatchObject({ usable: true, excessGrants: ['superuser'] })
  })
})

test('orphans are counted where no foreign key keeps the reference', async () => {
  const database = await testDatabase({ vintage: 'scripts' })
  await insertMigRows(database.ownerUrl, 'scripts')
  await run(
    database.ownerUrl,
    `INSERT INTO public.agtmodreq VALUES (1, 77, 1), (2, 77, 1), (2, 78.00000000000000000, 1);
     INSERT INTO public.signatures VALUES (6059408362783470592, 99, 'sig')`,
  )
  const { orphans } = await checkDatabase(database.programUrl)
  await database.drop()
  expect(orphans.filter(({ enforced }) => !enforced)).toEqual([
    { reference: 'signatures.investigatorid → investigators.id', enforced: false, rows: 1, examples: ['99'] },
    { reference: 'agtmodreq.agentid → agents.id', enforced: false, rows: 3, examples: ['77', '78'] },
    { reference: 'invagtmodperm.investigatorid → investigators.id', enforced: false, rows: 0, examples: [] },
  ])
})

test('missing grants, columns and migrations are named', async () => {
  const database = await testDatabase({ vintage: '2019' })
  await run(
    database.ownerUrl,
    `REVOKE INSERT ON public.modules FROM mig_dashboard; REVOKE DELETE ON public.agtmodreq FROM mig_dashboard;
     REVOKE INSERT ON dashboard.audit FROM mig_dashboard; REVOKE USAGE ON SEQUENCE public.investigators_id_seq FROM mig_dashboard;
     REVOKE SELECT ON public.commands FROM mig_dashboard; GRANT SELECT ON public.loaders TO mig_dashboard;
     GRANT DELETE ON dashboard.audit TO mig_dashboard; GRANT UPDATE ON dashboard.acl_change TO mig_dashboard;
     INSERT INTO dashboard._prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '20990101000000_later', now())`,
  )
  const report = await checkDatabase(database.programUrl)
  await database.drop()
  expect(report).toMatchObject({
    vintage: '2019',
    usable: false,
    missingGrants: [
      'INSERT on public.modules',
      'DELETE on public.agtmodreq',
      'USAGE on public.investigators_id_seq',
      'INSERT on dashboard.audit',
    ],
    excessGrants: [
      'SELECT on public.loaders.loaderkey',
      'SELECT on public.loaders.salt',
      'UPDATE on dashboard.acl_change',
      'DELETE on dashboard.audit',
    ],
    migrations: { pending: [], failed: [], unknown: ['20990101000000_later'] },
  })
  expect(report.missingColumns).toContain('commands.results (missing or not granted)')
  // What may not be read cannot be counted, and the check goes on; here the keys keep the references.
  expect(report.orphans.find(({ reference }) => reference.startsWith('commands.actionid'))?.enforced).toBe(true)
})

test('a database that was never prepared, and an empty one', async () => {
  const bare = await bareMigDatabase('scripts')
  const empty = await emptyDatabase()
  const [first, second] = [await checkDatabase(bare.programUrl), await checkDatabase(empty.ownerUrl)]
  await bare.drop()
  await empty.drop()
  expect(first.usable).toBe(false)
  expect(first.migrations.pending).toEqual((await readMigrations()).map(({ name }) => name))
  expect(first.orphans.some(({ rows }) => rows === null)).toBe(true)
  expect(second).toMatchObject({ vintage: 'empty', usable: false, missingIndexes: [], missingGrants: [], orphans: [] })
})
