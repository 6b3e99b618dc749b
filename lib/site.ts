import 'server-only'
import { cache } from 'react'
import { pool } from '@/lib/db/pool'
import { type StandbyState, standbyState } from '@/lib/db/standby'
import { env } from '@/lib/env'

/** True when the database is the launcher's own and carries the demo's mark. Throws when the database is away. */
export const isDemo = cache(async (): Promise<boolean> => {
  if (!env().embedded) return false
  const { rowCount } = await pool().query('SELECT FROM dashboard.demo')
  return rowCount === 1
})

/** What is known of the standby that pages read from; null without one. */
export const readsFrom = cache((): Promise<StandbyState | null> => standbyState())
