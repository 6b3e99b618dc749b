import * as openpgp from 'openpgp'
import { dateToInstant, type Instant } from '@/lib/mig/wire/time'
import { hasSecretKey, isKeyMaterial, isOversized, readPackets, TAG } from './packets'

export const MAX_KEY_BYTES = 65_536
const DEADLINE_MS = 1000

export type Capability = 'certify' | 'sign' | 'encrypt' | 'authenticate'

/** The primary key or one subkey. Times are the key's own; `expires` null means never. */
export type KeyPart = {
  kind: 'primary' | 'subkey'
  fingerprint: string
  algorithm: string
  capabilities: Capability[]
  created: Instant
  expires: Instant | null
  revoked: boolean
}

/** What a public key says of itself, self-signatures checked. */
export type KeyFacts = {
  /** The primary key's, upper-case hex. */
  fingerprint: string
  algorithm: string
  created: Instant
  expires: Instant | null
  revoked: boolean
  userIds: { text: string; revoked: boolean }[]
  parts: KeyPart[]
  /** Why no part of it can sign at the moment asked about; null when one can. */
  cannotSign: 'expired' | 'revoked' | 'no-signing-key' | null
  /** The key alone, armored anew with its checksum, without what stood around it. */
  armored: string
}

/** Why a text is not one public key. `private` says nothing else of it on purpose. */
export type KeyProblem = 'empty' | 'too-large' | 'private' | 'several' | 'not-a-key' | 'unreadable' | 'too-slow'

export type KeyReading = { ok: true; key: KeyFacts } | { ok: false; problem: KeyProblem; sentence: string }

const SENTENCES: Record<KeyProblem, string> = {
  empty: 'There is no key: paste the armored public key, from its BEGIN line to its END line.',
  'too-large':
    'The key is larger than 64 KiB, which is all that the database holds. Export it without third-party signatures.',
  private: 'This is a private key. Nothing of it was kept. Paste the public key instead: gpg --armor --export.',
  several: 'These are several keys. Paste one public key at a time.',
  'not-a-key': 'This is not an armored public key: it begins with "-----BEGIN PGP PUBLIC KEY BLOCK-----".',
  unreadable: 'The key cannot be read: it is damaged, or of a kind that this program does not know.',
  'too-slow': 'The key was not checked: its numbers are so large that checking it would take too long.',
}

// Keys of 2014 and before: short RSA, DSA, SHA-1 self-signatures, missing key flags. MIG itself takes them (mig-domain 6.5).
const RELAXED: Partial<openpgp.Config> = {
  minRSABits: 512,
  rejectPublicKeyAlgorithms: new Set(),
  rejectHashAlgorithms: new Set(),
  rejectCurves: new Set(),
  allowMissingKeyFlags: true,
  allowInsecureVerificationWithReformattedKeys: true,
  showComment: false,
  showVersion: false,
}
const CONFIG: openpgp.Config = { ...openpgp.config, ...RELAXED }

function refuse(problem: KeyProblem): KeyReading {
  return { ok: false, problem, sentence: SENTENCES[problem] }
}

/** The one armored block of a text, its lines without blanks at the ends; or what is wrong with the text. */
function oneBlock(text: string): { block: string } | { problem: KeyProblem } {
  if (/-----BEGIN PGP (PRIVATE|SECRET)|PRIVATE KEY-----/i.test(text)) return { problem: 'private' }
  if (text.trim() === '') return { problem: 'empty' }
  if (Buffer.byteLength(text.trim()) > MAX_KEY_BYTES) return { problem: 'too-large' }
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim())
  const begins = lines.flatMap((line, i) => (line.startsWith('-----BEGIN PGP ') ? [i] : []))
  if (begins.length > 1) return { problem: 'several' }
  const begin = lines.indexOf('-----BEGIN PGP PUBLIC KEY BLOCK-----')
  const end = lines.indexOf('-----END PGP PUBLIC KEY BLOCK-----', begin)
  if (begin < 0 || end < 0) return { problem: 'not-a-key' }
  return { block: `${lines.slice(begin, end + 1).join('\n')}\n` }
}

