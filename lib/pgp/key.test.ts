import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import * as openpgp from 'openpgp'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Instant } from '@/lib/mig/wire/time'
import { nameFromUserId, readPublicKey } from './key'
import { MAX_INPUT_BYTES } from './key-material'
import { isOversized, readPackets } from './packets'

const AT = '2027-06-01T00:00:00Z' as Instant
const stored = (name: string) => readFileSync(path.join(import.meta.dirname, 'test-keys', `${name}.asc`), 'utf8')

async function facts(text: string, at: Instant = AT) {
  const reading = await readPublicKey(text, at)
  if (!reading.ok) throw new Error(`${reading.problem}: ${reading.sentence}`)
  return reading.key
}

const problem = async (text: string) => {
  const reading = await readPublicKey(text, AT)
  return reading.ok ? 'read' : reading.problem
}

describe('keys that gpg made', () => {
  test.each([
    ['dsa2048', 'DSA 2048', '8FFDDFE3C2FD89E05D68261D8A87A3B36264305D', null],
    ['rsa1024', 'RSA 1024', '2815D5FFB2F289E5086446945F6788A47E81B8AB', null],
    ['rsa3072-subkey', 'RSA 3072', '3EDE944EF5FC552FF8060677D8C4057DA28266CC', null],
    ['ed25519', 'Ed25519', '1A786280844EBA822F8091C41A698D30812175D5', null],
    ['certify-only', 'RSA 2048', 'EF08DD7203EF5899202287F7AF8D534239E0B7FF', 'no-signing-key'],
    ['expired', 'RSA 2048', '81D31F137B39E024A32FEE324A746BEFEF95BD47', 'expired'],
    ['revoked', 'Ed25519', '1A786280844EBA822F8091C41A698D30812175D5', 'revoked'],
  ] as const)('%s', async (name, algorithm, fingerprint, cannotSign) => {
    expect(await facts(stored(name))).toMatchObject({ algorithm, fingerprint, cannotSign })
  })

  test('expiry, user ids, subkeys and what each part may do', async () => {
    const key = await facts(stored('rsa3072-subkey'))
    expect(key).toMatchObject({
      created: '2026-11-22T10:50:30Z',
      expires: '2028-11-21T10:50:30Z',
      revoked: false,
      userIds: [{ text: 'Default Gnu (work) <gnu@x.y>', revoked: false }],
    })
    expect(key.parts.map((p) => [p.kind, p.capabilities.join('+')])).toEqual([
      ['primary', 'certify+sign'],
      ['subkey', 'encrypt'],
    ])
    expect((await facts(stored('rsa3072-subkey'), '2028-11-22T00:00:00Z' as Instant)).cannotSign).toBe('expired')
  })

  test('what is kept is the key alone, armored with the checksum that MIG needs, and reads back the same', async () => {
    const around = `Dear admin,\r\nhere it is:\r\n\r\n${stored('dsa2048').replaceAll('\n', '\r\n')}\r\nRegards`
    const key = await facts(around)
    expect(key.armored).toMatch(
      /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n[\w+/=\n]+\n=[\w+/]{4}\n-----END PGP PUBLIC KEY BLOCK-----\n$/,
    )
    expect((await facts(key.armored)).armored).toBe(key.armored)
  })
})

