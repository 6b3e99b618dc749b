import 'server-only'
import { cache } from 'react'
import { isLoopbackHost } from '@/lib/env'
import { AppError } from '@/lib/errors'
import type { MigId } from '@/lib/mig/wire/id'
import { readCookie } from './cookies'
import { type Origin, originOf, requestOrigin } from './request'
import { sessionPerson } from './sessions'
import { hasMetricsToken, isMetricsToken, tokenPerson } from './tokens'

declare const made: unique symbol

/** The person on whose behalf a query or mutation runs. Only this module makes one. */
export type Viewer = {
  /** null for the system account. */
  readonly id: MigId | null
  readonly name: string
  readonly fingerprint: string | null
  readonly role: 'admin' | 'investigator'
  readonly via: 'web' | 'token' | 'operator'
  /** The session of a person in a browser; null otherwise. */
  readonly sessionId: string | null
  readonly address: string | null
  readonly [made]: true
}

const make = (viewer: Omit<Viewer, typeof made>): Viewer => viewer as Viewer

const NOBODY = 'You are not signed in, or your session has ended. Sign in and try again.'

async function sessionViewer(origin: Origin): Promise<Viewer | null> {
  const secret = await readCookie('session')
  const person = secret && (await sessionPerson(secret))
  if (!person || person.role === 'none') return null
  const { id, name, fingerprint, role, sessionId } = person
  return make({ id, name, fingerprint, role, via: 'web', sessionId, address: origin.address })
}

/** Who is signed in in this request's browser, or null. */
export const currentViewer = cache(async (): Promise<Viewer | null> => sessionViewer(await requestOrigin()))

/** The viewer of this request. Throws `unauthenticated` when nobody is signed in. */
export async function requireViewer(): Promise<Viewer> {
  const viewer = await currentViewer()
  if (!viewer) throw new AppError('unauthenticated', NOBODY)
  return viewer
}

/** The viewer of a route handler's request: by bearer token when there is one, else by session. Throws `unauthenticated`. */
export async function requestViewer(request: Request): Promise<Viewer> {
  const given = request.headers.get('authorization')
  if (given === null) return requireViewer()
  const origin = originOf(request.headers)
  const secret = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(given)?.[1]
  const person = secret ? await tokenPerson(secret) : null
  if (!person) throw new AppError('unauthenticated', 'This token is not valid: it is unknown, expired or revoked.')
  const { id, name, fingerprint, role } = person
  return make({ id, name, fingerprint, role, via: 'token', sessionId: null, address: origin.address })
}

const LOOPBACK_ONLY =
  'Without a token the metrics are read on this machine only, by a loopback name and not through a proxy. Make one with "token create --metrics NAME".'

/**
 * Whoever scrapes the metrics: by a bearer token for them, or, while there is no such token, by a loopback Host without
 * forwarding headers. Throws `unauthenticated` or `forbidden`.
 */
export async function metricsViewer(request: Request): Promise<Viewer> {
  const given = request.headers.get('authorization')
  const origin = originOf(request.headers)
  if (given !== null) {
    const secret = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(given)?.[1]
    if (!secret || !(await isMetricsToken(secret)))
      throw new AppError(
        'unauthenticated',
        'This is no valid token for the metrics: it is unknown, expired or revoked.',
      )
  } else {
    if (await hasMetricsToken()) throw new AppError('unauthenticated', 'The metrics need their bearer token.')
    const address = `http://${origin.host}`
    if (origin.forwarded || !URL.canParse(address) || !isLoopbackHost(new URL(address).hostname))
      throw new AppError('forbidden', LOOPBACK_ONLY)
  }
  return make({
    id: null,
    name: 'metrics',
    fingerprint: null,
    role: 'investigator',
    via: 'token',
    sessionId: null,
    address: origin.address,
  })
}

/** The operator at the command line: whoever may read the database's address may do everything, and the audit says so. */
export function operatorViewer(): Viewer {
  return make({
    id: null,
    name: 'operator (system account)',
    fingerprint: null,
    role: 'admin',
    via: 'operator',
    sessionId: null,
    address: null,
  })
}

/** Throws `forbidden` unless the viewer may write; a token never may. */
export function assertAdmin(viewer: Viewer): void {
  if (viewer.via === 'token') throw new AppError('forbidden', 'A token may only read.')
  if (viewer.role !== 'admin')
    throw new AppError('forbidden', 'Only an admin may do this. You are signed in as an investigator, who may read.')
}
