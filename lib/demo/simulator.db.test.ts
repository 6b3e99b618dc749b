import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as openpgp from 'openpgp'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restoreSignatureArmor } from '@/lib/mig/wire/armor'
import { signedText } from '@/lib/mig/wire/signed-text'
import { parseRfc3339 } from '@/lib/mig/wire/time'
import { run, type TestDatabase, testDatabase } from '@/lib/testing/database'
import { fillDatabase } from './fill'
import { type Demo, generateDemo } from './generate'
import { loadKeys } from './people'
import { KEPT_ACTIONS, KEPT_AGENTS, KEPT_DESTROYS, NotTheDemo, Simulation } from './simulation'
import { planSpool } from './spool'

const FAST = 3000
const now = Date.now() * 1000

let database: TestDatabase
let dataDir: string
let client: pg.Client
let demo: Demo

const rows = (text: string, values?: unknown[]) => run(database.ownerUrl, text, values)
const number = async (text: string) => Number(Object.values((await rows(text))[0] ?? {})[0])
const beating = () =>
  number("SELECT count(*) FROM public.agents WHERE heartbeattime > now() - interval '5 minutes 30 seconds'")
const filesOf = async (state: string) => readdir(path.join(dataDir, 'spool', state))

beforeAll(async () => {
  database = await testDatabase()
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'mig-simulator-'))
  await fillDatabase({ ownerUrl: database.ownerUrl, dataDir, now })
  demo = generateDemo('2014', now)
  client = new pg.Client({ connectionString: database.ownerUrl, options: '-c timezone=UTC' })
  await client.connect()
}, 300_000)

afterAll(async () => {
  await client?.end()
  await database?.drop()
  await rm(dataDir, { recursive: true, force: true })
})

