import { pool } from '@/lib/db/pool'
import type { Sql } from '@/lib/db/sql'
import { idCreatedAt, type MigId } from '@/lib/mig/wire/id'
import { type Instant, instantToDate } from '@/lib/mig/wire/time'
import type { ComparedRow } from './reconcile-rules'

/** What the comparison reads of an action. */
export type ActionRow = { id: MigId; status: string | null } & Record<
  'validfrom' | 'expireafter' | 'starttime' | 'finishtime' | 'lastupdatetime',
  Instant | null
>
/** What the comparison reads of a command, with its action's expiry. */
export type CommandRow = {
  id: MigId
  action_id: MigId
  status: string
  expireafter: Instant | null
  starttime: Instant | null
}

/** A moment in Unix milliseconds. */
export const millis = (at: Instant | null): number | null => at && instantToDate(at).getTime()

/** What the rules look at of an action's row. */
export function actionRow(row: ActionRow): ComparedRow {
  const made = millis(row.validfrom)
  const created = idCreatedAt(row.id)?.getTime() ?? null
  return {
    status: row.status,
    expires: millis(row.expireafter),
    // One that waits is due from the later of its making and its validity on.
    began: millis(row.starttime) ?? (created !== null && made !== null ? Math.max(created, made) : (created ?? made)),
    ended: millis(row.finishtime) ?? millis(row.lastupdatetime),
  }
}

/** What the rules look at of a command's row. */
export const commandRow = (row: CommandRow): ComparedRow => ({
  status: row.status,
  expires: millis(row.expireafter),
  began: millis(row.starttime),
  ended: null,
})

/** The rows of these ids. */
export async function rowsOf<Row extends object>(
  ids: MigId[],
  statement: (ids: readonly MigId[]) => Sql,
): Promise<Row[]> {
  return ids.length ? (await pool().query<Row>(statement(ids))).rows : []
}
