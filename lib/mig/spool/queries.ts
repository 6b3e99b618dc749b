import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { pool } from '@/lib/db/pool'
import { type Sql, sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { AppError } from '@/lib/errors'
import type { ExportSource } from '@/lib/export'
import type { MigId } from '@/lib/mig/wire/id'
import { readSpoolName, SPOOL_STATES, type SpoolDirectory, type SpoolName } from '@/lib/mig/wire/spool-name'
import { compareInstants, type Instant, nanosToInstant } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'
import type { Cursor, Page } from '@/lib/page'
import type { EntryKind, SpoolAnswer, SpoolFailure } from './answer'
import { type Entry, failure, type SpoolClient, spoolClient } from './client'
import {
  encodeFileName,
  fileNameBytes,
  nameTextBytes,
  readFileName,
  type SpoolFileName,
  showFileName,
} from './file-name'
import { actionIdOf, fileAge, missingState, nameMoment, type SpoolHealth, stateHealth } from './health'
import { type FileId, type ParsedFile, parseSpoolFile } from './parse'

/** Files of more bytes are not read. */
export const FILE_CAP = 16 * 1024 * 1024
const EXPORT_WINDOW = 20_000
const EXPORT_BATCH = 1_000

export type StateOverview = {
  directory: SpoolDirectory
  status: 'present' | 'missing' | 'unreadable' | 'slow'
  files: number
  /** Entries that MIG did not write: other names, links, directories and the like. */
  strangers: number
  strangerNames: { name: SpoolFileName; shown: string }[]
  /** The oldest and the newest moment that the names carry. */
  oldest: Instant | null
  newest: Instant | null
  health: SpoolHealth
}

export type SpoolOverview = {
  root: string
  /** The "now" that ages are counted from. */
  now: Instant
  /** Why nothing at all can be said. */
  problem: SpoolFailure | null
  states: StateOverview[]
  /** Entries of the root and the two kind directories that are none of the eight states; normal to have some. */
  besides: { shown: string[]; count: number }
}

export type LinkedAction = { id: MigId; name: string; status: string | null }
export type LinkedCommand = { id: MigId; actionId: MigId; agentId: MigId; agent: string | null; status: string }

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

export type SpoolFilePage = Page<SpoolFileRow> & { entries: number; preceding: number; now: Instant }

export type SpoolFileDetail = ParsedFile & {
  directory: SpoolDirectory
  name: SpoolFileName
  file: string
  type: SpoolName['type']
  bytes: number
  modified: Instant
  /** Permission bits, as `ls` counts them. */
  mode: number
  /** More than 1: the file has other names as well (hard links). */
  links: number
  /** The file was written while it was read. */
  changed: boolean
  moment: Instant | null
  age: SpoolHealth | null
  actions: LinkedAction[]
  commands: LinkedCommand[]
  now: Instant
}

function client(): SpoolClient {
  return spoolClient(env().spoolDir)
}

/** The eight states with counts, ages and health; every state by itself, so that one that is missing hides no other. */
export async function getSpoolOverview(_viewer: Viewer): Promise<SpoolOverview> {
  const spool = client()
  const { mig } = await now()
  const [root, states] = await Promise.all([
    spool.ask<'root'>({ command: 'root' }),
    Promise.all(SPOOL_STATES.map((directory) => overviewOf(spool, directory, mig))),
  ])
  return {
    root: spool.root,
    now: mig,
    problem: root.ok ? null : root,
    states,
    besides: root.ok
      ? { shown: root.value.besides.map(showBytes), count: root.value.besidesCount }
      : { shown: [], count: 0 },
  }
}

async function overviewOf(spool: SpoolClient, directory: SpoolDirectory, at: Instant): Promise<StateOverview> {
  const [kind, state] = directory
  const answer = await spool.ask<'survey'>({ command: 'survey', kind, state })
  const none = { files: 0, strangers: 0, strangerNames: [], oldest: null, newest: null }
  if (!answer.ok) {
    const isMissing = answer.reason === 'absent'
    return {
      directory,
      ...none,
      status: isMissing ? 'missing' : answer.reason === 'slow' ? 'slow' : 'unreadable',
      health: isMissing
        ? missingState(directory)
        : { tone: 'bad', word: answer.reason === 'slow' ? 'no answer' : 'unreadable', sentence: answer.sentence },
    }
  }
  const { files, strangers, strangerNames, extremes } = answer.value
  const moments = extremes
    .flatMap((name) => {
      const moment = nameMoment(readSpoolName(kind, state, name))
      return moment ? [{ name, moment }] : []
    })
    .sort((a, b) => compareInstants(a.moment, b.moment))
  const oldest = moments[0] ?? null
  const newest = moments.at(-1)?.moment ?? null
  const kept = kind === 'action' && (state === 'done' || state === 'invalid')
  const looked = kept && oldest ? await spool.ask<'stat'>({ command: 'stat', kind, state, names: [oldest.name] }) : null
  const oldestModified = looked?.ok ? modifiedOf(looked.value.rows[0]) : null
  const seen = { files, strangers, oldest: oldest?.moment ?? null, newest, oldestModified }
  return {
    directory,
    status: 'present',
    files,
    strangers,
    strangerNames: strangerNames.map((name) => ({ name: encodeFileName(name), shown: showBytes(name) })),
    oldest: seen.oldest,
    newest,
    health: stateHealth(directory, seen, env(), at),
  }
}

function showBytes(latin1: string): string {
  return showFileName(encodeFileName(latin1))
}

function modifiedOf(entry: Entry | undefined): Instant | null {
  return entry?.mtimeNs == null ? null : instantOf(entry.mtimeNs)
}

// A file's time may be any 64 bits; a moment that cannot be printed is as good as none.
function instantOf(nanos: bigint): Instant | null {
  try {
    return nanosToInstant(nanos)
  } catch {
    return null
  }
}

type FileListParams = {
  directory: SpoolDirectory
  size: number
  /** Cursors whose key is a file's name. */
  after?: Cursor
  before?: Cursor
  /** Part of the name, without regard to case. */
  name?: string
}

type NamedEntry = { row: SpoolFileRow; read: SpoolName }

/** One page of a state's files by name, with exact counts; the rows that the names' ids have in the database come along. */
export async function listSpoolFiles(_viewer: Viewer, params: FileListParams): Promise<SpoolAnswer<SpoolFilePage>> {
  const [kind, state] = params.directory
  const cursorName = (cursor: Cursor | undefined) => {
    const name = cursor && readFileName(cursor.key)
    return name ? fileNameBytes(name) : undefined
  }
  const answer = await client().ask<'list'>({
    command: 'list',
    kind,
    state,
    size: params.size,
    after: cursorName(params.after),
    before: cursorName(params.before),
    contains: params.name && nameTextBytes(params.name),
  })
  if (!answer.ok) return answer
  const { rows: entries, total, matching, preceding } = answer.value
  const rows = await withLinks(entries.map((entry) => readEntry(params.directory, entry)))
  const cursor = (row: SpoolFileRow | undefined): Cursor | null => (row ? { key: row.name, id: '' } : null)
  return {
    ok: true,
    value: {
      rows,
      total: { count: matching, more: false },
      entries: total,
      preceding,
      first: cursor(rows[0]),
      previous: preceding > 0 ? cursor(rows[0]) : null,
      next: preceding + rows.length < matching ? cursor(rows.at(-1)) : null,
      now: (await now()).mig,
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
    modified: modifiedOf(entry),
    moment: nameMoment(read),
    actionId: null,
    commandId: 'commandId' in read ? read.commandId : null,
    action: null,
    command: null,
  }
  return { row, read }
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

const LINKS = 500

async function findActions(condition: Sql, limit = LINKS): Promise<LinkedAction[]> {
  const { rows } = await pool().query<LinkedAction>(sql`
    SELECT trunc(a.id)::text AS id, a.name, a.status FROM public.actions a WHERE ${condition} ORDER BY a.id LIMIT ${limit}`)
  return rows
}

async function findCommands(condition: Sql): Promise<LinkedCommand[]> {
  const { rows } = await pool().query<LinkedCommand>(sql`
    SELECT trunc(c.id)::text AS id, trunc(c.actionid)::text AS "actionId", trunc(c.agentid)::text AS "agentId",
      g.name AS agent, c.status
    FROM public.commands c LEFT JOIN public.agents g ON g.id = c.agentid
    WHERE ${condition} ORDER BY c.id LIMIT ${LINKS}`)
  return rows
}

/** The bytes of one file, for the download. */
export async function getSpoolFileBytes(
  _viewer: Viewer,
  at: { directory: SpoolDirectory; name: string },
): Promise<SpoolAnswer<{ name: SpoolFileName; bytes: Uint8Array }>> {
  const name = readFileName(at.name)
  if (!name) return failure('bad-name')
  const [kind, state] = at.directory
  const answer = await client().ask<'read'>({ command: 'read', kind, state, name: fileNameBytes(name), cap: FILE_CAP })
  return answer.ok ? { ok: true, value: { name, bytes: answer.value.bytes } } : answer
}

/** One file: what it says, what is wrong with it, how old it is for its place, and the rows that it belongs to. */
export async function getSpoolFile(
  _viewer: Viewer,
  at: { directory: SpoolDirectory; name: string },
): Promise<SpoolAnswer<SpoolFileDetail>> {
  const name = readFileName(at.name)
  if (!name) return failure('bad-name')
  const [kind, state] = at.directory
  const latin1 = fileNameBytes(name)
  const answer = await client().ask<'read'>({ command: 'read', kind, state, name: latin1, cap: FILE_CAP })
  if (!answer.ok) return answer
  const { bytes, size, mtimeNs, mode, links, changed } = answer.value
  const read = readSpoolName(kind, state, latin1)
  const parsed = parseSpoolFile(bytes, kind, state, read)
  const action = parsed.action ?? parsed.command?.action ?? null
  const [{ mig }, linked] = await Promise.all([now(), linkedRows(parsed, read)])
  const modified = instantOf(mtimeNs)
  return {
    ok: true,
    value: {
      ...parsed,
      directory: at.directory,
      name,
      file: showFileName(name),
      type: read.type,
      bytes: size,
      modified: modified ?? nanosToInstant(0n),
      mode,
      links,
      changed,
      moment: nameMoment(read),
      age: fileAge(
        at.directory,
        { modified, expireAfter: action?.expireAfter?.at ?? null, validFrom: action?.validFrom?.at ?? null },
        env(),
        mig,
      ),
      ...linked,
      now: mig,
    },
  }
}

/** The rows a file belongs to: by the ids of its name, else by those inside, else by its first signature (mig-domain.md 2.2). */
async function linkedRows(
  parsed: ParsedFile,
  name: SpoolName,
): Promise<{ actions: LinkedAction[]; commands: LinkedCommand[] }> {
  const action = parsed.action ?? parsed.command?.action ?? null
  const commandInside = parsed.command?.id ?? null
  let actions = 'actionId' in name ? await findActions(sql`a.id = ${name.actionId}::numeric`) : []
  if (actions.length === 0 && action?.id) actions = await findActions(byFileId(sql`a.id`, action.id))
  const signature = action?.signatures?.find((text) => text !== '')
  if (actions.length === 0 && !action?.id && signature && !signature.includes('\0'))
    actions = await findActions(
      sql`CASE WHEN a.pgpsignatures::text NOT LIKE '%\\u0000%' AND json_typeof(a.pgpsignatures) = 'array'
        THEN a.pgpsignatures->>0 END = ${signature}`,
    )
  let commands = 'commandId' in name ? await findCommands(sql`c.id = ${name.commandId}::numeric`) : []
  if (commands.length === 0 && commandInside) commands = await findCommands(byFileId(sql`c.id`, commandInside))
  return { actions, commands }
}

// A rounded id is any of the ids that print as the same double.
function byFileId(column: Sql, { id, exact }: FileId): Sql {
  return exact
    ? sql`${column} = ${id}::numeric`
    : sql`${column} BETWEEN ${id}::numeric - 1024 AND ${id}::numeric + 1024 AND ${column}::float8 = ${id}::float8`
}

/**
 * All files of a state in the list's order. Each pass over the directory gives the next window of names, so memory stays
 * flat; files that come or go meanwhile are there or not, none is given twice.
 */
export async function* eachSpoolFile(
  _viewer: Viewer,
  directory: SpoolDirectory,
  filter: { name?: string },
): AsyncGenerator<SpoolFileRow[]> {
  const [kind, state] = directory
  const contains = filter.name && nameTextBytes(filter.name)
  let after: string | undefined
  for (;;) {
    const answer = await client().ask<'list'>({ command: 'list', kind, state, size: EXPORT_WINDOW, after, contains })
    if (!answer.ok) throw spoolError(answer)
    const { rows } = answer.value
    for (let i = 0; i < rows.length; i += EXPORT_BATCH)
      yield await withLinks(
        rows.slice(i, i + EXPORT_BATCH).map((entry) => readEntry(directory, entry)),
        false,
      )
    if (rows.length < EXPORT_WINDOW) return
    after = rows.at(-1)?.name
  }
}

/** The failure as the error of a route handler. */
export function spoolError(answer: SpoolFailure): AppError {
  const { reason, sentence } = answer
  if (reason === 'absent' || reason === 'absent-root' || reason === 'vanished')
    return new AppError('not_found', sentence)
  if (reason === 'bad-name' || reason === 'bad-state') return new AppError('invalid', sentence)
  if (reason === 'not-regular' || reason === 'too-big' || reason === 'link') return new AppError('conflict', sentence)
  return new AppError('unavailable', sentence)
}

/** A state's list as an export: the files, and the ids that their names carry. Throws when the state cannot be listed. */
export async function exportSpoolFiles(
  viewer: Viewer,
  directory: SpoolDirectory,
  filter: { name?: string },
): Promise<ExportSource> {
  const [kind, state] = directory
  const batches = eachSpoolFile(viewer, directory, filter)
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
    yield first.value.map(cells)
    for await (const batch of batches) yield batch.map(cells)
  }
  return {
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
