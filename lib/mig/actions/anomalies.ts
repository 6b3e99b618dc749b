import { earlier } from '@/lib/mig/agents/state'
import { idCreatedAt, type MigId } from '@/lib/mig/wire/id'
import type { Tone } from '@/lib/mig/wire/status'
import { compareInstants, dateToInstant, type Instant } from '@/lib/mig/wire/time'
import type { Counters } from './queries'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** What an action's row alone can tell; every row of the list has it. */
export type RowFacts = {
  id: MigId
  status: string | null
  validfrom: Instant | null
  expireafter: Instant | null
  starttime: Instant | null
  counters: Counters
}

/** Why an action needs attention, as its row alone tells: anomalies of mig-domain 1.5, and actions that lately became invalid. */
export const ATTENTION_REASONS = ['A1', 'A2', 'A3', 'A5', 'A9', 'invalid'] as const
export type AttentionReason = (typeof ATTENTION_REASONS)[number]

/** Label and tone of each reason, and what the row shows; `why` of the detail page tells the rest. */
export const ATTENTION: Readonly<Record<AttentionReason, { label: string; tone: Tone; sentence: string }>> = {
  A1: {
    label: 'not picked up',
    tone: 'bad',
    sentence: 'Valid for longer than two collector periods, and the scheduler has not taken it up.',
  },
  A2: {
    label: 'stuck in preparation',
    tone: 'bad',
    sentence: 'In preparation for more than a minute: its commands were never sent.',
  },
  A3: {
    label: 'in flight after expiry',
    tone: 'bad',
    sentence: 'Expired for longer than two collector periods, and still in flight: it will not land without help.',
  },
  A5: {
    label: 'counters drifted',
    tone: 'attention',
    sentence: 'Its counters contradict each other, most often because late answers were counted twice.',
  },
  A9: {
    label: 'runs as preparing',
    tone: 'odd',
    sentence: 'It runs although its status says preparing: PostgreSQL refused the scheduler’s statement.',
  },
  invalid: {
    label: 'became invalid',
    tone: 'attention',
    sentence: 'The scheduler refused it: it had expired, or its target matched no agent.',
  },
}

/** The moments that the rules compare with, as PostgreSQL can compare them (microseconds). */
export type AttentionBounds = {
  /** Two collector periods ago: what should have happened before has not happened in time. */
  due: Instant
  /** A minute ago. */
  prepared: Instant
  /** A day ago: what is over and done with needs attention only while it is young. */
  recent: Instant
}

/** The bounds at this moment; the collector's period in milliseconds. */
export function attentionBounds(now: Instant, { collectorPeriod }: { collectorPeriod: number }): AttentionBounds {
  return { due: earlier(now, 2 * collectorPeriod), prepared: earlier(now, MINUTE), recent: earlier(now, DAY) }
}

const isBefore = (moment: Instant | null, bound: Instant) => moment !== null && compareInstants(moment, bound) < 0

const later = (a: Instant | null, b: Instant | null) =>
  a === null || b === null ? (a ?? b) : compareInstants(a, b) >= 0 ? a : b

/** When an action's id was made, or null when its id does not tell. */
export function createdOf(id: MigId): Instant | null {
  const created = idCreatedAt(id)
  return created && dateToInstant(created)
}

/** Whether the stored counters contradict each other: more returned than sent, or parts that do not add up to the returned. */
export function countersDisagree({ sent, returned, done, cancelled, failed, timeout }: Counters): boolean {
  if (returned === null) return false
  const parts = (done ?? 0) + (cancelled ?? 0) + (failed ?? 0) + (timeout ?? 0)
  return (sent !== null && returned > sent) || returned !== parts
}

/** The first reason for which the row needs attention, or null. `attentionReasonSql` is the same rule in SQL. */
export function attentionOf(row: RowFacts, { due, prepared, recent }: AttentionBounds): AttentionReason | null {
  const created = createdOf(row.id)
  const isRecent = row.validfrom !== null && compareInstants(row.validfrom, recent) >= 0
  switch (row.status) {
    case 'init':
    case 'pending':
      if (isBefore(later(created, row.validfrom), due)) return 'A1'
      break
    case 'scheduled':
    case 'preparing':
      if (isBefore(row.starttime ?? created ?? row.validfrom, prepared))
        return (row.counters.returned ?? 0) > 0 ? 'A9' : 'A2'
      break
    case 'inflight':
      if (isBefore(row.expireafter, due)) return 'A3'
      if (countersDisagree(row.counters)) return 'A5'
      break
    case 'invalid':
      if (isRecent) return 'invalid'
      break
  }
  return isRecent && countersDisagree(row.counters) ? 'A5' : null
}
