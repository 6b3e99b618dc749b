import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { containing } from '@/lib/db/like'
import { streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { ExportColumn, ExportSource } from '@/lib/export'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { PermissionParams, RequirementParams } from './endpoints'
import { exportMatrixGroups } from './matrix-groups'
import type { GroupSource } from './matrix-groups.sql'
import { ruleExportQuery } from './window.sql'

const RULE_COLUMNS: ExportColumn[] = [
  { name: 'agentid', kind: 'id' },
  { name: 'name', kind: 'text' },
  { name: 'queueloc', kind: 'text' },
  { name: 'os', kind: 'text' },
  { name: 'moduleid', kind: 'id' },
  { name: 'module', kind: 'text' },
]

/**
 * Every minimum of the filtered endpoints, a line a row of `agtmodreq`; those on older rows are marked left behind. Of groups
 * a line a group and module.
 */
export async function exportRequirements(
  _viewer: Viewer,
  params: RequirementParams,
  now: Instant,
): Promise<ExportSource> {
  const { group } = params.filters
  if (group) {
    const columns = await idsOf('modules', params.filters.module)
    return exportMatrixGroups(params, group, { table: 'agtmodreq', columns }, now)
  }
  const query = ruleExportQuery(await vintage(), { table: 'agtmodreq' }, params.filters, await fleetBounds(now))
  return {
    columns: [...RULE_COLUMNS, { name: 'minimumweight', kind: 'number' }, { name: 'left_behind', kind: 'flag' }],
    rows: streamRows(query, params),
  }
}

/** Every weight of the investigator or endpoint shown, of all when neither is chosen, a line a row of `invagtmodperm`. */
export async function exportPermissions(
  _viewer: Viewer,
  params: PermissionParams,
  now: Instant,
): Promise<ExportSource> {
  const { by, investigator, agent, name, group, ...filters } = params.filters
  if (group) return exportMatrixGroups(params, group, await weightGroups(params), now)
  const source = { table: 'invagtmodperm' as const, investigator: by === 'investigator' ? investigator?.id : undefined }
  const endpoints = by === 'endpoint' ? { agent } : { ...filters, name }
  const query = ruleExportQuery(
    await vintage(),
    source,
    { ...endpoints, module: filters.module },
    await fleetBounds(now),
  )
  if (by === 'endpoint' && name) query.where.push(sql`i.name ILIKE ${containing(name)}`)
  return {
    columns: [
      { name: 'investigatorid', kind: 'id' },
      { name: 'investigator', kind: 'text' },
      ...RULE_COLUMNS,
      { name: 'weight', kind: 'number' },
      { name: 'left_behind', kind: 'flag' },
    ],
    rows: streamRows(query, params),
  }
}

async function idsOf(table: 'modules' | 'investigators', chosen?: readonly MigId[]): Promise<readonly MigId[]> {
  if (chosen) return chosen
  const { rows } = await reader().query<{ id: MigId }>(
    table === 'modules'
      ? sql`SELECT trunc(id)::text AS id FROM public.modules`
      : sql`SELECT trunc(id)::text AS id FROM public.investigators`,
  )
  return rows.map(({ id }) => id)
}

async function weightGroups({ filters }: PermissionParams): Promise<GroupSource> {
  const { by, investigator, module } = filters
  if (by !== 'module' && by !== 'endpoint' && investigator)
    return { table: 'invagtmodperm', investigator: investigator.id, columns: await idsOf('modules', module) }
  const [only] = module ?? []
  if (by === 'module' && only) return { table: 'invagtmodperm', module: only, columns: await idsOf('investigators') }
  throw new AppError('invalid', GROUPS_NEED)
}

/** Said where groups of endpoints are asked of what has none. */
export const GROUPS_NEED = 'Groups of endpoints show the weights of one investigator, or for one module: choose one.'
