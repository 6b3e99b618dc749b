import { cookies } from 'next/headers'
import { cache } from 'react'
import { validZone } from '@/lib/format'

export const ZONE_COOKIE = 'zone'
/** Holds "utc" while the viewer wants all times in UTC. */
export const CLOCK_COOKIE = 'clock'

/** The IANA zone that the viewer's browser told by cookie, else UTC, and whether the viewer wants UTC instead. */
export const viewerClock: () => Promise<{ own: string; inUtc: boolean }> = cache(async () => {
  const jar = await cookies()
  const value = jar.get(ZONE_COOKIE)?.value
  return {
    own: validZone(value ? decodeURIComponentSafely(value) : undefined) ?? 'UTC',
    inUtc: jar.get(CLOCK_COOKIE)?.value === 'utc',
  }
})

/** The zone in which this request's times are shown. One reading a request: components may `use` it. */
export const viewerZone: () => Promise<string> = cache(async () => {
  const { own, inUtc } = await viewerClock()
  return inUtc ? 'UTC' : own
})

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
