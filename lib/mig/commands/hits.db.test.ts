import { beforeAll, describe, expect, it } from 'vitest'
import { exportLines } from '@/lib/export'
import { forgetVintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { insertAgents } from '@/lib/testing/agent-rows'
import { insertActions, insertCommands, type TestCommand } from '@/lib/testing/command-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { collectHits, exportHits, listHits } from './hits'
import { listCommands } from './queries'
import { commandList, hitList } from './search-params'

const viewer = testViewer('investigator')
const OLD = '6059408362783470592' as MigId
const LATER = '6059408362783471616' as MigId

function params(raw: Record<string, string> = {}) {
  const parsed = hitList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

async function commandsWith(action: MigId, hit: string) {
  const parsed = commandList.parse({ action, hit, sort: 'start', size: '200' })
  if (!parsed.ok) throw new Error(parsed.problem)
  return listCommands(viewer, parsed.params)
}

const PATHS = ['/etc/cron.d/upd', '/etc/<b>', '/etc/\u202e', '/etc/"q"\\', '__proto__']

/** Which of the paths a command found, by its number: every answer has a run time and a number of files of its own. */
const foundBy = (i: number) => PATHS.filter((_, n) => (i >> n) % 2 === 1)

function old(i: number): string {
  const files = `{${foundBy(i)
    .map((path) => `${JSON.stringify(path)}:${(i % 2) + 1}`)
    .join(',')}}`
  return `[{"elements":{"/etc/":{"regex":{"s1":{"evil":{"filecount":${i},"files":${files},"matchcount":1}}}}},"error":null,"foundanything":${foundBy(i).length > 0},"statistics":{"exectime":"${i}ms"}}]`
}

function later(i: number): string {
  const list = foundBy(i).map((file) => ({ file, search: { contents: ['evil'] }, fileinfo: { size: 4, mode: '-rw' } }))
  return JSON.stringify([
    {
      foundanything: list.length > 0,
      success: true,
      elements: { s1: list },
      statistics: { exectime: `${i}µs` },
      errors: null,
    },
  ])
}

describe.each(['data-rst', 'scripts', '2019'] as const)('hits in the layout %s', (layout) => {
  const database = useDatabaseOf(layout)
  const COUNT = 120

  beforeAll(async () => {
    forgetVintage()
    await insertAgents(
      database.owner,
      layout,
      Array.from({ length: COUNT }, (_, i) => ({ id: String(i + 1), heartbeattime: '2014-09-15' })),
    )
    await insertActions(database.owner, layout, [
      { id: OLD, name: 'old', operations: '[{"module":"filechecker"}]' },
      { id: LATER, name: 'later', operations: '[{"module":"file"}]' },
    ])
    const commands: TestCommand[] = []
    for (let i = 0; i < COUNT; i++) {
      commands.push({ id: String(1000 + i), actionid: OLD, agentid: String(i + 1), status: 'done', results: old(i) })
      commands.push({
        id: String(2000 + i),
        actionid: LATER,
        agentid: String(i + 1),
        status: 'success',
        results: later(i),
      })
    }
    commands.push({
      id: '3000',
      actionid: OLD,
      agentid: '1',
      status: 'done',
      results: '[{"foundanything":true,"elements":{"\\u0000":[]}}]',
    })
    await insertCommands(database.owner, commands)
  })

  it.each([
    ['filechecker of 2014', OLD],
    ['file of 2019', LATER],
  ])(
    'counts each thing found by %s as a count by hand does, and links it to exactly its commands',
    async (_, action) => {
      const { rows, total, more } = await listHits(viewer, action, params())
      expect(more).toBe(false)
      expect(total).toEqual({ count: PATHS.length, more: false })
      const byHand = PATHS.map((path) => ({
        path,
        agents: Array.from({ length: COUNT }, (_, i) => i).filter((i) => foundBy(i).includes(path)).length,
      }))
      expect(rows.map(({ path, agents }) => ({ path, agents })).sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(
        byHand.sort((a, b) => (a.path < b.path ? -1 : 1)),
      )
      expect(rows.map((row) => row.agents)).toEqual(rows.map((row) => row.agents).sort((a, b) => a - b))
      for (const hit of rows) {
        const page = await commandsWith(action, hit.key)
        expect(page.total.count, hit.path).toBe(hit.agents)
        for (const row of page.rows) expect(foundBy((Number(row.id) % 1000) as number)).toContain(hit.path)
      }
    },
  )

  it('filters by what was found and by the check, and exports the same', async () => {
    expect((await listHits(viewer, OLD, params({ path: 'CRON' }))).rows.map((row) => row.path)).toEqual([
      '/etc/cron.d/upd',
    ])
    expect((await listHits(viewer, OLD, params({ check: 'evil' }))).rows).toHaveLength(PATHS.length)
    expect((await listHits(viewer, OLD, params({ check: 'nothing' }))).rows).toEqual([])
    let text = ''
    for await (const chunk of exportLines(await exportHits(viewer, OLD, params({ path: 'cron' })), 'csv')) text += chunk
    expect(text.trimEnd().split('\r\n')).toEqual([
      'path,module,check,method,value,agents',
      '/etc/cron.d/upd,filechecker,s1,regex,evil,60',
    ])
  })

  it('says that there is more beyond its limits', async () => {
    const few = await collectHits(viewer, OLD, { answers: 3, hits: 1000, bytes: 1e9 })
    expect(few).toMatchObject({ more: true, read: 3 })
    const short = await collectHits(viewer, OLD, { answers: 1000, hits: 1000, bytes: 250 })
    expect(short).toMatchObject({ more: true, read: 1 })
  })

  it('knows a hit only within an action, and lists nothing for one that is not there', async () => {
    expect((await commandsWith(OLD, '0'.repeat(32))).rows).toEqual([])
    const parsed = commandList.parse({ hit: '0'.repeat(32) })
    if (!parsed.ok) throw new Error(parsed.problem)
    await expect(listCommands(viewer, parsed.params)).rejects.toThrow('belongs to the commands of one action')
    expect(commandList.parse({ hit: 'x' }).ok).toBe(false)
  })
})
