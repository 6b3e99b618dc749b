import type pg from 'pg'
import { type Sql, sql } from '@/lib/db/sql'
import { formatCount } from '@/lib/format'
import { ENTRY_HASH } from './chain.sql'
import { findAlteredCells } from './verify-cells'

/**
 * `head` is the hash of the last row in hex; `since` the first row that was read, null when that is the very first;
 * `batchesUnread` how many ACL batches behind it have too many cells to be read.
 */
export type ChainState =
  | { ok: true; rows: number; head: string | null; since: string | null; batchesUnread: number }
  | { ok: false; brokenAt: string | null; why: string }

export type VerifyOptions = {
  /** A head noted earlier: the chain must still hold it, so that a tail that was cut off is seen. */
  expect?: string
  /** Read only so many rows at the end. */
  last?: number
  /** Read the cells of the newest ACL batches only, at most so many, and of no larger batch; all when it is left out. */
  cells?: number
  /** Rows read at a time. */
  batch?: number
}

type Queryable = pg.Pool | pg.ClientBase

/** The kind of the row that stands for older ones that were removed; its detail names the last of them. */
export const CHECKPOINT = 'audit.checkpoint'

/**
 * Computes every row's hash again and follows the chain in the order of ids, from one snapshot. Gaps between ids are no
 * break: a transaction that was rolled back leaves one. Then the cells of every ACL batch are held to what its row says of them. Takes a pool, or a client outside a transaction.
 */
export async function verifyChain(queryable: Queryable, options: VerifyOptions = {}): Promise<ChainState> {
  const client = 'totalCount' in queryable ? await queryable.connect() : queryable
  let ended = false
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    // A row's moment enters its hash as text.
    await client.query(`SET LOCAL timezone = 'UTC'`)
    const state = await withCells(client, await follow(client, options), options)
    await client.query('COMMIT')
    ended = true
    return state
  } finally {
    if (client !== queryable) (client as pg.PoolClient).release(!ended)
    else if (!ended) await client.query('ROLLBACK').catch(() => {})
  }
}

// A batch's cells stand beside the audit: its row seals them.
async function withCells(client: pg.ClientBase, state: ChainState, { cells }: VerifyOptions): Promise<ChainState> {
  if (!state.ok) return state
  const found = await findAlteredCells(client, { since: state.since, most: cells })
  return 'why' in found ? broken(found.row, found.why) : { ...state, batchesUnread: found.unread }
}

type Batch = {
  rows: string
  first_id: string | null
  last_id: string | null
  last_hash: string | null
  expected: boolean
  /** The first row that is not what it should be: altered itself, or not behind the row before it. */
  broken_id: string | null
  whole: boolean | null
  broken_first: boolean | null
  before: string | null
}

async function follow(client: pg.ClientBase, { expect, last, batch = 10_000 }: VerifyOptions): Promise<ChainState> {
  const expected = expect?.trim().toLowerCase() ?? null
  if (expected !== null && !/^[0-9a-f]{64}$/.test(expected))
    return broken(null, `The expected head is not a hash: it has 64 digits 0–9 and a–f.`)
  let at = last === undefined ? null : await rowBefore(client, last)
  let since: string | null = null
  const whole = at === null
  let rows = 0
  let found = expected === null
  for (;;) {
    const result = await client.query<Batch>(readBatch(at, batch, expected))
    const read = result.rows[0]
    if (!read?.last_id) break
    if (read.broken_id) return broken(read.broken_id, sentence(read))
    rows += Number(read.rows)
    if (!whole) since ??= read.first_id
    found ||= read.expected
    at = { id: read.last_id, hash: read.last_hash }
    if (Number(read.rows) < batch) break
  }
  if (!found)
    return broken(
      at?.id ?? null,
      at
        ? `The ${formatCount(rows, 'row')} up to row ${at.id} belong together, but the expected head is not among them: rows were cut off at the end, or all were written anew.`
        : 'The audit is empty, so the expected head is not in it: its rows were removed.',
    )
  return { ok: true, rows, head: at?.hash ?? null, since, batchesUnread: 0 }
}

const broken = (brokenAt: string | null, why: string): ChainState => ({ ok: false, brokenAt, why })

type Place = { id: string; hash: string | null }

async function rowBefore(client: pg.ClientBase, last: number): Promise<Place | null> {
  const { rows } = await client.query<Place>(sql`
    SELECT id::text AS id, encode(hash, 'hex') AS hash FROM (
      SELECT id, hash, count(*) OVER () AS rows FROM (SELECT id, hash FROM dashboard.audit ORDER BY id DESC LIMIT ${last + 1}::int) e
    ) newest WHERE rows > ${last}::int ORDER BY newest.id LIMIT 1`)
  return rows[0] ?? null
}

/** One row about the next batch: how many, the last one, and the first that is not what it should be. */
function readBatch(after: Place | null, size: number, expected: string | null): Sql {
  return sql`
    WITH entry AS (
      SELECT * FROM dashboard.audit WHERE id > ${after?.id ?? '-1'}::bigint ORDER BY id LIMIT ${size}
    ), link AS (
      SELECT entry.id, encode(entry.hash, 'hex') AS hash, encode(entry.previous_hash, 'hex') AS previous,
        entry.hash IS NOT DISTINCT FROM ${ENTRY_HASH} AS whole,
        entry.previous_hash IS NOT DISTINCT FROM
          lag(entry.hash, 1, decode(${after?.hash ?? null}::text, 'hex')) OVER (ORDER BY entry.id) AS linked,
        lag(entry.id, 1, ${after?.id ?? null}::bigint) OVER (ORDER BY entry.id)::text AS before,
        ${after === null}::boolean AND row_number() OVER (ORDER BY entry.id) = 1 AS first
      FROM entry
    ), judged AS (
      SELECT link.*, first AND previous IS NOT NULL AND EXISTS (
        SELECT 1 FROM dashboard.audit point
        WHERE point.kind = ${CHECKPOINT} AND point.object_type = 'audit' AND point.detail->>'hash' = previous) AS checkpointed
      FROM link
    )
    SELECT count(*)::text AS rows, min(judged.id)::text AS first_id, max(judged.id)::text AS last_id,
      (SELECT hash FROM judged ORDER BY id DESC LIMIT 1) AS last_hash,
      coalesce(bool_or(hash = ${expected}::text OR (checkpointed AND previous = ${expected}::text)), false) AS expected,
      min(broken.id)::text AS broken_id, bool_and(broken.whole) AS whole, bool_and(broken.first) AS broken_first,
      min(broken.before) AS before
    FROM judged LEFT JOIN (
      SELECT id, whole, first, before FROM judged WHERE NOT whole OR NOT (linked OR checkpointed) ORDER BY id LIMIT 1
    ) broken ON true`
}

function sentence({ broken_id, whole, broken_first, before }: Batch): string {
  if (!whole) return `Row ${broken_id} was altered after it was written: its content does not give its hash.`
  if (broken_first)
    return `Row ${broken_id} is the first one here, but it was written behind another: the beginning was removed without a checkpoint.`
  return `Row ${broken_id} does not follow row ${before}: rows between them were removed or put in, or the earlier one was written anew.`
}
