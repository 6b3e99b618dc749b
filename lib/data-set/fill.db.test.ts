import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import * as openpgp from 'openpgp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbedded } from '@/lib/db/embedded'
import type { Micros } from '@/lib/demo/clock'
import { fillDemo } from '@/lib/demo/fill'
import { loadKeys } from '@/lib/demo/people'
import { restoreSignatureArmor } from '@/lib/mig/wire/armor'
import { signedText } from '@/lib/mig/wire/signed-text'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { catalog, privileges } from '@/lib/testing/catalog'
import { emptyDatabase, run, type TestDatabase, testDatabase } from '@/lib/testing/database'
import { runDataSet } from './cli'
import { DataSetProblem, fillDataSet } from './fill'
import { MIG_TABLES } from './keys'
import type { DataSetSize } from './sizes'

const NOW: Micros = Date.UTC(2026, 10, 22, 9, 30) * 1000
const TINY: DataSetSize = {
  name: 'tiny',
  endpoints: 600,
  agents: 1000,
  actions: 60,
  commands: 4000,
  investigators: 20,
  requirements: 1200,
  permissions: 6000,
  spoolFiles: 60,
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'data-set-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function contents(database: TestDatabase): Promise<string[]> {
  const all: string[] = []
  for (const table of MIG_TABLES) {
    const rows = await run(
      database.ownerUrl,
      `SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) AS sum FROM public.${table} t`,
    )
    all.push(`${table} ${rows[0]?.sum}`)
  }
  return all
}

const number = async (database: TestDatabase, text: string) => Number((await run(database.ownerUrl, text))[0]?.n)

