import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import type { ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { modulesOf } from '@/lib/mig/modules-json/operations'
import { readResults } from '@/lib/mig/modules-json/results'
import type { MigId } from '@/lib/mig/wire/id'
import type { Page } from '@/lib/page'
import { COMPARED_BYTES, groupsSql } from './answer.sql'
import { type ActionHit, hitKey, pageOfHits, sortHits } from './hit-page'
import type { HitParams } from './search-params'

/** How much of an action is looked into: the most common different answers, and of those this many hits. */
export const HIT_LIMITS = { answers: 2000, hits: 20_000, bytes: 48_000_000 } as const

const BATCH = 20
/** Results longer than this are not looked into, however small they are stored. */
const TEXT_BYTES = 1_000_000

export type ActionHits = {
  hits: ActionHit[]
  /** Different answers with a finding that were read. */
  read: number
  /** True when there is more than was read: counts are then "at least". */
  more: boolean
  /** Commands whose results are too large to be looked into. */
  unread: number
}

/**
 * What an action found, each thing with how many commands found it. The database folds alike answers first; one of each is
 * read here, a few at a time, the most common first, up to the limits.
 */
export async function collectHits(
  _viewer: Viewer,
  action: MigId,
  limits: { answers: number; hits: number; bytes: number } = HIT_LIMITS,
): Promise<ActionHits> {
  const [groups, operations, large] = await Promise.all([
    reader().query<{ id: MigId; n: string }>(sql`
      SELECT trunc(g.id)::text AS id, g.n FROM (${groupsSql(action, 'answer')}) g
      WHERE g.key LIKE 'found %' ORDER BY g.n DESC, g.id LIMIT ${limits.answers + 1}`),
    reader().query<{ operations: string | null }>(sql`
      SELECT left(operations::text, ${COMPARED_BYTES}) AS operations FROM public.actions WHERE id = ${action}::numeric`),
    reader().query<{ n: string }>(sql`
      SELECT count(*) AS n FROM public.commands c
      WHERE c.actionid = ${action}::numeric AND pg_column_size(c.results) > ${COMPARED_BYTES}`),
  ])
  const modules = modulesOf(operations.rows[0]?.operations ?? null)
  const hits = new Map<string, ActionHit>()
  const found: ActionHits = {
    hits: [],
    read: 0,
    more: false,
    unread: Number(large.rows[0]?.n ?? 0),
  }
  const wanted = groups.rows.slice(0, limits.answers)
  let bytes = 0
  for (let at = 0; at < wanted.length && !found.more; at += BATCH) {
    const batch = wanted.slice(at, at + BATCH)
    const { rows } = await reader().query<{ id: MigId; results: string | null }>(sql`
      SELECT trunc(id)::text AS id, CASE WHEN octet_length(results::text) <= ${TEXT_BYTES} THEN results::text END AS results
      FROM public.commands
      WHERE id = ANY(${batch.map((group) => group.id)}::numeric[])`)
    const texts = new Map(rows.map((row) => [row.id, row.results]))
    for (const { id, n } of batch) {
      const text = texts.get(id)
      // Gone since, or too long.
      if (!text) {
        found.unread += Number(n)
        continue
      }
      bytes += text.length
      if (bytes > limits.bytes || hits.size >= limits.hits) {
        found.more = true
        break
      }
      found.read++
      addAnswer(hits, text, modules, id, Number(n))
    }
  }
  found.more ||= groups.rows.length > limits.answers
  return { ...found, hits: [...hits.values()] }
}

function addAnswer(
  hits: Map<string, ActionHit>,
  text: string,
  modules: readonly string[],
  command: MigId,
  agents: number,
): void {
  const results = readResults(text, modules)
  if (results.kind !== 'entries') return
  const seen = new Set<string>()
  for (const [operation, entry] of results.entries.entries())
    for (const hit of entry.hits) {
      const key = hitKey(operation, hit)
      if (seen.has(key)) continue
      seen.add(key)
      const known = hits.get(key)
      if (known) {
        known.agents += agents
        known.answers.push(command)
      } else hits.set(key, { ...hit, count: null, key, module: entry.module, agents, answers: [command] })
    }
}

function wantedHits(all: ActionHit[], { filters }: HitParams): ActionHit[] {
  const path = filters.path?.toLowerCase()
  const check = filters.check?.toLowerCase()
  return all.filter(
    (hit) =>
      (path === undefined || hit.path.toLowerCase().includes(path)) &&
      (check === undefined || `${hit.check} ${hit.value}`.toLowerCase().includes(check)),
  )
}

export type HitPage = Page<ActionHit> & Omit<ActionHits, 'hits'>

/** One page of what an action found, the rarest first. */
export async function listHits(viewer: Viewer, action: MigId, params: HitParams): Promise<HitPage> {
  const { hits, ...found } = await collectHits(viewer, action)
  const wanted = wantedHits(hits, params)
  return { ...pageOfHits(wanted, params), ...found, total: { count: wanted.length, more: found.more } }
}

/** Everything that was read of what an action found. */
export async function exportHits(viewer: Viewer, action: MigId, params: HitParams): Promise<ExportSource> {
  const { hits } = await collectHits(viewer, action)
  const rows = sortHits(wantedHits(hits, params), params as ListParams)
  return {
    columns: [
      { name: 'path', kind: 'text' },
      { name: 'module', kind: 'text' },
      { name: 'check', kind: 'text' },
      { name: 'method', kind: 'text' },
      { name: 'value', kind: 'text' },
      { name: 'agents', kind: 'number' },
    ],
    rows: (async function* () {
      yield rows
    })(),
  }
}
