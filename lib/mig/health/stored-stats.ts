import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { ranSql } from '@/lib/db/shown-sql'
import { vintage } from '@/lib/mig/vintage'
import { type Instant, instantToNanos } from '@/lib/mig/wire/time'
import type { RanSql } from '@/lib/page'
import { storedStatsSql } from './samples.sql'

/** One row of MIG's own statistics, kept by its scheduler of 2015 to 2019; null for what it did not count. */
export type StoredStats = {
  at: Instant
  onlineAgents: number | null
  onlineEndpoints: number | null
  idleAgents: number | null
  idleEndpoints: number | null
  newEndpoints: number | null
  multiAgentsEndpoints: number | null
  disappearedEndpoints: number | null
  flappingEndpoints: number | null
  onlineByVersion: { version: string; count: number }[]
}

const MOST_STATS = 1_000

/** Seconds of which the last row is read. */
const statsStep = ({ from, to }: { from: Instant; to: Instant }) =>
  Math.max(1, Number((instantToNanos(to) - instantToNanos(from)) / 1_000_000_000n) / MOST_STATS)

/** The statement behind `getStoredStats`. */
export function ranForStoredStats(_viewer: Viewer, range: { from: Instant; to: Instant }): RanSql[] {
  return [ranSql('MIG’s own statistics', storedStatsSql(range, statsStep(range)), range.to)]
}

/** MIG's own `agents_stats` in a range, thinned to its last rows of equal steps; null where that table is not there or not granted. */
export async function getStoredStats(
  _viewer: Viewer,
  range: { from: Instant; to: Instant },
): Promise<StoredStats[] | null> {
  const columns = (await vintage()).columns.agents_stats
  if (!columns) return null
  const { rows: granted } = await reader().query<{ may: boolean }>(
    `SELECT has_table_privilege('public.agents_stats', 'SELECT') OR has_any_column_privilege('public.agents_stats', 'SELECT') AS may`,
  )
  if (!granted[0]?.may) return null
  const { rows } = await reader().query<
    Record<keyof Omit<StoredStats, 'at' | 'onlineByVersion'>, string | null> & {
      at: Instant | null
      versions: string | null
    }
  >(storedStatsSql(range, statsStep(range)))
  return rows.flatMap(({ at, versions, ...numbers }) =>
    at === null
      ? []
      : [
          {
            at,
            ...(Object.fromEntries(
              Object.entries(numbers).map(([key, n]) => [key, n === null ? null : Number(n)]),
            ) as Record<keyof typeof numbers, number | null>),
            onlineByVersion: versionsOf(versions),
          },
        ],
  )
}

/** The JSON list that the scheduler writes: objects of version and count; anything else is left out. */
function versionsOf(text: string | null): StoredStats['onlineByVersion'] {
  let read: unknown
  try {
    read = JSON.parse(text ?? 'null')
  } catch {
    return []
  }
  if (!Array.isArray(read)) return []
  return read.flatMap((entry: { version?: unknown; count?: unknown } | null) =>
    typeof entry?.version === 'string' && typeof entry.count === 'number'
      ? [{ version: entry.version, count: entry.count }]
      : [],
  )
}
