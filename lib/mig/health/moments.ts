import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { AppError } from '@/lib/errors'
import { earlier } from '@/lib/mig/agents/state'
import { compareInstants, type Instant } from '@/lib/mig/wire/time'
import type { Between } from './past-queries'
import { getHistory, type History, pastProblem } from './queries'
import type { DifferenceParams, PastParams } from './search-params'

const DAY = 86_400_000

function check(history: History | null, at: Instant, now: Instant): void {
  const problem = pastProblem(history, at, now)
  if (problem) throw new AppError('invalid', problem)
}

/** The moment that a list of the past is asked for: the last pass where its address names none. Throws `invalid` for one that cannot be shown. */
export async function momentOf(
  viewer: Viewer,
  { filters }: Pick<PastParams, 'filters'>,
  now: Instant,
): Promise<Instant> {
  const history = await getHistory(viewer)
  const at = filters.at ?? history?.passedAt ?? now
  check(history, at, now)
  return at
}

/** The two moments of a difference: the last pass, and a day before it, where its address names none. Throws `invalid` as `momentOf`. */
export async function momentsOf(
  viewer: Viewer,
  { filters }: Pick<DifferenceParams, 'filters'>,
  now: Instant,
): Promise<Between> {
  const history = await getHistory(viewer)
  const after = filters.to ?? history?.passedAt ?? now
  const dayBefore = earlier(after, DAY)
  const begins = history?.beginsAt ?? dayBefore
  const before = filters.from ?? (compareInstants(begins, dayBefore) > 0 ? begins : dayBefore)
  check(history, before, now)
  check(history, after, now)
  if (compareInstants(before, after) > 0)
    throw new AppError('invalid', 'The first of the two moments is later than the second one.')
  return { before, after }
}
