import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import { createServer, type Server } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSpoolName, SPOOL_STATES } from '@/lib/mig/wire/spool-name'
import { instantToDate } from '@/lib/mig/wire/time'
import { SpoolClient } from './client'
import { nameMoment } from './health'
import { parseSpoolFile } from './parse'
import type { PeekedFile } from './protocol'
import { momentOf } from './worker-names.mjs'

const isRoot = process.getuid?.() === 0
const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

let root: string
const opened: SpoolClient[] = []
const sockets: Server[] = []

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

function open(options: Partial<ConstructorParameters<typeof SpoolClient>[0]> = {}): SpoolClient {
  const client = new SpoolClient({ root, deadlineMs: 10_000, ...options })
  opened.push(client)
  return client
}

function makeStates(): void {
  for (const [kind, state] of SPOOL_STATES) fs.mkdirSync(path.join(root, kind, state), { recursive: true })
}

function put(where: string, name: string | Buffer, content: string | Buffer = '{}'): void {
  fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/${where}/`), Buffer.from(name as string)]), content)
}

const survey = (client: SpoolClient, kind = 'action', state = 'new') =>
  client.ask<'survey'>({ command: 'survey', kind, state })
const list = (client: SpoolClient, more: object = {}) =>
  client.ask<'list'>({ command: 'list', kind: 'action', state: 'new', size: 50, ...more })
const read = (client: SpoolClient, name: string, more: object = {}) =>
  client.ask<'read'>({ command: 'read', kind: 'action', state: 'new', name, cap: 1 << 20, ...more })

async function namesOf(client: SpoolClient, more: object = {}): Promise<string[]> {
  const answer = await list(client, more)
  if (!answer.ok) throw new Error(answer.sentence)
  return answer.value.rows.map((row) => row.name)
}

// Through /proc/self/fd where there is one, and by path as on other systems.
const WAYS: string[][] = process.platform === 'linux' ? [[], ['--by-path']] : [[]]

describe.each(WAYS.map((workerArgs) => ({ workerArgs })))('the worker with $workerArgs', ({ workerArgs }) => {
  test('counts, lists and reads an ordinary spool', async () => {
    makeStates()
    const text = '{"id":6.059408362783471e+18}'
    put('action/done', '6059408362783470592.json', text)
    put('command/returned', '6059408369206590464')
    const client = open({ workerArgs })
    expect(await survey(client, 'action', 'done')).toEqual({
      ok: true,
      value: {
        files: 1,
        others: 0,
        strangers: 0,
        strangerNames: [],
        extremes: ['6059408362783470592.json'],
        stamped: { count: 0, names: [] },
      },
    })
    expect(await survey(client, 'command', 'ready')).toMatchObject({ ok: true, value: { files: 0, extremes: [] } })
    const mtime = fs.statSync(path.join(root, 'action/done/6059408362783470592.json'), { bigint: true }).mtimeNs
    const listed = await list(client, { state: 'done' })
    expect(listed).toMatchObject({
      ok: true,
      value: {
        total: 1,
        matching: 1,
        preceding: 0,
        rows: [{ name: '6059408362783470592.json', kind: 'file', size: text.length, mtimeNs: mtime, links: 1 }],
      },
    })
    const answer = await read(client, '6059408362783470592.json', { state: 'done' })
    if (!answer.ok) throw new Error(answer.sentence)
    expect(Buffer.from(answer.value.bytes).toString()).toBe(text)
    expect(answer.value).toMatchObject({ size: text.length, mtimeNs: mtime, changed: false })
  })

  test('a spool or a state that is missing is said, and hides nothing else', async () => {
    fs.mkdirSync(path.join(root, 'action/new'), { recursive: true })
    const client = open({ workerArgs })
    expect(await survey(client)).toMatchObject({ ok: true })
    expect(await survey(client, 'action', 'done')).toMatchObject({ ok: false, reason: 'absent' })
    expect(await survey(client, 'command', 'done')).toMatchObject({ ok: false, reason: 'absent' })
    const nowhere = open({ workerArgs, root: path.join(root, 'nowhere') })
    expect(await survey(nowhere)).toMatchObject({ ok: false, reason: 'absent-root' })
    expect(await nowhere.ask<'root'>({ command: 'root' })).toMatchObject({ ok: false, reason: 'absent-root' })
  })

  test('a file in place of a directory', async () => {
    fs.mkdirSync(path.join(root, 'action'))
    fs.writeFileSync(path.join(root, 'action/new'), '')
    fs.writeFileSync(path.join(root, 'command'), '')
    const client = open({ workerArgs })
    expect(await survey(client)).toMatchObject({ ok: false, reason: 'not-directory' })
    expect(await survey(client, 'command', 'done')).toMatchObject({ ok: false, reason: 'not-directory' })
    const file = open({ workerArgs, root: path.join(root, 'command') })
    expect(await survey(file)).toMatchObject({
      ok: false,
      reason: 'unreadable-root',
      sentence: 'The spool directory is not a directory.',
    })
  })

  // root may read everything, so the refusal of the kernel is seen as another user only.
  test.skipIf(isRoot)('directories and files that may not be read', async () => {
    makeStates()
    put('action/new', 'secret.json')
    fs.chmodSync(path.join(root, 'action/new/secret.json'), 0)
    fs.chmodSync(path.join(root, 'action/done'), 0)
    const client = open({ workerArgs })
    expect(await read(client, 'secret.json')).toMatchObject({ ok: false, reason: 'unreadable' })
    expect(await survey(client, 'action', 'done')).toMatchObject({ ok: false, reason: 'unreadable' })
    fs.chmodSync(root, 0)
    expect(await client.ask<'root'>({ command: 'root' })).toMatchObject({ ok: false, reason: 'unreadable-root' })
  })

  test('directories that are links are not followed, wherever they lead', async () => {
    makeStates()
    fs.mkdirSync(path.join(root, 'outside'))
    fs.writeFileSync(path.join(root, 'outside/file.json'), 'outside')
    fs.rmdirSync(path.join(root, 'action/new'))
    fs.symlinkSync(path.join(root, 'outside'), path.join(root, 'action/new'))
    fs.rmdirSync(path.join(root, 'action/done'))
    fs.symlinkSync('done', path.join(root, 'action/done'))
    fs.rmSync(path.join(root, 'command'), { recursive: true })
    fs.symlinkSync('action', path.join(root, 'command'))
    const client = open({ workerArgs })
    expect(await survey(client)).toMatchObject({ ok: false, reason: 'link' })
    expect(await list(client)).toMatchObject({ ok: false, reason: 'link' })
    expect(await read(client, 'file.json')).toMatchObject({ ok: false, reason: 'link' })
    expect(await survey(client, 'action', 'done')).toMatchObject({ ok: false, reason: 'link' })
    expect(await survey(client, 'command', 'inflight')).toMatchObject({ ok: false, reason: 'link' })
    // The root itself is the operator's choice.
    fs.symlinkSync('.', path.join(root, 'to-root'))
    expect(await survey(open({ workerArgs, root: path.join(root, 'to-root') }), 'action', 'invalid')).toMatchObject({
      ok: true,
    })
  })

  test('what is no regular file is listed, counted as a stranger and never opened', async () => {
    makeStates()
    const at = (name: string) => path.join(root, 'action/new', name)
    fs.writeFileSync(path.join(root, 'outside'), 'outside')
    fs.symlinkSync(path.join(root, 'outside'), at('link.json'))
    fs.symlinkSync(root, at('link-to-directory'))
    fs.symlinkSync('loop', at('loop'))
    fs.mkdirSync(at('directory'))
    execFileSync('mkfifo', [at('fifo')])
    const socket = createServer()
    sockets.push(socket)
    await new Promise<void>((listening) => socket.listen(at('socket'), listening))
    const special = ['directory', 'fifo', 'link-to-directory', 'link.json', 'loop', 'socket']
    if (isRoot) {
      execFileSync('mknod', [at('device'), 'c', '1', '5'])
      special.push('device')
    }
    put('action/new', 'file.json', 'inside')
    const client = open({ workerArgs })
    const answer = await list(client)
    if (!answer.ok) throw new Error(answer.sentence)
    expect(Object.fromEntries(answer.value.rows.map((row) => [row.name, row.kind]))).toEqual({
      ...(isRoot ? { device: 'device' } : {}),
      directory: 'directory',
      fifo: 'fifo',
      'file.json': 'file',
      'link-to-directory': 'link',
      'link.json': 'link',
      loop: 'link',
      socket: 'socket',
    })
    expect(await survey(client)).toMatchObject({
      ok: true,
      value: { files: 1, others: special.length, strangers: special.length },
    })
    for (const name of special)
      expect(await read(client, name), name).toMatchObject({ ok: false, reason: 'not-regular' })
    expect(await read(client, 'fifo')).toMatchObject({
      sentence: 'This is a named pipe, and only regular files are opened.',
    })
    expect(await read(client, 'file.json')).toMatchObject({ ok: true })
  })

  test('empty, capped and sparse files', async () => {
    makeStates()
    put('action/new', 'empty.json', '')
    put('action/new', 'full.json', 'x'.repeat(1000))
    put('action/new', 'over.json', 'x'.repeat(1001))
    put('action/new', 'sparse.json', '')
    fs.truncateSync(path.join(root, 'action/new/sparse.json'), 10 * 2 ** 30)
    const client = open({ workerArgs })
    expect(await read(client, 'empty.json', { cap: 1000 })).toMatchObject({
      ok: true,
      value: { size: 0, changed: false },
    })
    expect(await read(client, 'full.json', { cap: 1000 })).toMatchObject({ ok: true, value: { size: 1000 } })
    expect(await read(client, 'over.json', { cap: 1000 })).toMatchObject({
      ok: false,
      reason: 'too-big',
      sentence: 'The file has 1,001 bytes; files of more than 1,000 bytes are not opened.',
    })
    expect(await read(client, 'sparse.json')).toMatchObject({
      ok: false,
      reason: 'too-big',
      facts: { size: 10 * 2 ** 30 },
    })
    expect(await read(client, 'absent.json')).toMatchObject({ ok: false, reason: 'vanished' })
  })

  test('every name that a file system allows, byte for byte', async () => {
    makeStates()
    const odd = [
      Buffer.from([0xff, 0xfe, 0x2e, 0x6a]),
      Buffer.from([0xc3]),
      ...[
        'a\nb',
        'quote\'"`',
        'right\u202eto-left',
        '50%',
        '%2e%2e',
        '...',
        '..json',
        '-rf',
        ' ',
        'ünï',
        '\\..\\x',
        'x'.repeat(255),
      ].map((name) => Buffer.from(name)),
    ]
    for (const name of odd) put('action/new', name, name)
    const client = open({ workerArgs })
    const expected = odd.map((name) => name.toString('latin1')).sort()
    expect(await namesOf(client)).toEqual(expected)
    for (const name of expected) {
      const answer = await read(client, name)
      expect(answer.ok && Buffer.from(answer.value.bytes).toString('latin1'), JSON.stringify(name)).toBe(name)
    }
  })

  test('names that are no single name, and states that MIG has not, are refused', async () => {
    makeStates()
    fs.writeFileSync(path.join(root, 'outside.json'), 'outside')
    const client = open({ workerArgs })
    for (const name of ['..', '.', '', '../../outside.json', '/etc/passwd', 'a/b', 'a\0', 'x'.repeat(256), '\u0100'])
      expect(await read(client, name), JSON.stringify(name)).toMatchObject({ ok: false, reason: 'bad-name' })
    for (const [kind, state] of [
      ['action', 'returned'],
      ['action', '..'],
      ['..', 'new'],
      ['action/..', 'new'],
      ['', ''],
      ['__proto__', 'new'],
      ['constructor', 'new'],
    ] as const) {
      expect(await survey(client, kind, state)).toMatchObject({ ok: false, reason: 'bad-state' })
      expect(await read(client, 'x', { kind, state })).toMatchObject({ ok: false, reason: 'bad-state' })
    }
    // Encodings are no business of the file system: these are names of files that are not there.
    for (const name of [
      '%2e%2e%2foutside.json',
      '..%2foutside.json',
      '%00',
      '..\\outside.json',
      latin1('．．／outside.json'),
    ])
      expect(await read(client, name), name).toMatchObject({ ok: false, reason: 'vanished' })
  })

  test('what lies beside the states', async () => {
    makeStates()
    fs.writeFileSync(path.join(root, 'agents_whitelist.txt'), '')
    fs.mkdirSync(path.join(root, '.gnupg'))
    fs.mkdirSync(path.join(root, 'action/old'))
    expect(await open({ workerArgs }).ask<'root'>({ command: 'root' })).toEqual({
      ok: true,
      value: { besides: ['.gnupg', 'action/old', 'agents_whitelist.txt'], besidesCount: 3 },
    })
  })

  test('a file swapped for a link or moved away while it is read never shows what is outside', async () => {
    makeStates()
    fs.mkdirSync(path.join(root, 'outside'))
    fs.writeFileSync(path.join(root, 'outside/x.json'), 'OUTSIDE')
    fs.writeFileSync(path.join(root, 'outside/other.json'), 'OUTSIDE')
    // Runs until its standard input ends; the short sleeps leave moments in which nothing is swapped.
    const swapper = `
      const fs = require('fs'), root = ${JSON.stringify(root)}, dir = root + '/action/new', x = dir + '/x.json'
      let seed = 42
      const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n
      let away = false
      const swap = () => {
        if (away) { fs.unlinkSync(dir); fs.renameSync(dir + '.away', dir); away = false }
        for (let i = 0; i < 40; i++) {
          fs.rmSync(x, { force: true })
          if (random(3)) fs.symlinkSync(root + '/outside/x.json', x)
          else if (random(2)) { fs.writeFileSync(x + '.tmp', 'inside'); fs.renameSync(x + '.tmp', x) }
        }
        if (random(3) === 0) { fs.renameSync(dir, dir + '.away'); fs.symlinkSync(root + '/outside', dir); away = true }
        setTimeout(swap, random(3))
      }
      process.stdin.on('end', () => process.exit()).resume()
      process.stdout.write('started')
      swap()`
    const other = spawn(process.execPath, ['-e', swapper], { stdio: ['pipe', 'pipe', 'inherit'] })
    await new Promise((started) => other.stdout.once('data', started))
    const client = open({ workerArgs })
    const outcomes = new Map<string, number>()
    const began = performance.now()
    // At least a second, and until the race has been met often enough from both sides.
    for (;;) {
      const [file, page] = await Promise.all([read(client, 'x.json'), list(client)])
      if (file.ok) expect(['inside', '']).toContain(Buffer.from(file.value.bytes).toString())
      if (page.ok) for (const row of page.value.rows) expect(['x.json', 'x.json.tmp']).toContain(row.name)
      for (const answer of [file, page]) {
        const outcome = answer.ok ? 'ok' : answer.reason
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
      const refused = [...outcomes].reduce((sum, [outcome, count]) => (outcome === 'ok' ? sum : sum + count), 0)
      if (performance.now() - began > 1_000 && (outcomes.get('ok') ?? 0) > 20 && refused > 20) break
    }
    const ended = new Promise((done) => other.once('exit', done))
    other.stdin.end()
    await ended
    for (const outcome of outcomes.keys())
      expect(['ok', 'vanished', 'not-regular', 'absent', 'link', 'not-directory']).toContain(outcome)
  }, 30_000)
})

