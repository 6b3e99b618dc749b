import { expect, test } from 'vitest'
import type { Instant } from '@/lib/mig/wire/time'
import { warningOf } from './expiry-warnings'

const CLOCK = '2026-11-22T12:00:00Z' as Instant

test.each([
  [null, null],
  ['2026-11-22T12:00:00Z', null],
  ['2026-11-21T00:00:00Z', null],
  ['2026-11-22T12:00:01Z', 1],
  ['2026-11-23T12:00:00Z', 1],
  ['2026-11-23T12:00:00.000001Z', 7],
  ['2026-11-29T12:00:00Z', 7],
  ['2026-11-29T12:00:01Z', 30],
  ['2026-12-22T12:00:00Z', 30],
  ['2026-12-22T12:00:01Z', null],
])('an expiry at %s: warned %s days ahead', (expires, days) => {
  expect(warningOf(expires as Instant | null, CLOCK)).toBe(days)
})
