import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as openpgp from 'openpgp'
import { beforeAll, describe, expect, test } from 'vitest'
import { exportLines } from '@/lib/export'
import type { RawParams } from '@/lib/list-params'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { exportInvestigators, getInvestigator, getPublicKey, listInvestigators, listKeyWarnings } from './queries'
import { investigatorList } from './search-params'

const viewer = testViewer('investigator')
const CLOCK = '2027-06-01T00:00:00Z' as Instant
const moments = { mig: '2014-09-16T00:00:00Z' as Instant, clock: CLOCK }
const SECRET = 'MARKED-SECRET'
const key = (name: string) => readFileSync(path.join(import.meta.dirname, '../../pgp/test-keys', `${name}.asc`), 'utf8')

function params(raw: RawParams = {}) {
  const parsed = investigatorList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

const names = async (raw: RawParams) =>
  (await listInvestigators(viewer, params(raw), moments)).rows.map((row) => row.name)

describe.each(['data-rst', 'scripts', '2019'] as const)('investigators, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)
  let soon: { publicKey: string; fingerprint: string }
  let secret: string

  beforeAll(async () => {
    const made = await openpgp.generateKey({
      type: 'ecc',
      curve: 'nistP256',
      userIDs: [{ name: 'Soon' }],
      date: new Date('2027-01-01T00:00:00Z'),
      keyExpirationTime: 170 * 86_400,
    })
    const fingerprint = (await openpgp.readKey({ armoredKey: made.publicKey })).getFingerprint().toUpperCase()
    soon = { publicKey: made.publicKey, fingerprint }
    secret = made.privateKey
    const people: [string, string, string, string | null][] = [
      ['1', 'Good', '8FFDDFE3C2FD89E05D68261D8A87A3B36264305D', key('dsa2048')],
      ['2', 'Good too', '3ede 944e f5fc 552f f806 0677 d8c4 057d a282 66cc', key('rsa3072-subkey')],
      ['3', 'Soon', fingerprint.toLowerCase(), soon.publicKey],
      ['4', 'Expired', '81D31F137B39E024A32FEE324A746BEFEF95BD47', key('expired')],
      ['5', 'Revoked', '1A786280844EBA822F8091C41A698D30812175D5', key('revoked')],
      ['6', 'Bare', 'C'.repeat(40), null],
      ['7', 'Differs', 'D'.repeat(40), key('rsa1024')],
      ['8', 'Broken', 'E'.repeat(40), 'garbage \\ with a backslash'],
      ['9', 'Certifies', 'EF08DD7203EF5899202287F7AF8D534239E0B7FF', key('certify-only')],
      ['10', 'Private', 'F'.repeat(40), secret],
    ]
    const bytes = vintage === 'data-rst' ? '$4' : `convert_to($4, 'UTF8')`
    const later =
      vintage === '2019'
        ? [
            ', status, createdat, lastmodified, permissions, privatekey, apikey, apisalt',
            `, 'active', '2019-01-02', '2019-01-03', 63, '${SECRET}', '${SECRET}', '${SECRET}'`,
          ]
        : ['', '']
    for (const row of people)
      await owner(
        `INSERT INTO public.investigators (id, name, pgpfingerprint, publickey${later[0]}) VALUES ($1, $2, $3, ${bytes}${later[1]})`,
        row,
      )
    await owner(`
      INSERT INTO public.actions (id, name, target, validfrom, expireafter${vintage === '2019' ? ', pgpsignatures' : ''})
        VALUES (1, 'first', '', '2014-09-15', '2014-09-17'${vintage === '2019' ? `, '[]'` : ''}),
          (2, 'later', '', '2014-09-20', '2014-09-21'${vintage === '2019' ? `, '[]'` : ''});
      INSERT INTO public.signatures VALUES (1, 1, 's'), (2, 1, 's'), (1, 2.00000000000000000, 's');
      INSERT INTO public.modules VALUES (1, 'file');
    `)
  })

  test('every state of a key', async () => {
    const { rows, total } = await listInvestigators(viewer, params(), moments)
    expect(total).toEqual({ count: 10, more: false })
    expect(Object.fromEntries(rows.map((row) => [row.name, row.state]))).toEqual({
      Good: 'good',
      'Good too': 'good',
      Soon: 'expiring',
      Expired: 'expired',
      Revoked: 'revoked',
      Bare: 'no-key',
      Differs: 'differs',
      Broken: 'unreadable',
      Certifies: 'cannot-sign',
      Private: 'unreadable',
    })
    expect(rows.find((row) => row.name === 'Private')?.problem).toBe('private')
    expect(rows.find((row) => row.name === 'Good')).toMatchObject({
      signed: 2,
      lastSigned: '2014-09-15T00:00:00Z',
      weights: { count: 0, more: false },
      key: { algorithm: 'DSA 2048' },
    })
  })

  test('filters and sorts, and pages forth and back', async () => {
    expect(await names({ key: 'expired,revoked' })).toEqual(['Expired', 'Revoked'])
    const warned = (await listKeyWarnings(viewer, moments)).map(({ name }) => name)
    expect(warned.length).toBeGreaterThan(4)
    expect((await names({ key: 'warned' })).sort()).toEqual(warned.sort())
    expect(await names({ name: 'GOOD' })).toEqual(['Good', 'Good too'])
    expect(await names({ fingerprint: '3EDE944E f5fc' })).toEqual(['Good too'])
    expect((await names({ sort: '-signed' })).slice(0, 2)).toEqual(['Good', 'Good too'])
    expect((await names({ sort: 'state' }))[0]).toBe('Differs')
    expect((await names({ sort: 'expires' }))[0]).toBe('Expired')
    await expect(names({ fingerprint: 'xyz!' })).rejects.toMatchObject({ code: 'invalid' })
    for (const sort of ['name', '-name', 'expires', '-last', 'state']) {
      const of = (cursors: object) => listInvestigators(viewer, { ...params({ sort }), size: 3, ...cursors }, moments)
      const first = await of({})
      const second = await of({ after: first.next })
      expect(second.previous).not.toBeNull()
      const back = await of({ before: second.previous })
      expect(back.rows.map((row) => row.id)).toEqual(first.rows.map((row) => row.id))
      expect(back.previous).toBeNull()
      const whole = await of({ size: 50 })
      expect([...first.rows, ...second.rows].map((row) => row.id)).toEqual(whole.rows.slice(0, 6).map((row) => row.id))
    }
  })

  test('one investigator; the columns of the layout, never the secret ones', async () => {
    const one = await getInvestigator(viewer, '2' as MigId, moments)
    expect(one).toMatchObject({
      name: 'Good too',
      state: 'good',
      signed: 1,
      actions: [{ id: '1', name: 'first' }],
      weights: [],
    })
    expect(one?.key?.parts).toHaveLength(2)
    expect(one?.later).toEqual(
      vintage === '2019'
        ? {
            status: 'active',
            createdat: '2019-01-02T00:00:00Z',
            lastmodified: '2019-01-03T00:00:00Z',
            permissions: '63',
          }
        : null,
    )
    expect(await getInvestigator(viewer, '99' as MigId, moments)).toBeNull()
    const everything = JSON.stringify([one, await listInvestigators(viewer, params(), moments)])
    expect(everything).not.toContain(SECRET)
    expect(everything).not.toContain('BEGIN PGP')
  })

  test('the download is the public key anew; nothing for what is none', async () => {
    const handed = await getPublicKey(viewer, '3' as MigId)
    expect(handed?.fingerprint).toBe(soon.fingerprint)
    expect((await openpgp.readKey({ armoredKey: handed?.armored ?? '' })).isPrivate()).toBe(false)
    for (const id of ['6', '8', '10', '99']) expect(await getPublicKey(viewer, id as MigId), id).toBeNull()
  })

  test('the export: names and states, no key material', async () => {
    let text = ''
    for await (const chunk of exportLines(await exportInvestigators(viewer, params({ sort: 'name' }), moments), 'csv'))
      text += chunk
    const [head, ...lines] = text.trimEnd().split('\r\n')
    const later = vintage === '2019' ? 'status,createdat,lastmodified,permissions,' : ''
    expect(head).toBe(
      `id,name,pgpfingerprint,${later}state,disabled,unusable,key_algorithm,key_created,key_expires,signed,last_signed,weights`,
    )
    expect(lines).toHaveLength(10)
    expect(text).not.toMatch(/BEGIN PGP|MARKED-SECRET/)
  })
})
