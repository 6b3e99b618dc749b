import type { Tone } from '@/lib/mig/wire/status'
import { compareInstants, type Instant, instantToNanos } from '@/lib/mig/wire/time'
import { createdOf } from './anomalies'
import type { CommandFigures } from './figures'
import type { ActionDetail } from './queries'

export type TimelineEvent = {
  key: string
  label: string
  at: Instant
  tone: Tone
  /** What there is to know of it beside its moment. */
  note: string | null
  /** Nanoseconds since the event before; null for the first. */
  after: bigint | null
  /** Its place on the axis, from 0 to 1. */
  place: number
  /** It lies ahead of "now". */
  ahead: boolean
}

export type TimelineSpan = { key: string; label: string; tone: Tone; from: number; to: number; open: boolean }

export type Timeline = { events: TimelineEvent[]; spans: TimelineSpan[] }

type Facts = {
  action: Pick<
    ActionDetail,
    'id' | 'status' | 'validfrom' | 'expireafter' | 'starttime' | 'finishtime' | 'lastupdatetime'
  >
  figures: Pick<CommandFigures, 'firstAnswer' | 'lastAnswer' | 'late' | 'firstLate'> | null
  now: Instant
}

type Mark = Pick<TimelineEvent, 'key' | 'label' | 'tone' | 'note'> & { at: Instant | null }

// In the order of an action's life, for events of the same moment.
function marksOf({ action, figures, now }: Facts): Mark[] {
  const late = figures && figures.late > 0 ? figures : null
  const { lastupdatetime } = action
  return [
    { key: 'validfrom', label: 'valid from', at: action.validfrom, tone: 'neutral', note: null },
    {
      key: 'created',
      label: 'created',
      at: createdOf(action.id),
      tone: 'neutral',
      note: 'out of its id, to the second',
    },
    { key: 'started', label: 'started', at: action.starttime, tone: 'waiting', note: null },
    {
      key: 'first',
      label: figures?.firstAnswer !== figures?.lastAnswer ? 'first answer' : 'answer',
      at: figures?.firstAnswer ?? null,
      tone: late && late.firstAnswer === late.firstLate ? 'attention' : 'good',
      note: late && late.firstAnswer === late.firstLate ? 'after expiry' : null,
    },
    {
      key: 'update',
      label: action.status === 'invalid' ? 'refused' : 'last update',
      // The scheduler writes it with each answer and in landing: it says something only where no answer does.
      at: action.status === 'invalid' || !figures?.lastAnswer ? lastupdatetime : null,
      tone: action.status === 'invalid' ? 'bad' : 'neutral',
      note: action.status === 'invalid' ? 'the row’s last update' : null,
    },
    {
      key: 'last',
      label: 'last answer',
      at: figures && figures.lastAnswer !== figures.firstAnswer ? figures.lastAnswer : null,
      tone: late ? 'attention' : 'good',
      note: late ? 'after expiry' : null,
    },
    { key: 'finished', label: 'finished', at: action.finishtime, tone: 'good', note: null },
    { key: 'expires', label: 'expires', at: action.expireafter, tone: 'gone', note: null },
    {
      key: 'late',
      label: 'first late answer',
      at: late && late.firstLate !== late.lastAnswer && late.firstLate !== late.firstAnswer ? late.firstLate : null,
      tone: 'attention',
      note: late && 'after expiry',
    },
    { key: 'now', label: 'now', at: now, tone: 'neutral', note: null },
  ]
}

/**
 * The moments of an action's life in their order. The axis is not to scale: the space between two moments grows with the
 * logarithm of the time between them, so that a second and a day can be seen side by side.
 */
export function timelineOf(facts: Facts): Timeline {
  const { action, figures, now } = facts
  const marks = marksOf(facts)
    .filter((mark): mark is Mark & { at: Instant } => mark.at !== null)
    .sort((a, b) => compareInstants(a.at, b.at))
  // When everything is over, "now" says nothing and only takes room.
  const isOver = action.finishtime !== null || action.status === 'invalid'
  if (isOver && marks.at(-1)?.key === 'now') marks.pop()
  const nanos = marks.map((mark) => instantToNanos(mark.at))
  const gaps = nanos.map((at, i) => (i === 0 ? null : at - (nanos[i - 1] ?? at)))
  const widths = gaps.map((gap) => (gap === null ? 0 : 1 + Math.log10(1 + Number(gap / 1_000_000n) / 1000)))
  const whole = widths.reduce((sum, width) => sum + width, 0)
  let reached = 0
  const events = marks.map((mark, i): TimelineEvent => {
    reached += widths[i] ?? 0
    return {
      ...mark,
      after: gaps[i] ?? null,
      place: whole > 0 ? reached / whole : 0,
      ahead: compareInstants(mark.at, now) > 0,
    }
  })
  const place = (key: string) => events.find((event) => event.key === key)?.place ?? null
  const end = events.at(-1)?.place ?? 1
  const spans: TimelineSpan[] = []
  const span = (key: string, label: string, tone: Tone, from: number | null, to: number | null, open = to === null) => {
    if (from !== null && (to ?? end) > from) spans.push({ key, label, tone, from, to: to ?? end, open })
  }
  span('valid', 'valid', 'neutral', place('validfrom'), place('expires'))
  const finished = place('finished')
  if (action.status === 'invalid') span('run', 'looked at', 'bad', place('started'), place('update'), false)
  else {
    const isPreparing = action.status === 'preparing' || action.status === 'scheduled'
    const label = isPreparing ? 'preparing' : 'in flight'
    span('run', label, 'waiting', place('started'), finished ?? place('now'), finished === null)
  }
  const expires = place('expires')
  const firstAnswer = place('first')
  const lastAnswer = place('last') ?? firstAnswer
  if (!figures?.late) span('answers', 'answers', 'good', firstAnswer, lastAnswer)
  else {
    if (figures.firstAnswer !== figures.firstLate) span('answers', 'answers', 'good', firstAnswer, expires)
    span('late', 'late answers', 'attention', expires, lastAnswer)
  }
  return { events, spans }
}
