import type pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { openPool } from '@/lib/db/pool'
import { run, type TestDatabase, type TestVintage, testDatabase } from './database'

const kept = globalThis as unknown as { migPool?: pg.Pool; migPrisma?: unknown }

/**
 * A database for one describe block, which the program's pool and Prisma client use meanwhile; `owner` runs a statement
 * as its owner. Several blocks of one file may each have a layout of their own.
 */
export function useDatabaseOf(vintage: TestVintage) {
  const database = {} as TestDatabase
  beforeAll(async () => {
    Object.assign(database, await testDatabase({ vintage }))
    kept.migPool = openPool(database.programUrl)
    kept.migPrisma = undefined
  })
  afterAll(async () => {
    await kept.migPool?.end()
    kept.migPool = undefined
    kept.migPrisma = undefined
    await database.drop?.()
  })
  return {
    owner: (text: string, values?: unknown[]) => run(database.ownerUrl, text, values),
    ownerUrl: () => database.ownerUrl,
  }
}
