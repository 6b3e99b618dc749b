import { beforeAll, describe, expect, it } from 'vitest'
import { fetchPage } from '@/lib/db/list'
import { linesOf } from '@/lib/export'
import { forgetVintage } from '@/lib/mig/vintage'
import { insertAgents } from '@/lib/testing/agent-rows'
import { insertActions, insertCommands } from '@/lib/testing/command-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { commandListQuery, isScanned, type Meant, type NamedAgents } from './list.sql'
import { exportCommands, listCommands } from './queries'
import { commandList } from './search-params'

const viewer = testViewer('investigator')
const NOTHING: Meant = { agents: null, actions: null, byStatus: false, marks: null }
const A = '6059408362783470592'
const B = '6059408362783471616'

function params(raw: Record<string, string> = {}) {
  const parsed = commandList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

const ids = async (raw: Record<string, string>) =>
  (await listCommands(viewer, params({ ...raw, sort: 'start' }))).rows.map((row) => row.id)

const found = (path: string) =>
  `[{"elements":{"/etc/":{"regex":{"s1":{"evil":{"filecount":7,"files":{"${path}":2},"matchcount":2}}}}},"error":null,"foundanything":true}]`
const skeleton = '[{"foundanything":false,"success":false,"elements":null,"statistics":null,"errors":null}]'

describe.each(['data-rst', 'scripts', '2019'] as const)('commands in the layout %s', (layout) => {
  const database = useDatabaseOf(layout)

  beforeAll(async () => {
    forgetVintage()
    await insertAgents(database.owner, layout, [
      { id: '1', name: 'web1.example.net', heartbeattime: '2014-09-15' },
      { id: '2', name: 'web2.example.net', heartbeattime: '2014-09-15' },
      // The same endpoint as web2 after a restart.
      {
        id: '3',
        name: 'web2.example.net',
        queueloc: 'linux.host2.example.net.585qnpl2br200',
        pid: 2,
        heartbeattime: '2014-09-16',
      },
      { id: '4', name: 'db%1', heartbeattime: '2014-09-15' },
    ])
    await insertActions(database.owner, layout, [
      { id: A, name: 'a', operations: '[{"module":"filechecker","parameters":{}}]' },
      { id: B, name: 'b', operations: '[{"module": "netstat", "parameters": {}}]' },
    ])
    const at = (second: number) => `2014-09-15 21:19:${second}+00`
    await insertCommands(database.owner, [
      { id: '11', actionid: A, agentid: '1', status: 'done', results: found('/etc/cron.d/upd'), starttime: at(10) },
      {
        id: '12',
        actionid: A,
        agentid: '2',
        status: 'failed',
        results: '[{"OpID":0,"Desc":"a -\\u003e b: insufficient weight","Sev":"error"}]',
        starttime: at(11),
      },
      {
        id: '13',
        actionid: A,
        agentid: '4',
        status: 'done',
        results: '[{"foundanything":false,"error":["open \\"x\\": denied"]}]',
        starttime: at(12),
      },
      { id: '14', actionid: B, agentid: '3', status: 'expired', results: skeleton, starttime: at(13) },
      { id: '15', actionid: B, agentid: '1', status: 'odd', results: null, starttime: at(14) },
      {
        id: '16',
        actionid: B,
        agentid: '2',
        status: 'done',
        results: '[{"foundanything":false,"x":"\\u0000 \\"foundanything\\":true \\"Desc\\":\\""}]',
        starttime: at(15),
      },
    ])
    await database.owner(`INSERT INTO public.commands (id, actionid, agentid, status, results, starttime)
      SELECT 17, ${B}, 4, 'done', ('[{"foundanything":true,"elements":"' || repeat('x', 15000000) || '"}]')::json, '2014-09-15 21:19:16+00'`)
    await database.owner(`INSERT INTO public.commands (id, actionid, agentid, status, results, starttime)
      SELECT 18, ${B}, 4, 'done', ('[{"foundanything":true,"x":"' ||
        (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 30000) i) || '"}]')::json, '2014-09-15 21:19:17+00'`)
    await database.owner(
      layout === '2019'
        ? `INSERT INTO public.investigators (id, name, status, createdat, lastmodified) VALUES (7, 'Ann', 'active', now(), now())`
        : `INSERT INTO public.investigators (id, name, pgpfingerprint) VALUES (7, 'Ann', 'AA')`,
    )
    await database.owner(`INSERT INTO public.signatures (actionid, investigatorid, pgpsignature) VALUES (${B}, 7, 's')`)
  })

  it('filters by status, found, error and its text, agent, endpoint, action, module and time', async () => {
    expect(await ids({})).toEqual(['11', '12', '13', '14', '15', '16', '17', '18'])
    expect(await ids({ status: 'failed,expired' })).toEqual(['12', '14'])
    expect(await ids({ status: 'other' })).toEqual(['15'])
    expect(await ids({ status: 'other,failed' })).toEqual(['12', '15'])
    expect(await ids({ found: '1' })).toEqual(['11', '17', '18'])
    expect(await ids({ error: '1' })).toEqual(['12', '13'])
    expect(await ids({ reason: 'A -> B' })).toEqual(['12'])
    expect(await ids({ reason: '"x": DENIED' })).toEqual(['13'])
    expect(await ids({ reason: '100%' })).toEqual([])
    expect(await ids({ agent: 'web2' })).toEqual(['12', '14', '16'])
    expect(await ids({ agent: 'b%1', action: A })).toEqual(['13'])
    expect(await ids({ agent: 'nobody' })).toEqual([])
    expect(await ids({ queueloc: 'linux.host2.example.net.585qnpl2br200' })).toEqual(['12', '14', '16'])
    expect(await ids({ agentid: '3' })).toEqual(['14'])
    expect(await ids({ action: A, found: '1' })).toEqual(['11'])
    expect(await ids({ module: 'netstat', status: 'done' })).toEqual(['16', '17', '18'])
    expect(await ids({ investigator: '7', status: 'expired,failed' })).toEqual(['14'])
    expect(await ids({ module: 'net' })).toEqual([])
    expect(await ids({ from: '2014-09-15T21:19:12Z', to: '2014-09-15T21:19:14Z' })).toEqual(['13', '14', '15'])
    expect(await ids({ alike: '999' })).toEqual([])
  })

  it('says in a row what was found and why it failed, and unpacks no large result', async () => {
    const { rows } = await listCommands(viewer, params())
    const answer = (id: string) => rows.find((row) => row.id === id)?.answer
    expect(answer('11')).toMatchObject({ found: true, hitCount: 1, hits: [{ path: '/etc/cron.d/upd', check: 's1' }] })
    expect(answer('12')).toMatchObject({ found: null, reason: 'a -> b: insufficient weight' })
    expect(answer('13')).toMatchObject({ found: false, reason: 'open "x": denied' })
    expect(answer('14')).toMatchObject({ kind: 'waiting' })
    expect(answer('15')).toMatchObject({ kind: 'no-answer' })
    expect(answer('16')).toMatchObject({ found: false, reason: null })
    // 15 MB of one letter are packed into little: its length and finding are read, its text is not.
    expect(answer('17')).toMatchObject({ kind: 'unread', found: true, bytes: 15_000_038, hits: [] })
    expect(answer('18')).toMatchObject({ kind: 'unread', found: null, bytes: null })
  })

  it('tells a list that looks through the newest commands from one that an index serves', () => {
    expect(isScanned(params({}), { agents: null })).toBe(false)
    expect(isScanned(params({ from: '2014-09-15T21:19:12Z' }), { agents: null })).toBe(false)
    expect(isScanned(params({ found: '1' }), { agents: null })).toBe(true)
    expect(isScanned(params({ sort: 'agent' }), { agents: null })).toBe(true)
    expect(isScanned(params({ agent: 'web' }), { agents: 'many' })).toBe(true)
    expect(isScanned(params({ agent: 'web', found: '1' }), { agents: { ids: ['1'] } })).toBe(false)
    expect(isScanned(params({ found: '1', action: A, sort: 'agent' }), { agents: null })).toBe(false)
  })

  it('finds the commands of one status by an index where there is one, and those of an agent within an action', async () => {
    const scanned = await listCommands(viewer, params({ status: 'done', size: '25' }))
    await database.owner('CREATE INDEX by_status ON public.commands (status, starttime DESC, id DESC)')
    try {
      const indexed = await listCommands(viewer, params({ status: 'done', size: '25' }))
      expect(indexed.scan).toBeNull()
      expect(indexed.rows).toEqual(scanned.rows)
      expect(indexed.total).toEqual(scanned.total)
      expect((await listCommands(viewer, params({ status: 'done,failed' }))).scan).not.toBeNull()
      expect((await listCommands(viewer, params({ status: 'done', found: '1' }))).scan).not.toBeNull()
      expect((await listCommands(viewer, params({ status: 'other' }))).rows.map((row) => row.id)).toEqual(['15'])
      expect(await ids({ status: 'done', from: '2014-09-15T21:19:12Z', to: '2014-09-15T21:19:15Z' })).toEqual([
        '13',
        '16',
      ])
    } finally {
      await database.owner('DROP INDEX public.by_status')
    }
    const inAction = async (meant: NamedAgents) => {
      const query = commandListQuery(params({ agent: 'WEB', action: A, sort: 'agent' }), { ...NOTHING, agents: meant })
      return (await fetchPage<{ id: string }>(query, params({ sort: 'agent' }))).rows.map((row) => row.id)
    }
    expect(await ids({ agent: 'web', action: A })).toEqual(['11', '12'])
    expect(await inAction('many')).toEqual(['11', '12'])
    expect(await inAction({ ids: ['1', '2', '3'] })).toEqual(['11', '12'])
    const many = params({ agent: 'web', sort: '-start' })
    const page = await fetchPage<{ id: string }>(commandListQuery(many, { ...NOTHING, agents: 'many' }), many)
    expect(page.rows.map((row) => row.id)).toEqual(['16', '15', '14', '12', '11'])
  })

  it('sees the same rows with and without a scan, page by page', async () => {
    const first = await listCommands(viewer, params({ status: 'done', size: '25' }))
    expect(first.scan).toEqual({ rows: 8, since: null })
    expect(first.rows.map((row) => row.id)).toEqual(['18', '17', '16', '13', '11'])
    const byAgent = await listCommands(viewer, params({ sort: 'agent', size: '25' }))
    expect(byAgent.rows.map((row) => row.agent)).toEqual([...byAgent.rows.map((row) => row.agent)].sort())
    expect((await listCommands(viewer, params({ action: A }))).scan).toBeNull()
  })

  it('exports the rows of the filters, results only when asked for', async () => {
    const text = async (raw: Record<string, string>, format: 'csv' | 'ndjson') => {
      let all = ''
      for await (const chunk of linesOf(await exportCommands(viewer, params({ sort: 'start', ...raw })), format))
        all += String(chunk)
      return all
    }
    const csv = (await text({ status: 'failed' }, 'csv')).trimEnd().split('\r\n')
    expect(csv).toEqual([
      'id,actionid,action,agentid,agent,queueloc,status,starttime,finishtime',
      `12,${A},a,2,web2.example.net,linux.host2.example.net.585qnpl2br200,failed,2014-09-15T21:19:11Z,2014-09-15T21:19:12Z`,
    ])
    const lines = (await text({ columns: 'results' }, 'ndjson'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map((line) => line.id)).toEqual(['11', '12', '13', '14', '15', '16', '17', '18'])
    expect(lines[1].results[0].Desc).toBe('a -> b: insufficient weight')
    expect(lines[4].results).toBeNull()
    expect(lines[6].results[0].elements).toHaveLength(15_000_000)
  })
})
