import { ExactMoment } from '@/components/feedback/moment'
import { formatAge, instantMillis } from '@/lib/format'
import type { KeyPart } from '@/lib/pgp/key'

const WIDTH = 1000

type Span = { part: KeyPart; from: number; end: number | null; isOver: boolean }

function spanOf(part: KeyPart, now: number): Span {
  const from = instantMillis(part.created) ?? 0
  const ends = [part.expires, part.revokedAt].flatMap((at) => (at ? [instantMillis(at) ?? now] : []))
  const end = ends.length > 0 ? Math.min(...ends) : null
  return { part, from, end, isOver: part.revoked || (end !== null && end <= now) }
}

function left({ part, end, isOver }: Span, now: number): string {
  if (part.revoked) return end !== null && part.revokedAt ? `revoked ${formatAge(now - end)} ago` : 'revoked'
  if (end === null) return 'never expires'
  return isOver ? `expired ${formatAge(now - end)} ago` : `${formatAge(end - now)} left`
}

const nameOf = ({ kind, capabilities }: KeyPart) =>
  kind === 'primary' ? 'primary' : `subkey: ${capabilities.join(', ') || 'nothing'}`

/** When the primary key and each subkey count, on one scale, with today's mark; what never ends has an open end. */
export function KeyTimeline({ parts, clock }: { parts: readonly KeyPart[]; clock: string }) {
  const now = instantMillis(clock) ?? 0
  const spans = parts.map((part) => spanOf(part, now))
  const start = Math.min(...spans.map((span) => span.from))
  const last = Math.max(now, ...spans.map((span) => span.end ?? 0))
  const hasOpen = spans.some((span) => span.end === null)
  const stop = hasOpen ? Math.max(last, now + (now - start) / 4) : last
  const at = (millis: number) =>
    Math.round(((Math.min(Math.max(millis, start), stop) - start) / Math.max(stop - start, 1)) * WIDTH)
  const [primary] = parts
  return (
    <figure className="flex flex-col gap-1.5 text-xs" aria-label="Validity of the key and its subkeys">
      {spans.map((span) => (
        <div
          key={span.part.fingerprint}
          className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 sm:grid-cols-[11rem_minmax(0,1fr)_9rem] sm:items-center"
        >
          <span className="truncate text-muted">{nameOf(span.part)}</span>
          <span className={`sm:order-last sm:text-right ${span.isOver ? 'font-medium text-bad' : 'text-muted'}`}>
            {left(span, now)}
          </span>
          <svg
            viewBox={`0 0 ${WIDTH} 14`}
            preserveAspectRatio="none"
            className="col-span-2 h-3.5 w-full overflow-visible sm:col-span-1"
            aria-hidden="true"
          >
            <rect x="0" y="4" width={WIDTH} height="6" rx="3" fill="var(--line)" />
            <rect
              x={at(span.from)}
              y="4"
              width={Math.max(at(span.end ?? stop) - at(span.from), 4)}
              height="6"
              rx="3"
              fill={span.isOver ? 'var(--bad-mark)' : 'var(--good-mark)'}
            />
            <rect x={Math.min(at(now), WIDTH - 4)} y="0" width="4" height="14" fill="var(--ink)" />
          </svg>
        </div>
      ))}
      <figcaption className="flex flex-wrap justify-between gap-x-4 text-muted">
        <span>
          created <ExactMoment at={primary?.created ?? null} none="not told" />
        </span>
        <span>
          {primary?.expires ? (
            <>
              {(instantMillis(primary.expires) ?? 0) <= now ? 'expired' : 'expires'}{' '}
              <ExactMoment at={primary.expires} />
            </>
          ) : (
            'never expires'
          )}
        </span>
      </figcaption>
    </figure>
  )
}
