import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import * as openpgp from 'openpgp'
import { beforeAll, expect, test } from 'vitest'
import type { Instant } from '@/lib/mig/wire/time'
import { tries } from '@/lib/testing/long'
import { KEY_PROBLEM_SENTENCES, readPublicKey } from './key'
import { armorKeys, type KeyInput } from './key-material'
import { readPackets } from './packets'

const AT = '2027-06-01T00:00:00Z' as Instant
const NAMES = ['dsa2048', 'rsa1024', 'rsa3072-subkey', 'ed25519', 'certify-only', 'expired', 'revoked']
const stored = (name: string) => readFileSync(path.join(import.meta.dirname, 'test-keys', `${name}.asc`), 'utf8')

/** A reading gives up after a second; one that has not ended after this, on however busy a machine, never will. */
const HANGS_AFTER_MS = 120_000

let originals: Buffer[] = []
let fingerprints: Set<string>
beforeAll(async () => {
  originals = await Promise.all(
    NAMES.map(async (name) => Buffer.from((await openpgp.unarmor(stored(name))).data as unknown as Uint8Array)),
  )
  const keys = await Promise.all(originals.map((bytes) => openpgp.readKey({ binaryKey: bytes })))
  fingerprints = new Set(keys.map((key) => key.getFingerprint().toUpperCase()))
})

const original = fc.nat().map((n) => originals[n % originals.length] as Buffer)
const change = fc.record({
  at: fc.nat(),
  byte: fc.integer({ min: 0, max: 255 }),
  how: fc.constantFrom('set', 'cut', 'drop', 'twice'),
})

/** Single bytes set, ends cut off, stretches taken out or doubled. */
const mutated = fc.tuple(original, fc.array(change, { minLength: 1, maxLength: 8 })).map(([key, changes]) => {
  let bytes = Buffer.from(key)
  for (const { at, byte, how } of changes) {
    if (bytes.length === 0) break
    const place = at % bytes.length
    const end = Math.min(place + byte, bytes.length)
    if (how === 'set') bytes[place] = byte
    else if (how === 'cut') bytes = bytes.subarray(0, Math.max(place, 1))
    else if (how === 'drop') bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(end)])
    else bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(place, end), bytes.subarray(end)])
  }
  return bytes
})

/** Whole packets of several keys, shuffled together. */
const spliced = fc.array(fc.tuple(original, fc.nat()), { minLength: 1, maxLength: 12 }).map((picks) =>
  Buffer.concat(
    picks.map(([key, n], i) => {
      const packets = readPackets(key) ?? []
      return Buffer.from((packets[i === 0 ? 0 : n % packets.length] ?? { raw: Buffer.alloc(0) }).raw)
    }),
  ),
)

const broken = fc.tuple(original, fc.nat(), fc.string({ unit: 'binary', maxLength: 80 })).map(([key, at, noise]) => {
  const text = armorKeys(key)
  return `${text.slice(0, at % text.length)}${noise}${text.slice((at % text.length) + noise.length)}`
})

const anything: fc.Arbitrary<KeyInput> = fc.oneof(
  mutated,
  mutated.map(armorKeys),
  spliced,
  spliced.map(armorKeys),
  broken,
  fc.uint8Array({ maxLength: 600 }),
  fc.uint8Array({ maxLength: 600 }).map(armorKeys),
  fc.string({ unit: 'binary', maxLength: 600 }),
)

test('random and mutated inputs: a key that is really one of them, or a sentence; never an error, never without an end', {
  timeout: 1_800_000,
}, async () => {
  const outcomes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(anything, async (input) => {
      const reading = await readPublicKey(input, AT)
      outcomes.add(reading.ok ? 'ok' : reading.problem)
      if (!reading.ok) {
        expect(reading.sentence).toBe(KEY_PROBLEM_SENTENCES[reading.problem])
        return
      }
      // A key that can sign was signed by its owner, whom no mutation can imitate.
      if (reading.key.cannotSign === null) expect(fingerprints).toContain(reading.key.fingerprint)
      const again = await readPublicKey(reading.key.armored, AT)
      expect(again).toMatchObject({
        ok: true,
        key: { fingerprint: reading.key.fingerprint, armored: reading.key.armored },
      })
    }),
    { numRuns: tries({ short: 400, long: 10_000 }), seed: 20_261_122, timeout: HANGS_AFTER_MS },
  )
  expect([...outcomes]).toEqual(expect.arrayContaining(['ok', 'unreadable', 'not-a-key']))
})
