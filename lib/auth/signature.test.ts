import * as openpgp from 'openpgp'
import { beforeAll, describe, expect, it } from 'vitest'
import { readDetachedSignature, type Signer, verifySignature } from './signature'

const TEXT = 'MIG dashboard sign-in 1; origin=http://127.0.0.1:3000; nonce=abc; expires=2026-01-01T00:05:00Z'
const NOW = new Date('2026-01-01T00:00:00Z')
const DAY = 86_400_000

type Made = { privateKey: openpgp.PrivateKey; publicKey: string }

async function make(options: Partial<openpgp.KeyOptions>): Promise<Made> {
  const { privateKey } = await openpgp.generateKey({
    userIDs: [{ name: 'Ann' }],
    date: new Date(NOW.getTime() - 400 * DAY),
    ...options,
    format: 'object',
  } as openpgp.KeyOptions & { format: 'object' })
  return { privateKey, publicKey: privateKey.toPublic().armor() }
}

async function sign(key: openpgp.PrivateKey, text: string, date = NOW, binary = true): Promise<string> {
  const message = binary
    ? await openpgp.createMessage({ binary: new TextEncoder().encode(text) })
    : await openpgp.createMessage({ text })
  return (await openpgp.sign({
    message: message as openpgp.Message<string>,
    signingKeys: key,
    detached: true,
    date,
  })) as string
}

const keys: Record<'rsa' | 'ed25519' | 'p256' | 'subkey' | 'expired' | 'other', Made> = {} as never
let signers: Signer<string>[]

beforeAll(async () => {
  keys.rsa = await make({ type: 'rsa', rsaBits: 2048 })
  keys.ed25519 = await make({ type: 'curve25519' })
  keys.p256 = await make({ type: 'ecc', curve: 'nistP256' })
  keys.subkey = await make({ type: 'ecc', curve: 'nistP256', subkeys: [{ sign: true }] })
  keys.expired = await make({ type: 'curve25519', keyExpirationTime: 399 * 86_400 })
  keys.other = await make({ type: 'curve25519' })
  signers = (['rsa', 'ed25519', 'p256', 'subkey', 'expired'] as const).map((owner) => ({
    owner,
    armoredKey: keys[owner].publicKey,
  }))
}, 60_000)

async function check(armored: string | Uint8Array, { text = TEXT, at = NOW, by = signers } = {}) {
  const read = await readDetachedSignature(armored)
  if (!read.ok) return read
  return verifySignature(read.read, text, by, at)
}