describe('a state with 20,000 files', () => {
  const big = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-big-'))
  const names: string[] = []
  fs.mkdirSync(path.join(big, 'action/new'), { recursive: true })
  for (let i = 0; i < 20_000; i++) {
    // Spread over lengths and first characters, so that the order of the bytes is not that of the numbers.
    const name = `${(i * 7919) % 100_003}${i % 3 === 0 ? 'Ab' : ''}.json`
    names.push(name)
    fs.closeSync(fs.openSync(path.join(big, 'action/new', name), 'w'))
  }
  const sorted = [...new Set(names)].sort()
  afterAll(() => fs.rmSync(big, { recursive: true }))

  test('keyset pages forwards and backwards are the sorted directory', async () => {
    const client = open({ root: big })
    const forwards: string[] = []
    for (let after: string | undefined; ; ) {
      const answer = await list(client, { size: 3000, after })
      if (!answer.ok) throw new Error(answer.sentence)
      expect(answer.value).toMatchObject({ total: sorted.length, matching: sorted.length, preceding: forwards.length })
      if (answer.value.rows.length === 0) break
      forwards.push(...answer.value.rows.map((row) => row.name))
      after = forwards.at(-1)
    }
    expect(forwards).toEqual(sorted)

    const backwards: string[] = []
    for (let before: string | undefined = '\u00ff'; ; ) {
      const answer = await list(client, { size: 3000, before })
      if (!answer.ok) throw new Error(answer.sentence)
      const page = answer.value.rows.map((row) => row.name)
      expect(answer.value.preceding).toBe(sorted.length - backwards.length - page.length)
      if (page.length === 0) break
      backwards.unshift(...page)
      before = backwards[0]
    }
    expect(backwards).toEqual(sorted)
  }, 30_000)

  test('pages by the moment in the names, both ways, with the names that carry none last', async () => {
    for (const descending of [false, true]) {
      const sign = descending ? -1 : 1
      const expected = [...sorted].sort((a, b) => {
        const [x, y] = [a, b].map((name) => momentOf('action', 'new', name) ?? sign * Infinity) as [number, number]
        return sign * (x < y ? -1 : x > y ? 1 : a < b ? -1 : 1)
      })
      const client = open({ root: big })
      const seen: string[] = []
      let place: object = {}
      for (;;) {
        const answer = await list(client, { size: 3000, order: 'moment', descending, ...place })
        if (!answer.ok) throw new Error(answer.sentence)
        expect(answer.value).toMatchObject({ matching: sorted.length, preceding: seen.length })
        if (answer.value.rows.length === 0) break
        seen.push(...answer.value.rows.map((row) => row.name))
        const last = answer.value.rows.at(-1)
        place = { after: last?.name, afterKey: last?.key ?? sign * Infinity }
      }
      expect(seen).toEqual(expected)
    }
  }, 30_000)

  test('an unchanged directory is answered from what was read, and a change is seen at once', async () => {
    const client = open({ root: big })
    fs.utimesSync(path.join(big, 'action/new'), new Date(2020, 1), new Date(2020, 1))
    const first = await list(client)
    const again = await list(client)
    expect(again).toEqual(first)
    const last = first.ok ? first.value.rows.at(-1)?.name : undefined
    expect(await namesOf(client, { after: last })).toEqual(sorted.slice(50, 100))
    expect(await namesOf(client, { before: sorted[60] })).toEqual(sorted.slice(10, 60))
    const added = path.join(big, 'action/new', '0-first')
    fs.writeFileSync(added, '')
    expect((await namesOf(client))[0]).toBe('0-first')
    fs.unlinkSync(added)
    expect(await namesOf(client)).toEqual(sorted.slice(0, 50))
  })

  test('a page from the middle, and a filter without regard to case', async () => {
    const client = open({ root: big })
    const middle = sorted[10_000] as string
    expect(await namesOf(client, { after: middle })).toEqual(sorted.slice(10_001, 10_051))
    expect(await namesOf(client, { before: middle, size: 7 })).toEqual(sorted.slice(9_993, 10_000))
    const filtered = sorted.filter((name) => name.includes('99Ab'))
    const answer = await list(client, { match: { contains: '99aB' } })
    expect(answer).toMatchObject({ ok: true, value: { total: sorted.length, matching: filtered.length } })
    expect(await namesOf(client, { match: { contains: '99aB' } })).toEqual(filtered.slice(0, 50))
    expect(filtered.length).toBeGreaterThan(50)
  })
})

