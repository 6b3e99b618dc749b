import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MigId } from '@/lib/mig/wire/id'
import type { KeyPart } from '@/lib/pgp/key'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { exportKeyring } from './keyring'
import { addInvestigator } from './mutations'
import { previewKey } from './previews'
import { getInvestigator, getPublicKey } from './queries'

const admin = testViewer('admin')
const hasGpg = spawnSync('gpg', ['--version']).status === 0

const homes: string[] = []
function newHome(): string {
  const home = mkdtempSync(path.join(tmpdir(), 'g-'))
  homes.push(home)
  return home
}

function gpg(home: string, args: string[], input?: string | Uint8Array): Buffer {
  const common = ['--homedir', home, '--batch', '--yes', '--pinentry-mode', 'loopback', '--passphrase', '']
  return execFileSync('gpg', [...common, ...args], { input, stdio: ['pipe', 'pipe', 'pipe'] })
}

type Record_ = { type: string; fields: string[] }

/** What gpg lists, without what only this home knows: trust and origin. */
function listed(home: string, fingerprint?: string): Record_[] {
  const args = ['--with-colons', '--with-subkey-fingerprint', '--fixed-list-mode', '--list-keys']
  return gpg(home, fingerprint ? [...args, fingerprint] : args)
    .toString('utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([type = '']) => ['pub', 'sub', 'uid', 'uat', 'fpr'].includes(type))
    .map((fields) => ({ type: fields[0] ?? '', fields }))
}

/** Of each line: kind, whether revoked or expired, length, algorithm, key id, dates, name, own capabilities, curve. */
const comparable = (records: Record_[]) =>
  records.map(({ type, fields }) => [
    type,
    /[re]/.exec(fields[1] ?? '')?.[0] ?? '',
    ...[2, 3, 4, 5, 6].map((i) => (type === 'uid' ? '' : fields[i])),
    fields[9],
    (fields[11] ?? '').replace(/[A-Z]/g, ''),
    fields[16] ?? '',
  ])

const ALGORITHMS: Record<string, string> = { 1: 'RSA', 16: 'ElGamal', 17: 'DSA', 18: 'ECDH', 19: 'ECDSA', 22: 'Ed' }
const CURVES: Record<string, string> = {
  nistp256: 'P-256',
  nistp384: 'P-384',
  nistp521: 'P-521',
  ed25519: 'Ed25519',
  cv25519: 'Curve25519',
  brainpoolP256r1: 'Brainpool P-256',
  brainpoolP384r1: 'Brainpool P-384',
  brainpoolP512r1: 'Brainpool P-512',
}
const CAPABILITIES: Record<string, string> = { c: 'certify', s: 'sign', e: 'encrypt', a: 'authenticate' }

/** A `pub` or `sub` line with its `fpr` as our page shows a part of a key. */
function partOf({ type, fields }: Record_, fingerprint: string): Omit<KeyPart, 'revokedAt' | 'selfHash' | 'isShort'> {
  const [, validity = '', bits, algorithm = '', , created, expires] = fields
  const curve = fields[16] ?? ''
  const word = ALGORITHMS[algorithm] ?? algorithm
  const at = (seconds: string | undefined) =>
    seconds ? (new Date(Number(seconds) * 1000).toISOString().replace('.000', '') as KeyPart['created']) : null
  return {
    kind: type === 'pub' ? 'primary' : 'subkey',
    fingerprint,
    algorithm: curve === 'ed25519' ? 'Ed25519' : `${word} ${curve ? (CURVES[curve] ?? curve) : bits}`,
    capabilities: Object.entries(CAPABILITIES)
      .filter(([letter]) => fields[11]?.includes(letter))
      .map(([, capability]) => capability as KeyPart['capabilities'][number]),
    created: at(created) as KeyPart['created'],
    expires: at(expires),
    revoked: validity === 'r',
  }
}

function partsOf(records: Record_[]) {
  return records.flatMap((record, i) =>
    record.type === 'pub' || record.type === 'sub' ? [partOf(record, records[i + 1]?.fields[9] ?? '')] : [],
  )
}

const shown = ({ kind, fingerprint, algorithm, capabilities, created, expires, revoked }: KeyPart) => ({
  kind,
  fingerprint,
  algorithm,
  capabilities,
  created,
  expires,
  revoked,
})

// The smallest picture that there is.
const JPEG = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  'base64',
)

