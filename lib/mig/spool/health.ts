import { formatDuration } from '@/lib/format'
import { idCreatedAt, type MigId } from '@/lib/mig/wire/id'
import type { SpoolDirectory, SpoolName } from '@/lib/mig/wire/spool-name'
import type { Tone } from '@/lib/mig/wire/status'
import { compareInstants, dateToInstant, type Instant, instantToDate } from '@/lib/mig/wire/time'
import { fileInstant } from './file-time'

/** The scheduler's timings in milliseconds, as configured. */
export type SpoolTimings = { collectorPeriod: number; spoolDeleteAfter: number }

/** How a place or a file does: a word for a badge, and a sentence that explains it. */
export type SpoolHealth = { tone: Tone; word: string; sentence: string }

type Seen = {
  files: number
  strangers: number
  /** The newest moment that a name carries. */
  newest: Instant | null
  /** When the oldest file of new, returned, done and invalid was last written; null where it is not known. */
  oldestModified: Instant | null
}

const CLOCK_AHEAD_MS = 5 * 60_000

// Before MIG there was no failure; ids of 2014 are far beyond these years when read as nanoseconds.
const isFailureMoment = (at: Instant) => at >= '2013' && at < '2100'

/** The moment that a file's name carries: when its id was made, or when MIG failed to process it; null when it carries none. */
export function nameMoment(name: SpoolName): Instant | null {
  switch (name.type) {
    case 'action': {
      const made = idCreatedAt(name.actionId)
      return made && dateToInstant(made)
    }
    case 'id-or-nanoseconds': {
      if (isFailureMoment(name.failedAt)) return name.failedAt
      const made = idCreatedAt(name.actionId)
      return made && dateToInstant(made)
    }
    case 'command':
    case 'answer': {
      const made = idCreatedAt(name.type === 'command' ? name.commandId : name.number)
      return made && dateToInstant(made)
    }
    default:
      return null
  }
}

/**
 * The id of an action that a file's name carries. Of a name in action/invalid that may be the moment of a failure it is one
 * only when an action has it, or when no clock shows such a moment (mig-domain.md 2.2).
 */
export function actionIdOf(name: SpoolName, isAction: (id: MigId) => boolean): MigId | null {
  if (!('actionId' in name)) return null
  if (name.type !== 'id-or-nanoseconds' || isAction(name.actionId)) return name.actionId
  return nameMoment(name) === name.failedAt ? null : name.actionId
}

const say = (tone: Tone, word: string, sentence: string): SpoolHealth => ({ tone, word, sentence })

const ageAt = (now: Instant) => (moment: Instant | null) =>
  moment ? instantToDate(now).getTime() - instantToDate(moment).getTime() : 0

/**
 * When the oldest of a state's files was last written, by a look at some of them and by the background scan; null where neither
 * tells. What the scan saw may be gone by now, so it counts as no older than it was then: `sinceScan` milliseconds are taken off.
 */
export function oldestWritten(
  looked: Instant | null,
  scan: { oldest: Instant | null; sinceScan: number } | null,
): Instant | null {
  const scanned = scan?.oldest
    ? fileInstant(BigInt(instantToDate(scan.oldest).getTime() + Math.max(0, scan.sinceScan)) * 1_000_000n)
    : null
  if (!looked || !scanned) return looked ?? scanned
  return compareInstants(scanned, looked) < 0 ? scanned : looked
}

