import { formatNumber } from '@/lib/format'
import { restoreSignatureArmor, stripSignatureArmor } from '@/lib/mig/wire/armor'
import { dateToInstant, type Instant } from '@/lib/mig/wire/time'
import { readSignaturePacket, type SignaturePacket } from '@/lib/pgp/signature-packet'

/** A stored signature as it was read; `hash` is Node's name of the digest. */
export type StoredSignature = SignaturePacket & { hashName: string; hashWord: string; at: Instant | null }

// MIG's column holds 4,096 characters; a row written by hand may hold more.
export const MAX_SIGNATURE_CHARACTERS = 16_384

const HASHES: Readonly<Record<number, { name: string; word: string }>> = {
  1: { name: 'md5', word: 'MD5' },
  2: { name: 'sha1', word: 'SHA-1' },
  3: { name: 'ripemd160', word: 'RIPEMD-160' },
  8: { name: 'sha256', word: 'SHA-256' },
  9: { name: 'sha384', word: 'SHA-384' },
  10: { name: 'sha512', word: 'SHA-512' },
  11: { name: 'sha224', word: 'SHA-224' },
}

/** Digests that nobody signs with today. */
export const WEAK_HASHES: ReadonlySet<string> = new Set(['md5', 'sha1', 'ripemd160'])

/** Reads MIG's one-line signature, or an armored one; or says in a sentence why it is none. Never throws. */
export function readStoredSignature(
  text: string,
): { ok: true; read: StoredSignature } | { ok: false; sentence: string } {
  const refuse = (sentence: string) => ({ ok: false, sentence }) as const
  if (text.length > MAX_SIGNATURE_CHARACTERS)
    return refuse(`It has ${formatNumber(text.length)} characters; a signature has some hundred.`)
  let bytes: Uint8Array
  try {
    const line = text.includes('-----BEGIN') ? stripSignatureArmor(text) : text.trim()
    restoreSignatureArmor(line)
    bytes = Buffer.from(line.slice(0, line.lastIndexOf('=')), 'base64')
  } catch (error) {
    return refuse(sentenceOf((error as Error).message))
  }
  const found = readSignaturePacket(bytes)
  if (!found.ok)
    return refuse(
      {
        'not-a-signature': 'It is base64 with its right checksum, but holds no OpenPGP signature.',
        version: 'It is an OpenPGP signature of another version than 4, which is all that MIG makes.',
        type: 'It is an OpenPGP signature, but over something else than a text: a key or a user id.',
      }[found.problem],
    )
  const hash = HASHES[found.packet.hash]
  if (!hash) return refuse(`It uses digest number ${found.packet.hash}, which is not known here.`)
  const { created } = found.packet
  const at = created === null ? null : dateToInstant(new Date(created * 1000))
  return { ok: true, read: { ...found.packet, hashName: hash.name, hashWord: hash.word, at } }
}

function sentenceOf(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`
}
