import * as openpgp from 'openpgp'
import { signedBy } from '@/lib/pgp/check-packet.mjs'
import { isOversized, TAG } from '@/lib/pgp/packets'

/** Why a signature was refused; for the audit only, a person always reads the same words. */
export type SignatureRefusal =
  | 'not-a-detached-signature'
  | 'several-signatures'
  | 'unknown-key'
  | 'clock'
  | 'wrong-signature'
  | 'key-expired-or-revoked'

/** A detached signature as it was read: which key made it, and when that key's owner says so. */
export type ReadSignature = { signature: openpgp.Signature; keyId: string; created: Date }

/** The keys that may sign in: an armored public key each, under whatever the caller calls its owner. */
export type Signer<Owner> = { owner: Owner; armoredKey: string }

const MAX_SIGNATURE_BYTES = 16_384
const CLOCK_TOLERANCE_MS = 10 * 60_000
// Keys of MIG's time may be as short as 1024 bits, and agents run code on their word; messages must be hashed properly.
const CONFIG: openpgp.Config = { ...openpgp.config, minRSABits: 1024 }
const BINARY_DOCUMENT = 0
const TEXT_DOCUMENT = 1

/**
 * Reads what a person pasted or a tool sent: one detached signature, armored or binary. Cleartext and inline signed
 * messages are none: their text would be the sender's, not ours. Never throws.
 */
export async function readDetachedSignature(
  input: string | Uint8Array,
): Promise<{ ok: true; read: ReadSignature } | { ok: false; why: SignatureRefusal }> {
  const refuse = (why: SignatureRefusal) => ({ ok: false, why }) as const
  if (input.length > MAX_SIGNATURE_BYTES) return refuse('not-a-detached-signature')
  let signature: openpgp.Signature
  try {
    if (typeof input === 'string') {
      const blocks = input.match(/-----BEGIN [^-]+-----/g) ?? []
      if (blocks[0] !== '-----BEGIN PGP SIGNATURE-----') return refuse('not-a-detached-signature')
      if (blocks.length > 1) return refuse('several-signatures')
      signature = await openpgp.readSignature({ armoredSignature: input.trim(), config: CONFIG })
    } else {
      signature = await openpgp.readSignature({ binarySignature: input, config: CONFIG })
    }
  } catch {
    return refuse('not-a-detached-signature')
  }
  const [packet, more] = [...signature.packets]
  if (more) return refuse('several-signatures')
  if (!(packet instanceof openpgp.SignaturePacket) || !packet.created) return refuse('not-a-detached-signature')
  if (packet.signatureType !== BINARY_DOCUMENT && packet.signatureType !== TEXT_DOCUMENT)
    return refuse('not-a-detached-signature')
  return { ok: true, read: { signature, keyId: packet.issuerKeyID.toHex(), created: packet.created } }
}

/**
 * Whose signature over exactly this text it is, at a moment of the server's clock. The text may end in nothing, LF or CRLF,
 * as editors and shells leave it. The key must be able to sign now: neither expired nor revoked. Never throws.
 */
export async function verifySignature<Owner>(
  read: ReadSignature,
  text: string,
  signers: Signer<Owner>[],
  at: Date,
): Promise<{ ok: true; owner: Owner } | { ok: false; why: SignatureRefusal }> {
  const { keyId, created } = read
  if (Math.abs(created.getTime() - at.getTime()) > CLOCK_TOLERANCE_MS) return { ok: false, why: 'clock' }
  let why: SignatureRefusal = 'unknown-key'
  for (const { owner, armoredKey } of signers) {
    const key = await readStoredKey(armoredKey)
    if (!key?.getKeyIDs().some((id) => id.toHex() === keyId)) continue
    if (!(await signs(armoredKey, read, text, new Date(Math.max(at.getTime(), created.getTime()))))) {
      why = 'wrong-signature'
      // A revoked or expired key fails the check as well: say which, for the audit.
      if (!(await canSignAt(key, keyId, at))) why = 'key-expired-or-revoked'
      continue
    }
    if (!(await canSignAt(key, keyId, at))) {
      why = 'key-expired-or-revoked'
      continue
    }
    return { ok: true, owner }
  }
  return { ok: false, why }
}

/** A stored key; null for what is none, is private, or has numbers so large that checking them would block the program. */
async function readStoredKey(armoredKey: string): Promise<openpgp.PublicKey | null> {
  const key = await openpgp.readKey({ armoredKey, config: CONFIG }).catch(() => null)
  if (!key || key.isPrivate()) return null
  const isTooLarge = key
    .getKeys()
    .some(({ keyPacket }) => isOversized({ tag: TAG.publicKey, body: keyPacket.write() as Uint8Array }))
  return isTooLarge ? null : key
}

async function signs(
  armoredKey: string,
  { signature, keyId }: ReadSignature,
  text: string,
  date: Date,
): Promise<boolean> {
  for (const ending of ['', '\n', '\r\n']) {
    const bytes = new TextEncoder().encode(text + ending)
    const asked = { signature: signature.write() as Uint8Array, armoredKey, keyId, bytes, date, config: CONFIG }
    if (await signedBy(asked).catch(() => false)) return true
  }
  return false
}

async function canSignAt(key: openpgp.PublicKey, keyId: string, at: Date): Promise<boolean> {
  const wanted = key.getKeyIDs().find((id) => id.toHex() === keyId)
  return key.getSigningKey(wanted, at, undefined, CONFIG).then(
    () => true,
    () => false,
  )
}

/** Whether a signature of this key could sign somebody in at a moment, as far as the key alone decides. Never throws. */
export async function canSignInWith(armoredKey: string, at: Date): Promise<boolean> {
  const key = await readStoredKey(armoredKey)
  if (!key) return false
  return key.getSigningKey(undefined, at, undefined, CONFIG).then(
    () => true,
    () => false,
  )
}
