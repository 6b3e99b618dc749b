import { compareInstants, type Instant } from '@/lib/mig/wire/time'
import { earlier } from './state'

export type DoubleProcess = {
  pid: number
  version?: string
  starttime: Instant | null
  heartbeattime: Instant | null
  destructiontime?: Instant | null
  status: string | null
}

/** What is known of a queue beside its processes. */
export type DoubleContext = {
  /** An action of the scheduler that should have ended a process of this queue is invalid. */
  killInvalid?: boolean
  /** A name of these processes is heard on another queue as well. */
  nameElsewhere?: boolean
}

/** What a double may be; the first that fits is the one to read first. */
export type DoubleHint = 'alive' | 'upgrade' | 'kill-failed' | 'destroyed' | 'same-name' | 'same-pid' | 'echo'

/** Each hint in words, and what to do about it. */
export const DOUBLE_HINTS: Readonly<
  Record<DoubleHint, { label: string; meaning: string; advice: string; tone: 'bad' | 'attention' | 'odd' | 'neutral' }>
> = {
  alive: {
    label: 'real double',
    tone: 'bad',
    meaning: 'The older process went on beating after the younger one had started: commands go to either at random.',
    advice: 'End the older process on the endpoint, by the pid that is shown here.',
  },
  upgrade: {
    label: 'upgrade whose old process lives',
    tone: 'bad',
    meaning: 'A process that was upgraded, or one of another version, still beats beside its successor.',
    advice: 'End the process of the old version on the endpoint, and see that its loader does not start it again.',
  },
  'kill-failed': {
    label: 'kill ordered, kill order failed',
    tone: 'attention',
    meaning:
      'The scheduler wanted to end a process of this queue, but its action was invalid, or the process beat on afterwards.',
    advice: 'Do not wait for the scheduler. If the older process is still heard, end it by hand on the endpoint.',
  },
  destroyed: {
    label: 'kill ordered',
    tone: 'attention',
    meaning:
      'MIG ordered one of these processes to end; its last heartbeat is still inside the window, or it did not obey.',
    advice: 'Look again when the window is over: a process that is still heard did not obey.',
  },
  'same-name': {
    label: 'same name under two queuelocs',
    tone: 'odd',
    meaning: 'This name is heard on another queue too: two machines of one name, or one whose id file was made anew.',
    advice: 'Compare the addresses of both endpoints; by name, each hides when the other is offline.',
  },
  'same-pid': {
    label: 'same pid twice',
    tone: 'odd',
    meaning: 'One process has two rows: two heartbeats were stored at once. No second agent.',
    advice: 'Nothing: one of the two rows stays behind and grows old.',
  },
  echo: {
    label: 'restart echo',
    tone: 'neutral',
    meaning:
      'The older process was not heard a full period after the younger one had started: after a restart both count until the window is over.',
    advice: 'Nothing: it is over when the window is.',
  },
}

const ENDED = new Set(['destroyed', 'offline'])

function isSince(at: Instant, from: Instant): boolean {
  return compareInstants(at, from) >= 0
}

function disobeyed({ heartbeattime, destructiontime }: DoubleProcess): boolean {
  return Boolean(heartbeattime && destructiontime && compareInstants(heartbeattime, destructiontime) > 0)
}

function isUpgrade(older: DoubleProcess, younger: DoubleProcess): boolean {
  return [older.status, younger.status].includes('upgraded') || older.version !== younger.version
}

/**
 * What the processes that share a queue look like (mig-domain 5.6): two are alive when the older one beat more than a period
 * after the younger one's start, both within the last two periods, neither ended. `period` in milliseconds.
 */
export function doubleHints(
  processes: readonly DoubleProcess[],
  period: number,
  now: Instant,
  context: DoubleContext = {},
): DoubleHint[] {
  const hints = new Set<DoubleHint>()
  const pids = new Set<number>()
  for (const process of processes) {
    if (pids.has(process.pid)) hints.add('same-pid')
    pids.add(process.pid)
    if (process.status === 'destroyed') hints.add(disobeyed(process) ? 'kill-failed' : 'destroyed')
  }
  if (context.killInvalid) {
    hints.delete('destroyed')
    hints.add('kill-failed')
  }
  if (context.nameElsewhere) hints.add('same-name')
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
        hints.add(isUpgrade(older, younger) ? 'upgrade' : 'alive')
  if (hints.size === 0 || (hints.size === 1 && hints.has('same-name'))) hints.add('echo')
  return (Object.keys(DOUBLE_HINTS) as DoubleHint[]).filter((hint) => hints.has(hint))
}
