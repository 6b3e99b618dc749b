import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { type Sql, sql } from '@/lib/db/sql'
import { checkSignatures } from '@/lib/mig/signatures/queries'
import { countersSql, pgpsignaturesSql, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { parseRfc3339 } from '@/lib/mig/wire/time'
import { actionFileJson } from './file-json'

const TIMES = ['validfrom', 'expireafter', 'starttime', 'finishtime', 'lastupdatetime'] as const
type Raw = Record<(typeof TIMES)[number], string | null> &
  Record<'name' | 'target', string> &
  Record<'description' | 'threat' | 'operations' | 'pgpsignatures' | 'status', string | null> &
  Record<'sentctr' | 'returnedctr' | 'donectr' | 'cancelledctr' | 'failedctr' | 'timeoutctr', number | null> & {
    syntaxversion: number | null
  }

// As text, because a file shows MIG's dates for "not yet" as they are.
const exact = (column: Sql) => sql`to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/**
 * The action in the format of MIG's own files, or null without the row. Where its signatures prove the nanoseconds that the
 * database does not keep, the validity has them, so that the file verifies.
 */
export async function getActionFile(viewer: Viewer, id: MigId): Promise<string | null> {
  const v = await vintage()
  const [{ rows }, report] = await Promise.all([
    reader().query<Raw>(sql`
      SELECT a.name, a.target, a.description::text AS description, a.threat::text AS threat,
        a.operations::text AS operations, ${pgpsignaturesSql('a')} AS pgpsignatures, a.status, a.syntaxversion,
        ${exact(sql`a.validfrom`)} AS validfrom, ${exact(sql`a.expireafter`)} AS expireafter,
        ${exact(sql`a.starttime`)} AS starttime, ${exact(sql`a.finishtime`)} AS finishtime,
        ${exact(sql`a.lastupdatetime`)} AS lastupdatetime, ${countersSql(v, 'a')}
      FROM public.actions a WHERE a.id = ${id}::numeric`),
    checkSignatures(viewer, id),
  ])
  const row = rows[0]
  if (!row) return null
  const moment = (text: string | null) => (text === null ? null : parseRfc3339(text))
  return actionFileJson({
    ...row,
    id,
    validfrom: report?.exactTimes?.validfrom ?? moment(row.validfrom),
    expireafter: report?.exactTimes?.expireafter ?? moment(row.expireafter),
    starttime: moment(row.starttime),
    finishtime: moment(row.finishtime),
    lastupdatetime: moment(row.lastupdatetime),
    counters: {
      sent: row.sentctr,
      returned: row.returnedctr,
      done: row.donectr,
      cancelled: row.cancelledctr,
      failed: row.failedctr,
      timeout: row.timeoutctr,
    },
  })
}
