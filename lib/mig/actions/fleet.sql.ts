import { join, raw, type Sql, sql } from '@/lib/db/sql'
import { isMomentSql } from '@/lib/mig/agents/state.sql'
import { jsonReadableSql, type Vintage } from '@/lib/mig/vintage'
import type { Instant } from '@/lib/mig/wire/time'
import { AGENT_LIMIT } from './facts'
import type { Comparison } from './target'

function comparisonSql({ column, key, operator, value }: Comparison): Sql {
  const right = sql`${raw(operator)} ${value}`
  if (key === null) return sql`a.${raw(column)} ${right}`
  return sql`CASE WHEN ${jsonReadableSql('a', column)} AND json_typeof(a.${raw(column)}) = 'object'
    THEN a.${raw(column)}->>${key} ${right} ELSE false END`
}

/** Agents of a window up to a limit: those that may have been seen in it, those that were, and those of the first that fit. */
export function fleetWindowSql(
  vintage: Vintage,
  window: { from: Instant; to: Instant },
  comparisons: Comparison[] | null,
): Sql {
  const counted = (condition: Sql) =>
    sql`(SELECT count(*) FROM (SELECT 1 FROM public.agents a WHERE ${condition} LIMIT ${AGENT_LIMIT + 1}) AS found)`
  const heard = sql`a.heartbeattime >= ${window.from}::timestamptz AND ${isMomentSql(sql`a.heartbeattime`)}`
  // An agent's start is its own clock's: one that is no moment excludes nothing.
  const possible = sql`${heard} AND NOT (${isMomentSql(sql`a.starttime`)} AND a.starttime > ${window.to}::timestamptz)`
  const usable = comparisons?.every(({ column }) => column !== 'os' || vintage.agentOs) ? comparisons : null
  const certain = sql`${heard} AND a.heartbeattime <= ${window.to}::timestamptz`
  const fits = usable ? join(usable.map(comparisonSql), ' AND ') : null
  return sql`SELECT ${counted(possible)} AS possible,
    ${counted(certain)} AS certain,
    ${fits ? counted(sql`${possible} AND ${fits}`) : sql`NULL`} AS "possibleFits",
    ${fits ? counted(sql`${certain} AND ${fits}`) : sql`NULL`} AS "certainFits"`
}
