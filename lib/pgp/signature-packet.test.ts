import fc from 'fast-check'
import * as openpgp from 'openpgp'
import { beforeAll, describe, expect, test } from 'vitest'
import { readSignaturePacket } from './signature-packet'

let key: openpgp.PrivateKey
let signature: Uint8Array

beforeAll(async () => {
  const date = new Date('2025-01-02T03:04:05Z')
  key = (await openpgp.generateKey({ userIDs: [{ name: 'Ann' }], date, format: 'object' })).privateKey
  signature = (await openpgp.sign({
    message: await openpgp.createMessage({ binary: new Uint8Array([1, 2, 3]) }),
    signingKeys: key,
    detached: true,
    format: 'binary',
    date: new Date('2026-01-02T03:04:05Z'),
  })) as Uint8Array
})

describe('readSignaturePacket', () => {
  test('reads who signed, when and how', async () => {
    const found = readSignaturePacket(signature)
    if (!found.ok) throw new Error(found.problem)
    expect(found.packet).toMatchObject({
      type: 0,
      keyId: key.getKeyID().toHex().toUpperCase(),
      created: Date.parse('2026-01-02T03:04:05Z') / 1000,
      more: false,
    })
    const again = await openpgp.readSignature({ binarySignature: found.packet.stream })
    expect(again.packets[0]?.hashAlgorithm).toBe(found.packet.hash)
  })

  test('only the first packet counts', () => {
    const found = readSignaturePacket(Buffer.concat([signature, signature]))
    expect(found).toMatchObject({ ok: true, packet: { more: true } })
    const alone = readSignaturePacket(signature)
    expect(found.ok && alone.ok && Buffer.from(found.packet.stream).equals(alone.packet.stream)).toBe(true)
  })

  test('what is no version 4 signature over a text is refused with a reason', async () => {
    expect(readSignaturePacket(new Uint8Array())).toEqual({ ok: false, problem: 'not-a-signature' })
    expect(readSignaturePacket(key.toPublic().write())).toEqual({ ok: false, problem: 'not-a-signature' })
    expect(readSignaturePacket(new Uint8Array([0xc2, 1, 3]))).toEqual({ ok: false, problem: 'version' })
    expect(readSignaturePacket(new Uint8Array([0xc2, 10, 4, 0x10, 1, 8, 0, 0, 0, 0, 1, 2]))).toEqual({
      ok: false,
      problem: 'type',
    })
  })

  test('any bytes and any damage: an answer, never an error', () => {
    const damage = fc
      .array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 })
      .map((changes) => {
        const bytes = Buffer.from(signature)
        for (const [place, byte] of changes) bytes[place % bytes.length] = byte
        return bytes.subarray(0, (changes[0]?.[0] ?? 0) % 7 === 0 ? (changes[0]?.[0] ?? 0) % bytes.length : undefined)
      })
    fc.assert(
      fc.property(fc.oneof(damage, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        const found = readSignaturePacket(bytes)
        if (found.ok) {
          expect(found.packet.keyId ?? '0000000000000000').toMatch(/^[0-9A-F]{16}$/)
          expect(found.packet.left16).toBeLessThan(65_536)
        } else expect(['not-a-signature', 'version', 'type']).toContain(found.problem)
      }),
      { numRuns: 500 },
    )
  })
})
