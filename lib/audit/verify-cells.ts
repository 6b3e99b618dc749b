import { createHash } from 'node:crypto'
import type pg from 'pg'
import { type Sql, sql } from '@/lib/db/sql'
import { formatNumber } from '@/lib/format'
import { keptLinesSql } from './kept-cells.sql'

const ROWS = 500
// A few megabytes of lines at a time.
const CELLS = 50_000

/** A batch whose kept cells are not those that its audit row sealed: the row, and what is wrong in a sentence. */
export type AlteredCells = { row: string; why: string }

type Sealed = { id: string; batch: string | null; cells: string | null; sha256: string }

type Queryable = pg.Pool | pg.ClientBase

/** How many cells of a batch are kept, and their SHA-256 in hex. */
export async function digestOfKept(queryable: Queryable, batch: string): Promise<{ cells: number; sha256: string }> {
  const digest = createHash('sha256')
  let cells = 0
  let after = -1
  for (;;) {
    const { rows } = await queryable.query<{ cells: number; last: number | null; lines: string }>(
      keptLinesSql(batch, after, CELLS),
    )
    const [read] = rows
    if (!read || read.last === null) break
    digest.update(read.lines)
    cells += read.cells
    after = read.last
    if (read.cells < CELLS) break
  }
  return { cells, sha256: digest.digest('hex') }
}

/** The batches with a SHA-256 behind a row; `isRead` with `most` for the newest ones of together so many cells, no larger one among them. */
function sealedSql(after: string, most: number | undefined): Sql {
  const isRead =
    most === undefined
      ? sql`true`
      : sql`cells <= ${most}::bigint
          AND sum(cells) FILTER (WHERE cells <= ${most}::bigint) OVER (ORDER BY id DESC) <= ${most}::bigint`
  return sql`SELECT id, object_id, detail, ${isRead} AS is_read FROM (
    SELECT id, object_id, detail, (detail->>'cells')::bigint AS cells FROM dashboard.audit
    WHERE object_type = 'acl_batch' AND id > ${after}::bigint AND detail->>'sha256' IS NOT NULL) c`
}

/**
 * Holds the kept cells of every batch to the count and the SHA-256 in its audit row; gives the first that differs, or how
 * many batches were not read. `since` leaves out older rows; `most` reads, from the newest batch on, at most so many cells,
 * and leaves out a batch that alone has more.
 */
export async function findAlteredCells(
  client: pg.ClientBase,
  { since, most }: { since: string | null; most?: number },
): Promise<AlteredCells | { unread: number }> {
  let after = since === null ? '-1' : String(BigInt(since) - 1n)
  const { rows: left } = await client.query<{ unread: number }>(
    sql`SELECT count(*) FILTER (WHERE NOT is_read)::int AS unread FROM (${sealedSql(after, most)}) b`,
  )
  for (;;) {
    const { rows } = await client.query<Sealed>(sql`
      SELECT id::text AS id, object_id AS batch, detail->>'cells' AS cells, detail->>'sha256' AS sha256
      FROM (${sealedSql(after, most)}) b WHERE is_read ORDER BY id LIMIT ${ROWS}`)
    for (const { id, batch, cells, sha256 } of rows) {
      const why = await alteredIn(client, batch, { cells: Number(cells), sha256 })
      if (why) return { row: id, why: `The cells of batch ${id} ${why}` }
    }
    if (rows.length < ROWS) return { unread: left[0]?.unread ?? 0 }
    after = rows.at(-1)?.id ?? after
  }
}

async function alteredIn(
  client: pg.ClientBase,
  batch: string | null,
  sealed: { cells: number; sha256: string },
): Promise<string | null> {
  if (!batch || !/^[0-9a-f-]{36}$/.test(batch)) return 'cannot be found: its row names none.'
  const { cells, sha256 } = await digestOfKept(client, batch)
  if (cells !== sealed.cells)
    return `were altered after it was saved: there are ${formatNumber(cells)}, and ${formatNumber(sealed.cells)} were saved.`
  return sha256 === sealed.sha256 ? null : 'were altered after it was saved: they do not give the SHA-256 in its row.'
}
