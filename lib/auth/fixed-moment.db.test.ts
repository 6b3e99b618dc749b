import * as openpgp from 'openpgp'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { newSecret } from './secrets'

const DAY = 86_400_000
const ORIGIN = { address: '192.0.2.1', browser: 'a browser', forwarded: false, host: '127.0.0.1:3000' }

type Key = { privateKey: openpgp.PrivateKey; fingerprint: string }

async function makeKey(from: Date, days?: number): Promise<Key> {
  const { privateKey } = await openpgp.generateKey({
    type: 'curve25519',
    userIDs: [{ name: 'Ann' }],
    date: from,
    keyExpirationTime: days === undefined ? undefined : (days * DAY) / 1000,
    format: 'object',
  })
  return { privateKey, fingerprint: privateKey.getFingerprint().toUpperCase() }
}

const sign = ({ privateKey }: Key, text: string) =>
  openpgp
    .createMessage({ binary: new TextEncoder().encode(text) })
    .then((message) => openpgp.sign({ message, signingKeys: privateKey, detached: true, format: 'armored' }))

describe.each(['2014-09-15T21:18:09Z', '2040-01-01T00:00:00Z'])('with MIG_NOW at %s', (moment) => {
  const { owner } = useDatabaseOf('data-rst')
  let key: Key
  beforeAll(async () => {
    // Not yet made at the one moment, long over at the other.
    key = await makeKey(new Date(Date.now() - DAY), 10)
  })
  beforeEach(async () => {
    // The settings are read once by a process.
    vi.stubEnv('MIG_NOW', moment)
    vi.resetModules()
    const { env } = await import('@/lib/env')
    expect(env().migNow).toBe(moment)
    await owner('DELETE FROM public.investigators; DELETE FROM dashboard.session')
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  const add = (key: Key, armored = key.privateKey.toPublic().armor()) =>
    owner('INSERT INTO public.investigators (id, name, pgpfingerprint, publickey) VALUES (7, $1, $2, $3)', [
      'Ann',
      key.fingerprint,
      armored,
    ])

  async function attempt(key: Key) {
    const { issueChallenge } = await import('./challenge')
    const { signIn } = await import('./sign-in')
    const browserSecret = newSecret()
    const challenge = await issueChallenge(browserSecret, ORIGIN)
    if (!challenge) throw new Error('no text was given')
    const left = Date.parse(challenge.expires) - Date.now()
    expect(left).toBeGreaterThan(4 * 60_000)
    expect(left).toBeLessThan(6 * 60_000)
    return signIn({ browserSecret, signature: await sign(key, challenge.text), origin: ORIGIN })
  }

  test('people sign in, and sessions last, by the real clock', async () => {
    await add(key)
    const signed = await attempt(key)
    expect(signed.ok).toBe(true)
    if (!signed.ok) return
    const { sessionPerson } = await import('./sessions')
    expect(await sessionPerson(signed.secret)).toMatchObject({ id: '7' })
    const [kept = {}] = await owner('SELECT created_at, expires_at FROM dashboard.session')
    expect(Math.abs((kept.created_at as Date).getTime() - Date.now())).toBeLessThan(60_000)
    expect(Math.abs((kept.expires_at as Date).getTime() - Date.now() - 12 * 3_600_000)).toBeLessThan(60_000)
    await owner('UPDATE dashboard.session SET expires_at = clock_timestamp()')
    expect(await sessionPerson(signed.secret)).toBeNull()
  })

  test('a key that was valid in 2014 and is over now is refused', async () => {
    // The stored key is over; its twin without an end still makes signatures of now.
    const made = new Date('2013-06-01')
    const twin = await makeKey(made)
    const { privateKey } = await openpgp.reformatKey({
      privateKey: twin.privateKey,
      userIDs: [{ name: 'Ann' }],
      date: made,
      keyExpirationTime: (730 * DAY) / 1000,
      format: 'object',
    })
    await add(twin, privateKey.toPublic().armor())
    expect(await attempt(twin)).toEqual({ ok: false })
    const [row] = await owner('SELECT detail FROM dashboard.audit ORDER BY id DESC LIMIT 1')
    expect(row?.detail).toEqual({ why: 'key-expired-or-revoked' })
  })
})
