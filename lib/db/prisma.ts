import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '@/generated/prisma/client'
import { pool } from '@/lib/db/pool'

const kept = globalThis as unknown as { migPrisma?: PrismaClient }

/** The program's Prisma client, on the program's pool. */
export function db(): PrismaClient {
  kept.migPrisma ??= new PrismaClient({ adapter: new PrismaPg(pool()) })
  return kept.migPrisma
}

export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0]
