import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { findIds } from '@/lib/mig/find-id'
import { type MigId, parseId, readIdText } from '@/lib/mig/wire/id'
import { readSpoolName, SPOOL_STATES, type SpoolDirectory } from '@/lib/mig/wire/spool-name'
import type { Instant } from '@/lib/mig/wire/time'
import { type SpoolClient, spoolClient } from './client'
import { encodeFileName, type SpoolFileName, showFileName } from './file-name'
import { fileInstant } from './file-time'
import { findActions, findCommands, type LinkedAction, type LinkedCommand } from './links'
import type { PeekedFile } from './protocol'

/** Files shown of one state, and files of a state that are opened because their names carry no id. */
const SHOWN = 50
const OPENED = 500
/** Names among which those without an id are looked for. */
const LISTED = 50_000

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
  /** States that could not be looked at, or only the names in them, each with why; one that is missing holds nothing and is not named. */
  unread: { directory: SpoolDirectory; namesOnly: boolean; sentence: string }[]
  /** Files without an id in the name that were not looked into, because they are too many, too big or may not be read. */
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
  const seen = {
    actions,
    commands,
    agents,
    files: states.flatMap((one) => one.files),
    unread: states.flatMap(({ directory, namesOnly, sentence }) =>
      sentence ? { directory, namesOnly, sentence } : [],
    ),
    unopened: states.reduce((sum, { unopened }) => sum + unopened, 0),
  }
  return {
    ...asked,
    ...seen,
    where: whereNow(seen),
    more: states.flatMap(({ directory, more }) => (more > 0 ? { directory, count: more } : [])),
  }
}

type Asked = { id: MigId; exact: boolean }
type FoundIn = {
  directory: SpoolDirectory
  files: FoundFile[]
  more: number
  namesOnly: boolean
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
  const nothing = { directory, files: [], more: 0, unopened: 0, namesOnly: false }
  if (!named.ok) return { ...nothing, sentence: named.reason === 'absent' ? null : named.sentence }
  const files = named.value.rows.map((entry) => fileOf(directory, entry, 'name'))
  const inside = await filesWith(spool, directory, asked)
  const known = new Set(files.map(({ name }) => name))
  return {
    directory,
    files: [...files, ...inside.files.filter(({ name }) => !known.has(name))],
    more: named.value.matching - named.value.rows.length,
    namesOnly: true,
    sentence: inside.sentence,
    unopened: inside.unopened,
  }
}

type FoundInside = Pick<FoundIn, 'files' | 'unopened' | 'sentence'>

/** Files whose names carry no id (answers, files dropped by hand, failures) and that hold this one. */
async function filesWith(spool: SpoolClient, directory: SpoolDirectory, { id, exact }: Asked): Promise<FoundInside> {
  const [kind, state] = directory
  const nothing = { files: [], unopened: 0, sentence: null }
  if (state !== 'returned' && state !== 'new' && state !== 'invalid') return nothing
  const listed = await spool.ask<'list'>({ command: 'list', kind, state, size: LISTED, bare: true })
  if (!listed.ok) return { ...nothing, sentence: listed.reason === 'absent' ? null : listed.sentence }
  const nameless = listed.value.rows.flatMap(({ name }) =>
    ['answer', 'dropped', 'id-or-nanoseconds'].includes(readSpoolName(kind, state, name).type) ? name : [],
  )
  const beyond = listed.value.matching - listed.value.rows.length
  const names = nameless.slice(0, OPENED)
  if (names.length === 0) return { ...nothing, unopened: beyond }
  const peeked = await spool.ask<'peek'>({ command: 'peek', kind, state, names })
  if (!peeked.ok) return { ...nothing, unopened: beyond, sentence: peeked.sentence }
  const isMeant = (inside: PeekedFile['id']) => {
    const read = inside && parseId(inside.digits)
    return read !== null && (read === id || (!(exact && inside?.exact) && Number(read) === Number(id)))
  }
  const { rows } = peeked.value
  return {
    files: rows.flatMap(({ name, facts }) =>
      facts && (isMeant(facts.id) || isMeant(facts.actionId))
        ? fileOf(directory, { name, mtimeNs: facts.mtimeNs }, 'content')
        : [],
    ),
    unopened:
      beyond +
      nameless.length -
      names.length +
      rows.filter(({ facts }) => facts?.state === 'too-big' || facts?.state === 'unread').length,
    sentence: null,
  }
}

function fileOf(
  directory: SpoolDirectory,
  entry: { name: string; mtimeNs: bigint | null },
  by: FoundFile['by'],
): FoundFile {
  const name = encodeFileName(entry.name)
  return { directory, name, file: showFileName(name), modified: fileInstant(entry.mtimeNs), by }
}

const WAY = ['new', 'ready', 'inflight', 'returned', 'done', 'invalid']

/** Where an action or a command is, in a sentence that claims no more than what was looked at. */
export function whereNow({
  actions,
  commands,
  agents,
  files,
  unread,
  unopened,
}: Pick<Found, 'actions' | 'commands' | 'agents' | 'files' | 'unread' | 'unopened'>): string {
  const isAll = unread.length === 0 && unopened === 0
  const kind = commands.length > 0 ? 'command' : actions.length > 0 ? 'action' : (files[0]?.directory[0] ?? null)
  if (kind === null) {
    if (agents.length > 0)
      return `It is the id of ${agents.length === 1 ? 'an agent' : 'agents'}, not of an action or a command${
        isAll ? '.' : ' that the database knows; not all of the spool could be looked at.'
      }`
    return isAll
      ? 'Neither the database nor the spool knows this id.'
      : 'The database does not know this id, and no file with it was found; but not all of the spool could be looked at.'
  }
  const places = [
    ...new Set(files.filter(({ directory }) => directory[0] === kind).map(({ directory }) => directory[1])),
  ]
  const last = places.sort((a, b) => WAY.indexOf(a) - WAY.indexOf(b)).join(' and ')
  const row = kind === 'command' ? commands[0] : actions[0]
  const found = last
    ? `a file of it lies in ${kind}/${last}`
    : isAll
      ? 'no file of it lies in the spool'
      : 'no file of it was found'
  const disk = isAll ? found : `${found}; but not all of the spool could be looked at`
  if (!row) return `No ${kind} has this id, and ${disk}.`
  return `It is ${kind === 'command' ? 'a command' : 'an action'} whose row says ${row.status ?? 'nothing'}, and ${disk}.`
}
