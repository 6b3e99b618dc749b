/** One packet of an OpenPGP stream (RFC 9580, 4.2): its tag, the body's bytes, and the whole of it as it stood there. */
export type Packet = { tag: number; body: Uint8Array; raw: Uint8Array }

export const TAG = {
  signature: 2,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  publicSubkey: 14,
  userId: 13,
  attribute: 17,
}
const BESIDE_KEYS = new Set([TAG.signature, TAG.publicKey, TAG.publicSubkey, TAG.userId, TAG.attribute, 10, 12, 21])
const MAX_PACKETS = 2000

/** The packets of a stream in order, or null when its lengths do not fit together. Copies nothing, looks into nothing. */
export function readPackets(bytes: Uint8Array, most = MAX_PACKETS): Packet[] | null {
  const packets: Packet[] = []
  let at = 0
  while (at < bytes.length) {
    const start = at
    const head = bytes[at++] ?? 0
    if ((head & 0x80) === 0 || packets.length >= most) return null
    const isNew = (head & 0x40) !== 0
    const size = isNew ? newLength(bytes, at) : oldLength(bytes, at, head & 3)
    if (!size || size.from + size.length > bytes.length) return null
    packets.push({
      tag: isNew ? head & 0x3f : (head >> 2) & 0x0f,
      body: bytes.subarray(size.from, size.from + size.length),
      raw: bytes.subarray(start, size.from + size.length),
    })
    at = size.from + size.length
  }
  return packets
}

type Size = { from: number; length: number }

function newLength(bytes: Uint8Array, at: number): Size | null {
  const first = bytes[at] ?? 0
  if (first < 192) return { from: at + 1, length: first }
  if (first < 224) return { from: at + 2, length: ((first - 192) << 8) + (bytes[at + 1] ?? 0) + 192 }
  // Partial lengths are for data packets alone; a key has none.
  return first === 255 ? { from: at + 5, length: bigEndian(bytes, at + 1, 4) } : null
}

function oldLength(bytes: Uint8Array, at: number, kind: number): Size | null {
  if (kind === 3) return null
  const width = 1 << kind
  return { from: at + width, length: bigEndian(bytes, at, width) }
}

function bigEndian(bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}

/** Whether the stream holds secret key material, at whatever place. */
export function hasSecretKey(packets: readonly Packet[]): boolean {
  return packets.some((p) => p.tag === TAG.secretKey || p.tag === TAG.secretSubkey)
}

/** Whether every packet is one that a public key may hold. */
export function isKeyMaterial(packets: readonly Packet[]): boolean {
  return packets.length > 0 && packets.every((p) => BESIDE_KEYS.has(p.tag))
}

// The greatest numbers that a key is checked with. Beyond them one verification takes seconds or minutes.
const RSA = new Set([1, 2, 3])
const DSA = 17
const MAX_BITS = { modulus: 16_384, exponent: 64, dsaPrime: 4096, dsaOrder: 512 }

/** Whether a key packet's numbers are so large that checking its signatures would block the program. */
export function isOversized({ tag, body }: Pick<Packet, 'tag' | 'body'>): boolean {
  const version = body[0]
  if ((tag !== TAG.publicKey && tag !== TAG.publicSubkey) || (version !== 4 && version !== 6)) return false
  const algorithm = body[5] ?? 0
  const limits = RSA.has(algorithm)
    ? [MAX_BITS.modulus, MAX_BITS.exponent]
    : algorithm === DSA
      ? [MAX_BITS.dsaPrime, MAX_BITS.dsaOrder, MAX_BITS.dsaPrime, MAX_BITS.dsaPrime]
      : []
  // Version 6 says first how many bytes its numbers take.
  let at = version === 6 ? 10 : 6
  for (const limit of limits) {
    const bits = bigEndian(body, at, 2)
    if (bits > limit) return true
    at += 2 + Math.ceil(bits / 8)
  }
  return false
}
