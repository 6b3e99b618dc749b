import { beforeAll, describe, expect, it } from 'vitest'
import { exportLines } from '@/lib/export'
import { forgetVintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { insertAgents } from '@/lib/testing/agent-rows'
import { insertActions, insertCommands, type TestCommand } from '@/lib/testing/command-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { type AnswerGroup, exportAnswerGroups, listAnswerGroups } from './groups'
import { listCommands } from './queries'
import { answerList, commandList } from './search-params'

const viewer = testViewer('investigator')
const ODD = '6059408362783470592' as MigId
const MANY = '6059408362783471616' as MigId
const AGENTS = 40

function params(raw: Record<string, string> = {}) {
  const parsed = answerList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

async function commandsOf(action: MigId, raw: Record<string, string>) {
  const parsed = commandList.parse({ action, size: '200', ...raw })
  if (!parsed.ok) throw new Error(parsed.problem)
  return listCommands(viewer, parsed.params)
}

/** A small generator with a seed, so that a failure can be had again. */
function draws(seed: number) {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** What an answer is made of, and the key that a reader would give it: the oracle of the grouping by answer. */
type Drawn = { status: string; results: string | null; key: string }

function drawFilechecker(draw: (below: number) => number): Drawn {
  const found = draw(3) === 0
  const path = `/etc/cron.d/upd${draw(2)}`
  const error = draw(5) === 0 ? `open /root: ${draw(2) ? 'permission denied' : 'no such "file"'}` : null
  const [filecount, hits] = [draw(50), draw(2) + 1]
  const check = { filecount, files: found ? { [path]: hits } : {}, matchcount: found ? hits : 0 }
  const answer = {
    elements: { '/etc/cron.d/': { regex: { s1: { evil: check } } } },
    error: error === null ? null : [error],
    foundanything: found,
    statistics: { checkcount: 1, exectime: `${draw(100)}.${draw(1000)}ms`, filescount: filecount * 2 },
  }
  const crashed = draw(10) === 0
  return {
    status: 'done',
    results: JSON.stringify(crashed ? [answer, null] : [answer]),
    key: JSON.stringify(found ? ['found', path, hits, error, crashed] : ['nothing', error, crashed]),
  }
}

function drawLater(draw: (below: number) => number): Drawn {
  const found = draw(2) === 0
  const file = { file: `/bin/x${draw(3)}`, search: {}, fileinfo: { size: draw(2) } }
  const statistics = { exectime: `${draw(900)}µs`, openfailed: draw(4), totalhits: 1 }
  const answer = {
    foundanything: found,
    success: true,
    elements: { s1: found ? [file] : [] },
    statistics,
    errors: null,
  }
  return {
    status: draw(2) ? 'success' : 'weird',
    results: JSON.stringify([answer]),
    key: JSON.stringify(found ? ['later', file] : ['nothing', null, false]),
  }
}

function drawOther(draw: (below: number) => number): Drawn {
  const reasons = ['insufficient weight', 'unknown entity']
  const reason = reasons[draw(2)]
  const skeleton = [{ foundanything: false, success: false, elements: null, statistics: null, errors: null }]
  const kinds: (() => Drawn)[] = [
    () => ({
      status: 'failed',
      results: JSON.stringify([
        { ActionID: 6e18, CommandID: draw(1e9), Desc: reason, OpID: 0, Priority: 3, Sev: 'error' },
      ]),
      key: `log ${reason}`,
    }),
    () => ({ status: 'timeout', results: '[null]', key: '[null]' }),
    () => ({ status: draw(2) ? 'sent' : 'cancelled', results: draw(2) ? 'null' : null, key: 'null' }),
    () => ({ status: 'expired', results: JSON.stringify(skeleton), key: 'skeleton' }),
    () => ({ status: 'done', results: `[{"success":true,"oldpid":${draw(9999)}}]`, key: 'upgrade' }),
    () => ({ status: 'done', results: '{"a": 1}', key: 'object' }),
    () => ({ status: 'done', results: '[{"x":"\\u0000"}]', key: 'nul' }),
  ]
  return (kinds[draw(kinds.length)] as () => Drawn)()
}

function drawn(seed: number, n: number): Drawn[] {
  const draw = draws(seed)
  return Array.from({ length: n }, () => [drawFilechecker, drawLater, drawOther][draw(3)]?.(draw) as Drawn)
}

const UNANSWERED = new Set(['sent', 'prepared', 'cancelled', 'expired'])

function fold(rows: Drawn[], keyOf: (row: Drawn) => string): number[] {
  const counts = new Map<string, number>()
  for (const row of rows) {
    if (UNANSWERED.has(row.status)) continue
    const key = `${row.status} ${keyOf(row)}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts.values()].sort((a, b) => a - b)
}

async function allGroups(action: MigId, raw: Record<string, string>) {
  const rows: AnswerGroup[] = []
  let page = await listAnswerGroups(viewer, action, params({ size: '25', ...raw }))
  const { answered, unanswered, total } = page
  for (;;) {
    rows.push(...page.rows)
    if (!page.next) return { rows, answered, unanswered, total }
    page = await listAnswerGroups(viewer, action, { ...params({ size: '25', ...raw }), after: page.next })
  }
}

describe.each(['data-rst', 'scripts', '2019'] as const)('grouped answers in the layout %s', (layout) => {
  const database = useDatabaseOf(layout)
  const cases = [1, 2, 3].map((seed) => ({
    seed,
    action: String(7_000_000_000_000_000_000n + BigInt(seed) * 1024n) as MigId,
    rows: drawn(seed, 400),
  }))

  beforeAll(async () => {
    forgetVintage()
    const agents = Array.from({ length: AGENTS }, (_, i) => ({
      id: String(i + 1),
      name: `web${i + 1}`,
      heartbeattime: '2014-09-15',
    }))
    await insertAgents(database.owner, layout, agents)
    await insertActions(database.owner, layout, [
      { id: ODD, name: 'odd', operations: '[{"module":"filechecker","parameters":{}}]' },
      { id: MANY, name: 'many', operations: null },
      ...cases.map(({ action }) => ({
        id: action,
        name: 'drawn',
        operations: '[{"module":"filechecker"},{"module":"netstat"}]',
      })),
    ])
    let id = 1000
    const commands: TestCommand[] = cases.flatMap(({ action, rows }) =>
      rows.map(({ status, results }, i) => ({
        id: String(++id),
        actionid: action,
        agentid: String((i % AGENTS) + 1),
        status,
        results,
      })),
    )
    const deep = `[${'['.repeat(3000)}${']'.repeat(3000)}]`
    const odd: [string, string | null][] = [
      ['done', '[{"foundanything":true,"elements":{"\\u0000":1}}]'],
      ['done', '[{"foundanything":true,"elements":{"\\ud800":1}}]'],
      ['done', deep],
      ['done', '[{"__proto__":{"a":1e400}}]'],
      ['done', '"a \\"foundanything\\":true in a text"'],
      ['done', null],
    ]
    odd.forEach(([status, results], i) => {
      commands.push({ id: String(100 + i), actionid: ODD, agentid: String(i + 1), status, results })
    })
    await insertCommands(database.owner, commands)
    // Two results that do not compress: larger than what is compared, and different from each other.
    await database.owner(
      `INSERT INTO public.commands (id, actionid, agentid, status, results, starttime)
       SELECT 200 + n, ${ODD}, n, 'done', json_build_array(json_build_object('foundanything', true, 'x',
         (SELECT string_agg(md5(i::text || n), '') FROM generate_series(1, 30000) i))), now() FROM generate_series(1, 2) n`,
    )
  })

  it.each(cases)('adds up to the commands and equals a grouping by hand, seed $seed', async ({ action, rows }) => {
    const byAnswer = await allGroups(action, {})
    expect(byAnswer.rows.map((row) => row.count)).toEqual(fold(rows, (row) => row.key))
    const byText = await allGroups(action, { by: 'text' })
    expect(byText.rows.map((row) => row.count)).toEqual(fold(rows, (row) => row.results ?? 'null'))
    for (const { rows: groups, answered, unanswered, total } of [byAnswer, byText]) {
      const sum = groups.reduce((all, group) => all + group.count, 0)
      expect(answered).toBe(sum)
      expect(sum + unanswered.reduce((all, one) => all + one.count, 0)).toBe(rows.length)
      expect(total.count).toBe(groups.length)
    }
  })

  it('links each group to exactly its commands', async () => {
    const { action } = cases[0] as (typeof cases)[number]
    for (const [by, filter] of [
      ['answer', 'alike'],
      ['text', 'same'],
    ] as const) {
      const { rows } = await allGroups(action, { by })
      const seen = new Set<string>()
      for (const group of rows.slice(0, 12).concat(rows.slice(-4))) {
        const page = await commandsOf(action, { [filter]: group.id })
        expect(page.total.count, `${by} ${group.id}`).toBe(group.count)
        expect(new Set(page.rows.map((row) => row.status))).toEqual(new Set([group.status]))
        for (const row of page.rows) seen.add(row.id)
      }
      const shown = rows.slice(0, 12).concat(rows.slice(-4))
      expect(seen.size).toBe(shown.reduce((sum, group) => sum + group.count, 0))
    }
  })

  it('names the machine of a rare answer and the command that stands for the most common one', async () => {
    const { action } = cases[0] as (typeof cases)[number]
    const page = await listAnswerGroups(viewer, action, params())
    const rare = page.rows.find((row) => row.count === 1)
    expect(rare?.agents).toHaveLength(1)
    expect(rare?.agents[0]?.name).toMatch(/^web\d+$/)
    const common = await listAnswerGroups(viewer, action, params({ sort: '-count' }))
    expect(page.usual).toBe(common.rows[0]?.id)
  })

  it('keeps odd, deep and broken results apart and does not hold large ones to each other', async () => {
    const { rows } = await allGroups(ODD, {})
    expect(rows.map((row) => row.count)).toEqual([1, 1, 1, 1, 1, 1, 2])
    expect(rows.at(-1)).toMatchObject({ large: true, answer: { kind: 'unread', bytes: null, found: null } })
    expect((await commandsOf(ODD, { alike: rows.at(-1)?.id ?? '' })).total.count).toBe(2)
    expect(rows.find((row) => row.id === '104')?.answer).toMatchObject({ kind: 'unreadable', found: null })
    expect(rows.find((row) => row.id === '105')?.answer).toMatchObject({ kind: 'no-answer' })
  })

  it('has nothing to say of an action without commands', async () => {
    const page = await listAnswerGroups(viewer, MANY, params())
    expect(page).toMatchObject({ rows: [], answered: 0, unanswered: [], usual: null, total: { count: 0 } })
  })

  it('exports a line for each group', async () => {
    const { action, rows } = cases[1] as (typeof cases)[number]
    let text = ''
    for await (const chunk of exportLines(exportAnswerGroups(viewer, action, params({ columns: 'results' })), 'ndjson'))
      text += chunk
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map((line) => line.count)).toEqual(fold(rows, (row) => row.key))
    expect(Object.keys(lines[0])).toEqual(['count', 'status', 'found', 'commandid', 'agentid', 'agent', 'results'])
  })
})
