import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { env } from '@/lib/env'
import type { MigId } from '@/lib/mig/wire/id'
import { SPOOL_STATES, type SpoolDirectory } from '@/lib/mig/wire/spool-name'
import type { SpoolFailure } from './answer'
import { PATIENCE_MS, unlessAway } from './away'
import { spoolClient } from './client'
import { encodeFileName, type SpoolFileName } from './file-name'

export type CommandFile = { directory: SpoolDirectory; name: SpoolFileName; bytes: number | null }

/**
 * The files in the spool whose names say that they are a command's or its action's; null when the spool cannot be looked at
 * or does not answer in a page's patience. An agent's answer in command/returned has a random name and is not among them.
 */
export async function findCommandFiles(
  _viewer: Viewer,
  command: { id: MigId; actionid: MigId },
): Promise<CommandFile[] | null> {
  const root = env().spoolDir
  const found = await unlessAway(
    root,
    PATIENCE_MS,
    () => find(root, command),
    ({ failures }) => failures.find(({ reason }) => reason === 'slow')?.sentence ?? null,
  )
  if ('away' in found) return null
  const { files, failures } = found.answer
  return files.length === 0 && failures.length > 0 ? null : files
}

async function find(
  root: string,
  { id, actionid }: { id: MigId; actionid: MigId },
): Promise<{ files: CommandFile[]; failures: SpoolFailure[] }> {
  const client = spoolClient(root)
  const files: CommandFile[] = []
  const failures: SpoolFailure[] = []
  const names = SPOOL_STATES.map((directory) => ({
    directory,
    name: directory[0] === 'command' ? `${actionid}-${id}.json` : `${actionid}.json`,
  }))
  const answers = await Promise.all(
    names.map(({ directory: [kind, state], name }) =>
      client.ask<'stat'>({ command: 'stat', kind, state, names: [name] }),
    ),
  )
  for (const [i, answer] of answers.entries()) {
    const { directory } = names[i] as (typeof names)[number]
    if (!answer.ok) {
      if (answer.reason !== 'absent') failures.push(answer)
      continue
    }
    for (const row of answer.value.rows)
      if (row.kind === 'file') files.push({ directory, name: encodeFileName(row.name), bytes: row.size })
  }
  return { files, failures }
}
