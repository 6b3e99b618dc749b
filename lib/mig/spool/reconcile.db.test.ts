import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { pool } from '@/lib/db/pool'
import { exportLines } from '@/lib/export'
import { readSpoolName, SPOOL_STATES, type SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { parseRfc3339 } from '@/lib/mig/wire/time'
import { tries } from '@/lib/testing/long'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { SpoolClient } from './client'
import { encodeFileName } from './file-name'
import { parseSpoolFile } from './parse'
import { exportReconciled, getReconcile, listReconciled } from './reconcile'
import { compareSpool, type ReconcileItem, type ReconcileProgress } from './reconcile-run'
import { reconcileList } from './search-params'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-reconcile-'))
const NOW = '2014-09-20T12:00:00Z'
vi.stubEnv('MIG_SPOOL_DIR', root)
vi.stubEnv('MIG_NOW', NOW)
const viewer = testViewer('investigator')
const now = Date.parse(NOW)
const timings = { collectorPeriod: 60_000, spoolDeleteAfter: 72 * 3_600_000 }
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const client = new SpoolClient({ root, deadlineMs: 20_000 })
afterAll(() => {
  client.close()
  fs.rmSync(root, { recursive: true, force: true })
})

/** Numbers from a seed, so that a failing round can be run again. */
class Dice {
  constructor(private seed: number) {}
  next(n: number): number {
    this.seed = (Math.imul(this.seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((this.seed / 2 ** 32) * n)
  }
  of<T>(values: readonly T[]): T {
    return values[this.next(values.length)] as T
  }
}

const idAt = (at: number, n: number) => String((BigInt(Math.floor(at / 1000)) << 32n) + BigInt(n) * 1024n)
const iso = (at: number) => new Date(at).toISOString()

type Action = {
  id: string
  status: string | null
  validfrom: number
  expireafter: number
  start: number | null
  end: number | null
  signature: string
}
type Command = { id: string; action: Action; status: string; start: number }

function put([kind, state]: SpoolDirectory, name: string, content: string, at: number): void {
  const file = path.join(root, kind, state, name)
  fs.writeFileSync(file, content)
  fs.utimesSync(file, at / 1000, at / 1000)
}

const actionText = (action: Action, id: unknown = Number(action.id)) =>
  JSON.stringify({
    id,
    name: 'n',
    target: 't',
    validfrom: iso(action.validfrom),
    expireafter: iso(action.expireafter),
    operations: [],
    pgpsignatures: [action.signature],
  })

describe.each(['data-rst', 'scripts', '2019'] as const)('spool against database in the layout %s', (layout) => {
  const { owner } = useDatabaseOf(layout)
  const [osColumns, os] = layout === '2019' ? ['mode, refreshtime', `'daemon', now()`] : ['os', `'o'`]

  beforeEach(() => {
    fs.rmSync(root, { recursive: true, force: true })
    for (const [kind, state] of SPOOL_STATES) fs.mkdirSync(path.join(root, kind, state), { recursive: true })
  })
  afterEach(() => owner('DELETE FROM commands; DELETE FROM actions; DELETE FROM agents'))

  /** A database and a spool in which everything that can be is so at some time. */
  async function make(dice: Dice): Promise<void> {
    const moments = [now - 80 * HOUR, now - 72 * HOUR, now - 30 * HOUR, now - 5 * MINUTE, now - 119_000, now - 30_000]
    const actions: Action[] = []
    for (let i = 0; i < 30; i++) {
      const start = dice.of(moments)
      actions.push({
        id: i % 9 === 8 ? String(BigInt(start) * 1_000_000n + BigInt(i)) : idAt(start, i),
        status: dice.of([
          'init',
          'preparing',
          'inflight',
          'inflight',
          'completed',
          'completed',
          'invalid',
          'pending',
          'odd',
          null,
        ]),
        validfrom: start,
        expireafter: dice.of([start + MINUTE, now + HOUR]),
        start: dice.of([start, null]),
        end: dice.of([null, start + 30_000, dice.of(moments)]),
        signature: `signature-${i}`,
      })
    }
    const commands: Command[] = []
    for (let i = 0; i < 60; i++) {
      const start = dice.of(moments)
      const status = dice.of(['sent', 'sent', 'prepared', 'done', 'failed', 'cancelled'])
      commands.push({ id: idAt(start, 5_000 + i), action: dice.of(actions), status, start })
    }
    const time = (at: number | null) => (at === null ? `'9998-01-11 11:11:11+00'` : `'${iso(at)}'`)
    await owner(`INSERT INTO agents (id, name, queueloc, version, pid, starttime, heartbeattime, ${osColumns}) VALUES (7, 'a', 'q', 'v', 1, now(), now(), ${os});
      INSERT INTO actions (id, name, target, validfrom, expireafter, starttime, finishtime, status, pgpsignatures) VALUES ${actions
        .map(
          (a) => `(${a.id}, 'n', 't', ${time(a.validfrom)}, ${time(a.expireafter)}, ${time(a.start)}, ${time(a.end)},
          ${a.status === null ? 'NULL' : `'${a.status}'`}, '["${a.signature}"]')`,
        )
        .join()};
      INSERT INTO commands (id, actionid, agentid, status, starttime) VALUES ${commands
        .map((c) => `(${c.id}, ${c.action.id}, 7, '${c.status}', ${time(c.start)})`)
        .join()};`)
    for (const action of actions) {
      const state = dice.of(['new', 'inflight', 'done', 'invalid', 'none', 'none'] as const)
      if (state !== 'none') put(['action', state], `${action.id}.json`, actionText(action), dice.of(moments))
      if (dice.next(6) === 0)
        put(
          ['action', 'invalid'],
          `${BigInt(now - dice.next(100) * HOUR) * 1_000_000n + BigInt(dice.next(1_000_000))}.json`,
          dice.of(['{"broken', actionText(action, 0), actionText(action)]),
          dice.of(moments),
        )
    }
    for (const command of commands) {
      const state = dice.of(['inflight', 'inflight', 'returned', 'answer', 'ready', 'none'] as const)
      const text = dice.of([
        `{"id":${Number(command.id)},"status":"done","agent":{"name":"a","queueloc":"q"}}`,
        `{"id":${Number(command.id)},"status":"done","agent":{"name":"a","queueloc":"q"}}`,
        '{"id":1',
        '',
      ])
      if (state === 'answer') put(['command', 'returned'], idAt(now, 9_000 + dice.next(1e6)), text, dice.of(moments))
      else if (state !== 'none')
        put(['command', state], `${command.action.id}-${command.id}.json`, text, dice.of(moments))
    }
    for (const [kind, state] of SPOOL_STATES) {
      if (dice.next(2))
        put([kind, state] as SpoolDirectory, dice.of(['notes.txt', '0.json', 'x\ny', '5-.json']), 'x', dice.of(moments))
      if (dice.next(2))
        put(
          [kind, state] as SpoolDirectory,
          `${idAt(now - HOUR, dice.next(99))}${kind === 'command' ? `-${idAt(now, 1)}` : ''}.json`,
          actionText(actions[0] as Action),
          dice.of(moments),
        )
      if (dice.next(3) === 0) fs.symlinkSync('/etc/passwd', path.join(root, kind, state, `${dice.next(1e9) + 1}.json`))
    }
  }

  /** The same comparison the slow way: everything in memory, file by file and row by row, with the site's own parser. */
  async function bruteForce(): Promise<string[]> {
    const { rows: actions } = await pool().query(
      'SELECT trunc(id)::text AS id, status, validfrom, expireafter, starttime, finishtime, pgpsignatures FROM actions ORDER BY actions.id',
    )
    const { rows: commands } = await pool().query(
      'SELECT trunc(id)::text AS id, trunc(actionid)::text AS actionid, status, starttime FROM commands',
    )
    const ms = (at: string | null) => (at === null ? null : Date.parse(at))
    const old = (at: number) => at < now - 2 * MINUTE
    const lines: string[] = []
    const seen = new Set<string>()
    for (const [kind, state] of SPOOL_STATES)
      for (const name of fs.readdirSync(path.join(root, kind, state))) {
        const at = path.join(root, kind, state, name)
        const stat = fs.lstatSync(at)
        const read = readSpoolName(kind, state, name)
        const say = (found: string, id: string | null) =>
          lines.push(`${found} ${kind}/${state} ${encodeFileName(name)} ${id ?? '-'}`)
        if (!stat.isFile() || read.type === 'stranger') {
          say('stranger', null)
          continue
        }
        const parsed = parseSpoolFile(fs.readFileSync(at), kind, state, read)
        const idInside = (parsed.action ?? parsed.command)?.id ?? null
        const sameDouble = (kind === 'action' ? actions : commands).filter((r) => Number(r.id) === Number(idInside?.id))
        const inside = (idInside?.exact === false && sameDouble.at(-1)?.id) || (idInside?.id ?? null)
        let id: string | null = 'commandId' in read ? read.commandId : 'actionId' in read ? read.actionId : inside
        let failure = false
        if (
          read.type === 'id-or-nanoseconds' &&
          !actions.some((a) => a.id === id) &&
          inside !== id &&
          Number(inside) !== Number(id)
        ) {
          const seconds = Number(id) / 1e9
          if (
            seconds > Date.parse('2013-01-01T00:00:00Z') / 1000 &&
            seconds < Date.parse('2100-01-01T00:00:00Z') / 1000
          ) {
            failure = true
            id =
              inside ??
              actions.find((a) => JSON.parse(a.pgpsignatures)[0] === parsed.action?.signatures?.[0])?.id ??
              null
          }
        }
        if (id) seen.add(failure ? `failed ${id}` : `${kind}/${state} ${id}`)
        const isOld = old(stat.mtimeMs)
        const broken = parsed.problems.some((p) => p.severity === 'broken')
        const row = kind === 'action' ? actions.find((a) => a.id === id) : commands.find((c) => c.id === id)
        const expires = ms(
          kind === 'action' ? row?.expireafter : actions.find((a) => a.id === row?.actionid)?.expireafter,
        )
        const fits: Record<string, string[]> = {
          new: ['init', 'pending'],
          inflight: kind === 'action' ? ['inflight', 'preparing', 'scheduled'] : ['sent', 'prepared'],
          returned: ['sent', 'prepared'],
          done: ['completed'],
          invalid: ['invalid'],
        }
        if (kind === 'command' && (state === 'ready' || state === 'done')) say('unused', id)
        else if ((broken && (state === 'new' || state === 'returned')) || (state === 'inflight' && stat.size === 0))
          say(isOld ? 'poison' : 'passing', id)
        else if ((state === 'done' || state === 'invalid') && stat.mtimeMs < now - 72 * HOUR - 2 * MINUTE)
          say('not-cleaned', id)
        else if (failure) say('failed', id)
        else if (state === 'returned' && isOld) say('stuck', id)
        else if (!row) say(isOld ? 'no-row' : 'passing', id)
        else if (!fits[state]?.includes(row.status)) say(isOld ? 'differs' : 'passing', id)
        else if ((state === 'new' || state === 'inflight') && expires !== null && old(expires)) say('stuck', id)
        else say(row.status === state ? 'matched' : 'pair', id)
      }
    for (const a of actions) {
      const place = { init: 'new', inflight: 'inflight', preparing: 'inflight', completed: 'done', invalid: 'invalid' }[
        a.status as string
      ]
      if (
        !place ||
        ['new', 'inflight', 'done', 'invalid'].some((s) => seen.has(`action/${s} ${a.id}`)) ||
        seen.has(`failed ${a.id}`)
      )
        continue
      const created = Number(a.id) < 4e18 ? Number(BigInt(a.id) / 1_000_000n) : Number(BigInt(a.id) >> 32n) * 1000
      const began = ms(a.starttime) ?? Math.max(created, ms(a.validfrom) as number)
      const ended = ms(a.finishtime) ?? began
      const found =
        place === 'new' || place === 'inflight'
          ? began < now - 2 * MINUTE
            ? 'no-file'
            : 'passing'
          : ended > now - 2 * MINUTE
            ? 'passing'
            : ended > now - 72 * HOUR + 2 * MINUTE
              ? 'gone-early'
              : 'removed'
      lines.push(`${found} action/${place} - ${a.id}`)
    }
    for (const c of commands) {
      if (c.status !== 'sent' && c.status !== 'prepared') continue
      if (['inflight', 'returned', 'ready'].some((s) => seen.has(`command/${s} ${c.id}`))) continue
      lines.push(`${old(ms(c.starttime) as number) ? 'no-file' : 'passing'} command/inflight - ${c.id}`)
    }
    return lines.sort()
  }

  async function compared(report?: (progress: ReconcileProgress) => void): Promise<ReconcileItem[]> {
    const items: ReconcileItem[] = []
    for await (const batch of compareSpool(
      client,
      timings,
      parseRfc3339(NOW) as NonNullable<ReturnType<typeof parseRfc3339>>,
      report,
    ))
      items.push(...batch)
    return items
  }

  const lineOf = ({ class: found, directory, name, actionId, commandId }: ReconcileItem) =>
    `${found} ${directory.join('/')} ${name ?? '-'} ${(directory[0] === 'command' ? commandId : actionId) ?? '-'}`

  const ROUNDS = tries({ short: 12, long: 400 })
  test(`is what a comparison file by file and row by row gives, ${ROUNDS} times over`, async () => {
    const met = new Set<string>()
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const dice = new Dice(seed)
      await make(dice)
      const items = await compared()
      for (const item of items) met.add(item.class)
      expect(items.map(lineOf).sort(), `seed ${seed}`).toEqual(await bruteForce())
      fs.rmSync(root, { recursive: true, force: true })
      for (const [kind, state] of SPOOL_STATES) fs.mkdirSync(path.join(root, kind, state), { recursive: true })
      await owner('DELETE FROM commands; DELETE FROM actions; DELETE FROM agents')
    }
    expect([...met].sort()).toEqual(
      [
        'failed',
        'gone-early',
        'differs',
        'matched',
        'no-file',
        'no-row',
        'not-cleaned',
        'pair',
        'passing',
        'poison',
        'removed',
        'stranger',
        'stuck',
        'unused',
      ].sort(),
    )
  }, 600_000)

  test('a file that was not looked into is not taken for one that MIG can use', async () => {
    const name = idAt(now - HOUR, 1)
    put(['command', 'returned'], name, '', now - HOUR)
    fs.truncateSync(path.join(root, 'command/returned', name), 2 ** 21)
    fs.utimesSync(path.join(root, 'command/returned', name), (now - HOUR) / 1000, (now - HOUR) / 1000)
    let unread = 0
    const items = await compared((progress) => {
      unread = progress.unread
    })
    expect(items.map(lineOf)).toEqual([`stuck command/returned ${name} -`])
    expect(unread).toBe(1)
  })

  test('the list pages through what the run counted, and the export has the same', async () => {
    await make(new Dice(99))
    const { run, failure } = await getReconcile(viewer)
    expect(failure).toBeNull()
    const parsed = reconcileList.parse({ size: '25' })
    if (!parsed.ok || !run) throw new Error('no run')
    const names: string[] = []
    for (let after: { key: string; id: string } | undefined; ; ) {
      const page = await listReconciled(viewer, { ...parsed.params, after })
      if (!page) throw new Error('no page')
      names.push(...page.rows.map(lineOf))
      expect(page.previous === null).toBe(after === undefined)
      if (!page.next) {
        expect(page.total.count).toBe(names.length)
        break
      }
      after = page.next
    }
    let text = ''
    for await (const lines of exportLines(await exportReconciled(viewer, parsed.params), 'ndjson')) text += lines
    expect(text.trim().split('\n')).toHaveLength(names.length)
    const poison = reconcileList.parse({ class: 'poison', kind: 'command' })
    if (!poison.ok) throw new Error(poison.problem)
    const page = await listReconciled(viewer, poison.params)
    expect(page?.total.count).toBe(run.counts.poison.command)
    expect(page?.rows.every((row) => row.class === 'poison')).toBe(true)
    expect(reconcileList.parse({ class: 'nonsense' })).toMatchObject({ ok: false })
  })
})
