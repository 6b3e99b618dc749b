import { ExactMoment } from '@/components/feedback/moment'
import { TONE_MARK, TONE_TEXT } from '@/components/ui/tone'
import { cn } from '@/lib/cn'
import { formatDuration } from '@/lib/format'
import type { Timeline, TimelineEvent } from '@/lib/mig/actions/timeline'

const percent = (place: number) => `${(100 * place).toFixed(2)}%`

/** An action's life as a picture and as a list with the same numbers. The axis is not to scale, and says so. */
export function ActionTimeline({ timeline }: { timeline: Timeline }) {
  const { events, spans } = timeline
  return (
    <div className="flex flex-col gap-4 rounded-md border border-line bg-surface p-3 md:p-4">
      <div
        role="img"
        aria-label={`The moments of this action in their order: ${events.map((event) => event.label).join(', ')}. The list below holds them.`}
        className="grid grid-cols-[4.5rem_minmax(0,1fr)] text-xs md:grid-cols-[5.5rem_minmax(0,1fr)]"
      >
        <div aria-hidden="true" />
        <div aria-hidden="true" className="relative mx-4 h-7 md:mx-12 md:h-19">
          <div className="absolute inset-x-0 top-3 h-0.5 bg-line-strong md:top-9" />
          {events.map((event, i) => (
            <Mark key={event.key} event={event} number={i + 1} />
          ))}
        </div>
        {spans.map((span) => (
          <div key={span.key} aria-hidden="true" className="contents">
            <span className="flex h-6 items-center pr-2 text-muted">
              <span className="truncate">{span.label}</span>
            </span>
            <div className="relative mx-4 h-6 md:mx-12">
              {events.map((event) => (
                <span
                  key={event.key}
                  className="absolute inset-y-0 w-px bg-line"
                  style={{ left: percent(event.place) }}
                />
              ))}
              <span
                className={cn(
                  'absolute top-2 h-2 min-w-1',
                  span.open ? 'hatched rounded-l-full' : cn('rounded-full', TONE_MARK[span.tone]),
                )}
                style={{ left: percent(span.from), width: percent(span.to - span.from) }}
              />
            </div>
          </div>
        ))}
      </div>
      <ol
        aria-label="Timeline"
        className="grid grid-cols-[auto_minmax(0,1fr)_auto] text-sm sm:grid-cols-[auto_minmax(0,1fr)_auto_auto]"
      >
        {events.map((event, i) => (
          <li
            key={event.key}
            className="col-span-full grid grid-cols-subgrid items-baseline gap-x-2 border-line border-b py-1.5 last:border-b-0 sm:gap-x-4"
          >
            <Dot event={event} number={i + 1} />
            <span className={cn('min-w-0', event.ahead && 'text-muted')}>
              {event.label}
              {event.note && <span className="text-faint text-xs"> · {event.note}</span>}
              {event.after !== null && <After nanos={event.after} className="block sm:hidden" />}
            </span>
            <After nanos={event.after} className="text-right max-sm:hidden" />
            <ExactMoment at={event.at} />
          </li>
        ))}
      </ol>
      <p className="text-faint text-xs">
        Not to scale: the space between two moments grows with the logarithm of the time between them.
      </p>
    </div>
  )
}

/** The time since the event before. */
function After({ nanos, className }: { nanos: bigint | null; className: string }) {
  return (
    <span className={cn('whitespace-nowrap text-faint text-xs tabular-nums', className)}>
      {nanos !== null && `+${formatDuration(Number(nanos / 1000n) / 1000)}`}
    </span>
  )
}

function Mark({ event, number }: { event: TimelineEvent; number: number }) {
  const above = number % 2 === 0
  return (
    <span className="absolute top-3 md:top-9" style={{ left: percent(event.place) }}>
      <span className="absolute -translate-x-1/2 -translate-y-1/2">
        <Dot event={event} number={number} />
      </span>
      <span
        className={cn(
          'absolute -translate-x-1/2 whitespace-nowrap text-center leading-tight max-md:hidden',
          above ? 'bottom-3' : 'top-3',
          event.ahead ? 'text-faint' : 'text-muted',
        )}
      >
        {event.label}
      </span>
    </span>
  )
}

function Dot({ event, number }: { event: TimelineEvent; number: number }) {
  return (
    <span
      aria-hidden="true"
      className={cn(
        'inline-flex size-[1.125rem] shrink-0 items-center justify-center rounded-full border bg-surface font-semibold text-[0.6875rem] leading-none tabular-nums',
        event.ahead ? 'border-dashed border-line-strong text-faint' : cn('border-current', TONE_TEXT[event.tone]),
      )}
    >
      {number}
    </span>
  )
}
