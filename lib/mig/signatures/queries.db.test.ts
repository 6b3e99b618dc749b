import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import * as openpgp from 'openpgp'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { getActionFile } from '@/lib/mig/actions/file-queries'
import { spoolClient } from '@/lib/mig/spool/client'
import { parseSpoolFile } from '@/lib/mig/spool/parse'
import { forgetVintage } from '@/lib/mig/vintage'
import { stripSignatureArmor } from '@/lib/mig/wire/armor'
import type { MigId } from '@/lib/mig/wire/id'
import { type SignedFields, type SignedTextFormat, signedText } from '@/lib/mig/wire/signed-text'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { newKey, type TestKey } from '@/lib/testing/keys'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { checkSignatures } from './queries'
import { verifier } from './verifier'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'signed-spool-'))
vi.stubEnv('MIG_SPOOL_DIR', root)
const viewer = testViewer('investigator')

// Ids of 2014-09-15 21:18:09 and later, as the generator of the time made them.
const id = (n: number) => String(6059408362783470592n + BigInt(n) * 1024n) as MigId
const at = (text: string) => parseRfc3339(text) as Instant

const BASE: SignedFields = {
  name: 'look for "bad" <cron> ☃',
  target: "agents.os='linux'",
  validfrom: at('2014-09-15T21:18:09.235443537Z'),
  expireafter: at('2014-09-15T21:48:09.235443537Z'),
  operations: '[{"module":"file","parameters":{"b":1e+06}},{"module":"netstat","parameters":null}]',
}

let ann: TestKey
let bo: TestKey
let stranger: TestKey
let scheduler: TestKey
let keyless: TestKey

async function sign(by: TestKey, fields: SignedFields = BASE, format: SignedTextFormat = 'A'): Promise<string> {
  const signingKeys = await openpgp.readPrivateKey({ armoredKey: by.privateKey })
  const message = await openpgp.createMessage({ binary: new TextEncoder().encode(signedText(fields, format)) })
  return stripSignatureArmor(await openpgp.sign({ message, signingKeys, detached: true, format: 'armored' }))
}

const keyIdOf = (key: TestKey) => key.fingerprint.slice(-16)

afterAll(() => {
  verifier().close()
  spoolClient(root).close()
  fs.rmSync(root, { recursive: true, force: true })
})

