import type { MigId } from '@/lib/mig/wire/id'

const LIMIT = 1n << 64n

/** Very many ids in eight bytes each: first all are added, then the set is sealed and asked. */
export class IdSet {
  private ids = new BigUint64Array(1024)
  private count = 0
  /** Numbers of 20 digits that 64 bits do not hold; no generator of MIG makes one. */
  private readonly beyond = new Set<MigId>()

  /** Adds an id; once more does no harm. */
  add(id: MigId): void {
    const value = BigInt(id)
    if (value >= LIMIT) {
      this.beyond.add(id)
      return
    }
    if (this.count === this.ids.length) {
      const grown = new BigUint64Array(2 * this.count)
      grown.set(this.ids)
      this.ids = grown
    }
    this.ids[this.count++] = value
  }

  /** Puts the ids in order; to be called once, before the first question. */
  seal(): void {
    this.ids = this.ids.slice(0, this.count).sort()
  }

  /** Whether the id was added. */
  has(id: MigId): boolean {
    const value = BigInt(id)
    if (value >= LIMIT) return this.beyond.has(id)
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.ids[middle] as bigint) < value) low = middle + 1
      else high = middle
    }
    return low < this.count && this.ids[low] === value
  }
}
