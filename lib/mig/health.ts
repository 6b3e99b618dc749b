import 'server-only'
import { pool } from '@/lib/db/pool'
import { standbyState } from '@/lib/db/standby'
import { forgetVintage, vintage } from '@/lib/mig/vintage'
import { standbySentence } from '@/lib/standby-words'

type Check = { ok: boolean; reason?: string }

async function database(): Promise<Check> {
  try {
    await pool().query('SELECT 1')
    return { ok: true }
  } catch {
    forgetVintage()
    return { ok: false, reason: 'The database does not answer.' }
  }
}

async function layout(): Promise<Check> {
  try {
    const { kind, missing } = await vintage()
    if (kind === 'empty' || kind === 'unknown')
      return {
        ok: false,
        reason: `The database does not hold MIG's tables: ${missing.length} columns are missing or not granted.`,
      }
    return { ok: true }
  } catch {
    return { ok: false, reason: 'The layout of the tables cannot be read.' }
  }
}

async function standby(): Promise<Check | null> {
  const state = await standbyState()
  const reason = state?.problem ? standbySentence(state) : null
  return state && (reason === null ? { ok: true } : { ok: false, reason })
}

export type Health = { ok: boolean; checks: { database: Check; layout: Check; standby?: Check } }

/** Whether pages can be served, with reasons and without secrets; a spool or a standby that is away does not count. */
export async function health(): Promise<Health> {
  const checks = { database: await database(), layout: await layout() }
  const reads = await standby()
  return {
    ok: Object.values(checks).every((check) => check.ok),
    checks: { ...checks, ...(reads && { standby: reads }) },
  }
}
