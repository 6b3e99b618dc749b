import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { appendFileSync, closeSync, openSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  account,
  bareEnvironment,
  binaries,
  type Embedded,
  embeddedFolder,
  executable,
  startEmbedded,
} from '@/lib/db/embedded'
import { run } from './database'
import { freePort } from './site'

const START_LIMIT_MS = 30_000
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

/** A primary of its own, and a hot standby that streams from it. */
export type Pair = {
  primary: Embedded
  /** The standby's address for the program's role. */
  readUrl: string
  /** A statement on the standby, as the superuser. */
  onStandby(text: string): Promise<unknown>
  /** Ends the standby at once, as a crash does. */
  killStandby(): Promise<void>
  startStandby(): Promise<void>
  stop(): Promise<void>
}

/** Starts the pair in an empty folder. */
export async function startPair(dir: string): Promise<Pair> {
  const first = await startEmbedded({ dir, settings: SETTINGS })
  await first.stop()
  const base = embeddedFolder(dir)
  const data = path.join(base, 'standby')
  execFileSync('cp', ['-a', path.join(base, 'data'), data])
  const primary = await startEmbedded({ dir, settings: SETTINGS })
  const { password } = new URL(primary.ownerUrl)
  writeFileSync(path.join(data, 'standby.signal'), '')
  appendFileSync(
    path.join(data, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=postgres password=${password}'\n`,
  )
  const port = await freePort()
  const at = (url: string) => url.replace(`:${primary.port}/`, `:${port}/`)
  let server: ChildProcess | undefined

  const startStandby = async () => {
    const settings = {
      ...SETTINGS,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      hot_standby_feedback: 'on',
    }
    const log = openSync(path.join(base, 'standby.log'), 'w', 0o600)
    server = spawn(
      executable(binaries(base, account()), 'postgres'),
      [
        '-D',
        data,
        '-p',
        String(port),
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      { ...account(), cwd: '/', env: bareEnvironment(), stdio: ['ignore', log, log] },
    )
    closeSync(log)
    for (const until = Date.now() + START_LIMIT_MS; ; await sleep(50)) {
      const ready = await run(at(primary.ownerUrl), 'SELECT 1').catch((error: Error) => error)
      if (!(ready instanceof Error)) return
      if (Date.now() > until || server.exitCode !== null) throw ready
    }
  }
  const killStandby = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const gone = new Promise((resolve) => server?.once('exit', resolve))
    // Immediate shutdown: the postmaster alone, killed, would leave its children behind for a while.
    server.kill('SIGQUIT')
    await gone
  }
  await startStandby()
  return {
    primary,
    readUrl: at(primary.programUrl),
    onStandby: (text) => run(at(primary.ownerUrl), text),
    killStandby,
    startStandby,
    stop: async () => {
      await killStandby()
      await primary.stop()
    },
  }
}
