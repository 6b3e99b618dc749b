import pg from 'pg'
import { env } from '@/lib/env'
import { instantFromPostgres } from '@/lib/mig/wire/time'

const TIMESTAMPTZ = 1184
const JSON_TEXT = 114
const JSONB = 3802
const PAGE_TIMEOUT_MS = 10_000

// Dates that JavaScript cannot hold become null ("not yet"), others stay exact text; JSON stays text until a schema reads it.
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === TIMESTAMPTZ) return instantFromPostgres
    if (oid === JSON_TEXT || oid === JSONB) return (text: string) => text
    return pg.types.getTypeParser(oid, format)
  },
} as pg.CustomTypesConfig

const kept = globalThis as unknown as { migPool?: pg.Pool }

/** The program's one pool: timestamptz as Instant or null, numeric, bigint and json as text; session in UTC, statements at most 10 s. */
export function pool(): pg.Pool {
  if (!kept.migPool) {
    const url = env().databaseUrl
    if (!url) throw new Error('There is no database yet: start the program with npm start, or set DATABASE_URL.')
    kept.migPool = openPool(url)
  }
  return kept.migPool
}

/** A pool with the program's settings and type readers on another URL, for the command line and the tests. */
export function openPool(connectionString: string, max = 10): pg.Pool {
  const opened = new pg.Pool({
    connectionString,
    max,
    types,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    application_name: 'mig-dashboard',
    // SET and not start-up parameters: PgBouncer refuses those.
    onConnect: async (client: pg.ClientBase) => {
      await client.query(`SET timezone = 'UTC'`)
      await client.query(`SET statement_timeout = ${PAGE_TIMEOUT_MS}`)
    },
  } as pg.PoolConfig)
  // An idle connection that the server closes is normal (restart); the next query opens a new one.
  opened.on('error', () => {})
  return opened
}
