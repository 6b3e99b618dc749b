import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { spoolChange } from './change'
import { spoolClient } from './client'
import { getSpoolFile, getSpoolFileBytes } from './file'
import { fileNameSegment, readFileSegment } from './file-name'
import { listSpoolFiles } from './files'
import { getSpoolOverview } from './overview'
import { spoolError } from './spool-error'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-planted-'))
vi.stubEnv('MIG_SPOOL_DIR', root)
const viewer = testViewer('investigator')
const DIRECTORY: SpoolDirectory = ['command', 'returned']
const at = (name: string | Buffer) => Buffer.concat([Buffer.from(`${root}/command/returned/`), Buffer.from(name)])

const DEEP = `${'{"a":'.repeat(4_096)}1${'}'.repeat(4_096)}`
const SECRET = 'root:outside'

describe('what somebody planted', () => {
  useDatabaseOf('data-rst')
  fs.mkdirSync(path.join(root, 'command/returned'), { recursive: true })
  fs.writeFileSync(path.join(root, 'outside'), SECRET)
  const plain = '{"id":1,"status":"done","agent":{"name":"a","queueloc":"q"},"results":[]}'
  const names: (string | Buffer)[] = [
    'line\nbreak',
    `quote'"\``,
    'right\u202eto-left',
    'per%63ent',
    '%2e%2e%2fplanted',
    '...',
    '..json',
  ]
  names.push(Buffer.from([0xff, 0x2e, 0xfe]), '<script>alert(1)<script>', '-rf', ' ', 'x'.repeat(255))
  for (const name of names) fs.writeFileSync(at(name), plain)
  fs.symlinkSync('../../outside', at('link'))
  fs.symlinkSync('..', at('link-to-directory'))
  fs.symlinkSync('loop', at('loop'))
  fs.mkdirSync(at('directory'))
  execFileSync('mkfifo', [path.join(root, 'command/returned/fifo')])
  const special = ['link', 'link-to-directory', 'loop', 'directory', 'fifo', 'socket']
  if (process.getuid?.() === 0) {
    execFileSync('mknod', [path.join(root, 'command/returned/device'), 'c', '1', '5'])
    special.push('device')
  }
  const socket = createServer().listen(path.join(root, 'command/returned/socket'))
  fs.linkSync(path.join(root, 'outside'), at('hard-link'))
  fs.writeFileSync(at('sparse'), '')
  fs.truncateSync(at('sparse'), 10 * 2 ** 30)
  fs.writeFileSync(at('empty'), '')
  fs.writeFileSync(at('half'), plain.slice(0, 30))
  fs.writeFileSync(at('not-utf-8'), Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]))
  fs.writeFileSync(at('deep'), DEEP)

  afterAll(() => {
    socket.close()
    spoolClient(root).close()
    fs.rmSync(root, { recursive: true, force: true })
  })

  const rowsOf = async () => {
    const answer = await listSpoolFiles(viewer, { directory: DIRECTORY, size: 200 })
    if (!answer.ok) throw new Error(answer.sentence)
    return answer.value.rows
  }
  const open = (name: string) => getSpoolFile(viewer, { directory: DIRECTORY, name })

  test('is listed to the last entry, and every address leads back to its own file', async () => {
    const rows = await rowsOf()
    expect(rows).toHaveLength(fs.readdirSync(path.join(root, 'command/returned')).length)
    expect(new Set(rows.map((row) => row.file)).size).toBe(rows.length)
    for (const row of rows) {
      expect(row.file).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
      expect(readFileSegment(fileNameSegment(row.name))).toBe(row.name)
    }
    expect(Object.fromEntries(rows.filter((row) => row.entry !== 'file').map((row) => [row.file, row.entry]))).toEqual(
      Object.fromEntries(special.map((name) => [name, name.startsWith('link') || name === 'loop' ? 'link' : name])),
    )
  })

  test('is shown, or refused in a word, and nothing of it comes from outside but by its own second name', async () => {
    const began = performance.now()
    for (const row of await rowsOf()) {
      const answer = await open(row.name)
      const bytes = await getSpoolFileBytes(viewer, { directory: DIRECTORY, name: row.name })
      expect(answer.ok, row.file).toBe(bytes.ok)
      if (special.includes(row.file)) expect(answer, row.file).toMatchObject({ ok: false, reason: 'not-regular' })
      else if (row.file === 'sparse') expect(answer).toMatchObject({ ok: false, reason: 'too-big' })
      else expect(answer.ok, row.file).toBe(true)
      if (!answer.ok) expect(['conflict']).toContain(spoolError(answer).code)
      else if (row.file !== 'hard-link') expect(answer.value.text).not.toContain(SECRET)
    }
    // A FIFO, a device or 10 GB of nothing would hold it up for longer.
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(await open('hard-link')).toMatchObject({ ok: true, value: { links: 2 } })
  })

  test('says what is wrong with it', async () => {
    const sentences = async (name: string) => {
      const answer = await open(name)
      return answer.ok ? answer.value.problems.map(({ sentence }) => sentence).join(' ') : ''
    }
    expect(await sentences('empty')).toContain('The file is empty')
    expect(await sentences('half')).toContain('written only in part')
    expect(await sentences('not-utf-8')).toContain('not valid UTF-8')
    expect(await sentences('deep')).toContain('4,096 levels deep')
    for (const name of ['empty', 'half']) expect(await sentences(name)).toContain('MIG never moves such a file')
  })

  test('cannot be left by any spelling of a way out', async () => {
    const ways = ['../../outside', '..', '.', '/etc/passwd', '..%2f..%2foutside', '%2e%2e%2f%2e%2e%2foutside', '%2E%2E']
    ways.push(
      '..%252foutside',
      '%252e%252e%252foutside',
      '..%5coutside',
      '..\\outside',
      '%c0%ae%c0%ae/outside',
      'a\0b',
      '%00',
      '',
    )
    ways.push('．．／outside', '....//outside', 'x'.repeat(256), '%zz', '\ud800')
    for (const way of ways) {
      const answer = await open(way)
      expect(answer.ok, JSON.stringify(way)).toBe(false)
      if (!answer.ok) expect(['bad-name', 'vanished']).toContain(answer.reason)
    }
  })

  test('does not keep the overview from counting', async () => {
    const overview = await getSpoolOverview(viewer)
    const state = overview.states.find(({ directory }) => directory[0] === 'command' && directory[1] === 'returned')
    expect(state).toMatchObject({ status: 'present' })
    expect((state?.files ?? 0) + special.length).toBe(fs.readdirSync(path.join(root, 'command/returned')).length)
  })
})

