import { containing } from '@/lib/db/like'
import type { ListQuery } from '@/lib/db/list'
import { join, raw, type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import { isMomentSql } from '@/lib/mig/agents/state.sql'
import { countersSql, jsonReadableSql, type Vintage } from '@/lib/mig/vintage'
import { goJson } from '@/lib/mig/wire/go-json'
import { type MigId, readIdText } from '@/lib/mig/wire/id'
import { ACTION_STATUSES } from '@/lib/mig/wire/status'
import type { AttentionBounds } from './anomalies'
import { attentionReasonSql } from './attention.sql'
import type { ListedReason } from './list-attention'
import { ANY_REASON, type actionList, OTHER_STATUS } from './search-params'
import { startOrderSql } from './start.sql'
import { seenSql } from './summary.sql'

type Filters = ListParams<(typeof actionList)['filters']>['filters']

/** What the list's SQL depends on besides its filters; `agents` are those that the filter "agent" means. */
export type ListContext = { vintage: Vintage; bounds: AttentionBounds; agents: MigId[] | null }

const START = startOrderSql('a')

/** The reason for attention of an action's row, else that of its counted commands; text or NULL. */
function reasonSql({ vintage, bounds }: ListContext): Sql {
  const recent = sql`(a.status = 'inflight' OR (${isMomentSql(sql`a.validfrom`)} AND a.validfrom >= ${bounds.recent}::timestamptz))`
  const expired = sql`(${isMomentSql(sql`a.expireafter`)} AND a.expireafter < ${bounds.due}::timestamptz)`
  const sent = vintage.counters ? sql`a.sentctr` : sql`NULL::integer`
  // The scheduler stores the commands after the counter: what was counted in the first minute says nothing yet.
  const settled = sql`(${isMomentSql(sql`a.starttime`)} AND s.counted_at - interval '1 minute' > a.starttime)`
  return sql`coalesce(${attentionReasonSql(vintage, 'a', bounds)}, CASE
    WHEN a.status IN ('inflight', 'completed') AND s.commands < ${sent} AND ${settled} AND ${recent} THEN 'A4'
    WHEN s.still_out > 0 AND a.status <> 'inflight' AND ${expired} AND ${recent} THEN 'A6' END)`
}

/** A text value of the threat, for rows whose threat is what MIG writes; NULL for all others. */
function threatSql(key: 'level' | 'family'): Sql {
  const value = raw(`a.threat->'${key}'`)
  return sql`CASE WHEN ${jsonReadableSql('a', 'threat')} THEN CASE WHEN json_typeof(a.threat) = 'object' THEN
    CASE WHEN json_typeof(${value}) = 'string' THEN ${raw(`a.threat->>'${key}'`)} END END END`
}

/** In names and targets as they are, in the JSON columns as Go and others write texts, and an id in any of its forms. */
function searchSql(text: string): Sql {
  const plain = containing(text)
  const inJson = new Set([goJson(text, { numbers: 'go1.8' }), JSON.stringify(text)])
  const conditions = [sql`a.name ILIKE ${plain}`, sql`a.target ILIKE ${plain}`]
  for (const name of ['description', 'threat', 'operations'])
    for (const json of inJson) conditions.push(sql`${raw(`a.${name}`)}::text ILIKE ${containing(json.slice(1, -1))}`)
  const id = readIdText(text)?.id
  if (id)
    conditions.push(
      sql`a.id = ${id}::numeric OR (a.id BETWEEN ${id}::numeric - 1024 AND ${id}::numeric + 1024 AND a.id::float8 = ${id}::float8)`,
    )
  return join(conditions, ' OR ')
}

function statusSql(statuses: readonly string[]): Sql {
  const named = sql`a.status = ANY(${statuses.filter((one) => one !== OTHER_STATUS)})`
  if (!statuses.includes(OTHER_STATUS)) return named
  return sql`${named} OR a.status IS NULL OR a.status <> ALL(${[...ACTION_STATUSES]})`
}

function reasonsSql(context: ListContext, reasons: readonly (ListedReason | typeof ANY_REASON)[]): Sql {
  if (reasons.includes(ANY_REASON)) return sql`${reasonSql(context)} IS NOT NULL`
  return sql`${reasonSql(context)} = ANY(${reasons})`
}

function conditionsOf(filters: Filters, context: ListContext): Sql[] {
  const where: Sql[] = []
  const { q, status, attention, found, module, investigator, name, target, family, level, from, to } = filters
  if (status) where.push(statusSql(status))
  if (investigator)
    where.push(
      sql`a.id IN (SELECT g.actionid FROM public.signatures g WHERE g.investigatorid = ${investigator.id}::numeric)`,
    )
  if (context.agents)
    where.push(
      sql`a.id IN (SELECT c.actionid FROM public.commands c WHERE c.agentid = ANY(${context.agents}::numeric[]))`,
    )
  if (found) where.push(sql`s.found > 0`)
  if (module) where.push(sql`s.modules @> ARRAY[${module}]::text[]`)
  if (from) where.push(sql`a.validfrom >= ${from}::timestamptz`)
  if (to) where.push(sql`a.validfrom <= ${to}::timestamptz`)
  if (attention) where.push(reasonsSql(context, attention))
  if (name) where.push(sql`a.name ILIKE ${containing(name)}`)
  if (target) where.push(sql`a.target ILIKE ${containing(target)}`)
  if (family) where.push(sql`${threatSql('family')} ILIKE ${containing(family)}`)
  if (level) where.push(sql`${threatSql('level')} ILIKE ${containing(level)}`)
  if (q) where.push(searchSql(q))
  return where
}

/** The actions list: one row an action, counters as stored (null where the vintage has none), its commands as last counted. */
export function actionListQuery(filters: Filters, context: ListContext): ListQuery {
  return {
    select: sql`
      trunc(a.id)::text AS id, a.name, a.target, a.status, a.validfrom, a.expireafter, a.starttime, a.finishtime,
      a.lastupdatetime, a.syntaxversion, a.description::text AS description, a.threat::text AS threat,
      ${countersSql(context.vintage, 'a')}, ${reasonSql(context)} AS attention, s.modules,
      s.counted_at, s.commands, s.done, s.failed, s.timed_out, s.cancelled, s.still_out, s.other, s.found, s.refused,
      s.with_errors, s.last_change,
      coalesce(s.counted_at >= s.noticed_at AND s.seen = ${seenSql(context.vintage)}, false) AS fresh`,
    from: sql`public.actions a LEFT JOIN dashboard.action_summary s ON s.action_id = a.id`,
    where: conditionsOf(filters, context),
    sorts: {
      start: { expression: START, type: 'timestamptz' },
      expiry: { expression: sql`a.expireafter`, type: 'timestamptz' },
      name: { expression: sql`a.name`, type: 'text' },
      status: { expression: sql`coalesce(a.status, '')`, type: 'text' },
      // What is not counted yet comes after what has none.
      found: { expression: sql`coalesce(s.found, -1)`, type: 'numeric' },
      commands: { expression: sql`coalesce(s.commands, -1)`, type: 'numeric' },
    },
    id: sql`a.id`,
  }
}

/** Besides the list's own columns, for the export: MIG's other columns, and who signed, by name. */
export function exportedSql(pgpsignatures: Sql): Sql {
  return sql`, a.operations::text AS operations, ${pgpsignatures} AS pgpsignatures,
    (SELECT json_agg(i.name ORDER BY i.name, i.id)::text FROM public.signatures g
      JOIN public.investigators i ON i.id = g.investigatorid WHERE g.actionid = a.id) AS signers`
}