describe('the simulator', () => {
  it('beats what lived, leaves the dead alone, and keeps clocks ahead', async () => {
    const live = demo.agents.filter((agent) => agent.live)
    const dead = demo.agents.filter((agent) => !agent.live)
    await rows(
      "UPDATE public.agents SET heartbeattime = heartbeattime - interval '7 minutes', starttime = starttime - interval '7 minutes'",
    )
    const simulation = await Simulation.open(client, dataDir)
    await simulation.tick()
    const beats = new Map(
      (
        await rows(
          'SELECT trunc(id)::text AS id, heartbeattime - now() AS age, extract(epoch FROM now() - heartbeattime)::float8 AS seconds FROM public.agents',
        )
      ).map(({ id, seconds }) => [id, seconds as number]),
    )
    expect(live.filter(({ id }) => (beats.get(id) ?? Infinity) > 320)).toEqual([])
    expect(dead.filter(({ id }) => (beats.get(id) ?? 0) < 400).length).toBeLessThan(3)
    expect([...beats.values()].filter((seconds) => seconds < -60)).toHaveLength(2)
  })

  it('starts actions, answers them, moves their files, and keeps the demo’s size', async () => {
    const before = {
      agents: await number('SELECT count(*) FROM public.agents'),
      actions: await number('SELECT count(*) FROM public.actions'),
      commands: await number('SELECT count(*) FROM public.commands'),
    }
    const answered = await number("SELECT count(*) FROM public.commands WHERE status = 'done'")
    const landed = await number("SELECT count(*) FROM public.actions WHERE status = 'completed'")
    const simulation = await Simulation.open(client, dataDir, FAST)
    const ticks = async (count: number) => {
      for (let i = 0; i < count; i++) {
        await sleep(120)
        await simulation.tick()
      }
    }
    await ticks(30)
    expect(await number("SELECT count(*) FROM public.commands WHERE status = 'done'")).toBeGreaterThan(answered + 100)
    expect(await number("SELECT count(*) FROM public.actions WHERE status = 'completed'")).toBeGreaterThan(landed)
    const bounds = {
      actions: before.actions + KEPT_ACTIONS + KEPT_DESTROYS + 8,
      agents: before.agents + KEPT_AGENTS + 80,
      commands: before.commands + (KEPT_ACTIONS + 8) * 120,
    }
    expect(await number('SELECT count(*) FROM public.actions')).toBeGreaterThan(before.actions + KEPT_DESTROYS)
    expect(await number('SELECT count(*) FROM public.actions')).toBeLessThan(bounds.actions)
    expect(await number('SELECT count(*) FROM public.agents')).toBeGreaterThan(before.agents)
    expect(await number('SELECT count(*) FROM public.agents')).toBeLessThan(bounds.agents)
    expect(await number('SELECT count(*) FROM public.commands')).toBeLessThan(bounds.commands)
    await ticks(15)
    expect(await number("SELECT count(*) FROM public.actions WHERE name LIKE 'Destroy agent %'")).toBeLessThanOrEqual(
      8 + KEPT_DESTROYS + 3,
    )
    expect(await number('SELECT count(*) FROM public.agents')).toBeLessThan(bounds.agents)
    expect((await filesOf('action/new')).length).toBeLessThan(20)
  }, 240_000)

  it('leaves counters, files and signatures as MIG would', async () => {
    const filled = await number('SELECT extract(epoch FROM filled_at)::bigint FROM dashboard.demo')
    const own = await rows(
      `SELECT trunc(a.id)::text AS id, a.name, a.target, a.status, a.operations::text AS operations, a.pgpsignatures, a.sentctr, a.returnedctr,
              (SELECT count(*)::int FROM public.commands c WHERE c.actionid = a.id) AS commands,
              (SELECT count(*)::int FROM public.commands c WHERE c.actionid = a.id AND c.status <> 'sent') AS answered,
              (SELECT trunc(min(s.investigatorid))::text FROM public.signatures s WHERE s.actionid = a.id) AS signer
       FROM public.actions a WHERE a.id > ($1::numeric + 1) * 4294967296 AND a.id < 9e18`,
      [filled],
    )
    const files = {
      new: await filesOf('action/new'),
      inflight: await filesOf('action/inflight'),
      completed: await filesOf('action/done'),
      invalid: await filesOf('action/invalid'),
    }
    const keys = await loadKeys(dataDir)
    expect(own.length).toBeGreaterThan(10)
    for (const action of own) {
      expect([action.sentctr, action.returnedctr]).toEqual([action.commands, action.answered])
      const state = action.status === 'init' ? 'new' : (action.status as 'inflight' | 'completed' | 'invalid')
      expect(files[state], `${action.name} ${action.status}`).toContain(`${action.id}.json`)
      const key = keys?.find(({ id }) => id === action.signer)
      if (state === 'completed') continue
      const folder = state === 'new' ? 'action/new' : `action/${state}`
      const file = JSON.parse(
        await readFile(path.join(dataDir, 'spool', folder, `${action.id}.json`), 'utf8'),
      ) as Record<'validfrom' | 'expireafter', string>
      const text = signedText(
        {
          name: action.name as string,
          target: action.target as string,
          operations: action.operations as string,
          validfrom: parseRfc3339(file.validfrom) ?? expect.fail(),
          expireafter: parseRfc3339(file.expireafter) ?? expect.fail(),
        },
        'A',
      )
      const { signatures } = await openpgp.verify({
        message: await openpgp.createMessage({ binary: new TextEncoder().encode(text) }),
        signature: await openpgp.readSignature({
          armoredSignature: restoreSignatureArmor((action.pgpsignatures as string[])[0] ?? ''),
        }),
        verificationKeys: await openpgp.readKey({ armoredKey: key?.publicKey ?? '' }),
        date: new Date(Date.now() + 5000),
      })
      await signatures[0]?.verified
    }
    const sent = new Set(
      (
        await rows(
          "SELECT trunc(actionid)::text || '-' || trunc(id)::text || '.json' AS name FROM public.commands WHERE status = 'sent'",
        )
      ).map(({ name }) => name),
    )
    const planted = planSpool(demo).planted
    const kept = new Set(planted.map((each) => each.path?.split('/').at(-1)))
    for (const name of await filesOf('command/inflight')) if (!kept.has(name)) expect(sent.has(name), name).toBe(true)
  })

  it('leaves the planted differences where they are', async () => {
    for (const { path: file, kind } of planSpool(demo).planted) {
      if (file)
        expect((await stat(path.join(dataDir, 'spool', file)).catch(() => null))?.isFile(), `${kind} ${file}`).toBe(
          true,
        )
    }
  })

  it('makes a demo that slept for a week look alive at once', async () => {
    const awake = await beating()
    await rows(
      "UPDATE public.agents SET heartbeattime = heartbeattime - interval '7 days', starttime = starttime - interval '7 days'",
    )
    expect(await beating()).toBeLessThan(5)
    const simulation = await Simulation.open(client, dataDir)
    await simulation.tick()
    expect(await beating()).toBeGreaterThan(awake * 0.95)
    expect(await number("SELECT count(*) FROM public.agents WHERE heartbeattime > now() + interval '1 minute'")).toBe(2)
  })

  it('refuses a database without the mark, one with another demo’s, and one that is no dashboard’s', async () => {
    const other = await testDatabase()
    const stranger = new pg.Client({ connectionString: other.ownerUrl })
    await stranger.connect()
    try {
      await expect(Simulation.open(stranger, dataDir)).rejects.toThrow(NotTheDemo)
      await run(other.ownerUrl, "INSERT INTO dashboard.demo VALUES ('2014', now(), '/elsewhere/spool')")
      await expect(Simulation.open(stranger, dataDir)).rejects.toThrow(NotTheDemo)
      await run(other.ownerUrl, 'DROP SCHEMA dashboard CASCADE')
      await expect(Simulation.open(stranger, dataDir)).rejects.toThrow(NotTheDemo)
    } finally {
      await stranger.end()
      await other.drop()
    }
  })

  it('stops writing when the mark goes', async () => {
    const simulation = await Simulation.open(client, dataDir, FAST)
    const [mark] = await rows('DELETE FROM dashboard.demo RETURNING seed, filled_at, spool')
    try {
      await expect(simulation.tick()).rejects.toThrow(NotTheDemo)
    } finally {
      await rows('INSERT INTO dashboard.demo VALUES ($1, $2, $3)', [mark?.seed, mark?.filled_at, mark?.spool])
    }
  })
})

