import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import type { Server } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { SpoolClient } from '@/lib/mig/spool/client'
import { SPOOL_STATES } from '@/lib/mig/wire/spool-name'

/** Whether the tests run as root, whom no mode of a file stops. */
export const isRoot = process.getuid?.() === 0
/** A name as the worker sends it: its bytes as characters. */
export const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

/** The spool of the test that runs. */
export let root = ''
const opened: SpoolClient[] = []
/** Closed after the test. */
export const sockets: Server[] = []

/** Gives each test of the file an empty folder for its spool, and closes what it opened. */
export function emptySpoolForEachTest(): void {
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-'))
  })
  afterEach(async () => {
    for (const client of opened.splice(0)) client.close()
    for (const socket of sockets.splice(0)) await new Promise((done) => socket.close(done))
    fs.chmodSync(root, 0o700)
    execFileSync('chmod', ['-R', 'u+rwX', root])
    fs.rmSync(root, { recursive: true, force: true })
  })
}

/** A client of the test's spool. */
export function open(options: Partial<ConstructorParameters<typeof SpoolClient>[0]> = {}): SpoolClient {
  const client = new SpoolClient({ root, deadlineMs: 10_000, ...options })
  opened.push(client)
  return client
}

/** Makes all directories of the states. */
export function makeStates(): void {
  for (const [kind, state] of SPOOL_STATES) fs.mkdirSync(path.join(root, kind, state), { recursive: true })
}

/** Writes a file into a state. */
export function put(where: string, name: string | Buffer, content: string | Buffer = '{}'): void {
  fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/${where}/`), Buffer.from(name as string)]), content)
}

export const survey = (client: SpoolClient, kind = 'action', state = 'new') =>
  client.ask<'survey'>({ command: 'survey', kind, state })
export const list = (client: SpoolClient, more: object = {}) =>
  client.ask<'list'>({ command: 'list', kind: 'action', state: 'new', size: 50, ...more })
export const read = (client: SpoolClient, name: string, more: object = {}) =>
  client.ask<'read'>({ command: 'read', kind: 'action', state: 'new', name, cap: 1 << 20, ...more })

/** The names on a page. */
export async function namesOf(client: SpoolClient, more: object = {}): Promise<string[]> {
  const answer = await list(client, more)
  if (!answer.ok) throw new Error(answer.sentence)
  return answer.value.rows.map((row) => row.name)
}

// Through /proc/self/fd where there is one, and by path as on other systems.
