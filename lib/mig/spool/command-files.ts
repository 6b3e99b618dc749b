import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { env } from '@/lib/env'
import type { MigId } from '@/lib/mig/wire/id'
import { SPOOL_STATES, type SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { spoolClient } from './client'
import { encodeFileName, type SpoolFileName } from './file-name'

export type CommandFile = { directory: SpoolDirectory; name: SpoolFileName; bytes: number | null }

/**
 * The files in the spool whose names say that they are a command's or its action's; null when the spool does not answer.
 * An agent's answer in command/returned has a random name and is not among them.
 */
export async function findCommandFiles(
  _viewer: Viewer,
  { id, actionid }: { id: MigId; actionid: MigId },
): Promise<CommandFile[] | null> {
  const client = spoolClient(env().spoolDir)
  const answers = await Promise.all(
    SPOOL_STATES.map(async (directory) => {
      const [kind, state] = directory
      const name = kind === 'command' ? `${actionid}-${id}.json` : `${actionid}.json`
      const answer = await client.ask<'stat'>({ command: 'stat', kind, state, names: [name] })
      if (!answer.ok) return answer.reason === 'absent' ? [] : null
      return answer.value.rows
        .filter((row) => row.kind === 'file')
        .map((row) => ({ directory, name: encodeFileName(row.name), bytes: row.size }))
    }),
  )
  return answers.some((answer) => answer === null) && answers.every((answer) => !answer?.length)
    ? null
    : answers.flatMap((answer) => answer ?? [])
}
