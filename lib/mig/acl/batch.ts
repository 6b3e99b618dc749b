import 'server-only'
import { createHash, randomUUID } from 'node:crypto'
import { recordAudit } from '@/lib/audit/record'
import type { Viewer } from '@/lib/auth/viewer'
import type { Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { formatCount, formatNumber } from '@/lib/format'
import type { FleetBounds } from '@/lib/mig/agents/state'
import type { Vintage } from '@/lib/mig/vintage'
import { compareIds, type MigId } from '@/lib/mig/wire/id'
import { forgetAnswers } from './answers'
import {
  type ActiveRow,
  activeRowsSql,
  agentNamesSql,
  canonicalLine,
  differingCellsSql,
  keepCellsSql,
  keptNamesSql,
  olderAgentsSql,
  type ReachQuestion,
  reachSql,
  writeCellsSql,
} from './batch.sql'
import {
  type BatchAnswer,
  type BatchEffects,
  type BatchKind,
  type CellChange,
  type CellConflict,
  cellKey,
  MOST_CONFLICTS,
} from './change'
import { EffectSum, type ReachFlags } from './effects'
import { DEFAULT_MODULE } from './rule'
import { signingKey } from './rule-books'

const CHUNK_CELLS = 5_000
const CHUNK_PAIRS = 100_000
const TABLES = ['agtmodreq', 'invagtmodperm'] as const

/**
 * The cells of a batch, each once: a list, or what reads them in parts inside the batch's own transaction. In parts the
 * cells of one agent must follow each other.
 */
export type CellSource = readonly CellChange[] | ((tx: Transaction) => AsyncIterable<readonly CellChange[]>)

export type Batch = {
  kind: BatchKind
  /** Why; a batch of more than one cell must say it. */
  reason: string | null
  cells: CellSource
  /** The person knows that it takes the last sufficient signers away. */
  confirmed: boolean
  /** What else the audit row is to say, asked when all cells are written. */
  detail?: () => Record<string, unknown>
}

/** What holds for all attempts at a batch: asked before its transaction, inside of which it would need a second connection. */
export type BatchSetting = { vintage: Vintage; bounds: FleetBounds; preview: boolean }

/** Somebody wrote past the lock between the look at a cell and its write. */
export class Raced extends Error {}

/**
 * Writes a batch in the caller's transaction, which must hold `ACL_LOCK`. After every answer but `saved` the caller has to
 * roll back: cells may have been written for the measurement.
 */
export async function applyBatch(
  viewer: Viewer,
  tx: Transaction,
  batch: Batch,
  setting: BatchSetting,
): Promise<BatchAnswer> {
  const run = await BatchRun.begin(viewer, tx, setting)
  for await (const chunk of chunksOf(batch.cells, tx, run.chunkCells)) await run.add(chunk)
  return run.end(batch)
}

function byPlace(a: CellChange, b: CellChange): number {
  return (
    compareIds(a.agent, b.agent) ||
    compareIds(a.module, b.module) ||
    (a.table === 'invagtmodperm' && b.table === 'invagtmodperm'
      ? compareIds(a.investigator, b.investigator)
      : a.table.localeCompare(b.table))
  )
}

// An agent's cells stay together: what it can run is measured once before and once after.
async function* chunksOf(source: CellSource, tx: Transaction, most: number): AsyncGenerator<CellChange[]> {
  const parts = typeof source === 'function' ? source(tx) : [[...source].sort(byPlace)]
  let held: CellChange[] = []
  for await (const part of parts)
    for (const cell of part) {
      if (held.length >= most && held.at(-1)?.agent !== cell.agent) {
        yield held
        held = []
      }
      held.push(cell)
    }
  if (held.length > 0) yield held
}

type Named = { id: MigId; name: string }

const words = (value: number | null) => (value === null ? 'no rule' : formatNumber(value))

class BatchRun {
  private readonly id = randomUUID()
  private readonly digest = createHash('sha256')
  private readonly sum = new EffectSum()
  private readonly conflicts: CellConflict[] = []
  private readonly kept = { modules: new Map<MigId, string>(), investigators: new Map<MigId, string>() }
  private cells = 0
  private conflicting = 0
  private written = { added: 0, changed: 0, removed: 0 }
  private first: CellChange | undefined
  readonly chunkCells: number

  private constructor(
    private readonly viewer: Viewer,
    private readonly tx: Transaction,
    private readonly setting: BatchSetting,
    private readonly modules: readonly { id: MigId; name: string; twin: boolean }[],
    private readonly active: readonly ActiveRow[],
  ) {
    this.chunkCells = Math.max(200, Math.min(CHUNK_CELLS, Math.floor(CHUNK_PAIRS / Math.max(1, modules.length))))
  }

  static async begin(viewer: Viewer, tx: Transaction, setting: BatchSetting): Promise<BatchRun> {
    const modules = await tx.$queryRaw<{ id: MigId; name: string; twin: boolean }[]>(sql`
      SELECT trunc(id)::text AS id, name, count(*) OVER (PARTITION BY name) > 1 AS twin FROM public.modules ORDER BY id`)
    const active = await tx.$queryRaw<ActiveRow[]>(activeRowsSql(setting.vintage))
    return new BatchRun(viewer, tx, setting, modules, active)
  }

  /** Checks, writes and measures some cells; after the first conflict only the looking goes on. */
  async add(chunk: readonly CellChange[]): Promise<void> {
    this.first ??= chunk[0]
    this.cells += chunk.length
    const keys = new Set(chunk.map(cellKey))
    if (keys.size < chunk.length)
      throw new AppError('invalid', 'A cell stands twice in the list of changes. Nothing was changed.')
    await this.nameAll(chunk)
    await this.findConflicts(chunk)
    if (this.conflicting > 0) return
    const same = chunk.find((cell) => cell.seen === cell.value)
    if (same) throw new AppError('invalid', await this.unchangedSentence(same))

    const question = this.questionOf(chunk)
    const before = await this.reach(question)
    await this.write(chunk)
    this.sum.add(touchedBy(chunk), question, before, await this.reach(question))
    if (this.setting.preview) return
    await this.tx.$executeRaw(keepCellsSql(this.id, this.cells - chunk.length, chunk))
    for (const cell of chunk) this.digest.update(canonicalLine(cell))
  }

  /** Names and keeps the modules and investigators of these cells. Throws `not_found` for one that is not there. */
  private async nameAll(chunk: readonly CellChange[]): Promise<void> {
    const asked = {
      modules: new Set(chunk.map((cell) => cell.module)),
      investigators: new Set(chunk.flatMap((cell) => (cell.table === 'invagtmodperm' ? [cell.investigator] : []))),
    }
    for (const table of ['modules', 'investigators'] as const) {
      const known = this.kept[table]
      const fresh = [...asked[table]].filter((id) => !known.has(id))
      if (fresh.length === 0) continue
      for (const { id, name } of await this.tx.$queryRaw<Named[]>(keptNamesSql(table, fresh))) known.set(id, name)
      const missing = fresh.find((id) => !known.has(id))
      if (missing) throw new AppError('not_found', `There is no ${table.slice(0, -1)} ${missing}. Nothing was changed.`)
    }
  }

  private async findConflicts(chunk: readonly CellChange[]): Promise<void> {
    const agents = [...new Set(chunk.map((cell) => cell.agent))]
    const older = new Map<MigId, MigId>()
    for (const row of await this.tx.$queryRaw<{ agent: MigId; newest: MigId | null }[]>(
      olderAgentsSql(agents, this.setting.bounds.now),
    )) {
      if (!row.newest) throw new AppError('not_found', `There is no agent ${row.agent}. Nothing was changed.`)
      older.set(row.agent, row.newest)
    }
    for (const table of TABLES) {
      const cells = chunk.filter((cell) => cell.table === table)
      const moved = cells.filter((cell) => older.has(cell.agent))
      const stayed = moved.length > 0 ? cells.filter((cell) => !older.has(cell.agent)) : cells
      for (const { n, now, rows } of await this.differing(table, stayed)) {
        const change = stayed[n] as CellChange
        if (rows > 1)
          throw new AppError(
            'conflict',
            `${await this.what(change)} has ${rows} rows in the database instead of one. Nothing was changed.`,
          )
        this.meet({ change, now })
      }
      // What is stored where the rules of the endpoint hold by now.
      const there = moved.map((cell) => ({ ...cell, agent: older.get(cell.agent) as MigId, seen: null }))
      const stored = new Map((await this.differing(table, there)).map(({ n, now }) => [n, now]))
      for (const [n, change] of moved.entries())
        this.meet({ change, now: stored.get(n) ?? null, newest: older.get(change.agent) })
    }
  }

  private async differing(table: CellChange['table'], cells: readonly CellChange[]) {
    if (cells.length === 0) return []
    return this.tx.$queryRaw<{ n: number; now: number | null; rows: number }[]>(differingCellsSql(table, cells))
  }

  private meet(conflict: CellConflict): void {
    this.conflicting++
    if (this.conflicts.length < MOST_CONFLICTS) this.conflicts.push(conflict)
  }

  private questionOf(chunk: readonly CellChange[]): ReachQuestion {
    const defaults = this.modules.filter((module) => module.name === DEFAULT_MODULE)
    const fallback = defaults.length === 1 ? (defaults[0]?.id ?? null) : null
    const touched = new Set(chunk.map((cell) => cell.module))
    const { id, fingerprint } = this.viewer
    return {
      agents: [...new Set(chunk.map((cell) => cell.agent))],
      modules:
        fallback !== null && touched.has(fallback)
          ? this.modules
          : this.modules.filter((module) => touched.has(module.id)),
      fallback,
      fallbackTwin: defaults.length > 1,
      active: this.active,
      editor: id === null ? null : signingKey({ investigatorId: id, fingerprint }),
    }
  }

  private async reach(question: ReachQuestion): Promise<ReachFlags> {
    const rows = await this.tx.$queryRaw<{ agent: MigId; flags: string }[]>(reachSql(question, this.setting.bounds))
    return new Map(rows.map(({ agent, flags }) => [agent, flags]))
  }

  private async write(chunk: readonly CellChange[]): Promise<void> {
    for (const table of TABLES) {
      const cells = chunk.filter((cell) => cell.table === table)
      if (cells.length === 0) continue
      const rows = await this.tx.$queryRaw<(typeof this.written)[]>(writeCellsSql(table, cells))
      const { added, changed, removed } = rows[0] ?? { added: 0, changed: 0, removed: 0 }
      if (added + changed + removed !== cells.length) throw new Raced()
      this.written.added += added
      this.written.changed += changed
      this.written.removed += removed
    }
  }

  /** The answer, with the audit row last when everything is written. */
  async end({ kind, reason: given, confirmed, detail }: Batch): Promise<BatchAnswer> {
    const { first, cells } = this
    if (!first) throw new AppError('invalid', 'No cell is changed: there is nothing to save.')
    if (this.conflicting > 0)
      return { kind: 'conflict', message: await this.conflictSentence(first, kind), cells: this.conflicts }
    const effects = this.sum.effects(await this.samples())
    if (this.setting.preview) return { kind: 'preview', cells, effects }
    const reason = given?.toWellFormed().replaceAll('\0', '').trim() || null
    if (cells > 1 && !reason)
      throw new AppError('invalid', `Say why these ${formatCount(cells, 'cell')} change: the audit keeps the reason.`)
    const locksOut = effects.anyone.lost > 0
    if (locksOut && !confirmed) return { kind: 'confirm', message: lockoutSentence(effects), effects }
    await forgetAnswers(this.tx)
    const single = cells === 1 ? await this.describe(first) : null
    const value = first.table === 'agtmodreq' ? 'minimumweight' : 'weight'
    const auditId = await recordAudit(this.tx, this.viewer, {
      kind: `acl.batch.${kind}`,
      object: { type: 'acl_batch', id: this.id },
      before: single && first.seen !== null ? { [value]: first.seen } : null,
      after: single && first.value !== null ? { [value]: first.value } : null,
      detail: {
        reason,
        cells,
        ...this.written,
        effects,
        ...(locksOut ? { confirmed: 'lockout' } : {}),
        sha256: this.digest.digest('hex'),
        ...single,
        ...detail?.(),
      },
    })
    return { kind: 'saved', cells, message: await this.savedSentence(first, effects), auditId, effects }
  }

  private async samples(): Promise<BatchEffects['samples']> {
    const samples = this.sum.samples()
    if (samples.length === 0) return []
    const rows = await this.tx.$queryRaw<Named[]>(agentNamesSql([...new Set(samples.map((s) => s.agent))]))
    const endpoints = new Map(rows.map(({ id, name }) => [id, name]))
    const modules = new Map(this.modules.map(({ id, name }) => [id, name]))
    return samples.map(({ agent, module, what, gained }) => ({
      agent,
      endpoint: endpoints.get(agent) ?? agent,
      module: modules.get(module) ?? module,
      what,
      gained,
    }))
  }

  private async describe(change: CellChange) {
    const rows = await this.tx.$queryRaw<(Named & { queueloc: string })[]>(agentNamesSql([change.agent]))
    const where = {
      table: change.table,
      agentid: change.agent,
      agent: rows[0]?.name ?? change.agent,
      queueloc: rows[0]?.queueloc ?? '',
      moduleid: change.module,
      module: this.kept.modules.get(change.module) ?? change.module,
    }
    if (change.table === 'agtmodreq') return where
    const investigator = this.kept.investigators.get(change.investigator) ?? change.investigator
    return { ...where, investigatorid: change.investigator, investigator }
  }

  private async what(change: CellChange): Promise<string> {
    const names = await this.describe(change)
    const subject = 'investigator' in names ? `weight of ${names.investigator} for` : 'minimum weight of'
    return `The ${subject} ${names.module} on ${names.agent}`
  }

  private async unchangedSentence(change: CellChange): Promise<string> {
    const what = await this.what(change)
    return change.value === null
      ? `${what} has no rule: there is nothing to remove.`
      : `${what} is ${words(change.value)} already.`
  }

  private async conflictSentence(first: CellChange, kind: BatchKind): Promise<string> {
    const [conflict] = this.conflicts
    if (this.cells === 1 && conflict) {
      if (conflict.newest) {
        const { agent } = await this.describe(first)
        return `${agent} was restarted or upgraded: its newest row is now ${conflict.newest}, and only rules on that row hold. Nothing was changed; open the cell again.`
      }
      if (kind === 'revert')
        return `Somebody changed it since: ${await this.what(first)} was ${words(first.seen)} after the batch and is ${words(conflict.now)} now. Nothing was changed.`
      return `Somebody was faster: ${await this.what(first)} was ${words(first.seen)} when you opened it and is ${words(conflict.now)} now. Your value ${words(first.value)} was not saved.`
    }
    const moved = this.conflicts.filter(({ newest }) => newest).length
    const restarted = moved > 0 ? ' Some endpoints have a newer row by now, and only rules on that row hold.' : ''
    return `${formatNumber(this.conflicting)} of ${formatCount(this.cells, 'cell')} ${this.conflicting === 1 ? 'does' : 'do'} not hold any more what ${kind === 'revert' ? 'the batch left there' : 'you saw'}.${restarted} Nothing was saved.`
  }

  private async savedSentence(first: CellChange, effects: BatchEffects): Promise<string> {
    const { added, changed, removed } = this.written
    const lost = effects.anyone.lost
    const reach = lost > 0 ? ` Nobody can run ${formatCount(lost, 'pair')} of endpoint and module any more.` : ''
    if (this.cells > 1)
      return `${formatCount(this.cells, 'cell')} saved on ${formatCount(effects.endpoints, 'endpoint')}: ${formatNumber(added)} added, ${formatNumber(changed)} changed, ${formatNumber(removed)} removed.${reach}`
    const what = await this.what(first)
    const { table, seen, value } = first
    if (value === null)
      return `1 rule removed. ${what} was ${words(seen)}; the cell is empty now, which is no rule.${reach}`
    const refused =
      table === 'agtmodreq' && value < 1
        ? ' Agents refuse a minimum below 1: with it nobody can run the module there.'
        : reach
    return `1 rule ${seen === null ? 'added' : 'changed'}. ${what} is ${words(value)} now${seen === null ? '' : `; it was ${words(seen)}`}.${refused}`
  }
}

function touchedBy(chunk: readonly CellChange[]): Map<MigId, Set<MigId>> {
  const touched = new Map<MigId, Set<MigId>>()
  for (const { agent, module } of chunk) {
    const modules = touched.get(agent)
    if (modules) modules.add(module)
    else touched.set(agent, new Set([module]))
  }
  return touched
}

function lockoutSentence({ anyone, samples }: BatchEffects): string {
  const example = samples.find(({ what, gained }) => what === 'anyone' && !gained)
  const such = example ? `, such as ${example.module} on ${example.endpoint}` : ''
  return `It would take away the last people who can run ${formatCount(anyone.lost, 'pair')} of endpoint and module${such}: all active people together would not reach the minimum. Nothing was saved. Confirm it to save it all the same.`
}
