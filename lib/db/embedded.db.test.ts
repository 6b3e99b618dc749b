import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Embedded, startEmbedded, stopEmbedded } from '@/lib/db/embedded'
import { embeddedFolder } from '@/lib/db/embedded-folder'
import { run } from '@/lib/testing/database'

const root = process.getuid?.() === 0
const folders: string[] = []
const children: ChildProcess[] = []
const settings = { fsync: 'off' }

function newFolder(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), `mig-dashboard-test-${process.pid}-`))
  chmodSync(dir, 0o755)
  folders.push(dir)
  return dir
}

type Told = Pick<Embedded, 'ownerUrl' | 'programUrl' | 'pid' | 'port' | 'startedHere'>

/** Starts the database from a process of its own; gives what it told and the process. */
async function starter(dir: string): Promise<{ told: Told; child: ChildProcess }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'lib/testing/start-embedded.ts', dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  let text = ''
  for await (const part of child.stdout ?? []) {
    text += part
    if (text.includes('\n')) return { told: JSON.parse(text), child }
  }
  throw new Error(`the starter ended: ${text}`)
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(async () => {
  for (const dir of folders) {
    await stopEmbedded(dir)
    rmSync(dir, { recursive: true, force: true })
  }
})

describe('a cluster of its own', () => {
  const dir = newFolder()
  let first: Embedded
  beforeAll(async () => {
    first = await startEmbedded({ dir, settings })
    await run(first.ownerUrl, `INSERT INTO public.modules VALUES (1, 'file')`)
  })

  test('is migrated, and the program has its role', async () => {
    expect(first.startedHere).toBe(true)
    expect(await run(first.programUrl, 'SELECT current_user AS who, name FROM public.modules')).toEqual([
      { who: 'mig_dashboard', name: 'file' },
    ])
    await expect(run(first.programUrl, 'DELETE FROM dashboard.audit')).rejects.toMatchObject({ code: '42501' })
  })

  test('asks for the password, listens on loopback only and has no socket', async () => {
    const wrong = new URL(first.ownerUrl)
    wrong.password = 'wrong'
    await expect(run(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
    expect(
      await run(
        first.ownerUrl,
        `SELECT current_setting('listen_addresses') AS listen, current_setting('unix_socket_directories') AS sockets, current_setting('shared_buffers') AS buffers`,
      ),
    ).toEqual([{ listen: '127.0.0.1', sockets: '', buffers: '128MB' }])
  })

  test('keeps its passwords and its data to itself', () => {
    for (const name of ['password', 'program-password', 'postgres.log', 'data'])
      expect(statSync(path.join(embeddedFolder(dir), name)).mode & 0o077, name).toBe(0)
    expect(readdirSync(embeddedFolder(dir)).sort()).toEqual([
      'data',
      'password',
      'port',
      'postgres.log',
      'program-password',
    ])
  })

  test('a second start attaches', async () => {
    const second = await startEmbedded({ dir })
    expect(second).toMatchObject({ startedHere: false, pid: first.pid, programUrl: first.programUrl })
  })

  test('after kill -9 of the server comes back at the same address with all rows', async () => {
    process.kill(first.pid, 'SIGKILL')
    await first.exited
    const next = await startEmbedded({ dir, settings })
    expect(next.startedHere).toBe(true)
    expect(next.pid).not.toBe(first.pid)
    expect(next.programUrl).toBe(first.programUrl)
    expect(await run(next.programUrl, 'SELECT name FROM public.modules')).toEqual([{ name: 'file' }])
    first = next
  })

  test('is stopped by a process that attached, and the starter notices', async () => {
    const attached = await startEmbedded({ dir })
    expect(attached.startedHere).toBe(false)
    await attached.stop()
    await Promise.all([attached.exited, first.exited])
    await expect(run(first.programUrl, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    // Stopping what is stopped is no error.
    await first.stop()
  })

  test('takes another port when its own is taken, inside the range', async () => {
    const other = createServer().listen(first.port, '127.0.0.1')
    const free = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address() as { port: number }
        probe.close(() => resolve(port))
      })
    })
    try {
      const moved = await startEmbedded({ dir, settings, ports: { from: free, to: free } })
      expect(moved.port).toBe(free)
      expect(await run(moved.programUrl, 'SELECT name FROM public.modules')).toEqual([{ name: 'file' }])
      await moved.stop()
      await expect(startEmbedded({ dir, settings, ports: { from: first.port, to: first.port } })).rejects.toThrow(
        'change DB_PORTS',
      )
    } finally {
      other.close()
    }
  })
})