describe('its process', () => {
  const start = (environment: Record<string, string>): ChildProcess =>
    spawn(process.execPath, ['--import', 'tsx', 'lib/demo/simulator.ts'], {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', ...environment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
  const end = async (child: ChildProcess) => (child.exitCode ?? (await once(child, 'exit'))[0]) as number

  async function waitFor(what: () => Promise<boolean>): Promise<void> {
    for (const until = Date.now() + 60_000; Date.now() < until; await sleep(200)) if (await what()) return
    throw new Error('It did not happen within a minute')
  }

  const silence = () => rows("UPDATE public.agents SET heartbeattime = heartbeattime - interval '8 minutes'")

  it('beats, survives the loss of its connection, and ends with its parent', async () => {
    await silence()
    const child = start({ DEMO_DATABASE_URL: database.ownerUrl, DEMO_DATA_DIR: dataDir, DEMO_SPEED: '20' })
    try {
      await waitFor(async () => (await beating()) > 1000)
      await silence()
      await rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'mig-dashboard simulator'",
      )
      await waitFor(async () => (await beating()) > 1000)
      child.disconnect()
      expect(await end(child)).toBe(0)
    } finally {
      child.kill('SIGKILL')
    }
  }, 180_000)

  it('ends on SIGTERM', async () => {
    await silence()
    const child = start({ DEMO_DATABASE_URL: database.ownerUrl, DEMO_DATA_DIR: dataDir })
    try {
      await waitFor(async () => (await beating()) > 1000)
      child.kill('SIGTERM')
      expect(await end(child)).toBe(0)
    } finally {
      child.kill('SIGKILL')
    }
  }, 120_000)

  it('says why it refuses a database and how it wants to be started', async () => {
    const other = await testDatabase()
    try {
      const refused = start({ DEMO_DATABASE_URL: other.ownerUrl, DEMO_DATA_DIR: dataDir })
      let text = ''
      refused.stderr?.on('data', (chunk) => {
        text += chunk
      })
      expect(await end(refused)).toBe(3)
      expect(text).toContain('does not carry the mark')
      expect(await end(start({}))).toBe(2)
    } finally {
      await other.drop()
    }
  }, 120_000)
})