describe('a filled database', () => {
  const spool = path.join(folder, 'spool')
  let database: TestDatabase
  let untouched: TestDatabase
  beforeAll(async () => {
    database = await testDatabase()
    untouched = await testDatabase()
    await fillDataSet({ ownerUrl: database.ownerUrl, size: TINY, seed: '7', now: NOW, spoolDir: spool })
  })
  afterAll(async () => {
    await database.drop()
    await untouched.drop()
  })

  test('has the rows asked for, and keys, indexes and grants are those of before', async () => {
    expect(await number(database, 'SELECT count(*) AS n FROM public.agents')).toBe(TINY.agents)
    expect(await number(database, 'SELECT count(DISTINCT queueloc) AS n FROM public.agents')).toBe(TINY.endpoints)
    expect(await number(database, 'SELECT count(*) AS n FROM public.commands')).toBe(TINY.commands)
    expect(await number(database, 'SELECT count(*) AS n FROM public.actions')).toBe(TINY.actions)
    expect(await number(database, 'SELECT count(*) AS n FROM public.agtmodreq')).toBe(TINY.requirements)
    expect(await number(database, 'SELECT count(*) AS n FROM public.invagtmodperm')).toBe(TINY.permissions)
    expect(await number(database, 'SELECT last AS n FROM dashboard.investigator_id')).toBe(TINY.investigators)
    expect(await catalog(database.ownerUrl, 'public')).toEqual(await catalog(untouched.ownerUrl, 'public'))
    expect(await privileges(database.ownerUrl, 'public')).toEqual(await privileges(untouched.ownerUrl, 'public'))
  })

  test('is made again row for row, and refused where there is one', async () => {
    await fillDataSet({ ownerUrl: untouched.ownerUrl, size: TINY, seed: '7', now: NOW })
    const [first, again] = [await contents(database), await contents(untouched)]
    expect(again).toEqual(first)
    await expect(fillDataSet({ ownerUrl: untouched.ownerUrl, size: TINY, seed: '8', now: NOW })).rejects.toThrow(
      'is not empty',
    )
    expect(await contents(untouched)).toEqual(first)
  })

  test('its counters are those of its commands where nothing went wrong', async () => {
    const off = await number(
      database,
      `SELECT count(*) AS n FROM public.actions a, LATERAL (
         SELECT count(*) AS sent, count(*) FILTER (WHERE status <> 'sent') AS returned,
           count(*) FILTER (WHERE status = 'done') AS done, count(*) FILTER (WHERE status = 'failed') AS failed
         FROM public.commands c WHERE c.actionid = a.id) c
       WHERE a.status = 'completed' AND a.returnedctr <= a.sentctr
         AND (a.sentctr, a.returnedctr, a.donectr, a.failedctr) <> (c.sent, c.returned, c.done, c.failed)`,
    )
    expect(off).toBe(0)
  })

  test('its signatures verify with the keys of its investigators, over the text that the spool keeps', async () => {
    const names = readdirSync(path.join(spool, 'action/inflight'))
    expect(names.length).toBeGreaterThan(2)
    for (const name of names) {
      const file = JSON.parse(readFileSync(path.join(spool, 'action/inflight', name), 'utf8'))
      const [row] = await run(
        database.ownerUrl,
        `SELECT a.operations::text AS operations, i.publickey, s.pgpsignature
         FROM public.actions a JOIN public.signatures s ON s.actionid = a.id JOIN public.investigators i ON i.id = s.investigatorid
         WHERE a.id = $1 AND i.publickey IS NOT NULL`,
        [name.replace('.json', '')],
      )
      if (!row) continue
      const text = signedText(
        {
          name: file.name,
          target: file.target,
          validfrom: parseRfc3339(file.validfrom) as Instant,
          expireafter: parseRfc3339(file.expireafter) as Instant,
          operations: String(row.operations),
        },
        'A',
      )
      const { signatures } = await openpgp.verify({
        message: await openpgp.createMessage({ binary: new TextEncoder().encode(text) }),
        signature: await openpgp.readSignature({ armoredSignature: restoreSignatureArmor(String(row.pgpsignature)) }),
        verificationKeys: await openpgp.readKey({ armoredKey: String(row.publickey) }),
        date: new Date(NOW / 1000),
      })
      expect(await signatures[0]?.verified).toBe(true)
    }
  })

  test('its spool has a file for each unanswered command and each action that is on its way', async () => {
    const sent = await run(
      database.ownerUrl,
      `SELECT trunc(actionid) || '-' || trunc(id) || '.json' AS name FROM public.commands WHERE status = 'sent' ORDER BY starttime`,
    )
    const names = new Set(sent.map(({ name }) => name))
    const files = readdirSync(path.join(spool, 'command/inflight'))
    expect(files).toHaveLength(TINY.spoolFiles)
    expect(files.every((name) => names.has(name))).toBe(true)
    const inflight = await run(
      database.ownerUrl,
      `SELECT trunc(id) || '.json' AS name FROM public.actions WHERE status = 'inflight' ORDER BY name`,
    )
    expect(readdirSync(path.join(spool, 'action/inflight')).sort()).toEqual(inflight.map(({ name }) => name))
    const command = JSON.parse(readFileSync(path.join(spool, 'command/inflight', files[0] as string), 'utf8'))
    expect(command).toMatchObject({ status: 'sent', results: null, agent: { status: 'heartbeating' } })
  })
})

