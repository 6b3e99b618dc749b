import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import {
  agentOsSql,
  countersSql,
  detectVintage,
  forgetVintage,
  isMig,
  jsonReadableSql,
  pgpsignaturesSql,
  publickeySql,
  type Vintage,
  vintage,
} from '@/lib/mig/vintage'
import {
  bareMigDatabase,
  emptyDatabase,
  inRollback,
  run,
  type TestDatabase,
  type TestVintage,
  useTestDatabase,
  withClient,
} from '@/lib/testing/database'
import { insertMigRows } from '@/lib/testing/mig-rows'

const EXPECTED: Record<TestVintage, Partial<Vintage>> = {
  'data-rst': {
    kind: 'data-rst',
    missing: [],
    counters: true,
    agentOs: true,
    investigatorId: 'none',
    investigatorSequence: null,
    publickey: 'varchar',
    investigatorStatus: false,
    investigatorPermissions: false,
  },
  scripts: {
    kind: 'scripts',
    missing: [],
    counters: true,
    agentOs: true,
    investigatorId: 'sequence',
    investigatorSequence: 'public.investigators_id_seq',
    publickey: 'bytea',
    investigatorStatus: false,
    investigatorPermissions: false,
  },
  '2019': {
    kind: '2019',
    missing: [],
    counters: false,
    agentOs: false,
    investigatorId: 'sequence',
    investigatorSequence: 'public.investigators_id_seq',
    publickey: 'bytea',
    investigatorStatus: true,
    investigatorPermissions: true,
  },
}

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])('layout %s', (name) => {
  let database: TestDatabase
  let found: Vintage
  beforeAll(async () => {
    database = await bareMigDatabase(name)
    await insertMigRows(database.ownerUrl, name)
    found = await withClient(database.ownerUrl, detectVintage)
  })
  afterAll(() => database.drop())

  test('is told from the catalog', () => {
    expect(found).toMatchObject(EXPECTED[name])
    expect(isMig(found)).toBe(true)
  })

  const rows = (query: ReturnType<typeof sql>) =>
    withClient(database.ownerUrl, async (client) => (await client.query(query)).rows)

  test('its fragments read what differs', async () => {
    expect(
      await rows(sql`SELECT ${agentOsSql(found, 'a')} AS os, ${jsonReadableSql('a', 'environment')} AS readable
        FROM public.agents a ORDER BY a.id`),
    ).toEqual([
      { os: 'linux', readable: true },
      // The environment of this row cannot be read by PostgreSQL's operators.
      { os: 'windows', readable: false },
    ])
    expect(
      await rows(sql`SELECT ${countersSql(found, 'a')}, ${pgpsignaturesSql('a')} AS signatures
        FROM public.actions a ORDER BY a.id LIMIT 1`),
    ).toEqual([
      {
        sentctr: name === '2019' ? null : 0,
        returnedctr: null,
        donectr: null,
        cancelledctr: null,
        failedctr: null,
        timeoutctr: null,
        signatures: '["sig"]',
      },
    ])
    expect(await rows(sql`SELECT ${publickeySql(found, 'i')} AS key FROM public.investigators i`)).toEqual([
      { key: '-----BEGIN PGP PUBLIC KEY BLOCK-----' },
    ])
  })

  test('a missing column is named, whatever the layout', async () => {
    await inRollback(database.ownerUrl, async (client) => {
      await client.query('ALTER TABLE public.commands DROP COLUMN results')
      expect(await detectVintage(client)).toMatchObject({
        kind: 'unknown',
        missing: ['commands.results (missing or not granted)'],
      })
    })
  })

  test('a table that is not granted is named, and the layout known all the same', async () => {
    // The program's role has no grants in a database that was never prepared.
    const ungranted = await withClient(database.programUrl, detectVintage)
    expect(ungranted.kind).toBe(name)
    expect(ungranted.missing).toContain('agents.queueloc (missing or not granted)')
  })
})

test('lone surrogates do not fail the query either', async () => {
  const database = await bareMigDatabase('2019')
  await insertMigRows(database.ownerUrl, '2019')
  await run(database.ownerUrl, String.raw`UPDATE public.agents SET environment = '{"os": "\ud800"}' WHERE id = 1`)
  const found = await withClient(database.ownerUrl, detectVintage)
  const query = sql`SELECT ${agentOsSql(found, 'a')} AS os FROM public.agents a ORDER BY a.id`
  const { rows } = await withClient(database.ownerUrl, (client) => client.query(query))
  await database.drop()
  expect(rows).toEqual([{ os: 'linux' }, { os: 'windows' }])
})

test('a key with bytes that are no text does not fail the query', async () => {
  const database = await bareMigDatabase('scripts')
  await run(database.ownerUrl, String.raw`INSERT INTO public.investigators (name, publickey) VALUES ('x', '\xff41')`)
  const found = await withClient(database.ownerUrl, detectVintage)
  const query = sql`SELECT ${publickeySql(found, 'i')} AS key FROM public.investigators i`
  const { rows } = await withClient(database.ownerUrl, (client) => client.query(query))
  await database.drop()
  expect(rows).toEqual([{ key: String.raw`\377A` }])
})

test('an identity column counts as a sequence', async () => {
  const database = await bareMigDatabase('data-rst')
  await run(
    database.ownerUrl,
    `DROP TABLE public.signatures, public.invagtmodperm, public.investigators;
     CREATE TABLE public.investigators (id bigint GENERATED BY DEFAULT AS IDENTITY, name text, pgpfingerprint text, publickey text)`,
  )
  const found = await withClient(database.ownerUrl, detectVintage)
  await database.drop()
  expect(found).toMatchObject({
    investigatorId: 'sequence',
    investigatorSequence: 'public.investigators_id_seq',
    publickey: 'varchar',
  })
})

test('an empty database is empty; one with other tables is unknown and not MIG; extensions do not count', async () => {
  const database = await emptyDatabase()
  await run(database.ownerUrl, 'CREATE EXTENSION pg_stat_statements')
  const empty = await withClient(database.ownerUrl, detectVintage)
  await run(database.ownerUrl, 'CREATE TABLE public.orders (id integer)')
  const foreign = await withClient(database.ownerUrl, detectVintage)
  await database.drop()
  expect(empty.kind).toBe('empty')
  expect(foreign.kind).toBe('unknown')
  expect(isMig(foreign)).toBe(false)
})

describe('the layout of the program’s own database', () => {
  const database = useTestDatabase()
  afterAll(forgetVintage)

  test('is read once', async () => {
    const first = await vintage()
    expect(first.kind).toBe('data-rst')
    expect(await vintage()).toBe(first)
    forgetVintage()
    const second = await vintage()
    expect(second).not.toBe(first)
    expect(second).toEqual(first)
    expect((await pool().query('SELECT current_user AS who')).rows).toEqual([{ who: 'mig_dashboard' }])
    expect(new URL(database.programUrl).username).toBe('mig_dashboard')
  })
})