describe('a spool that hangs', () => {
  useDatabaseOf('data-rst')
  afterAll(() => {
    spoolClient(root).close()
    fs.rmSync(root, { recursive: true, force: true })
  })

  test('costs a page one deadline, and says so', async () => {
    for (const [kind, state] of [
      ['action', 'new'],
      ['command', 'returned'],
    ])
      fs.mkdirSync(path.join(root, kind as string, state as string), { recursive: true })
    const client = spoolClient(root)
    const stopped = async () => {
      await client.ask<'root'>({ command: 'root' })
      process.kill(client.pid as number, 'SIGSTOP')
      return performance.now()
    }
    const overviewBegan = await stopped()
    expect(await getSpoolOverview(viewer)).toMatchObject({ problem: { reason: 'slow' } })
    expect(performance.now() - overviewBegan).toBeLessThan(4_000)
    const listBegan = await stopped()
    const [token, list] = await Promise.all([
      spoolChange(viewer),
      listSpoolFiles(viewer, { directory: DIRECTORY, size: 50 }),
    ])
    expect([token, list.ok || list.reason]).toEqual(['slow', 'slow'])
    expect(performance.now() - listBegan).toBeLessThan(4_000)
    expect(await listSpoolFiles(viewer, { directory: DIRECTORY, size: 50 })).toMatchObject({ ok: true })
  }, 30_000)
})
