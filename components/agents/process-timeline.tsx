import { TONE_MARK } from '@/components/ui/tone'
import { cn } from '@/lib/cn'
import { formatCount, formatDay, formatShort, formatUtc, instantMillis } from '@/lib/format'
import { STATE_MEANING } from '@/lib/mig/agents/status'
import { lanesOf, lifeOn, scaleTicks } from '@/lib/mig/agents/timeline'
import type { Life } from '@/lib/mig/endpoints/queries'
import { viewerZone } from '@/lib/viewer-zone'

const MOST_LANES = 8

const ALIVE = new Set(['online', 'late', 'ahead'])

/** When the processes of an endpoint lived, on one scale: one row while they follow one another, more where they overlap. */
export async function ProcessTimeline({ lives, now, of }: { lives: Life[]; now: string; of: number }) {
  const lanes = lanesOf(lives)
  const placed = lanes.flat()
  if (placed.length === 0) return null
  const zone = await viewerZone()
  const at = instantMillis(now) ?? 0
  const from = Math.min(...placed.map(({ starttime }) => instantMillis(starttime ?? '') ?? at))
  const to = Math.max(at, ...placed.map(({ heartbeattime }) => instantMillis(heartbeattime ?? '') ?? at))
  const scale = { from: Math.min(from, to - 60_000), to }
  const iso = (millis: number) => `${new Date(millis).toISOString().slice(0, 19)}Z`
  const isDays = scale.to - scale.from > 2 * 86_400_000
  const shown = lanes.slice(0, MOST_LANES)
  const order =
    lanes.length > 1 ? `, at some time ${lanes.length} at once` : placed.length > 1 ? ', one after another' : ''
  const sentence = `${formatCount(placed.length, 'process', 'processes')} since ${formatUtc(iso(from))}${order}`
  return (
    <figure className="flex flex-col gap-1.5 rounded-md border border-line bg-surface px-3 pt-3 pb-2">
      <div role="img" aria-label={`${sentence}. The table below lists them.`} className="flex flex-col gap-1">
        {shown.map((lane) => (
          <div key={lane[0]?.id} className="relative h-3 rounded-sm bg-neutral-tint">
            {lane.map((life) => {
              const place = lifeOn(scale, life)
              return (
                place && (
                  <span
                    key={life.id}
                    title={`pid ${life.pid}, ${life.version}`}
                    className={cn(
                      'absolute inset-y-0 min-w-[3px] rounded-sm border-surface border-r',
                      ALIVE.has(life.state) ? TONE_MARK[STATE_MEANING[life.state].tone] : TONE_MARK.gone,
                    )}
                    style={{ left: `min(${place.left}%, calc(100% - 3px))`, width: `${place.width}%` }}
                  />
                )
              )
            })}
          </div>
        ))}
        <div className="relative h-4 text-faint text-xs">
          {scaleTicks(scale, 5).map(({ at, left }) => (
            <span
              key={at}
              className={cn(
                'absolute whitespace-nowrap',
                left > 88 ? '-translate-x-full' : left > 4 && '-translate-x-1/2',
              )}
              style={{ left: `${left}%` }}
            >
              {isDays ? formatDay(iso(at), zone) : formatShort(iso(at), { now, zone })}
            </span>
          ))}
        </div>
      </div>
      <figcaption className="text-muted text-xs">
        {sentence}.{lanes.length > MOST_LANES && ` The first ${MOST_LANES} rows of them are drawn.`}
        {of > lives.length && ` Of ${formatCount(of, 'row')} the newest ${lives.length} are drawn.`}
        {of <= lives.length &&
          lives.length > placed.length &&
          ` ${formatCount(lives.length - placed.length, 'row')} without a start before its last heartbeat ${lives.length - placed.length === 1 ? 'is' : 'are'} not drawn.`}
      </figcaption>
    </figure>
  )
}
