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
  kept.migPool ??= openPool(env().databaseUrl)
  return kept.migPool
}

/** A pool with the program's settings and type readers on another URL, for the command line and the tests. */
export function openPool(connectionString: string, max = 10): pg.Pool {
  const opened = new pg.Pool({
    connectionString,
    max,
    types,
    connectionTimeoutMillis: 3_000,
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

const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '53300', // too_many_connections
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  'P1001', // Prisma: can't reach the server
  'P1002',
  'P1008',
  'P1017',
  'P2024',
])
const AWAY_WORDS =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|DatabaseNotReachable|Can't reach database server|Connection ended unexpectedly|ConnectionClosed/i

function chain(error: unknown): { code?: unknown; message?: unknown }[] {
  const found: { code?: unknown; message?: unknown }[] = []
  for (let e = error as { cause?: unknown } | undefined; e && typeof e === 'object' && found.length < 5; e = e.cause as never)
    found.push(e as never)
  if (error instanceof AggregateError) for (const inner of error.errors) found.push(inner as never)
  return found
}

/** True when the error means that the database cannot be reached now, so that trying again later makes sense. */
export function isUnavailable(error: unknown): boolean {
  return chain(error).some((e) => AWAY_CODES.has(String(e.code)) || AWAY_WORDS.test(String(e.message ?? '')))
}

/** True when PostgreSQL cancelled the statement because it ran into its time limit. */
export function isTimeout(error: unknown): boolean {
  return chain(error).some((e) => e.code === '57014')
}
