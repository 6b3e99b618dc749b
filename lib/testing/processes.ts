import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { bareEnvironment } from '@/lib/db/embedded-binaries'
import { account } from '@/lib/db/embedded-folder'

const START_LIMIT_MS = 60_000
const END_LIMIT_MS = 20_000
/** For servers whose data may be lost. */
export const UNSAFE_BUT_QUICK = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }

/** A program that runs until it is ended; as root with the account of PostgreSQL, if it will not run as root. */
export function startProgram(file: string, args: string[], logFile: string, asRoot = false): ChildProcess {
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(file, args, {
    ...(asRoot ? {} : account()),
    cwd: '/',
    env: bareEnvironment(),
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.once('error', () => {})
  return child
}

/** The arguments of a PostgreSQL server on loopback that may lose what it has when the machine stops. */
export function postgresArgs(data: string, port: number, more: Readonly<Record<string, string>> = {}): string[] {
  const settings = { ...UNSAFE_BUT_QUICK, listen_addresses: '127.0.0.1', unix_socket_directories: '', ...more }
  return [
    '-D',
    data,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
}

/** Waits until it answers; throws what it last threw when it does not within a minute, or when its program is gone. */
export async function until(what: string, ready: () => Promise<unknown>, program?: ChildProcess): Promise<void> {
  for (const end = Date.now() + START_LIMIT_MS; ; await sleep(100)) {
    const problem = await ready().then(
      () => null,
      (error: Error) => error,
    )
    if (!problem) return
    if (program && isGone(program)) throw new Error(`${what} has ended: ${problem.message}`)
    if (Date.now() > end) throw new Error(`${what} does not answer within a minute: ${problem.message}`)
  }
}

/** Ends a program by this signal, at last by force; returns when it is gone. */
export async function ended(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || isGone(child) || child.pid === undefined) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS)
  await gone
  clearTimeout(timer)
}

const isGone = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null
