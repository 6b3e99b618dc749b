import { formatCount, formatDuration, formatNumber } from '@/lib/format'
import { earlier } from '@/lib/mig/agents/state'
import { idCreatedAt, type MigId } from '@/lib/mig/wire/id'
import type { Tone } from '@/lib/mig/wire/status'
import { compareInstants, dateToInstant, type Instant, instantToDate } from '@/lib/mig/wire/time'
import type { ActionFacts } from './facts'
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
    sentence: 'The scheduler refused it: it had expired, or its target was no SQL or matched no agent.',
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

/** The later of two moments; the one that there is when the other is missing. */
export const laterOf = (a: Instant | null, b: Instant | null): Instant | null =>
  a === null || b === null ? (a ?? b) : compareInstants(a, b) >= 0 ? a : b

/** When an action's id was made, or null when its id does not tell. */
export function createdOf(id: MigId): Instant | null {
  const created = idCreatedAt(id)
  return created && dateToInstant(created)
}

/** Whether the stored counters contradict each other: more returned than sent, or parts that do not add up to the returned. */
export function countersDisagree({ sent, returned, done, cancelled, failed, timeout }: Counters): boolean {
  if (returned === null) return false
  return (sent !== null && returned > sent) || returned !== partsOf({ done, cancelled, failed, timeout })
}

const partsOf = ({ done, cancelled, failed, timeout }: Omit<Counters, 'sent' | 'returned'>) =>
  (done ?? 0) + (cancelled ?? 0) + (failed ?? 0) + (timeout ?? 0)

