import { idFromBigInt, type MigId } from '@/lib/mig/wire/id'
import { type Micros, SECOND } from './clock'
import type { Rng } from './rng'

const COUNTER_EPOCH = Date.UTC(2013, 3, 29, 18) / 1000

/** Makes ids as MIG's generators did, never the same one twice. */
export class IdMaker {
  private readonly used = new Set<bigint>()
  private counter: bigint

  constructor(private readonly rng: Rng) {
    this.counter = BigInt(rng.int(0, 900))
  }

  /** Of 2014: seconds in the high 32 bits, the low ones rounded to a multiple of 1024 by float arithmetic. */
  float(moment: Micros): MigId {
    return this.unique(() => (seconds(moment) << 32n) + BigInt(this.rng.int(0, 4194303)) * 1024n)
  }

  /** Before 2014-06-17: true 64 bits, not a multiple of 1024. */
  unsigned(moment: Micros): MigId {
    return this.unique(
      () => (seconds(moment) << 32n) + BigInt(this.rng.int(0, 4194303)) * 1024n + BigInt(this.rng.int(1, 500)),
    )
  }

  /** Two old ids that become one and the same number as soon as a double holds them. */
  unsignedPair(moment: Micros): [MigId, MigId] {
    const first = BigInt(this.unsigned(moment))
    return [idFromBigInt(first), this.unique(() => first + BigInt(this.rng.int(1, 9)))]
  }

  /** From 2015-02 to 2015-07: nanoseconds held by a double. */
  nanoseconds(moment: Micros): MigId {
    return this.unique(() => BigInt(Number(BigInt(moment) * 1000n + BigInt(this.rng.int(0, 999)))))
  }

  /** Since 2015-07: seconds since 2013-04-29 18:00 UTC, then 16 bits that count. */
  counted(moment: Micros): MigId {
    return this.unique(() => ((seconds(moment) - BigInt(COUNTER_EPOCH)) << 16n) + (++this.counter % 65536n))
  }

  private unique(make: () => bigint): MigId {
    for (;;) {
      const id = make()
      if (this.used.has(id)) continue
      this.used.add(id)
      return idFromBigInt(id)
    }
  }
}

/** The generated part of a queueloc at 72c07789: an id in base 32, made when the agent was installed. */
export function queuelocUid(id: MigId): string {
  return BigInt(id).toString(32)
}

function seconds(moment: Micros): bigint {
  return BigInt(Math.floor(moment / SECOND))
}
