import { setTimeout as sleep } from 'node:timers/promises'
import * as openpgp from 'openpgp'
import { beforeAll, beforeEach } from 'vitest'
import { type Challenge, issueChallenge } from '@/lib/auth/challenge'
import type { Origin } from '@/lib/auth/request'
import { newSecret } from '@/lib/auth/secrets'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'

export const DAY = 86_400_000
export const MINUTE = 60_000
export const OVER_TEN_MINUTES = 10 * MINUTE + 5_000

/** A key pair. */
export type Key = { privateKey: openpgp.PrivateKey; publicKey: openpgp.PublicKey; fingerprint: string }

/** A key that is old enough for any signature of a test. */
export async function makeKey(options: Partial<openpgp.KeyOptions> = {}): Promise<Key> {
  const { privateKey } = await openpgp.generateKey({
    type: 'curve25519',
    userIDs: [{ name: 'Ann' }],
    date: new Date(Date.now() - 400 * DAY),
    ...options,
    format: 'object',
  } as openpgp.KeyOptions & { format: 'object' })
  return { privateKey, publicKey: privateKey.toPublic(), fingerprint: privateKey.getFingerprint().toUpperCase() }
}

/** A detached signature of a text. */
export async function sign(key: Key | Key[], text: string, date = new Date()): Promise<string> {
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
export const from = (given: Partial<Origin> = {}): Origin => ({
  address: `198.51.100.${++addresses}`,
  browser: 'a browser',
  forwarded: false,
  host: '127.0.0.1:3000',
  ...given,
})

/** A browser that asked for a text. */
export async function browser(origin = from()): Promise<{ secret: string; origin: Origin; challenge: Challenge }> {
  const secret = newSecret()
  const challenge = await issueChallenge(secret, origin)
  if (!challenge) throw new Error('no text was given')
  return { secret, origin, challenge }
}

/** The counts begin anew with each minute: waits until one has enough left for a test. */
export async function earlyInTheMinute(): Promise<void> {
  const left = MINUTE - (Date.now() % MINUTE)
  if (left < 25_000) await sleep(left + 100)
}

/** The keys of the people; of nobody that of the stranger. */
export const keys: Record<'ann' | 'rsa' | 'p256' | 'subkey' | 'stranger', Key> = {} as never

/** A database of one layout whose people are those that a test adds. */
export function usePeople(vintage: TestVintage) {
  const { owner } = useDatabaseOf(vintage)
  beforeAll(async () => {
    if (keys.ann) return
    keys.ann = await makeKey()
    keys.rsa = await makeKey({ type: 'rsa', rsaBits: 2048 })
    keys.p256 = await makeKey({ type: 'ecc', curve: 'nistP256' })
    keys.subkey = await makeKey({ subkeys: [{ sign: true }] })
    keys.stranger = await makeKey()
  })
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