test('three starts at once: one starts, two attach', async () => {
  const dir = newFolder()
  const all = await Promise.all([1, 2, 3].map(() => starter(dir)))
  expect(all.filter(({ told }) => told.startedHere)).toHaveLength(1)
  expect(new Set(all.map(({ told }) => told.pid)).size).toBe(1)
  for (const { told } of all) expect(await run(told.programUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('survives kill -9 of its starter, and the next start attaches', async () => {
  const dir = newFolder()
  const { told, child } = await starter(dir)
  child.kill('SIGKILL')
  await sleep(200)
  const next = await startEmbedded({ dir })
  expect(next).toMatchObject({ startedHere: false, pid: told.pid })
  await next.stop()
  await next.exited
})

test('a starter killed in the middle is no obstacle', async () => {
  const dir = newFolder()
  for (const after of [150, 900, 1_500]) {
    const child = spawn(process.execPath, ['--import', 'tsx', 'lib/testing/start-embedded.ts', dir], {
      stdio: 'ignore',
    })
    children.push(child)
    await sleep(after)
    child.kill('SIGKILL')
  }
  const running = await startEmbedded({ dir, settings })
  expect(await run(running.programUrl, 'SELECT count(*)::int AS n FROM public.actions')).toEqual([{ n: 0 }])
  expect(readdirSync(embeddedFolder(dir)).filter((name) => /starting|data\.new|initdb/.test(name))).toEqual([])
})

test('the initdb of a killed starter, still writing, is no obstacle', async () => {
  const dir = newFolder()
  const killed = spawnSync(process.execPath, ['--version']).pid
  const partial = path.join(embeddedFolder(dir), `data.new.${killed}`)
  // Many files take longer to remove than the next one takes to appear.
  const writes = `const { mkdirSync, writeFileSync } = require('node:fs')
    const [folder] = process.argv.slice(1)
    mkdirSync(folder, { recursive: true })
    for (let i = 0; i < 3000; i++) writeFileSync(folder + '/' + i, '')
    console.log('writing')
    let n = 3000
    setInterval(() => writeFileSync(folder + '/' + n++, ''), 2)`
  const writer = spawn(process.execPath, ['--eval', writes, partial], { stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(writer)
  await once(writer.stdout, 'data')
  await startEmbedded({ dir, settings })
  expect(existsSync(partial)).toBe(false)
})

describe('a folder that cannot be used is one sentence', () => {
  test('below a file', async () => {
    const dir = newFolder()
    writeFileSync(path.join(dir, 'file'), '')
    await expect(startEmbedded({ dir: path.join(dir, 'file') })).rejects.toThrow(/is not writable \(E\w+\).*DB_HOME/)
  })

  test.runIf(process.platform === 'linux')('where no folder can be made', async () => {
    await expect(startEmbedded({ dir: '/proc/nowhere' })).rejects.toThrow(/is not writable \(ENOENT\)/)
  })

  test.runIf(root)('of another account', async () => {
    const dir = newFolder()
    mkdirSync(path.join(dir, 'postgres'))
    chownSync(path.join(dir, 'postgres'), 12_345, 12_345)
    await expect(startEmbedded({ dir })).rejects.toThrow('belongs to another account (uid 12345)')
  })

  test.skipIf(root)('without the right to write', async () => {
    const dir = newFolder()
    chmodSync(dir, 0o555)
    await expect(startEmbedded({ dir })).rejects.toThrow(/is not writable \(EACCES\)/)
    chmodSync(dir, 0o755)
  })

  test.runIf(root)('as root below a closed folder the cluster moves out of it', () => {
    const dir = newFolder()
    expect(embeddedFolder(path.join(dir, 'project', '.data'))).toBe(path.join(dir, 'project', '.data', 'postgres'))
    chmodSync(dir, 0o700)
    expect(embeddedFolder(path.join(dir, 'project', '.data'))).toMatch(/^\/var\/lib\/mig-dashboard\/[0-9a-f]{12}$/)
    chmodSync(dir, 0o755)
  })
})