describe.each(['data-rst', 'scripts', '2019'] as const)('signatures checked now, layout %s', (layout) => {
  const { owner } = useDatabaseOf(layout)
  const later = layout === '2019'

  async function addPerson(number: number, name: string, key: TestKey, stored: string | null = key.publicKey) {
    const text = layout === 'data-rst' ? '$4' : `convert_to($4, 'UTF8')`
    await owner(
      `INSERT INTO public.investigators (id, name, pgpfingerprint, publickey${later ? ', status, createdat, lastmodified' : ''})
       VALUES ($1, $2, $3, ${text}${later ? `, 'active', now(), now()` : ''})`,
      [number, name, key.fingerprint, stored],
    )
  }

  async function addAction(
    action: MigId,
    fields: Partial<SignedFields>,
    signatures: string[] | string | null,
    rows: [number, string][] = [],
  ) {
    const { name, target, validfrom, expireafter, operations } = { ...BASE, ...fields }
    await owner(
      `INSERT INTO public.actions (id, name, target, validfrom, expireafter, operations, status, pgpsignatures)
       VALUES ($1, $2, $3, $4, $5, $6::json, 'completed', $7${later ? '' : '::json'})`,
      [
        action,
        name,
        target,
        validfrom,
        expireafter,
        operations,
        Array.isArray(signatures) ? JSON.stringify(signatures) : (signatures ?? (later ? '' : null)),
      ],
    )
    for (const [investigator, text] of rows)
      await owner('INSERT INTO public.signatures (actionid, investigatorid, pgpsignature) VALUES ($1, $2, $3)', [
        action,
        investigator,
        text,
      ])
  }

  const check = async (action: MigId) => {
    const report = await checkSignatures(viewer, action)
    if (!report) throw new Error('no action')
    return report
  }
  const one = async (action: MigId) => (await check(action)).signatures[0]

  beforeAll(async () => {
    forgetVintage()
    ann = await newKey('Ann')
    bo = await newKey('Bo')
    stranger = await newKey('Stranger')
    scheduler = await newKey('MIG Scheduler')
    keyless = await newKey('Lena')
    await addPerson(1, 'MIG Scheduler', scheduler)
    await addPerson(2, 'Ann', ann)
    await addPerson(3, 'Bo', bo)
    await addPerson(4, 'Lena', keyless, null)
    fs.rmSync(path.join(root, 'action'), { recursive: true, force: true })
    for (const state of ['new', 'inflight', 'done', 'invalid'])
      fs.mkdirSync(path.join(root, 'action', state), { recursive: true })
  })

  test.each(['A', 'B', 'C'] as const)('format %s is valid from the row alone', async (format) => {
    const action = id(10 + 'ABC'.indexOf(format))
    const name = `format ${format}`
    const text = await sign(ann, { ...BASE, name }, format)
    await addAction(action, { name }, [text], [[2, text]])
    const report = await check(action)
    expect(report.signatures).toMatchObject([
      {
        verdict: 'valid',
        signer: { id: '2', name: 'Ann', fingerprint: ann.fingerprint },
        listed: [{ id: '2' }],
        copies: 1,
        keyId: keyIdOf(ann),
        isRepeated: false,
      },
    ])
    expect(report.spool).toEqual({ state: 'none' })
    expect(report.exactTimes).toEqual(
      format === 'A' ? { validfrom: BASE.validfrom, expireafter: BASE.expireafter } : null,
    )
  })

  test('the scheduler’s two clock readings are found, and nobody else’s are looked for', async () => {
    const fields = { ...BASE, name: 'Destroy agent', expireafter: at('2014-09-15T21:49:09.235443644Z') }
    const [mine, anns] = [await sign(scheduler, fields), await sign(ann, { ...fields, name: 'not a kill' })]
    await addAction(id(20), fields, [mine], [[1, mine]])
    await addAction(id(21), { ...fields, name: 'not a kill' }, [anns], [[2, anns]])
    expect(await one(id(20))).toMatchObject({ verdict: 'valid', signer: { name: 'MIG Scheduler' } })
    expect(await one(id(21))).toMatchObject({ verdict: 'not-rebuilt' })
  })

  test('an altered row cannot be rebuilt; with its failed file, found by the signature, the text was changed', async () => {
    const text = await sign(ann, { ...BASE, name: 'as signed' })
    await addAction(id(30), { name: 'altered' }, [text])
    const without = await check(id(30))
    expect(without.signatures[0]).toMatchObject({ verdict: 'not-rebuilt', listed: [] })

    const seconds = BigInt(id(30)) >> 32n
    const file = `${seconds}194607961.json`
    const content = { id: 0, ...BASE, name: 'altered', operations: JSON.parse(BASE.operations), pgpsignatures: [text] }
    fs.writeFileSync(path.join(root, 'action/invalid', file), JSON.stringify(content))
    fs.writeFileSync(path.join(root, 'action/invalid', `${seconds}000000001.json`), 'not json')
    const report = await check(id(30))
    expect(report.signatures[0]).toMatchObject({ verdict: 'text-changed' })
    expect(report.spool).toEqual({ state: 'used', file: { state: 'invalid', name: file } })
  })

  test('a row altered beside its intact file: the fields that differ are named', async () => {
    const text = await sign(ann, { ...BASE, name: 'kept' })
    await addAction(id(31), { name: 'kept', target: 'true' }, [text], [[2, text]])
    const content = { id: 0, ...BASE, name: 'kept', operations: JSON.parse(BASE.operations), pgpsignatures: [text] }
    fs.writeFileSync(path.join(root, 'action/inflight', `${id(31)}.json`), JSON.stringify(content))
    const report = await check(id(31))
    expect(report.signatures[0]).toMatchObject({ verdict: 'text-changed' })
    expect(report.signatures[0]?.sentence).toContain('differs from it in target.')
    expect(report.spool).toMatchObject({ state: 'used', file: { state: 'inflight' } })
  })

  test('ids of later MIG are never of format A, so a text that does not fit was changed', async () => {
    const text = await sign(ann, { ...BASE, name: 'later' }, 'B')
    await addAction('4902911934470' as MigId, { name: 'later!' }, [text], [[2, text]])
    expect(await one('4902911934470' as MigId)).toMatchObject({ verdict: 'text-changed' })
  })

  test('unknown key, key not stored, wrong key', async () => {
    const [unknown, lenas, bos] = await Promise.all([sign(stranger), sign(keyless), sign(bo)])
    await addAction(id(40), {}, [unknown])
    expect(await one(id(40))).toMatchObject({ verdict: 'unknown-key', keyId: keyIdOf(stranger), signer: null })
    await addAction(id(41), {}, [lenas], [[4, lenas]])
    expect(await one(id(41))).toMatchObject({ verdict: 'no-key', signer: { name: 'Lena' } })
    await addAction(id(42), {}, [bos], [[2, bos]])
    expect(await one(id(42))).toMatchObject({ verdict: 'wrong-key', signer: { name: 'Bo' }, listed: [{ name: 'Ann' }] })
  })

  test('signatures that stand in one place only, twice, or are by one person', async () => {
    const [first, second, third] = [await sign(ann), await sign(ann), await sign(bo)]
    await addAction(id(50), {}, [first, first, second], [[3, third]])
    expect((await check(id(50))).signatures).toMatchObject([
      { text: first, copies: 2, listed: [], isRepeated: false, verdict: 'valid' },
      { text: second, copies: 1, listed: [], isRepeated: true, verdict: 'valid' },
      { text: third, copies: 0, listed: [{ id: '3' }], isRepeated: false, verdict: 'valid' },
    ])
  })

  test('hostile columns are told of and break nothing', async () => {
    const many = Array.from({ length: 30 }, (_, i) => `sig ${i}`)
    await addAction(id(60), {}, many)
    expect(await check(id(60))).toMatchObject({ unchecked: 10, isListReadable: true })
    for (const [n, list] of ['["\\u0000","\\ud800"]', '{"a":1}', '[null]', 'null', '[[[[]]]]'].entries()) {
      await addAction(id(61 + n), { operations: '[{"module":"x\\u0000"},null,5]' }, list)
      const report = await check(id(61 + n))
      expect(report.isListReadable).toBe(n === 0)
      for (const { verdict } of report.signatures) expect(verdict).toBe('unreadable')
    }
    await addAction(id(70), { operations: 'null' }, null)
    expect((await check(id(70))).signatures).toEqual([])
    expect(await checkSignatures(viewer, id(999))).toBeNull()
  })

  test('replays: the same signature, the same text signed anew, a signature on another text', async () => {
    const fields = { ...BASE, name: 'to be repeated', validfrom: at('2014-10-01T00:00:00.123456789Z') }
    const [text, anew] = [await sign(ann, fields), await sign(bo, fields)]
    await addAction(id(80), fields, [text], [[2, text]])
    await addAction(id(81), fields, [text], [[2, text]])
    await addAction(id(82), fields, [anew], [[3, anew]])
    await addAction(id(83), { ...fields, target: 'true' }, [text])
    await addAction(id(84), { ...fields, validfrom: at('2014-10-02T00:00:00Z') }, [text], [[2, text]])
    const { replays } = await check(id(80))
    expect(replays).toMatchObject({
      more: false,
      rows: [
        { id: id(81), sameSignature: true, sameText: true },
        { id: id(82), sameSignature: false, sameText: true },
        { id: id(83), sameSignature: true, sameText: false },
        { id: id(84), sameSignature: true, sameText: false },
      ],
    })
  })

  test('weights: by the module’s own rule, else by the one of default, over the agents of the commands', async () => {
    const text = await sign(ann, { ...BASE, name: 'weighed' })
    await addAction(id(90), { name: 'weighed' }, [text], [[2, text]])
    await owner(`
      INSERT INTO public.agents (id, name, queueloc, version, pid, starttime, heartbeattime${later ? ', mode, refreshtime' : ', os'})
        SELECT n, 'web' || n, 'linux.web' || n, '1', n, now(), now()${later ? `, 'daemon', now()` : `, 'linux'`} FROM generate_series(1, 6) n;
      INSERT INTO public.commands (id, actionid, agentid, status, starttime)
        SELECT 100 + n, ${id(90)}, (n % 6) + 1, 'done', now() FROM generate_series(0, 7) n;
      INSERT INTO public.modules (id, name) VALUES (1, 'file'), (2, 'default');
      INSERT INTO public.agtmodreq (moduleid, agentid, minimumweight) VALUES (1, 1, 2), (1, 2, 2), (1, 3, 0), (2, 3, 1), (2, 4, 1);
      INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight)
        VALUES (2, 1, 1, 2), (2, 3, 2, 7), (2, 4, 2, 5), (3, 2, 1, 9)`)
    const report = await check(id(90))
    expect(report.weighed).toEqual({ commands: 8, more: false })
    const weights = report.signatures[0]?.weights
    expect(weights?.map((w) => w.module)).toEqual(['file', 'netstat'])
    expect(weights?.[0]?.shares).toEqual(
      expect.arrayContaining([
        { via: 'own', weight: 2, agents: 1 },
        { via: 'own', weight: null, agents: 2 },
        { via: 'default', weight: 5, agents: 1 },
        { via: null, weight: null, agents: 2 },
      ]),
    )
    expect(weights?.[1]?.shares).toEqual(
      expect.arrayContaining([
        { via: 'default', weight: 7, agents: 1 },
        { via: 'default', weight: 5, agents: 1 },
        { via: null, weight: null, agents: 4 },
      ]),
    )
  })

  test('the action as a file has the nanoseconds that its signature proves, and reads back', async () => {
    const json = (await getActionFile(viewer, id(10))) ?? ''
    const { action, problems } = parseSpoolFile(Buffer.from(json), 'action', 'inflight', {
      type: 'action',
      actionId: id(10),
    })
    expect(problems).toEqual([])
    expect(action).toMatchObject({ name: 'format A', target: BASE.target, signatures: [expect.any(String)] })
    expect(action?.validFrom?.at).toBe(BASE.validfrom)
    expect(json).toContain(`"operations":${BASE.operations},`)
    expect(await getActionFile(viewer, id(999))).toBeNull()
  })
})
