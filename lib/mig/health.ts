import 'server-only'
import { pool } from '@/lib/db/pool'
import { forgetVintage, vintage } from '@/lib/mig/vintage'

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

export type Health = { ok: boolean; checks: { database: Check; layout: Check } }

/** Whether pages can be served, with reasons and without secrets; a spool that is away does not count. */
export async function health(): Promise<Health> {
  const checks = { database: await database(), layout: await layout() }
  return { ok: Object.values(checks).every((check) => check.ok), checks }
}
