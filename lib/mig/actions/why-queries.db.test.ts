import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { earlier } from '@/lib/mig/agents/state'
import { SpoolClient, spoolClient } from '@/lib/mig/spool/client'
import { forgetVintage } from '@/lib/mig/vintage'
import { idFromBigInt, type MigId } from '@/lib/mig/wire/id'
import { type Instant, instantToNanos, parseRfc3339 } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { anomaliesOf } from './anomalies'
import { histogramOf } from './histogram'
import { getAction } from './queries'
import { whyOf } from './why'
import { getActionFacts, getCommandFigures } from './why-queries'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-why-'))
vi.stubEnv('MIG_SPOOL_DIR', root)
const viewer = testViewer('investigator')
const now = parseRfc3339('2014-09-15T21:30:00Z') as Instant
const start = parseRfc3339('2014-09-15T21:00:00.25Z') as Instant
const MINUTE = 60_000
const idMade = (i: number): MigId =>
  idFromBigInt(((BigInt(Date.parse('2014-09-15T21:00:00Z')) / 1000n) << 32n) + BigInt(i) * 1024n)

const RUN = idMade(1)
const STUCK = idMade(2)
const WINDOWS = idMade(3)
const ODD_TARGET = idMade(4)
const WAITING = idMade(5)
const QUIET = idMade(6)
const TAGGED = idMade(7)
const SIGNATURE = 'wsBcBAABCAAQBQJrAqvU==pMrR'

function put(directory: string, name: string, content: string): void {
  const dir = path.join(root, directory)
  fs.mkdirSync(dir, { recursive: true })
  fs.writeFileSync(path.join(dir, name), content)
}

