import 'server-only'
import { db, type Transaction } from '@/lib/db/prisma'
import { AppError } from '@/lib/errors'
import { lockSession } from './sessions'
import { assertAdmin, type Viewer } from './viewer'

// Writers wait for each other at the audit; the statement time-out ends what takes longer.
const WAIT = { maxWait: 10_000, timeout: 15_000 }

/**
 * One transaction of an admin. Session and role are read again inside it and kept from changing until it ends, so that a
 * person who was revoked meanwhile changes nothing. Throws `unauthenticated` and `forbidden`.
 */
export async function inWrite<T>(viewer: Viewer, run: (tx: Transaction) => Promise<T>): Promise<T> {
  assertAdmin(viewer)
  return inOwnWrite(viewer, run, 'admin')
}

/** One transaction of a signed-in person about what is theirs: sessions and tokens of their own. */
export async function inOwnWrite<T>(
  viewer: Viewer,
  run: (tx: Transaction) => Promise<T>,
  needs: 'admin' | 'investigator' = 'investigator',
): Promise<T> {
  if (viewer.via === 'token') throw new AppError('forbidden', 'A token may only read.')
  return db().$transaction(async (tx) => {
    if (viewer.via === 'web') {
      const role = viewer.sessionId ? await lockSession(tx, viewer.sessionId) : null
      if (role === null || role === 'none')
        throw new AppError('unauthenticated', 'Your session has ended: nothing was changed. Sign in and try again.')
      if (needs === 'admin' && role !== 'admin')
        throw new AppError('forbidden', 'You are no admin any more: nothing was changed.')
    }
    return run(tx)
  }, WAIT)
}
