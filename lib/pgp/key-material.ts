import { createHash } from 'node:crypto'
import * as openpgp from 'openpgp'
import { crc24 } from '@/lib/mig/wire/armor'
import { hasSecretKey, isKeyMaterial, type Packet, readPackets, TAG } from './packets'
import { readSignatureHead } from './signature-packet'

/** What a person gave: pasted text, or a file's bytes, armored or binary. */
export type KeyInput = string | Uint8Array

/** More than any keyring that a browser can send. */
export const MAX_INPUT_BYTES = 8_000_000

// A keyring of a few hundred keys, each with many signatures of others.
const MAX_PACKETS = 200_000

export type MaterialProblem = 'empty' | 'too-large' | 'private' | 'not-a-key' | 'unreadable'

const BEGIN = '-----BEGIN PGP PUBLIC KEY BLOCK-----'
const END = '-----END PGP PUBLIC KEY BLOCK-----'

const looksArmored = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('-----')

/**
 * The packets of each key in what was given, in order; several armored blocks count as one stream. Nothing secret gets past:
 * one secret packet or private block makes all of it `private`.
 */
export async function readKeyMaterial(
  input: KeyInput,
): Promise<{ ok: true; keys: Packet[][] } | { ok: false; problem: MaterialProblem }> {
  const no = (problem: MaterialProblem) => ({ ok: false, problem }) as const
  if (input.length > MAX_INPUT_BYTES) return no('too-large')
  const isBinary = typeof input !== 'string' && ((input[0] ?? 0) & 0x80) !== 0 && !looksArmored(input)
  const streams = isBinary ? [input as Uint8Array] : await unarmored(textOf(input))
  if (!Array.isArray(streams)) return no(streams)
  const packets: Packet[] = []
  for (const stream of streams) {
    const read = readPackets(stream, MAX_PACKETS)
    if (!read) return no('unreadable')
    packets.push(...read)
  }
  if (hasSecretKey(packets)) return no('private')
  if (packets.length === 0 || !isKeyMaterial(packets) || packets[0]?.tag !== TAG.publicKey) return no('unreadable')
  const keys: Packet[][] = []
  for (const packet of packets) {
    if (packet.tag === TAG.publicKey) keys.push([])
    keys.at(-1)?.push(packet)
  }
  return { ok: true, keys }
}

const textOf = (input: KeyInput) => (typeof input === 'string' ? input : Buffer.from(input).toString('utf8'))

async function unarmored(text: string): Promise<Uint8Array[] | MaterialProblem> {
  if (/-----BEGIN PGP (PRIVATE|SECRET)|PRIVATE KEY-----/i.test(text)) return 'private'
  if (text.trim() === '') return 'empty'
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim())
  const streams: Uint8Array[] = []
  let at = 0
  for (;;) {
    const begin = lines.indexOf(BEGIN, at)
    if (begin < 0) break
    const end = lines.indexOf(END, begin)
    if (end < 0) return streams.length === 0 ? 'not-a-key' : 'unreadable'
    const stream = await bytesOf(`${lines.slice(begin, end + 1).join('\n')}\n`)
    if (!stream) return 'unreadable'
    streams.push(stream)
    at = end + 1
  }
  return streams.length === 0 ? 'not-a-key' : streams
}

async function bytesOf(block: string): Promise<Uint8Array | null> {
  try {
    const { data } = await openpgp.unarmor(block)
    return data as unknown as Uint8Array
  } catch {
    return null
  }
}

/** The key id of a version 4 or 6 key packet, 16 hex digits in upper case; null for other versions. */
function keyIdOf({ body }: Packet): string | null {
  const size = Buffer.alloc(5)
  if (body[0] === 4) {
    size.writeUInt16BE(body.length, 1)
    size[0] = 0x99
    return createHash('sha1').update(size.subarray(0, 3)).update(body).digest('hex').slice(-16).toUpperCase()
  }
  if (body[0] !== 6) return null
  size.writeUInt32BE(body.length, 1)
  size[0] = 0x9b
  return createHash('sha256').update(size).update(body).digest('hex').slice(0, 16).toUpperCase()
}