describe('a sign-in signature', () => {
  it.each(['rsa', 'ed25519', 'p256', 'subkey'] as const)('by %s is its owner’s, armored and binary', async (owner) => {
    const armored = await sign(keys[owner].privateKey, TEXT)
    expect(await check(armored)).toEqual({ ok: true, owner })
    const { data } = await openpgp.unarmor(armored)
    expect(await check(data as unknown as Uint8Array)).toEqual({ ok: true, owner })
  })

  it('holds over the text with and without a final line end, as binary and as text signature', async () => {
    for (const ending of ['', '\n', '\r\n'])
      for (const binary of [true, false])
        expect(await check(await sign(keys.ed25519.privateKey, TEXT + ending, NOW, binary))).toEqual({
          ok: true,
          owner: 'ed25519',
        })
  })

  it('is read with CRLF line ends and blanks around it', async () => {
    const armored = (await sign(keys.ed25519.privateKey, TEXT)).replaceAll('\r\n', '\n')
    expect(await check(`\n\n${armored.replaceAll('\n', '\r\n')}\n  `)).toEqual({ ok: true, owner: 'ed25519' })
  })

  it('over another text, or a text with more than a line end added, is wrong', async () => {
    for (const other of [`${TEXT}.`, `${TEXT}\n\n`, ` ${TEXT}`, TEXT.replace('abc', 'abd')])
      expect(await check(await sign(keys.rsa.privateKey, other)), other).toEqual({ ok: false, why: 'wrong-signature' })
  })

  it('by a key that nobody here holds is unknown', async () => {
    expect(await check(await sign(keys.other.privateKey, TEXT))).toEqual({ ok: false, why: 'unknown-key' })
  })

  it('more than ten minutes off the clock is refused, less is not', async () => {
    for (const [minutes, ok] of [
      [-11, false],
      [-9, true],
      [9, true],
      [11, false],
    ] as const) {
      const result = await check(await sign(keys.ed25519.privateKey, TEXT, new Date(NOW.getTime() + minutes * 60_000)))
      expect(result.ok, String(minutes)).toBe(ok)
      if (!result.ok) expect(result.why).toBe('clock')
    }
  })

  it('by an expired key is refused, one made before the expiry too', async () => {
    const at = new Date(NOW.getTime() - 1 * DAY - 60_000)
    const early = await sign(keys.expired.privateKey, TEXT, at)
    expect(await check(early, { at })).toEqual({ ok: true, owner: 'expired' })
    expect(await check(early, { at: new Date(at.getTime() + 5 * 60_000) })).toEqual({
      ok: false,
      why: 'key-expired-or-revoked',
    })
  })

  it('by a revoked key is refused', async () => {
    const { publicKey } = await openpgp.revokeKey({
      key: keys.p256.privateKey,
      date: new Date(NOW.getTime() - DAY),
      format: 'object',
    })
    const revoked = [{ owner: 'p256', armoredKey: publicKey.armor() }]
    expect(await check(await sign(keys.p256.privateKey, TEXT), { by: revoked })).toEqual({
      ok: false,
      why: 'key-expired-or-revoked',
    })
  })

  it('must be one and detached', async () => {
    const cleartext = (await openpgp.sign({
      message: await openpgp.createCleartextMessage({ text: TEXT }),
      signingKeys: keys.rsa.privateKey,
      date: NOW,
    })) as string
    const inline = (await openpgp.sign({
      message: await openpgp.createMessage({ text: TEXT }),
      signingKeys: keys.rsa.privateKey,
      date: NOW,
    })) as string
    const [one, two] = [await sign(keys.rsa.privateKey, TEXT), await sign(keys.ed25519.privateKey, TEXT)]
    const both = (await openpgp.sign({
      message: await openpgp.createMessage({ binary: new TextEncoder().encode(TEXT) }),
      signingKeys: [keys.rsa.privateKey, keys.ed25519.privateKey],
      detached: true,
      date: NOW,
    })) as string
    for (const bad of [
      cleartext,
      inline,
      '',
      'hello',
      keys.rsa.publicKey,
      '-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----',
      'x'.repeat(20_000),
    ])
      expect((await readDetachedSignature(bad)).ok, bad.slice(0, 40)).toBe(false)
    expect(await readDetachedSignature(`${one}\n${two}`)).toEqual({ ok: false, why: 'several-signatures' })
    expect(await readDetachedSignature(both)).toEqual({ ok: false, why: 'several-signatures' })
  })

  it('a stored key of numbers that take minutes is not looked at', async () => {
    const number = (bits: number) =>
      Buffer.concat([Buffer.from([bits >> 8, bits & 255]), Buffer.alloc(Math.ceil(bits / 8), 255)])
    const body = Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 17]), ...[2048, 60_000, 2048, 2048].map(number)])
    const packet = Buffer.concat([Buffer.from([0xc6, 255, 0, 0, body.length >> 8, body.length & 255]), body])
    const armoredKey = openpgp.armor(openpgp.enums.armor.publicKey, packet)
    const keyId = (await openpgp.readKey({ armoredKey })).getKeyID().toHex()
    const read = await readDetachedSignature(await sign(keys.rsa.privateKey, TEXT))
    if (!read.ok) throw new Error(read.why)
    const asked: string[] = []
    const signature = new Proxy(read.read.signature, {
      get: (target, name) => {
        asked.push(String(name))
        return Reflect.get(target, name)
      },
    })
    const found = await verifySignature({ ...read.read, keyId, signature }, TEXT, [{ owner: 'eve', armoredKey }], NOW)
    expect(found).toEqual({ ok: false, why: 'unknown-key' })
    expect(asked).toEqual([])
  })
})
