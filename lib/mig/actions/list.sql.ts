import { containing } from '@/lib/db/like'
import type { ListQuery } from '@/lib/db/list'
import { type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import { countersSql, type Vintage } from '@/lib/mig/vintage'
import type { actionList } from './search-params'

type Params = ListParams<(typeof actionList)['filters']>

// An action that has not started yet stands where its validity begins: on top only while it is young.
const START = sql`CASE WHEN a.starttime BETWEEN '0100-01-01' AND '9000-01-01' THEN a.starttime ELSE a.validfrom END`

/** The actions list: one row an action, counters as stored (null where the vintage has none). */
export function actionListQuery(vintage: Vintage, { filters }: Pick<Params, 'filters'>): ListQuery {
  const where: Sql[] = []
  if (filters.status) where.push(sql`a.status = ANY(${filters.status})`)
  if (filters.name) where.push(sql`a.name ILIKE ${containing(filters.name)}`)
  if (filters.target) where.push(sql`a.target ILIKE ${containing(filters.target)}`)
  if (filters.investigator)
    where.push(
      sql`EXISTS (SELECT 1 FROM public.signatures s WHERE s.actionid = a.id AND s.investigatorid = ${filters.investigator.id}::numeric)`,
    )
  if (filters.from) where.push(sql`a.validfrom >= ${filters.from}::timestamptz`)
  if (filters.to) where.push(sql`a.validfrom <= ${filters.to}::timestamptz`)
  return {
    select: sql`
      trunc(a.id)::text AS id, a.name, a.target, a.status, a.validfrom, a.expireafter, a.starttime, a.finishtime,
      a.lastupdatetime, a.syntaxversion, a.description::text AS description, a.threat::text AS threat,
      ${countersSql(vintage, 'a')}`,
    from: sql`public.actions a`,
    where,
    sorts: {
      start: { expression: START, type: 'timestamptz' },
      expiry: { expression: sql`a.expireafter`, type: 'timestamptz' },
      name: { expression: sql`a.name`, type: 'text' },
      status: { expression: sql`coalesce(a.status, '')`, type: 'text' },
    },
    id: sql`a.id`,
  }
}
