import * as openpgp from 'openpgp'
import { describe, expect, test } from 'vitest'
import { browser, DAY, type Key, keys, makeKey, OVER_TEN_MINUTES, sign, usePeople } from '@/lib/testing/sign-in-scene'
import type { Challenge } from './challenge'
import type { Origin } from './request'
import { signIn } from './sign-in'

type Case = { secret: string | null; origin: Origin; signature: string | Uint8Array }
type Ready = { secret: string; origin: Origin; challenge: Challenge }

describe('a refusal', () => {
  const { owner, add, role, audit } = usePeople('data-rst')
  const expired = async (): Promise<Key> => {
    const key = await makeKey()
    const { privateKey } = await openpgp.reformatKey({
      privateKey: key.privateKey,
      userIDs: [{ name: 'Ann' }],
      keyExpirationTime: (399 * DAY) / 1000,
      date: new Date(Date.now() - 400 * DAY),
      format: 'object',
    })
    return { ...key, publicKey: privateKey.toPublic() }
  }

  const CASES: [string, string, (ready: Ready) => Promise<Partial<Case>>][] = [
    [
      'an unknown key',
      'unknown-key',
      async ({ challenge }) => ({ signature: await sign(keys.stranger, challenge.text) }),
    ],
    [
      'a signature over another text',
      'wrong-signature',
      async ({ challenge }) => ({ signature: await sign(keys.ann, challenge.text.replace('sign-in 1', 'sign-in 2')) }),
    ],
    [
      'an expired key',
      'key-expired-or-revoked',
      async ({ challenge }) => {
        const key = await expired()
        await add(8, key)
        return { signature: await sign(key, challenge.text) }
      },
    ],
    [
      'a revoked key',
      'key-expired-or-revoked',
      async ({ challenge }) => {
        const key = await makeKey()
        const { publicKey } = await openpgp.revokeKey({ key: key.privateKey, format: 'object' })
        await add(8, { ...key, publicKey })
        return { signature: await sign(key, challenge.text) }
      },
    ],
    [
      'a revoked subkey',
      'key-expired-or-revoked',
      async ({ challenge }) => {
        const key = await makeKey({ subkeys: [{ sign: true }] })
        const revoked = await openpgp.readPrivateKey({ binaryKey: key.privateKey.write() as Uint8Array })
        const [subkey] = revoked.subkeys
        if (!subkey) throw new Error('no subkey')
        revoked.subkeys[0] = await subkey.revoke(revoked.keyPacket as openpgp.SecretKeyPacket)
        await add(8, { ...key, publicKey: revoked.toPublic() })
        return { signature: await sign(key, challenge.text) }
      },
    ],
    [
      'an expired subkey',
      'key-expired-or-revoked',
      async ({ challenge }) => {
        const key = await makeKey({ subkeys: [{ sign: true }] })
        const old = await openpgp.reformatKey({
          privateKey: key.privateKey,
          userIDs: [{ name: 'Ann' }],
          keyExpirationTime: (399 * DAY) / 1000,
          date: new Date(Date.now() - 400 * DAY),
          format: 'object',
        })
        const stored = await openpgp.readPrivateKey({ binaryKey: key.privateKey.write() as Uint8Array })
        const [subkey] = stored.subkeys
        const [over] = old.privateKey.subkeys
        if (!subkey || !over) throw new Error('no subkey')
        subkey.bindingSignatures = over.bindingSignatures
        await add(8, { ...key, publicKey: stored.toPublic() })
        return { signature: await sign(key, challenge.text) }
      },
    ],
    [
      'a signature time too far back',
      'clock',
      async ({ challenge }) => ({
        signature: await sign(keys.ann, challenge.text, new Date(Date.now() - OVER_TEN_MINUTES)),
      }),
    ],
    [
      'a signature time too far ahead',
      'clock',
      async ({ challenge }) => ({
        signature: await sign(keys.ann, challenge.text, new Date(Date.now() + OVER_TEN_MINUTES)),
      }),
    ],
    [
      'a text that was used before',
      'no-open-text',
      async ({ secret, origin, challenge }) => {
        const signature = await sign(keys.ann, challenge.text)
        expect((await signIn({ browserSecret: secret, signature, origin })).ok).toBe(true)
        return { signature }
      },
    ],
    [
      'an expired text',
      'no-open-text',
      async ({ challenge }) => {
        await owner(`UPDATE dashboard.challenge SET expires_at = clock_timestamp() WHERE id = $1`, [challenge.id])
        return { signature: await sign(keys.ann, challenge.text) }
      },
    ],
    [
      'the text of another browser',
      'wrong-signature',
      async ({ challenge }) => {
        const other = await browser()
        return { secret: other.secret, origin: other.origin, signature: await sign(keys.ann, challenge.text) }
      },
    ],
    [
      'no browser that asked',
      'no-open-text',
      async ({ challenge }) => ({ secret: null, signature: await sign(keys.ann, challenge.text) }),
    ],
    [
      'the text of another origin',
      'no-open-text',
      async ({ origin, challenge }) => ({
        origin: { ...origin, host: 'localhost:3000' },
        signature: await sign(keys.ann, challenge.text),
      }),
    ],
    [
      'a cleartext signed message',
      'not-a-detached-signature',
      async ({ challenge }) => ({
        signature: await openpgp.sign({
          message: await openpgp.createCleartextMessage({ text: challenge.text }),
          signingKeys: keys.ann.privateKey,
        }),
      }),
    ],
    [
      'an inline signed message',
      'not-a-detached-signature',
      async ({ challenge }) => ({
        signature: await openpgp.sign({
          message: await openpgp.createMessage({ text: challenge.text }),
          signingKeys: keys.ann.privateKey,
        }),
      }),
    ],
    [
      'an inline signed message in binary',
      'not-a-detached-signature',
      async ({ challenge }) => ({
        signature: await openpgp.sign({
          message: await openpgp.createMessage({ text: challenge.text }),
          signingKeys: keys.ann.privateKey,
          format: 'binary',
        }),
      }),
    ],
    [
      'two signatures in one',
      'several-signatures',
      async ({ challenge }) => ({ signature: await sign([keys.ann, keys.stranger], challenge.text) }),
    ],
    [
      'two signatures, one after the other',
      'several-signatures',
      async ({ challenge }) => {
        const one = await sign(keys.ann, challenge.text)
        return { signature: `${one}\n${one}` }
      },
    ],
    ['no signature at all', 'not-a-detached-signature', async () => ({ signature: 'let me in' })],
    ['a signature without end', 'not-a-detached-signature', async () => ({ signature: new Uint8Array(20_000) })],
    [
      'a disabled person',
      'no-role',
      async ({ challenge }) => {
        await role(7, keys.ann, { role: 'admin', disabled: true })
        return { signature: await sign(keys.ann, challenge.text) }
      },
    ],
    [
      'a person of the role none',
      'no-role',
      async ({ challenge }) => {
        await role(7, keys.ann, { role: 'none' })
        return { signature: await sign(keys.ann, challenge.text) }
      },
    ],
    [
      'the scheduler',
      'no-role',
      async ({ challenge }) => {
        await owner(`UPDATE public.investigators SET name = 'MIG Scheduler' WHERE id = 7`)
        return { signature: await sign(keys.ann, challenge.text) }
      },
    ],
    [
      'a row whose fingerprint is not that of its key',
      'fingerprint-differs',
      async ({ challenge }) => {
        await owner('UPDATE public.investigators SET pgpfingerprint = $1 WHERE id = 7', [keys.stranger.fingerprint])
        return { signature: await sign(keys.ann, challenge.text) }
      },
    ],
  ]

  test.each(CASES)('of %s says nothing, takes its time, leaves one row and no session', async (_, why, prepare) => {
    await add(7, keys.ann)
    const ready = await browser()
    const { secret, origin, signature } = { ...ready, ...(await prepare(ready)) } as Case
    const sessions = await owner('SELECT id FROM dashboard.session')
    const before = (await audit()).length
    const began = performance.now()
    const answer = await signIn({ browserSecret: secret, signature, origin })
    expect(performance.now() - began).toBeGreaterThanOrEqual(300)
    expect(answer).toEqual({ ok: false })
    const rows = (await audit()).slice(before)
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      kind: 'session.refuse',
      viewer_id: null,
      viewer_name: 'nobody',
      viewer_role: 'none',
      address: origin.address,
      detail: { why },
    })
    expect(JSON.stringify(rows)).not.toContain(ready.secret)
    expect(await owner('SELECT id FROM dashboard.session')).toEqual(sessions)
  })

  test('does not use the text up', async () => {
    await add(7, keys.ann)
    const { secret, origin, challenge } = await browser()
    const wrong = await sign(keys.stranger, challenge.text)
    expect((await signIn({ browserSecret: secret, signature: wrong, origin })).ok).toBe(false)
    const right = await sign(keys.ann, challenge.text)
    expect((await signIn({ browserSecret: secret, signature: right, origin })).ok).toBe(true)
  })

  test('comes to all but one of those who use one text at the same moment', async () => {
    await add(7, keys.ann)
    const { secret, origin, challenge } = await browser()
    const signature = await sign(keys.ann, challenge.text)
    const before = (await audit()).length
    const answers = await Promise.all([1, 2, 3, 4].map(() => signIn({ browserSecret: secret, signature, origin })))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await owner('SELECT id FROM dashboard.session')).toHaveLength(1)
    const kinds = (await audit()).slice(before).map(({ kind }) => kind)
    expect(kinds.sort()).toEqual(['session.begin', 'session.refuse', 'session.refuse', 'session.refuse'])
  })
})