const KINDS: readonly [string, string[]][] = [
  ['rsa1024', []],
  ['rsa2048', []],
  ['rsa3072', ['rsa2048 sign', 'rsa2048 auth']],
  ['dsa2048', ['elg2048 encr']],
  ['nistp256', ['nistp256 encr']],
  ['nistp384', ['nistp384 encr']],
  ['nistp521', []],
  ['brainpoolP256r1', ['brainpoolP256r1 encr']],
  ['brainpoolP384r1', []],
  ['brainpoolP512r1', []],
  ['secp256k1', ['secp256k1 encr']],
  ['ed25519', ['cv25519 encr', 'ed25519 sign']],
  ['default', []],
  ['future-default', []],
]

describe.skipIf(!hasGpg)('keys that the real gpg makes', () => {
  const { owner } = useDatabaseOf('data-rst')
  let home: string
  beforeAll(() => {
    home = newHome()
  })
  afterAll(() => {
    for (const one of homes) {
      spawnSync('gpgconf', ['--homedir', one, '--kill', 'all'])
      rmSync(one, { recursive: true, force: true })
    }
  })

  const make = (algorithm: string, expires = '2y'): string => {
    const name = `Gnu ${algorithm} ${homes.length}-${Math.random().toString(36).slice(2)}`
    gpg(home, ['--quick-gen-key', `${name} (test) <gnu@example.net>`, algorithm, 'default', expires])
    return listed(home, name).find(({ type }) => type === 'fpr')?.fields[9] ?? ''
  }

  /** Adds the key, holds what the page shows against what gpg lists, and gives what is handed out to an empty home. */
  async function check(fingerprint: string): Promise<MigId> {
    const exported = gpg(home, ['--export', fingerprint])
    const { id } = await addInvestigator(admin, { name: '', key: exported }, { anyway: true })
    const clock = (await owner('SELECT to_char(now(), $$YYYY-MM-DD"T"HH24:MI:SS"Z"$$) AS at'))[0]?.at as never
    const investigator = await getInvestigator(admin, id, { mig: clock, clock })
    const records = listed(home, fingerprint)
    expect(investigator?.fingerprint).toBe(fingerprint)
    expect(investigator?.key?.parts.map(shown)).toEqual(partsOf(records))
    expect(investigator?.key?.userIds.map((user) => [user.text, user.revoked]).sort()).toEqual(
      records
        .filter(({ type }) => type === 'uid')
        .map(({ fields }) => [fields[9], fields[1] === 'r'])
        .sort(),
    )
    expect(investigator?.key?.photos).toBe(records.filter(({ type }) => type === 'uat').length)
    const handed = await getPublicKey(admin, id)
    const empty = newHome()
    gpg(empty, ['--import'], handed?.armored)
    expect(comparable(listed(empty))).toEqual(comparable(records))
    return id
  }

  test.each(KINDS)('%s', async (algorithm, subkeys) => {
    const fingerprint = make(algorithm)
    for (const subkey of subkeys) gpg(home, ['--quick-add-key', fingerprint, ...subkey.split(' '), '1y'])
    await check(fingerprint)
  })

  test('several user ids, one of them revoked, another expiry, a revoked subkey, a photo id', async () => {
    const fingerprint = make('rsa2048')
    gpg(home, ['--quick-add-uid', fingerprint, 'Zoë Ångström <zoe@example.net>'])
    gpg(home, ['--quick-add-uid', fingerprint, 'Left Job <left@example.net>'])
    gpg(home, ['--quick-revoke-uid', fingerprint, 'Left Job <left@example.net>'])
    gpg(home, ['--quick-set-expire', fingerprint, '3y'])
    gpg(home, ['--quick-add-key', fingerprint, 'rsa2048', 'sign', '1y'])
    const picture = path.join(home, 'face.jpg')
    writeFileSync(picture, JPEG)
    const edit = (lines: string[]) =>
      spawnSync(
        'gpg',
        [
          '--homedir',
          home,
          '--no-tty',
          '--pinentry-mode',
          'loopback',
          '--passphrase',
          '',
          '--command-fd',
          '0',
          '--edit-key',
          fingerprint,
        ],
        { input: `${lines.join('\n')}\n` },
      )
    edit(['key 1', 'revkey', 'y', '0', '', 'y', 'save'])
    edit(['addphoto', picture, 'y', 'save'])
    const records = listed(home, fingerprint)
    expect(records.filter(({ type }) => type === 'uid')).toHaveLength(3)
    expect(records.filter(({ type }) => type === 'uat')).toHaveLength(1)
    expect(records.filter(({ type, fields }) => type === 'sub' && fields[1] === 'r')).toHaveLength(1)
    await check(fingerprint)
  })

  test('signatures of others are left out', async () => {
    const [fingerprint, other] = [make('nistp256'), make('nistp256')]
    gpg(home, ['--default-key', other, '--quick-sign-key', fingerprint])
    const exported = gpg(home, ['--export', fingerprint])
    const preview = await previewKey(admin, exported)
    expect(preview.key.stripped).toBe(1)
    expect(preview.key.armored.length).toBeLessThan(gpg(home, ['--armor', '--export', fingerprint]).length)
    await check(fingerprint)
  })

  test('revoked and expired ones are refused with a sentence each', async () => {
    const revoked = make('nistp256')
    const certificate =
      gpg(home, ['--list-options', 'show-notations', '--list-keys', revoked]) &&
      path.join(home, 'openpgp-revocs.d', `${revoked}.rev`)
    const text = execFileSync('sed', ['s/^:-----/-----/', certificate])
    gpg(home, ['--import'], text)
    await expect(addInvestigator(admin, { name: '', key: gpg(home, ['--export', revoked]) })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('revoked by its owner'),
    })
    gpg(home, [
      '--faked-system-time',
      '20200101T000000',
      '--quick-gen-key',
      'Old <old@example.net>',
      'rsa2048',
      'sign',
      '1y',
    ])
    await expect(addInvestigator(admin, { name: '', key: gpg(home, ['--export', 'Old']) })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('expired'),
    })
    await expect(
      addInvestigator(admin, { name: '', key: gpg(home, ['--export-secret-keys', revoked]) }),
    ).rejects.toMatchObject({ message: expect.stringContaining('private key') })
  })

  test('the keyring of everybody is read by gpg, armored and binary', async () => {
    const clock = (await owner('SELECT to_char(now(), $$YYYY-MM-DD"T"HH24:MI:SS"Z"$$) AS at'))[0]?.at as never
    const all = await exportKeyring(admin, 'all', { mig: clock, clock })
    const mig = await exportKeyring(admin, 'mig', { mig: clock, clock })
    expect(all?.ids.length).toBeGreaterThan(9)
    const [binary, armored] = [newHome(), newHome()]
    gpg(binary, ['--import'], all?.bytes)
    gpg(armored, ['--import'], all?.armored)
    expect(listed(binary).filter(({ type }) => type === 'pub')).toHaveLength(all?.ids.length ?? 0)
    expect(comparable(listed(armored))).toEqual(comparable(listed(binary)))
    const agents = newHome()
    gpg(agents, ['--import'], mig?.bytes)
    const algorithms = listed(agents).flatMap(({ type, fields }) =>
      type === 'pub' || type === 'sub' ? [fields[3]] : [],
    )
    expect(algorithms.length).toBeGreaterThan(3)
    expect(algorithms).not.toContain('22')
  })
})
