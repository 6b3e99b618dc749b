import { containing } from '@/lib/db/like'
import type { ListQuery } from '@/lib/db/list'
import { empty, join, type Sql, sql } from '@/lib/db/sql'
import { COMMAND_STATUSES } from '@/lib/mig/wire/status'
import { type AnswerLikeness, type AnswerMark, alikeSql, foundSql, hasErrorSql } from './answer.sql'
import type { CommandParams } from './search-params'

/** How many commands a list without an index looks through, the newest ones; fewer when each needs its agent. */
const SCANNED = { commands: 250_000, withAgents: 50_000 }

/** The agents that a name means, when they are few enough to look up their commands one by one. */
export type NamedAgents = { ids: string[] } | 'many'

/** What the list's filters mean, looked up beforehand: as a join they lead PostgreSQL to slow plans. */
export type Meant = {
  agents: NamedAgents | null
  /** The actions of a signer or a module; null when neither is asked for. */
  actions: string[] | null
  /** An index leads from a status to its commands, newest first. */
  byStatus: boolean
  /** What the answers are known by that are asked for; null when none are. */
  marks: { by: AnswerLikeness; marks: AnswerMark[] } | null
}

const COLUMNS = sql`c.id, c.actionid, c.agentid, c.status, c.results, c.starttime, c.finishtime`

function windowOf({ filters }: Pick<CommandParams, 'filters'>): Sql[] {
  const where: Sql[] = []
  if (filters.from) where.push(sql`c.starttime >= ${filters.from}::timestamptz`)
  if (filters.to) where.push(sql`c.starttime <= ${filters.to}::timestamptz`)
  return where
}

const all = (conditions: Sql[]): Sql => (conditions.length ? sql`WHERE ${join(conditions, ' AND ')}` : sql``)

/** Whether an index leads from a status to its newest commands. */
export const STATUS_INDEXED = sql`
  SELECT EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
    JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
    JOIN pg_catalog.pg_attribute b ON b.attrelid = t.oid AND b.attnum = i.indkey[1]
    WHERE t.relnamespace = 'public'::regnamespace AND t.relname = 'commands' AND a.attname = 'status'
      AND b.attname = 'starttime' AND i.indisvalid AND i.indpred IS NULL) AS indexed`

/** The one status that the list asks for; null for several, for any, and for words that MIG does not know. */
export function onlyStatus({ filters }: Pick<CommandParams, 'filters'>): string | null {
  const [status, ...more] = filters.status ?? []
  return status && status !== 'other' && more.length === 0 ? status : null
}

/** Whether the list looks through the newest commands only: no index leads from its filters or its order to the rows. */
export function isScanned(
  { filters, sort }: Pick<CommandParams, 'filters' | 'sort'>,
  { agents, byStatus = false }: Pick<Meant, 'agents'> & Partial<Meant>,
): boolean {
  if (filters.action || filters.agentid || filters.queueloc || filters.alike || filters.same || filters.hit)
    return false
  if (agents && agents !== 'many') return false
  const { status, agent, investigator, module, found, error, reason } = filters
  if (sort.key !== 'start' || agent || investigator || module || found || error || reason) return true
  return status !== undefined && !(byStatus && onlyStatus({ filters }))
}

/** How many commands a scanned list looks through at most. */
export function scanLimit({ filters, sort }: Pick<CommandParams, 'filters' | 'sort'>): number {
  return filters.agent || sort.key === 'agent' ? SCANNED.withAgents : SCANNED.commands
}

/** The newest commands of the list's window, as many as a scan looks through. */
export function scannedSql(params: Pick<CommandParams, 'filters' | 'sort'>): Sql {
  return sql`SELECT ${COLUMNS} FROM public.commands c ${all(windowOf(params))} ORDER BY c.starttime DESC, c.id DESC LIMIT ${scanLimit(params)}`
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
  meant: Meant,
  whole = false,
): ListQuery {
  const { filters } = params
  const { agents } = meant
  const where: Sql[] = []
  const scanned = !whole && isScanned(params, meant)
  if (!scanned) where.push(...windowOf(params))
  const status = onlyStatus(params)
  if (status) where.push(sql`c.status = ${status}`)
  else if (filters.status) {
    const words = filters.status.filter((word) => word !== 'other')
    const other = filters.status.includes('other') ? sql`OR c.status <> ALL(${[...COMMAND_STATUSES]}::text[])` : sql``
    where.push(sql`c.status = ANY(${words}::text[]) ${other}`)
  }
  if (filters.action) where.push(sql`c.actionid = ${filters.action.id}::numeric`)
  if (filters.agentid) where.push(sql`c.agentid = ${filters.agentid.id}::numeric`)
  if (filters.queueloc)
    where.push(sql`c.agentid IN (SELECT q.id FROM public.agents q WHERE q.queueloc = ${filters.queueloc})`)
  if (agents && agents !== 'many') where.push(sql`c.agentid = ANY(${agents.ids}::numeric[])`)
  const byName = filters.agent !== undefined && (agents === null || agents === 'many')
  const joined = whole || params.sort.key === 'agent' || byName
  if (byName) where.push(sql`g.name ILIKE ${containing(filters.agent ?? '')}`)
  if (meant.actions) where.push(sql`c.actionid = ANY(${meant.actions}::numeric[])`)
  if (filters.found) where.push(foundSql('c'))
  // CASE keeps the order: the cheap test first.
  if (filters.reason) where.push(sql`CASE WHEN ${hasErrorSql('c')} THEN ${reasonSql(filters.reason)} END`)
  else if (filters.error) where.push(hasErrorSql('c'))
  if (meant.marks) where.push(alikeSql(meant.marks.by, meant.marks.marks))
  const actions = sql`LEFT JOIN public.actions a ON a.id = c.actionid`
  return {
    select: sql`
      trunc(c.id)::text AS id, trunc(c.actionid)::text AS actionid, trunc(c.agentid)::text AS agentid, c.status,
      c.starttime, c.finishtime, ${
        whole
          ? sql`a.name AS action, g.name AS agent, g.queueloc`
          : // Subqueries are worked out for the rows shown only, a join for all that is sorted.
            sql`(SELECT a.name FROM public.actions a WHERE a.id = c.actionid) AS action,
              (SELECT n.name FROM public.agents n WHERE n.id = c.agentid) AS agent,
              (SELECT n.queueloc FROM public.agents n WHERE n.id = c.agentid) AS queueloc`
      }`,
    // Left joins: the foreign keys of MIG's own creation scripts fail in part, so a command may stand alone.
    from: sql`${scanned ? sql`(${scannedSql(params)})` : sql`public.commands`} c
      ${whole ? actions : empty} ${joined ? sql`LEFT JOIN public.agents g ON g.id = c.agentid` : empty}`,
    where,
    sorts: {
      start: { expression: sql`c.starttime`, type: 'timestamptz' },
      agent: { expression: sql`coalesce(g.name, '')`, type: 'text' },
      status: { expression: sql`c.status`, type: 'text' },
    },
    id: sql`c.id`,
    // All agents are joined by one hash.
    ...(joined && !whole ? { memory: 64 } : {}),
  }
}