test('strangers are the names that readSpoolName does not know', async () => {
  makeStates()
  const names = [
    '1.json',
    '01.json',
    '0.json',
    '6059408362783470592.json',
    '6059408362783470592',
    '1-2.json',
    '1-2',
    '1-0.json',
    '1-2-3.json',
  ]
  names.push(
    '123456789012345678901.json',
    '12345678901234567890.json',
    'a.json',
    '1.json.tmp',
    '1.JSON',
    '.hidden',
    '٣.json',
    '1.json\n',
  )
  const client = open()
  for (const [kind, state] of SPOOL_STATES) {
    for (const name of names) put(`${kind}/${state}`, name)
    const strangers = names.filter((name) => readSpoolName(kind, state, latin1(name)).type === 'stranger')
    expect(await survey(client, kind, state), `${kind}/${state}`).toMatchObject({
      ok: true,
      value: { files: names.length, strangers: strangers.length, strangerNames: strangers.map(latin1).sort() },
    })
  }
})

test('the extremes hold the least and the greatest number of each size', async () => {
  makeStates()
  for (const number of [
    '7710914291442156544',
    '6059408362783470592',
    '1795337193590190618',
    '1795337197638909107',
    '4930000000000',
    '1',
  ])
    put('action/invalid', `${number}.json`)
  const answer = await survey(open(), 'action', 'invalid')
  if (!answer.ok) throw new Error(answer.sentence)
  expect(answer.value.extremes.sort()).toEqual([
    '1.json',
    '1795337193590190618.json',
    '1795337197638909107.json',
    '4930000000000.json',
    '6059408362783470592.json',
    '7710914291442156544.json',
  ])
})

