import 'server-only'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Viewer } from '@/lib/auth/viewer'
import { isUnavailable } from '@/lib/db/availability'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import type { ExportSource } from '@/lib/export'
import type { Instant } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'
import type { Page } from '@/lib/page'
import type { SpoolFailure } from './answer'
import { spoolClient } from './client'
import { showFileName } from './file-name'
import { findActions, type LinkedAction } from './links'
import { CLASSES_TO_LOOK_AT, RECONCILE_CLASSES, type ReconcileClass } from './reconcile-rules'
import { compareSpool, type ReconcileItem, type ReconcileProgress, SpoolAway } from './reconcile-run'
import type { ReconcileParams } from './search-params'
import { spoolError } from './spool-error'

/** So many items of each class and kind are kept for the list; counts and exports are of all. */
const KEPT = 5_000
/** A comparison is made anew when somebody looks and the last one is this old, or ten times as old as it took. */
const FRESH_MS = 5_000
const FRESH_FACTOR = 10
/** How long a page waits for a comparison: longer while there is nothing else to show. */
const FIRST_PATIENCE_MS = 6_000
const PATIENCE_MS = 1_000

type Kind = 'action' | 'command'

/** A finished comparison. */
export type ReconcileRun = {
  /** The "now" that ages were counted from, and the real moment of its end. */
  at: Instant
  ended: Instant
  tookMs: number
  files: number
  rows: number
  /** Files of which it is not known whether MIG can use them, because they are too big or may not be read. */
  unread: number
  counts: Record<ReconcileClass, Record<Kind, number>>
}

/** The last comparison, and how far the one under way is. */
export type Reconcile = { run: ReconcileRun | null; running: ReconcileProgress | null; failure: SpoolFailure | null }

export type ReconcileRow = ReconcileItem & { file: string | null; action: LinkedAction | null }

type Kept = { run: ReconcileRun; items: Map<string, ReconcileItem[]>; endedAt: number }
type Running = { progress: ReconcileProgress; done: Promise<void> }
type State = { root: string; last: Kept | null; running: Running | null; failed: unknown }

const held = globalThis as unknown as { migReconcile?: State }

function state(): State {
  const root = env().spoolDir
  if (held.migReconcile?.root !== root) held.migReconcile = { root, last: null, running: null, failed: null }
  return held.migReconcile
}

const keyOf = (found: ReconcileClass, kind: Kind) => `${found} ${kind}`

async function compare(into: State, running: Running): Promise<void> {
  const began = performance.now()
  const { mig } = await now()
  into.failed = null
  const counts = Object.fromEntries(
    RECONCILE_CLASSES.map((one) => [one, { action: 0, command: 0 }]),
  ) as ReconcileRun['counts']
  const items = new Map<string, ReconcileItem[]>()
  try {
    const all = compareSpool(spoolClient(into.root), env(), mig, (progress) => {
      running.progress = progress
    })
    for await (const batch of all)
      for (const item of batch) {
        const kind = item.directory[0]
        counts[item.class][kind]++
        const list = items.get(keyOf(item.class, kind))
        if (!list) items.set(keyOf(item.class, kind), [item])
        else if (list.length < KEPT) list.push(item)
      }
    const { files, rows, unread } = running.progress
    const run = { at: mig, ended: (await now()).clock, tookMs: performance.now() - began, files, rows, unread, counts }
    into.last = { run, items, endedAt: performance.now() }
    into.failed = null
  } catch (error) {
    into.failed = error
    if (!(error instanceof SpoolAway) && !isUnavailable(error)) console.error('The spool could not be compared:', error)
  } finally {
    into.running = null
  }
}

