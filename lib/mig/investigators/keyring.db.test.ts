import * as openpgp from 'openpgp'
import { beforeAll, describe, expect, test } from 'vitest'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { newKey } from '@/lib/testing/keys'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { getConsequences } from './consequences'
import { exportKeyring, getKeyring } from './keyring'
import { addFingerprint, addInvestigator, importKeys } from './mutations'
import { previewKeyring } from './previews'
import { listInvestigators, listKeyWarnings } from './queries'
import { investigatorList } from './search-params'

const admin = testViewer('admin')
const anyway = { anyway: true }

describe.each(['data-rst', 'scripts', '2019'] as const)('keyrings, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)
  let good: Awaited<ReturnType<typeof newKey>>
  let ids: Record<'good' | 'soon' | 'off' | 'bare', MigId>
  let moments: { mig: Instant; clock: Instant }

  beforeAll(async () => {
    good = await newKey('Good', { days: 300 })
    const soon = await newKey('Soon', { days: 5 })
    const off = await newKey('Off', { days: 300 })
    const modern = await openpgp.generateKey({ type: 'curve25519', userIDs: [{ name: 'Modern' }] })
    ids = {
      good: (await addInvestigator(admin, { name: '', key: good.publicKey })).id,
      soon: (await addInvestigator(admin, { name: '', key: soon.publicKey })).id,
      off: (await addInvestigator(admin, { name: '', key: off.publicKey })).id,
      bare: (await addFingerprint(admin, { name: 'Bare', fingerprint: 'AB'.repeat(20) })).id,
    }
    await addInvestigator(admin, { name: '', key: modern.publicKey }, anyway)
    await owner(
      `INSERT INTO dashboard.person (investigator_id, fingerprint, disabled_at) VALUES (${ids.off}, '${off.fingerprint}', now())`,
    )
    const [now] = await owner(`SELECT to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at`)
    moments = { mig: now?.at as Instant, clock: now?.at as Instant }
  })

  test('who is in it and who is not, for MIG and for gpg', async () => {
    const mig = await getKeyring(admin, 'mig', moments)
    expect(mig.members.map((member) => [member.name, member.expiring])).toEqual([
      ['Good', false],
      ['Soon', true],
    ])
    expect(mig.leftOut.map((one) => [one.name, one.why])).toEqual([
      ['Off', 'The person is disabled.'],
      ['Bare', 'Only a fingerprint is stored.'],
      ['Modern', expect.stringContaining('Ed25519')],
    ])
    expect((await getKeyring(admin, 'all', moments)).members.map((member) => member.name)).toEqual([
      'Good',
      'Soon',
      'Modern',
    ])
    const made = await exportKeyring(admin, 'all', moments)
    const keys = await openpgp.readKeys({ binaryKeys: made?.bytes as Uint8Array })
    expect(keys).toHaveLength(3)
    expect(await openpgp.readKeys({ armoredKeys: made?.armored as string })).toHaveLength(3)
  })

  test('the warnings: active people alone, the nearest first', async () => {
    expect(await listKeyWarnings(admin, moments)).toMatchObject([{ id: ids.soon, name: 'Soon', days: 7 }])
    const parsed = investigatorList.parse({ key: 'warned' })
    if (!parsed.ok) throw new Error(parsed.problem)
    expect((await listInvestigators(admin, parsed.params, moments)).rows.map(({ id }) => id)).toEqual([ids.soon])
  })

  test('the list’s states and the filter of the disabled', async () => {
    const parsed = investigatorList.parse({ key: 'disabled,unusable' })
    if (!parsed.ok) throw new Error(parsed.problem)
    const shown = async () => (await listInvestigators(admin, parsed.params, moments)).rows
    expect((await shown()).map((row) => [row.name, row.state, row.disabled])).toEqual([
      ['Modern', 'unusable', false],
      ['Off', 'good', true],
    ])
  })

  test('a keyring row by row: new, known, twice, completing, refused; what is chosen goes in at once or not at all', async () => {
    const [fresh, bare] = [await newKey('Fresh', { days: 300 }), await newKey('Completes', { days: 300 })]
    const { id } = await addFingerprint(admin, { name: 'By hand', fingerprint: bare.fingerprint })
    const expired = await newKey('Expired', { days: 1, agedDays: 10 })
    const file = [fresh, good, fresh, bare, expired].map((key) => key.publicKey).join('\n')
    const rows = await previewKeyring(admin, file)
    expect(rows.map((row) => [row.name, row.verdict])).toEqual([
      ['Fresh', 'new'],
      ['Good', 'known'],
      ['Fresh', 'twice'],
      ['By hand', 'completes'],
      ['Expired', 'refused'],
    ])
    const audits = async () => Number((await owner('SELECT count(*) AS n FROM dashboard.audit'))[0]?.n)
    const before = await audits()
    await expect(
      importKeys(admin, [
        { name: 'Fresh', key: fresh.publicKey },
        { name: 'Good', key: good.publicKey },
      ]),
    ).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('Good') })
    expect(await audits()).toBe(before)
    expect(await owner(`SELECT FROM public.investigators WHERE pgpfingerprint = '${fresh.fingerprint}'`)).toEqual([])
    const done = await importKeys(admin, [
      { name: 'Fresh', key: fresh.publicKey },
      { name: 'By hand', key: bare.publicKey },
    ])
    expect(done).toEqual({ added: 1, completed: 1 })
    expect(await audits()).toBe(before + 2)
    await expect(previewKeyring(admin, `${fresh.publicKey}\n${fresh.privateKey}`)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('private key'),
    })
    await expect(previewKeyring(testViewer('investigator'), file)).rejects.toMatchObject({ code: 'forbidden' })
    expect((await getConsequences(admin, id, null)).signatures).toBe(0)
  })
})
