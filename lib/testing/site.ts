import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { SETTINGS } from '@/lib/env'

const root = path.resolve(import.meta.dirname, '../..')
const START = path.join(root, 'scripts/start.js')
// A starter with this ends when the test process is gone, even when that was killed.
const FOLLOW = ['--require', path.join(root, 'scripts/follow-parent.cjs')]
const START_LIMIT_MS = 300_000

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

/** The environment for a process of the program in a test: only these settings, none of the caller's and none of `.env`. */
export function testEnvironment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const cleaned: Record<string, string | undefined> = { DEMO_SIMULATOR: 'off' }
  for (const [name, value] of Object.entries(process.env))
    if (!/^PG[A-Z]/.test(name) && name !== 'NODE_ENV') cleaned[name] = value
  // An empty value is "said" for .env, and unset for the program.
  for (const name of SETTINGS) cleaned[name] = ''
  return Object.assign(cleaned, settings) as NodeJS.ProcessEnv
}

/** An empty data folder below the temporary one, in which also another account's PostgreSQL may live. */
export function temporaryDataDir(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'mig-dashboard-site-'))
  chmodSync(dir, 0o755)
  return dir
}

export type Run = { code: number | null; output: string }

/** Runs `npm start`'s script to its end. */
export function runStarter(
  settings: Record<string, string>,
  nodeArgs: string[] = [],
  args: string[] = [],
): Promise<Run> {
  const child = spawn(process.execPath, [...FOLLOW, ...nodeArgs, START, ...args], {
    cwd: root,
    env: testEnvironment(settings),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  return new Promise((resolve) => {
    const output = collect(child)
    child.once('close', (code) => resolve({ code, output: output() }))
  })
}

export type TestSite = { url: string; pid: number; output(): string; stop(): Promise<void> }

/** Starts the whole site as `npm start` does, on a free port; throws what it said when it does not come up. */
export async function startSiteForTests(settings: Record<string, string>): Promise<TestSite> {
  const port = settings.PORT ?? String(await freePort())
  const child = spawn(process.execPath, [...FOLLOW, START], {
    cwd: root,
    env: testEnvironment({ ...settings, PORT: port }),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const output = collect(child)
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const up = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The site did not come up in time:\n${output()}`)), START_LIMIT_MS)
    child.stdout?.on('data', () => {
      if (!/^MIG dashboard: /m.test(output())) return
      clearTimeout(timer)
      resolve()
    })
    void gone.then(() => {
      clearTimeout(timer)
      reject(new Error(`The site did not come up:\n${output()}`))
    })
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await gone
  }
  try {
    await up
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, output, stop }
}

function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
  return () => text
}
