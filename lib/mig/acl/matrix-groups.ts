import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { ExportColumn, ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import { type Group, type GroupKey, groupKeyText, groupOf, groupText } from '@/lib/mig/agents/groups'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page } from '@/lib/page'
import type { PermissionParams, RequirementParams } from './endpoints'
import { freshAclPass } from './file-pass'
import { type GroupSource, matrixGroupsQuery } from './matrix-groups.sql'

/** What a group's endpoints have stored in one column: how many a value, the least and the greatest of them. */
export type GroupCell = { set: number; least: number; most: number }

/**
 * Endpoints that have something in common, and their stored values by column; a column where none has one is not there.
 * `known` of them have a file of their ACL that left the site or was compared here, on `differing` the tables say another.
 */
export type MatrixGroup = {
  group: Group
  count: number
  cells: Record<string, GroupCell>
  known: number
  differing: number
}

type GroupParams = RequirementParams | PermissionParams

type RawGroup = {
  value: string
  count: string
  groups: string
  cells: string | null
  known: string
  differing: string
}

const BY_COUNT = { key: 'count', descending: true }

async function groupsQuery(params: GroupParams, by: GroupKey, source: GroupSource, now: Instant): Promise<ListQuery> {
  return matrixGroupsQuery(await vintage(), endpointsOf(params), by, source, await fleetBounds(now))
}

// The agent of /acl/permissions is the one endpoint of another view.
function endpointsOf({ filters }: GroupParams) {
  if (!('by' in filters)) return filters
  const { agent: _, ...rest } = filters
  return rest
}

function groupRow(by: GroupKey, { value, count, cells, known, differing }: RawGroup): MatrixGroup {
  const stored = Object.entries((cells ? JSON.parse(cells) : {}) as Record<string, [number, number, number]>)
  return {
    group: groupOf(by, value),
    count: Number(count),
    cells: Object.fromEntries(stored.map(([id, [set, least, most]]) => [id, { set, least, most }])),
    known: Number(known),
    differing: Number(differing),
  }
}

/** One page of groups of endpoints, the largest first, with what they have stored by column. */
export async function listMatrixGroups(
  _viewer: Viewer,
  params: GroupParams,
  by: GroupKey,
  source: GroupSource,
  now: Instant,
): Promise<Page<MatrixGroup>> {
  await comparedFiles()
  const query = await groupsQuery(params, by, source, now)
  const page = await fetchPage<RawGroup>(query, { ...(params as ListParams), sort: BY_COUNT })
  return {
    ...page,
    total: { count: Number(page.rows[0]?.groups ?? 0), more: false },
    rows: page.rows.map((row) => groupRow(by, row)),
  }
}

/** Where files are known, the groups say how the tables stand to them: as the last pass found, which is made anew when it is old. */
async function comparedFiles(): Promise<void> {
  const { rows } = await reader().query<{ any: boolean }>(sql`SELECT EXISTS (SELECT FROM dashboard.acl_file) AS any`)
  if (!rows[0]?.any) return
  try {
    await freshAclPass()
  } catch (error) {
    // Two modules with one name: no file can be compared, and the matrix is there all the same.
    if (!(error instanceof AppError)) throw error
  }
}

type Named = { id: MigId; name: string }

/** All groups, a line a group and column; `person` and `module` are what the view has fixed. */
export async function exportMatrixGroups(
  params: GroupParams,
  by: GroupKey,
  source: GroupSource,
  now: Instant,
): Promise<ExportSource> {
  const isWeights = source.table === 'invagtmodperm'
  const ofPeople = 'module' in source
  const [columns, fixed] = await Promise.all([
    named(ofPeople ? 'investigators' : 'modules', source.columns),
    'investigator' in source
      ? named('investigators', [source.investigator])
      : ofPeople
        ? named('modules', [source.module])
        : [],
  ])
  const query = await groupsQuery(params, by, source, now)
  async function* rows() {
    for await (const batch of streamRows<RawGroup>(query, { ...(params as ListParams), sort: BY_COUNT }))
      yield batch.flatMap((raw) => {
        const { group, count, cells } = groupRow(by, raw)
        return columns.map((column) => {
          const cell = cells[column.id]
          const module = ofPeople ? fixed[0] : column
          const person = ofPeople ? column : fixed[0]
          return {
            by: groupKeyText(by),
            value: 'unreadable' in group ? null : group.value,
            group: groupText(group),
            count,
            investigatorid: person?.id ?? null,
            investigator: person?.name ?? null,
            moduleid: module?.id ?? null,
            module: module?.name ?? null,
            set: cell?.set ?? 0,
            least: cell?.least ?? null,
            most: cell?.most ?? null,
          }
        })
      })
  }
  return {
    columns: GROUP_COLUMNS.filter(({ name }) => isWeights || !name.startsWith('investigator')),
    rows: rows(),
  }
}

async function named(table: 'modules' | 'investigators', ids: readonly MigId[]): Promise<Named[]> {
  const asked = sql`WHERE id = ANY(${ids}::numeric[]) ORDER BY name, id`
  const { rows } = await reader().query<Named>(
    table === 'modules'
      ? sql`SELECT trunc(id)::text AS id, name FROM public.modules ${asked}`
      : sql`SELECT trunc(id)::text AS id, name FROM public.investigators ${asked}`,
  )
  return rows
}

const GROUP_COLUMNS: ExportColumn[] = [
  { name: 'by', kind: 'text' },
  { name: 'value', kind: 'text' },
  { name: 'group', kind: 'text' },
  { name: 'count', kind: 'number' },
  { name: 'investigatorid', kind: 'id' },
  { name: 'investigator', kind: 'text' },
  { name: 'moduleid', kind: 'id' },
  { name: 'module', kind: 'text' },
  { name: 'set', kind: 'number' },
  { name: 'least', kind: 'number' },
  { name: 'most', kind: 'number' },
]
