import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { onReader } from './read'
import { inlineSql } from './shown-sql'
import type { Sql } from './sql'

const TIMEOUT = '60min'

type Opened = { client: pg.PoolClient; cancel(): Promise<unknown> }

/**
 * The lines that a statement gives as its one column, through COPY: as bytes in large pieces, each line with `lineEnd` behind
 * it. From one snapshot, for an hour at most; who closes the iterator early cancels the statement.
 */
export async function* copyLines(statement: Sql, lineEnd: '\n' | '\r\n'): AsyncGenerator<Buffer> {
  const { client, cancel } = await onReader(open)
  let finished = false
  try {
    const unescaped = unescaper(lineEnd)
    for await (const piece of client.query(copyTo(`COPY (${inlineSql(statement)}) TO STDOUT`)))
      yield unescaped(piece as Buffer)
    await client.query('COMMIT')
    finished = true
  } finally {
    // Closing the connection alone would not be noticed by a server that still sorts.
    if (!finished) await cancel().catch(() => {})
    client.release(!finished)
  }
}

async function open(on: pg.Pool): Promise<Opened> {
  const client = await on.connect()
  try {
    await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = '${TIMEOUT}'`)
    // Asked and not taken from the connection: a pooler gives its clients ids of its own.
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    return { client, cancel: () => on.query('SELECT pg_cancel_backend($1)', [rows[0]?.pid]) }
  } catch (error) {
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