async function bytesOf(block: string): Promise<Uint8Array | null> {
  try {
    const { data } = await openpgp.unarmor(block, CONFIG)
    return data as unknown as Uint8Array
  } catch {
    return null
  }
}

const ALGORITHM_WORDS: Record<string, string> = {
  rsaEncryptSign: 'RSA',
  rsaEncrypt: 'RSA',
  rsaSign: 'RSA',
  dsa: 'DSA',
  elgamal: 'ElGamal',
  ecdsa: 'ECDSA',
  ecdh: 'ECDH',
  eddsaLegacy: 'EdDSA',
  ed25519: 'Ed25519',
  ed448: 'Ed448',
  x25519: 'X25519',
  x448: 'X448',
}
const CURVE_WORDS: Record<string, string> = {
  nistP256: 'P-256',
  nistP384: 'P-384',
  nistP521: 'P-521',
  ed25519Legacy: 'Ed25519',
  curve25519Legacy: 'Curve25519',
  brainpoolP256r1: 'Brainpool P-256',
  brainpoolP384r1: 'Brainpool P-384',
  brainpoolP512r1: 'Brainpool P-512',
}

/** "RSA 2048", "ECDSA P-256", "Ed25519". */
function algorithmWord({ algorithm, bits, curve }: openpgp.AlgorithmInfo): string {
  if (algorithm === 'eddsaLegacy' && curve === 'ed25519Legacy') return 'Ed25519'
  const detail = bits ?? (curve ? (CURVE_WORDS[curve] ?? curve) : '')
  return `${ALGORITHM_WORDS[algorithm] ?? algorithm} ${detail}`.trim()
}

const FLAGS = openpgp.enums.keyFlags

function capabilitiesOf(flags: Uint8Array | null | undefined, algorithm: string, isPrimary: boolean): Capability[] {
  const bits = flags?.[0]
  if (bits === undefined) {
    // Without flags a key may do what its algorithm can.
    if (/^(rsaEncrypt|elgamal|ecdh|x25519|x448)$/.test(algorithm)) return ['encrypt']
    const signs: Capability[] = isPrimary ? ['certify', 'sign'] : ['sign']
    return algorithm === 'rsaEncryptSign' ? [...signs, 'encrypt'] : signs
  }
  const found: Capability[] = []
  if (bits & FLAGS.certifyKeys) found.push('certify')
  if (bits & FLAGS.signData) found.push('sign')
  if (bits & (FLAGS.encryptCommunication | FLAGS.encryptStorage)) found.push('encrypt')
  if (bits & FLAGS.authentication) found.push('authenticate')
  return found
}

/** A moment of a key, or null for "never" and for what no date holds. */
function moment(date: Date | number | null | undefined): Instant | null {
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) return null
  return date.getUTCFullYear() < 9000 ? dateToInstant(date) : null
}

const createdAt = (date: Date): Instant => moment(date) ?? dateToInstant(new Date(0))

async function partsOf(key: openpgp.Key, at: Date): Promise<KeyPart[]> {
  // The library takes null for "at no particular moment", which its types leave out.
  const never = null as unknown as Date
  const self = await key.getPrimaryUser(never, undefined, CONFIG).then(
    (user) => user.selfCertification,
    () => null,
  )
  const parts: KeyPart[] = [
    {
      kind: 'primary',
      fingerprint: key.getFingerprint().toUpperCase(),
      algorithm: algorithmWord(key.getAlgorithmInfo()),
      capabilities: self ? capabilitiesOf(self.keyFlags, key.getAlgorithmInfo().algorithm, true) : [],
      created: createdAt(key.getCreationTime()),
      expires: moment(await key.getExpirationTime(undefined, CONFIG)),
      revoked: await key.isRevoked(undefined, undefined, at, CONFIG),
    },
  ]
  for (const subkey of key.getSubkeys()) {
    const bound = await subkey.verify(never, CONFIG).catch(() => null)
    const newest = [...subkey.bindingSignatures].sort((a, b) => Number(b.created) - Number(a.created))[0]
    const revoked = newest
      ? await subkey.isRevoked(newest, undefined as unknown as openpgp.PublicKeyPacket, at, CONFIG).catch(() => true)
      : true
    parts.push({
      kind: 'subkey',
      fingerprint: subkey.getFingerprint().toUpperCase(),
      algorithm: algorithmWord(subkey.getAlgorithmInfo()),
      capabilities: capabilitiesOf((bound ?? newest)?.keyFlags, subkey.getAlgorithmInfo().algorithm, false),
      created: createdAt(subkey.getCreationTime()),
      expires: moment(await subkey.getExpirationTime(never, CONFIG).catch(() => null)),
      revoked,
    })
  }
  return parts
}

