import { createHash, randomUUID } from 'node:crypto'
import pg from 'pg'
import { appendEntry, LOCK_CHAIN } from '@/lib/audit/chain.sql'
import {
  type ActiveRow,
  activeRowsSql,
  canonicalLine,
  keepCellsSql,
  type ReachQuestion,
  reachSql,
  writeCellsSql,
} from '@/lib/mig/acl/batch.sql'
import type { BatchKind, CellChange } from '@/lib/mig/acl/change'
import { EffectSum, type ReachFlags } from '@/lib/mig/acl/effects'
import { DEFAULT_MODULE } from '@/lib/mig/acl/rule'
import { stateBounds, thresholdsOf } from '@/lib/mig/agents/state'
import { detectVintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'

const THRESHOLDS = thresholdsOf({ heartbeatPeriod: 300_000, agentTimeout: 1_200_000 })

/** A batch of a tested site that was taken back again: its list is not empty, and the tables are as they were. */
export async function writeAclBatches(ownerUrl: string): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl, options: '-c timezone=UTC' })
  await owner.connect()
  try {
    await owner.query('BEGIN')
    await makeAndRevert(owner, new Date().toISOString() as Instant)
    await owner.query('COMMIT')
  } finally {
    await owner.end()
  }
}

async function makeAndRevert(owner: pg.ClientBase, now: Instant): Promise<void> {
  const { rows } = await owner.query<{ agent: MigId; module: MigId }>(
    `SELECT trunc(a.id)::text AS agent, trunc(m.id)::text AS module FROM (
       SELECT DISTINCT ON (queueloc) id, name FROM public.agents WHERE heartbeattime <= $1 ORDER BY queueloc, heartbeattime DESC, id DESC
     ) a JOIN public.modules m ON m.name = 'timedrift'
     WHERE a.name LIKE 'mail%' AND NOT EXISTS (SELECT FROM public.agtmodreq r WHERE r.agentid = a.id AND r.moduleid = m.id)
     ORDER BY a.id LIMIT 6`,
    [now],
  )
  const cells = rows.map((place): CellChange => ({ table: 'agtmodreq', ...place, seen: null, value: 1 }))
  if (cells.length === 0) throw new Error('the demo has no mail servers without a rule for timedrift')
  const made = await writeBatch(owner, 'save', 'Clocks of the mail servers, one signature is enough', cells, now)
  const back = cells.map((cell) => ({ ...cell, seen: cell.value, value: cell.seen }))
  await writeBatch(owner, 'revert', 'Nobody weighs anything for timedrift there', back, now, { reverts: made })
}

async function writeBatch(
  owner: pg.ClientBase,
  kind: BatchKind,
  reason: string,
  cells: readonly CellChange[],
  now: Instant,
  more: Record<string, unknown> = {},
): Promise<string> {
  const question = await questionOf(owner, cells)
  const bounds = stateBounds(now, THRESHOLDS)
  const reach = async (): Promise<ReachFlags> => {
    const { rows } = await owner.query<{ agent: MigId; flags: string }>(reachSql(question, bounds))
    return new Map(rows.map(({ agent, flags }) => [agent, flags]))
  }
  const before = await reach()
  const { rows: written } = await owner.query<{ added: number; changed: number; removed: number }>(
    writeCellsSql('agtmodreq', cells),
  )
  const sum = new EffectSum()
  sum.add(new Map(cells.map(({ agent, module }) => [agent, new Set([module])])), question, before, await reach())
  const batch = randomUUID()
  await owner.query(keepCellsSql(batch, 0, cells))
  const digest = createHash('sha256')
  for (const cell of cells) digest.update(canonicalLine(cell))
  const effects = sum.effects([])
  await owner.query(LOCK_CHAIN)
  const entry = appendEntry(
    { id: null, name: 'demo', role: 'admin', fingerprint: null, via: 'launcher', address: null },
    {
      kind: `acl.batch.${kind}`,
      object: { type: 'acl_batch', id: batch },
      before: null,
      after: null,
      detail: {
        reason,
        cells: cells.length,
        ...written[0],
        effects,
        ...(effects.anyone.lost > 0 ? { confirmed: 'lockout' } : {}),
        sha256: digest.digest('hex'),
        ...more,
      },
    },
  )
  const { rows } = await owner.query<{ id: string }>(entry)
  return rows[0]?.id ?? ''
}

async function questionOf(owner: pg.ClientBase, cells: readonly CellChange[]): Promise<ReachQuestion> {
  const { rows: modules } = await owner.query<{ id: MigId; name: string; twin: boolean }>(
    'SELECT trunc(id)::text AS id, name, false AS twin FROM public.modules ORDER BY id',
  )
  const { rows: active } = await owner.query<ActiveRow>(activeRowsSql(await detectVintage(owner)))
  const touched = new Set(cells.map((cell) => cell.module))
  return {
    agents: cells.map((cell) => cell.agent),
    modules: modules.filter((module) => touched.has(module.id)),
    fallback: modules.find((module) => module.name === DEFAULT_MODULE)?.id ?? null,
    fallbackTwin: false,
    active,
    editor: null,
  }
}