/** The first reason for which the row needs attention, or null. `attentionReasonSql` is the same rule in SQL. */
export function attentionOf(row: RowFacts, { due, prepared, recent }: AttentionBounds): AttentionReason | null {
  const created = createdOf(row.id)
  const isRecent = row.validfrom !== null && compareInstants(row.validfrom, recent) >= 0
  switch (row.status) {
    case 'init':
    case 'pending':
      if (isBefore(laterOf(created, row.validfrom), due)) return 'A1'
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

/** The signs of mig-domain 1.5 that one action can show; `due` is A1 while its file still lies in action/new. */
export type AnomalyCode = 'A1' | 'A2' | 'A3' | 'A4' | 'A5' | 'A6' | 'A9' | 'due'

export type Anomaly = {
  code: AnomalyCode
  label: string
  tone: Tone
  /** What is seen. */
  sentence: string
  /** What to do about it. */
  todo: string
  /** A part of the sign that could not be looked at, and why. */
  unchecked: string | null
}

const millisBetween = (from: Instant, to: Instant) => instantToDate(to).getTime() - instantToDate(from).getTime()

/** The signs that an action shows, the gravest first; each with what to do. */
export function anomaliesOf(facts: ActionFacts): Anomaly[] {
  const { action, figures, spool, now } = facts
  const bounds = attentionBounds(now, facts.timings)
  const patience = formatDuration(2 * facts.timings.collectorPeriod)
  const reason = attentionOf(action, bounds)
  const found: Anomaly[] = []
  const add = (
    code: AnomalyCode,
    label: string,
    tone: Tone,
    sentence: string,
    todo: string,
    unchecked: string | null = null,
  ) => found.push({ code, label, tone, sentence, todo, unchecked })
  const notChecked = spool.checked ? null : `The spool was not checked: ${spool.why}`

  if (reason === 'A1') {
    const due = laterOf(createdOf(action.id), action.validfrom) ?? now
    const waits = formatDuration(millisBetween(due, now))
    const isInDatabase = facts.vintage.kind === '2019'
    const file = spool.checked ? spool.files.find(({ directory }) => directory[1] === 'new') : undefined
    if (file)
      add(
        'due',
        'waits though it is due',
        'bad',
        `Its file lies in action/new, its validity began ${waits} ago, and the collector looks every ${formatDuration(facts.timings.collectorPeriod)}: the scheduler has not looked.`,
        'See whether the scheduler runs, and whether the file can be read. It takes the action up by itself when it comes back, if the action has not expired by then.',
      )
    else
      add(
        'A1',
        ATTENTION.A1.label,
        'bad',
        isInDatabase
          ? `It has waited for ${waits} and the scheduler has not taken it up.`
          : `It has been due for ${waits}${spool.checked ? ' and no file of it lies in action/new' : ''}: the scheduler will never see it.`,
        'The row stays as it is for ever, and nothing has run. If the answers are still wanted, sign the action again and submit it again.',
        isInDatabase ? null : notChecked,
      )
  }

  const commands = figures?.total ?? 0
  if ((reason === 'A2' || reason === 'A9') && (reason === 'A9' || commands > 0))
    add(
      'A9',
      ATTENTION.A9.label,
      'odd',
      `Its status says ${action.status}, yet ${commands > 0 ? `${formatCount(commands, 'command')} of it were sent` : 'answers of it were counted'}: PostgreSQL 10 and later refuse the scheduler’s “SET (status) = (…)”, so the status jumps from preparing to completed.`,
      'Judge it by its commands. To mend it, run MIG on a PostgreSQL before 10, or change that statement in the scheduler to “SET status = …”.',
    )
  else if (reason === 'A2') {
    const begun =
      action.status === 'scheduled'
        ? 'The scheduler took it up'
        : `Its target was resolved${action.counters.sent ? ` to ${formatCount(action.counters.sent, 'agent')}` : ''}`
    const again = 'sign the action again and submit it again; this row stays as it is for ever.'
    add(
      'A2',
      ATTENTION.A2.label,
      'bad',
      figures
        ? `${begun}, and then nothing: no command of it was ever sent.`
        : `${begun}, and its row tells of nothing after that. Its commands could not be counted.`,
      figures
        ? `Nothing has run. Mend what the reasons below say, then ${again}`
        : `See whether the action has commands: with some it runs, whatever its status says. With none nothing has run: ${again}`,
      notChecked,
    )
  }

  const isOverdue = reason === 'A3'
  if (isOverdue && action.expireafter)
    add(
      'A3',
      ATTENTION.A3.label,
      'bad',
      `It expired ${formatDuration(millisBetween(action.expireafter, now))} ago; the collector should have ended it within ${patience}.`,
      'It does not land by itself. Look at the reasons below and at the spool; take the answers that are there for what they are.',
      notChecked,
    )

  const settled = action.starttime !== null && compareInstants(action.starttime, bounds.prepared) < 0
  if (figures && settled && (action.status === 'inflight' || action.status === 'completed')) {
    const lost = (action.counters.sent ?? 0) - figures.total
    if (lost > 0)
      add(
        'A4',
        'commands were lost',
        'bad',
        `The scheduler counted ${formatCount(action.counters.sent ?? 0, 'agent')}, and ${formatCount(figures.total, 'command')} ${figures.total === 1 ? 'is' : 'are'} in the database: ${formatNumber(lost)} ${lost === 1 ? 'was' : 'were'} never stored, and never asked or never counted.`,
        'Run the action again on the agents that have no command of it. Such an action cannot land by the counters, only by expiry.',
      )
  }

  if (countersDisagree(action.counters))
    add(
      'A5',
      ATTENTION.A5.label,
      action.status === 'inflight' ? 'attention' : 'odd',
      `${formatNumber(action.counters.returned ?? 0)} returned of ${formatNumber(action.counters.sent ?? 0)} sent, and the parts add up to ${formatNumber(partsOf(action.counters))}.`,
      action.status === 'inflight'
        ? 'The scheduler ends an action only when returned and sent are equal, which it may have missed: it then stays in flight for ever. Trust the counted commands.'
        : 'Nothing is to be mended: trust the counted commands.',
    )

  const out = figures?.byOutcome.out ?? 0
  const isExpired = action.expireafter !== null && compareInstants(action.expireafter, bounds.due) < 0
  if (out > 0 && isExpired) {
    const files = spool.checked ? spool.commandsInflight : null
    if (files === null || files < out)
      add(
        'A6',
        'commands left out',
        'attention',
        `${formatCount(out, 'command')} ${out === 1 ? 'is' : 'are'} still out although the action has expired${files === null ? '' : `, and ${files === 0 ? 'no file' : `only ${formatCount(files, 'file')}`} of them ${files === 1 || files === 0 ? 'lies' : 'lie'} in command/inflight`}: nobody will ever end them.`,
        'Nothing is known of what those agents did. Ask them again if it matters, and see whether the spool was lost or rebuilt.',
        files === null ? (notChecked ?? 'The directory command/inflight could not be listed.') : null,
      )
    else
      add(
        'A6',
        'commands not expired',
        'attention',
        `${formatCount(out, 'command')} ${out === 1 ? 'is' : 'are'} still out although the action has expired; their files lie in command/inflight, and the collector does not get to them.`,
        'See whether the scheduler runs, and look in command/returned for a file that it cannot read: one such file stops all expiry.',
      )
  }
  return found
}
