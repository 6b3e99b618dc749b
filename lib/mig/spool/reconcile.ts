import 'server-only'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Viewer } from '@/lib/auth/viewer'
import { isUnavailable } from '@/lib/db/availability'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { AppError } from '@/lib/errors'
import type { ExportSource } from '@/lib/export'
import { dateToInstant, type Instant, instantToDate } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'
import type { Page } from '@/lib/page'
import { SPOOL_KINDS, type SpoolFailure, type SpoolKind } from './answer'
import { spoolClient } from './client'
import { showFileName } from './file-name'
import { findActions, type LinkedAction } from './links'
import { type CellFilter, isAsked, ReconcileCells } from './reconcile-cells'
import {
  CLASSES_TO_LOOK_AT,
  RECONCILE_ANOMALIES,
  RECONCILE_CLASSES,
  type ReconcileAnomaly,
  type ReconcileClass,
} from './reconcile-rules'
import { compareSpool, type ReconcileItem, type ReconcileProgress, SpoolAway } from './reconcile-run'
import type { ReconcileParams } from './search-params'
import { spoolError } from './spool-error'

/** So many items of each class, kind and anomaly are kept for the list; counts and exports are of all. */
const KEPT = 5_000
/** A comparison is made anew when somebody looks and the last one is this old, or ten times as old as it took. */
const FRESH_MS = 5_000
const FRESH_FACTOR = 10
/** How long a page waits for a comparison: longer while there is nothing else to show. */
const FIRST_PATIENCE_MS = 6_000
const PATIENCE_MS = 1_000
/** For the overview, which asks by itself, a comparison is made less often, and waited for hardly at all. */
const OVERVIEW = { fresh: 60_000, factor: 20, patience: 700 }

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
  counts: Record<ReconcileClass, Record<SpoolKind, number>>
  anomalies: Record<ReconcileAnomaly, number>
}

/** The last comparison, and how far the one under way is. */
export type Reconcile = { run: ReconcileRun | null; running: ReconcileProgress | null; failure: SpoolFailure | null }

export type ReconcileRow = ReconcileItem & { file: string | null; action: LinkedAction | null }

type Kept = { run: ReconcileRun; cells: ReconcileCells; endedAt: number }
type Running = { progress: ReconcileProgress; done: Promise<void> }
type State = { root: string; last: Kept | null; running: Running | null; failed: unknown }

const held = globalThis as unknown as { migReconcile?: State }

function state(): State {
  const root = env().spoolDir
  if (held.migReconcile?.root !== root) held.migReconcile = { root, last: null, running: null, failed: null }
  return held.migReconcile
}

async function compare(into: State, running: Running): Promise<void> {
  const began = performance.now()
  try {
    const { mig, clock } = await now()
    into.failed = null
    const cells = new ReconcileCells(KEPT)
    const all = compareSpool(spoolClient(into.root), env(), mig, (progress) => {
      running.progress = progress
    })
    for await (const batch of all) for (const item of batch) cells.add(item)
    const { files, rows, unread } = running.progress
    const tookMs = performance.now() - began
    const run = {
      at: mig,
      // now() is the same one within a request.
      ended: dateToInstant(new Date(instantToDate(clock).getTime() + tookMs)),
      tookMs,
      files,
      rows,
      unread,
      ...countsOf(cells),
    }
    into.last = { run, cells, endedAt: performance.now() }
    into.failed = null
  } catch (error) {
    into.failed = error
    if (!(error instanceof SpoolAway) && !isUnavailable(error)) console.error('The spool could not be compared:', error)
  } finally {
    into.running = null
  }
}

function countsOf(cells: ReconcileCells): Pick<ReconcileRun, 'counts' | 'anomalies'> {
  const count = (one: ReconcileClass, kind: SpoolKind) =>
    cells.count({ classes: [one], kinds: [kind], anomalies: null })
  return {
    counts: Object.fromEntries(
      RECONCILE_CLASSES.map((one) => [one, { action: count(one, 'action'), command: count(one, 'command') }]),
    ) as ReconcileRun['counts'],
    anomalies: Object.fromEntries(
      RECONCILE_ANOMALIES.map((one) => [
        one,
        cells.count({ classes: RECONCILE_CLASSES, kinds: SPOOL_KINDS, anomalies: [one] }),
      ]),
    ) as ReconcileRun['anomalies'],
  }
}

