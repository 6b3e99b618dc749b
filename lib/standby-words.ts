import type { StandbyState } from '@/lib/db/standby'
import { formatAge } from '@/lib/format'

// Less than this is what people take for now.
const WORTH_SAYING_MS = 10_000

/** Why reads go to the primary, or how old they are, in a sentence; null while there is nothing to say. */
export function standbySentence({ problem, behindMs }: StandbyState): string | null {
  const lag = formatAge(behindMs)
  if (problem === 'away') return 'The standby does not answer: pages and exports are read from the primary.'
  if (problem === 'primary') return 'DATABASE_READ_URL names no standby: pages and exports are read from the primary.'
  if (problem === 'behind') return `The standby is ${lag} behind: pages and exports are read from the primary.`
  return behindMs < WORTH_SAYING_MS ? null : `The standby is ${lag} behind: what changed since is not shown yet.`
}
