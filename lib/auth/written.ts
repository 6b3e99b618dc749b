import 'server-only'
import { headers } from 'next/headers'
import { isTimeout, isUnavailable } from '@/lib/db/availability'
import { type Position, readPosition, writtenPosition } from '@/lib/db/standby'
import { readCookie, setCookie } from './cookies'
import { ABSOLUTE_HOURS } from './sessions'

// Next has no other word for it. All else that it throws is meant for it: that a page cannot be made beforehand, for one.
const isOutsideRequest = (error: unknown) =>
  error instanceof Error && error.message.includes('was called outside a request scope')

/** Keeps with this browser up to where it has written, so that its reads see it; called after the commit. */
export async function keepWritten(): Promise<void> {
  try {
    const position = await writtenPosition()
    if (position) await setCookie('written', position, ABSOLUTE_HOURS * 3600)
  } catch (error) {
    // It is written, whatever becomes of the mark: outside a request nobody keeps it, and a primary that went away says so itself.
    if (!isOutsideRequest(error) && !isUnavailable(error) && !isTimeout(error))
      console.error('Up to where a browser has written could not be kept with it:', error)
  }
}

/**
 * Up to where this request's reads have to see what was written; null for everything. That is so for a request that may
 * write itself, which decides by what it reads, and outside of requests.
 */
export async function neededPosition(): Promise<Position | null> {
  try {
    if ((await headers()).get('x-mig-write') !== null) return null
    return readPosition(await readCookie('written')) ?? 0n
  } catch (error) {
    if (isOutsideRequest(error)) return null
    throw error
  }
}
