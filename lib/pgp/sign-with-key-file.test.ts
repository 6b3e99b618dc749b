import * as openpgp from 'openpgp'
import { beforeAll, describe, expect, it } from 'vitest'
import { readDetachedSignature, verifySignature } from '@/lib/auth/signature'
import { signWithKeyFile } from './sign-with-key-file'

const TEXT = 'MIG dashboard sign-in 1; origin=http://127.0.0.1:3000; nonce=abc; expires=2026-01-01T00:05:00Z'
const PASSPHRASE = 'pässwörd with blanks'
const DAY = 86_400_000

type Options = Partial<openpgp.KeyOptions>
const KINDS: [string, Options][] = [
  ['RSA', { type: 'rsa', rsaBits: 2048 }],
  ['ECDSA', { type: 'ecc', curve: 'nistP256' }],
  ['Ed25519', { type: 'curve25519' }],
  ['Ed25519 as older tools write it', { type: 'ecc', curve: 'ed25519Legacy' }],
  ['a signing subkey', { type: 'ecc', curve: 'nistP256', subkeys: [{ sign: true }, {}] }],
]

async function make(options: Options): Promise<openpgp.PrivateKey> {
  const { privateKey } = await openpgp.generateKey({
    userIDs: [{ name: 'Ann' }],
    date: new Date(Date.now() - 400 * DAY),
    ...options,
    format: 'object',
  } as openpgp.KeyOptions & { format: 'object' })
  return privateKey
}

const bytes = (text: string) => new TextEncoder().encode(text)

async function isGood(signature: string, key: openpgp.PrivateKey): Promise<boolean> {
  const read = await readDetachedSignature(signature)
  if (!read.ok) return false
  const signer = { owner: 'Ann', armoredKey: key.toPublic().armor() }
  return (await verifySignature(read.read, TEXT, [signer], new Date())).ok
}

describe('signing with a key file', () => {
  it.each(KINDS)('%s, open and protected, armored and binary', async (_, options) => {
    const key = await make(options)
    const locked = await openpgp.encryptKey({ privateKey: key, passphrase: PASSPHRASE })
    for (const [file, passphrase] of [
      [bytes(key.armor()), ''],
      [key.write() as Uint8Array, 'not needed'],
      [bytes(locked.armor().replaceAll('\n', '\r\n')), PASSPHRASE],
      [locked.write() as Uint8Array, PASSPHRASE],
    ] as const) {
      const signed = await signWithKeyFile(file, passphrase, TEXT)
      if (!signed.ok) throw new Error(signed.sentence)
      expect(await isGood(signed.signature, key)).toBe(true)
    }
  })

  describe('that cannot be done', () => {
    let key: openpgp.PrivateKey
    let locked: openpgp.PrivateKey
    beforeAll(async () => {
      key = await make({ type: 'curve25519' })
      locked = await openpgp.encryptKey({ privateKey: key, passphrase: PASSPHRASE })
    })
    const sentence = async (file: Uint8Array, passphrase = '') => {
      const signed = await signWithKeyFile(file, passphrase, TEXT)
      return signed.ok ? 'signed' : signed.sentence
    }

    it('says that the passphrase is missing or wrong, and repeats it nowhere', async () => {
      expect(await sentence(bytes(locked.armor()))).toContain('type its passphrase')
      const wrong = await sentence(bytes(locked.armor()), 'guessed-it')
      expect(wrong).toBe('The passphrase does not open this key.')
    })

    it('tells a public key, armored and binary, from garbage', async () => {
      expect(await sentence(bytes(key.toPublic().armor()))).toContain('This is a public key')
      expect(await sentence(key.toPublic().write() as Uint8Array)).toContain('This is a public key')
      for (const garbage of [
        '',
        'not a key',
        '-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----',
        `${key.armor().slice(0, 200)}`,
      ])
        expect(await sentence(bytes(garbage)), garbage).toContain('no private key')
      expect(await sentence(new Uint8Array(1_000_001))).toContain('too large')
    })

    it('says that the file holds several keys', async () => {
      const other = await make({ type: 'curve25519' })
      expect(await sentence(bytes(`${key.armor()}\n${other.armor()}`))).toContain('several private keys')
    })

    it('says that the key has expired or is revoked', async () => {
      expect(await sentence(bytes((await make({ type: 'curve25519', keyExpirationTime: 86_400 })).armor()))).toContain(
        'expired',
      )
      const { privateKey } = await openpgp.revokeKey({ key, format: 'object' })
      expect(await sentence(bytes(privateKey.armor()))).toContain('revoked')
    })
  })
})
