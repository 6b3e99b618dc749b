import type pg from 'pg'
import { raw, sql } from '@/lib/db/sql'
import type { Instant } from '@/lib/mig/wire/time'
import type { Figures } from './figures'

/** How fine samples are. */
export const GRAINS = ['minute', 'hour', 'day'] as const
export type Grain = (typeof GRAINS)[number]

/** Writes the figures as the last sample of their minute, hour and day (UTC), in the caller's transaction. */
export async function writeSample(client: pg.ClientBase, at: Instant, figures: Figures): Promise<void> {
  const { byState, newest } = figures
  await client.query(sql`
    INSERT INTO dashboard.fleet_sample AS s (grain, bucket, at, endpoints, online, late, unreachable, gone, destroyed, ahead,
      unknown, processes, offline_names, offline_endpoints, doubles, doubles_alive, newest, by_version, by_os)
    SELECT grain, date_trunc(grain, ${at}::timestamptz, 'UTC'), ${at}::timestamptz, ${figures.endpoints}::integer,
      ${byState.online}::integer, ${byState.late}::integer, ${byState.unreachable}::integer, ${byState.gone}::integer,
      ${byState.destroyed}::integer, ${byState.ahead}::integer, ${byState.unknown}::integer, ${figures.processes}::integer,
      ${figures.offlineNames}::integer, ${figures.offlineEndpoints}::integer, ${figures.doubles}::integer,
      ${figures.doublesAlive}::integer, ${newest}::timestamptz, ${JSON.stringify(figures.byVersion)}::jsonb,
      ${JSON.stringify(figures.byOs)}::jsonb
    FROM unnest(ARRAY[${raw(GRAINS.map((grain) => `'${grain}'`).join(', '))}]) AS g (grain)
    ON CONFLICT (grain, bucket) DO UPDATE SET at = excluded.at, endpoints = excluded.endpoints, online = excluded.online,
      late = excluded.late, unreachable = excluded.unreachable, gone = excluded.gone, destroyed = excluded.destroyed,
      ahead = excluded.ahead, unknown = excluded.unknown, processes = excluded.processes,
      offline_names = excluded.offline_names, offline_endpoints = excluded.offline_endpoints, doubles = excluded.doubles,
      doubles_alive = excluded.doubles_alive, newest = excluded.newest, by_version = excluded.by_version, by_os = excluded.by_os
    WHERE s.at < excluded.at`)
}
