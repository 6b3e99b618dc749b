import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import { agentColumnsSql } from '@/lib/mig/agents/list.sql'
import type { FleetBounds } from '@/lib/mig/agents/state'
import type { EndpointState } from '@/lib/mig/agents/status'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page } from '@/lib/page'
import type { Asked } from './asked'
import type { EndpointRow } from './endpoints'
import { judgedSql } from './lack.sql'
import type { whatIfList } from './search-params'
import { askedWith } from './what-if-alike'
import type { WhatIfCounts } from './what-if-counts'
import { filterSql, isListed, type Verdicts, verdictColumnsSql, verdictFilterSql, whatIfFrom } from './what-if-filters'
import { endpointsQuery } from './window.sql'

type Params = ListParams<(typeof whatIfList)['filters']>

export type WhatIfRow = Verdicts & {
  id: MigId
  name: string
  queueloc: string
  os: string
  state: EndpointState
  last_seen: Instant | null
}

async function whatIfQuery(asked: Asked, params: Params, now: Instant): Promise<ListQuery> {
  const { filters } = params
  const bounds = await fleetBounds(now)
  const { from, lastSeen } = whatIfFrom(asked, bounds)
  const where = await filterSql(params, bounds, lastSeen)
  return {
    select: sql`${agentColumnsSql(await vintage(), bounds, lastSeen)}, ${verdictColumnsSql(asked)}`,
    from,
    where: [...where, ...verdictFilterSql(asked, filters)],
    sorts: { name: { expression: sql`a.name`, type: 'text' } },
    id: sql`a.id`,
    memory: 64,
  }
}

type Walked = EndpointRow & { cursor_key: string; cursor_id: string }
const LONGEST = 5_000

/**
 * One page of endpoints with their verdicts. Not the fleet is judged but the endpoints on the way: by name, a stretch at a
 * time, as long as the counts make a page likely; where few are asked for, those that the counts name.
 */
export async function listWhatIf(
  _viewer: Viewer,
  asked: Asked,
  params: Params,
  counts: WhatIfCounts,
  now: Instant,
): Promise<Page<WhatIfRow>> {
  const { name, os, state } = params.filters
  const bounds = await fleetBounds(now)
  const query = endpointsQuery(await vintage(), { name, os, state }, bounds)
  if (counts.rows) query.where.push(sql`a.id = ANY(${counts.rows}::numeric[])`)
  const listed = counts.groups.filter((group) => isListed(params.filters, group))
  const count = listed.reduce((sum, group) => sum + group.count, 0)
  const stretch = counts.rows ? params.size : Math.ceil((1.3 * params.size * counts.total) / Math.max(count, 1))
  const size = Math.min(Math.max(stretch, params.size), LONGEST)
  const backwards = params.before !== undefined
  let cursor = params.before ?? params.after
  let more = count > 0
  const found: (WhatIfRow & Walked)[] = []
  while (more && found.length <= params.size) {
    const side = backwards ? { before: cursor, after: undefined } : { before: undefined, after: cursor }
    const page = await fetchPage<Walked>(query, { ...params, size, ...side })
    const judged = await judgeThese(asked, page.rows, bounds)
    const fit = judged.filter((row) => isListed(params.filters, row))
    if (backwards) found.unshift(...fit)
    else found.push(...fit)
    const next = backwards ? page.previous : page.next
    more = next !== null
    cursor = next ?? cursor
  }
  const over = found.length > params.size
  const rows = backwards ? found.slice(-params.size) : found.slice(0, params.size)
  const at = (row?: Walked) => (row ? { key: row.cursor_key, id: row.cursor_id } : null)
  return {
    rows: rows.map(rowOf),
    first: at(rows[0]),
    next: (backwards ? params.before : over) ? at(rows.at(-1)) : null,
    previous: (backwards ? over : params.after) ? at(rows[0]) : null,
    total: { count, more: false },
  }
}

/** The verdicts of these endpoints, each its newest row. */
async function judgeThese<Row extends { id: MigId }>(asked: Asked, rows: readonly Row[], bounds: FleetBounds) {
  if (rows.length === 0) return []
  const only = rows.map(({ id }) => id)
  const { rows: judged } = await reader().query<Omit<Verdicts, 'short'> & { id: MigId; short: string | null }>(sql`
    SELECT trunc(j.id)::text AS id, ${verdictColumnsSql(asked)}
    FROM (${judgedSql(asked.question, bounds, asked.alike, only)}) j`)
  const byId = new Map(judged.map((one) => [one.id, one]))
  return rows.flatMap((row) => {
    const one = byId.get(row.id)
    return one ? [{ ...row, ...one, short: one.short === null ? null : Number(one.short) }] : []
  })
}

function rowOf(row: WhatIfRow): WhatIfRow {
  const { id, name, queueloc, os, state, last_seen, outcome, first_outcome, differs, short, alike } = row
  return { id, name, queueloc, os, state, last_seen, outcome, first_outcome, differs, short, alike }
}

/** Every endpoint of the list with its verdicts. Throws `invalid` while nothing is asked. */
export async function exportWhatIf(viewer: Viewer, params: Params, now: Instant): Promise<ExportSource> {
  const asked = await askedWith(viewer, params, now)
  if (!asked) throw new AppError('invalid', 'Choose who signs and what runs first: signer=…&module=…, or action=….')
  return {
    columns: [
      { name: 'id', kind: 'id' },
      { name: 'name', kind: 'text' },
      { name: 'queueloc', kind: 'text' },
      { name: 'os', kind: 'text' },
      { name: 'state', kind: 'text' },
      { name: 'last_seen', kind: 'time' },
      { name: 'outcome', kind: 'text' },
      { name: 'short', kind: 'number' },
      { name: 'first_outcome', kind: 'text' },
      { name: 'differs', kind: 'text' },
    ],
    rows: streamRows(await whatIfQuery(asked, params, now), params),
  }
}
