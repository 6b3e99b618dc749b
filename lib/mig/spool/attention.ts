import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { attentionBounds } from '@/lib/mig/actions/anomalies'
import { attentionReasonSql } from '@/lib/mig/actions/attention.sql'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Total } from '@/lib/page'
import { spoolClient } from './client'
import { encodeFileName, type SpoolFileName, showFileName } from './file-name'
import type { SpoolOverview } from './overview'
import { countReconcileAnomalies } from './reconcile'

const ACTIONS = 1_000
const POISON_SHOWN = 3

/** How many: counted by the last comparison of spool and database, or `about` so many before there is one. */
export type AnomalyCount = Total & { about: boolean }

/** Signs of mig-domain 1.5 for which the spool was looked at; null where it could not be, or where a count is not known. */
export type SpoolSigns = {
  /** Actions that were not picked up, and no file from which they could be is left (A1). */
  neverPickedUp: Total | null
  /** Commands that are out, of expired actions, and no file is left to end them (A6). */
  leftOut: AnomalyCount | null
  /** Files in action/invalid that are named by the moment of a failure (A7). */
  failures: AnomalyCount
  /** Files in command/returned for longer than two collector periods (`span`), and some of those that MIG cannot use (A8). */
  overdue: (Total & { span: number; poison: { name: SpoolFileName; file: string }[] }) | null
}

/** What the spool adds to the signs that rows show; each part by itself. Only where there may be one a comparison is asked. */
export async function getSpoolSigns(viewer: Viewer, at: Instant, spool: SpoolOverview): Promise<SpoolSigns> {
  const state = (name: string) => spool.states.find(({ directory }) => directory.join('/') === name)
  const returned = state('command/returned')
  const failures = state('action/invalid')?.failures ?? { count: 0, more: false }
  const [isWaiting, leftOut, poison] = await Promise.all([
    isAnyNotPickedUp(at),
    commandsLeftOut(at),
    returned?.overdue?.count ? poisonFiles() : [],
  ])
  const compared = isWaiting || leftOut?.count || failures.count ? await countReconcileAnomalies(viewer) : null
  const counted = (count: number | undefined, estimate: Total): AnomalyCount =>
    count === undefined ? { ...estimate, about: estimate.count > 0 } : { count, more: false, about: false }
  return {
    neverPickedUp: compared && { count: compared.A1, more: false },
    leftOut: leftOut && counted(compared?.A6, leftOut),
    failures: counted(compared?.A7, failures),
    overdue: returned?.overdue ? { ...returned.overdue, span: 2 * env().collectorPeriod, poison } : null,
  }
}

async function isAnyNotPickedUp(at: Instant): Promise<boolean> {
  const bounds = attentionBounds(at, env())
  const { rowCount } = await pool().query(sql`
    SELECT 1 FROM public.actions a
    WHERE a.status = 'init' AND ${attentionReasonSql(await vintage(), 'a', bounds)} = 'A1' LIMIT 1`)
  return rowCount !== 0
}

/** By the summaries' counts, so that no page counts the commands; actions that are not counted yet are missing. */
async function commandsLeftOut(at: Instant): Promise<Total | null> {
  const { due } = attentionBounds(at, env())
  const { rows } = await pool().query<{ id: MigId; out: string }>(sql`
    SELECT trunc(a.id)::text AS id, s.still_out::text AS out
    FROM dashboard.action_summary s JOIN public.actions a ON a.id = s.action_id
    WHERE s.still_out > 0 AND a.expireafter < ${due}::timestamptz ORDER BY a.id DESC LIMIT ${ACTIONS + 1}`)
  const more = rows.length > ACTIONS
  const actions = rows.slice(0, ACTIONS)
  if (actions.length === 0) return { count: 0, more: false }
  const ids = actions.map(({ id }) => id)
  const answer = await spoolClient(env().spoolDir).ask<'tally'>({
    command: 'tally',
    kind: 'command',
    state: 'inflight',
    ids,
  })
  if (!answer.ok && answer.reason !== 'absent') return null
  const files = new Map(answer.ok ? answer.value.counts.map((one) => [one.id, one.files]) : [])
  const count = actions.reduce((sum, { id, out }) => sum + Math.max(0, Number(out) - (files.get(id) ?? 0)), 0)
  return { count, more }
}

async function poisonFiles(): Promise<{ name: SpoolFileName; file: string }[]> {
  const answer = await spoolClient(env().spoolDir).ask<'list'>({
    command: 'list',
    kind: 'command',
    state: 'returned',
    size: POISON_SHOWN,
    content: { broken: true },
  })
  if (!answer.ok) return []
  return answer.value.rows.map((row) => {
    const name = encodeFileName(row.name)
    return { name, file: showFileName(name) }
  })
}
