import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { AppError } from '@/lib/errors'
import type { ExportSource } from '@/lib/export'
import type { MigId } from '@/lib/mig/wire/id'
import { readSpoolName, type SpoolDirectory, type SpoolName } from '@/lib/mig/wire/spool-name'
import { dateToInstant, type Instant, instantToDate } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'
import type { Cursor, Page } from '@/lib/page'
import type { EntryKind, SpoolAnswer } from './answer'
import { spoolClient } from './client'
import {
  encodeFileName,
  fileNameBytes,
  nameTextBytes,
  readFileName,
  type SpoolFileName,
  showFileName,
} from './file-name'
import { fileInstant } from './file-time'
import { actionIdOf, nameMoment } from './health'
import { findActions, findCommands, type LinkedAction, type LinkedCommand } from './links'
import type { Entry, SpoolOrder, SpoolRequest } from './protocol'
import type { SpoolFileFilters, SpoolFileParams } from './search-params'
import { spoolError } from './spool-error'

const EXPORT_WINDOW = 20_000
const EXPORT_BATCH = 1_000
const CUT =
  'Cut off: the directory holds more files than the background scan keeps, so this is not all of them. By name all are exported.'

export type SpoolFileRow = {
  name: SpoolFileName
  /** The name as people read it. */
  file: string
  entry: EntryKind
  type: SpoolName['type']
  bytes: number | null
  modified: Instant | null
  /** The moment that the name carries. */
  moment: Instant | null
  /** Ids that the name carries, and their rows when there are any. */
  actionId: MigId | null
  commandId: MigId | null
  action: LinkedAction | null
  command: LinkedCommand | null
}

export type SpoolFilePage = Page<SpoolFileRow> & {
  /** All entries of the directory, and those that the filters on names and sizes leave. */
  entries: number
  matching: number
  preceding: number
  /** There are more entries than the background scan keeps, and the list is made of it. */
  isCut: boolean
  /** When the background scan saw the files, for a list that is made of it. */
  scannedAt: Instant | null
  /** A filter on what is inside: so many files were tried, from the how-manieth on; `unread` are too big or may not be read. */
  looked: { from: number; files: number; unread: number } | null
  now: Instant
}

const client = () => spoolClient(env().spoolDir)

type FileListParams = {
  directory: SpoolDirectory
  size: number
  sort?: SpoolFileParams['sort']
  after?: Cursor
  before?: Cursor
  filters?: SpoolFileFilters
}

type ListRequest = Extract<SpoolRequest, { command: 'list' }>
type NamedEntry = { row: SpoolFileRow; read: SpoolName; key: number | null }

const BY_NAME = { key: 'file', descending: false }

/** The worker's question for a list; a cursor is a name, and its key where the order has one. Throws `invalid` for another list's cursor. */
function listRequest(
  { directory, size, sort = BY_NAME, after, before, filters = {} }: FileListParams,
  at: Instant,
): ListRequest {
  const [kind, state] = directory
  const { key: order, descending } = sort
  const none = descending ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const place = (cursor: Cursor | undefined): { name: string; key: number } | null => {
    if (!cursor) return null
    const name = readFileName(order === 'file' ? cursor.key : cursor.id)
    const key = order === 'file' ? 0 : cursor.key === '' ? none : Number(cursor.key)
    if (!name || Number.isNaN(key))
      throw new AppError('invalid', 'This page address does not belong to this list: start again from its first page.')
    return { name: fileNameBytes(name), key }
  }
  const [behind, ahead] = [place(after), place(before)]
  const millis = instantToDate(at).getTime()
  const { name, id, older, newer, written, larger, smaller, action, agent, status, broken } = filters
  return {
    command: 'list',
    kind,
    state,
    size,
    order: order as SpoolOrder,
    descending,
    ...(behind && { after: behind.name, afterKey: behind.key }),
    ...(ahead && { before: ahead.name, beforeKey: ahead.key }),
    match: {
      ...(name && { contains: nameTextBytes(name) }),
      ...(id && { ids: [id.id], ...(id.exact ? {} : { rounded: Number(id.id) }) }),
      ...(older && { madeBefore: Math.floor((millis - older) / 1000) }),
      ...(newer && { madeAfter: Math.floor((millis - newer) / 1000) }),
    },
    minBytes: larger,
    maxBytes: smaller,
    ...(written && { writtenBefore: millis - written }),
    ...((action || agent || status || broken) && { content: { action, agent, status, broken } }),
  }
}

/**
 * One page of a state's files in the asked order, with exact counts; the rows that the names' ids have in the database come
 * along. With a filter on what is inside, the files of one bounded look.
 */
export async function listSpoolFiles(_viewer: Viewer, params: FileListParams): Promise<SpoolAnswer<SpoolFilePage>> {
  const { mig } = await now()
  const answer = await client().ask<'list'>(listRequest(params, mig))
  if (!answer.ok) return answer
  const { rows: entries, total, matching, preceding, scannedAt, isCut, looked } = answer.value
  const named = entries.map((entry) => readEntry(params.directory, entry))
  const rows = await withLinks(named)
  const order = params.sort?.key ?? 'file'
  const cursorAt = (name: SpoolFileName, key: number | null): Cursor =>
    order === 'file' ? { key: name, id: '' } : { key: key === null ? '' : String(key), id: name }
  const cursor = (i: number): Cursor | null => {
    const at = named.at(i)
    return at ? cursorAt(at.row.name, at.key) : null
  }
  const next = looked
    ? looked.next && cursorAt(encodeFileName(looked.next.name), looked.next.key)
    : preceding + rows.length < matching
      ? cursor(-1)
      : null
  return {
    ok: true,
    value: {
      rows,
      total: looked ? { count: rows.length, more: looked.next !== null } : { count: matching, more: isCut },
      entries: total,
      isCut,
      matching,
      preceding,
      first: cursor(0),
      previous: !looked && preceding > 0 ? cursor(0) : null,
      next,
      scannedAt: scannedAt === null ? null : dateToInstant(new Date(scannedAt)),
      looked: looked && { from: looked.from, files: looked.files, unread: looked.unread },
      now: mig,
    },
  }
}