async function cannotSign(key: openpgp.Key, parts: KeyPart[], at: Date): Promise<KeyFacts['cannotSign']> {
  const can = await key.getSigningKey(undefined, at, undefined, CONFIG).then(
    () => true,
    () => false,
  )
  if (can) return null
  const [primary, ...subkeys] = parts
  if (primary?.revoked) return 'revoked'
  const over = (part: KeyPart | undefined) =>
    part?.expires !== null && part !== undefined && Date.parse(part.expires) <= at.getTime()
  if (over(primary)) return 'expired'
  const signers = subkeys.filter((part) => part.capabilities.includes('sign'))
  if (signers.length > 0 && !primary?.capabilities.includes('sign')) {
    if (signers.every((part) => part.revoked)) return 'revoked'
    if (signers.every((part) => part.revoked || over(part))) return 'expired'
  }
  return 'no-signing-key'
}

async function factsOf(bytes: Uint8Array, at: Date): Promise<KeyReading> {
  const keys = await openpgp.readKeys({ binaryKeys: bytes, config: CONFIG })
  const key = keys[0]
  if (!key || keys.length > 1) return refuse(key ? 'several' : 'unreadable')
  if (key.isPrivate()) return refuse('private')
  const parts = await partsOf(key, at)
  const primary = parts[0] as KeyPart
  const userIds = await Promise.all(
    key.users.flatMap((user) => {
      const text = user.userID?.userID
      if (text === undefined) return []
      const self = user.selfCertifications[0]
      const revoked = self ? user.isRevoked(self, undefined, at, CONFIG).catch(() => true) : Promise.resolve(false)
      return [revoked.then((isRevoked) => ({ text, revoked: isRevoked }))]
    }),
  )
  const { fingerprint, algorithm, created, expires, revoked } = primary
  return {
    ok: true,
    key: {
      fingerprint,
      algorithm,
      created,
      expires,
      revoked,
      userIds,
      parts,
      cannotSign: await cannotSign(key, parts, at),
      armored: key.armor(CONFIG).replaceAll('\r\n', '\n'),
    },
  }
}

/**
 * Reads one armored public key as it is at a moment. Never throws and never takes much longer than a second: garbage,
 * private and oversized keys come back as a problem with a sentence that repeats nothing of the text.
 */
export async function readPublicKey(text: string, at: Instant): Promise<KeyReading> {
  const found = oneBlock(text)
  if ('problem' in found) return refuse(found.problem)
  const bytes = await bytesOf(found.block)
  const packets = bytes && readPackets(bytes)
  if (!bytes || !packets) return refuse('unreadable')
  if (hasSecretKey(packets)) return refuse('private')
  if (!isKeyMaterial(packets) || packets[0]?.tag !== TAG.publicKey) return refuse('unreadable')
  if (packets.filter((p) => p.tag === TAG.publicKey).length > 1) return refuse('several')
  if (packets.some(isOversized)) return refuse('too-slow')
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<KeyReading>((resolve) => {
    timer = setTimeout(() => resolve(refuse('too-slow')), DEADLINE_MS)
  })
  try {
    return await Promise.race([factsOf(bytes, new Date(at)).catch(() => refuse('unreadable')), deadline])
  } finally {
    clearTimeout(timer)
  }
}

/** The name in a user id, "Ann Lee <ann@example.net>" → "Ann Lee"; the address where there is no name. */
export function nameFromUserId(userId: string): string {
  const name = userId
    .replace(/<[^<>]*>\s*$/, '')
    .replace(/\([^()]*\)\s*$/, '')
    .trim()
  return name || (/<([^<>]*)>/.exec(userId)?.[1] ?? userId).trim()
}
