import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import { PrismaClient } from '@/generated/prisma/client'
import { openPool, pool } from '@/lib/db/pool'

const kept = globalThis as unknown as { migPool?: pg.Pool; migPrisma?: PrismaClient }

/** The program's Prisma client, on the program's pool. */
export function db(): PrismaClient {
  kept.migPrisma ??= new PrismaClient({ adapter: new PrismaPg(pool()) })
  return kept.migPrisma
}

export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0]

/** Runs `use` with the program's pool and Prisma client on this database, and closes both: for the command line. */
export async function withProgramOn<T>(url: string, use: () => Promise<T>): Promise<T> {
  const before = { ...kept }
  const opened = openPool(url, { max: 4 })
  kept.migPool = opened
  kept.migPrisma = undefined
  try {
    return await use()
  } finally {
    kept.migPool = before.migPool
    kept.migPrisma = before.migPrisma
    await opened.end()
  }
}
