import 'server-only'
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { type Sql, sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { AppError } from '@/lib/errors'
import type { ExportSource } from '@/lib/export'
import { type MigId, parseId } from '@/lib/mig/wire/id'
import { readSpoolName, SPOOL_STATES, type SpoolDirectory, type SpoolName } from '@/lib/mig/wire/spool-name'
import { compareInstants, dateToInstant, type Instant, instantToDate, nanosToInstant } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'
import type { Cursor, Page } from '@/lib/page'
import type { EntryKind, SpoolAnswer, SpoolFailure } from './answer'
import {
  type Entry,
  failure,
  type ScannedState,
  type SpoolClient,
  type SpoolOrder,
  type SpoolReplies,
  type SpoolRequest,
  spoolClient,
} from './client'
import {
  encodeFileName,
  fileNameBytes,
  nameTextBytes,
  readFileName,
  type SpoolFileName,
  showFileName,
} from './file-name'
import { fileInstant } from './file-time'
import { actionIdOf, fileAge, missingState, nameMoment, oldestWritten, type SpoolHealth, stateHealth } from './health'
import { type FileId, type ParsedFile, parseSpoolFile } from './parse'
import type { SpoolFileFilters, SpoolFileParams } from './search-params'

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
  /** What the background scan last saw here; null before its first round. */
  scan: StateScan | null
  /** Files last written more than two collector periods ago, of new and returned, where none should stay; null where not known. */
  overdue: { count: number; more: boolean } | null
  /** Files of action/invalid whose name is the moment of a failure (mig-domain.md 2.2). */
  failures: { count: number; more: boolean }
  health: SpoolHealth
}

/** Sizes and times of a state's files, seen at `at` by this machine's clock. */
export type StateScan = {
  at: Instant
  files: number
  bytes: number
  /** There were more files than the scan keeps. */
  isCut: boolean
  oldest: Instant | null
  newest: Instant | null
  /** How many files were last written within each span, the youngest first; the last one has no end. */
  ages: { within: number | null; count: number }[]
}

