import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { findIds } from '@/lib/mig/find-id'
import { type MigId, parseId, readIdText } from '@/lib/mig/wire/id'
import { readSpoolName, SPOOL_STATES, type SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { type Instant, nanosToInstant } from '@/lib/mig/wire/time'
import { type Entry, type PeekedFile, type SpoolClient, spoolClient } from './client'
import { encodeFileName, type SpoolFileName, showFileName } from './file-name'
import { findActions, findCommands, type LinkedAction, type LinkedCommand } from './queries'

/** Files shown of one state, and files of a state that are opened because their names carry no id. */
const SHOWN = 50
const OPENED = 500

export type FoundFile = {
  directory: SpoolDirectory
  name: SpoolFileName
  file: string
  modified: Instant | null
  /** Where the id stands. */
  by: 'name' | 'content'
}

export type Found = {
  id: MigId
  /** The text was a rounded number: all ids that print so are meant. */
  exact: boolean
  /** Where the action or command is now, in a sentence. */
  where: string
  actions: LinkedAction[]
  commands: LinkedCommand[]
  agents: MigId[]
  files: FoundFile[]
  /** How many further files carry the id, by state. */
  more: { directory: SpoolDirectory; count: number }[]
  /** States that could not be looked at, each with why; one that is missing holds nothing and is not named. */
  unread: { directory: SpoolDirectory; sentence: string }[]
  /** Files without an id in the name that were not opened, because there are too many. */
  unopened: number
}

/** Everything that an id means, in the database and in all states of the spool; null for a text that is no id. */
export async function findEverywhere(viewer: Viewer, text: string): Promise<Found | null> {
  const asked = readIdText(text)
  if (!asked) return null
  const spool = spoolClient(env().spoolDir)
  const [actionIds, commandIds, agents, states] = await Promise.all([
    findIds(viewer, 'actions', text),
    findIds(viewer, 'commands', text),
    findIds(viewer, 'agents', text),
    Promise.all(SPOOL_STATES.map((directory) => filesOf(spool, directory, asked))),
  ])
  const [actions, commands] = await Promise.all([
    actionIds.length ? findActions(sql`a.id = ANY(${actionIds}::numeric[])`) : [],
    commandIds.length ? findCommands(sql`c.id = ANY(${commandIds}::numeric[])`) : [],
  ])
  const files = states.flatMap((one) => one.files)
  return {
    ...asked,
    where: whereNow({ actions, commands, files }),
    actions,
    commands,
    agents,
    files,
    more: states.flatMap(({ directory, more }) => (more > 0 ? { directory, count: more } : [])),
    unread: states.flatMap(({ directory, sentence }) => (sentence ? { directory, sentence } : [])),
    unopened: states.reduce((sum, { unopened }) => sum + unopened, 0),
  }
}

type Asked = { id: MigId; exact: boolean }
type FoundIn = {
  directory: SpoolDirectory
  files: FoundFile[]
  more: number
  sentence: string | null
  unopened: number
}

async function filesOf(spool: SpoolClient, directory: SpoolDirectory, asked: Asked): Promise<FoundIn> {
  const [kind, state] = directory
  const named = await spool.ask<'list'>({
    command: 'list',
    kind,
    state,
    size: SHOWN,
    match: { ids: [asked.id], ...(asked.exact ? {} : { rounded: Number(asked.id) }) },
  })
  const nothing = { directory, files: [], more: 0, unopened: 0 }
  if (!named.ok) return { ...nothing, sentence: named.reason === 'absent' ? null : named.sentence }
  const files = named.value.rows.map((entry) => fileOf(directory, entry, 'name'))
  const inside = await filesWith(spool, directory, asked)
  const known = new Set(files.map(({ name }) => name))
  return {
    directory,
    files: [...files, ...inside.files.filter(({ name }) => !known.has(name))],
    more: named.value.matching - named.value.rows.length,
    sentence: null,
    unopened: inside.unopened,
  }
}

/** Files whose names carry no id (answers, files dropped by hand, failures) and that hold this one. */
async function filesWith(
  spool: SpoolClient,
  directory: SpoolDirectory,
  { id, exact }: Asked,
): Promise<{ files: FoundFile[]; unopened: number }> {
  const [kind, state] = directory
  if (state !== 'returned' && state !== 'new' && state !== 'invalid') return { files: [], unopened: 0 }
  const listed = await spool.ask<'list'>({ command: 'list', kind, state, size: 20_000 })
  if (!listed.ok) return { files: [], unopened: 0 }
  const nameless = listed.value.rows.filter(
    (entry) =>
      entry.kind === 'file' &&
      ['answer', 'dropped', 'id-or-nanoseconds'].includes(readSpoolName(kind, state, entry.name).type),
  )
  const opened = nameless.slice(0, OPENED)
  const peeked = opened.length
    ? await spool.ask<'peek'>({ command: 'peek', kind, state, names: opened.map(({ name }) => name) })
    : null
  const isMeant = (inside: PeekedFile['id']) => {
    const read = inside && parseId(inside.digits)
    return read !== null && (read === id || (!(exact && inside?.exact) && Number(read) === Number(id)))
  }
  const files = peeked?.ok
    ? peeked.value.rows.flatMap(({ facts }, i) =>
        facts && (isMeant(facts.id) || isMeant(facts.actionId)) ? fileOf(directory, opened[i] as Entry, 'content') : [],
      )
    : []
  return { files, unopened: nameless.length - opened.length + listed.value.matching - listed.value.rows.length }
}

function fileOf(directory: SpoolDirectory, entry: Entry, by: FoundFile['by']): FoundFile {
  const name = encodeFileName(entry.name)
  let modified: Instant | null = null
  try {
    modified = entry.mtimeNs === null ? null : nanosToInstant(entry.mtimeNs)
  } catch {
    // A time that cannot be printed is as good as none.
  }
  return { directory, name, file: showFileName(name), modified, by }
}

const WAY = ['new', 'ready', 'inflight', 'returned', 'done', 'invalid']

function whereNow({ actions, commands, files }: Pick<Found, 'actions' | 'commands' | 'files'>): string {
  const kind = commands.length > 0 ? 'command' : actions.length > 0 ? 'action' : (files[0]?.directory[0] ?? null)
  if (kind === null) return 'Neither the database nor the spool knows this id.'
  const places = [
    ...new Set(files.filter(({ directory }) => directory[0] === kind).map(({ directory }) => directory[1])),
  ]
  const last = places.sort((a, b) => WAY.indexOf(a) - WAY.indexOf(b)).join(' and ')
  const row = kind === 'command' ? commands[0] : actions[0]
  const disk = last ? `a file of it lies in ${kind}/${last}` : 'no file of it lies in the spool'
  if (!row) return `No ${kind} has this id, and ${disk}.`
  return `It is ${kind === 'command' ? 'a command' : 'an action'} whose row says ${row.status ?? 'nothing'}, and ${disk}.`
}
