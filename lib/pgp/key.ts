import * as openpgp from 'openpgp'
import { dateToInstant, type Instant } from '@/lib/mig/wire/time'
import { armorKeys, cleanKey, type KeyInput, readKeyMaterial } from './key-material'
import { isOversized, type Packet } from './packets'

/** What the column holds; counted after everything that is not the owner's own was taken off. */
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
  /** When its owner made the earliest revocation that is there; null for none. */
  revokedAt: Instant | null
  /** The hash of the newest self-signature, such as "SHA-256"; null when there is none. */
  selfHash: string | null
  /** RSA or DSA of fewer bits than are safe today. */
  isShort: boolean
}

/** A user id that the key's owner signed. */
export type UserId = { text: string; revoked: boolean; selfHash: string | null }

/**
 * Why MIG's agents cannot use a key (mig-domain 6.5): their OpenPGP library knows no such algorithm and then loads no key at
 * all, or MIG's signer takes the primary key, which may not sign.
 */
export type AgentProblem = { why: 'algorithm'; part: 'primary' | 'subkey'; algorithm: string } | { why: 'certify-only' }

/** What a public key says of itself, self-signatures checked. */
export type KeyFacts = {
  /** The primary key's, upper-case hex. */
  fingerprint: string
  algorithm: string
  created: Instant
  expires: Instant | null
  revoked: boolean
  userIds: UserId[]
  /** Pictures in the key; they are kept, not shown. */
  photos: number
  parts: KeyPart[]
  /** Why no part of it can sign at the moment asked about; null when one can. */
  cannotSign: 'expired' | 'revoked' | 'no-signing-key' | null
  /** Why MIG's agents cannot use it; null when they can. */
  agentProblem: AgentProblem | null
  /** Until when all of this holds: the next expiry or date in it; null when nothing in it is to come. */
  holdsUntil: Instant | null
  /** How many signatures of others were taken off. */
  stripped: number
  /** The key alone, armored anew with its checksum, without what stood around it. */
  armored: string
}

/** Why a text is not one public key. `private` says nothing else of it on purpose. */
export type KeyProblem = 'empty' | 'too-large' | 'private' | 'several' | 'not-a-key' | 'unreadable' | 'too-slow'

export type KeyReading = { ok: true; key: KeyFacts } | { ok: false; problem: KeyProblem; sentence: string }

