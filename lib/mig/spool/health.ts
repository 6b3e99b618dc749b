import { formatGoDuration } from '@/lib/mig/wire/duration'
import { idCreatedAt } from '@/lib/mig/wire/id'
import type { SpoolDirectory, SpoolName } from '@/lib/mig/wire/spool-name'
import type { Tone } from '@/lib/mig/wire/status'
import { dateToInstant, type Instant, instantToDate } from '@/lib/mig/wire/time'

/** The scheduler's timings in milliseconds, as configured. */
export type SpoolTimings = { collectorPeriod: number; spoolDeleteAfter: number }

export type StateHealth = { tone: Tone; sentence: string }

type Seen = {
  files: number
  strangers: number
  /** The oldest and the newest moment that a name carries. */
  oldest: Instant | null
  newest: Instant | null
  /** When the file with the oldest name was last written; looked up for done and invalid only. */
  oldestModified: Instant | null
}

const CLOCK_AHEAD_MS = 5 * 60_000

/** The moment that a file's name carries: when its id was made, or when MIG failed to process it; null when it carries none. */
export function nameMoment(name: SpoolName): Instant | null {
  switch (name.type) {
    case 'action':
    case 'id-or-nanoseconds': {
      const made = idCreatedAt(name.actionId)
      if (!made) return null
      const failed = name.type === 'id-or-nanoseconds' ? name.failedAt : null
      return failed && Math.abs(instantToDate(failed).getTime() - made.getTime()) < 1000 ? failed : dateToInstant(made)
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

/** What a state's count and ages say about the scheduler, by the configured timings (mig-domain.md 2.3, 2.5). */
export function stateHealth(
  [kind, state]: SpoolDirectory,
  seen: Seen,
  timings: SpoolTimings,
  now: Instant,
): StateHealth {
  const at = instantToDate(now).getTime()
  const age = (moment: Instant | null) => (moment ? at - instantToDate(moment).getTime() : 0)
  const patience = 2 * timings.collectorPeriod
  const patienceText = `two collector periods (${formatGoDuration(patience)})`

  if (seen.files === 0 && seen.strangers === 0)
    return { tone: 'neutral', sentence: EMPTY[`${kind}/${state}`] ?? 'Empty.' }
  if (state === 'ready' || (kind === 'command' && state === 'done'))
    return {
      tone: 'odd',
      sentence:
        'Nobody writes here since 28 August 2014: these are leftovers of an older scheduler, and nobody removes them.',
    }
  if (seen.newest && age(seen.newest) < -CLOCK_AHEAD_MS)
    return {
      tone: 'odd',
      sentence: 'A name carries a moment in the future: a clock is wrong, or the name is not MIG’s.',
    }
  if (state === 'returned')
    return age(seen.oldest) > patience
      ? {
          tone: 'bad',
          sentence: `The oldest file waits longer than ${patienceText}. One file that MIG cannot read stops expiry and cleaning for everybody until it is deleted by hand; or the scheduler is down.`,
        }
      : { tone: 'waiting', sentence: 'Answers of agents on their way into the database; each stays a second or two.' }
  if (state === 'new')
    return age(seen.oldest) > patience
      ? {
          tone: 'attention',
          sentence: `The oldest file waits longer than ${patienceText}: its validity has not begun yet, or the scheduler is down.`,
        }
      : { tone: 'waiting', sentence: 'Actions that the scheduler takes at its next pass.' }
  if (state === 'done' || state === 'invalid')
    return age(seen.oldestModified) > timings.spoolDeleteAfter + patience
      ? {
          tone: 'bad',
          sentence: `The oldest file was written longer ago than ${formatGoDuration(timings.spoolDeleteAfter)}, when the collector should have removed it: the collector does not get this far.`,
        }
      : seen.strangers > 0
        ? { tone: 'attention', sentence: 'Holds entries that MIG did not write.' }
        : {
            tone: state === 'done' ? 'good' : 'neutral',
            sentence: `Kept for ${formatGoDuration(timings.spoolDeleteAfter)}, then removed by the collector.`,
          }
  if (seen.strangers > 0) return { tone: 'attention', sentence: 'Holds entries that MIG did not write.' }
  return {
    tone: 'waiting',
    sentence:
      kind === 'action'
        ? 'Actions whose commands are out.'
        : 'Commands whose answer is out; they leave when it comes, or when the action expires.',
  }
}

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
export function missingState([kind, state]: SpoolDirectory): StateHealth {
  return kind === 'command' && (state === 'ready' || state === 'done')
    ? {
        tone: 'neutral',
        sentence:
          'This directory does not exist. Only the API makes it, and nobody writes into it since 28 August 2014.',
      }
    : { tone: 'bad', sentence: 'This directory does not exist, although the scheduler makes it when it starts.' }
}

/** What one file's age says, by when it was last written and when its action expires. */
export function fileAge(
  [kind, state]: SpoolDirectory,
  file: { modified: Instant | null; expireAfter: Instant | null; validFrom: Instant | null },
  timings: SpoolTimings,
  now: Instant,
): StateHealth | null {
  const at = instantToDate(now).getTime()
  const age = (moment: Instant | null) => (moment ? at - instantToDate(moment).getTime() : 0)
  const patience = 2 * timings.collectorPeriod
  const longer = `longer than two collector periods (${formatGoDuration(patience)})`
  if (state === 'returned' && age(file.modified) > patience)
    return {
      tone: 'bad',
      sentence: `Lies here ${longer}: a file that MIG cannot read, or one behind it; or the scheduler is down.`,
    }
  if ((state === 'inflight' || state === 'new') && age(file.expireAfter) > patience)
    return {
      tone: 'bad',
      sentence: `Stuck: its action expired ${longer} ago, and the collector has not ${state === 'new' ? 'removed' : 'taken'} it.`,
    }
  if (state === 'new' && file.validFrom && age(file.validFrom) < 0)
    return { tone: 'waiting', sentence: 'Waits for its validity to begin; the scheduler looks again at every pass.' }
  if (state === 'new' && age(file.modified) > patience)
    return { tone: 'attention', sentence: `Lies here ${longer}: the scheduler does not take it.` }
  if (
    kind === 'action' &&
    (state === 'done' || state === 'invalid') &&
    age(file.modified) > timings.spoolDeleteAfter + patience
  )
    return {
      tone: 'bad',
      sentence: `Written longer ago than ${formatGoDuration(timings.spoolDeleteAfter)}, when the collector should have removed it.`,
    }
  return null
}
