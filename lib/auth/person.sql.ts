import { type Sql, sql } from '@/lib/db/sql'
import type { Vintage } from '@/lib/mig/vintage'
import type { Person } from './rules'

/** A fingerprint as people write it, with blanks, colons or lower case, in the form that ours has. */
export function normalSql(fingerprint: Sql): Sql {
  return sql`upper(regexp_replace(${fingerprint}, '[^0-9A-Fa-f]', '', 'g'))`
}

export type PersonRow = { id: string; name: string; fingerprint: string | null } & Pick<
  Person,
  'granted' | 'disabled' | 'status' | 'permissions'
>

/** The columns of `PersonRow` out of `personFrom`. */
export function personSelect(v: Vintage): Sql {
  return sql`trunc(i.id)::text AS id, i.name, ${normalSql(sql`i.pgpfingerprint`)} AS fingerprint,
    p.role AS granted, p.disabled_at IS NOT NULL AS disabled,
    ${v.investigatorStatus ? sql`i.status` : sql`NULL::text`} AS status,
    ${v.investigatorPermissions ? sql`i.permissions::text` : sql`NULL::text`} AS permissions`
}

/** MIG's row with ours beside it; ours counts only for the same id and the same primary fingerprint. */
export const personFrom: Sql = sql`public.investigators i
  LEFT JOIN dashboard.person p ON p.investigator_id = i.id AND p.fingerprint = ${normalSql(sql`i.pgpfingerprint`)}`

/** True for somebody who is disabled, here or in MIG's own status; out of `personFrom`. */
export function disabledSql(v: Vintage): Sql {
  return sql`(p.disabled_at IS NOT NULL${v.investigatorStatus ? sql` OR coalesce(i.status = 'disabled', false)` : sql``})`
}

/** The row as the rules read it. */
export function personOf(row: PersonRow, v: Vintage): Person {
  return { ...row, later: v.investigatorStatus }
}
