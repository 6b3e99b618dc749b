import type { Tone } from '@/lib/mig/wire/status'

/** What became of an endpoint's answer from one action to another, the most telling first. */
export const CHANGES = ['newly-found', 'no-longer-found', 'changed', 'unanswered', 'new', 'gone', 'same'] as const

export type Change = (typeof CHANGES)[number]

export const CHANGE_WORDS: Readonly<Record<Change, { label: string; tone: Tone; meaning: string }>> = {
  'newly-found': {
    label: 'newly found',
    tone: 'attention',
    meaning: 'Found something in the second and not in the first, whether that answered or not',
  },
  'no-longer-found': {
    label: 'no longer found',
    tone: 'good',
    meaning: 'Found something in the first; answered the second and found nothing',
  },
  changed: {
    label: 'changed',
    tone: 'waiting',
    meaning: 'Found something both times, or nothing, or failed both times, but not with the same answer',
  },
  unanswered: {
    label: 'not to compare',
    tone: 'odd',
    meaning: 'There is no answer, or a failure, on one side, or results are too large: nothing can be said',
  },
  new: { label: 'new', tone: 'waiting', meaning: 'Only the second action was sent there' },
  gone: { label: 'gone', tone: 'gone', meaning: 'Only the first action was sent there' },
  same: { label: 'the same', tone: 'neutral', meaning: 'The same was found, or nothing, with the same errors' },
}
