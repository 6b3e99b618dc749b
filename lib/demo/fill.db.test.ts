import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import * as openpgp from 'openpgp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restoreSignatureArmor } from '@/lib/mig/wire/armor'
import type { MigId } from '@/lib/mig/wire/id'
import { signedText } from '@/lib/mig/wire/signed-text'
import { nanosToInstant } from '@/lib/mig/wire/time'
import { run, type TestDatabase, testDatabase } from '@/lib/testing/database'
import { type DemoCounts, fillDatabase, fillDemo } from './fill'
import { type Demo, generateDemo } from './generate'
import { type DemoKey, loadKeys } from './people'
import { planSpool } from './spool'

let database: TestDatabase
let dataDir: string
let counts: DemoCounts
let demo: Demo
let keys: DemoKey[]

const now = Date.now() * 1000
const rows = (text: string, values?: unknown[]) => run(database.ownerUrl, text, values)

beforeAll(async () => {
  database = await testDatabase()
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'mig-demo-'))
  counts = (await fillDatabase({ ownerUrl: database.ownerUrl, dataDir, seed: 'test', now })) as DemoCounts
  demo = generateDemo('test', now)
  keys = (await loadKeys(dataDir)) as DemoKey[]
}, 300_000)

afterAll(async () => {
  await database?.drop()
  await rm(dataDir, { recursive: true, force: true })
})

describe('the filled database', () => {
  it('holds as many rows as were made', async () => {
    for (const table of [
      'actions',
      'agents',
      'commands',
      'investigators',
      'signatures',
      'modules',
      'agtmodreq',
      'invagtmodperm',
    ] as const) {
      expect(await rows(`SELECT count(*)::int AS n FROM public.${table}`), table).toEqual([{ n: counts[table] }])
    }
    expect(counts).toMatchObject({
      actions: 150,
      investigators: 8,
      modules: 12,
      agents: demo.agents.length,
      commands: demo.commands.length,
    })
    expect(await rows('SELECT seed, spool FROM dashboard.demo')).toEqual([
      { seed: 'test', spool: path.join(dataDir, 'spool') },
    ])
  })

  it('has every row as it was generated', async () => {
    const stored = await rows(
      'SELECT trunc(id)::text AS id, name, queueloc, pid, environment::text AS environment, tags::text AS tags FROM public.agents ORDER BY id',
    )
    const made = demo.agents.map(({ id, endpoint, pid, environment, tags }) => ({
      id,
      name: endpoint.name,
      queueloc: endpoint.queueloc,
      pid,
      environment,
      tags,
    }))
    expect(stored).toEqual(made.sort((a, b) => Number(BigInt(a.id) - BigInt(b.id))))
    const forms = await rows(
      "SELECT count(*) FILTER (WHERE id::text LIKE '%.00000000000000000')::int AS long, count(*) FILTER (WHERE id::text NOT LIKE '%.%')::int AS bare FROM public.actions",
    )
    expect(forms).toEqual([{ long: 135, bare: 15 }])
  })

  it('is answered by the documented queries', async () => {
    const doubles = await rows(
      "SELECT COUNT(queueloc), queueloc FROM agents WHERE heartbeattime >= NOW() - INTERVAL '10 minutes' GROUP BY queueloc HAVING COUNT(queueloc) > 1 ORDER BY count(queueloc) DESC",
    )
    expect(doubles.length).toBeGreaterThan(9)
    expect(doubles[0]).toMatchObject({
      count: '3',
      queueloc: expect.stringContaining('puppet3.private.dc1.example.net'),
    })
    const offline = await rows(
      `SELECT DISTINCT(name) FROM agents WHERE name IN (SELECT DISTINCT(name) FROM agents WHERE heartbeattime >= NOW() - interval '30 days')
         AND name NOT IN (SELECT DISTINCT(name) FROM agents WHERE heartbeattime >= NOW() - interval '5 minutes') ORDER BY name`,
    )
    expect(offline.length).toBeGreaterThan(100)
  })

  it('has a row that PostgreSQL’s JSON operators cannot read, once in tags and once in results', async () => {
    expect(await rows("SELECT FROM public.agents WHERE tags::text LIKE '%\\\\u0000%'")).toHaveLength(1)
    expect(await rows("SELECT FROM public.commands WHERE results::text LIKE '%\\\\u0000%'")).toHaveLength(1)
    await expect(
      rows("SELECT tags->>'comment' FROM public.agents WHERE tags::text LIKE '%\\\\u0000%'"),
    ).rejects.toThrow(/\\u0000|Unicode/)
  })

  it('keeps the small ids of investigators from being given again', async () => {
    expect(await rows('SELECT last::text AS last FROM dashboard.investigator_id')).toEqual([{ last: '8' }])
  })
})

