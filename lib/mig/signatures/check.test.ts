import fc from 'fast-check'
import * as openpgp from 'openpgp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stripSignatureArmor } from '@/lib/mig/wire/armor'
import { goOperationsJson } from '@/lib/mig/wire/go-json'
import { type SignedFields, type SignedTextFormat, signedText } from '@/lib/mig/wire/signed-text'
import { type Instant, nanosToInstant, parseRfc3339, roundToMicros } from '@/lib/mig/wire/time'
import { findSignedText, type TextQuestion } from './check'
import { readStoredSignature } from './read'
import { keys as gpgKeys, vectors } from './test-vectors.json'
import type { SignedCopy, SignedRow } from './texts'
import { Verifier } from './verifier'

const verifier = new Verifier({ deadlineMs: 20_000 })
afterAll(() => verifier.close())

const at = (text: string) => parseRfc3339(text) as Instant

function question(signature: string, key: string, row: SignedRow, more: Partial<TextQuestion> = {}): TextQuestion {
  const reading = readStoredSignature(signature)
  if (!reading.ok || reading.read.keyId === null) throw new Error('not a signature')
  const { read } = reading
  return {
    signature: { ...read, keyId: read.keyId ?? '' },
    keys: [key],
    row,
    copy: null,
    twoClocks: false,
    mayBeFormatA: true,
    ...more,
  }
}

describe('signatures that gpg made', () => {
  const rowOf = (row: (typeof vectors)[number]['row']) => ({
    ...row,
    validfrom: at(row.validfrom),
    expireafter: at(row.expireafter),
  })

  test.each(vectors)('$what', async ({ what, row, signature, key, format }) => {
    const armored = gpgKeys[key as keyof typeof gpgKeys]
    const twoClocks = what.includes('kill')
    const found = await findSignedText(question(signature, armored, rowOf(row), { twoClocks }), verifier)
    expect(found).toMatchObject({ kind: 'row', key: 0, source: { of: 'row', format } })
    if (format === 'A' && found.kind === 'row') expect(found.residues).not.toBeNull()
    const changed = { ...rowOf(row), target: `${row.target} OR true` }
    expect(await findSignedText(question(signature, armored, changed, { twoClocks }), verifier)).toEqual({
      kind: 'not-found',
    })
  })

  test('another key of the same id is told apart from a changed text', async () => {
    const vector = vectors.find((v) => v.format === 'C') as (typeof vectors)[number]
    const mine = question(vector.signature, gpgKeys.rsa2048, rowOf(vector.row))
    // The digest fits, and the key that is asked for does not have the part that signed.
    const other = await findSignedText({ ...mine, keys: [gpgKeys.rsa1024] }, verifier)
    expect(other).toEqual({ kind: 'other-key' })
  })
})

