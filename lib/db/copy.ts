import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { BEGIN, onStreamReader } from './read'
import { inlineSql } from './shown-sql'
import type { Sql } from './sql'
import type { Pools } from './standby'

const TIMEOUT = '60min'
const CANCEL_LIMIT_MS = 5_000

type CopyOptions = { isSorted?: boolean; signal?: AbortSignal }
type Pieces = AsyncIterator<Buffer>
type Opened = {
  client: pg.PoolClient
  pieces: Pieces
  first: IteratorResult<Buffer>
  cancel(): Promise<unknown>
  /** From here on the signal is nothing to this connection, which others get. */
  part(): void
}

/**
 * The lines that a statement gives as its one column, through COPY: as bytes in large pieces, each line with `lineEnd` behind
 * it. From one snapshot, for an hour at most, with `isSorted` by no walk along an index; who closes the iterator early, or aborts the signal, cancels the statement.
 */
export async function* copyLines(
  statement: Sql,
  lineEnd: '\n' | '\r\n',
  options: CopyOptions = {},
): AsyncGenerator<Buffer> {
  const { client, pieces, first, cancel, part } = await onStreamReader((on) => open(on, statement, options))
  let finished = false
  try {
    const unescaped = unescaper(lineEnd)
    for (let piece = first; !piece.done; piece = await pieces.next()) yield unescaped(piece.value)
    await client.query('COMMIT')
    finished = true
  } finally {
    part()
    // Closing the connection alone would not be noticed by a server that still sorts.
    if (!finished) await cancel().catch(() => {})
    client.release(!finished)
  }
}

// With its first piece, so that a read that a standby cannot do goes to the primary.
async function open(on: Pools, statement: Sql, { isSorted, signal }: CopyOptions): Promise<Opened> {
  const client = await on.streams.connect()
  let part = () => {}
  try {
    await client.query(BEGIN)
    await client.query(`SET LOCAL statement_timeout = '${TIMEOUT}'`)
    if (isSorted) await client.query('SET LOCAL enable_indexscan = off')
    // Asked and not taken from the connection: a pooler gives its clients ids of its own.
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const cancel = () =>
      on.pages.query({
        text: 'SELECT pg_cancel_backend($1)',
        values: [rows[0]?.pid],
        query_timeout: CANCEL_LIMIT_MS,
      } as pg.QueryConfig)
    signal?.throwIfAborted()
    const onAbort = () => void cancel().catch(() => {})
    signal?.addEventListener('abort', onAbort, { once: true })
    part = () => signal?.removeEventListener('abort', onAbort)
    const stream = client.query(copyTo(`COPY (${inlineSql(statement)}) TO STDOUT`))
    const pieces = stream[Symbol.asyncIterator]() as Pieces
    return { client, pieces, first: await pieces.next(), cancel, part }
  } catch (error) {
    part()
    client.release(true)
    throw error
  }
}

const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** Undoes COPY's text format, piece by piece: there a line feed ends a line, and what a line holds of them is escaped. */
export function unescaper(lineEnd: '\n' | '\r\n'): (piece: Buffer) => Buffer {
  let carried = ''
  return (piece) => {
    // Latin 1 takes bytes for characters and gives them back; all that is looked for is ASCII.
    let text = carried + piece.toString('latin1')
    carried = ''
    if (lineEnd !== '\n') text = text.replaceAll('\n', lineEnd)
    if (text.includes('\\')) {
      if (endsInHalf(text)) {
        carried = '\\'
        text = text.slice(0, -1)
      }
      text = text.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter)
    }
    return Buffer.from(text, 'latin1')
  }
}

function endsInHalf(text: string): boolean {
  let backslashes = 0
  while (text[text.length - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}
