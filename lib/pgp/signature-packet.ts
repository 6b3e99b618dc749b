import { readPackets, TAG } from './packets'

/** What a detached signature says of itself, read without any cryptography. */
export type SignaturePacket = {
  /** The packet alone, as a stream of its own. */
  stream: Uint8Array
  /** 0 is over bytes, 1 over text with canonical line ends. */
  type: 0 | 1
  /** Numbers of RFC 9580 9.1 and 9.5. */
  algorithm: number
  hash: number
  /** What is hashed behind the text. */
  trailer: Uint8Array
  /** The first two bytes of the digest. */
  left16: number
  /** 16 hex digits, upper case; null when the signature names no key. */
  keyId: string | null
  /** Seconds since 1970; null when it has no time. */
  created: number | null
  /** Further packets behind the first, which is the only one that MIG reads. */
  more: boolean
}

export type SignatureProblem = 'not-a-signature' | 'version' | 'type'

const SUBPACKET = { created: 2, issuer: 16, issuerFingerprint: 33 }

/**
 * Reads the first packet of a binary detached signature, as MIG's library does: version 4, over bytes or text.
 * Never throws.
 */
export function readSignaturePacket(
  bytes: Uint8Array,
): { ok: true; packet: SignaturePacket } | { ok: false; problem: SignatureProblem } {
  const packets = readPackets(bytes)
  const body = packets?.[0]?.tag === TAG.signature ? packets[0].body : null
  if (!packets || !body || body.length < 1) return { ok: false, problem: 'not-a-signature' }
  if (body[0] !== 4) return { ok: false, problem: 'version' }
  const hashed = area(body, 4)
  const unhashed = hashed && area(body, hashed.end)
  if (!hashed || !unhashed || unhashed.end + 2 > body.length) return { ok: false, problem: 'not-a-signature' }
  const type = body[1]
  if (type !== 0 && type !== 1) return { ok: false, problem: 'type' }

  const subpackets = [...readSubpackets(hashed.bytes), ...readSubpackets(unhashed.bytes)]
  const find = (kind: number, length: number) =>
    subpackets.find((s) => s.kind === kind && s.body.length === length)?.body ?? null
  // A version 4 fingerprint ends in the key id.
  const issuer = find(SUBPACKET.issuer, 8) ?? find(SUBPACKET.issuerFingerprint, 21)?.subarray(13) ?? null
  const created = find(SUBPACKET.created, 4)
  return {
    ok: true,
    packet: {
      stream: Buffer.concat([Buffer.from([0xc0 | TAG.signature, 255]), size4(body.length), body]),
      type,
      algorithm: body[2] ?? 0,
      hash: body[3] ?? 0,
      trailer: Buffer.concat([body.subarray(0, hashed.end), Buffer.from([4, 0xff]), size4(hashed.end)]),
      left16: ((body[unhashed.end] ?? 0) << 8) | (body[unhashed.end + 1] ?? 0),
      keyId: issuer && Buffer.from(issuer).toString('hex').toUpperCase(),
      created: created && Buffer.from(created).readUInt32BE(0),
      more: packets.length > 1,
    },
  }
}

/** Who made a signature over a key or user id, of which type, and when; read without any cryptography. */
export type SignatureHead = {
  /** RFC 9580 5.2.1: 0x10 to 0x13 certify a user id, 0x18 binds a subkey, 0x1f is about the key, 0x20, 0x28, 0x30 revoke. */
  type: number
  /** 16 hex digits, upper case; null when the signature names no key. */
  keyId: string | null
  /** Seconds since 1970; null when it has no time. */
  created: number | null
}

/** The head of a signature packet of version 3, 4 or 6, or null when it has none that can be read. */
export function readSignatureHead(body: Uint8Array): SignatureHead | null {
  const [version] = body
  if (version === 3 && body.length > 15)
    return { type: body[2] ?? 0, created: seconds(body.subarray(3, 7)), keyId: hex(body.subarray(7, 15)) }
  if (version !== 4 && version !== 6) return null
  const width = version === 4 ? 2 : 4
  const hashed = area(body, 4, width)
  const unhashed = hashed && area(body, hashed.end, width)
  if (!hashed || !unhashed) return null
  const subpackets = [...readSubpackets(hashed.bytes), ...readSubpackets(unhashed.bytes)]
  const find = (kind: number) => subpackets.find((one) => one.kind === kind)?.body
  const issuer = find(SUBPACKET.issuer)
  const fingerprint = find(SUBPACKET.issuerFingerprint)
  const created = find(SUBPACKET.created)
  return {
    type: body[1] ?? 0,
    created: created?.length === 4 ? seconds(created) : null,
    keyId:
      issuer?.length === 8
        ? hex(issuer)
        : fingerprint?.length === 21
          ? hex(fingerprint.subarray(13))
          : fingerprint?.length === 33
            ? hex(fingerprint.subarray(1, 9))
            : null,
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()
const seconds = (bytes: Uint8Array) => Buffer.from(bytes).readUInt32BE(0)

function size4(length: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  return bytes
}

function area(body: Uint8Array, at: number, width = 2): { bytes: Uint8Array; end: number } | null {
  if (at + width > body.length) return null
  const length = Buffer.from(body.subarray(at, at + width)).readUIntBE(0, width)
  const end = at + width + length
  return end > body.length ? null : { bytes: body.subarray(at + width, end), end }
}

function* readSubpackets(bytes: Uint8Array): Generator<{ kind: number; body: Uint8Array }> {
  let at = 0
  while (at < bytes.length) {
    const first = bytes[at] ?? 0
    const width = first < 192 ? 1 : first < 255 ? 2 : 5
    const length =
      width === 1
        ? first
        : width === 2
          ? ((first - 192) << 8) + (bytes[at + 1] ?? 0) + 192
          : Buffer.from(bytes.subarray(at + 1, at + 5)).reduce((sum, byte) => sum * 256 + byte, 0)
    const from = at + width
    if (length < 1 || from + length > bytes.length) return
    yield { kind: (bytes[from] ?? 0) & 0x7f, body: bytes.subarray(from + 1, from + length) }
    at = from + length
  }
}
