const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '53300', // too_many_connections
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  'P1001', // Prisma: can't reach the server
  'P1002',
  'P1008',
  'P1017',
  'P2024',
])
const AWAY_WORDS =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|DatabaseNotReachable|Can't reach database server|Connection ended unexpectedly|ConnectionClosed|Query read timeout/i

function chain(error: unknown): { code?: unknown; message?: unknown }[] {
  const found: { code?: unknown; message?: unknown }[] = []
  for (
    let e = error as { cause?: unknown } | undefined;
    e && typeof e === 'object' && found.length < 5;
    e = e.cause as never
  )
    found.push(e as never)
  if (error instanceof AggregateError) for (const inner of error.errors) found.push(inner as never)
  return found
}

/** True when the error means that the database cannot be reached now, so that trying again later makes sense. */
export function isUnavailable(error: unknown): boolean {
  return chain(error).some((e) => AWAY_CODES.has(String(e.code)) || AWAY_WORDS.test(String(e.message ?? '')))
}

// Prisma wraps PostgreSQL's own code: in `meta.code`, or in the driver's error below it.
type PrismaMeta = {
  meta?: { code?: unknown; driverAdapterError?: { cause?: { originalCode?: unknown; code?: unknown } } }
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return chain(error).some((e) => {
    const { meta } = e as PrismaMeta
    const cause = meta?.driverAdapterError?.cause
    return [e.code, meta?.code, cause?.originalCode, cause?.code].some((code) => codes.includes(String(code)))
  })
}

/** True when PostgreSQL cancelled the statement because it ran into its time limit. */
export function isTimeout(error: unknown): boolean {
  return hasCode(error, '57014')
}

/** The answer, or null where PostgreSQL stopped it at its time limit; throws what else it fails with. */
export async function unlessTimeout<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (isTimeout(error)) return null
    throw error
  }
}

/** True when two writers stood in each other's way and PostgreSQL undid one of them: trying again is right. */
export function isCollision(error: unknown): boolean {
  return hasCode(error, '40P01', '40001', 'P2034')
}

/** True when a lock was waited for longer than `lock_timeout`. */
export function isLocked(error: unknown): boolean {
  return hasCode(error, '55P03')
}
