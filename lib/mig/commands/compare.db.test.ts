import { beforeAll, describe, expect, it } from 'vitest'
import { exportLines } from '@/lib/export'
import { forgetVintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { insertAgents } from '@/lib/testing/agent-rows'
import { insertActions, insertCommands, type TestCommand } from '@/lib/testing/command-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { CHANGES } from './change'
import {
  type ComparedAction,
  exportComparison,
  getComparedAction,
  listComparison,
  listLikeActions,
  operationsDifference,
} from './compare'
import { comparisonList } from './search-params'

const viewer = testViewer('investigator')
const A = '6059408362783470592' as MigId
const B = '6059408362783471616' as MigId
const EMPTY = '6059408362783472640' as MigId

function params(raw: Record<string, string> = {}) {
  const parsed = comparisonList.parse({ a: A, b: B, ...raw })
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

const found = (path: string, filecount = 3) =>
  `[{"elements":{"/etc/":{"regex":{"s1":{"evil":{"filecount":${filecount},"files":{"${path}":2},"matchcount":2}}}}},"error":null,"foundanything":true,"statistics":{"exectime":"${filecount}ms"}}]`
const nothing = (error: string | null = null) =>
  `[{"elements":{},"error":${error ? `["${error}"]` : null},"foundanything":false,"statistics":{"exectime":"1ms"}}]`
const refused = (reason: string) => `[{"Desc":"${reason}","OpID":0,"Sev":"error"}]`
const skeleton = '[{"foundanything":false,"success":false,"elements":null,"statistics":null,"errors":null}]'

type Told = [status: string, results: string | null] | null

/** What happens to each endpoint in the first and in the second action, and what it is to be called. */
const STORY: [change: string, a: Told, b: Told][] = [
  ['newly-found', ['done', nothing()], ['done', found('/x')]],
  ['newly-found', ['sent', 'null'], ['success', found('/x')]],
  ['newly-found', ['failed', refused('no')], ['done', found('/x')]],
  ['no-longer-found', ['done', found('/x')], ['done', nothing()]],
  ['no-longer-found', ['done', found('/x')], ['success', nothing('denied')]],
  ['changed', ['done', found('/x')], ['done', found('/y')]],
  ['changed', ['done', nothing()], ['done', nothing('denied')]],
  ['changed', ['failed', refused('one')], ['failed', refused('other')]],
  ['unanswered', ['done', found('/x')], ['sent', 'null']],
  ['unanswered', ['done', found('/x')], ['expired', skeleton]],
  ['unanswered', ['done', found('/x')], ['timeout', '[null]']],
  ['unanswered', ['cancelled', 'null'], ['cancelled', 'null']],
  ['unanswered', ['expired', skeleton], ['success', nothing()]],
  ['new', null, ['done', nothing()]],
  ['gone', ['done', found('/x')], null],
  ['same', ['done', found('/x', 3)], ['done', found('/x', 9)]],
  ['same', ['done', nothing()], ['success', nothing()]],
  ['same', ['failed', refused('no')], ['failed', refused('no')]],
]

describe.each(['data-rst', 'scripts', '2019'] as const)('two actions in the layout %s', (layout) => {
  const database = useDatabaseOf(layout)

  beforeAll(async () => {
    forgetVintage()
    // Each endpoint restarts between the two actions: the second one meets another row of the same queue.
    await insertAgents(
      database.owner,
      layout,
      STORY.flatMap((_, i) =>
        [0, 1].map((run) => ({
          id: String(100 * (run + 1) + i),
          name: `web${i}`,
          queueloc: `linux.web${i}.k`,
          pid: run + 1,
          heartbeattime: '2014-09-15',
        })),
      ),
    )
    await insertActions(database.owner, layout, [
      { id: A, name: 'same name', operations: '[{"module":"filechecker","parameters":{"x":1}}]' },
      { id: B, name: 'same name', operations: '[{"module":"filechecker","parameters":{"x":2}}]' },
      { id: EMPTY, name: 'other name', operations: '[{"module":"filechecker","parameters":{"x":1}}]' },
      { id: '6059408362783473664', name: 'apart', operations: null },
    ])
    const commands: TestCommand[] = STORY.flatMap(([, a, b], i) => [
      ...(a ? [{ id: String(1000 + i), actionid: A, agentid: String(100 + i), status: a[0], results: a[1] }] : []),
      ...(b ? [{ id: String(2000 + i), actionid: B, agentid: String(200 + i), status: b[0], results: b[1] }] : []),
    ])
    // The first endpoint ran two agents: its other process found nothing, which does not hide what the one found.
    commands.push({ id: '3000', actionid: B, agentid: '100', status: 'done', results: nothing() })
    // A command whose agent has no row is an endpoint of its own.
    await database.owner('ALTER TABLE public.commands DROP CONSTRAINT IF EXISTS commands_agentid_fkey')
    commands.push({ id: '3001', actionid: B, agentid: '999', status: 'done', results: nothing() })
    await insertCommands(database.owner, commands)
  })

  it('tells for each endpoint what became of its answer, over a restart', async () => {
    const page = await listComparison(viewer, A, B, params({ size: '200', sort: 'endpoint' }))
    const change = new Map(page.rows.map((row) => [row.endpoint, row.change as string]))
    for (const [i, [expected, a, b]] of STORY.entries())
      expect(change.get(`linux.web${i}.k`), `${i} ${a?.[0]} ${b?.[0]}`).toBe(expected)
    expect(change.get('agent 999')).toBe('new')
    expect(page.rows).toHaveLength(STORY.length + 1)
    const first = page.rows.find((row) => row.endpoint === 'linux.web0.k')
    expect(first).toMatchObject({
      before: { id: '1000', agent: 'web0' },
      after: { id: '2000', answer: { found: true } },
    })
    expect(page.rows.find((row) => row.change === 'gone')?.after).toBeNull()
  })

  it('counts the changes, links each count to exactly its rows, the most telling first', async () => {
    const all = await listComparison(viewer, A, B, params({ size: '25' }))
    for (const change of CHANGES) {
      const page = await listComparison(viewer, A, B, params({ change, size: '25' }))
      expect(page.totals).toEqual(all.totals)
      expect(page.rows).toHaveLength(all.totals[change])
      expect(page.total.count).toBe(all.totals[change])
    }
    expect(Object.values(all.totals).reduce((sum, n) => sum + n, 0)).toBe(all.rows.length)
    expect(all.rows.map((row) => CHANGES.indexOf(row.change))).toEqual(
      all.rows.map((row) => CHANGES.indexOf(row.change)).sort((x, y) => x - y),
    )
  })

  it('swaps with the order of the two, and has nothing new against itself', async () => {
    const back = await listComparison(viewer, B, A, params())
    expect(back.totals.new).toBe(1)
    expect(back.totals.gone).toBe(2)
    const self = await listComparison(viewer, A, A, params())
    expect(self.totals).toMatchObject({ 'newly-found': 0, 'no-longer-found': 0, changed: 0, new: 0, gone: 0 })
    const none = await listComparison(viewer, EMPTY, EMPTY, params())
    expect(none).toMatchObject({ rows: [], total: { count: 0 }, totals: { same: 0 } })
  })

  it('offers actions of the same name or operations, and tells how operations differ', async () => {
    const a = (await getComparedAction(viewer, '6.059408362783471e+18')) as ComparedAction
    expect(a.id).toBe(A)
    expect((await listLikeActions(viewer, a)).map((one) => one.id).sort()).toEqual([B, EMPTY])
    const b = (await getComparedAction(viewer, B)) as ComparedAction
    expect(operationsDifference(a, b).changes).toEqual([
      { path: [0, 'parameters', 'x'], kind: 'changed', before: '1', after: '2' },
    ])
    expect(await getComparedAction(viewer, '12')).toBeNull()
  })

  it('exports the endpoints of the filter', async () => {
    let text = ''
    for await (const chunk of exportLines(exportComparison(viewer, A, B, params({ change: 'changed' })), 'csv'))
      text += chunk
    expect(text.trimEnd().split('\r\n')).toEqual([
      'endpoint,change,before_commandid,before_status,after_commandid,after_status',
      'linux.web5.k,changed,1005,done,2005,done',
      'linux.web6.k,changed,1006,done,2006,done',
      'linux.web7.k,changed,1007,failed,2007,failed',
    ])
  })
})