/** A key taken apart: what its owner signed, each group led by the packet that the signatures are about. */
type Group = { head: Packet; signatures: Packet[] }

const ABOUT_KEY = new Set([0x1f, 0x20])
const ABOUT_USER = new Set([0x10, 0x11, 0x12, 0x13, 0x30])
const ABOUT_SUBKEY = new Set([0x18, 0x28])
const USERS = new Set([TAG.userId, TAG.attribute])

function groupsOf(packets: readonly Packet[]): { groups: Group[]; others: number } {
  const primary = packets[0] as Packet
  const keyId = keyIdOf(primary)
  const groups: Group[] = [{ head: primary, signatures: [] }]
  let others = 0
  for (const packet of packets.slice(1)) {
    if (USERS.has(packet.tag) || packet.tag === TAG.publicSubkey) groups.push({ head: packet, signatures: [] })
    if (packet.tag !== TAG.signature) continue
    const head = readSignatureHead(packet.body)
    const group = groups.at(-1) as Group
    const wanted =
      group.head.tag === TAG.publicKey ? ABOUT_KEY : group.head.tag === TAG.publicSubkey ? ABOUT_SUBKEY : ABOUT_USER
    if (keyId !== null && head?.keyId !== keyId) others++
    // A revocation certificate is often appended at the end, behind the last subkey.
    else if (head && ABOUT_KEY.has(head.type)) (groups[0] as Group).signatures.push(packet)
    else if (keyId === null || (head && wanted.has(head.type))) group.signatures.push(packet)
    else others++
  }
  return { groups, others }
}

/**
 * One key with nothing but what its owner signed: no signatures of others, no packets that belong to no key, no user id or
 * subkey that its owner never signed. `others` is how many signatures went. `without` are user ids to leave out as well.
 */
export function cleanKey(
  packets: readonly Packet[],
  without: ReadonlySet<string> = new Set(),
): { bytes: Uint8Array; others: number } {
  const { groups, others } = groupsOf(packets)
  const kept = groups.filter(
    ({ head, signatures }) =>
      head.tag === TAG.publicKey ||
      (signatures.length > 0 && !(head.tag === TAG.userId && without.has(Buffer.from(head.body).toString('hex')))),
  )
  return { bytes: bytesOfGroups(kept), others }
}

function bytesOfGroups(groups: readonly Group[]): Uint8Array {
  return Buffer.concat(groups.flatMap(({ head, signatures }) => [head.raw, ...signatures.map((one) => one.raw)]))
}

/**
 * Both copies of one key as one: every user id, subkey and signature that either has, so that neither a newer expiry nor a
 * revocation is lost. Both have the same primary key packet.
 */
export function mergeKeys(stored: readonly Packet[], given: readonly Packet[]): Uint8Array {
  const merged = groupsOf(stored).groups
  for (const group of groupsOf(given).groups) {
    const same = merged.find(({ head }) => head.tag === group.head.tag && sameBytes(head.body, group.head.body))
    if (!same) {
      merged.push(group)
      continue
    }
    for (const signature of group.signatures)
      if (!same.signatures.some((one) => sameBytes(one.body, signature.body))) same.signatures.push(signature)
  }
  // User ids stand before subkeys (RFC 9580, 10.1).
  const rank = ({ head }: Group) => (head.tag === TAG.publicKey ? 0 : head.tag === TAG.publicSubkey ? 2 : 1)
  return bytesOfGroups(merged.sort((a, b) => rank(a) - rank(b)))
}

const sameBytes = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

/** The bytes of one armored key that this module armored. */
export async function keyBytes(armored: string): Promise<Uint8Array> {
  const read = await readKeyMaterial(armored)
  if (!read.ok) throw new Error(`a stored key cannot be read again: ${read.problem}`)
  return Buffer.concat(read.keys.flat().map((packet) => packet.raw))
}

/** Public keys as armored text, with the checksum that MIG's library asks for. */
export function armorKeys(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc24(bytes))
  return `${BEGIN}\n\n${lines.join('\n')}\n=${sum.subarray(1).toString('base64')}\n${END}\n`
}
