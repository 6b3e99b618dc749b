import 'server-only'
import { db, type Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { lockSession } from './sessions'
import { assertAdmin, type Viewer } from './viewer'

// Writers wait for each other at the audit; the statement time-out ends what takes longer.
const WAIT = { maxWait: 10_000, timeout: 15_000 }

/**
 * The lock of whoever changes people or ends sessions: two admins who demote each other at once would both be the last but
 * one, and two people who end each other's sessions would wait for each other.
 */
export const PEOPLE_LOCK = 4_217_003

/**
 * One transaction of an admin. Session and role are read again inside it and kept from changing until it ends, so that a
 * person who was revoked meanwhile changes nothing. `lock` is an advisory lock taken before anything else, `timeout` how
 * many milliseconds the whole may take when that is not 15 s. Throws `unauthenticated` and `forbidden`.
 */
export async function inWrite<T>(
  viewer: Viewer,
  run: (tx: Transaction) => Promise<T>,
  { lock, timeout }: { lock?: number; timeout?: number } = {},
): Promise<T> {
  assertAdmin(viewer)
  return inTransaction(viewer, 'admin', lock, run, timeout)
}

/** One transaction of a signed-in person about what is theirs: sessions and tokens of their own. */
export async function inOwnWrite<T>(
  viewer: Viewer,
  run: (tx: Transaction) => Promise<T>,
  { lock }: { lock?: number } = {},
): Promise<T> {
  if (viewer.via === 'token') throw new AppError('forbidden', 'A token may only read.')
  return inTransaction(viewer, 'investigator', lock, run)
}

function inTransaction<T>(
  viewer: Viewer,
  needs: 'admin' | 'investigator',
  lock: number | undefined,
  run: (tx: Transaction) => Promise<T>,
  timeout = WAIT.timeout,
): Promise<T> {
  return db().$transaction(
    async (tx) => {
      if (lock !== undefined) await tx.$executeRaw(sql`SELECT pg_advisory_xact_lock(${lock})`)
      if (viewer.via === 'web') {
        const role = viewer.sessionId ? await lockSession(tx, viewer.sessionId) : null
        if (role === null || role === 'none')
          throw new AppError('unauthenticated', 'Your session has ended: nothing was changed. Sign in and try again.')
        if (needs === 'admin' && role !== 'admin')
          throw new AppError('forbidden', 'You are no admin any more: nothing was changed.')
      }
      return run(tx)
    },
    { ...WAIT, timeout },
  )
}