describe('what is not one public key', () => {
  let secret: openpgp.PrivateKey
  beforeAll(async () => {
    secret = (await openpgp.generateKey({ type: 'ecc', userIDs: [{ name: 'S' }], format: 'object' })).privateKey
  })

  test('private keys, however they are dressed; the sentence repeats nothing of them', async () => {
    const armored = secret.armor()
    const dressed = armored.replaceAll('PRIVATE', 'PUBLIC')
    for (const text of [armored, dressed, `${stored('dsa2048')}\n${armored}`, `x${armored}`]) {
      const reading = await readPublicKey(text, AT)
      expect(reading).toMatchObject({ ok: false, problem: 'private' })
      expect(JSON.stringify(reading)).not.toContain(armored.split('\n')[3])
    }
  })

  test('a secret subkey behind a public primary key', async () => {
    const bytes = secret.write()
    const packets = readPackets(bytes) ?? []
    const open = (readPackets(secret.toPublic().write()) ?? [])[0]
    const rest = packets.slice(1).map((p) => Buffer.concat([Buffer.from([0xc0 | p.tag, 255]), size(p.body), p.body]))
    const first = Buffer.concat([
      Buffer.from([0xc6, 255]),
      size(open?.body ?? new Uint8Array()),
      open?.body ?? new Uint8Array(),
    ])
    expect(await problem(armorOf(Buffer.concat([first, ...rest])))).toBe('private')
  })

  test('several keys, in one block and in two', async () => {
    expect(await problem(`${stored('dsa2048')}${stored('rsa1024')}`)).toBe('several')
    const both = Buffer.concat([await bytesOf(stored('dsa2048')), await bytesOf(stored('rsa1024'))])
    expect(await problem(armorOf(both))).toBe('several')
  })

  test('nothing, something else, too much', async () => {
    expect(await problem('  \n')).toBe('empty')
    expect(await problem('hello')).toBe('not-a-key')
    expect(await problem('-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----')).toBe('not-a-key')
    expect(await problem(stored('dsa2048').replace('-----END', '---END'))).toBe('not-a-key')
    expect(await problem('x'.repeat(MAX_INPUT_BYTES + 1))).toBe('too-large')
    expect(await problem('-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----')).not.toBe('read')
  })

  test('numbers that would take minutes to check are seen before anything is checked', () => {
    const numbers = (...bits: number[]) =>
      Buffer.concat(
        bits.map((n) => Buffer.concat([Buffer.from([n >> 8, n & 255]), Buffer.alloc(Math.ceil(n / 8), 255)])),
      )
    const packet = (algorithm: number, ...bits: number[]) => ({
      tag: 6,
      body: Buffer.concat([Buffer.from([4, 0, 0, 0, 0, algorithm]), numbers(...bits)]),
    })
    expect(isOversized(packet(1, 4096, 17))).toBe(false)
    expect(isOversized(packet(1, 60_000, 17))).toBe(true)
    expect(isOversized(packet(1, 4096, 4000))).toBe(true)
    expect(isOversized(packet(17, 2048, 256, 2048, 2048))).toBe(false)
    expect(isOversized(packet(17, 2048, 60_000, 2048, 2048))).toBe(true)
    const six = (algorithm: number, ...bits: number[]) => ({
      tag: 6,
      body: Buffer.concat([Buffer.from([6, 0, 0, 0, 0, algorithm, 0, 0, 1, 0]), numbers(...bits)]),
    })
    expect(isOversized(six(17, 2048, 256, 2048, 2048))).toBe(false)
    expect(isOversized(six(17, 2048, 60_000, 2048, 2048))).toBe(true)
    expect(isOversized(six(1, 60_000, 17))).toBe(true)
  })

  test('mutated keys: an answer each, never an error, never long', async () => {
    const names = ['dsa2048', 'rsa1024', 'rsa3072-subkey', 'expired', 'revoked']
    const originals = await Promise.all(names.map((name) => bytesOf(stored(name))))
    const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), cut: fc.boolean() })
    const mutated = fc
      .tuple(fc.constantFrom(...originals), fc.array(change, { minLength: 1, maxLength: 6 }))
      .map(([original, changes]) => {
        let bytes = Buffer.from(original)
        for (const { at, byte, cut } of changes) {
          if (bytes.length === 0) break
          const place = at % bytes.length
          if (cut) bytes = bytes.subarray(0, Math.max(place, 1))
          else bytes[place] = byte
        }
        return armorOf(bytes)
      })
    const noise = fc
      .string({ maxLength: 400, unit: 'binary' })
      .map((body) => stored('dsa2048').replace(/\n\n[\s\S]{40}/, `\n\n${body}`))
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, noise, fc.string({ unit: 'binary' })), async (text) => {
        const started = performance.now()
        const reading = await readPublicKey(text, AT)
        expect(performance.now() - started).toBeLessThan(5000)
        if (reading.ok) expect(reading.key.fingerprint).toMatch(/^([0-9A-F]{40}|[0-9A-F]{64})$/)
        else expect(reading.sentence).not.toBe('')
      }),
      { numRuns: 200 },
    )
  })
})

test('the name that a user id proposes', () => {
  expect(nameFromUserId('Ann Lee <ann@example.net>')).toBe('Ann Lee')
  expect(nameFromUserId('Ann Lee (work) <ann@example.net>')).toBe('Ann Lee')
  expect(nameFromUserId('<ann@example.net>')).toBe('ann@example.net')
  expect(nameFromUserId('ann@example.net')).toBe('ann@example.net')
})

function size(body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(body.length)
  return bytes
}

async function bytesOf(armored: string): Promise<Uint8Array> {
  return (await openpgp.unarmor(armored)).data as unknown as Uint8Array
}

function armorOf(bytes: Uint8Array): string {
  return openpgp.armor(openpgp.enums.armor.publicKey, bytes, undefined, undefined, undefined, true) as unknown as string
}
