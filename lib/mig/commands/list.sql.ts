import { containing } from '@/lib/db/like'
import type { ListQuery } from '@/lib/db/list'
import { type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import type { commandList } from './search-params'

type Filters = ListParams<(typeof commandList)['filters']>['filters']

/** In a command's results as MIG prints them; inside a JSON string its quotes would be escaped (design: found). */
const FOUND = '%"foundanything":true%'

/** The commands list: one row a command, without its results. */
export function commandListQuery(filters: Filters): ListQuery {
  const where: Sql[] = []
  if (filters.status) where.push(sql`c.status = ANY(${filters.status})`)
  if (filters.action) where.push(sql`c.actionid = ${filters.action.id}::numeric`)
  if (filters.agentid) where.push(sql`c.agentid = ${filters.agentid.id}::numeric`)
  if (filters.agent) where.push(sql`g.name ILIKE ${containing(filters.agent)}`)
  if (filters.found) where.push(sql`c.results::text LIKE ${FOUND}`)
  return {
    select: sql`
      trunc(c.id)::text AS id, trunc(c.actionid)::text AS actionid, a.name AS action,
      trunc(c.agentid)::text AS agentid, g.name AS agent, g.queueloc, c.status, c.starttime, c.finishtime`,
    // Left joins: the foreign keys of MIG's own creation scripts fail in part, so a command may stand alone.
    from: sql`public.commands c
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
