import { containing } from '@/lib/db/like'
import type { ListQuery } from '@/lib/db/list'
import { join, type Sql, sql } from '@/lib/db/sql'
import { COMMAND_STATUSES } from '@/lib/mig/wire/status'
import { alikeSql, foundSql, hasErrorSql } from './answer.sql'
import type { CommandParams } from './search-params'

/** How many commands a filter without an index looks through: the newest ones. */
export const SCANNED = 250_000

/** The agents that a name means, when they are few enough to look up their commands one by one. */
export type NamedAgents = { ids: string[] } | 'many'

const COLUMNS = sql`c.id, c.actionid, c.agentid, c.status, c.results, c.starttime, c.finishtime`

function windowOf({ filters }: Pick<CommandParams, 'filters'>): Sql[] {
  const where: Sql[] = []
  if (filters.from) where.push(sql`c.starttime >= ${filters.from}::timestamptz`)
  if (filters.to) where.push(sql`c.starttime <= ${filters.to}::timestamptz`)
  return where
}

const all = (conditions: Sql[]): Sql => (conditions.length ? sql`WHERE ${join(conditions, ' AND ')}` : sql``)

/** Whether the list looks through the newest commands only: no index leads from its filters or its order to the rows. */
export function isScanned(
  { filters, sort }: Pick<CommandParams, 'filters' | 'sort'>,
  agents: NamedAgents | null,
): boolean {
  if (filters.action || filters.agentid || filters.queueloc || filters.alike || filters.same) return false
  if (agents && agents !== 'many') return false
  const { status, agent, investigator, module, found, error, reason } = filters
  return Boolean(status || agent || investigator || module || found || error || reason) || sort.key !== 'start'
}

/** The newest commands of the list's window, as many as a scan looks through. */
export function scannedSql(params: Pick<CommandParams, 'filters'>): Sql {
  return sql`SELECT ${COLUMNS} FROM public.commands c ${all(windowOf(params))} ORDER BY c.starttime DESC, c.id DESC LIMIT ${SCANNED}`
}

// Go writes <, > and & as escapes, other writers do not; either way a text stands in JSON with its quotes escaped.
function reasonSql(text: string): Sql {
  const plain = JSON.stringify(text).slice(1, -1)
  const go = plain.replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)
  return sql`c.results::text ILIKE ANY(${[containing(plain), containing(go)]}::text[])`
}

/** The commands list: one row a command, without its results. `whole` lets an export look through everything. */
export function commandListQuery(
  params: Pick<CommandParams, 'filters' | 'sort'>,
  agents: NamedAgents | null,
  whole = false,
): ListQuery {
  const { filters } = params
  const where: Sql[] = []
  const scanned = !whole && isScanned(params, agents)
  if (!scanned) where.push(...windowOf(params))
  if (filters.status) {
    const words = filters.status.filter((word) => word !== 'other')
    const other = filters.status.includes('other') ? sql`OR c.status <> ALL(${[...COMMAND_STATUSES]}::text[])` : sql``
    where.push(sql`c.status = ANY(${words}::text[]) ${other}`)
  }
  if (filters.action) where.push(sql`c.actionid = ${filters.action.id}::numeric`)
  if (filters.agentid) where.push(sql`c.agentid = ${filters.agentid.id}::numeric`)
  if (filters.queueloc)
    where.push(sql`c.agentid IN (SELECT q.id FROM public.agents q WHERE q.queueloc = ${filters.queueloc})`)
  if (agents && agents !== 'many') where.push(sql`c.agentid = ANY(${agents.ids}::numeric[])`)
  else if (filters.agent) where.push(sql`g.name ILIKE ${containing(filters.agent)}`)
  if (filters.investigator)
    where.push(
      sql`c.actionid IN (SELECT s.actionid FROM public.signatures s WHERE s.investigatorid = ${filters.investigator.id}::numeric)`,
    )
  // The name as an operation holds it; spaces are those of Go, which writes none, and of what a person may have typed.
  if (filters.module)
    where.push(
      sql`c.actionid IN (SELECT m.id FROM public.actions m WHERE replace(m.operations::text, '": "', '":"') LIKE ${containing(`"module":${JSON.stringify(filters.module)}`)})`,
    )
  if (filters.found) where.push(foundSql('c'))
  if (filters.error || filters.reason) where.push(hasErrorSql('c'))
  if (filters.reason) where.push(reasonSql(filters.reason))
  if (filters.alike) where.push(alikeSql('answer', [filters.alike.id]))
  if (filters.same) where.push(alikeSql('text', [filters.same.id]))
  return {
    select: sql`
      trunc(c.id)::text AS id, trunc(c.actionid)::text AS actionid, a.name AS action,
      trunc(c.agentid)::text AS agentid, g.name AS agent, g.queueloc, c.status, c.starttime, c.finishtime`,
    // Left joins: the foreign keys of MIG's own creation scripts fail in part, so a command may stand alone.
    from: sql`${scanned ? sql`(${scannedSql(params)})` : sql`public.commands`} c
      LEFT JOIN public.actions a ON a.id = c.actionid
      LEFT JOIN public.agents g ON g.id = c.agentid`,
    where,
    sorts: {
      start: { expression: sql`c.starttime`, type: 'timestamptz' },
      agent: { expression: sql`coalesce(g.name, '')`, type: 'text' },
      status: { expression: sql`c.status`, type: 'text' },
    },
    id: sql`c.id`,
  }
}
