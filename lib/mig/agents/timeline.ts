import { instantMillis } from '@/lib/format'

/** From when to when a timeline runs, in milliseconds since 1970. */
export type TimelineScale = { from: number; to: number }

type Life = { starttime: string | null; heartbeattime: string | null }

/**
 * The scale that shows what matters of the processes of one queue: from the earliest start, but not from earlier than six
 * windows ago, to now or the last heartbeat ahead of it.
 */
export function timelineScale(lives: readonly Life[], now: string, window: number): TimelineScale {
  const at = instantMillis(now) ?? 0
  const moments = (key: keyof Life) => lives.flatMap((life) => (life[key] && instantMillis(life[key])) || [])
  const starts = moments('starttime')
  const from = starts.length ? Math.min(...starts) : at - window
  return { from: Math.min(Math.max(from, at - 6 * window), at - 1), to: Math.max(at, ...moments('heartbeattime')) }
}

/** Where a life lies on the scale, in percent; `cut` when it began before it. Null when it has no two moments in order. */
export function lifeOn(scale: TimelineScale, life: Life): { left: number; width: number; cut: boolean } | null {
  const start = life.starttime && instantMillis(life.starttime)
  const end = life.heartbeattime && instantMillis(life.heartbeattime)
  if (!start || !end || start > end || end < scale.from) return null
  const whole = scale.to - scale.from
  const from = Math.max(start, scale.from)
  return { left: (100 * (from - scale.from)) / whole, width: (100 * (end - from)) / whole, cut: start < scale.from }
}

/** Lives put into as few rows as it takes so that none overlap in one: two rows are two processes at the same time. */
export function lanesOf<L extends Life>(lives: readonly L[]): L[][] {
  const at = (moment: string | null) => (moment && instantMillis(moment)) || null
  const placed = lives.flatMap((life) => {
    const [from, to] = [at(life.starttime), at(life.heartbeattime)]
    return from !== null && to !== null && from <= to ? [{ life, from, to }] : []
  })
  const lanes: { end: number; lives: L[] }[] = []
  for (const { life, from, to } of placed.sort((a, b) => a.from - b.from || a.to - b.to)) {
    const lane = lanes.find(({ end }) => end < from)
    if (lane) {
      lane.lives.push(life)
      lane.end = to
    } else lanes.push({ end: to, lives: [life] })
  }
  return lanes.map(({ lives }) => lives)
}

const MINUTE = 60_000
const STEPS = [1, 5, 15, 60, 180, 720, 1_440, 2_880, 10_080, 43_200, 129_600, 525_600].map(
  (minutes) => minutes * MINUTE,
)

/** Round moments (UTC) on a scale, at most `most` of them, in milliseconds. */
export function scaleTicks({ from, to }: TimelineScale, most: number): { at: number; left: number }[] {
  const step = STEPS.find((one) => (to - from) / one < most) ?? Math.ceil((to - from) / most)
  const ticks: { at: number; left: number }[] = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step)
    ticks.push({ at, left: (100 * (at - from)) / (to - from) })
  return ticks
}
