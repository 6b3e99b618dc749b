import { formatCount, formatNumber } from '@/lib/format'
import { compareInstants } from '@/lib/mig/wire/time'
import { attentionBounds } from './anomalies'
import type { ActionFacts } from './facts'
import type { CommandFigures } from './figures'
import type { Counters } from './queries'
import { BATCH_LIMIT } from './reasons'

export type CounterKey = keyof Counters

export type CounterRow = {
  key: CounterKey
  label: string
  /** null where the row, or this layout, holds none. */
  stored: number | null
  /** null where the commands were not counted. */
  counted: number | null
  differs: boolean
}

const LABELS: Readonly<Record<CounterKey, string>> = {
  sent: 'sent',
  returned: 'returned',
  done: 'done',
  failed: 'failed',
  timeout: 'timed out',
  cancelled: 'cancelled',
}

/** The six counters, stored and counted from the commands, side by side (mig-domain 1.4). */
export function counterRows(counters: Counters, figures: CommandFigures | null): CounterRow[] {
  return (Object.keys(LABELS) as CounterKey[]).map((key) => {
    const stored = counters[key]
    const counted = figures && countedOf(figures, key)
    return {
      key,
      label: LABELS[key],
      stored,
      counted,
      differs: stored !== null && counted !== null && stored !== counted,
    }
  })
}

function countedOf({ total, byOutcome }: CommandFigures, key: CounterKey): number {
  if (key === 'sent') return total
  if (key === 'returned') return byOutcome.done + byOutcome.failed + byOutcome.timeout + byOutcome.cancelled
  return byOutcome[key]
}

/** The likely causes of a difference between stored and counted, one sentence each; none when they agree. */
export function counterCauses(facts: Pick<ActionFacts, 'action' | 'figures' | 'now' | 'timings'>): string[] {
  const { action, figures } = facts
  if (!figures) return []
  const { counters } = action
  const rows = counterRows(counters, figures)
  if (!rows.some((row) => row.differs)) return []
  const causes: string[] = []
  const stored = (key: CounterKey) => counters[key] ?? 0
  const counted = (key: CounterKey) => countedOf(figures, key)
  const bounds = attentionBounds(facts.now, facts.timings)

  if (stored('sent') > figures.total)
    causes.push(
      figures.total === 0 && action.status !== 'inflight' && action.status !== 'completed'
        ? 'The number of agents is stored before the signatures are checked; no command was made.'
        : stored('sent') > BATCH_LIMIT
          ? `${formatCount(stored('sent') - figures.total, 'command')} lost: a batch of more than about ${formatNumber(BATCH_LIMIT)} commands is more than PostgreSQL takes in one statement.`
          : `${formatCount(stored('sent') - figures.total, 'command')} lost: ids made within one second collide, and a batch that fails is not tried again.`,
    )
  if (stored('sent') < figures.total && counters.sent !== null)
    causes.push('More commands than agents were counted: the row was written again after its commands were made.')

  const turned = Math.min(stored('cancelled') - counted('cancelled'), figures.late)
  if (turned > 0)
    causes.push(
      `${formatCount(turned, 'late answer')}: counted as cancelled at expiry and once more when the agent answered after all; the command’s row keeps the answer.`,
    )
  const settledAt = action.lastupdatetime ?? action.starttime
  const isYoung =
    action.status === 'inflight' && (settledAt === null || compareInstants(settledAt, bounds.prepared) >= 0)
  if (stored('returned') < counted('returned'))
    causes.push(
      action.status === 'preparing'
        ? 'Its row was not written since it was prepared.'
        : isYoung
          ? 'Answers are stored first and counted a moment later, in batches: this may settle by itself.'
          : 'Answers were stored and never counted: the scheduler was stopped between the two, or one answer with an unknown status made it drop the whole batch.',
    )
  else if (stored('returned') > counted('returned') && turned <= 0 && stored('sent') <= figures.total)
    causes.push('Answers were counted that no command shows: an answer came twice, or its command is gone.')
  if (figures.unknown > 0)
    causes.push(
      `${formatCount(figures.unknown, 'command has', 'commands have')} a status that MIG does not write, for which there is no counter.`,
    )
  if (causes.length === 0) causes.push('The scheduler adds to its counters one by one, and they drift.')
  return causes
}