export type SpoolOverview = {
  root: string
  /** The "now" that ages are counted from. */
  now: Instant
  /** What `spoolChange` gave when this was read. */
  token: string
  /** Why nothing at all can be said. */
  problem: SpoolFailure | null
  /** When the background scan last ended somewhere. */
  scannedAt: Instant | null
  /** The background scan is on its way: where, and how many files of that state it has seen. */
  scanning: { state: string; seen: number } | null
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

export type SpoolFilePage = Page<SpoolFileRow> & {
  /** All entries of the directory, and those that the filters on names and sizes leave. */
  entries: number
  matching: number
  preceding: number
  /** When the background scan saw the files, for a list that is made of it. */
  scannedAt: Instant | null
  /** A filter on what is inside: so many files were tried, from the how-manieth on; `unread` are too big or may not be read. */
  looked: { from: number; files: number; unread: number } | null
  now: Instant
}

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

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** The edges of the bars of ages, in milliseconds. */
export const AGE_EDGES = [MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR] as const
/** So many files are looked at to see whether one waits too long. */
const OVERDUE_LOOKED = 2_000

/** A word that is another one after every change of the spool that can be seen; the reason when it cannot be. */
export async function spoolChange(_viewer: Viewer): Promise<string> {
  const answer = await client().ask<'token'>({ command: 'token' })
  return answer.ok ? createHash('sha256').update(answer.value.token).digest('base64url').slice(0, 20) : answer.reason
}

/** The eight states with counts, ages and health; every state by itself, so that one that is missing hides no other. */
export async function getSpoolOverview(viewer: Viewer): Promise<SpoolOverview> {
  const spool = client()
  const { mig } = await now()
  // All at once, so that a spool that hangs costs one deadline; asked first, the token is from before the reading.
  const changing = spoolChange(viewer)
  const scanning = spool.ask<'scan'>({
    command: 'scan',
    edges: scanEdges().map((edge) => instantToDate(mig).getTime() - edge),
  })
  const [token, scan, root, states] = await Promise.all([
    changing,
    scanning,
    spool.ask<'root'>({ command: 'root' }),
    Promise.all(SPOOL_STATES.map((directory) => overviewOf(spool, directory, mig, scanning))),
  ])
  const scanned = scan.ok ? scan.value.states : []
  return {
    root: spool.root,
    now: mig,
    token,
    problem: root.ok ? null : root,
    scannedAt: scanned.length ? dateToInstant(new Date(Math.max(...scanned.map(({ at }) => at)))) : null,
    scanning: scan.ok ? scan.value.running : null,
    states,
    besides: root.ok
      ? { shown: root.value.besides.map(showBytes), count: root.value.besidesCount }
      : { shown: [], count: 0 },
  }
}

const patience = () => 2 * env().collectorPeriod

/** The ages that the scan counts by: the edges of the bars, and what a file may wait. */
function scanEdges(): number[] {
  return [...new Set<number>([...AGE_EDGES, patience()])].sort((a, b) => a - b)
}

function scanOf(scanned: ScannedState | undefined): StateScan | null {
  if (!scanned) return null
  const { at, files, bytes, isCut, oldest, newest, older } = scanned
  const moment = (millis: number | null) =>
    millis === null ? null : fileInstant(BigInt(Math.round(millis)) * 1_000_000n)
  const counts = [files, ...AGE_EDGES.map((edge) => older[scanEdges().indexOf(edge)] ?? 0)]
  return {
    at: dateToInstant(new Date(at)),
    files,
    bytes,
    isCut,
    oldest: moment(oldest),
    newest: moment(newest),
    ages: counts.map((count, i) => ({ within: AGE_EDGES[i] ?? null, count: count - (counts[i + 1] ?? 0) })),
  }
}

async function overviewOf(
  spool: SpoolClient,
  directory: SpoolDirectory,
  at: Instant,
  scanning: Promise<SpoolAnswer<SpoolReplies['scan']>>,
): Promise<StateOverview> {
  const [kind, state] = directory
  const answer = await spool.ask<'survey'>({ command: 'survey', kind, state })
  const none = {
    files: 0,
    strangers: 0,
    strangerNames: [],
    oldest: null,
    newest: null,
    scan: null,
    overdue: null,
    failures: { count: 0, more: false },
  }
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
  const { files, strangers, strangerNames, extremes, stamped } = answer.value
  const moments = extremes
    .flatMap((name) => {
      const moment = nameMoment(readSpoolName(kind, state, name))
      return moment ? [{ name, moment }] : []
    })
    .sort((a, b) => compareInstants(a.moment, b.moment))
  const oldest = moments[0] ?? null
  const newest = moments.at(-1)?.moment ?? null
  const kept = kind === 'action' && (state === 'done' || state === 'invalid')
  const passing = state === 'new' || state === 'returned'
  const [scan, looked, waiting, failures] = await Promise.all([
    scanning,
    kept && oldest ? spool.ask<'stat'>({ command: 'stat', kind, state, names: [oldest.name] }) : null,
    passing && files > 0
      ? spool.ask<'overdue'>({
          command: 'overdue',
          kind,
          state,
          before: instantToDate(at).getTime() - patience(),
          limit: OVERDUE_LOOKED,
        })
      : null,
    countFailures(stamped),
  ])
  const scanned = scan.ok ? scan.value.states.find((one) => one.kind === kind && one.state === state) : undefined
  const summary = scanOf(scanned)
  // A look at all of the files needs no scan, which may be of files that are gone.
  const isWhole = waiting?.ok === true && waiting.value.looked >= waiting.value.total
  const before = scanned && !isWhole ? { oldest: summary?.oldest ?? null, sinceScan: Date.now() - scanned.at } : null
  const oldestModified = oldestWritten(oldestLooked(looked, waiting, at), before)
  const seen = { files, strangers, newest, oldestModified }
  return {
    directory,
    status: 'present',
    files,
    strangers,
    strangerNames: strangerNames.map((name) => ({ name: encodeFileName(name), shown: showBytes(name) })),
    oldest: oldest?.moment ?? null,
    newest,
    scan: summary,
    overdue: passing ? overdueOf(files, waiting, scanned, oldestModified, at) : null,
    failures,
    health: stateHealth(directory, seen, env(), at),
  }
}

type Waiting = SpoolAnswer<SpoolReplies['overdue']> | null

/** When the oldest of the files that were looked at was last written; null where that is not known. */
function oldestLooked(looked: SpoolAnswer<SpoolReplies['stat']> | null, waiting: Waiting, at: Instant): Instant | null {
  if (looked?.ok) return modifiedOf(looked.value.rows[0])
  if (!waiting?.ok) return null
  const { oldest, looked: seen, total } = waiting.value
  // Counted a moment ago and gone by now: nothing waits.
  if (oldest === null) return seen >= total ? at : null
  return fileInstant(oldest)
}

/** Files that wait too long, by a look at some of them, and by the scan where that saw older ones than the look. */
function overdueOf(
  files: number,
  waiting: Waiting,
  scanned: ScannedState | undefined,
  oldest: Instant | null,
  at: Instant,
): StateOverview['overdue'] {
  if (files === 0) return { count: 0, more: false }
  if (oldest === null) return null
  const { overdue, total, looked } = waiting?.ok ? waiting.value : { overdue: 0, total: files, looked: 0 }
  if (looked >= total) return { count: overdue, more: false }
  const isLate = instantToDate(at).getTime() - instantToDate(oldest).getTime() > patience()
  const inScan = isLate ? (scanned?.older[scanEdges().indexOf(patience())] ?? 0) : 0
  return inScan > overdue ? { count: inScan, more: scanned?.isCut ?? false } : { count: overdue, more: overdue > 0 }
}

/** Of the names that may be the nanosecond of a failure those that are no action's id (mig-domain.md 2.2). */
async function countFailures(stamped: { count: number; names: string[] }): Promise<StateOverview['failures']> {
  const ids = stamped.names.flatMap((name) => parseId(name.replace(/\.json$/, '')) ?? [])
  if (ids.length === 0) return { count: 0, more: false }
  const actions = await findActions(sql`a.id = ANY(${ids}::numeric[])`, ids.length)
  return { count: ids.length - actions.length, more: stamped.count > stamped.names.length }
}

function showBytes(latin1: string): string {
  return showFileName(encodeFileName(latin1))
}

function modifiedOf(entry: Entry | undefined): Instant | null {
  return fileInstant(entry?.mtimeNs ?? null)
}

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
  const { rows: entries, total, matching, preceding, scannedAt, looked } = answer.value
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
      total: looked ? { count: rows.length, more: looked.next !== null } : { count: matching, more: false },
      entries: total,
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
    modified: modifiedOf(entry),
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

const LINKS = 500

/** The actions of a condition on `a`, at most 500 or `limit`. */
export async function findActions(condition: Sql, limit = LINKS): Promise<LinkedAction[]> {
  const { rows } = await reader().query<LinkedAction>(sql`
    SELECT trunc(a.id)::text AS id, a.name, a.status FROM public.actions a WHERE ${condition} ORDER BY a.id LIMIT ${limit}`)
  return rows
}

/** The commands of a condition on `c`, at most 500. */
export async function findCommands(condition: Sql): Promise<LinkedCommand[]> {
  const { rows } = await reader().query<LinkedCommand>(sql`
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
  const modified = fileInstant(mtimeNs)
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

const NEIGHBOURS = 10
/** A page does not wait longer for the files beside one. */
const NEIGHBOURS_MS = 1_500

/** Files of the same action in one state: the first ones by name, and how many there are. */
export type Neighbours = { directory: SpoolDirectory; names: { name: SpoolFileName; file: string }[]; count: number }

/** The other files of an action in all states; null when the spool does not tell within a moment. */
export async function listNeighbours(
  _viewer: Viewer,
  actionId: MigId,
  except: { directory: SpoolDirectory; name: SpoolFileName },
): Promise<Neighbours[] | null> {
  const late = new AbortController()
  const find = Promise.all(
    SPOOL_STATES.map(async (directory): Promise<Neighbours | null> => {
      const [kind, state] = directory
      const own = directory === except.directory ? 1 : 0
      const answer = await client().ask<'list'>({
        command: 'list',
        kind,
        state,
        size: NEIGHBOURS + own,
        match: kind === 'action' ? { ids: [actionId] } : { prefix: `${actionId}-` },
      })
      if (!answer.ok) return answer.reason === 'absent' ? { directory, names: [], count: 0 } : null
      const names = answer.value.rows.map((entry) => encodeFileName(entry.name))
      const isAmong = own === 1 && names.includes(except.name)
      return {
        directory,
        names: names
          .filter((name) => own === 0 || name !== except.name)
          .slice(0, NEIGHBOURS)
          .map((name) => ({ name, file: showFileName(name) })),
        count: answer.value.matching - (isAmong ? 1 : 0),
      }
    }),
  )
  try {
    const found = await Promise.race([find, sleep(NEIGHBOURS_MS, null, { signal: late.signal })])
    return found?.every((one) => one !== null) ? found.filter(({ count }) => count > 0) : null
  } finally {
    late.abort()
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

type ExportedList = { sort: SpoolFileParams['sort']; filters: SpoolFileFilters }

/**
 * All files of a state in the list's order. Each pass over the directory gives the next window of names, so memory stays
 * flat; files that come or go meanwhile are there or not, none is given twice.
 */
export async function* eachSpoolFile(
  _viewer: Viewer,
  directory: SpoolDirectory,
  { sort, filters }: Partial<ExportedList>,
): AsyncGenerator<SpoolFileRow[]> {
  const { mig } = await now()
  let request = listRequest({ directory, size: EXPORT_WINDOW, sort, filters }, mig)
  const none = sort?.descending ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  for (;;) {
    const answer = await client().ask<'list'>(request)
    if (!answer.ok) throw spoolError(answer)
    const { rows, looked } = answer.value
    for (let i = 0; i < rows.length; i += EXPORT_BATCH)
      yield await withLinks(
        rows.slice(i, i + EXPORT_BATCH).map((entry) => readEntry(directory, entry)),
        false,
      )
    const last = looked ? looked.next : rows.length < EXPORT_WINDOW ? null : (rows.at(-1) ?? null)
    if (!last) return
    request = { ...request, after: last.name, afterKey: request.order === 'file' ? 0 : (last.key ?? none) }
  }
}

/** The failure as the error of a route handler. */
export function spoolError(answer: SpoolFailure): AppError {
  const { reason, sentence } = answer
  if (reason === 'absent' || reason === 'absent-root' || reason === 'vanished')
    return new AppError('not_found', sentence)
  if (reason === 'bad-name' || reason === 'bad-state') return new AppError('invalid', sentence)
  if (reason === 'not-regular' || reason === 'too-big' || reason === 'link' || reason === 'not-scanned')
    return new AppError('conflict', sentence)
  return new AppError('unavailable', sentence)
}

/** A state's list as an export: the files, and the ids that their names carry. Throws when the state cannot be listed. */
export async function exportSpoolFiles(
  viewer: Viewer,
  directory: SpoolDirectory,
  params: Partial<ExportedList>,
): Promise<ExportSource> {
  const [kind, state] = directory
  const batches = eachSpoolFile(viewer, directory, params)
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
