import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import type { Transaction } from '@/lib/db/prisma'
import { type Sql, sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'

/** Whose views are meant: an id alone may be given to somebody else by hand. */
export type Owner = Pick<Viewer, 'id' | 'fingerprint'>

/** True for a row of `saved_view` v that is this person's. */
export const ownViewSql = ({ id, fingerprint }: Owner): Sql =>
  sql`coalesce(v.owner_id = ${id}::numeric AND v.owner_fingerprint IS NOT DISTINCT FROM ${fingerprint}::text, false)`

/** True for a row of `default_view` d that is this person's. */
export const ownDefaultSql = ({ id, fingerprint }: Owner): Sql =>
  sql`coalesce(d.person_id = ${id}::numeric AND d.person_fingerprint IS NOT DISTINCT FROM ${fingerprint}::text, false)`

/** Gives a person's views and defaults to the row that holds the person's new key; returns how many views. */
export async function carryViews(
  tx: Transaction,
  from: Owner,
  to: { id: MigId; fingerprint: string },
): Promise<number> {
  await tx.$executeRaw(sql`
    UPDATE dashboard.default_view d SET person_id = ${to.id}::numeric, person_fingerprint = ${to.fingerprint}
    WHERE ${ownDefaultSql(from)}`)
  return tx.$executeRaw(sql`
    UPDATE dashboard.saved_view v SET owner_id = ${to.id}::numeric, owner_fingerprint = ${to.fingerprint}
    WHERE ${ownViewSql(from)}`)
}

/** Removes what only this person could open; shared views stay, for everybody. Returns how many views. */
export async function removePrivateViews(tx: Transaction, owner: Owner): Promise<number> {
  await tx.$executeRaw(sql`DELETE FROM dashboard.default_view d WHERE ${ownDefaultSql(owner)}`)
  return tx.$executeRaw(sql`DELETE FROM dashboard.saved_view v WHERE NOT v.shared AND ${ownViewSql(owner)}`)
}