describe('a worker that does not answer', () => {
  test('is replaced: slow within the deadline, and the next request is answered', async () => {
    makeStates()
    put('action/new', 'file.json')
    const client = open({ deadlineMs: undefined })
    expect(await survey(client)).toMatchObject({ ok: true })
    const stopped = client.pid as number
    process.kill(stopped, 'SIGSTOP')
    const began = performance.now()
    const answers = await Promise.all([survey(client), list(client), read(client, 'file.json')])
    const took = performance.now() - began
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, reason: 'slow' })
    expect(took).toBeGreaterThan(2_000)
    expect(took).toBeLessThan(3_500)
    expect(await survey(client)).toMatchObject({ ok: true, value: { files: 1 } })
    expect(client.pid).not.toBe(stopped)
    expect(() => process.kill(stopped, 0)).toThrow('ESRCH')
  }, 15_000)

  test('a request that came later is asked again of the next worker', async () => {
    makeStates()
    const client = open({ deadlineMs: 1_500 })
    await survey(client)
    process.kill(client.pid as number, 'SIGSTOP')
    const first = survey(client)
    await new Promise((later) => setTimeout(later, 1_000))
    const second = survey(client)
    expect(await first).toMatchObject({ ok: false, reason: 'slow' })
    expect(await second).toMatchObject({ ok: true })
  }, 15_000)

  test('a request that is asked again waits no longer for it when the next worker hangs as well', async () => {
    makeStates()
    const client = open({ deadlineMs: 1_500 })
    await survey(client)
    const stopped = new Set<number>()
    const stopAll = setInterval(() => {
      if (client.pid === null || stopped.has(client.pid)) return
      stopped.add(client.pid)
      process.kill(client.pid, 'SIGSTOP')
    }, 1)
    try {
      await expect.poll(() => stopped.size).toBe(1)
      const first = survey(client)
      await new Promise((later) => setTimeout(later, 200))
      const began = performance.now()
      expect(await survey(client)).toMatchObject({ ok: false, reason: 'slow' })
      const took = performance.now() - began
      expect(await first).toMatchObject({ ok: false, reason: 'slow' })
      expect(stopped.size).toBe(2)
      expect(took).toBeGreaterThan(1_400)
      expect(took).toBeLessThan(2_200)
    } finally {
      clearInterval(stopAll)
    }
  }, 15_000)

  test('a worker that dies is replaced without loss; one that cannot start is a failure', async () => {
    makeStates()
    const client = open()
    await survey(client)
    const killed = client.pid as number
    process.kill(killed, 'SIGSTOP')
    const answer = survey(client)
    process.kill(killed, 'SIGKILL')
    expect(await answer).toMatchObject({ ok: true })

    const home = process.cwd()
    const nowhere = new SpoolClient({ root, deadlineMs: 5_000 })
    Object.defineProperty(process, 'cwd', { value: () => path.join(root, 'action'), configurable: true })
    try {
      expect(await survey(nowhere)).toMatchObject({ ok: false, reason: 'broken' })
    } finally {
      Object.defineProperty(process, 'cwd', { value: () => home, configurable: true })
    }
  }, 20_000)

  test('the worker ends with its parent, and does not keep it alive', async () => {
    makeStates()
    const script = `
      import { SpoolClient } from ${JSON.stringify(path.resolve('lib/mig/spool/client.ts'))}
      const client = new SpoolClient({ root: ${JSON.stringify(root)} })
      const answer = await client.ask({ command: 'survey', kind: 'action', state: 'new' })
      console.log(JSON.stringify([answer.ok, client.pid]))`
    const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    const [ok, pid] = JSON.parse(out) as [boolean, number]
    expect(ok).toBe(true)
    for (let i = 0; i < 50 && isAlive(pid); i++) await new Promise((later) => setTimeout(later, 100))
    expect(isAlive(pid)).toBe(false)
  }, 30_000)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('orders and filters that need the files to be looked at', () => {
  const kb = (client: SpoolClient, more: object) => namesOf(client, { state: 'done', ...more })

  test('by size and by when they were written, both ways, page by page', async () => {
    makeStates()
    for (let i = 0; i < 9; i++) {
      put('action/done', `${i + 1}.json`, 'x'.repeat((i * 4) % 9))
      fs.utimesSync(path.join(root, `action/done/${i + 1}.json`), 1_400_000_000, 1_400_000_000 + ((i * 2) % 9))
    }
    fs.mkdirSync(path.join(root, 'action/done/directory'))
    const client = open()
    const bySize = ['1', '8', '6', '4', '2', '9', '7', '5', '3'].map((n) => `${n}.json`)
    const sizeOf = (name: string) => fs.statSync(path.join(root, 'action/done', name)).size
    expect(bySize.map(sizeOf)).toEqual([...bySize.map(sizeOf)].sort((a, b) => a - b))
    expect(await kb(client, { order: 'bytes' })).toEqual([...bySize, 'directory'])
    expect((await kb(client, { order: 'bytes', descending: true })).slice(0, 2)).toEqual(['3.json', '5.json'])
    const first = await list(client, { state: 'done', order: 'modified', size: 4 })
    if (!first.ok) throw new Error(first.sentence)
    const last = first.value.rows.at(-1)
    expect(first.value.rows.map((row) => row.name)).toEqual(['1.json', '6.json', '2.json', '7.json'])
    expect(await kb(client, { order: 'modified', after: last?.name, afterKey: last?.key })).toEqual(
      ['3', '8', '4', '9', '5'].map((n) => `${n}.json`).concat('directory'),
    )
    expect(await kb(client, { minBytes: 7 })).toEqual(['3.json', '5.json'])
    expect(await kb(client, { maxBytes: 1, writtenBefore: 1_400_000_000_500 })).toEqual(['1.json'])
  })

  test('a state with more files waits for the background scan, which then serves it', async () => {
    makeStates()
    for (let i = 1; i <= 2_100; i++) put('action/done', `${i}.json`, 'x'.repeat(i % 7))
    const client = open()
    const asked = () => list(client, { state: 'done', order: 'bytes', descending: true, size: 3 })
    const early = await asked()
    if (!early.ok) expect(early).toMatchObject({ reason: 'not-scanned' })
    let answer = early
    for (let i = 0; i < 100 && !answer.ok; i++) {
      await new Promise((later) => setTimeout(later, 50))
      answer = await asked()
    }
    expect(answer).toMatchObject({
      ok: true,
      value: {
        total: 2_100,
        matching: 2_100,
        scannedAt: expect.any(Number),
        rows: [{ size: 6 }, { size: 6 }, { size: 6 }],
      },
    })
    const scan = await client.ask<'scan'>({ command: 'scan', edges: [Date.now() + 60_000, 0] })
    expect(scan.ok && scan.value.states.find(({ state }) => state === 'done')).toMatchObject({
      files: 2_100,
      bytes: Array.from({ length: 2_100 }, (_, i) => (i + 1) % 7).reduce((a, b) => a + b),
      older: [2_100, 0],
    })
  }, 20_000)

  test('a filter on what is inside reads a bounded number of files and says where it stopped', async () => {
    makeStates()
    const command = (agent: string, status: string) =>
      JSON.stringify({ id: 1, status, agent: { name: agent, queueloc: 'linux.x' }, action: { name: 'look' } })
    for (let i = 1; i <= 2_010; i++) put('command/returned', String(i), command(`web${i}`, i % 2 ? 'done' : 'failed'))
    put('command/returned', '9999', '{"status":"done"}')
    const client = open()
    const found = async (content: object, more: object = {}) => {
      const answer = await list(client, { kind: 'command', state: 'returned', content, ...more })
      if (!answer.ok) throw new Error(answer.sentence)
      return answer.value
    }
    // A look ends after a second as well, so a busy machine needs some more of them.
    const all = async (content: object) => {
      const names: string[] = []
      let unread = 0
      for (let at: Awaited<ReturnType<typeof found>> | null = await found(content); at; ) {
        expect(at.looked?.files).toBeLessThanOrEqual(2_000)
        names.push(...at.rows.map((row) => row.name))
        unread += at.looked?.unread ?? 0
        at = at.looked?.next ? await found(content, { after: at.looked.next.name }) : null
      }
      return { names, unread }
    }
    expect((await all({ agent: 'WEB200', status: 'failed' })).names).toEqual([
      '200',
      '2000',
      '2002',
      '2004',
      '2006',
      '2008',
    ])
    put('command/returned', '9998', '')
    fs.truncateSync(path.join(root, 'command/returned/9998'), 2 ** 21)
    const { names, unread } = await all({ broken: true })
    expect(names).toEqual(['9999'])
    expect(unread).toBe(1)
  }, 60_000)

  test('what a file says in short is what the site’s own parser says', async () => {
    makeStates()
    const time = '"validfrom":"2014-09-15T21:18:09Z","expireafter":"2014-09-15T21:48:09Z"'
    const texts = [
      '',
      '{',
      '[]',
      'null',
      '"x"',
      '{}',
      `{"id":6.059408362783471e+18,"name":"n","target":"t",${time},"operations":[],"pgpsignatures":["s"]}`,
      `{"ID":6019232215298562584,"Name":"n","target":"t",${time},"operations":[],"pgpsignatures":["s"]}`,
      `{"id":1410955200000000000,"name":"n","target":"t",${time},"operations":[],"pgpsignatures":["s"]}`,
      `{"id":6059408362783471000,"name":"n","target":"t",${time},"operations":[],"pgpsignatures":["s"]}`,
      `{"id":0,"name":"n","target":"t",${time},"operations":[],"pgpsignatures":["s"]}`,
      `{"id":5,"name":7,"target":"t",${time},"operations":[],"pgpsignatures":["s"]}`,
      `{"id":5,"name":"n","target":"t","validfrom":"soon","expireafter":"x","operations":[],"pgpsignatures":["s"]}`,
      `{"id":5,"name":"n","target":"t",${time},"operations":{},"pgpsignatures":["s"]}`,
      `{"id":5,"name":"n","target":"t",${time},"operations":[],"pgpsignatures":[]}`,
      '{"id":5,"status":"done","agent":{"name":"a","queueloc":"q"},"results":[]}',
      '{"id":5,"status":"done","agent":{"name":"a"},"results":[]}',
      '{"id":5,"status":"","agent":{"name":"a","queueloc":"q"}}',
      '{"id":5,"status":"done","agent":{"name":"a","queueloc":"q"},"results":{}}',
      '{"id":5,"status":"done","agent":[],"results":null}',
      '{"id":5,"status":"sent","action":{"id":6.059408362783471e+18,"name":"n"},"agent":{"name":"a","queueloc":"q"}}',
      '{"id":5,"status":"sent","action":{"id":6019232215298562584},"agent":{"id":6019232215298562600,"name":"a","queueloc":"q"}}',
      '\ufeff{}',
      '{"id":null,"results":null,"status":"done","agent":{"name":"a","queueloc":"q","pid":null}}',
      `{"a":${'['.repeat(200)}${']'.repeat(200)}}`,
      `{"a":${'['.repeat(200)}1e400${']'.repeat(200)}}`,
      `{"status":"x","a":${'['.repeat(126)}${']'.repeat(126)},"agent":{"name":"a","queueloc":"q"}}`,
      ...[
        '"starttime":"soon"',
        '"starttime":"2014-09-15 21:18:09"',
        '"starttime":"2014-02-29T00:00:00Z"',
        '"starttime":"2016-02-29T00:00:00+24:00"',
        '"starttime":"0000-01-01T00:00:00+01:00"',
        '"starttime":"0001-01-01T00:00:00Z"',
        '"starttime":""',
        '"finishtime":5',
        '"finishtime":"9998-01-11T11:11:11.000000011Z"',
        '"lastupdatetime":"never"',
        '"operations":[7]',
        '"operations":[null]',
        '"operations":[{"module":7}]',
        '"operations":[{"MODULE":null}]',
        '"operations":[[]]',
        '"pgpsignatures":["s",7]',
        '"pgpsignatures":[null]',
        '"pgpsignatures":[{}]',
        '"expireafter":"2014-09-15T21:18:08Z"',
        '"expireafter":"2014-09-15T21:18:09Z"',
        '"expireafter":"2014-09-15T23:18:08.999999999+02:00"',
        '"expireafter":"0001-01-01T00:00:00Z"',
        '"validfrom":"9998-01-11T11:11:11Z"',
        '"syntaxversion":1e400',
        '"x":[{"y":-1e999}]',
        '"syntaxversion":"2"',
        '"threat":"x"',
        '"ID":"7"',
      ].flatMap((last) => {
        const action = `{"id":5,"name":"n","target":"t",${time},"operations":[],"pgpsignatures":["s"],${last}}`
        return [action, `{"id":5,"status":"sent","action":${action},"agent":{"name":"a","queueloc":"q"}}`]
      }),
      ...['"starttime":"soon"', '"heartbeatts":"x"', '"pid":"1"', '"id":"x"', '"id":7', '"status":1', '"os":1'].map(
        (last) => `{"id":5,"status":"sent","agent":{"name":"a","queueloc":"q",${last}}}`,
      ),
      ...['"starttime":"soon"', '"finishtime":""', '"finishtime":[]', '"id":"5"', '"x":1e400'].map(
        (last) => `{"id":5,"status":"sent","agent":{"name":"a","queueloc":"q"},${last}}`,
      ),
    ]
    for (const [kind, state] of [
      ['action', 'new'],
      ['action', 'done'],
      ['command', 'returned'],
    ] as const) {
      for (const [i, text] of texts.entries()) put(`${kind}/${state}`, `${i + 1}.json`, text)
      const answer = await open().ask<'peek'>({
        command: 'peek',
        kind,
        state,
        names: texts.map((_, i) => `${i + 1}.json`),
      })
      if (!answer.ok) throw new Error(answer.sentence)
      for (const [i, { facts }] of answer.value.rows.entries()) {
        const parsed = parseSpoolFile(Buffer.from(texts[i] as string), kind, state, { type: 'stranger' })
        const isBroken = parsed.problems.some((problem) => problem.severity === 'broken')
        expect([texts[i], facts?.state], `${kind}/${state}`).toEqual([texts[i], isBroken ? 'broken' : 'read'])
        const root = parsed.action ?? parsed.command
        if (!root) continue
        const written = (id: PeekedFile['id'] | undefined) => id && { id: id.digits, exact: id.exact }
        expect(written(facts?.id), texts[i]).toEqual(root.id)
        expect(written(facts?.actionId), texts[i]).toEqual((parsed.action ?? parsed.command?.action)?.id ?? null)
        expect(facts?.status).toBe(root.status)
        expect(facts?.name ?? '').toBe((parsed.action ?? parsed.command?.action)?.name ?? '')
      }
    }
  })
})

