import type { EntryKind } from '@/lib/mig/spool/answer'
import type { SpoolDirectory, SpoolName } from '@/lib/mig/wire/spool-name'
import type { Tone } from '@/lib/mig/wire/status'

/** What a file and its row are to each other (mig-domain.md 1.3, 1.5, 2), the gravest first. */
export const RECONCILE_CLASSES = [
  'poison',
  'stuck',
  'not-cleaned',
  'no-file',
  'differs',
  'failed',
  'gone-early',
  'no-row',
  'stranger',
  'unused',
  'passing',
  'matched',
  'pair',
  'removed',
] as const
export type ReconcileClass = (typeof RECONCILE_CLASSES)[number]

/** The classes that somebody should look at; the others are as MIG works. */
export const CLASSES_TO_LOOK_AT = RECONCILE_CLASSES.slice(0, 10)

/** The anomalies of mig-domain.md 1.5 that only a comparison of rows and files shows; an item is at most one of them. */
export const RECONCILE_ANOMALIES = ['A1', 'A6', 'A7'] as const
export type ReconcileAnomaly = (typeof RECONCILE_ANOMALIES)[number]

/** A comparison's words for the anomalies. */
export const ANOMALY_WORDS: Readonly<Record<ReconcileAnomaly, string>> = {
  A1: 'never picked up',
  A6: 'left out',
  A7: 'failed in processing',
}

/** A comparison's words: what the class means, and what to do about it. */
export const RECONCILE_MEANINGS: Readonly<
  Record<ReconcileClass, { label: string; tone: Tone; meaning: string; todo: string }>
> = {
  poison: {
    label: 'poison',
    tone: 'bad',
    meaning:
      'A file that MIG cannot use, in a place from which MIG never takes such a file away. In command/returned it stops expiry and cleaning for everybody.',
    todo: 'Look at the file, keep a copy if the answer matters, and have somebody with rights on the spool delete it.',
  },
  stuck: {
    label: 'stuck',
    tone: 'bad',
    meaning:
      'The action expired more than two collector periods ago and its file is still on its way, or a file lies in command/returned for longer than that.',
    todo: 'See whether the scheduler runs and whether there is a poison file; what is stuck goes on by itself afterwards.',
  },
  'not-cleaned': {
    label: 'collector dead',
    tone: 'bad',
    meaning: 'Written longer ago than the retention, when the collector should have removed it.',
    todo: 'The collector does not get to its last step: look for a poison file, then at the scheduler.',
  },
  'no-file': {
    label: 'no file',
    tone: 'bad',
    meaning:
      'The row says that it waits or is in flight, and no file of it is where MIG keeps one: nothing will ever end it.',
    todo: 'The spool was lost or rebuilt, or the file was never written. Ask again if the answer matters; the row stays as it is.',
  },
  differs: {
    label: 'differs',
    tone: 'attention',
    meaning: 'The place of the file and the status of its row contradict each other.',
    todo: 'Believe the row. A file left in flight makes the scheduler count the command once more when it expires.',
  },
  failed: {
    label: 'could not be processed',
    tone: 'attention',
    meaning: 'A file of action/invalid that is named by the moment at which MIG failed to process it.',
    todo: 'Open it: broken JSON, an unknown signer or a wrong signature. The scheduler’s log has the reason. Sign and submit the action again.',
  },
  'gone-early': {
    label: 'gone early',
    tone: 'attention',
    meaning: 'The action ended within the retention, and its file is gone already.',
    todo: 'Somebody cleaned by hand, or the spool was rebuilt. The row has all that the file of an ended action says.',
  },
  'no-row': {
    label: 'no row',
    tone: 'attention',
    meaning:
      'The file’s action or command has no row: dropped by hand and not taken up yet, expired before it was, or another database’s.',
    todo: 'Nothing is lost in the database. See that the spool and the database belong to each other.',
  },
  stranger: {
    label: 'stranger',
    tone: 'odd',
    meaning: 'MIG gives no such name here, or it is no regular file.',
    todo: 'MIG leaves it alone. Whoever put it there should take it away.',
  },
  unused: {
    label: 'leftover',
    tone: 'odd',
    meaning: 'In command/ready or command/done, where nobody writes since 28 August 2014.',
    todo: 'Left by an older scheduler; nobody reads or removes it.',
  },
  passing: {
    label: 'on its way',
    tone: 'waiting',
    meaning: 'File or row is younger than two collector periods, or moved while it was compared: no sign of anything.',
    todo: 'Nothing.',
  },
  matched: {
    label: 'matched',
    tone: 'good',
    meaning: 'The directory’s name is the status of the row.',
    todo: 'Nothing.',
  },
  pair: {
    label: 'pair as expected',
    tone: 'good',
    meaning:
      'Directory and status are different words for the same, as MIG writes them: new and init, done and completed, inflight and sent.',
    todo: 'Nothing.',
  },
  removed: {
    label: 'missing as expected',
    tone: 'neutral',
    meaning: 'The action ended longer ago than the retention, and the collector has removed its file.',
    todo: 'Nothing. Answered commands have no file either, and are not counted here.',
  },
}

