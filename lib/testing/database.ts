import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, inject } from 'vitest'

export type TestVintage = 'data-rst' | 'scripts' | '2019'

/** The cluster that db-setup.ts started for this run of the tests. */
export type TestCluster = { ownerUrl: string; programUrl: string; templates: Record<TestVintage, string> }

declare module 'vitest' {
  interface ProvidedContext {
    cluster: TestCluster
  }
}

export type TestDatabase = {
  name: string
  /** The superuser's URL. */
  ownerUrl: string
  /** The URL of the program's least-privilege role. */
  programUrl: string
  drop(): Promise<void>
}

/** The same URL with another database's name. */
export function onDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

/** Runs statements on a connection of their own and gives the last result's rows. */
export async function run(url: string, text: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
  return withClient(url, async (client) => {
    const result = (await client.query(text, values)) as pg.QueryResult | pg.QueryResult[]
    return (Array.isArray(result) ? result.at(-1) : result)?.rows ?? []
  })
}

/** Opens one connection for `use` and closes it. */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

async function create(template: string | null): Promise<TestDatabase> {
  const cluster = inject('cluster')
  const name = `test_${randomBytes(6).toString('hex')}`
  await run(cluster.ownerUrl, `CREATE DATABASE ${name} TEMPLATE ${template ?? 'template0'}`)
  return {
    name,
    ownerUrl: onDatabase(cluster.ownerUrl, name),
    programUrl: onDatabase(cluster.programUrl, name),
    drop: async () => {
      await run(cluster.ownerUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

/** A fresh database of its own with MIG's tables in the given layout, schema dashboard and the program's grants; without rows. */
export function testDatabase({ vintage = 'data-rst' }: { vintage?: TestVintage } = {}): Promise<TestDatabase> {
  return create(inject('cluster').templates[vintage])
}

/** A fresh database without any table. */
export function emptyDatabase(): Promise<TestDatabase> {
  return create(null)
}

/** The statements that make MIG's tables in one of the three layouts, as MIG itself would have made them. */
export function migSchema(vintage: TestVintage): Promise<string> {
  return readFile(path.join(import.meta.dirname, 'mig-schemas', `${vintage}.sql`), 'utf8')
}

/** A fresh database with MIG's tables only, as found before the program ever attached. */
export async function bareMigDatabase(vintage: TestVintage): Promise<TestDatabase> {
  const database = await emptyDatabase()
  await run(database.ownerUrl, await migSchema(vintage))
  return database
}

/** Makes a database for the tests of one file and the program's own pool() use it; its URLs are there from beforeAll on. */
export function useTestDatabase(options: { vintage?: TestVintage } = {}): TestDatabase {
  const kept = {} as TestDatabase
  beforeAll(async () => {
    Object.assign(kept, await testDatabase(options))
    process.env.DATABASE_URL = kept.programUrl
  })
  afterAll(async () => {
    await (globalThis as { migPool?: pg.Pool }).migPool?.end()
    await kept.drop?.()
  })
  return kept
}

/** Runs `use` in a transaction that is rolled back in the end, whatever happens. */
export function inRollback<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  return withClient(url, async (client) => {
    await client.query('BEGIN')
    try {
      return await use(client)
    } finally {
      await client.query('ROLLBACK')
    }
  })
}
