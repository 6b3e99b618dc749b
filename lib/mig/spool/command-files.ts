import 'server-only'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Viewer } from '@/lib/auth/viewer'
import { env } from '@/lib/env'
import type { MigId } from '@/lib/mig/wire/id'
import { SPOOL_STATES, type SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { spoolClient } from './client'
import { encodeFileName, type SpoolFileName } from './file-name'

/** A page does not wait longer for the spool. */
const PATIENCE_MS = 1000

export type CommandFile = { directory: SpoolDirectory; name: SpoolFileName; bytes: number | null }

/**
 * The files in the spool whose names say that they are a command's or its action's; null when the spool does not answer
 * within a second. An agent's answer in command/returned has a random name and is not among them.
 */
export async function findCommandFiles(
  _viewer: Viewer,
  command: { id: MigId; actionid: MigId },
): Promise<CommandFile[] | null> {
  const late = new AbortController()
  try {
    return await Promise.race([find(command), sleep(PATIENCE_MS, null, { signal: late.signal })])
  } finally {
    late.abort()
  }
}

async function find({ id, actionid }: { id: MigId; actionid: MigId }): Promise<CommandFile[] | null> {
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