/** What a state's count and ages say about the scheduler, by the configured timings (mig-domain.md 2.3, 2.5). */
export function stateHealth(
  [kind, state]: SpoolDirectory,
  seen: Seen,
  timings: SpoolTimings,
  now: Instant,
): SpoolHealth {
  const age = ageAt(now)
  const patience = 2 * timings.collectorPeriod
  const waits = `The oldest file waits longer than two collector periods (${formatDuration(patience)})`
  const retention = formatDuration(timings.spoolDeleteAfter)

  if (seen.files === 0 && seen.strangers === 0) return say('neutral', 'empty', EMPTY[`${kind}/${state}`] ?? '')
  if (isUnused(kind, state))
    return say(
      'odd',
      'leftovers',
      'Nobody writes here since 28 August 2014: these are leftovers of an older scheduler, and nobody removes them.',
    )
  if (seen.newest && age(seen.newest) < -CLOCK_AHEAD_MS)
    return say('odd', 'ahead', 'A name carries a moment in the future: a clock is wrong, or the name is not MIG’s.')
  if (state === 'returned' && age(seen.oldestModified) > patience)
    return say(
      'bad',
      'stuck',
      `${waits}. One file that MIG cannot read stops expiry and cleaning for everybody until it is deleted by hand; or the scheduler is down.`,
    )
  if (state === 'new' && age(seen.oldestModified) > patience)
    return say('attention', 'waits long', `${waits}: its validity has not begun yet, or the scheduler is down.`)
  if (isCleaned(kind, state) && age(seen.oldestModified) > timings.spoolDeleteAfter + patience)
    return say(
      'bad',
      'not cleaned',
      `The oldest file was written longer ago than ${retention}, when the collector should have removed it: the collector does not get this far.`,
    )
  if (seen.strangers > 0) return say('attention', 'strangers', 'Holds entries that MIG did not write.')
  const isJudged = state === 'returned' || state === 'new' || isCleaned(kind, state)
  if (isJudged && seen.oldestModified === null)
    return say('odd', 'age not known', 'How long its files lie here is not known: they could not be looked at.')
  switch (state) {
    case 'returned':
      return say('waiting', 'passing', 'Answers of agents on their way into the database; each stays a second or two.')
    case 'new':
      return say('waiting', 'passing', 'Actions that the scheduler takes at its next pass.')
    case 'done':
      return say('good', 'kept', `Actions that landed, kept for ${retention}, then removed by the collector.`)
    case 'invalid':
      return say('neutral', 'kept', `Actions that were refused, kept for ${retention}, then removed by the collector.`)
    default:
      return kind === 'action'
        ? say('waiting', 'under way', 'Actions whose commands are out.')
        : say(
            'waiting',
            'under way',
            'Commands that wait for an answer; they leave when it comes, or when the action expires.',
          )
  }
}

const isUnused = (kind: string, state: string) => kind === 'command' && (state === 'ready' || state === 'done')
const isCleaned = (kind: string, state: string) => kind === 'action' && (state === 'done' || state === 'invalid')

const EMPTY: Record<string, string> = {
  'action/new': 'No action waits for the scheduler.',
  'action/inflight': 'No action is under way.',
  'action/done': 'No action landed within the retention.',
  'action/invalid': 'No action was refused within the retention.',
  'command/ready': 'Always empty: nobody writes here since 28 August 2014.',
  'command/inflight': 'No command is under way.',
  'command/returned': 'No answer waits, as it should be: an answer stays a second or two.',
  'command/done': 'Always empty: nobody writes here since 28 August 2014.',
}

/** What a missing directory means. */
export function missingState([kind, state]: SpoolDirectory): SpoolHealth {
  return isUnused(kind, state)
    ? say(
        'neutral',
        'missing',
        'This directory does not exist. Only the API makes it, and nobody writes into it since 28 August 2014.',
      )
    : say('bad', 'missing', 'This directory does not exist, although the scheduler makes it when it starts.')
}

/** What one file's age says, by when it was last written and when its action expires; null when nothing is to be said. */
export function fileAge(
  [kind, state]: SpoolDirectory,
  file: { modified: Instant | null; expireAfter: Instant | null; validFrom: Instant | null },
  timings: SpoolTimings,
  now: Instant,
): SpoolHealth | null {
  const age = ageAt(now)
  const patience = 2 * timings.collectorPeriod
  const longer = `longer than two collector periods (${formatDuration(patience)})`
  if (state === 'returned' && age(file.modified) > patience)
    return say(
      'bad',
      'stuck',
      `Lies here ${longer}: a file that MIG cannot read, or one behind it; or the scheduler is down.`,
    )
  if ((state === 'inflight' || state === 'new') && age(file.expireAfter) > patience)
    return say(
      'bad',
      'stuck',
      `Its action expired ${longer} ago, and the collector has not ${state === 'new' ? 'removed' : 'taken'} it.`,
    )
  if (state === 'new' && file.validFrom && age(file.validFrom) < 0)
    return say('waiting', 'waits', 'Waits for its validity to begin; the scheduler looks again at every pass.')
  if (state === 'new' && age(file.modified) > patience)
    return say('attention', 'waits long', `Lies here ${longer}: the scheduler does not take it.`)
  if (isCleaned(kind, state) && age(file.modified) > timings.spoolDeleteAfter + patience)
    return say(
      'bad',
      'not cleaned',
      `Written longer ago than ${formatDuration(timings.spoolDeleteAfter)}, when the collector should have removed it.`,
    )
  return null
}