/** The last comparison of spool and database; begins one where it is due, and waits a little for it. Throws what the database throws. */
export async function getReconcile(_viewer: Viewer): Promise<Reconcile> {
  const current = state()
  const age = current.last ? performance.now() - current.last.endedAt : Number.POSITIVE_INFINITY
  if (!current.running && age > Math.max(FRESH_MS, FRESH_FACTOR * (current.last?.run.tookMs ?? 0))) {
    const running: Running = {
      progress: { phase: ['action', 'new'], files: 0, rows: 0, unread: 0 },
      done: Promise.resolve(),
    }
    current.running = running
    running.done = compare(current, running)
  }
  if (current.running) {
    const stop = new AbortController()
    await Promise.race([
      current.running.done,
      sleep(current.last ? PATIENCE_MS : FIRST_PATIENCE_MS, null, { signal: stop.signal }).catch(() => {}),
    ])
    stop.abort()
  }
  const { failed } = current
  if (failed && !(failed instanceof SpoolAway)) throw failed
  return {
    run: current.last?.run ?? null,
    running: current.running?.progress ?? null,
    failure: failed instanceof SpoolAway ? failed.failure : null,
  }
}

const classesOf = ({ filters }: Pick<ReconcileParams, 'filters'>) => filters.class ?? CLASSES_TO_LOOK_AT
const kindsOf = ({ filters }: Pick<ReconcileParams, 'filters'>): readonly Kind[] =>
  filters.kind ?? ['action', 'command']

/** One page of the last comparison's items, the gravest class first; null before the first one. Of each class and kind the first 5,000. */
export async function listReconciled(_viewer: Viewer, params: ReconcileParams): Promise<Page<ReconcileRow> | null> {
  const { last } = state()
  if (!last) return null
  const pairs = classesOf(params).flatMap((one) => kindsOf(params).map((kind) => [one, kind] as const))
  const items = pairs.flatMap(([one, kind]) => last.items.get(keyOf(one, kind)) ?? [])
  const count = pairs.reduce((sum, [one, kind]) => sum + last.run.counts[one][kind], 0)
  const place = (text: string | undefined) => Math.max(0, Math.min(items.length, Number.parseInt(text ?? '', 10) || 0))
  const start = params.before
    ? Math.max(0, place(params.before.key) - params.size)
    : params.after
      ? place(params.after.key) + 1
      : 0
  const shown = items.slice(start, start + params.size)
  const ids = [...new Set(shown.flatMap(({ actionId }) => actionId ?? []))]
  const actions = ids.length ? await findActions(sql`a.id = ANY(${ids}::numeric[])`, ids.length) : []
  const cursor = (i: number) => ({ key: String(i), id: '' })
  return {
    rows: shown.map((item) => ({
      ...item,
      file: item.name && showFileName(item.name),
      action: actions.find(({ id }) => id === item.actionId) ?? null,
    })),
    total: { count, more: false },
    first: shown.length ? cursor(start) : null,
    previous: start > 0 ? cursor(start) : null,
    next: start + shown.length < items.length ? cursor(start + shown.length - 1) : null,
  }
}

/** All items of the asked classes from a comparison of its own, in the order in which it meets them. Throws when the spool is away. */
export async function exportReconciled(
  _viewer: Viewer,
  params: Pick<ReconcileParams, 'filters'>,
): Promise<ExportSource> {
  const classes = new Set<string>(classesOf(params))
  const kinds = new Set<string>(kindsOf(params))
  const { mig } = await now()
  const all = compareSpool(spoolClient(env().spoolDir), env(), mig)
  async function* rows() {
    try {
      for await (const batch of all)
        yield batch
          .filter((item) => classes.has(item.class) && kinds.has(item.directory[0]))
          .map((item) => ({
            class: item.class,
            file: item.name && showFileName(item.name),
            kind: item.directory[0],
            state: item.directory[1],
            modified: item.modified,
            actionid: item.actionId,
            commandid: item.commandId,
            status: item.status,
          }))
    } catch (error) {
      throw error instanceof SpoolAway ? spoolError(error.failure) : error
    }
  }
  return {
    columns: [
      { name: 'class', kind: 'text' },
      { name: 'file', kind: 'text' },
      { name: 'kind', kind: 'text' },
      { name: 'state', kind: 'text' },
      { name: 'modified', kind: 'time' },
      { name: 'actionid', kind: 'id' },
      { name: 'commandid', kind: 'id' },
      { name: 'status', kind: 'text' },
    ],
    rows: rows(),
  }
}