describe('signatures of the console, over anything', () => {
  let key: openpgp.PrivateKey
  let publicKey: string
  beforeAll(async () => {
    key = (await openpgp.generateKey({ type: 'ecc', curve: 'nistP256', userIDs: [{ name: 'Ann' }], format: 'object' }))
      .privateKey
    publicKey = key.toPublic().armor()
  })

  async function sign(fields: SignedFields, format: SignedTextFormat): Promise<string> {
    const message = await openpgp.createMessage({ binary: new TextEncoder().encode(signedText(fields, format)) })
    return stripSignatureArmor(await openpgp.sign({ message, signingKeys: key, detached: true, format: 'armored' }))
  }

  type Drawn = {
    name: string
    target: string
    nanos: bigint
    seconds: number
    module: string
    parameters: unknown
    numbers: 'go1.7' | 'go1.8'
  }

  const text = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((one) => !one.includes('\0') && one.isWellFormed())
  const action = fc.record({
    name: text,
    target: text,
    nanos: fc.bigInt({ min: 1_400_000_000_000_000_000n, max: 1_800_000_000_000_000_000n }),
    seconds: fc.integer({ min: 1, max: 90_000 }),
    module: text,
    parameters: fc.jsonValue({ maxDepth: 3 }),
    numbers: fc.constantFrom('go1.7' as const, 'go1.8' as const),
    format: fc.constantFrom('A' as const, 'B' as const, 'C' as const),
  })

  function made({ name, target, nanos, seconds, module, parameters, numbers }: Drawn) {
    const operations = goOperationsJson([{ module, parameters }], { numbers })
    const validfrom = nanosToInstant(nanos)
    const expireafter = nanosToInstant(nanos + BigInt(seconds) * 1_000_000_000n)
    const exact = { name, target, validfrom, expireafter, operations }
    const row: SignedRow = {
      ...exact,
      validfrom: roundToMicros(validfrom),
      expireafter: roundToMicros(expireafter),
    }
    const copy: SignedCopy = { ...exact, operations: JSON.parse(operations), digest: String(Math.random()) }
    return { exact, row, copy }
  }

  test('are valid in each format; one signed field changed is found out, with the spool by name', async () => {
    const change = fc.constantFrom('name', 'target', 'validfrom', 'expireafter', 'operations' as const)
    await fc.assert(
      fc.asyncProperty(action, change, fc.boolean(), async (drawn, field, withSpool) => {
        const { exact, row, copy } = made(drawn)
        const signature = await sign(exact, drawn.format)
        const more = { copy: withSpool ? copy : null }
        const found = await findSignedText(question(signature, publicKey, row, more), verifier)
        expect(found).toMatchObject({ kind: 'row', source: { format: drawn.format } })

        const later = (instant: Instant | null) =>
          nanosToInstant(BigInt(Date.parse(instant ?? '')) * 1_000_000n + 1_000_000_000n)
        const changed: SignedRow = {
          ...row,
          [field]: {
            name: `${row.name}.`,
            target: `${row.target} OR true`,
            validfrom: later(row.validfrom),
            expireafter: later(row.expireafter),
            operations: row.operations?.replace('"module":"', '"module":"x'),
          }[field],
        }
        expect(await findSignedText(question(signature, publicKey, changed, more), verifier)).toEqual(
          withSpool ? { kind: 'copy', key: 0, changed: [field] } : { kind: 'not-found' },
        )
        // Without format A nothing of the text is guessed, and a text that does not fit was changed.
        if (!withSpool)
          expect(
            await findSignedText(question(signature, publicKey, changed, { mayBeFormatA: false }), verifier),
          ).toEqual({ kind: 'changed', changed: [] })
      }),
      { numRuns: 15 },
    )
  })

  test('an altered file beside its altered row says that the text was changed', async () => {
    const { exact, row, copy } = made({
      name: 'a',
      target: 'true',
      nanos: 1_410_815_889_235_443_537n,
      seconds: 1800,
      module: 'file',
      parameters: {},
      numbers: 'go1.7',
    })
    const signature = await sign({ ...exact, name: 'b' }, 'A')
    expect(await findSignedText(question(signature, publicKey, row, { copy }), verifier)).toEqual({
      kind: 'changed',
      changed: [],
    })
  })

  test('hostile texts and keys give an answer', async () => {
    const { exact, row } = made({
      name: 'x\r\n\u2028; target=',
      target: '',
      nanos: 1_410_815_889_235_443_537n,
      seconds: 1,
      module: '',
      parameters: null,
      numbers: 'go1.7',
    })
    const signature = await sign(exact, 'C')
    for (const hostile of ['', 'x', publicKey.slice(0, 200), publicKey.replace(/[A-Z]/g, 'A')]) {
      const found = await findSignedText(question(signature, hostile, row), verifier)
      expect(['refused', 'other-key', 'not-found']).toContain(found.kind)
    }
    const deep = `[{"module":"x","parameters":${'['.repeat(10_000)}${']'.repeat(10_000)}}]`
    for (const operations of [null, '', '{}', '\\u0000', deep, '[{"module":"x","parameters":1e400}]'])
      expect(await findSignedText(question(signature, publicKey, { ...row, operations }), verifier)).toEqual({
        kind: 'not-found',
      })
    const huge = `["${'x'.repeat(5_000_000)}"]`
    expect(await findSignedText(question(signature, publicKey, { ...row, operations: huge }), verifier)).toEqual({
      kind: 'failed',
      why: 'too-large',
    })
  })
})

describe('texts that are no signature', () => {
  const good = vectors[0]?.signature ?? ''

  test.each(['', 'x', '=', 'sig', `${good}=`, good.slice(0, -1), 'x'.repeat(20_000), `\0${good}`, '-----BEGIN'])(
    'are refused with a sentence: %.30s',
    (text) => {
      const reading = readStoredSignature(text)
      expect(reading.ok).toBe(false)
      if (!reading.ok) expect(reading.sentence).toMatch(/^[A-Z].*\.$/)
    },
  )

  test('an armored one is read as well, and blanks around do not matter', () => {
    const armored = `-----BEGIN PGP SIGNATURE-----\n\n${good.slice(0, good.lastIndexOf('='))}\n${good.slice(good.lastIndexOf('='))}\n-----END PGP SIGNATURE-----\n`
    expect(readStoredSignature(armored).ok).toBe(true)
    expect(readStoredSignature(` ${good}\n`).ok).toBe(true)
  })

  test('any text gives an answer', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        expect(typeof readStoredSignature(text).ok).toBe('boolean')
      }),
    )
  })
})