/** Begins a comparison where the last one is too old. */
function beginWhereDue(current: State, fresh: number, factor: number): void {
  const age = current.last ? performance.now() - current.last.endedAt : Number.POSITIVE_INFINITY
  if (current.running || age <= Math.max(fresh, factor * (current.last?.run.tookMs ?? 0))) return
  const running: Running = {
    progress: { phase: ['action', 'new'], files: 0, rows: 0, unread: 0 },
    done: Promise.resolve(),
  }
  current.running = running
  running.done = compare(current, running)
}

async function waitFor({ running }: State, patience: number): Promise<void> {
  if (!running) return
  const stop = new AbortController()
  await Promise.race([running.done, sleep(patience, null, { signal: stop.signal }).catch(() => {})])
  stop.abort()
}

/** The last comparison of spool and database; begins one where it is due, and waits a little for it. Throws what the database throws. */
export async function getReconcile(_viewer: Viewer): Promise<Reconcile> {
  const current = state()
  beginWhereDue(current, FRESH_MS, FRESH_FACTOR)
  await waitFor(current, current.last ? PATIENCE_MS : FIRST_PATIENCE_MS)
  const { failed } = current
  if (failed && !(failed instanceof SpoolAway)) throw failed
  return {
    run: current.last?.run ?? null,
    running: current.running?.progress ?? null,
    failure: failed instanceof SpoolAway ? failed.failure : null,
  }
}

/** What the last comparison counted of the anomalies, for the overview; null before the first one. */
export async function countReconcileAnomalies(_viewer: Viewer): Promise<ReconcileRun['anomalies'] | null> {
  const current = state()
  beginWhereDue(current, OVERVIEW.fresh, OVERVIEW.factor)
  if (!current.last) await waitFor(current, OVERVIEW.patience)
  return current.last?.run.anomalies ?? null
}

function askedOf({ filters }: Pick<ReconcileParams, 'filters'>): CellFilter {
  const { anomaly, kind } = filters
  return {
    classes: filters.class ?? (anomaly ? RECONCILE_CLASSES : CLASSES_TO_LOOK_AT),
    kinds: kind ?? SPOOL_KINDS,
    anomalies: anomaly ?? null,
  }
}

/**
 * One page of the last comparison's items, the gravest class first; null before the first one. Of each class, kind and anomaly
 * the first 5,000. A place in the list is the same one in every comparison. Throws `invalid` for another list's cursor.
 */
export async function listReconciled(_viewer: Viewer, params: ReconcileParams): Promise<Page<ReconcileRow> | null> {
  const { last } = state()
  if (!last) return null
  const asked = askedOf(params)
  const page = last.cells.page(asked, params)
  if (!page)
    throw new AppError('invalid', 'This page address does not belong to this list: start again from its first page.')
  const { items, ...places } = page
  const ids = [...new Set(items.flatMap(({ actionId }) => actionId ?? []))]
  const actions = ids.length ? await findActions(sql`a.id = ANY(${ids}::numeric[])`, ids.length) : []
  return {
    rows: items.map((item) => ({
      ...item,
      file: item.name && showFileName(item.name),
      action: actions.find(({ id }) => id === item.actionId) ?? null,
    })),
    total: { count: last.cells.count(asked), more: false },
    ...places,
  }
}

/** All items of the asked classes from a comparison of its own, in the order in which it meets them. Throws when the spool is away. */
export async function exportReconciled(
  _viewer: Viewer,
  params: Pick<ReconcileParams, 'filters'>,
): Promise<ExportSource> {
  const asked = askedOf(params)
  const { mig } = await now()
  const all = compareSpool(spoolClient(env().spoolDir), env(), mig)
  async function* rows() {
    try {
      for await (const batch of all)
        yield batch
          .filter((item) => isAsked(item, asked))
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
