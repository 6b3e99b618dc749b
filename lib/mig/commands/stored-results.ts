import 'server-only'
import type pg from 'pg'
import type { Viewer } from '@/lib/auth/viewer'
import { onStreamReader, reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'

/** Characters that are held in memory at a time. */
const CHUNK = 8_000_000

export type StoredResults = {
  bytes: number
  /** The column's text from its beginning to its end, as it was in one moment. */
  text: AsyncGenerator<string>
}

/** A command's `results` as stored, in chunks, or null when there is no such command or it has none. */
export async function openStoredResults(_viewer: Viewer, id: MigId): Promise<StoredResults | null> {
  const { rows } = await reader().query<{ bytes: number | null }>(sql`
    SELECT octet_length(results::text) AS bytes FROM public.commands WHERE id = ${id}::numeric`)
  const bytes = rows[0]?.bytes ?? null
  return bytes === null ? null : { bytes, text: readChunks(id) }
}

async function* readChunks(id: MigId): AsyncGenerator<string> {
  const client = await onStreamReader(({ streams }) => beginRead(streams))
  let finished = false
  try {
    for (let from = 1; ; from += CHUNK) {
      const { rows } = await client.query<{ chunk: string | null; whole: boolean }>(sql`
        SELECT substr(results::text, ${from}, ${CHUNK}) AS chunk, length(results::text) < ${from + CHUNK} AS whole
        FROM public.commands WHERE id = ${id}::numeric`)
      const [row] = rows
      if (row?.chunk) yield row.chunk
      if (!row?.chunk || row.whole) break
    }
    await client.query('COMMIT')
    finished = true
  } finally {
    // A connection inside an unfinished transaction is closed, not given back.
    client.release(!finished)
  }
}

// All chunks of one answer, also when another one arrives meanwhile.
async function beginRead(on: pg.Pool): Promise<pg.PoolClient> {
  const client = await on.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0')
    return client
  } catch (error) {
    client.release(true)
    throw error
  }
}
