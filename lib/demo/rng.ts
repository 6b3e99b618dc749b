/** A seeded source of randomness: the same seed gives the same numbers on every machine. */
export class Rng {
  private a: number
  private b: number
  private c: number
  private counter = 1

  constructor(private readonly seed: string) {
    const next = hashStream(seed)
    this.a = next()
    this.b = next()
    this.c = next()
    for (let i = 0; i < 12; i++) this.uint32()
  }

  /** An independent stream: drawing more numbers from one part of the demo does not move the others. */
  fork(label: string): Rng {
    return new Rng(`${this.seed}/${label}`)
  }

  /** The next number of sfc32, 0 … 2^32 - 1. */
  uint32(): number {
    const sum = (this.a + this.b + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum
    return sum >>> 0
  }

  /** A number in [0, 1). */
  float(): number {
    return this.uint32() / 4294967296
  }

  /** An integer from min to max, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.float() * (max - min + 1))
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.float() < probability
  }

  /** One element; throws on an empty list. */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('Nothing to pick from')
    return list[Math.floor(this.float() * list.length)] as T
  }

  /** One of the keys, with probability proportional to its weight. */
  weighted<K extends string>(weights: Record<K, number>): K {
    const entries = Object.entries(weights) as [K, number][]
    let rest = this.float() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [key, weight] of entries) {
      rest -= weight
      if (rest < 0) return key
    }
    return (entries[entries.length - 1] as [K, number])[0]
  }

  /** A shuffled copy. */
  shuffle<T>(list: readonly T[]): T[] {
    const copy = [...list]
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.int(0, i)
      ;[copy[i], copy[j]] = [copy[j] as T, copy[i] as T]
    }
    return copy
  }

  /** `count` different elements (all of them when there are fewer). */
  sample<T>(list: readonly T[], count: number): T[] {
    return this.shuffle(list).slice(0, count)
  }

  /** Lower-case hex digits. */
  hex(length: number): string {
    return this.chars('0123456789abcdef', length)
  }

  /** Characters drawn from an alphabet. */
  chars(alphabet: string, length: number): string {
    let text = ''
    for (let i = 0; i < length; i++) text += alphabet[Math.floor(this.float() * alphabet.length)]
    return text
  }
}

// FNV-1a over the seed, then splitmix32: nearby seeds give unrelated streams.
function hashStream(seed: string): () => number {
  let state = 2166136261
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619)
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) | 0
  }
}