test('the moment of a name is the one that the site reads', () => {
  const numbers = [
    '6059408362783470592',
    '1795337193590190618',
    '1445000000000000000',
    '3400000000000',
    '9007199254740991',
  ]
  numbers.push('1410815949123456789', '1356998400000000000', '1', '18446744073709549568', '99999999999999999999', '01')
  for (const [kind, state] of SPOOL_STATES)
    for (const number of numbers)
      for (const name of [`${number}.json`, number, `${numbers[0]}-${number}.json`, `${number}.txt`, `x${number}`]) {
        const moment = nameMoment(readSpoolName(kind, state, name))
        const seconds = momentOf(kind, state, name)
        expect([kind, state, name, seconds === null], name).toEqual([kind, state, name, moment === null])
        if (moment && seconds !== null)
          expect(Math.abs(instantToDate(moment).getTime() / 1000 - seconds)).toBeLessThan(0.002)
      }
})

test('where the system reports no change, the token tells of one all the same, and settles', async () => {
  makeStates()
  put('command/done', 'shown.json')
  const client = open({ workerArgs: ['--no-watch'] })
  const token = async (file?: { kind: string; state: string; name: string }) => {
    const answer = await client.ask<'token'>({ command: 'token', file })
    return answer.ok && answer.value.token
  }
  const shown = { kind: 'command', state: 'done', name: 'shown.json' }
  let last = await token(shown)
  const changes = async (what: () => void) => {
    what()
    await expect.poll(() => token(shown), { timeout: 5_000 }).not.toBe(last)
    last = await token(shown)
  }
  await changes(() => put('action/new', 'a.json'))
  await changes(() => fs.appendFileSync(path.join(root, 'action/new/a.json'), ' '))
  await changes(() => fs.renameSync(path.join(root, 'action/new/a.json'), path.join(root, 'action/new/b.json')))
  await changes(() => fs.appendFileSync(path.join(root, 'command/done/shown.json'), ' '))
  await changes(() => fs.unlinkSync(path.join(root, 'command/done/shown.json')))
  await new Promise((later) => setTimeout(later, 2_200))
  const settled = await token()
  expect(await token()).toBe(settled)
})

test('a change of the spool changes its token', async () => {
  makeStates()
  const client = open()
  const token = async () => {
    const answer = await client.ask<'token'>({ command: 'token' })
    return answer.ok && answer.value.token
  }
  const first = await token()
  expect(await token()).toBe(first)
  put('action/new', 'a.json')
  const added = await token()
  expect(added).not.toBe(first)
  await new Promise((later) => setTimeout(later, 50))
  const settled = await token()
  expect(await token()).toBe(settled)
  if (process.platform === 'linux') {
    fs.appendFileSync(path.join(root, 'action/new/a.json'), ' ')
    await expect.poll(token).not.toBe(settled)
  }
  fs.renameSync(path.join(root, 'action/new/a.json'), path.join(root, 'action/new/b.json'))
  await expect.poll(token).not.toBe(settled)
})
