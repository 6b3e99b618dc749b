import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as openpgp from 'openpgp'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Instant } from '@/lib/mig/wire/time'
import { readPublicKey } from '@/lib/pgp/key'
import type { TestVintage } from '@/lib/testing/database'
import { tries } from '@/lib/testing/long'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { addFingerprint, addInvestigator } from './mutations'
import { previewKey } from './previews'

const admin = testViewer('admin')
const stored = (name: string) =>
  readFileSync(path.join(import.meta.dirname, '../../pgp/test-keys', `${name}.asc`), 'utf8')

async function newKey(name = 'Ann Lee') {
  const { privateKey, publicKey } = await openpgp.generateKey({
    type: 'ecc',
    curve: 'nistP256',
    userIDs: [{ name, email: 'ann@example.net' }],
    date: new Date(Date.now() - 60_000),
    keyExpirationTime: 300 * 86_400,
  })
  const fingerprint = (await openpgp.readKey({ armoredKey: publicKey })).getFingerprint().toUpperCase()
  return { privateKey, publicKey, fingerprint }
}

const rowSql = (vintage: TestVintage) => {
  const key = vintage === 'scripts' ? `convert_from(publickey, 'UTF8')` : 'publickey'
  const armored = vintage === '2019' ? `convert_from(publickey, 'UTF8')` : key
  const later =
    vintage === '2019' ? ', status, permissions::text, createdat, lastmodified, privatekey, apikey, apisalt' : ''
  return `SELECT trunc(id)::text AS id, name, pgpfingerprint, ${armored} AS armored${later} FROM public.investigators ORDER BY id`
}

