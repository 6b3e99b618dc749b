import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

const CHUNK = 256 * 1024

/** Where COPY lines go. */
export type CopyTarget = { table: string; columns: readonly string[] }

/**
 * Copies lines in PostgreSQL's text format (without a line feed at the end) into a table of schema public that the same
 * transaction has truncated: its rows are frozen at once. Tells `onRows` how many are through; returns how many there were.
 */
export async function copyLines(
  client: pg.ClientBase,
  { table, columns }: CopyTarget,
  lines: Iterable<string> | AsyncIterable<string>,
  onRows: (count: number) => void = () => {},
): Promise<number> {
  let count = 0
  async function* chunks() {
    let chunk = ''
    for await (const line of lines) {
      count++
      chunk += line
      chunk += '\n'
      if (chunk.length < CHUNK) continue
      yield chunk
      chunk = ''
      onRows(count)
    }
    if (chunk !== '') yield chunk
  }
  const copy = client.query(copyFrom(`COPY public.${table} (${columns.join(', ')}) FROM STDIN WITH (FREEZE)`))
  await pipeline(Readable.from(chunks(), { objectMode: true }), copy)
  onRows(count)
  return count
}
