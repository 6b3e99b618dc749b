import { type ChildProcess, execFileSync } from 'node:child_process'
import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Embedded, startEmbedded } from '@/lib/db/embedded'
import { binaries, executable } from '@/lib/db/embedded-binaries'
import { account, embeddedFolder } from '@/lib/db/embedded-folder'
import { run } from './database'
import { ended, postgresArgs, startProgram, UNSAFE_BUT_QUICK, until } from './processes'
import { freePort } from './site'

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
  const first = await startEmbedded({ dir, settings: UNSAFE_BUT_QUICK })
  await first.stop()
  const base = embeddedFolder(dir)
  const data = path.join(base, 'standby')
  execFileSync('cp', ['-a', path.join(base, 'data'), data])
  const primary = await startEmbedded({ dir, settings: UNSAFE_BUT_QUICK })
  const { password } = new URL(primary.ownerUrl)
  writeFileSync(path.join(data, 'standby.signal'), '')
  appendFileSync(
    path.join(data, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=postgres password=${password}'\n`,
  )
  const port = await freePort()
  const at = (url: string) => url.replace(`:${primary.port}/`, `:${port}/`)
  let server: ChildProcess | undefined

  const postgres = executable(binaries(base, account()), 'postgres')
  const startStandby = async () => {
    const args = postgresArgs(data, port, { hot_standby_feedback: 'on' })
    server = startProgram(postgres, args, path.join(base, 'standby.log'))
    await until('The standby', () => run(at(primary.ownerUrl), 'SELECT 1'), server)
  }
  // Immediate shutdown: the postmaster alone, killed, would leave its children behind for a while.
  const killStandby = () => ended(server, 'SIGQUIT')
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