/** The name under which the scheduler sets a file aside that many milliseconds after `start`. */
const stamp = (milliseconds: number) => `${instantToNanos(start) + BigInt(milliseconds) * 1_000_000n}.json`

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])('the evidence in the layout %s', (layout) => {
  const { owner } = useDatabaseOf(layout)
  const head = layout === '2019'

  async function factsOf(id: MigId) {
    const action = await getAction(viewer, id)
    if (!action) throw new Error(`no action ${id}`)
    return getActionFacts(viewer, action, now)
  }
  const reasonsOf = async (id: MigId) => whyOf(await factsOf(id))?.reasons.map(({ grade, key }) => `${grade} ${key}`)

  beforeAll(async () => {
    forgetVintage()
    const signatures = head ? `'["${SIGNATURE}"]'` : `'["${SIGNATURE}"]'::json`
    const never = `'9998-01-11 11:11:11+00'`
    const insert = (id: MigId, status: string, target: string, times: string) =>
      owner(
        `INSERT INTO public.actions (id, name, target, status, validfrom, expireafter, starttime, lastupdatetime, finishtime,
           syntaxversion, pgpsignatures) VALUES (${id}, 'an action', $1, $2, ${times}, ${never}, 2, ${signatures})`,
        [target, status],
      )
    const window = `'2014-09-15 20:59:00+00', '2014-09-15 21:29:00+00'`
    const refused = `${window}, '${start}', '2014-09-15 21:00:01+00'`
    await insert(
      RUN,
      'inflight',
      "os='linux'",
      `'2014-09-15 20:59:00+00', '2014-09-15 21:05:00+00', '${start}', '${start}'`,
    )
    await insert(STUCK, 'preparing', "name='x'", `${window}, '${start}', ${never}`)
    await insert(WINDOWS, 'invalid', "name LIKE 'nosuch%'", refused)
    await insert(ODD_TARGET, 'invalid', 'pid > 1', refused)
    await insert(WAITING, 'init', "name='x'", `'2014-09-15 20:59:00+00', '2014-09-15 22:29:00+00', ${never}, ${never}`)
    await insert(QUIET, 'invalid', 'pid > 1', `${window}, '2014-09-01 00:00:00+00', '2014-09-01 00:00:01+00'`)
    await insert(TAGGED, 'invalid', "tags->>'operator'='opsec' AND name LIKE 'host%'", refused)
    const agents = [
      { id: '11', heartbeattime: '2014-09-15 20:50:00+00' },
      { id: '12', heartbeattime: '2014-09-15 21:29:00+00', tags: '{"operator":"opsec"}' },
      { id: '13', heartbeattime: '2014-09-15 21:29:00+00', starttime: '2014-09-15 21:10:00+00' },
      { id: '14', heartbeattime: '2014-09-15 20:39:59+00', tags: '{"operator":"opsec"}' },
      { id: '15', heartbeattime: 'infinity', tags: '["\\u0000"]' },
      { id: '16', heartbeattime: '2014-09-15 21:29:00+00', starttime: 'infinity', tags: '"\\u0000"' },
    ]
    await insertAgents(owner, layout, agents)
    await owner(
      `INSERT INTO public.commands (id, actionid, agentid, status, starttime, finishtime) VALUES
       (1, ${RUN}, 11, 'done', '2014-09-15 21:00:01+00', '2014-09-15 21:00:04+00'),
       (2, ${RUN}, 12, 'success', '2014-09-15 21:00:01+00', '2014-09-15 21:00:05.5+00'),
       (3, ${RUN}, 13, 'failed', '2014-09-15 21:00:02+00', '2014-09-15 21:10:00+00'),
       (4, ${RUN}, 14, 'cancelled', '2014-09-15 21:00:02+00', '2014-09-15 21:05:30+00'),
       (5, ${RUN}, 15, 'sent', '2014-09-15 21:00:02+00', ${never}),
       (6, ${RUN}, 16, 'sent', '-infinity', '0001-01-01 00:00:00+00'),
       (7, ${RUN}, 11, 'done', '2014-09-15 21:00:01+00', '2014-09-15 21:00:00+00'),
       (8, ${RUN}, 11, 'dancing', '2014-09-15 21:00:01+00', NULL)`,
    )
  })
  beforeEach(() => {
    for (const directory of fs.readdirSync(root)) fs.rmSync(path.join(root, directory), { recursive: true })
  })

  it('counts an action’s commands in one pass, with first and last moments and durations', async () => {
    const { figures } = await factsOf(RUN)
    expect(figures).toMatchObject({
      total: 8,
      byOutcome: { out: 2, done: 3, failed: 1, timeout: 0, cancelled: 1 },
      unknown: 1,
      firstAnswer: '2014-09-15T21:00:00Z',
      lastAnswer: '2014-09-15T21:10:00Z',
      late: 1,
      firstLate: '2014-09-15T21:10:00Z',
    })
    expect(figures?.byStatus).toEqual([
      { status: 'cancelled', count: 1 },
      { status: 'dancing', count: 1 },
      { status: 'done', count: 2 },
      { status: 'failed', count: 1 },
      { status: 'sent', count: 2 },
      { status: 'success', count: 1 },
    ])
    const points = figures && histogramOf(figures)?.points.filter(({ values }) => Object.values(values).some(Boolean))
    expect(points).toEqual([
      { label: 'below 0', values: { done: 1, failed: 0, cancelled: 0 } },
      { label: '2 s – 5 s', values: { done: 2, failed: 0, cancelled: 0 } },
      { label: '5 min – 10 min', values: { done: 0, failed: 1, cancelled: 1 } },
    ])
    expect((await factsOf(QUIET)).figures).toMatchObject({ total: 0, firstAnswer: null, late: 0, durations: [] })
  })

  it('asks the spool for the action’s files and those of its commands', async () => {
    put('action/inflight', `${RUN}.json`, '{}')
    put('action/inflight', `${STUCK}.json`, '{}')
    put('command/inflight', `${RUN}-5.json`, '{}')
    put('command/inflight', `${STUCK}-6.json`, '{}')
    put('command/returned', idMade(99), '{}')
    const facts = await factsOf(RUN)
    expect(facts.spool).toMatchObject({
      checked: true,
      files: [{ directory: ['action', 'inflight'], name: `${RUN}.json` }],
      setAside: [],
      commandsInflight: 1,
      oldestReturned: '2014-09-15T21:00:00Z',
      waiting: null,
    })
    expect(anomaliesOf(facts).map(({ code }) => code)).toEqual(['A3', 'A6'])
    expect(whyOf(facts)?.reasons.map(({ key }) => key)).toEqual(['poison-file'])
  })

  it('finds the file that was set aside by its signature or its id, among others of that moment', async () => {
    put('action/invalid', stamp(3), JSON.stringify({ id: 0, name: 'x', target: 'x', pgpsignatures: [SIGNATURE] }))
    put('action/invalid', stamp(4), JSON.stringify({ id: 0, name: 'y', target: 'x', pgpsignatures: ['another'] }))
    put('action/invalid', stamp(5), 'no json')
    put(
      'action/invalid',
      stamp(2 * MINUTE),
      JSON.stringify({ id: 0, name: 'x', target: 'x', pgpsignatures: [SIGNATURE] }),
    )
    put('action/invalid', `${STUCK}.json`, '{}')
    const facts = await factsOf(STUCK)
    expect(facts.spool).toMatchObject({
      setAside: [{ name: stamp(3), match: 'same', at: earlier(start, -3) }],
      files: [{ directory: ['action', 'invalid'], name: `${STUCK}.json` }],
    })
    const reasons = whyOf(facts)?.reasons
    expect(reasons?.map(({ grade, key }) => `${grade} ${key}`)).toEqual(['likely signature'])
    expect(reasons?.[0]?.evidence.join(' ')).toContain(stamp(3))
    fs.rmSync(path.join(root, 'action/invalid', stamp(3)))
    expect((await factsOf(STUCK)).spool).toMatchObject({ setAside: [{ name: stamp(5), match: 'unreadable' }] })
    put('action/invalid', stamp(6), `{"id":${Number(STUCK)},"name":"x","target":7}`)
    expect((await factsOf(STUCK)).spool).toMatchObject({ setAside: [{ name: stamp(6), match: 'same' }] })
  })

  it('knows a file that waits from one that is gone', async () => {
    expect(await reasonsOf(WAITING)).toEqual(head ? ['possible log'] : ['possible unknown-investigator'])
    put('action/new', 'other.json', '{}')
    if (!head) expect(await reasonsOf(WAITING)).toEqual(['likely unknown-investigator'])
    put('action/new', `${WAITING}.json`, '{}')
    expect((await factsOf(WAITING)).spool).toMatchObject({ waiting: { files: 2 } })
    if (!head) expect(await reasonsOf(WAITING)).toEqual(['likely scheduler-down'])
  })

  it('says so when the spool is away', async () => {
    expect((await factsOf(STUCK)).spool).toEqual({
      checked: false,
      why: 'The directory holds none of the places of action files: it may not be MIG’s spool.',
    })
    fs.renameSync(root, `${root}-away`)
    try {
      const facts = await factsOf(STUCK)
      expect(facts.spool).toEqual({ checked: false, why: 'The spool directory does not exist on this machine.' })
      expect(anomaliesOf(facts)[0]?.unchecked).toContain('The spool was not checked')
    } finally {
      fs.renameSync(`${root}-away`, root)
    }
  })

  it('finds the file of what has landed by its name alone', async () => {
    await owner(`UPDATE public.actions SET status = 'completed' WHERE id = ${QUIET}`)
    put('action/done', `${QUIET}.json`, '{}')
    const ask = vi.spyOn(SpoolClient.prototype, 'ask')
    expect(await factsOf(QUIET)).toMatchObject({
      spool: {
        checked: true,
        files: [{ directory: ['action', 'done'], name: `${QUIET}.json` }],
        commandsInflight: null,
        waiting: null,
      },
      fleet: null,
    })
    expect(new Set(ask.mock.calls.map(([{ command }]) => command))).toEqual(new Set(['root', 'stat']))
    ask.mockRestore()
    fs.renameSync(root, `${root}-away`)
    expect((await factsOf(QUIET)).spool).toEqual({
      checked: false,
      why: 'The spool directory does not exist on this machine.',
    })
    fs.renameSync(`${root}-away`, root)
    await owner(`UPDATE public.actions SET status = 'invalid' WHERE id = ${QUIET}`)
  })

  it('counts the agents that may have been seen when the scheduler looked, and does not run the target', async () => {
    // 11 surely; 12 and 16 perhaps; 13 began later, 14 was silent before, 15 has no moment.
    expect((await factsOf(ODD_TARGET)).fleet).toMatchObject({ possible: 3, certain: 1, comparison: null })
    expect((await factsOf(WINDOWS)).fleet).toMatchObject({
      possible: 3,
      certain: 1,
      comparison: { possible: 0, certain: 0 },
    })
    expect((await factsOf(TAGGED)).fleet?.comparison).toMatchObject({ possible: 1, certain: 0 })
    expect(await reasonsOf(ODD_TARGET)).toEqual(['likely no-match'])
    expect(await reasonsOf(WINDOWS)).toEqual(['certain no-match'])
    expect(await reasonsOf(TAGGED)).toEqual(['possible no-match'])
    await owner(`UPDATE public.actions SET target = 'name LIKE ''host11.%''' WHERE id = ${WINDOWS}`)
    expect(await reasonsOf(WINDOWS)).toEqual(['likely not-created'])
    // Everybody with a moment was heard after that day, and had begun before it.
    expect((await factsOf(QUIET)).fleet).toMatchObject({ possible: 4, certain: 0 })
    await owner(`UPDATE public.actions SET starttime = '2014-10-01 00:00:00+00' WHERE id = ${QUIET}`)
    expect(await reasonsOf(QUIET)).toEqual(['certain no-agent'])
  })

  it.runIf(head)('gives up counting when it takes too long, instead of the page', async () => {
    const action = await getAction(viewer, RUN)
    if (!action) throw new Error('gone')
    const held = owner('BEGIN; LOCK TABLE public.commands IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(7); COMMIT')
    const isHeld = `SELECT count(*)::int AS n FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted
      AND relation = 'public.commands'::regclass`
    await vi.waitFor(async () => expect(await owner(isHeld)).toEqual([{ n: 1 }]), 5_000)
    expect(await getCommandFigures(viewer, action)).toBeNull()
    await held
    expect(await getCommandFigures(viewer, action)).toMatchObject({ total: 8 })
  })
})

afterAll(() => {
  spoolClient(root).close()
  fs.rmSync(root, { recursive: true, force: true })
})