describe('the signatures', () => {
  // The text as the generator knows it, with its nanoseconds.
  const textOf = (action: Demo['actions'][number]) =>
    signedText(
      {
        name: action.name,
        target: action.target,
        validfrom: nanosToInstant(action.validfrom),
        expireafter: nanosToInstant(action.expireafter),
        operations: action.operationsJson,
      },
      action.format,
    )

  async function holds(text: string, oneLine: string, key: DemoKey): Promise<boolean> {
    const signature = await openpgp.readSignature({ armoredSignature: restoreSignatureArmor(oneLine) })
    const message = await openpgp.createMessage({ binary: new TextEncoder().encode(text) })
    const date = signature.packets[0]?.created ?? new Date()
    const verificationKeys = await openpgp.readKey({ armoredKey: key.publicKey })
    const { signatures } = await openpgp.verify({ message, signature, verificationKeys, date })
    return (
      signatures[0]?.verified.then(
        () => true,
        () => false,
      ) ?? false
    )
  }

  it('all verify with their signers’ keys, but for the altered action and the strangers’', async () => {
    const stored = new Map(
      (await rows('SELECT trunc(id)::text AS id, pgpsignatures::text AS signatures FROM public.actions')).map((row) => [
        row.id,
        JSON.parse(row.signatures as string) as string[],
      ]),
    )
    for (const action of demo.actions) {
      const signatures = stored.get(action.id) ?? []
      expect(signatures).toHaveLength(action.signers.length)
      for (const [i, signer] of action.signers.entries()) {
        const key = keys.find(({ id }) => id === signer) as DemoKey
        expect(await holds(textOf(action), signatures[i] as string, key), `${action.name} by ${key.name}`).toBe(
          action.signed === 'well',
        )
      }
    }
    expect(
      demo.actions
        .filter(({ signed }) => signed !== 'well')
        .map(({ story }) => story)
        .sort(),
    ).toEqual(['altered after signing', 'signed by a stranger', 'unknown investigator'])
  }, 120_000)

  it('stand in the signatures table too, except for what MIG could not attribute', async () => {
    const wrong = await rows(
      `SELECT trunc(s.actionid)::text AS id FROM public.signatures s JOIN public.actions a ON a.id = s.actionid
       WHERE NOT EXISTS (SELECT FROM json_array_elements_text(a.pgpsignatures) AS p(text) WHERE p.text = s.pgpsignature)`,
    )
    expect(wrong).toEqual([])
    const without = await rows(
      'SELECT trunc(a.id)::text AS id FROM public.actions a WHERE NOT EXISTS (SELECT FROM public.signatures s WHERE s.actionid = a.id)',
    )
    expect(without.map(({ id }) => id).sort()).toEqual(
      demo.actions
        .filter(({ signed }) => signed !== 'well')
        .map(({ id }) => id as MigId)
        .sort(),
    )
  })
})

describe('the keys', () => {
  it('are real, one expired, one about to, one revoked, one not pasted', async () => {
    const stored = await rows(
      'SELECT id::text AS id, name, pgpfingerprint, publickey FROM public.investigators ORDER BY id',
    )
    const states: Record<string, string> = {}
    for (const row of stored) {
      if (row.publickey === null) {
        states[row.name as string] = 'no key'
        continue
      }
      const key = await openpgp.readKey({ armoredKey: row.publickey as string })
      expect(key.isPrivate()).toBe(false)
      expect(key.getFingerprint().toUpperCase()).toBe((row.pgpfingerprint as string).toUpperCase())
      const expires = await key.getExpirationTime()
      const days = expires instanceof Date ? (expires.getTime() - now / 1000) / 86_400_000 : Infinity
      states[row.name as string] = (await key.isRevoked())
        ? 'revoked'
        : days < 0
          ? 'expired'
          : days < 20
            ? 'expires soon'
            : key.getAlgorithmInfo().algorithm
    }
    expect(states).toEqual({
      'MIG Scheduler': 'rsaEncryptSign',
      'Ada Okafor': 'rsaEncryptSign',
      'Tomáš Dvořák': 'rsaEncryptSign',
      'Mei-Lin Chow': 'eddsaLegacy',
      'Joaquín Reyes': 'expires soon',
      'Sam Whitlock': 'expired',
      'Noor Haddad': 'revoked',
      'Lena Brandt': 'no key',
    })
  })

  it('lie in the data folder for their owner alone', async () => {
    expect(((await stat(path.join(dataDir, 'demo-keys.json'))).mode & 0o777).toString(8)).toBe('600')
    for (const { privateKey, fingerprint } of keys) {
      expect((await openpgp.readPrivateKey({ armoredKey: privateKey })).getFingerprint().toUpperCase()).toBe(
        fingerprint,
      )
    }
  })
})

