import type { MigId } from '@/lib/mig/wire/id'

// Numbers that follow from a seed and an index alone: a row can be made again at any time, so none has to be kept.

const TWO_32 = 4_294_967_296
const LOW_IDS = 4_194_304

/** A seed for `draw` from the text of one. */
export function seedOf(text: string): number {
  let hash = 2_166_136_261
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619)
  return mix(hash)
}

/** A number in [0, 1) for the index-th thing and one purpose of it (`salt`). */
export function draw(seed: number, index: number, salt: number): number {
  const high = Math.floor(index / TWO_32)
  return mix(mix(Math.imul(index | 0, 0x9e3779b1) ^ seed) ^ Math.imul(salt + high * 64 + 1, 0x85ebca6b)) / TWO_32
}

function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97)
  return (hash ^ (hash >>> 15)) >>> 0
}

/**
 * An id as MIG's generator of 2014 makes it: seconds in the high 32 bits, a multiple of 1024 in the low ones. Two of one kind
 * never meet while fewer than four million of them fall into one second and their numbers run with time.
 */
export function floatId(seconds: number, n: number): MigId {
  return String(BigInt(idNumber(seconds, n))) as MigId
}

/** The same id as the double that it is. */
export function idNumber(seconds: number, n: number): number {
  return seconds * TWO_32 + ((n * 2_654_435 + 1_013_904) % LOW_IDS) * 1024
}