describe('nothing is changed', () => {
  test('when it fails at the end: the tables are empty, with their keys', async () => {
    const database = await testDatabase()
    const before = [await catalog(database.ownerUrl, 'public'), await contents(database)]
    const failing = fillDataSet({
      ownerUrl: database.ownerUrl,
      size: TINY,
      seed: '7',
      now: NOW,
      finish: () => Promise.reject(new Error('pulled the plug')),
    })
    await expect(failing).rejects.toThrow('pulled the plug')
    expect([await catalog(database.ownerUrl, 'public'), await contents(database)]).toEqual(before)
    await database.drop()
  })

  test('in a database that is not ours to fill', async () => {
    const [own, scripts, empty] = await Promise.all([
      testDatabase(),
      testDatabase({ vintage: 'scripts' }),
      emptyDatabase(),
    ])
    const fill = (ownerUrl: string) => fillDataSet({ ownerUrl, size: TINY, seed: '7', now: NOW })
    await expect(fill(own.programUrl)).rejects.toThrow('this role does not own')
    await expect(fill(scripts.ownerUrl)).rejects.toThrow('as mig-data.rst has them')
    await expect(fill(empty.ownerUrl)).rejects.toThrow('db setup')
    await run(own.ownerUrl, `INSERT INTO public.modules (id, name) VALUES (1, 'file')`)
    await expect(fill(own.ownerUrl)).rejects.toThrow('its table modules has rows')
    await Promise.all([own.drop(), scripts.drop(), empty.drop()])
  })

  test('beside a spool of something else', async () => {
    const database = await testDatabase()
    const spoolDir = path.join(folder, 'theirs')
    mkdirSync(spoolDir)
    writeFileSync(path.join(spoolDir, 'notes.txt'), 'mine')
    const filling = fillDataSet({ ownerUrl: database.ownerUrl, size: TINY, seed: '7', now: NOW, spoolDir })
    await expect(filling).rejects.toThrow(DataSetProblem)
    expect(readdirSync(spoolDir)).toEqual(['notes.txt'])
    expect(await number(database, 'SELECT count(*) AS n FROM public.agents')).toBe(0)
    await database.drop()
  })
})

describe('the command line', () => {
  async function call(environment: Record<string, string>, ...argv: string[]) {
    const out: string[] = []
    const err: string[] = []
    const code = await runDataSet(argv, { out: (text) => out.push(text), err: (text) => err.push(text), environment })
    return { code, out: out.join('\n'), err: err.join('\n') }
  }

  test('says what it takes, and what was wrong', async () => {
    expect(await call({}, '--help')).toMatchObject({ code: 0, out: expect.stringContaining('--size S|L|XL') })
    expect(await call({})).toMatchObject({ code: 2, err: expect.stringContaining('--size takes one of S, L, XL') })
    expect(await call({}, '--size', 'M')).toMatchObject({ code: 2 })
    expect(await call({}, '--sise', 'S')).toMatchObject({ code: 2, err: expect.stringContaining('--sise') })
    expect(await call({}, '--size', 'S', '--now', 'noon')).toMatchObject({ code: 2 })
    expect(await call({ DATABASE_URL: 'nonsense' }, '--size', 'S')).toMatchObject({ code: 2 })
  })

  test('makes the embedded database of DB_HOME, which npm start then takes for its own and leaves as it is', async () => {
    // As root the server runs as another account, which has to get through.
    chmodSync(folder, 0o755)
    const home = path.join(folder, 'home')
    mkdirSync(home)
    const filled = await call({ DB_HOME: home }, '--size', 's', '--now', '2026-11-22T09:30:00Z')
    expect(filled).toMatchObject({ code: 0, err: '' })
    expect(filled.out).toContain(`MIG_NOW='2026-11-22 09:30:00.000000+00'`)
    expect(filled.out).toMatch(/^agents +10,000$/m)
    expect(filled.out).toMatch(/^commands +100,000$/m)
    expect(readdirSync(path.join(home, 'spool/command/inflight'))).toHaveLength(2000)
    const embedded = await startEmbedded({ dir: home, settings: { fsync: 'off' } })
    try {
      expect(await fillDemo(embedded.ownerUrl, home)).toBe('a data set, which stays as it is')
      const admins = await run(embedded.programUrl, `SELECT fingerprint FROM dashboard.person WHERE role = 'admin'`)
      const ada = (await loadKeys(home))?.find(({ name }) => name === 'Ada Okafor')
      expect(admins).toEqual([{ fingerprint: ada?.fingerprint }])
    } finally {
      await embedded.stop()
    }
  }, 240_000)

  test('fills the database of DATABASE_URL, unless it has rows', async () => {
    const database = await testDatabase()
    await run(database.ownerUrl, `INSERT INTO public.modules (id, name) VALUES (1, 'file')`)
    expect(await call({ DATABASE_URL: database.ownerUrl }, '--size', 'S')).toMatchObject({
      code: 1,
      err: 'The database is not empty: its table modules has rows. A data set goes into an empty one.',
    })
    await database.drop()
  })
})
