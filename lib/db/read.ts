import { AsyncLocalStorage } from 'node:async_hooks'
import type pg from 'pg'
import Cursors from 'pg-cursor'
import { neededPosition } from '@/lib/auth/written'
import { AppError } from '@/lib/errors'
import type { Sql } from './sql'
import { type Pools, type Position, readOn } from './standby'

/** What a statement may take beyond the role's limits: a time as PostgreSQL writes it, megabytes for each sort. */
export type ReadSettings = { timeout?: '1s' | '2s' | '60s' | '10min' | '60min'; memory?: 64; oneCore?: true }

// A server that froze answers nothing, not even that a statement took too long: beyond the statement's own limit it is given up.
const ANSWER_LIMIT_MS = {
  none: 15_000,
  '1s': 15_000,
  '2s': 15_000,
  '60s': 65_000,
  '10min': 605_000,
  '60min': 3_605_000,
}
/** Begins a transaction that only reads; a server that does not answer is given up. */
export const BEGIN = { text: 'BEGIN READ ONLY', query_timeout: ANSWER_LIMIT_MS.none } as pg.QueryConfig

function settingsOf({ timeout, memory, oneCore }: ReadSettings): string {
  if (!timeout && !memory && !oneCore) return ''
  // Compiling a statement's plan may take longer than what it may take.
  return [
    'SET LOCAL jit = off',
    timeout && `SET LOCAL statement_timeout = '${timeout}'`,
    memory && `SET LOCAL work_mem = '${memory}MB'`,
    // The other cores are the pages'.
    oneCore && 'SET LOCAL max_parallel_workers_per_gather = 0',
  ]
    .filter(Boolean)
    .join('; ')
}

/**
 * Runs a read for the request: on the standby where there is one, it answers, and it has what this browser has written; else
 * on the primary. `run` may run twice.
 */
export async function onReader<T>(run: (on: pg.Pool) => Promise<T>): Promise<T> {
  return onServer(({ pages }) => run(pages))
}

/**
 * As `onReader`, with connections apart from the pages' in `streams`, for what is read as long as somebody takes it. Throws
 * `unavailable` while all of those are taken.
 */
export function onStreamReader<T>(run: (on: Pools) => Promise<T>): Promise<T> {
  return onServer((on) => {
    const { idleCount, totalCount, options } = on.streams
    if (idleCount === 0 && totalCount >= (options.max ?? 0))
      throw new AppError('unavailable', 'As many exports as may run at once are running. Try again when one has ended.')
    return run(on)
  })
}

// What is decided once for all reads of `run`: up to where they have to see what was written, null for everything.
const decided = new AsyncLocalStorage<{ needed: Position | null }>()

/** Runs with all its reads on the primary: what is handed out or kept for others is decided by what is true now. */
export const onPrimary = <T>(run: () => Promise<T>): Promise<T> => decided.run({ needed: null }, run)

/**
 * What runs something with the reads of this request, also when the request has been answered meanwhile: the rows of an
 * export are read while they are taken, where Next knows of no request any more.
 */
export async function readsOfThisRequest(): Promise<<T>(run: () => Promise<T>) => Promise<T>> {
  const one = decided.getStore() ?? { needed: await neededPosition() }
  return (run) => decided.run(one, run)
}

async function onServer<T>(run: (on: Pools) => Promise<T>): Promise<T> {
  const { needed } = decided.getStore() ?? { needed: await neededPosition() }
  return readOn(needed, run)
}

/** Where pages and exports read: `reader().query(…)`, as of a pool. What is not for reading pages alone uses `pool()`. */
export function reader(): {
  query<Row extends pg.QueryResultRow>(statement: Sql | string, values?: unknown[]): Promise<pg.QueryResult<Row>>
} {
  return {
    query: (statement, values) =>
      onReader((on) =>
        on.query({
          ...(typeof statement === 'string'
            ? { text: statement, values }
            : { text: statement.text, values: statement.values }),
          query_timeout: ANSWER_LIMIT_MS.none,
        } as pg.QueryConfig),
      ),
  }
}

/** The rows of one statement, with settings of its own where it asks for some. */
export async function readRows<Row extends object>(statement: Sql, settings: ReadSettings = {}): Promise<Row[]> {
  const set = settingsOf(settings)
  if (!set) return (await reader().query<Row>(statement)).rows
  return inRead(async (client) => {
    await client.query(set)
    const limit = { query_timeout: ANSWER_LIMIT_MS[settings.timeout ?? 'none'] }
    return (await client.query<Row>({ text: statement.text, values: statement.values, ...limit } as pg.QueryConfig))
      .rows
  })
}

/** Runs statements that only read in one transaction of one connection; `run` may run twice. */
export function inRead<T>(run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return onReader(async (on) => {
    const client = await on.connect()
    let finished = false
    try {
      await client.query(BEGIN)
      const done = await run(client)
      await client.query('COMMIT')
      finished = true
      return done
    } finally {
      // A connection inside an unfinished transaction is closed, not given back.
      client.release(!finished)
    }
  })
}

/**
 * All rows of a statement in batches, from one snapshot, for an hour at most unless told otherwise; closing the
 * iterator early cancels the statement. `inside` is for what the program itself takes, as fast as it comes: with the
 * connections of pages.
 */
export async function* streamStatement<Row extends object>(
  statement: Sql,
  {
    batch = 1000,
    timeout = '60min',
    inside = false,
  }: { batch?: number; timeout?: ReadSettings['timeout']; inside?: boolean } = {},
): AsyncGenerator<Row[]> {
  const open = (on: pg.Pool) => openCursor<Row>(on, statement, batch, timeout)
  const { client, cursor, first } = await (inside ? onReader(open) : onStreamReader(({ streams }) => open(streams)))
  let finished = false
  try {
    for (let rows = first; rows.length > 0; rows = await cursor.read(batch)) yield rows
    await cursor.close()
    await client.query('COMMIT')
    finished = true
  } finally {
    // Unfinished: closing the connection ends the statement; closing the cursor would wait for ever on a broken one.
    client.release(!finished)
  }
}

async function openCursor<Row extends object>(
  on: pg.Pool,
  statement: Sql,
  batch: number,
  timeout: ReadSettings['timeout'],
): Promise<{ client: pg.PoolClient; cursor: Cursors<Row>; first: Row[] }> {
  const client = await on.connect()
  try {
    await client.query(BEGIN)
    await client.query(settingsOf({ timeout }))
    const cursor = client.query(new Cursors<Row>(statement.text, statement.values))
    return { client, cursor, first: await cursor.read(batch) }
  } catch (error) {
    client.release(true)
    throw error
  }
}