/** What the rules look at of a file; times in Unix milliseconds. */
export type ComparedFile = {
  directory: SpoolDirectory
  entry: EntryKind
  type: SpoolName['type']
  modified: number | null
  /** MIG cannot use it; null where it was not looked into. */
  broken: boolean | null
  /** The name is the moment of a failure, not an id. */
  isFailure: boolean
}

/** What the rules look at of a row. */
export type ComparedRow = {
  status: string | null
  /** When the action expires. */
  expires: number | null
  /** When the row says that it began, and when it ended; for one that waits, when its validity begins. */
  began: number | null
  ended: number | null
}

/** Moments that ages are compared with, in Unix milliseconds. */
export type ReconcileBounds = {
  /** Two collector periods ago. */
  due: number
  /** When what is kept for the retention, and two periods more, was written. */
  retention: number
  /** The same without the two periods, and two periods less: younger than this must still be there. */
  kept: number
}

/** The bounds at a moment; all in milliseconds. */
export function reconcileBounds(
  now: number,
  { collectorPeriod, spoolDeleteAfter }: { collectorPeriod: number; spoolDeleteAfter: number },
): ReconcileBounds {
  const patience = 2 * collectorPeriod
  return { due: now - patience, retention: now - spoolDeleteAfter - patience, kept: now - spoolDeleteAfter + patience }
}

/** Statuses that a row may have while its file lies in a directory; the first one is the directory's own word where there is one. */
const AGREEING: Readonly<Record<string, readonly string[]>> = {
  'action/new': ['init', 'pending'],
  'action/inflight': ['inflight', 'preparing', 'scheduled'],
  'action/done': ['completed'],
  'action/invalid': ['invalid'],
  'command/inflight': ['sent', 'prepared'],
  'command/returned': ['sent', 'prepared'],
}

/** The class of a file beside its row (null when there is none). */
export function classOfFile(file: ComparedFile, row: ComparedRow | null, bounds: ReconcileBounds): ReconcileClass {
  const [kind, state] = file.directory
  if (file.entry !== 'file' || file.type === 'stranger') return 'stranger'
  if (kind === 'command' && (state === 'ready' || state === 'done')) return 'unused'
  const isOld = file.modified !== null && file.modified < bounds.due
  const isCleaned = state === 'done' || state === 'invalid'
  if (!isCleaned && file.broken === true) return isOld ? 'poison' : 'passing'
  if (isCleaned && file.modified !== null && file.modified < bounds.retention) return 'not-cleaned'
  if (file.isFailure) return 'failed'
  if (state === 'returned' && isOld) return 'stuck'
  if (!row) return isOld ? 'no-row' : 'passing'
  if (!AGREEING[`${kind}/${state}`]?.includes(row.status ?? '')) return isOld ? 'differs' : 'passing'
  if (!isCleaned && state !== 'returned' && row.expires !== null && row.expires < bounds.due) return 'stuck'
  return row.status === state ? 'matched' : 'pair'
}

/** The place where the file of such a row must be, or null when there need be none. A file of a pending action lies in MIG's database since 2015. */
export function placeOfRow(
  kind: 'action' | 'command',
  status: string | null,
): 'new' | 'inflight' | 'done' | 'invalid' | null {
  if (kind === 'command') return status === 'sent' || status === 'prepared' ? 'inflight' : null
  if (status === 'init') return 'new'
  if (status === 'inflight' || status === 'preparing') return 'inflight'
  if (status === 'completed') return 'done'
  return status === 'invalid' ? 'invalid' : null
}

/** The class of a row whose file is not in its place. */
export function classOfRow(
  place: 'new' | 'inflight' | 'done' | 'invalid',
  row: ComparedRow,
  bounds: ReconcileBounds,
): ReconcileClass {
  if (place === 'done' || place === 'invalid') {
    const ended = row.ended ?? row.began
    return ended !== null && ended > bounds.kept ? (ended > bounds.due ? 'passing' : 'gone-early') : 'removed'
  }
  return row.began !== null && row.began >= bounds.due ? 'passing' : 'no-file'
}

/** The anomaly that a row without its file is: an action that is never picked up, or a command that nothing will end. */
export function anomalyOfRow(
  kind: 'action' | 'command',
  found: ReconcileClass,
  row: ComparedRow,
  bounds: ReconcileBounds,
): ReconcileAnomaly | null {
  if (found !== 'no-file') return null
  if (kind === 'action') return row.status === 'init' ? 'A1' : null
  return row.expires !== null && row.expires < bounds.due ? 'A6' : null
}
