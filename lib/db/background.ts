import type pg from 'pg'
import { pool } from './pool'

/** Work of the program itself, as the server's views name its connections while it lasts: `mig-dashboard job`. */
export type Work = 'job' | 'fleet' | 'answer' | 'files'

export type WorkSettings = {
  /** How long one statement may take, in milliseconds. */
  timeout: number
  /**
   * For work that sorts or hashes the whole fleet: with more memory, on one core, the others being the pages', and without
   * compiling plans, which takes longer than they run.
   */
  large?: boolean
}

/** Runs one transaction of the program's own work on the primary; throws what `run` throws, and then nothing of it is done. */
export async function inBackground<T>(
  work: Work,
  { timeout, large = false }: WorkSettings,
  run: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool().connect()
  let finished = false
  try {
    await client.query('BEGIN')
    await client.query(
      [
        `SET LOCAL application_name = 'mig-dashboard ${work}'`,
        `SET LOCAL statement_timeout = ${Math.round(timeout)}`,
        ...(large
          ? [`SET LOCAL work_mem = '64MB'`, 'SET LOCAL jit = off', 'SET LOCAL max_parallel_workers_per_gather = 0']
          : []),
      ].join('; '),
    )
    const done = await run(client)
    await client.query('COMMIT')
    finished = true
    return done
  } finally {
    // A connection inside an unfinished transaction is closed, not given back.
    client.release(!finished)
  }
}
