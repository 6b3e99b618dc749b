import { compareInstants, type Instant } from '@/lib/mig/wire/time'
import { earlier } from './state'

export type DoubleProcess = {
  pid: number
  starttime: Instant | null
  heartbeattime: Instant | null
  status: string | null
}

/** What a double may be; the first that fits is the one to read first. */
export type DoubleHint = 'alive' | 'destroyed' | 'same-pid' | 'echo'

/** Each hint in words. */
export const DOUBLE_HINTS: Readonly<
  Record<DoubleHint, { label: string; meaning: string; tone: 'bad' | 'attention' | 'odd' | 'neutral' }>
> = {
  alive: {
    label: 'two alive',
    tone: 'bad',
    meaning: 'The older process went on beating after the younger one had started: commands go to either at random.',
  },
  destroyed: {
    label: 'one destroyed',
    tone: 'attention',
    meaning:
      'MIG ordered one of these processes to end; its last heartbeat is still inside the window, or it did not obey.',
  },
  'same-pid': {
    label: 'same pid twice',
    tone: 'odd',
    meaning: 'One process has two rows: two heartbeats were stored at once. No second agent.',
  },
  echo: {
    label: 'restart echo',
    tone: 'neutral',
    meaning:
      'The older process was not heard a full period after the younger one had started: after a restart both count until the window is over.',
  },
}

const ENDED = new Set(['destroyed', 'offline'])

function isSince(at: Instant, from: Instant): boolean {
  return compareInstants(at, from) >= 0
}

/**
 * What the processes that share a queue look like (mig-domain 5.6): two are alive when the older one beat more than a period
 * after the younger one's start, both within the last two periods, neither ended. `period` in milliseconds.
 */
export function doubleHints(processes: readonly DoubleProcess[], period: number, now: Instant): DoubleHint[] {
  const hints = new Set<DoubleHint>()
  const pids = new Set<number>()
  for (const process of processes) {
    if (pids.has(process.pid)) hints.add('same-pid')
    pids.add(process.pid)
    if (process.status === 'destroyed') hints.add('destroyed')
  }
  const recent = earlier(now, 2 * period)
  const living = processes.filter(
    (p) => p.starttime && p.heartbeattime && isSince(p.heartbeattime, recent) && !ENDED.has(p.status ?? ''),
  )
  for (const older of living)
    for (const younger of living)
      if (
        older.pid !== younger.pid &&
        older.starttime &&
        younger.starttime &&
        older.heartbeattime &&
        compareInstants(older.starttime, younger.starttime) <= 0 &&
        compareInstants(earlier(older.heartbeattime, period), younger.starttime) > 0
      )
        hints.add('alive')
  if (hints.size === 0) hints.add('echo')
  return (Object.keys(DOUBLE_HINTS) as DoubleHint[]).filter((hint) => hints.has(hint))
}
