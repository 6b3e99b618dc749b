import type { Tone } from '@/lib/mig/wire/status'

/** What happened to an endpoint between two moments; one can be returned and upgraded at once. */
export const CHANGES = ['lost', 'returned', 'new', 'upgraded', 'departed'] as const
export type Change = (typeof CHANGES)[number]

/** Label, tone and meaning of each change. */
export const CHANGE_MEANING: Readonly<Record<Change, { label: string; tone: Tone; meaning: string }>> = {
  lost: {
    label: 'newly lost',
    tone: 'bad',
    meaning: 'was online or late at the first moment, and unreachable, gone or destroyed at the second',
  },
  returned: {
    label: 'returned',
    tone: 'good',
    meaning: 'was unreachable, gone or destroyed at the first moment, and online or late at the second',
  },
  new: { label: 'new', tone: 'waiting', meaning: 'was not there at the first moment' },
  upgraded: { label: 'upgraded', tone: 'neutral', meaning: 'had another version at the first moment' },
  departed: {
    label: 'departed',
    tone: 'gone',
    meaning: 'all its rows were deleted from the agents table before the second moment',
  },
}
