import 'server-only'
import { headers } from 'next/headers'
import { env } from '@/lib/env'

/** Where a request came from, as far as it can be known. */
export type Origin = {
  /** The socket's address, or what a trusted proxy says; set by the server's preload, never by the client. */
  address: string
  /** The browser's own words about itself, cut. */
  browser: string
  /** Whether somebody forwarded the request. */
  forwarded: boolean
  host: string
}

const MAX_BROWSER = 200

/** Where this request came from. */
export async function requestOrigin(): Promise<Origin> {
  return originOf(await headers())
}

/** Where a request with these headers came from. */
export function originOf(given: Pick<Headers, 'get'>): Origin {
  return {
    address: given.get('x-forwarded-for') ?? 'unknown',
    browser: (given.get('user-agent') ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_BROWSER),
    forwarded: given.get('x-mig-forwarded') !== null,
    host: given.get('host') ?? '',
  }
}

/** The address that people open: APP_URL, or http with the request's own accepted Host. */
export function siteOrigin(origin: Pick<Origin, 'host'>): string {
  return env().appUrl ?? `http://${origin.host}`
}

/** Whether cookies may only travel encrypted. */
export function isSecureSite(): boolean {
  return env().appUrl?.startsWith('https:') ?? false
}
