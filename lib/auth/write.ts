import 'server-only'
import { isLocked } from '@/lib/db/availability'
import { db, type Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { lockSession, readSession } from './sessions'
import { assertAdmin, type Viewer } from './viewer'
import { keepWritten } from './written'

// Writers wait for each other at the audit; the statement time-out ends what takes longer.
const WAIT = { maxWait: 10_000, timeout: 15_000 }

/**
 * The lock of whoever changes people or ends sessions: two admins who demote each other at once would both be the last but
 * one, and two people who end each other's sessions would wait for each other.
 */
export const PEOPLE_LOCK = 4_217_003

/** How long a lock is waited for, in milliseconds, and what is said to whoever waits in vain: a whole sentence. */
export type LockWait = { ms: number; busy: string }

/**
 * One transaction of an admin. Session and role are read again inside it and kept from changing until it ends, so that a
 * person who was revoked meanwhile changes nothing. `lock` is an advisory lock taken before anything else. Throws
 * `unauthenticated` and `forbidden`.
 */
export async function inWrite<T>(
  viewer: Viewer,
  run: (tx: Transaction) => Promise<T>,
  { lock }: { lock?: number } = {},
): Promise<T> {
  assertAdmin(viewer)
  return inTransaction(viewer, lock, async (tx) => {
    await assertSession(tx, viewer, 'admin', lockSession)
    return run(tx)
  })
}

/**
 * A transaction of an admin that takes minutes: session and role are looked at when it begins, and read again and kept from
 * changing only by `stillMay`, so that meanwhile the session can be ended and the role taken away, and then nothing is
 * written. `run` awaits `stillMay` when all but the audit row is done; who returns without it is undone. `timeout` is how
 * many milliseconds each statement and the whole may take; waiting for the lock by `wait` comes on top. Throws as `inWrite`,
 * and `conflict` for a lock waited for in vain.
 */
export async function inLongWrite<T>(
  viewer: Viewer,
  run: (tx: Transaction, stillMay: () => Promise<void>) => Promise<T>,
  { lock, timeout, wait }: { lock: number; timeout: number; wait: LockWait },
): Promise<T> {
  assertAdmin(viewer)
  return inTransaction(
    viewer,
    lock,
    async (tx) => {
      await assertSession(tx, viewer, 'admin', readSession)
      let asked = false
      const done = await run(tx, async () => {
        await assertSession(tx, viewer, 'admin', lockSession)
        asked = true
      })
      if (!asked) throw new Error('a long write ended without a second look at its session')
      return done
    },
    { timeout, wait },
  )
}

/** One transaction of a signed-in person about what is theirs: sessions and tokens of their own. */
export async function inOwnWrite<T>(
  viewer: Viewer,
  run: (tx: Transaction) => Promise<T>,
  { lock }: { lock?: number } = {},
): Promise<T> {
  if (viewer.via === 'token') throw new AppError('forbidden', 'A token may only read.')
  return inTransaction(viewer, lock, async (tx) => {
    await assertSession(tx, viewer, 'investigator', lockSession)
    return run(tx)
  })
}

async function assertSession(
  tx: Transaction,
  viewer: Viewer,
  needs: 'admin' | 'investigator',
  roleOf: typeof lockSession,
): Promise<void> {
  if (viewer.via !== 'web') return
  const role = viewer.sessionId ? await roleOf(tx, viewer.sessionId) : null
  if (role === null || role === 'none')
    throw new AppError('unauthenticated', 'Your session has ended: nothing was changed. Sign in and try again.')
  if (needs === 'admin' && role !== 'admin')
    throw new AppError('forbidden', 'You are no admin any more: nothing was changed.')
}

async function inTransaction<T>(
  viewer: Viewer,
  lock: number | undefined,
  run: (tx: Transaction) => Promise<T>,
  { timeout, wait }: { timeout?: number; wait?: LockWait } = {},
): Promise<T> {
  const done = await db().$transaction(
    async (tx) => {
      // Before the lock: the role's limit for a statement is shorter than others may hold it.
      if (timeout !== undefined)
        await tx.$executeRaw(sql`SELECT set_config('statement_timeout', ${String(timeout)}, true)`)
      if (lock !== undefined) await takeLock(tx, lock, wait)
      return run(tx)
    },
    { ...WAIT, timeout: (timeout ?? WAIT.timeout) + (wait?.ms ?? 0) },
  )
  if (viewer.via === 'web') await keepWritten()
  return done
}

async function takeLock(tx: Transaction, lock: number, wait: LockWait | undefined): Promise<void> {
  if (wait) await tx.$executeRaw(sql`SELECT set_config('lock_timeout', ${String(wait.ms)}, true)`)
  try {
    await tx.$executeRaw(sql`SELECT pg_advisory_xact_lock(${lock})`)
  } catch (error) {
    if (wait && isLocked(error)) throw new AppError('conflict', wait.busy)
    throw error
  }
  if (wait) await tx.$executeRaw(sql`SELECT set_config('lock_timeout', '0', true)`)
}
