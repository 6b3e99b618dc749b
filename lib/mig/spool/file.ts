import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { type Sql, sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { firstSignatureSql } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { readSpoolName, SPOOL_STATES, type SpoolDirectory, type SpoolName } from '@/lib/mig/wire/spool-name'
import type { Instant } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'
import type { SpoolAnswer } from './answer'
import { whilePatient } from './away'
import { spoolClient } from './client'
import { failure } from './failures'
import { encodeFileName, fileNameBytes, readFileName, type SpoolFileName, showFileName } from './file-name'
import { fileInstant } from './file-time'
import { fileAge, nameMoment, type SpoolHealth } from './health'
import { findActions, findCommands, type LinkedAction, type LinkedCommand } from './links'
import { type FileId, type ParsedFile, parseSpoolFile } from './parse'

/** Files of more bytes are not read. */
export const FILE_CAP = 16 * 1024 * 1024

export type SpoolFileDetail = ParsedFile & {
  directory: SpoolDirectory
  name: SpoolFileName
  file: string
  type: SpoolName['type']
  bytes: number
  /** null for a time that cannot be printed. */
  modified: Instant | null
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

const client = () => spoolClient(env().spoolDir)

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
      modified,
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

const NEIGHBOURS = 3

/** Files of the same action in one state: the first others by name, and how many there are with the file itself. */
export type Neighbours = { directory: SpoolDirectory; names: { name: SpoolFileName; file: string }[]; count: number }

/** The other files of an action in all states; null when the spool does not tell within a moment. */
export async function listNeighbours(
  _viewer: Viewer,
  actionId: MigId,
  except: { directory: SpoolDirectory; name: SpoolFileName },
): Promise<Neighbours[] | null> {
  const root = env().spoolDir
  const find = () =>
    Promise.all(
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
        return {
          directory,
          names: names
            .filter((name) => own === 0 || name !== except.name)
            .slice(0, NEIGHBOURS)
            .map((name) => ({ name, file: showFileName(name) })),
          count: answer.value.matching,
        }
      }),
    )
  const found = await whilePatient(root, find)
  return found?.every((one) => one !== null) ? found.filter(({ names }) => names.length > 0) : null
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
    actions = await findActions(sql`${firstSignatureSql('a')} = ${signature}`)
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
