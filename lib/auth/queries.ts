import 'server-only'
import { pool } from '@/lib/db/pool'
import { type Sql, sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { normalSql } from './person.sql'
import { LIVE } from './sessions'
import { assertAdmin, type Viewer } from './viewer'

/** A live session. */
export type SessionRow = {
  id: string
  person: { id: MigId; name: string }
  created: Instant
  lastUsed: Instant
  expires: Instant
  address: string
  /** The browser's own words about itself. */
  browser: string
  /** Whether it is the session of this very request. */
  isThis: boolean
}

const SHOWN = 200

/** The viewer's own live sessions, the one used last first. */
export async function listOwnSessions(viewer: Viewer): Promise<SessionRow[]> {
  if (viewer.id === null) return []
  return (await list(viewer, sql`s.investigator_id = ${viewer.id}::numeric`)).rows
}

/** The live sessions of one person, the one used last first. For admins. */
export async function listSessionsOf(viewer: Viewer, investigatorId: MigId): Promise<SessionRow[]> {
  assertAdmin(viewer)
  return (await list(viewer, sql`s.investigator_id = ${investigatorId}::numeric`)).rows
}

/** Everybody's live sessions, at most 200, the one used last first. Throws `forbidden` unless the viewer is an admin. */
export async function listSessions(viewer: Viewer): Promise<{ rows: SessionRow[]; more: boolean }> {
  assertAdmin(viewer)
  return list(viewer, sql`true`)
}

async function list(viewer: Viewer, which: Sql): Promise<{ rows: SessionRow[]; more: boolean }> {
  const { rows } = await pool().query<Omit<SessionRow, 'person' | 'isThis'> & { personId: MigId; name: string }>(sql`
    SELECT s.id::text AS id, trunc(i.id)::text AS "personId", i.name, s.created_at AS created, s.last_used_at AS "lastUsed",
      s.expires_at AS expires, coalesce(s.address, '') AS address, coalesce(s.browser, '') AS browser
    FROM dashboard.session s
    JOIN public.investigators i ON i.id = s.investigator_id AND ${normalSql(sql`i.pgpfingerprint`)} = s.fingerprint
    WHERE ${which} AND ${LIVE}
    ORDER BY s.last_used_at DESC, s.id LIMIT ${SHOWN + 1}`)
  return {
    rows: rows.slice(0, SHOWN).map(({ personId, name, ...row }) => ({
      ...row,
      person: { id: personId, name },
      isThis: row.id === viewer.sessionId,
    })),
    more: rows.length > SHOWN,
  }
}
