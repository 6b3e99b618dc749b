import { pool } from '@/lib/db/pool'
import { streamStatement } from '@/lib/db/read'
import { type MigId, parseId } from '@/lib/mig/wire/id'
import { readSpoolName, SPOOL_STATES, type SpoolDirectory, type SpoolName } from '@/lib/mig/wire/spool-name'
import type { Instant } from '@/lib/mig/wire/time'
import type { SpoolFailure } from './answer'
import type { SpoolClient } from './client'
import { encodeFileName, type SpoolFileName } from './file-name'
import { fileInstant } from './file-time'
import { nameMoment } from './health'
import { IdSet } from './id-set'
import type { Entry, PeekedFile } from './protocol'
import {
  comparedActionsSql,
  comparedCommandsSql,
  EXPECTED_ACTIONS,
  EXPECTED_COMMANDS,
  idsOfRoundedSql,
  signedActionsSql,
} from './reconcile.sql'
import { type ActionRow, actionRow, type CommandRow, commandRow, millis, rowsOf } from './reconcile-rows'
import {
  anomalyOfRow,
  type ComparedRow,
  classOfFile,
  classOfRow,
  placeOfRow,
  type ReconcileAnomaly,
  type ReconcileBounds,
  type ReconcileClass,
  reconcileBounds,
} from './reconcile-rules'

const WINDOW = 20_000
const CHUNK = 2_000
const PEEKED = 500
const ROWS = 5_000

/** One file or one row of the comparison; `name` is null for a row that has no file. */
export type ReconcileItem = {
  class: ReconcileClass
  directory: SpoolDirectory
  name: SpoolFileName | null
  modified: Instant | null
  actionId: MigId | null
  commandId: MigId | null
  /** The status of the row; null when there is no row. */
  status: string | null
  anomaly: ReconcileAnomaly | null
}

/** How far a comparison is; `unread` files should have been looked into, but are too big or may not be read. */
export type ReconcileProgress = {
  phase: SpoolDirectory | 'actions' | 'commands'
  files: number
  rows: number
  unread: number
}

/** The spool did not answer in the middle of a comparison. */
export class SpoolAway extends Error {
  constructor(readonly failure: SpoolFailure) {
    super(failure.sentence)
  }
}

type Timings = { collectorPeriod: number; spoolDeleteAfter: number }
/**
 * Compares all files of the spool with the database: first every file with its row, then every row that lets a file be
 * expected with the files. Gives the items in batches, in the order of directories and names, then of ids. Memory: eight bytes
 * for every file and one window of names. Throws `SpoolAway`.
 */
export async function* compareSpool(
  client: SpoolClient,
  timings: Timings,
  now: Instant,
  report: (progress: ReconcileProgress) => void = () => {},
): AsyncGenerator<ReconcileItem[]> {
  const comparison = new Comparison(client, reconcileBounds(millis(now) ?? 0, timings), report)
  for (const directory of SPOOL_STATES) yield* comparison.files(directory)
  comparison.seal()
  yield* comparison.actions()
  yield* comparison.commands()
}

type Named = {
  entry: Entry
  read: SpoolName
  peeked: PeekedFile | null
  actionId: MigId | null
  commandId: MigId | null
}

class Comparison {
  private readonly present = new Map<string, IdSet>()
  /** Actions of which a file lies in action/invalid under the moment of a failure. */
  private readonly failed = new Set<MigId>()
  private filesSeen = 0
  private rows = 0
  private unread = 0

  constructor(
    private readonly client: SpoolClient,
    private readonly bounds: ReconcileBounds,
    private readonly report: (progress: ReconcileProgress) => void,
  ) {}

  async *files(directory: SpoolDirectory): AsyncGenerator<ReconcileItem[]> {
    const [kind, state] = directory
    const present = new IdSet()
    this.present.set(directory.join('/'), present)
    let after: string | undefined
    for (;;) {
      const answer = await this.client.ask<'list'>({ command: 'list', kind, state, size: WINDOW, after })
      if (!answer.ok) {
        if (answer.reason === 'absent') return
        throw new SpoolAway(answer)
      }
      const { rows } = answer.value
      for (let i = 0; i < rows.length; i += CHUNK) {
        const items = await this.chunk(directory, rows.slice(i, i + CHUNK), present)
        this.filesSeen += items.length
        this.report({ phase: directory, files: this.filesSeen, rows: this.rows, unread: this.unread })
        yield items
      }
      if (rows.length < WINDOW) return
      after = rows.at(-1)?.name
    }
  }

