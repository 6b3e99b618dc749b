import type pg from 'pg'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { Instant } from '@/lib/mig/wire/time'
import { appendEntry, LOCK_CHAIN } from './chain.sql'
import { CHECKPOINT, verifyChain } from './verify'

export type Checkpoint = { removed: number; lastId: string | null; head: string | null }

/**
 * Removes the audit rows from before a moment and writes the row that stands for them, with the id and hash of the last
 * one, in one transaction. Only the audit's owner may: it takes the table's trigger away meanwhile. Rows whose chain is
 * broken are never removed. Takes a client outside a transaction; throws `conflict` for a broken chain.
 */
export async function checkpoint(owner: pg.ClientBase, before: Instant): Promise<Checkpoint> {
  const state = await verifyChain(owner)
  if (!state.ok) throw new AppError('conflict', `${state.why} Nothing was removed: a checkpoint would hide it.`)
  await owner.query('BEGIN')
  try {
    await owner.query(`SET LOCAL timezone = 'UTC'`)
    // Before the chain, as who saves a batch has it; the other way round each would wait for the other.
    await owner.query('LOCK TABLE dashboard.acl_change IN SHARE ROW EXCLUSIVE MODE')
    await owner.query(LOCK_CHAIN)
    const { rows } = await owner.query<{ id: string; hash: string }>(sql`
      SELECT id::text AS id, encode(hash, 'hex') AS hash FROM dashboard.audit
      WHERE id < (SELECT coalesce(min(id), 9223372036854775807) FROM dashboard.audit WHERE at >= ${before}::timestamptz)
      ORDER BY id DESC LIMIT 1`)
    const last = rows[0]
    if (!last) {
      await owner.query('COMMIT')
      return { removed: 0, lastId: null, head: state.head }
    }
    const count = await owner.query<{ n: string }>(
      sql`SELECT count(*)::text AS n FROM dashboard.audit WHERE id <= ${last.id}::bigint`,
    )
    const removed = Number(count.rows[0]?.n)
    const point = await owner.query<{ hash: string }>(
      appendEntry(
        {
          id: null,
          name: 'operator (system account)',
          role: 'admin',
          fingerprint: null,
          via: 'operator',
          address: null,
        },
        {
          kind: CHECKPOINT,
          object: { type: 'audit', id: last.id },
          before: null,
          after: null,
          detail: { hash: last.hash, rows: removed, before },
        },
      ),
    )
    await owner.query('ALTER TABLE dashboard.audit DISABLE TRIGGER audit_append_only')
    const gone = await owner.query(sql`DELETE FROM dashboard.audit WHERE id <= ${last.id}::bigint`)
    await owner.query('ALTER TABLE dashboard.audit ENABLE TRIGGER audit_append_only')
    // The cells of a batch go with its row: without it nothing says who wrote them and why.
    await owner.query('ALTER TABLE dashboard.acl_change DISABLE TRIGGER acl_change_append_only')
    await owner.query(sql`DELETE FROM dashboard.acl_change c
      WHERE NOT EXISTS (SELECT FROM dashboard.audit e WHERE e.object_type = 'acl_batch' AND e.object_id = c.batch::text)`)
    await owner.query('ALTER TABLE dashboard.acl_change ENABLE TRIGGER acl_change_append_only')
    if (gone.rowCount !== removed) throw new Error(`${gone.rowCount} audit rows were removed instead of ${removed}`)
    await owner.query('COMMIT')
    return { removed, lastId: last.id, head: point.rows[0]?.hash ?? null }
  } catch (error) {
    await owner.query('ROLLBACK')
    throw error
  }
}
