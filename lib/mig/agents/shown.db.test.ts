import { beforeAll, describe, expect, it } from 'vitest'
import { pool } from '@/lib/db/pool'
import { forgetVintage } from '@/lib/mig/vintage'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import type { RanSql } from '@/lib/page'
import { insertAgents } from '@/lib/testing/agent-rows'
import { insertActions, insertCommands } from '@/lib/testing/command-rows'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { listDoubles } from './double-queries'
import { countOfflineShown, listOffline } from './offline-queries'
import { listAgents } from './queries'
import { agentList, doubleList, offlineList } from './search-params'
import { getSilence } from './silence'
import { earlier } from './state'

const viewer = testViewer('investigator')
const now = parseRfc3339('2014-09-15T21:18:09.235444Z') as Instant
const MINUTE = 60_000

const paramsOf = <P>(parsed: { ok: true; params: P } | { ok: false; problem: string }): P => {
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}
const pasted = async (ran: RanSql[], what: string) => {
  const one = ran.find((statement) => statement.what === what)
  if (!one) throw new Error(`no statement "${what}" among ${ran.map((statement) => statement.what).join(', ')}`)
  return (await pool().query(one.text)).rows
}

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])(
  'what a page shows beside its list, in the layout %s',
  (vintage) => {
    const { owner } = useDatabaseOf(vintage)

    beforeAll(async () => {
      forgetVintage()
      const row = (id: string, queue: string, name: string, minutes: number, more = {}) => ({
        id,
        name,
        queueloc: `linux.${queue}.x`,
        pid: Number(id),
        heartbeattime: earlier(now, minutes * MINUTE),
        ...more,
      })
      await insertAgents(owner, vintage, [
        row('1', 'lost', "o'lost", 60, { tags: `{"operator":"it's"}` }),
        row('2', 'lost', "o'lost", 90),
        row('3', 'hidden', 'shared', 30),
        row('4', 'heard', 'shared', 1),
        row('5', 'twice', 'double', 1, { status: 'upgraded' }),
        row('6', 'twice', 'double', 2),
        row('7', 'elsewhere', 'double', 3),
      ])
      await insertActions(owner, vintage, [
        { id: '70', name: "what's missed", operations: '[]' },
        { id: '71', name: 'Destroy agent double', operations: '[]', status: 'invalid' },
      ])
      await owner(`UPDATE public.actions SET target = 'linux.twice.x' WHERE id = 71`)
      const sent = earlier(now, 40 * MINUTE)
      await insertCommands(owner, [
        { id: '700', actionid: '70', agentid: '1', status: 'sent', results: null, starttime: sent },
        { id: '701', actionid: '70', agentid: '2', status: 'cancelled', results: null, starttime: sent },
      ])
    })

    it('has its statement on /agents/offline', async () => {
      for (const by of ['name', 'endpoint'] as const) {
        const params = paramsOf(offlineList.parse({ by }))
        const { rows, ran } = await listOffline(viewer, params, now)
        const lost = rows.find(({ name }) => name === "o'lost")
        expect(lost?.missed.map(({ id }) => id)).toEqual(['701', '700'])
        const missed = await pasted(ran, 'commands that these endpoints missed')
        expect(missed.map(({ id }) => id)).toEqual(rows.flatMap((row) => row.missed.map(({ id }) => id)))
        const tags = await pasted(ran, 'tags of these rows')
        expect(tags.find(({ id }) => id === lost?.id)?.tags).toBe(`{"operator":"it's"}`)
        const heard = await pasted(ran, 'who is heard nevertheless')
        expect(heard.map(({ heard_id }) => heard_id)).toEqual(rows.flatMap((row) => row.heard?.id ?? []))
        if (by === 'name') {
          const last = await pasted(ran, 'last rows of these names')
          expect(last.map(({ id, rows: n }) => [id, n])).toEqual(rows.map((row) => [row.id, String(row.rows)]))
        } else expect(heard.map(({ heard_id }) => heard_id)).toEqual(['4'])
        const { total, ran: counted } = await countOfflineShown(viewer, params, now)
        expect((await pool().query(counted.text)).rows).toEqual([{ n: String(total.count) }])
        expect(total.count).toBe(rows.length)
      }
    })

    it('has its statement on /agents/doubles', async () => {
      const { rows, ran } = await listDoubles(viewer, paramsOf(doubleList.parse({})), now)
      expect(rows).toMatchObject([{ queueloc: 'linux.twice.x', kill: { id: '71' }, namesake: { id: '7' } }])
      expect((await pasted(ran, 'processes of these queues')).map(({ id }) => id)).toEqual(
        rows[0]?.processes.map(({ id }) => id),
      )
      expect(await pasted(ran, 'invalid actions that should have ended one of them')).toMatchObject([
        { id: '71', of: '1' },
      ])
      expect(await pasted(ran, 'the same names on other queues')).toMatchObject([
        { id: '7', other: 'linux.elsewhere.x' },
      ])
    })

    it('has its statement on /agents', async () => {
      const { rows, ran } = await listAgents(viewer, paramsOf(agentList.parse({})), now)
      const counts = new Map(
        (await pasted(ran, 'rows of these endpoints')).map(({ queueloc, n }) => [queueloc, Number(n)]),
      )
      expect(rows.map(({ queueloc, processes }) => [queueloc, processes])).toEqual(
        rows.map(({ queueloc }) => [queueloc, counts.get(queueloc)]),
      )
      expect(counts.get('linux.lost.x')).toBe(2)
      const silence = await getSilence(viewer, now)
      expect(await pasted(silence.ran, 'newest heartbeat of all')).toEqual([{ at: silence.newest }])
    })
  },
)
