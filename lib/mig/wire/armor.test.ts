import fc from 'fast-check'
import * as openpgp from 'openpgp'
import { describe, expect, test } from 'vitest'
import { crc24, restoreSignatureArmor, stripSignatureArmor } from './armor'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const checksum = (bytes: Uint8Array) => base64(Buffer.from(crc24(bytes).toString(16).padStart(6, '0'), 'hex'))
const content = fc.uint8Array({ minLength: 1, maxLength: 600 })

function armored(bytes: Uint8Array, options: { width?: number; eol?: string; headers?: string; crc?: boolean } = {}) {
  const { width = 64, eol = '\n', headers = '', crc = true } = options
  const lines = base64(bytes).match(new RegExp(`.{1,${width}}`, 'g')) ?? []
  const end = crc ? [`=${checksum(bytes)}`] : []
  const all = ['-----BEGIN PGP SIGNATURE-----', ...(headers ? [headers] : []), '', ...lines, ...end]
  return [...all, '-----END PGP SIGNATURE-----', ''].join(eol)
}

test('crc24 is the checksum of RFC 4880', () => {
  expect(crc24(new TextEncoder().encode('123456789'))).toBe(0x21cf02)
  expect(crc24([])).toBe(0xb704ce)
})

describe('strip and restore', () => {
  test('go there and back', () => {
    fc.assert(
      fc.property(content, (bytes) => {
        const oneLine = stripSignatureArmor(armored(bytes))
        expect(oneLine).toBe(`${base64(bytes)}=${checksum(bytes)}`)
        expect(restoreSignatureArmor(oneLine)).toBe(armored(bytes))
        expect(stripSignatureArmor(restoreSignatureArmor(oneLine))).toBe(oneLine)
      }),
    )
  })

  test('the one line does not depend on who armored it', () => {
    const options = fc.record({
      width: fc.integer({ min: 60, max: 76 }),
      eol: fc.constantFrom('\n', '\r\n', ' \n'),
      headers: fc.constantFrom('', 'Version: GnuPG v1', 'Comment: https://example.net/'),
      crc: fc.boolean(),
    })
    fc.assert(
      fc.property(content, options, (bytes, how) => {
        expect(stripSignatureArmor(`signature:\n${armored(bytes, how)}\nbye`)).toBe(stripSignatureArmor(armored(bytes)))
      }),
    )
  })

  test('a restored signature is one that verifies', async () => {
    const { privateKey, publicKey } = await openpgp.generateKey({ userIDs: [{ name: 'Ann' }], format: 'object' })
    const message = await openpgp.createMessage({ binary: new TextEncoder().encode('name=x; target=y;') })
    const armoredSignature = await openpgp.sign({ message, signingKeys: privateKey, detached: true })

    const oneLine = stripSignatureArmor(armoredSignature as string)
    expect(oneLine).toMatch(/^[A-Za-z0-9+/]+={0,2}=[A-Za-z0-9+/]{4}$/)
    const signature = await openpgp.readSignature({ armoredSignature: restoreSignatureArmor(oneLine) })
    const { signatures } = await openpgp.verify({ message, signature, verificationKeys: publicKey })
    await expect(signatures[0]?.verified).resolves.toBe(true)
  })
})

describe('garbage', () => {
  const good = stripSignatureArmor(armored(new Uint8Array([1, 2, 3, 4])))

  test.each([
    '',
    '=',
    'hello',
    'AQIDBA==',
    '=AAAA',
    `${good}=`,
    good.replace('AQID', 'AQIE'),
    good.replace('AQID', 'AQI'),
    good.replace('AQID', 'AQI*'),
    // unpadded, with the right checksum
    `AQ=${checksum(new Uint8Array([1]))}`,
    `${good}\n${good}`,
  ])('restore refuses %j', (text) => {
    expect(() => restoreSignatureArmor(text)).toThrow()
  })

  test.each([
    '',
    good,
    '-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----',
    '-----BEGIN PGP SIGNATURE-----\n\nAQIDBA==',
    armored(new Uint8Array([1, 2, 3, 4])).replaceAll('SIGNATURE', 'MESSAGE'),
    armored(new Uint8Array([1, 2, 3, 4])).replace('AQID', 'AQIE'),
    armored(new Uint8Array([1])) + armored(new Uint8Array([2])),
  ])('strip refuses %j', (text) => {
    expect(() => stripSignatureArmor(text)).toThrow()
  })

  test('one changed character never passes', () => {
    const character = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=')
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 3, maxLength: 300 }), fc.nat(), character, (bytes, place, other) => {
        fc.pre(bytes.length % 3 === 0)
        const line = stripSignatureArmor(armored(bytes))
        const index = place % line.length
        fc.pre(line[index] !== other)
        expect(() => restoreSignatureArmor(line.slice(0, index) + other + line.slice(index + 1))).toThrow()
      }),
    )
  })

  test('any string is restored or refused with a reason', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        let reason = 'restored'
        try {
          restoreSignatureArmor(text)
        } catch (error) {
          reason = error instanceof Error ? error.message : ''
        }
        expect(reason).toMatch(/restored|checksum|base64/)
      }),
    )
  })
})
