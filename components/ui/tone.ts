import type { IconName } from './icon-shapes'

/** The meanings that a colour may carry; each always comes with an icon and a word. */
export type Tone = 'good' | 'waiting' | 'attention' | 'bad' | 'gone' | 'odd' | 'neutral'

export const TONE_ICON: Record<Tone, IconName> = {
  good: 'circle-check',
  waiting: 'clock',
  attention: 'alert',
  bad: 'circle-x',
  gone: 'circle-minus',
  odd: 'circle-question',
  neutral: 'circle-dot',
}

export const TONE_TEXT: Record<Tone, string> = {
  good: 'text-good',
  waiting: 'text-waiting',
  attention: 'text-attention',
  bad: 'text-bad',
  gone: 'text-gone',
  odd: 'text-odd',
  neutral: 'text-neutral',
}

export const TONE_BOX: Record<Tone, string> = {
  good: 'bg-good-tint text-good border-good-line',
  waiting: 'bg-waiting-tint text-waiting border-waiting-line',
  attention: 'bg-attention-tint text-attention border-attention-line',
  bad: 'bg-bad-tint text-bad border-bad-line',
  gone: 'bg-gone-tint text-gone border-gone-line',
  odd: 'bg-odd-tint text-odd border-odd-line',
  neutral: 'bg-neutral-tint text-neutral border-neutral-line',
}

export const TONE_MARK: Record<Tone, string> = {
  good: 'bg-good-mark',
  waiting: 'bg-waiting-mark',
  attention: 'bg-attention-mark',
  bad: 'bg-bad-mark',
  gone: 'bg-gone-mark',
  odd: 'bg-odd-mark',
  neutral: 'bg-neutral-mark',
}
