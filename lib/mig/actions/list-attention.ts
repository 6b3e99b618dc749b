import type { Tone } from '@/lib/mig/wire/status'
import { ATTENTION, ATTENTION_REASONS } from './anomalies'

/** Why the list says that an action needs attention: what its row tells, and after that what the count of its commands tells. */
export const LISTED_REASONS = [...ATTENTION_REASONS, 'A4', 'A6'] as const
export type ListedReason = (typeof LISTED_REASONS)[number]

/** Label, tone and sentence of each reason (mig-domain 1.5). */
export const LISTED_ATTENTION: Readonly<Record<ListedReason, { label: string; tone: Tone; sentence: string }>> = {
  ...ATTENTION,
  A4: {
    label: 'commands missing',
    tone: 'attention',
    sentence: 'Fewer commands are in the database than the scheduler says it sent: some were lost.',
  },
  A6: {
    label: 'commands left out',
    tone: 'attention',
    sentence: 'It is over and has expired for longer than two collector periods, and commands still say sent.',
  },
}

/** The reasons that hold only while an action is young or in flight, in words for the list. */
export const RECENT_ONLY = 'Drifted counters, lost commands and invalid actions count for a day, then they are history.'
