import { setTimeout as sleep } from 'node:timers/promises'
import * as openpgp from 'openpgp'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { type Challenge, issueChallenge } from './challenge'
import { LIMITS } from './limits'
import type { Origin } from './request'
import { newSecret } from './secrets'
import { sessionPerson } from './sessions'
import { signIn, tellFolded } from './sign-in'

const DAY = 86_400_000
const MINUTE = 60_000
const OVER_TEN_MINUTES = 10 * MINUTE + 5_000

type Key = { privateKey: openpgp.PrivateKey; publicKey: openpgp.PublicKey; fingerprint: string }

async function makeKey(options: Partial<openpgp.KeyOptions> = {}): Promise<Key> {
  const { privateKey } = await openpgp.generateKey({
    type: 'curve25519',
    userIDs: [{ name: 'Ann' }],
    date: new Date(Date.now() - 400 * DAY),
    ...options,
    format: 'object',
  } as openpgp.KeyOptions & { format: 'object' })
  return { privateKey, publicKey: privateKey.toPublic(), fingerprint: privateKey.getFingerprint().toUpperCase() }
}

async function sign(key: Key | Key[], text: string, date = new Date()): Promise<string> {
  return openpgp.sign({
    message: await openpgp.createMessage({ binary: new TextEncoder().encode(text) }),
    signingKeys: [key].flat().map(({ privateKey }) => privateKey),
    detached: true,
    format: 'armored',
    date,
  })
}

let addresses = 0
/** A request from an address of its own, so that no limit of another test is met. */
const from = (given: Partial<Origin> = {}): Origin => ({
  address: `198.51.100.${++addresses}`,
  browser: 'a browser',
  forwarded: false,
  host: '127.0.0.1:3000',
  ...given,
})

/** A browser that asked for a text. */
async function browser(origin = from()): Promise<{ secret: string; origin: Origin; challenge: Challenge }> {
  const secret = newSecret()
  const challenge = await issueChallenge(secret, origin)
  if (!challenge) throw new Error('no text was given')
  return { secret, origin, challenge }
}

/** The counts begin anew with each minute: waits until one has enough left for a test. */
async function earlyInTheMinute(): Promise<void> {
  const left = MINUTE - (Date.now() % MINUTE)
  if (left < 25_000) await sleep(left + 100)
}

const keys: Record<'ann' | 'rsa' | 'p256' | 'subkey' | 'stranger', Key> = {} as never

beforeAll(async () => {
  keys.ann = await makeKey()
  keys.rsa = await makeKey({ type: 'rsa', rsaBits: 2048 })
  keys.p256 = await makeKey({ type: 'ecc', curve: 'nistP256' })
  keys.subkey = await makeKey({ subkeys: [{ sign: true }] })
  keys.stranger = await makeKey()
})

function usePeople(vintage: TestVintage) {
  const { owner } = useDatabaseOf(vintage)
  const add = async (
    id: number,
    key: { publicKey: openpgp.PublicKey; fingerprint: string },
    { name = 'Ann', fingerprint = key.fingerprint, status = 'active', permissions = 63 } = {},
  ) => {
    const armored = key.publicKey.armor()
    const later = vintage === '2019'
    await owner(
      `INSERT INTO public.investigators (id, name, pgpfingerprint, publickey${later ? ', status, createdat, lastmodified, permissions' : ''})
       VALUES ($1, $2, $3, ${vintage === 'data-rst' ? '$4' : `convert_to($4, 'UTF8')`}${later ? `, '${status}', now(), now(), ${permissions}` : ''})`,
      [id, name, fingerprint, armored],
    )
  }
  const role = (id: number, { fingerprint }: Key, set: { role?: string; disabled?: boolean }) =>
    owner('INSERT INTO dashboard.person (investigator_id, fingerprint, role, disabled_at) VALUES ($1, $2, $3, $4)', [
      id,
      fingerprint,
      set.role ?? null,
      set.disabled ? new Date() : null,
    ])
  const audit = () => owner('SELECT * FROM dashboard.audit ORDER BY id')
  beforeEach(async () => {
    await owner(
      'DELETE FROM public.investigators; DELETE FROM dashboard.person; DELETE FROM dashboard.session; DELETE FROM dashboard.challenge; DELETE FROM dashboard.attempt',
    )
  })
  return { owner, add, role, audit }
}

describe.each(['data-rst', 'scripts', '2019'] as const)('signing in, layout %s', (vintage) => {
  const { owner, add, audit } = usePeople(vintage)

  test.each(['ann', 'rsa', 'p256', 'subkey'] as const)('by the key %s, which says who it is', async (which) => {
    await add(7, keys[which], { name: 'Ann Lee' })
    await add(8, keys.stranger, { name: 'Another' })
    const { secret, origin, challenge } = await browser()
    const before = (await audit()).length
    const signed = await signIn({ browserSecret: secret, signature: await sign(keys[which], challenge.text), origin })
    expect(signed).toMatchObject({ ok: true, name: 'Ann Lee' })
    if (!signed.ok) return
    expect(signed.secret).toMatch(/^[\w-]{43}$/)
    expect(await sessionPerson(signed.secret)).toMatchObject({
      id: '7',
      name: 'Ann Lee',
      fingerprint: keys[which].fingerprint,
      role: 'investigator',
    })
    const rows = (await audit()).slice(before)
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      kind: 'session.begin',
      viewer_name: 'Ann Lee',
      viewer_fingerprint: keys[which].fingerprint,
      viewer_role: 'investigator',
      via: 'web',
      address: origin.address,
    })
    const kept = JSON.stringify([await owner('SELECT * FROM dashboard.session'), rows])
    expect(kept).not.toContain(signed.secret)
  })

  test('of a fingerprint that was entered in lower case with blanks', async () => {
    const spaced = keys.ann.fingerprint
      .toLowerCase()
      .replace(/(.{8})/g, '$1 ')
      .trim()
      .slice(0, 50)
    // Some layouts have a column of 50 characters.
    await add(7, keys.ann, { fingerprint: spaced })
    const { secret, origin, challenge } = await browser()
    const signed = await signIn({ browserSecret: secret, signature: await sign(keys.ann, challenge.text), origin })
    expect(signed.ok).toBe(true)
  })
})

