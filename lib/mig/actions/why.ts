import { formatDuration, formatUtc } from '@/lib/format'
import { compareInstants, type Instant, instantToDate } from '@/lib/mig/wire/time'
import { attentionBounds, attentionOf } from './anomalies'
import type { ActionFacts } from './facts'
import { GRADES, type Reason } from './reasons'
import { whyNotLanded, whyNotPrepared, whyNotTaken } from './why-stuck'
import { fleetReason, targetReason } from './why-target'

export type Why = {
  /** What the reasons explain. */
  state: 'invalid' | 'stuck'
  reasons: Reason[]
}

const span = (from: Instant, to: Instant) => formatDuration(instantToDate(to).getTime() - instantToDate(from).getTime())

/** Why an action is invalid or stuck, the surest reason first; null when it is neither. */
export function whyOf(facts: ActionFacts): Why | null {
  if (facts.action.status === 'invalid') return { state: 'invalid', reasons: sorted(whyInvalid(facts)) }
  const reason = attentionOf(facts.action, attentionBounds(facts.now, facts.timings))
  const reasons =
    reason === 'A1'
      ? whyNotTaken(facts)
      : reason === 'A2' && !facts.figures?.total
        ? whyNotPrepared(facts)
        : reason === 'A3'
          ? whyNotLanded(facts)
          : null
  return reasons?.length ? { state: 'stuck', reasons: sorted(reasons) } : null
}

function sorted(reasons: Reason[]): Reason[] {
  return reasons.toSorted((a, b) => GRADES.indexOf(a.grade) - GRADES.indexOf(b.grade))
}

function whyInvalid(facts: ActionFacts): Reason[] {
  const { action } = facts
  const { validfrom, expireafter, starttime, lastupdatetime } = action
  const refused = lastupdatetime ?? starttime
  const todo = 'Sign it again with a validity that has not passed, and submit it while the scheduler runs.'
  if (expireafter && validfrom && compareInstants(expireafter, validfrom) <= 0)
    return [
      {
        key: 'expired',
        grade: 'certain',
        title: 'It was never valid',
        evidence: [
          `It expires at ${formatUtc(expireafter)}, before or when its validity begins, ${formatUtc(validfrom)}.`,
        ],
        todo,
      },
    ]
  if (expireafter && refused && compareInstants(refused, expireafter) >= 0)
    return [
      {
        key: 'expired',
        grade: 'certain',
        title: 'It had expired before the scheduler started it',
        evidence: [
          `It expired at ${formatUtc(expireafter)}; the scheduler refused it at ${formatUtc(refused)}, ${span(expireafter, refused)} later.`,
        ],
        todo,
      },
    ]
  const target = targetReason(facts)
  if (target?.grade === 'certain') return [target]
  const fleet = fleetReason(facts.fleet)
  const unknownTime: Reason[] = refused
    ? []
    : [
        {
          key: 'expired',
          grade: 'possible',
          title: 'It had expired before the scheduler started it',
          evidence: ['The row does not say when it was refused.'],
          todo,
        },
      ]
  return [...(target ? [target] : []), fleet, ...unknownTime]
}