describe.each(['data-rst', 'scripts', '2019'] as const)('adding an investigator, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)
  beforeEach(async () => {
    await owner('DELETE FROM public.investigators')
  })
  const count = async (table: string) => Number((await owner(`SELECT count(*) AS n FROM ${table}`))[0]?.n)

  test('the row as this layout wants it, and its audit row', async () => {
    const key = await newKey()
    const added = await addInvestigator(admin, { name: '', key: `\r\n${key.publicKey}` })
    expect(added).toMatchObject({ name: 'Ann Lee', fingerprint: key.fingerprint })
    const row = (await owner(rowSql(vintage)))[0] as Record<string, unknown>
    expect(row).toMatchObject({ id: added.id, name: 'Ann Lee', pgpfingerprint: key.fingerprint })
    expect(key.fingerprint).toMatch(/^[0-9A-F]{40}$/)
    const back = await openpgp.readKey({ armoredKey: String(row.armored) })
    expect(back.getFingerprint().toUpperCase()).toBe(key.fingerprint)
    expect(String(row.armored)).toMatch(/\n=[\w+/]{4}\n-----END/)
    if (vintage === '2019') {
      expect(row).toMatchObject({ status: 'active', permissions: '63', privatekey: null, apikey: null, apisalt: null })
      expect(Math.abs(Date.now() - (row.createdat as Date).getTime())).toBeLessThan(60_000)
      expect(row.lastmodified).toBeInstanceOf(Date)
    }
    const [audit] = await owner('SELECT * FROM dashboard.audit WHERE id = $1', [added.auditId])
    expect(audit).toMatchObject({
      kind: 'investigator.add',
      object_type: 'investigator',
      object_id: added.id,
      before: null,
      after: { name: 'Ann Lee', pgpfingerprint: key.fingerprint },
      detail: { layout: vintage },
    })
    expect(JSON.stringify(audit)).not.toContain('BEGIN PGP')
  })

  test('an id is never given twice, not even after the row is gone', async () => {
    const first = await addInvestigator(admin, { name: 'One', key: (await newKey()).publicKey })
    const second = await addInvestigator(admin, { name: 'Two', key: (await newKey()).publicKey })
    expect(BigInt(second.id)).toBe(BigInt(first.id) + 1n)
    await owner('DELETE FROM public.investigators')
    const third = await addInvestigator(admin, { name: 'Three', key: (await newKey()).publicKey })
    expect(BigInt(third.id)).toBe(BigInt(second.id) + 1n)
  })

  test('above ids that were inserted by hand, with 17 zero decimals where the column keeps them', async () => {
    const decimals = vintage === 'scripts' ? '' : '.00000000000000000'
    const later = vintage === '2019' ? [', status, createdat, lastmodified', `, 'active', now(), now()`] : ['', '']
    const [mark] = await owner('SELECT (last + 20)::text AS id FROM dashboard.investigator_id')
    await owner(`INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]})
      VALUES (${mark?.id}${decimals}, 'By hand', repeat('B', 40)${later[1]})`)
    const added = await addInvestigator(admin, { name: 'Next', key: (await newKey()).publicKey })
    expect(BigInt(added.id)).toBe(BigInt(String(mark?.id)) + 1n)
    expect(await owner('SELECT last::text FROM dashboard.investigator_id')).toEqual([{ last: added.id }])
  })

  test('two admins at once: two rows with two ids', async () => {
    const keys = await Promise.all(['A', 'B', 'C', 'D'].map((name) => newKey(name)))
    const added = await Promise.all(keys.map((key) => addInvestigator(admin, { name: '', key: key.publicKey })))
    expect(new Set(added.map((a) => a.id)).size).toBe(4)
    expect(await count('public.investigators')).toBe(4)
  })

  test('the same key twice at once: one row, one refusal', async () => {
    const key = await newKey()
    const before = await count('dashboard.audit')
    const results = await Promise.allSettled([1, 2].map(() => addInvestigator(admin, { name: '', key: key.publicKey })))
    expect(results.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((results.find((r) => r.status === 'rejected') as PromiseRejectedResult).reason).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('known already'),
    })
    expect(await count('dashboard.audit')).toBe(before + 1)
  })

  test('a fingerprint that is known in lower case and with blanks', async () => {
    const key = await newKey()
    const later = vintage === '2019' ? [', status, createdat, lastmodified', `, 'active', now(), now()`] : ['', '']
    const written = key.fingerprint.toLowerCase().replace(/(.{4})/g, '$1 ')
    await owner(
      `INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]}) VALUES (1, 'Ann', '${written}'${later[1]})`,
    )
    await expect(addInvestigator(admin, { name: '', key: key.publicKey })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Ann (investigator 1)'),
    })
  })

  test('what is refused leaves no row and no audit row, and repeats nothing of a private key', async () => {
    const before = await count('dashboard.audit')
    const { privateKey } = await newKey()
    const secret = privateKey.split('\n')[4] ?? ''
    const cases: [string, RegExp][] = [
      [privateKey, /private key/],
      [`${stored('dsa2048')}${stored('rsa1024')}`, /several keys/],
      [stored('certify-only'), /can sign/],
      [stored('expired'), /expired/],
      [stored('revoked'), /revoked/],
      ['garbage', /not a public key/],
      ['x'.repeat(8_100_000), /64 KiB/],
      ['', /no key/],
    ]
    for (const [key, sentence] of cases) {
      const error = await addInvestigator(admin, { name: 'X', key }).catch((e: unknown) => e)
      expect(error).toMatchObject({ code: 'invalid', message: expect.stringMatching(sentence) })
      expect((error as Error).message).not.toContain(secret)
    }
    await expect(
      addInvestigator(admin, { name: 'MIG Scheduler', key: (await newKey()).publicKey }),
    ).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('choose another name') })
    expect(await count('public.investigators')).toBe(0)
    expect(await count('dashboard.audit')).toBe(before)
  })

  test('what speaks against a key is said, and nothing is stored until it is taken anyway', async () => {
    const before = await count('dashboard.audit')
    const input = { name: '', key: stored('ed25519') }
    await expect(addInvestigator(admin, input)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/Ed25519.*never expires.*anyway/s),
    })
    await expect(addInvestigator(admin, { name: '', key: stored('rsa1024') })).rejects.toMatchObject({
      message: expect.stringContaining('RSA 1024 is too short'),
    })
    expect(await count('public.investigators')).toBe(0)
    expect(await count('dashboard.audit')).toBe(before)
    const added = await addInvestigator(admin, input, { anyway: true })
    expect(added.warnings).toHaveLength(2)
    const [audit] = await owner('SELECT detail FROM dashboard.audit WHERE id = $1', [added.auditId])
    expect(audit?.detail).toMatchObject({ warnings: added.warnings })
  })

  test('a fingerprint alone, as the documented statement makes it; its key goes into that row later', async () => {
    const key = await newKey()
    const added = await addFingerprint(admin, { name: 'Bob Kelso', fingerprint: key.fingerprint })
    expect((await owner(rowSql(vintage)))[0]).toMatchObject({
      id: added.id,
      name: 'Bob Kelso',
      pgpfingerprint: key.fingerprint,
      armored: null,
      ...(vintage === '2019' ? { status: 'active', permissions: '63' } : {}),
    })
    await expect(addFingerprint(admin, { name: 'Bo', fingerprint: key.fingerprint })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Bob Kelso'),
    })
    const looked = await previewKey(admin, key.publicKey)
    expect(looked).toMatchObject({ completes: { id: added.id, name: 'Bob Kelso' }, warnings: [] })
    const done = await addInvestigator(admin, { name: '', key: key.publicKey }, { complete: true })
    expect(done).toMatchObject({ id: added.id, name: 'Bob Kelso', completed: true })
    await expect(previewKey(admin, key.publicKey)).rejects.toMatchObject({ code: 'conflict' })
    expect(await count('public.investigators')).toBe(1)
  })

  test('mutated keys: a sentence each, and no row but of a key that its owner signed', async () => {
    const original = Buffer.from((await openpgp.unarmor(stored('rsa3072-subkey'))).data as unknown as Uint8Array)
    let seed = 20_261_122
    const next = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return (seed >>> 8) % below
    }
    for (let i = 0; i < tries({ short: 60, long: 1000 }); i++) {
      const bytes = Buffer.from(original)
      for (let n = 0; n <= next(4); n++) bytes[next(bytes.length)] = next(256)
      const key = next(5) === 0 ? bytes.subarray(0, next(bytes.length)) : bytes
      const error = await addInvestigator(admin, { name: 'X', key }, { anyway: true }).catch((e: unknown) => e)
      if (error instanceof Error) {
        expect(error).toMatchObject({ name: 'AppError', message: expect.stringMatching(/\.$/) })
        expect(['invalid', 'conflict']).toContain((error as { code?: string }).code)
      }
    }
    for (const row of await owner(rowSql(vintage))) {
      expect(row.pgpfingerprint).toBe('3EDE944EF5FC552FF8060677D8C4057DA28266CC')
      expect(await readPublicKey(String(row.armored), '2027-06-01T00:00:00Z' as Instant)).toMatchObject({
        ok: true,
        key: { cannotSign: null, fingerprint: row.pgpfingerprint },
      })
    }
  })

  test('an investigator may not', async () => {
    const key = await newKey()
    await expect(addInvestigator(testViewer('investigator'), { name: '', key: key.publicKey })).rejects.toMatchObject({
      code: 'forbidden',
    })
    expect(await count('public.investigators')).toBe(0)
  })
})

describe('a sequence that was left far behind by rows inserted by hand', () => {
  const { owner } = useDatabaseOf('scripts')
  test('is refused with a sentence instead of giving an id twice', async () => {
    await owner(
      `INSERT INTO public.investigators (id, name, pgpfingerprint) VALUES (6059408362783470592, 'By hand', 'B')`,
    )
    const adding = addInvestigator(admin, { name: '', key: (await newKey()).publicKey })
    await expect(adding).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('far behind') })
  })
})
