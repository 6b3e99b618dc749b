import Cursors from 'pg-cursor'
import { pool } from './pool'
import type { Sql } from './sql'

/** What a statement may take beyond the role's limits: a time as PostgreSQL writes it ('0' for none), megabytes for each sort. */
export type ReadSettings = { timeout?: '0' | '2s' | '60s' | '10min'; memory?: 64 }

function settingsOf({ timeout, memory }: ReadSettings): string {
  return [timeout && `SET LOCAL statement_timeout = '${timeout}'`, memory && `SET LOCAL work_mem = '${memory}MB'`]
    .filter(Boolean)
    .join('; ')
}

/** The rows of one statement, with settings of its own where it asks for some. */
export async function readRows<Row extends object>(statement: Sql, settings: ReadSettings = {}): Promise<Row[]> {
  const set = settingsOf(settings)
  if (!set) return (await pool().query<Row>(statement)).rows
  const client = await pool().connect()
  let finished = false
  try {
    await client.query('BEGIN READ ONLY')
    await client.query(set)
    const { rows } = await client.query<Row>(statement)
    await client.query('COMMIT')
    finished = true
    return rows
  } finally {
    // A connection inside an unfinished transaction is closed, not given back.
    client.release(!finished)
  }
}

/**
 * All rows of a statement in batches, from one snapshot, without a limit of time unless one is given; closing the iterator
 * early cancels the statement.
 */
export async function* streamStatement<Row extends object>(
  statement: Sql,
  { batch = 1000, timeout = '0' }: { batch?: number; timeout?: ReadSettings['timeout'] } = {},
): AsyncGenerator<Row[]> {
  const client = await pool().connect()
  let finished = false
  try {
    await client.query('BEGIN READ ONLY')
    await client.query(settingsOf({ timeout }))
    const cursor = client.query(new Cursors<Row>(statement.text, statement.values))
    try {
      for (;;) {
        const rows = await cursor.read(batch)
        if (rows.length === 0) break
        yield rows
      }
    } finally {
      await cursor.close()
    }
    await client.query('COMMIT')
    finished = true
  } finally {
    client.release(!finished)
  }
}
