import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSpoolName, SPOOL_STATES } from '@/lib/mig/wire/spool-name'
import { instantToDate } from '@/lib/mig/wire/time'
import {
  emptySpoolForEachTest,
  isRoot,
  latin1,
  list,
  makeStates,
  namesOf,
  open,
  put,
  read,
  root,
  sockets,
  survey,
} from '@/lib/testing/spool-client'
import { nameMoment } from './health'
import { momentOf } from './worker-names.mjs'

emptySpoolForEachTest()

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
