import { cookies } from 'next/headers'
import { cache } from 'react'
import { validZone } from '@/lib/format'

export const ZONE_COOKIE = 'zone'

/** The IANA zone that the viewer's browser told by cookie, else UTC. One reading a request. */
export const viewerZone: () => Promise<string> = cache(async () => {
  const value = (await cookies()).get(ZONE_COOKIE)?.value
  return validZone(value ? decodeURIComponentSafely(value) : undefined) ?? 'UTC'
})

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