function readEntry([kind, state]: SpoolDirectory, entry: Entry): NamedEntry {
  const name = encodeFileName(entry.name)
  const isFile = entry.kind === 'file' || entry.kind === 'vanished' || entry.kind === 'unknown'
  const read: SpoolName = isFile ? readSpoolName(kind, state, entry.name) : { type: 'stranger' }
  const row: SpoolFileRow = {
    name,
    file: showFileName(name),
    entry: entry.kind,
    type: read.type,
    bytes: entry.size,
    modified: fileInstant(entry.mtimeNs),
    moment: nameMoment(read),
    actionId: null,
    commandId: 'commandId' in read ? read.commandId : null,
    action: null,
    command: null,
  }
  return { row, read, key: entry.key }
}

/** The rows of a list with the database's rows for the ids of their names; an export needs no commands. */
async function withLinks(entries: NamedEntry[], withCommands = true): Promise<SpoolFileRow[]> {
  const actionIds = new Set(entries.flatMap(({ read }) => ('actionId' in read ? [read.actionId] : [])))
  const commandIds = withCommands ? entries.flatMap(({ row }) => row.commandId ?? []) : []
  const [actions, commands] = await Promise.all([
    actionIds.size ? findActions(sql`a.id = ANY(${[...actionIds]}::numeric[])`, actionIds.size) : [],
    commandIds.length ? findCommands(sql`c.id = ANY(${commandIds}::numeric[])`) : [],
  ])
  const actionOf = new Map(actions.map((action) => [action.id, action]))
  const commandOf = new Map(commands.map((command) => [command.id, command]))
  return entries.map(({ row, read }) => {
    const actionId = actionIdOf(read, (id) => actionOf.has(id))
    return {
      ...row,
      actionId,
      action: (actionId && actionOf.get(actionId)) ?? null,
      command: (row.commandId && commandOf.get(row.commandId)) ?? null,
    }
  })
}

type ExportedList = { sort: SpoolFileParams['sort']; filters: SpoolFileFilters }

/**
 * All files of a state in the list's order. Each pass over the directory gives the next window of names, so memory stays
 * flat; files that come or go meanwhile are there or not, none is given twice. In an order that only the background scan knows
 * all windows are of the one scan that the first was of.
 */
async function* eachSpoolFile(
  directory: SpoolDirectory,
  { sort, filters }: Partial<ExportedList>,
): AsyncGenerator<{ rows: SpoolFileRow[]; isCut: boolean }> {
  const { mig } = await now()
  let request: ListRequest = { ...listRequest({ directory, size: EXPORT_WINDOW, sort, filters }, mig), hold: true }
  const none = sort?.descending ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  for (;;) {
    const answer = await client().ask<'list'>(request)
    if (!answer.ok) throw spoolError(answer)
    const { rows, looked, isCut, scan } = answer.value
    for (let i = 0; i < rows.length; i += EXPORT_BATCH)
      yield {
        rows: await withLinks(
          rows.slice(i, i + EXPORT_BATCH).map((entry) => readEntry(directory, entry)),
          false,
        ),
        isCut,
      }
    const last = looked ? looked.next : rows.length < EXPORT_WINDOW ? null : (rows.at(-1) ?? null)
    if (!last) return
    request = {
      ...request,
      hold: false,
      ...(scan !== null && { scan }),
      after: last.name,
      afterKey: request.order === 'file' ? 0 : (last.key ?? none),
    }
  }
}

/** A state's list as an export: the files, and the ids that their names carry. Throws when the state cannot be listed. */
export async function exportSpoolFiles(
  _viewer: Viewer,
  directory: SpoolDirectory,
  params: Partial<ExportedList>,
): Promise<ExportSource> {
  const [kind, state] = directory
  const batches = eachSpoolFile(directory, params)
  // Asked for before the answer begins, so that a spool that is away is an error and not an empty file.
  const first = await batches.next()
  const cells = (row: SpoolFileRow) => ({
    file: row.file,
    kind,
    state,
    bytes: row.bytes,
    modified: row.modified,
    actionid: row.actionId,
    commandid: row.commandId,
  })
  async function* rows() {
    if (first.done) return
    yield first.value.rows.map(cells)
    for await (const batch of batches) yield batch.rows.map(cells)
  }
  return {
    ...(!first.done && first.value.isCut && { cut: CUT }),
    columns: [
      { name: 'file', kind: 'text' },
      { name: 'kind', kind: 'text' },
      { name: 'state', kind: 'text' },
      { name: 'bytes', kind: 'number' },
      { name: 'modified', kind: 'time' },
      { name: 'actionid', kind: 'id' },
      { name: 'commandid', kind: 'id' },
    ],
    rows: rows(),
  }
}
