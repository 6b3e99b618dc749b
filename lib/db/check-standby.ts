import type pg from 'pg'
import { withDatabase } from './setup'

/** The standby of DATABASE_READ_URL, beside the primary. */
export type StandbyReport = {
  /** Why it cannot be used at all, in a sentence; null when it can. */
  problem: string | null
  /** How much of the primary's log it has not replayed yet; null when that is not known. */
  behindBytes: number | null
  /** Since its newest replayed transaction, in milliseconds; grows also while nothing is written. */
  replayedMsAgo: number | null
  /** Whether it keeps the primary from removing rows that its reads still see. */
  feedback: boolean | null
  /** What would make it better, in sentences. */
  advice: string[]
}

type Found = {
  recovering: boolean
  replayed: string | null
  ms: string | null
  feedback: string
  paused: boolean | null
}

// Beyond this a standby is not busy but stands still.
const MUCH_BYTES = 64 * 1024 * 1024

/** Looks at a standby with its own URL and the primary's connection; changes nothing, and never throws. */
export async function checkStandby(url: string, primary: pg.Client): Promise<StandbyReport> {
  const unknown = { behindBytes: null, replayedMsAgo: null, feedback: null, advice: [] }
  try {
    return await withDatabase(url, async (client, session) => {
      if (!session.standby)
        return { ...unknown, problem: 'DATABASE_READ_URL names no standby: this server takes writes.' }
      const [here, there] = [await identityOf(client), await identityOf(primary)]
      if (here && there && here !== there)
        return { ...unknown, problem: 'DATABASE_READ_URL names the standby of another server than DATABASE_URL.' }
      const { rows } = await client.query<Found>(
        `SELECT pg_is_in_recovery() AS recovering, pg_last_wal_replay_lsn() AS replayed, current_setting('hot_standby_feedback') AS feedback,
           extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000 AS ms, pg_is_wal_replay_paused() AS paused`,
      )
      const found = rows[0] as Found
      const { rows: ahead } = await primary.query<{ bytes: string | null }>(
        'SELECT greatest(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1::pg_lsn), 0) AS bytes',
        [found.replayed],
      )
      const behindBytes = ahead[0]?.bytes == null ? null : Number(ahead[0].bytes)
      const feedback = found.feedback === 'on'
      return {
        problem: null,
        behindBytes,
        replayedMsAgo: found.ms === null ? null : Math.round(Number(found.ms)),
        feedback,
        advice: [
          ...(feedback
            ? []
            : [
                'hot_standby_feedback is off: long reads are cancelled there when the primary removes old rows. Set it to on.',
              ]),
          ...(found.paused ? ['Its replay is paused: pg_wal_replay_resume() goes on.'] : []),
          ...(behindBytes !== null && behindBytes > MUCH_BYTES
            ? ['It is far behind: look whether it still receives (pg_stat_wal_receiver), and how fast its disk is.']
            : []),
        ],
      }
    })
  } catch (error) {
    return { ...unknown, problem: error instanceof Error ? error.message : String(error) }
  }
}

async function identityOf(client: pg.Client): Promise<string | null> {
  try {
    const { rows } = await client.query<{ id: string }>('SELECT system_identifier::text AS id FROM pg_control_system()')
    return rows[0]?.id ?? null
  } catch {
    // Not granted.
    return null
  }
}
