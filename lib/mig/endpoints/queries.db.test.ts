import { beforeAll, describe, expect, it } from 'vitest'
import { pool } from '@/lib/db/pool'
import { env } from '@/lib/env'
import { getAgent } from '@/lib/mig/agents/detail-queries'
import { earlier, thresholdsOf } from '@/lib/mig/agents/state'
import { runPass } from '@/lib/mig/health/pass'
import { forgetVintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { RanSql } from '@/lib/page'
import { insertAgents } from '@/lib/testing/agent-rows'
import { insertActions, insertCommands } from '@/lib/testing/command-rows'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { getEndpointCalendar, getLives, getMissed } from './queries'

const viewer = testViewer('investigator')
const QUEUE = 'linux.web.example.net.585qnpl2br200'
const HOUR = 3_600_000
const start = '2026-03-01T00:00:00Z' as Instant
const at = (hours: number) => earlier(start, -hours * HOUR)

const pasted = async (ran: RanSql[], what: string) => {
  const one = ran.find((statement) => statement.what === what)
  if (!one) throw new Error(`no statement "${what}" among ${ran.map((statement) => statement.what).join(', ')}`)
  return (await pool().query(one.text)).rows
}

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])('an endpoint over days in the layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  async function pass(hours: number) {
    const client = await pool().connect()
    try {
      await client.query('BEGIN')
      await runPass(client, at(hours), thresholdsOf(env()))
      await client.query('COMMIT')
    } finally {
      client.release()
    }
  }
  const beats = (id: string, hours: number) =>
    owner('UPDATE public.agents SET heartbeattime = $2 WHERE id = $1::numeric', [id, at(hours)])

  beforeAll(async () => {
    forgetVintage()
    await insertAgents(owner, vintage, [
      { id: '1', queueloc: QUEUE, pid: 10, starttime: at(-50), heartbeattime: at(12) },
      { id: '9', queueloc: 'linux.other.x', heartbeattime: at(0) },
    ])
    await pass(12)
    // Heard until hour 30, silent until hour 80, on another process since; nobody looked on the third day.
    await beats('1', 30)
    await pass(30)
    await pass(40)
    await insertAgents(owner, vintage, [
      {
        id: '2',
        queueloc: QUEUE,
        pid: 11,
        starttime: at(80),
        heartbeattime: at(80),
        version: '201410010000+abcdef0.prod',
      },
    ])
    await pass(80)
    await beats('2', 95)
    await pass(95)
    await insertActions(owner, vintage, [{ id: '70', name: 'asked', operations: '[]' }])
    const command = (id: string, agentid: string, hours: number, status: string) => ({
      id,
      actionid: '70',
      agentid,
      status,
      results: null,
      starttime: at(hours),
      finishtime: null,
    })
    await insertCommands(owner, [
      command('701', '1', 20, 'cancelled'),
      command('702', '1', 31, 'cancelled'),
      command('703', '1', 50, 'sent'),
      command('704', '1', 51, 'done'),
      command('705', '2', 90, 'expired'),
      command('706', '9', 50, 'sent'),
      command('707', '2', 97, 'sent'),
    ])
  })

  it('has its states by day, days without a pass left empty', async () => {
    const calendar = await getEndpointCalendar(viewer, QUEUE, 60, at(95))
    expect(calendar?.days.map(({ day, kind }) => `${day.slice(-2)} ${kind}`)).toEqual([
      '01 known',
      '02 known',
      '03 gap',
      '04 known',
    ])
    const second = calendar?.days[1]
    expect(second?.spent.map(({ state }) => state)).toEqual(['unreachable', 'late', 'online'])
    expect(second?.spent.reduce((sum, { milliseconds }) => sum + milliseconds, 0)).toBe(24 * HOUR)
    expect(second?.parts[0]?.end).toBeCloseTo((6 + 10 / 60) / 24, 6)
    expect(calendar?.days[3]?.parts.map(({ state }) => state)).toEqual(['unreachable', 'online'])
    expect(calendar?.stretches.at(-1)).toMatchObject({ state: 'online', version: '201410010000+abcdef0.prod' })
    expect(await getEndpointCalendar(viewer, QUEUE, 2, at(95))).toMatchObject({
      days: [{ day: '2026-03-03' }, { day: '2026-03-04' }],
    })
    expect((await pasted(calendar?.ran ?? [], 'days with a pass over the fleet')).map(({ day }) => day)).toEqual([
      '2026-03-01',
      '2026-03-02',
      '2026-03-04',
    ])
    expect(await pasted(calendar?.ran ?? [], 'history of this endpoint')).toHaveLength(2)
  })

  it('lists the commands that went out while it was silent, and only those without an answer', async () => {
    const calendar = await getEndpointCalendar(viewer, QUEUE, 60, at(95))
    const stretches = calendar?.stretches ?? []
    const online = { queueloc: QUEUE, state: 'online' as const, lastSeen: at(95) }
    const missed = await getMissed(viewer, online, stretches, at(95))
    expect(missed.commands.map(({ id }) => id)).toEqual(['703', '702'])
    expect(missed.count).toBe(2)
    expect(missed.commands[0]).toMatchObject({ action: 'asked', status: 'sent', actionid: '70', agentid: '1' })
    expect((await pasted(missed.ran, 'commands that it missed')).map(({ id }) => id)).toEqual(['703', '702'])
    const silent = await getMissed(viewer, { ...online, state: 'unreachable' }, stretches, at(97))
    expect(silent.commands.map(({ id }) => id)).toEqual(['707', '703', '702'])
    expect(await getMissed(viewer, online, [], at(95))).toEqual({ commands: [], count: 0, ran: [] })
  })

  it('knows when its processes lived', async () => {
    const { lives, ran } = await getLives(viewer, QUEUE, at(95))
    expect(lives.map(({ pid, state }) => [pid, state])).toEqual([
      [11, 'online'],
      [10, 'unreachable'],
    ])
    expect(await pasted(ran, 'lives of its processes')).toEqual(lives)
  })

  it('shows for each part of an endpoint the statement that gives it', async () => {
    const agent = await getAgent(viewer, '1' as MigId, at(95))
    if (!agent) throw new Error('no agent')
    const ids = async (what: string) => (await pasted(agent.ran, what)).map(({ id }) => id)
    expect(await ids('this process')).toEqual(['1'])
    expect(await ids('the row that stands for its endpoint, with its state')).toEqual([agent.newestId])
    expect(await ids('processes of its endpoint')).toEqual(agent.processes.map(({ id }) => id))
    expect(await ids('recent commands')).toEqual(agent.commands.map(({ id }) => id))
    expect(agent.commands).toHaveLength(6)
    expect(await pasted(agent.ran, 'number of its processes')).toEqual([{ n: '2' }])
    expect(await pasted(agent.ran, 'minimum weights')).toEqual([])
  })
})

describe('an endpoint before there is a history', () => {
  useDatabaseOf('data-rst')

  it('has no days', async () => {
    expect(await getEndpointCalendar(viewer, QUEUE, 60, start)).toBeNull()
  })
})
