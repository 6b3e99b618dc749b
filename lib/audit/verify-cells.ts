import { createHash } from 'node:crypto'
import type pg from 'pg'
import { sql } from '@/lib/db/sql'
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

/**
 * Holds the kept cells of every batch to the count and the SHA-256 in its audit row; gives the first that differs, or null.
 * `since` leaves out older rows; `most` stops, from the newest batch on, before so many cells are read.
 */
export async function findAlteredCells(
  client: pg.ClientBase,
  { since, most }: { since: string | null; most?: number },
): Promise<AlteredCells | null> {
  let after = since === null ? '-1' : String(BigInt(since) - 1n)
  for (;;) {
    const { rows } = await client.query<Sealed>(sql`
      SELECT id::text AS id, object_id AS batch, detail->>'cells' AS cells, detail->>'sha256' AS sha256 FROM (
        SELECT id, object_id, detail,
          ${most === undefined ? sql`0` : sql`sum((detail->>'cells')::bigint) OVER (ORDER BY id DESC)`} AS read
        FROM dashboard.audit WHERE object_type = 'acl_batch' AND id > ${after}::bigint AND detail->>'sha256' IS NOT NULL
      ) b WHERE read <= ${most ?? 0}::bigint ORDER BY id LIMIT ${ROWS}`)
    for (const { id, batch, cells, sha256 } of rows) {
      const why = await alteredIn(client, batch, { cells: Number(cells), sha256 })
      if (why) return { row: id, why: `The cells of batch ${id} ${why}` }
    }
    if (rows.length < ROWS) return null
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
