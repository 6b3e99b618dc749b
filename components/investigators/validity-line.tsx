import { ExactMoment } from '@/components/feedback/moment'
import { formatAge, instantMillis } from '@/lib/format'

const WIDTH = 1000

/** From a key's creation to its expiry, with today's mark; a key without expiry has an open end. */
export function ValidityLine({
  created,
  expires,
  clock,
  revoked,
}: {
  created: string
  expires: string | null
  clock: string
  revoked: boolean
}) {
  const from = instantMillis(created) ?? 0
  const now = instantMillis(clock) ?? from
  const end = expires ? (instantMillis(expires) ?? now) : null
  const until = Math.max(end ?? now + (now - from) / 3, now)
  const at = (millis: number) =>
    Math.round(((Math.min(Math.max(millis, from), until) - from) / Math.max(until - from, 1)) * WIDTH)
  const isOver = end !== null && end <= now
  const left =
    end === null ? 'no expiry' : isOver ? `expired ${formatAge(now - end)} ago` : `${formatAge(end - now)} left`
  const bad = revoked || isOver
  return (
    <div className="flex flex-col gap-1 text-xs">
      <svg
        viewBox={`0 0 ${WIDTH} 16`}
        preserveAspectRatio="none"
        className="h-4 w-full overflow-visible"
        role="img"
        aria-label={`Valid since its creation; ${revoked ? 'revoked' : left}`}
      >
        <rect x="0" y="5" width={WIDTH} height="6" rx="3" fill="var(--line)" />
        <rect
          x="0"
          y="5"
          width={at(end ?? until)}
          height="6"
          rx="3"
          fill={bad ? 'var(--bad-mark)' : 'var(--good-mark)'}
        />
        <rect x={Math.min(at(now), WIDTH - 4)} y="0" width="4" height="16" fill="var(--ink)" />
      </svg>
      <div className="flex flex-wrap justify-between gap-x-4 text-muted">
        <span>
          created <ExactMoment at={created} />
        </span>
        <span className={bad ? 'font-medium text-bad' : undefined}>{revoked ? 'revoked' : left}</span>
        <span>
          {expires ? (
            <>
              {isOver ? 'expired' : 'expires'} <ExactMoment at={expires} />
            </>
          ) : (
            'never expires'
          )}
        </span>
      </div>
    </div>
  )
}