  private async chunk(directory: SpoolDirectory, entries: Entry[], present: IdSet): Promise<ReconcileItem[]> {
    const [kind, state] = directory
    const named = entries
      .filter((entry) => entry.kind !== 'vanished')
      .map((entry): Named => {
        const read: SpoolName = entry.kind === 'file' ? readSpoolName(kind, state, entry.name) : { type: 'stranger' }
        return {
          entry,
          read,
          peeked: null,
          actionId: 'actionId' in read ? read.actionId : null,
          commandId: 'commandId' in read ? read.commandId : null,
        }
      })
    const stamped = kind === 'action' && state === 'invalid'
    const looked = named.filter(
      ({ read }) => state === 'new' || state === 'returned' || read.type === 'id-or-nanoseconds',
    )
    await this.peek(directory, looked)
    this.unread += looked.filter(({ peeked }) => peeked?.state === 'too-big' || peeked?.state === 'unread').length
    const actions = new Map<MigId, ActionRow>()
    const commands = new Map<MigId, CommandRow>()
    if (kind === 'action') {
      const ids = named.flatMap(({ actionId }) => actionId ?? [])
      for (const row of await rowsOf<ActionRow>(ids, comparedActionsSql)) actions.set(row.id, row)
    }
    const failures = stamped ? named.filter((one) => isFailure(one, actions)) : []
    await this.linkFailures(failures, actions)
    const failed = new Set(failures)
    await this.linkInside(named, kind, actions)
    if (kind === 'command') {
      const ids = named.flatMap(({ commandId }) => commandId ?? [])
      for (const row of await rowsOf<CommandRow>(ids, comparedCommandsSql)) commands.set(row.id, row)
    }
    const items = named.map((one): ReconcileItem => {
      const { entry, read, actionId, commandId } = one
      const command = kind === 'command' && commandId ? commands.get(commandId) : undefined
      const action = kind === 'action' && actionId ? actions.get(actionId) : undefined
      const row = command ? commandRow(command) : action ? actionRow(action) : null
      const id = kind === 'command' ? commandId : actionId
      if (id && !failed.has(one) && entry.kind === 'file') present.add(id)
      const modified = entry.mtimeNs === null ? null : Number(entry.mtimeNs / 1_000_000n)
      return {
        class: classOfFile(
          {
            directory,
            entry: entry.kind,
            type: read.type,
            modified,
            broken: isBroken(one),
            isFailure: failed.has(one),
          },
          row,
          this.bounds,
        ),
        directory,
        name: encodeFileName(entry.name),
        modified: fileInstant(entry.mtimeNs),
        actionId: actionId ?? command?.action_id ?? null,
        commandId,
        status: row?.status ?? null,
        anomaly: failed.has(one) ? 'A7' : null,
      }
    })
    return this.stillThere(directory, named, items)
  }

  private async peek([kind, state]: SpoolDirectory, named: Named[]): Promise<void> {
    for (let i = 0; i < named.length; i += PEEKED) {
      const part = named.slice(i, i + PEEKED)
      const answer = await this.client.ask<'peek'>({
        command: 'peek',
        kind,
        state,
        names: part.map(({ entry }) => entry.name),
      })
      if (!answer.ok) throw new SpoolAway(answer)
      for (const [j, { facts }] of answer.value.rows.entries()) {
        const one = part[j]
        if (one) one.peeked = facts
      }
    }
  }

  /** A failed file belongs to the action whose id it holds, else to that with its first signature (mig-domain.md 2.2). */
  private async linkFailures(failures: Named[], actions: Map<MigId, ActionRow>): Promise<void> {
    const signatures = failures.flatMap(({ peeked }) => (peeked && !peeked.id && peeked.signature) || [])
    const signed = signatures.length
      ? (await pool().query<{ id: MigId; signature: string }>(signedActionsSql(signatures))).rows
      : []
    const exact = await exactIds('actions', failures)
    for (const one of failures) {
      one.actionId =
        peekedId(one.peeked, exact) ?? signed.find(({ signature }) => signature === one.peeked?.signature)?.id ?? null
    }
    const ids = failures.flatMap(({ actionId }) => (actionId && !actions.has(actionId) ? actionId : []))
    for (const row of await rowsOf<ActionRow>(ids, comparedActionsSql)) actions.set(row.id, row)
    for (const { actionId } of failures) if (actionId) this.failed.add(actionId)
  }

  /** Names without an id: answers in command/returned, and files dropped by hand, are known by the ids inside. */
  private async linkInside(named: Named[], kind: string, actions: Map<MigId, ActionRow>): Promise<void> {
    const inside = named.filter(({ read }) => read.type === 'answer' || read.type === 'dropped')
    const exact = await exactIds(kind === 'command' ? 'commands' : 'actions', inside)
    for (const one of inside) {
      const id = peekedId(one.peeked, exact)
      if (kind === 'command') one.commandId = id
      else one.actionId = id
    }
    if (kind === 'action') {
      const ids = inside.flatMap(({ actionId }) => (actionId && !actions.has(actionId) ? actionId : []))
      for (const row of await rowsOf<ActionRow>(ids, comparedActionsSql)) actions.set(row.id, row)
    }
  }

