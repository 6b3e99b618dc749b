import { compareInstants, type Instant, instantToNanos } from '@/lib/mig/wire/time'
import { EXPIRING_DAYS, type KeyState } from './key-state'

/** The days ahead of a key's expiry at which the overview grows louder. */
export const WARNING_DAYS = [1, 7, EXPIRING_DAYS] as const
export type WarningDays = (typeof WARNING_DAYS)[number]

const DAY_NANOS = 86_400_000_000_000n

/** The least of the three warnings that a key's expiry has come into; null before them and after the expiry. */
export function warningOf(expires: Instant | null, clock: Instant): WarningDays | null {
  if (expires === null || compareInstants(expires, clock) <= 0) return null
  const left = instantToNanos(expires) - instantToNanos(clock)
  return WARNING_DAYS.find((days) => left <= BigInt(days) * DAY_NANOS) ?? null
}

/** States of a stored key in which its owner's signatures cannot be relied on; worth a word on the overview. */
export const FAILED_STATES: ReadonlySet<KeyState> = new Set([
  'differs',
  'unreadable',
  'revoked',
  'expired',
  'cannot-sign',
])
