import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tries } from '@/lib/testing/long'
import { churn, OUTSIDE } from '@/lib/testing/spool-churn'
import type { SpoolAnswer } from './answer'
import { SpoolClient } from './client'

const SECONDS = tries({ short: 2, long: 60 })
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-churn-'))
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

test.each(process.platform === 'linux' ? [[[]], [['--by-path']]] : [[[]]])(
  `files that vanish, grow, are renamed and swapped for links for ${SECONDS} s (worker %j)`,
  async (workerArgs: string[]) => {
    const spool = path.join(root, `spool${workerArgs.length}`)
    const end = await churn(spool, path.join(root, `outside${workerArgs.length}`))
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
    await end()
    for (const outcome of outcomes.keys())
      expect(['ok', 'vanished', 'not-regular', 'absent', 'link', 'not-directory', 'too-big']).toContain(outcome)
  },
  SECONDS * 1000 + 60_000,
)