describe('the spool on disk', () => {
  it('holds the planned files with their modes and times', async () => {
    const { files } = planSpool(demo)
    expect(files).toHaveLength(counts.spoolFiles)
    for (const file of files) {
      const found = await stat(path.join(dataDir, 'spool', file.path))
      expect((found.mode & 0o777).toString(8), file.path).toBe(file.mode.toString(8))
      expect(Math.abs(found.mtimeMs * 1000 - file.modified), file.path).toBeLessThan(2000)
    }
    expect((await stat(path.join(dataDir, 'spool/command/done'))).mode & 0o777).toBe(0o750)
  })

  it('has the stored signatures in its full files', async () => {
    const dir = path.join(dataDir, 'spool/action/inflight')
    const names = (await readdir(dir)).filter((name) => name.endsWith('.json'))
    for (const name of names) {
      const file = JSON.parse(await readFile(path.join(dir, name), 'utf8')) as {
        pgpsignatures: string[]
        operations: unknown
      }
      const [row] = await rows('SELECT pgpsignatures, operations FROM public.actions WHERE id = $1', [
        name.replace('.json', ''),
      ])
      expect(file.pgpsignatures).toEqual(row?.pgpsignatures)
      expect(file.operations).toEqual(row?.operations)
    }
    expect(names.length).toBeGreaterThan(5)
  })
})

describe('filling', () => {
  it('again does nothing', async () => {
    const before = await readFile(path.join(dataDir, 'demo-keys.json'), 'utf8')
    expect(await fillDatabase({ ownerUrl: database.ownerUrl, dataDir })).toBeNull()
    expect(await fillDemo(database.ownerUrl, dataDir)).toBe('filled before')
    expect(await readFile(path.join(dataDir, 'demo-keys.json'), 'utf8')).toBe(before)
  })

  it('refuses a database with somebody’s rows, and leaves it as it was', async () => {
    const foreign = await testDatabase()
    const empty = await mkdtemp(path.join(os.tmpdir(), 'mig-demo-'))
    try {
      await run(foreign.ownerUrl, "INSERT INTO public.modules VALUES (1, 'filechecker')")
      await expect(fillDatabase({ ownerUrl: foreign.ownerUrl, dataDir: empty })).rejects.toThrow(
        'table modules holds rows',
      )
      expect(await run(foreign.ownerUrl, 'SELECT FROM dashboard.demo')).toEqual([])
      expect(await run(foreign.ownerUrl, 'SELECT FROM public.agents')).toEqual([])
      expect(await readdir(empty)).toEqual([])
    } finally {
      await foreign.drop()
      await rm(empty, { recursive: true })
    }
  })

  it('never clears a spool that is not its own, and then fills nothing', async () => {
    const foreign = await testDatabase()
    const other = await mkdtemp(path.join(os.tmpdir(), 'mig-demo-'))
    try {
      await mkdir(path.join(other, 'spool'))
      await writeFile(path.join(other, 'spool', 'theirs.json'), '{}')
      await expect(fillDatabase({ ownerUrl: foreign.ownerUrl, dataDir: other })).rejects.toThrow(
        'files that the demo did not make',
      )
      expect(await readdir(path.join(other, 'spool'))).toEqual(['theirs.json'])
      expect(await run(foreign.ownerUrl, 'SELECT FROM public.agents')).toEqual([])
    } finally {
      await foreign.drop()
      await rm(other, { recursive: true })
    }
  })
})
