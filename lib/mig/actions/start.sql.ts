import { raw, type Sql, sql } from '@/lib/db/sql'
import { isMomentSql } from '@/lib/mig/agents/state.sql'
import { idSecondsSql } from './attention.sql'

/** How long an action that has not started is young, in seconds. */
export const YOUNG_SECONDS = 3600

/**
 * The moment by which actions are listed: the start. One that waits to start stands where it was made (by its id) plus the
 * time for which it is young: until then it is above whatever starts, afterwards others pass it. Others without a start
 * stand where they were made; without a telling id, where their validity begins. Never NULL, of the row alone, and immutable,
 * so that pages by it hold still and an index can have it.
 */
export function startOrderSql(alias: string): Sql {
  const column = (name: string) => raw(alias ? `${alias}.${name}` : name)
  const seconds = idSecondsSql(column('id'))
  const validfrom = sql`CASE WHEN ${isMomentSql(column('validfrom'))} THEN ${column('validfrom')} END`
  return sql`(CASE
    WHEN ${isMomentSql(column('starttime'))} THEN ${column('starttime')}
    WHEN ${column('status')} IN ('init', 'pending', 'scheduled')
      THEN coalesce(to_timestamp(${seconds}::float8 + ${raw(String(YOUNG_SECONDS))}), ${validfrom}, '-infinity')
    ELSE coalesce(to_timestamp(${seconds}::float8), ${validfrom}, '-infinity') END)`
}
