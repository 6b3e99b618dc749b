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
