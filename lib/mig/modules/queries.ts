import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { containing } from '@/lib/db/like'
import { countRows, fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { raw, type Sql, sql } from '@/lib/db/sql'
import type { ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page, Total } from '@/lib/page'
import type { moduleList } from './search-params'

type Params = ListParams<(typeof moduleList)['filters']>

/**
 * A row of `modules`. `twin` is true when another row has the same name, so that the tables do not say which one counts;
 * `sensitive` where it is marked as one that nobody should be able to run alone.
 */
export type Module = { id: MigId; name: string; twin: boolean; sensitive?: boolean }

/** All modules by name, `default` first: it stands in for those without a rule of their own. */
export async function listModules(_viewer: Viewer): Promise<Module[]> {
  const { rows } = await reader().query<Module>(sql`
    SELECT trunc(id)::text AS id, name, count(*) OVER (PARTITION BY name) > 1 AS twin,
      EXISTS (SELECT FROM dashboard.sensitive_module k WHERE k.moduleid = modules.id) AS sensitive
    FROM public.modules ORDER BY name <> 'default', name, id`)
  return rows
}

/** A module with what refers to it: rows of both ACL tables, and actions as the job that counts them last saw. */
export type ModuleRow = Module & {
  /** Since when it is marked as one that nobody should be able to run alone; null when it is not. */
  sensitiveSince: Instant | null
  requirements: Total
  weights: Total
  actions: Total
}

type RawModule = Module & { sensitive_since: Instant | null; requirements: string; weights: string; actions: string }

/** Up to how many rows of each kind are counted. */
const USES_LIMIT = 10_000

const usesSql = (from: Sql): Sql => sql`(SELECT count(*) FROM (SELECT FROM ${from} LIMIT ${USES_LIMIT + 1}) u)`

const USES: Sql = sql`
  ${usesSql(sql`public.agtmodreq r WHERE r.moduleid = m.id`)} AS requirements,
  ${usesSql(sql`public.invagtmodperm w WHERE w.moduleid = m.id`)} AS weights,
  ${usesSql(sql`dashboard.action_summary s WHERE s.modules @> ARRAY[m.name]::text[]`)} AS actions`

function moduleQuery(params: Params): ListQuery {
  const { name, sensitive } = params.filters
  const where: Sql[] = []
  if (name) where.push(sql`m.name ILIKE ${containing(name)}`)
  if (sensitive) where.push(sql`k.moduleid IS NOT NULL`)
  return {
    select: sql`trunc(m.id)::text AS id, m.name,
      EXISTS (SELECT FROM public.modules t WHERE t.name = m.name AND t.id <> m.id) AS twin,
      k.marked_at AS sensitive_since, ${USES}`,
    from: sql`public.modules m LEFT JOIN dashboard.sensitive_module k ON k.moduleid = m.id`,
    where,
    sorts: { name: { expression: sql`m.name`, type: 'text' }, id: { expression: sql`m.id`, type: 'numeric' } },
    id: sql`m.id`,
  }
}

const totalOf = (n: string): Total => ({ count: Math.min(Number(n), USES_LIMIT), more: Number(n) > USES_LIMIT })

function rowOf({ id, name, twin, sensitive_since, requirements, weights, actions }: RawModule): ModuleRow {
  return {
    id,
    name,
    twin,
    sensitiveSince: sensitive_since,
    requirements: totalOf(requirements),
    weights: totalOf(weights),
    actions: totalOf(actions),
  }
}

/** One page of modules with what refers to each. */
export async function listModuleUses(_viewer: Viewer, params: Params): Promise<Page<ModuleRow>> {
  const query = moduleQuery(params)
  const [page, total] = await Promise.all([fetchPage<RawModule>(query, params), countRows(query)])
  return { ...page, total, rows: page.rows.map(rowOf) }
}

/** One module with what refers to it, or null. */
export async function getModule(_viewer: Viewer, id: MigId): Promise<ModuleRow | null> {
  const { rows } = await reader().query<RawModule>(sql`
    SELECT trunc(m.id)::text AS id, m.name,
      EXISTS (SELECT FROM public.modules t WHERE t.name = m.name AND t.id <> m.id) AS twin,
      k.marked_at AS sensitive_since, ${USES}
    FROM public.modules m LEFT JOIN dashboard.sensitive_module k ON k.moduleid = m.id WHERE m.id = ${id}::numeric`)
  return rows[0] ? rowOf(rows[0]) : null
}

/** All modules of the list; the counts are exact here. */
export async function exportModules(_viewer: Viewer, params: Params): Promise<ExportSource> {
  const count = (from: string) => raw(`(SELECT count(*) FROM ${from})`)
  const query = {
    ...moduleQuery(params),
    select: sql`trunc(m.id)::text AS id, m.name, k.moduleid IS NOT NULL AS sensitive,
      ${count('public.agtmodreq r WHERE r.moduleid = m.id')} AS requirements,
      ${count('public.invagtmodperm w WHERE w.moduleid = m.id')} AS weights,
      ${count('dashboard.action_summary s WHERE s.modules @> ARRAY[m.name]::text[]')} AS actions`,
  }
  return {
    columns: [
      { name: 'id', kind: 'id' },
      { name: 'name', kind: 'text' },
      { name: 'sensitive', kind: 'flag' },
      { name: 'requirements', kind: 'number' },
      { name: 'weights', kind: 'number' },
      { name: 'actions', kind: 'number' },
    ],
    rows: streamRows(query, params),
  }
}