describe('signing in, layout 2019', () => {
  const { add, audit } = usePeople('2019')

  test.each([
    ['not active in MIG', { status: 'disabled' }],
    ['without the rights to read', { permissions: 1 }],
  ])('a person %s is refused', async (_, facts) => {
    await add(7, keys.ann, facts)
    const { secret, origin, challenge } = await browser()
    const before = (await audit()).length
    const signed = await signIn({ browserSecret: secret, signature: await sign(keys.ann, challenge.text), origin })
    expect(signed).toEqual({ ok: false })
    expect((await audit()).slice(before)).toMatchObject([{ kind: 'session.refuse', detail: { why: 'no-role' } }])
  })
})

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

describe('the limits', () => {
  const { owner, add, audit } = usePeople('data-rst')

  test('a valid signature is not refused for 120 refusals from its own address, which are few rows of the audit', async () => {
    await add(7, keys.ann)
    const { secret, origin, challenge } = await browser()
    const wrong = await sign(keys.stranger, challenge.text)
    await earlyInTheMinute()
    const before = (await audit()).length
    for (let i = 0; i < 120; i += 30)
      await Promise.all(
        Array.from({ length: 30 }, async () =>
          expect(await signIn({ browserSecret: secret, signature: wrong, origin })).toEqual({ ok: false }),
        ),
      )
    expect((await audit()).slice(before)).toHaveLength(LIMITS.refusal.address)

    const right = await sign(keys.ann, challenge.text)
    expect((await signIn({ browserSecret: secret, signature: right, origin })).ok).toBe(true)
    expect((await audit()).at(-1)).toMatchObject({ kind: 'session.begin' })

    // The minute passes; however many look after it, it is told once.
    await owner(`UPDATE dashboard.attempt SET minute = minute - interval '1 minute'`)
    await Promise.all([tellFolded(), tellFolded(), tellFolded()])
    const told = (await audit()).slice(before + LIMITS.refusal.address + 1)
    expect(told).toMatchObject([
      {
        kind: 'session.refuse',
        address: origin.address,
        detail: { why: 'beyond-the-limit', count: 120 - LIMITS.refusal.address, addresses: [origin.address] },
      },
    ])
  })

  test('refusals from many addresses are one row a minute beyond the limit of all', async () => {
    await earlyInTheMinute()
    await owner(
      `INSERT INTO dashboard.attempt (address, kind, minute, count) VALUES ('*', 'refusal', date_trunc('minute', clock_timestamp()), $1)`,
      [LIMITS.refusal.all],
    )
    const before = (await audit()).length
    const origins = [from(), from(), from(), from(), from()]
    await Promise.all(origins.map((origin) => signIn({ browserSecret: null, signature: 'x', origin })))
    expect((await audit()).slice(before)).toEqual([])
    await owner(`UPDATE dashboard.attempt SET minute = minute - interval '1 minute'`)
    await signIn({ browserSecret: null, signature: 'x', origin: from() })
    const rows = (await audit()).slice(before)
    expect(rows.map(({ address, detail }) => ({ address, detail }))).toEqual([
      {
        address: null,
        detail: {
          why: 'beyond-the-limit',
          count: 5,
          minute: expect.any(String),
          addresses: origins.map(({ address }) => address).sort(),
        },
      },
      { address: expect.any(String), detail: { why: 'no-open-text' } },
    ])
  })

  test('texts are given out only so often to one address; others and texts given before are not concerned', async () => {
    await add(7, keys.ann)
    const { secret, origin, challenge } = await browser()
    await earlyInTheMinute()
    await owner('DELETE FROM dashboard.attempt')
    for (let i = 0; i < LIMITS.issue.address; i++) expect(await issueChallenge(newSecret(), origin)).not.toBeNull()
    expect(await issueChallenge(newSecret(), origin)).toBeNull()
    expect(await issueChallenge(newSecret(), from())).not.toBeNull()
    const signature = await sign(keys.ann, challenge.text)
    expect((await signIn({ browserSecret: secret, signature, origin })).ok).toBe(true)
  })

  test('texts are given out only so often in all', async () => {
    await earlyInTheMinute()
    await owner(
      `INSERT INTO dashboard.attempt (address, kind, minute, count) VALUES ('*', 'issue', date_trunc('minute', clock_timestamp()), $1)`,
      [LIMITS.issue.all],
    )
    expect(await issueChallenge(newSecret(), from())).toBeNull()
  })
})
