import { join, raw, type Sql, sql } from '@/lib/db/sql'
import { isMomentSql } from '@/lib/mig/agents/state.sql'
import type { Vintage } from '@/lib/mig/vintage'
import { ID_CLOCKS } from '@/lib/mig/wire/id'
import type { AttentionBounds } from './anomalies'

/** When the id was made, as numeric Unix seconds, by the rule of `idCreatedAt`; NULL for numbers that no generator of MIG gives. */
export function idSecondsSql(id: Sql): Sql {
  const clocks = ID_CLOCKS.map(
    ({ from, until, unit, perSecond, offset }) =>
      sql`WHEN ${id} >= ${raw(from)} AND ${id} < ${raw(until)} THEN div(${id}, ${raw(unit)}) / ${raw(perSecond)} + ${raw(offset)}`,
  )
  return sql`(CASE ${join(clocks, ' ')} END)`
}

/** The same as timestamptz. */
export function idCreatedSql(id: Sql): Sql {
  return sql`to_timestamp(${idSecondsSql(id)}::float8)`
}

/** The rule of `attentionOf` as one CASE expression over a row of `actions`: the reason as text, or NULL. */
export function attentionReasonSql(vintage: Vintage, alias: string, bounds: AttentionBounds): Sql {
  const column = (name: string) => raw(`${alias}.${name}`)
  const moment = (name: string) => sql`CASE WHEN ${isMomentSql(column(name))} THEN ${column(name)} END`
  const created = idCreatedSql(column('id'))
  const parts = ['donectr', 'cancelledctr', 'failedctr', 'timeoutctr'].map((name) => sql`coalesce(${column(name)}, 0)`)
  const returned = vintage.counters ? sql`coalesce(${column('returnedctr')}, 0)` : sql`0`
  const disagree = vintage.counters
    ? sql`(${column('returnedctr')} IS NOT NULL AND (coalesce(${column('returnedctr')} > ${column('sentctr')}, false)
        OR ${column('returnedctr')} <> ${join(parts, ' + ')}))`
    : sql`false`
  const recent = sql`coalesce((${moment('validfrom')}) >= ${bounds.recent}::timestamptz, false)`
  return sql`CASE
    WHEN ${column('status')} IN ('init', 'pending')
      AND greatest(${created}, ${moment('validfrom')}) < ${bounds.due}::timestamptz THEN 'A1'
    WHEN ${column('status')} IN ('scheduled', 'preparing')
      AND coalesce(${moment('starttime')}, ${created}, ${moment('validfrom')}) < ${bounds.prepared}::timestamptz
      THEN CASE WHEN ${returned} > 0 THEN 'A9' ELSE 'A2' END
    WHEN ${column('status')} = 'inflight' AND (${moment('expireafter')}) < ${bounds.due}::timestamptz THEN 'A3'
    WHEN ${column('status')} = 'inflight' AND ${disagree} THEN 'A5'
    WHEN ${column('status')} = 'invalid' AND ${recent} THEN 'invalid'
    WHEN ${recent} AND ${disagree} THEN 'A5' END`
}
