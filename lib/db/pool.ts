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

const kept = globalThis as unknown as { migPool?: pg.Pool; migStreams?: pg.Pool }

/** The program's one pool: timestamptz as Instant or null, numeric, bigint and json as text; session in UTC, statements at most 10 s. */
export function pool(): pg.Pool {
  if (!kept.migPool) {
    const url = env().databaseUrl
    if (!url) throw new Error('There is no database yet: start the program with npm start, or set DATABASE_URL.')
    kept.migPool = openPool(url)
  }
  return kept.migPool
}

/** Exports that one process makes at once from one server: each holds a connection as long as somebody takes it. */
export const MOST_STREAMS = 6

/** The primary's connections for what is streamed, apart, so that slow readers leave the pages theirs. */
export function streamPool(): pg.Pool {
  const { connectionString } = pool().options
  if (kept.migStreams?.options.connectionString !== connectionString) {
    void kept.migStreams?.end()
    kept.migStreams = openPool(connectionString as string, { max: MOST_STREAMS })
  }
  return kept.migStreams as pg.Pool
}

export type PoolOptions = {
  max?: number
  /** Milliseconds for a new connection, or for a free one. */
  connectLimitMs?: number
}

/** A pool with the program's settings and type readers on another URL. */
export function openPool(connectionString: string, { max = 10, connectLimitMs = 5_000 }: PoolOptions = {}): pg.Pool {
  const opened = new pg.Pool({
    connectionString,
    max,
    types,
    connectionTimeoutMillis: connectLimitMs,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    application_name: 'mig-dashboard',
    onConnect: prepareSession,
  } as pg.PoolConfig)
  // An idle connection that the server closes is normal (restart); the next query opens a new one.
  opened.on('error', () => {})
  // One in use that it closes between two statements fails with the next; unheard, it would be an uncaught exception.
  opened.on('connect', (client) => client.on('error', () => {}))
  return opened
}

// SET and not start-up parameters: PgBouncer refuses those. It keeps the time zone with each of its clients, but a limit for
// statements would stay with one of the server's connections, whoever gets it next: there it has to be the role's default.
async function prepareSession(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ timeout: string; pid: number }>(
    `SELECT current_setting('statement_timeout') AS timeout, pg_backend_pid() AS pid`,
  )
  const pooled = isPooled(client, rows[0]?.pid)
  await client.query(`SET timezone = 'UTC'${pooled ? '' : `; SET statement_timeout = ${PAGE_TIMEOUT_MS}`}`)
  if (!pooled || rows[0]?.timeout !== '0' || warned) return
  warned = true
  console.warn(
    "Through a pooler only the role's own limit for statements counts, and this role has none: run what `npm run mig-dashboard -- db sql` prints.",
  )
}

let warned = false

/** Whether a pooler stands between: it gives its clients process ids of its own. */
export function isPooled(client: pg.ClientBase, backendPid: number | undefined): boolean {
  return (client as unknown as { processID: number | null }).processID !== backendPid
}
