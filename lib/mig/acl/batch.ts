import 'server-only'
import { createHash, randomUUID } from 'node:crypto'
import { keptLinesSql } from '@/lib/audit/kept-cells.sql'
import { recordAudit } from '@/lib/audit/record'
import type { Viewer } from '@/lib/auth/viewer'
import type { Transaction } from '@/lib/db/prisma'
import type { Sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { formatCount } from '@/lib/format'
import type { FleetBounds } from '@/lib/mig/agents/state'
import type { Vintage } from '@/lib/mig/vintage'
import { compareIds, type MigId } from '@/lib/mig/wire/id'
import { forgetAnswers } from './answers'
import {
  canonicalLine,
  differingCellsSql,
  keepCellsSql,
  olderAgentsSql,
  writeCellsSql,
  writeKeptSql,
} from './batch.sql'
import { BatchNames } from './batch-names'
import { BatchReach, joinWhole } from './batch-reach'
import { conflictSentence, lockoutSentence, savedSentence, unchangedSentence, type Written } from './batch-sentences'
import { type BatchAnswer, type BatchKind, type CellChange, type CellConflict, cellKey, MOST_CONFLICTS } from './change'
import { type KeptCells, type KeptOverview, keptOverviewSql, keptPartEndSql, keptTouchedSql } from './kept-cells.sql'

const CHUNK_CELLS = 5_000
const CHUNK_PAIRS = 100_000
const TABLES = ['agtmodreq', 'invagtmodperm'] as const

/**
 * The cells of a batch, each once: a list, what reads them in parts inside the batch's own transaction, or what puts them
 * into `dashboard.acl_change` there, so that they never leave the database. In parts the cells of one agent must follow each
 * other.
 */
export type CellSource = readonly CellChange[] | ((tx: Transaction) => AsyncIterable<readonly CellChange[]>) | KeptCells

export type Batch = {
  kind: BatchKind
  /** Why; a batch of more than one cell must say it. */
  reason: string | null
  cells: CellSource
  /** The person knows that it takes the last sufficient signers away: what a `confirm` answer named, or (true) any. */
  confirmed: boolean | string
  /** What else the audit row is to say, asked when all cells are written. */
  detail?: () => Record<string, unknown>
}

/** What holds for all attempts at a batch: asked before its transaction, inside of which it would need a second connection. */
export type BatchSetting = { vintage: Vintage; bounds: FleetBounds; preview: boolean }

/** Somebody wrote past the lock between the look at a cell and its write. */
export class Raced extends Error {}

/**
 * Writes a batch in the caller's transaction, which must hold `ACL_LOCK`; `stillMay` throws, before the audit row, when the
 * viewer may not write any more. After every answer but `saved` the caller has to roll back: cells may have been written
 * for the measurement.
 */
export async function applyBatch(
  viewer: Viewer,
  tx: Transaction,
  batch: Batch,
  setting: BatchSetting,
  stillMay: () => Promise<void>,
): Promise<BatchAnswer> {
  const run = await BatchRun.begin(viewer, tx, setting)
  if ('keep' in batch.cells) await run.addKept(batch.cells, batch.reason)
  else for await (const chunk of chunksOf(batch.cells, tx, run.partOf(CHUNK_CELLS))) await run.add(chunk)
  return run.end(batch, stillMay)
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
async function* chunksOf(
  source: Exclude<CellSource, KeptCells>,
  tx: Transaction,
  most: number,
): AsyncGenerator<CellChange[]> {
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

class BatchRun {
  private readonly id = randomUUID()
  private readonly digest = createHash('sha256')
  private readonly conflicts: CellConflict[] = []
  private cells = 0
  private conflicting = 0
  private written: Written = { added: 0, changed: 0, removed: 0 }
  private first: CellChange | undefined

  private constructor(
    private readonly viewer: Viewer,
    private readonly tx: Transaction,
    private readonly setting: BatchSetting,
    private readonly reach: BatchReach,
    private readonly names: BatchNames,
  ) {}

  static async begin(viewer: Viewer, tx: Transaction, setting: BatchSetting): Promise<BatchRun> {
    return new BatchRun(viewer, tx, setting, await BatchReach.begin(viewer, tx, setting), new BatchNames(tx))
  }

  /** How many cells are measured at a time: fewer where there are many modules. */
  partOf(most: number): number {
    return Math.max(200, Math.min(most, Math.floor(CHUNK_PAIRS / Math.max(1, this.reach.modules.length))))
  }

  /** Checks, writes and measures some cells; after the first conflict only the looking goes on. */
  async add(chunk: readonly CellChange[]): Promise<void> {
    this.first ??= chunk[0]
    this.cells += chunk.length
    const keys = new Set(chunk.map(cellKey))
    if (keys.size < chunk.length)
      throw new AppError('invalid', 'A cell stands twice in the list of changes. Nothing was changed.')
    await this.names.keep({
      modules: new Set(chunk.map((cell) => cell.module)),
      investigators: new Set(chunk.flatMap((cell) => (cell.table === 'invagtmodperm' ? [cell.investigator] : []))),
    })
    await this.findConflicts(chunk)
    if (this.conflicting > 0) return
    const same = chunk.find((cell) => cell.seen === cell.value)
    if (same) throw new AppError('invalid', await unchangedSentence(this.names, same))

    await this.reach.around(touchedBy(chunk), () => this.write(chunk))
    for (const cell of chunk) this.digest.update(canonicalLine(cell))
    if (!this.setting.preview) await this.tx.$executeRaw(keepCellsSql(this.id, this.cells - chunk.length, chunk))
  }

  /** Keeps all cells first, then writes and measures them in parts, agent by agent, each part in one statement. */
  async addKept(source: KeptCells, reason: string | null): Promise<void> {
    await source.check(this.tx)
    this.cells = await this.tx.$executeRaw(source.keep(this.id))
    const expected = source.expected()
    if (this.cells !== expected.cells) throw new Raced()
    // Before the long part.
    if (!this.setting.preview) saidWhy(this.cells, reason)
    const [overview] = await this.tx.$queryRaw<KeptOverview[]>(keptOverviewSql(this.id))
    if (!overview?.first) return
    if (overview.digest !== expected.digest) throw new Raced()
    this.first = overview.first
    if (overview.twice > 0)
      throw new AppError('conflict', 'A cell has several rows in the database instead of one. Nothing was changed.')
    await this.names.keep({
      modules: new Set(overview.modules),
      investigators: new Set(overview.investigators ?? []),
    })
    const most = this.partOf(CHUNK_PAIRS)
    for (let after = 0; after < this.cells; ) {
      const [part] = await this.tx.$queryRaw<{ end: number }[]>(keptPartEndSql(this.id, after + most))
      const end = part?.end ?? this.cells
      const touched = await this.tx.$queryRaw<{ agent: MigId; modules: MigId[] }[]>(keptTouchedSql(this.id, after, end))
      const span = { batch: this.id, after, end }
      await this.reach.around(new Map(touched.map(({ agent, modules }) => [agent, new Set(modules)])), async () => {
        if (end - after > CHUNK_CELLS) await this.tx.$executeRaw(joinWhole(true))
        let wrote = 0
        for (const table of overview.tables) wrote += await this.count(writeKeptSql(table, span))
        if (wrote !== end - after) throw new Raced()
      })
      const [lines] = await this.tx.$queryRaw<{ lines: string }[]>(keptLinesSql(this.id, after, end - after))
      this.digest.update(lines?.lines ?? '')
      after = end
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
            `${await this.names.what(change)} has ${rows} rows in the database instead of one. Nothing was changed.`,
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

  private async write(chunk: readonly CellChange[]): Promise<void> {
    for (const table of TABLES) {
      const cells = chunk.filter((cell) => cell.table === table)
      if (cells.length > 0 && (await this.count(writeCellsSql(table, cells))) !== cells.length) throw new Raced()
    }
  }

  private async count(statement: Sql): Promise<number> {
    const rows = await this.tx.$queryRaw<Written[]>(statement)
    const { added, changed, removed } = rows[0] ?? { added: 0, changed: 0, removed: 0 }
    this.written.added += added
    this.written.changed += changed
    this.written.removed += removed
    return added + changed + removed
  }

  /** The answer, with the audit row last when everything is written. */
  async end({ kind, reason: given, confirmed, detail }: Batch, stillMay: () => Promise<void>): Promise<BatchAnswer> {
    const { first, cells } = this
    if (!first) throw new AppError('invalid', 'No cell is changed: there is nothing to save.')
    if (this.conflicting > 0)
      return {
        kind: 'conflict',
        message: await conflictSentence(
          this.names,
          { first, cells, conflicting: this.conflicting, conflicts: this.conflicts },
          kind,
        ),
        cells: this.conflicts,
      }
    const effects = await this.reach.effects(this.names)
    if (this.setting.preview) return { kind: 'preview', cells, effects }
    const reason = saidWhy(cells, given)
    const locksOut = effects.anyone.lost > 0
    const sha256 = this.digest.digest('hex')
    // Rules, people and keys that others change make the same cells take more away.
    const confirm = `${sha256}.${effects.anyone.lost}`
    if (locksOut && confirmed !== true && confirmed !== confirm) {
      const other = typeof confirmed !== 'string' ? null : confirmed.startsWith(`${sha256}.`) ? 'loss' : 'cells'
      return { kind: 'confirm', message: lockoutSentence(effects, other), effects, confirm }
    }
    await stillMay()
    await forgetAnswers(this.tx)
    const single = cells === 1 ? await this.names.describe(first) : null
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
        sha256,
        ...single,
        ...detail?.(),
      },
    })
    return {
      kind: 'saved',
      cells,
      message: await savedSentence(this.names, { first, cells, written: this.written }, effects),
      auditId,
      effects,
    }
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

/** The reason as it is kept. Throws `invalid` where many cells have none. */
function saidWhy(cells: number, given: string | null): string | null {
  const reason = given?.toWellFormed().replaceAll('\0', '').trim() || null
  if (cells > 1 && !reason)
    throw new AppError('invalid', `Say why these ${formatCount(cells, 'cell')} change: the audit keeps the reason.`)
  return reason
}