/** What is wrong with something that was given as one public key, as a sentence. */
export const KEY_PROBLEM_SENTENCES: Readonly<Record<KeyProblem, string>> = {
  empty: 'There is no key: paste the armored public key, from its BEGIN line to its END line.',
  'too-large':
    'The key is larger than 64 KiB even without signatures of others, and that is all that the database holds. Leave out photo ids and old subkeys: gpg --edit-key.',
  private: 'This is a private key. Nothing of it was kept. Paste the public key instead: gpg --armor --export.',
  several: 'These are several keys. Paste one public key at a time.',
  'not-a-key': 'This is not a public key: an armored one begins with "-----BEGIN PGP PUBLIC KEY BLOCK-----".',
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
  return { ok: false, problem, sentence: KEY_PROBLEM_SENTENCES[problem] }
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

const HASH_WORDS: Record<number, string> = {
  [openpgp.enums.hash.md5]: 'MD5',
  [openpgp.enums.hash.sha1]: 'SHA-1',
  [openpgp.enums.hash.ripemd]: 'RIPEMD-160',
  [openpgp.enums.hash.sha256]: 'SHA-256',
  [openpgp.enums.hash.sha384]: 'SHA-384',
  [openpgp.enums.hash.sha512]: 'SHA-512',
  [openpgp.enums.hash.sha224]: 'SHA-224',
  [openpgp.enums.hash.sha3_256]: 'SHA3-256',
  [openpgp.enums.hash.sha3_512]: 'SHA3-512',
}

const newestOf = (signatures: readonly openpgp.SignaturePacket[]): openpgp.SignaturePacket | undefined =>
  [...signatures].sort((a, b) => Number(b.created) - Number(a.created))[0]

function hashWord(signature: openpgp.SignaturePacket | undefined): string | null {
  const hash = signature?.hashAlgorithm
  return typeof hash === 'number' ? (HASH_WORDS[hash] ?? `hash ${hash}`) : null
}

function earliest(signatures: readonly openpgp.SignaturePacket[]): Instant | null {
  const times = signatures.flatMap(({ created }) => (created ? [created.getTime()] : []))
  return times.length > 0 ? moment(new Date(Math.min(...times))) : null
}

const isShort = ({ algorithm, bits }: openpgp.AlgorithmInfo) =>
  /^(rsa|dsa)/.test(algorithm) && bits !== undefined && bits < 2048

// The library takes null for "at no particular moment", which its types leave out.
const NEVER = null as unknown as Date

async function partsOf(key: openpgp.Key, at: Date): Promise<KeyPart[]> {
  const self = await key.getPrimaryUser(NEVER, undefined, CONFIG).then(
    (user) => user.selfCertification,
    () => null,
  )
  const info = key.getAlgorithmInfo()
  const revoked = await key.isRevoked(undefined, undefined, at, CONFIG)
  const parts: KeyPart[] = [
    {
      kind: 'primary',
      fingerprint: key.getFingerprint().toUpperCase(),
      algorithm: algorithmWord(info),
      capabilities: self ? capabilitiesOf(self.keyFlags, info.algorithm, true) : [],
      created: createdAt(key.getCreationTime()),
      expires: moment(await key.getExpirationTime(undefined, CONFIG)),
      revoked,
      revokedAt: revoked ? earliest(key.revocationSignatures) : null,
      selfHash: hashWord(self ?? undefined),
      isShort: isShort(info),
    },
  ]
  for (const subkey of key.getSubkeys()) {
    const bound = await subkey.verify(NEVER, CONFIG).catch(() => null)
    const newest = newestOf(subkey.bindingSignatures)
    const isRevoked = newest
      ? await subkey.isRevoked(newest, undefined as unknown as openpgp.PublicKeyPacket, at, CONFIG).catch(() => true)
      : true
    const subkeyInfo = subkey.getAlgorithmInfo()
    parts.push({
      kind: 'subkey',
      fingerprint: subkey.getFingerprint().toUpperCase(),
      algorithm: algorithmWord(subkeyInfo),
      capabilities: capabilitiesOf((bound ?? newest)?.keyFlags, subkeyInfo.algorithm, false),
      created: createdAt(subkey.getCreationTime()),
      expires: moment(await subkey.getExpirationTime(NEVER, CONFIG).catch(() => null)),
      revoked: isRevoked,
      revokedAt: isRevoked ? earliest(subkey.revocationSignatures) : null,
      selfHash: hashWord(bound ?? newest),
      isShort: isShort(subkeyInfo),
    })
  }
  return parts
}

type CheckedUser = UserId & { isSigned: boolean; bytes: string }

/** The user ids, and which of them the owner really signed: anybody can write a further one into a public key. */
async function usersOf(key: openpgp.Key, at: Date): Promise<CheckedUser[]> {
  const users: CheckedUser[] = []
  for (const user of key.users) {
    const text = user.userID?.userID
    if (text === undefined) continue
    const self = newestOf(user.selfCertifications)
    const revoked = self ? await user.isRevoked(self, undefined, at, CONFIG).catch(() => true) : false
    const isSigned = revoked || (await user.verify(NEVER, CONFIG).catch(() => false)) === true
    const bytes = Buffer.from(user.userID?.write() as Uint8Array).toString('hex')
    users.push({ text, revoked, selfHash: hashWord(self), isSigned, bytes })
  }
  return users
}

// What MIG's library of 2014 to 2019 knows (mig-domain 6.5); it reads subkeys of a kind of its own no better.
const KNOWN_TO_AGENTS = /^(RSA|DSA|ElGamal|ECDSA P-|ECDH P-)/

function agentProblemOf(parts: readonly KeyPart[]): AgentProblem | null {
  const unknown = parts.find((part) => !KNOWN_TO_AGENTS.test(part.algorithm))
  if (unknown) return { why: 'algorithm', part: unknown.kind, algorithm: unknown.algorithm }
  return parts[0]?.capabilities.includes('sign') ? null : { why: 'certify-only' }
}

/** The next moment at which something in the key begins or ends. */
function holdsUntil(key: openpgp.Key, parts: readonly KeyPart[], at: Date): Instant | null {
  const dates: (Date | number | null | undefined)[] = parts.flatMap(({ created, expires }) => [
    new Date(created),
    expires && new Date(expires),
  ]) as Date[]
  const signatures = [
    ...key.revocationSignatures,
    ...((key as { directSignatures?: openpgp.SignaturePacket[] }).directSignatures ?? []),
    ...key.users.flatMap((user) => [...user.selfCertifications, ...user.revocationSignatures]),
    ...key.getSubkeys().flatMap((subkey) => [...subkey.bindingSignatures, ...subkey.revocationSignatures]),
  ]
  for (const signature of signatures) dates.push(signature.created, signature.getExpirationTime())
  const next = dates.flatMap((date) => (date instanceof Date && date.getTime() > at.getTime() ? [date.getTime()] : []))
  return next.length > 0 ? moment(new Date(next.reduce((a, b) => Math.min(a, b)))) : null
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

async function factsOf(packets: readonly Packet[], at: Date): Promise<KeyReading> {
  let { bytes, others } = cleanKey(packets)
  const read = async () => {
    const keys = await openpgp.readKeys({ binaryKeys: bytes, config: CONFIG })
    return keys.length === 1 && keys[0] && !keys[0].isPrivate() ? keys[0] : null
  }
  let key = await read()
  if (!key) return refuse('unreadable')
  const users = await usersOf(key, at)
  const unsigned = users.filter((user) => !user.isSigned)
  if (unsigned.length > 0) {
    bytes = cleanKey(packets, new Set(unsigned.map((user) => user.bytes))).bytes
    key = await read()
    if (!key) return refuse('unreadable')
  }
  const armored = armorKeys(bytes)
  if (armored.length > MAX_KEY_BYTES) return refuse('too-large')
  const parts = await partsOf(key, at)
  const { fingerprint, algorithm, created, expires, revoked } = parts[0] as KeyPart
  return {
    ok: true,
    key: {
      fingerprint,
      algorithm,
      created,
      expires,
      revoked,
      userIds: users.flatMap(({ isSigned, bytes: _, ...user }) => (isSigned ? [user] : [])),
      photos: key.users.filter((user) => user.userAttribute !== null).length,
      parts,
      cannotSign: await cannotSign(key, parts, at),
      agentProblem: agentProblemOf(parts),
      holdsUntil: holdsUntil(key, parts, at),
      stripped: others,
      armored,
    },
  }
}

/**
 * Reads one public key, armored or binary, as it is at a moment. Never throws and never takes much longer than a second:
 * garbage, private and oversized keys come back as a problem with a sentence that repeats nothing of what was given.
 */
export async function readPublicKey(input: KeyInput, at: Instant): Promise<KeyReading> {
  const material = await readKeyMaterial(input)
  if (!material.ok) return refuse(material.problem)
  const [packets, more] = material.keys
  if (!packets || more) return refuse('several')
  return readKeyPackets(packets, at)
}

/** `readPublicKey` for the packets of one key, as `readKeyMaterial` gives them. */
export async function readKeyPackets(packets: readonly Packet[], at: Instant): Promise<KeyReading> {
  if (packets.some(isOversized)) return refuse('too-slow')
  const { bytes } = cleanKey(packets)
  if (bytes.length > MAX_KEY_BYTES) return refuse('too-large')
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<KeyReading>((resolve) => {
    timer = setTimeout(() => resolve(refuse('too-slow')), DEADLINE_MS)
  })
  try {
    return await Promise.race([factsOf(packets, new Date(at)).catch(() => refuse('unreadable')), deadline])
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
