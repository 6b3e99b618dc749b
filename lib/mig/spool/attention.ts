import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
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
import type { SpoolOverview } from './queries'

const ACTIONS = 1_000
const POISON_SHOWN = 3

/** Signs of mig-domain 1.5 for which the spool was looked at; null where it could not be, or where a count is not known. */
export type SpoolSigns = {
  /** Of the actions that were not picked up those without a file in action/new, and those whose file waits there (A1). */
  notPickedUp: { lost: Total; waiting: Total } | null
  /** Commands that are out, of expired actions, beyond the files that command/inflight holds of them (A6). */
  leftOut: (Total & { actions: number }) | null
  /** Files in action/invalid that are named by the moment of a failure (A7). */
  failures: Total
  /** Files in command/returned for longer than two collector periods, and some of those that MIG cannot use (A8). */
  overdue: (Total & { poison: { name: SpoolFileName; file: string }[] }) | null
}

/** What the spool adds to the signs that rows show; each part by itself. */
export async function getSpoolSigns(_viewer: Viewer, at: Instant, spool: SpoolOverview): Promise<SpoolSigns> {
  const state = (name: string) => spool.states.find(({ directory }) => directory.join('/') === name)
  const returned = state('command/returned')
  const [notPickedUp, leftOut, poison] = await Promise.all([
    waitingActions(at),
    commandsLeftOut(at),
    returned?.overdue?.count ? poisonFiles() : [],
  ])
  return {
    notPickedUp,
    leftOut,
    failures: state('action/invalid')?.failures ?? { count: 0, more: false },
    overdue: returned?.overdue ? { ...returned.overdue, poison } : null,
  }
}

async function waitingActions(at: Instant): Promise<SpoolSigns['notPickedUp']> {
  const bounds = attentionBounds(at, env())
  const { rows } = await reader().query<{ id: MigId }>(sql`
    SELECT trunc(a.id)::text AS id FROM public.actions a
    WHERE a.status = 'init' AND ${attentionReasonSql(await vintage(), 'a', bounds)} = 'A1' LIMIT ${ACTIONS + 1}`)
  const more = rows.length > ACTIONS
  const ids = rows.slice(0, ACTIONS).map(({ id }) => id)
  if (ids.length === 0) return { lost: { count: 0, more }, waiting: { count: 0, more } }
  const names = ids.map((id) => `${id}.json`)
  const answer = await spoolClient(env().spoolDir).ask<'stat'>({ command: 'stat', kind: 'action', state: 'new', names })
  if (!answer.ok && answer.reason !== 'absent') return null
  const files = answer.ok ? answer.value.rows.filter(({ kind }) => kind === 'file').length : 0
  return { lost: { count: ids.length - files, more }, waiting: { count: files, more: more && files > 0 } }
}

/** By the summaries' counts, so that no page counts the commands; actions that are not counted yet are missing. */
async function commandsLeftOut(at: Instant): Promise<SpoolSigns['leftOut']> {
  const { due } = attentionBounds(at, env())
  const { rows } = await reader().query<{ id: MigId; out: string }>(sql`
    SELECT trunc(a.id)::text AS id, s.still_out::text AS out
    FROM dashboard.action_summary s JOIN public.actions a ON a.id = s.action_id
    WHERE s.still_out > 0 AND a.expireafter < ${due}::timestamptz ORDER BY a.id DESC LIMIT ${ACTIONS + 1}`)
  const more = rows.length > ACTIONS
  const actions = rows.slice(0, ACTIONS)
  if (actions.length === 0) return { count: 0, more: false, actions: 0 }
  const ids = actions.map(({ id }) => id)
  const answer = await spoolClient(env().spoolDir).ask<'tally'>({
    command: 'tally',
    kind: 'command',
    state: 'inflight',
    ids,
  })
  if (!answer.ok && answer.reason !== 'absent') return null
  const files = new Map(answer.ok ? answer.value.counts.map((one) => [one.id, one.files]) : [])
  const lost = actions.map(({ id, out }) => Math.max(0, Number(out) - (files.get(id) ?? 0)))
  return { count: lost.reduce((sum, n) => sum + n, 0), more, actions: lost.filter((n) => n > 0).length }
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
