import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tries } from '@/lib/testing/long'
import type { SpoolAnswer } from './answer'
import { SpoolClient } from './client'

const SECONDS = tries({ short: 2, long: 60 })
const OUTSIDE = 'OUTSIDE-OF-THE-SPOOL'
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-churn-'))
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

/** Writes, lets grow, renames, swaps for links and removes files, and sometimes a whole directory, until its input ends. */
const CHURN = `
  const fs = require('fs'), [root, outside] = process.argv.slice(1)
  let seed = 7
  const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n
  const name = () => root + '/command/returned/' + (1000 + random(40))
  const text = (n) => '{"id":' + n + ',"status":"done","agent":{"name":"inside","queueloc":"q"},"results":[]}'
  const quietly = (what) => { try { what() } catch {} }
  const moves = [
    () => fs.writeFileSync(name(), text(random(1e6))),
    () => fs.appendFileSync(name(), ' '.repeat(random(5000))),
    () => fs.truncateSync(name(), random(60)),
    () => fs.renameSync(name(), name()),
    () => fs.unlinkSync(name()),
    () => { const at = name(); fs.rmSync(at, { force: true, recursive: true }); fs.symlinkSync(outside + '/secret', at) },
    () => { const at = name(); fs.rmSync(at, { force: true, recursive: true }); fs.mkdirSync(at) },
    () => { const at = name(); fs.rmSync(at, { force: true, recursive: true }); fs.linkSync(root + '/command/done/1-1.json', at) },
  ]
  const dir = root + '/command/returned'
  const round = () => {
    for (let i = 0; i < 60; i++) quietly(moves[random(moves.length)])
    if (random(9) === 0) quietly(() => {
      fs.renameSync(dir, dir + '.away')
      fs.symlinkSync(outside, dir)
      for (let i = 0; i < 3e5; i++);
      fs.unlinkSync(dir)
      fs.renameSync(dir + '.away', dir)
    })
    setTimeout(round, random(3))
  }
  process.stdin.on('end', () => process.exit()).resume()
  process.stdout.write('started')
  round()`

test.each(process.platform === 'linux' ? [[[]], [['--by-path']]] : [[[]]])(
  `files that vanish, grow, are renamed and swapped for links for ${SECONDS} s (worker %j)`,
  async (workerArgs: string[]) => {
    const spool = path.join(root, `spool${workerArgs.length}`)
    const outside = path.join(root, `outside${workerArgs.length}`)
    for (const state of ['returned', 'done']) fs.mkdirSync(path.join(spool, 'command', state), { recursive: true })
    fs.mkdirSync(outside)
    for (const name of ['secret', ...Array.from({ length: 40 }, (_, i) => String(1000 + i))])
      fs.writeFileSync(
        path.join(outside, name),
        `{"id":1,"status":"${OUTSIDE}","agent":{"name":"${OUTSIDE}","queueloc":"q"}}`,
      )
    fs.writeFileSync(
      path.join(spool, 'command/done/1-1.json'),
      '{"id":1,"status":"done","agent":{"name":"inside","queueloc":"q"}}',
    )
    const other = spawn(process.execPath, ['-e', CHURN, spool, outside], { stdio: ['pipe', 'pipe', 'inherit'] })
    await new Promise((started) => other.stdout.once('data', started))
    const client = new SpoolClient({ root: spool, deadlineMs: 10_000, workerArgs })
    const outcomes = new Map<string, number>()
    const note = <T>(answer: SpoolAnswer<T>): T | null => {
      const outcome = answer.ok ? 'ok' : answer.reason
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      return answer.ok ? answer.value : null
    }
    const at = { kind: 'command', state: 'returned' } as const
    const lists = [
      {},
      { order: 'moment' },
      { order: 'modified', descending: true },
      { order: 'bytes' },
      { minBytes: 1 },
      { content: { agent: 'i' } },
      { content: { agent: OUTSIDE } },
      { content: { broken: true } },
    ] as const
    const until = performance.now() + SECONDS * 1000
    let round = 0
    while (performance.now() < until || (outcomes.get('ok') ?? 0) < 20) {
      const page = note(
        await client.ask<'list'>({ command: 'list', ...at, size: 50, ...lists[round++ % lists.length] }),
      )
      const names = page?.rows.map((row) => row.name) ?? ['1000']
      for (const name of names) expect(name).toMatch(/^10[0-3]\d$/)
      expect(new Set(names).size).toBe(names.length)
      if (page && (round - 1) % lists.length === 6) expect(page.rows).toEqual([])
      const peeked = note(await client.ask<'peek'>({ command: 'peek', ...at, names: names.slice(0, 20) }))
      for (const { facts } of peeked?.rows ?? []) expect(JSON.stringify(facts?.agent ?? '')).not.toContain(OUTSIDE)
      for (const name of names.slice(0, 10)) {
        const file = note(await client.ask<'read'>({ command: 'read', ...at, name, cap: 1 << 20 }))
        if (file) expect(Buffer.from(file.bytes).toString()).not.toContain(OUTSIDE)
      }
      note(await client.ask<'survey'>({ command: 'survey', ...at }))
      note(await client.ask<'overdue'>({ command: 'overdue', ...at, before: Date.now(), limit: 100 }))
      note(await client.ask<'scan'>({ command: 'scan', edges: [] }))
      note(await client.ask<'token'>({ command: 'token' }))
    }
    client.close()
    const ended = new Promise((done) => other.once('exit', done))
    other.stdin.end()
    await ended
    for (const outcome of outcomes.keys())
      expect(['ok', 'vanished', 'not-regular', 'absent', 'link', 'not-directory', 'too-big']).toContain(outcome)
  },
  SECONDS * 1000 + 60_000,
)
