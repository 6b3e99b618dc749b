import * as openpgp from 'openpgp'

export type TestKey = { privateKey: string; publicKey: string; fingerprint: string }

/** A key pair made now, dated a minute back; `days` is how long it is valid, `agedDays` how old it is. */
export async function newKey(name = 'Ann Lee', { days, agedDays = 0 }: { days?: number; agedDays?: number } = {}) {
  const { privateKey, publicKey } = await openpgp.generateKey({
    type: 'ecc',
    curve: 'nistP256',
    userIDs: [{ name, email: 'person@example.net' }],
    date: new Date(Date.now() - 60_000 - agedDays * 86_400_000),
    keyExpirationTime: days === undefined ? 0 : days * 86_400,
  })
  const fingerprint = (await openpgp.readKey({ armoredKey: publicKey })).getFingerprint().toUpperCase()
  return { privateKey, publicKey, fingerprint }
}
