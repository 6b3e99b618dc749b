// @ts-check
// The one place where a detached signature is checked against a key. Plain JavaScript, because the process that checks
// MIG's signatures is started from this very file's folder, without a build.

import * as openpgp from 'openpgp'

// MIG takes what it finds: SHA-1, DSA and short RSA, and no expiry of keys or signatures (mig-domain 6.5).
export const AS_MIG = {
  ...openpgp.config,
  minRSABits: 512,
  rejectHashAlgorithms: new Set(),
  rejectMessageHashAlgorithms: new Set(),
  rejectPublicKeyAlgorithms: new Set(),
  rejectCurves: new Set(),
  allowMissingKeyFlags: true,
  allowInsecureVerificationWithReformattedKeys: true,
}

/**
 * Whether the key's part of this id made the signature over these bytes: cryptography alone, nothing of what the key may
 * do or when. A `date` of null asks nothing of the signature's own times. Throws for what the library cannot check.
 * @param {{ signature: Uint8Array, armoredKey: string, keyId: string, bytes: Uint8Array, date: Date | null, config: object }} asked
 * `signature` is a binary stream, `keyId` 16 hex digits.
 * @returns {Promise<boolean>}
 */
export async function signedBy({ signature, armoredKey, keyId, bytes, date, config }) {
  const settings = /** @type {import('openpgp').Config} */ (config)
  const key = await openpgp.readKey({ armoredKey, config: settings })
  const id = keyId.toLowerCase()
  const part = key.getKeys().find((one) => one.getKeyID().toHex() === id)
  const packet = (await openpgp.readSignature({ binarySignature: signature, config: settings })).packets[0]
  const data = (await openpgp.createMessage({ binary: bytes })).packets[0]
  if (!part || !data || !(packet instanceof openpgp.SignaturePacket) || packet.signatureType === null) return false
  try {
    await packet.verify(part.keyPacket, packet.signatureType, data, /** @type {Date} */ (date), true, settings)
    return true
  } catch (error) {
    if (
      /did not match|verification failed|does not match|not issued by|in the future|is expired|Insecure/.test(
        String(error),
      )
    )
      return false
    throw error
  }
}
