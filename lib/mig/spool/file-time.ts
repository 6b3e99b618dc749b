import { type Instant, nanosToInstant } from '@/lib/mig/wire/time'

/** The moment of a file's time, which may be any 64 bits of nanoseconds; null for one that cannot be printed, and for none. */
export function fileInstant(nanos: bigint | null): Instant | null {
  if (nanos === null) return null
  try {
    return nanosToInstant(nanos)
  } catch {
    return null
  }
}
