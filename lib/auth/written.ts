import 'server-only'
import { headers } from 'next/headers'
import { type Position, readPosition, writtenPosition } from '@/lib/db/standby'
import { readCookie, setCookie } from './cookies'
import { ABSOLUTE_HOURS } from './sessions'

/** Keeps with this browser up to where it has written, so that its reads see it; called after the commit. */
export async function keepWritten(): Promise<void> {
  try {
    const position = await writtenPosition()
    if (position) await setCookie('written', position, ABSOLUTE_HOURS * 3600)
  } catch {
    // It is written, whatever becomes of the mark; outside a request there is nobody to keep it.
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
  } catch {
    return null
  }
}