  /** What seems wrong may only have moved since the directory was read: such a file is looked for once more. */
  private async stillThere(
    [kind, state]: SpoolDirectory,
    named: Named[],
    items: ReconcileItem[],
  ): Promise<ReconcileItem[]> {
    const doubted = items.flatMap((item, i) => (DOUBTED.has(item.class) ? [i] : []))
    if (doubted.length === 0) return items
    const names = doubted.map((i) => (named[i] as Named).entry.name)
    const answer = await this.client.ask<'stat'>({ command: 'stat', kind, state, names })
    if (!answer.ok) throw new SpoolAway(answer)
    const gone = new Set(answer.value.rows.filter((row) => row.kind === 'vanished').map((row) => row.name))
    for (const i of doubted)
      if (gone.has((named[i] as Named).entry.name))
        items[i] = { ...(items[i] as ReconcileItem), class: 'passing', anomaly: null }
    return items
  }

  seal(): void {
    for (const set of this.present.values()) set.seal()
  }

  private has(kind: string, state: string, id: MigId): boolean {
    return this.present.get(`${kind}/${state}`)?.has(id) ?? false
  }

  async *actions(): AsyncGenerator<ReconcileItem[]> {
    for await (const rows of streamStatement<ActionRow>(EXPECTED_ACTIONS, { batch: ROWS })) {
      const items: ReconcileItem[] = []
      for (const row of rows) {
        const place = placeOfRow('action', row.status)
        if (!place || this.has('action', place, row.id) || this.failed.has(row.id)) continue
        // An action whose file lies in another place is that file's item.
        if (['new', 'inflight', 'done', 'invalid'].some((state) => this.has('action', state, row.id))) continue
        items.push(this.missing(['action', place], actionRow(row), row.id, null))
      }
      this.rows += rows.length
      this.report({ phase: 'actions', files: this.filesSeen, rows: this.rows, unread: this.unread })
      yield items
    }
  }

  async *commands(): AsyncGenerator<ReconcileItem[]> {
    for await (const rows of streamStatement<CommandRow>(EXPECTED_COMMANDS, { batch: ROWS })) {
      const items: ReconcileItem[] = []
      for (const row of rows) {
        if (['inflight', 'returned', 'ready'].some((state) => this.has('command', state, row.id))) continue
        items.push(this.missing(['command', 'inflight'], commandRow(row), row.action_id, row.id))
      }
      this.rows += rows.length
      this.report({ phase: 'commands', files: this.filesSeen, rows: this.rows, unread: this.unread })
      yield items
    }
  }

  private missing(
    directory: [SpoolDirectory[0], 'new' | 'inflight' | 'done' | 'invalid'],
    row: ComparedRow,
    actionId: MigId,
    commandId: MigId | null,
  ): ReconcileItem {
    const [kind, place] = directory
    const found = classOfRow(place, row, this.bounds)
    return {
      class: found,
      directory: directory as SpoolDirectory,
      name: null,
      modified: null,
      actionId,
      commandId,
      status: row.status,
      anomaly: anomalyOfRow(kind, found, row, this.bounds),
    }
  }
}

const DOUBTED: ReadonlySet<ReconcileClass> = new Set(['poison', 'stuck', 'not-cleaned', 'differs', 'failed', 'no-row'])

/** Whether MIG cannot use a file: an empty one it never can (mig-domain.md 2.5); null where it was not looked into. */
function isBroken({ entry, peeked }: Named): boolean | null {
  if (entry.kind === 'file' && entry.size === 0) return true
  return peeked?.state === 'broken' ? true : peeked?.state === 'read' ? false : null
}

/** A name in action/invalid is an id when an action has it, when the file says so, or when no clock shows such a moment. */
function isFailure({ read, peeked }: Named, actions: Map<MigId, ActionRow>): boolean {
  if (read.type !== 'id-or-nanoseconds' || actions.has(read.actionId)) return false
  const inside = peeked?.id
  if (inside && (inside.digits === read.actionId || (!inside.exact && Number(inside.digits) === Number(read.actionId))))
    return false
  return nameMoment(read) === read.failedAt
}

/** The id inside a file; of a rounded one the id of a row that prints so. */
function peekedId(peeked: PeekedFile | null, exact: Map<string, MigId>): MigId | null {
  if (!peeked?.id) return null
  return exact.get(peeked.id.digits) ?? parseId(peeked.id.digits)
}

/** Ids of rows by the rounded ids inside of files: the ids of MIG's first generator are no doubles (mig-domain.md 3.1). */
async function exactIds(table: 'actions' | 'commands', named: Named[]): Promise<Map<string, MigId>> {
  const rounded = named.flatMap(({ peeked }) => (peeked?.id && !peeked.id.exact ? peeked.id.digits : []))
  if (rounded.length === 0) return new Map()
  const { rows } = await pool().query<{ rounded: string; id: MigId }>(idsOfRoundedSql(table, rounded))
  return new Map(rows.map((row) => [row.rounded, row.id]))
}
