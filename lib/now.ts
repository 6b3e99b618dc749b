import 'server-only'
import { cache } from 'react'
import { pool } from '@/lib/db/pool'
import { env } from '@/lib/env'
import type { Instant } from '@/lib/mig/wire/time'

/** `mig`: the "now" of questions about MIG's data; `clock`: the database's real clock, for everything of our own. */
export type Now = { mig: Instant; clock: Instant; fixed: boolean }

/** The database's clock, and MIG_NOW in its place for questions about MIG's data; the same within one request. */
export const now = cache(async (): Promise<Now> => {
  const { rows } = await pool().query<{ clock: Instant }>('SELECT clock_timestamp() AS clock')
  const clock = rows[0]?.clock as Instant
  const fixed = env().migNow
  return { mig: fixed ?? clock, clock, fixed: fixed !== null }
})
