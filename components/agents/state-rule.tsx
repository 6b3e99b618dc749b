import { ExactMoment } from '@/components/feedback/moment'
import { cn } from '@/lib/cn'
import { formatDuration, instantMillis } from '@/lib/format'
import { earlier, type Thresholds } from '@/lib/mig/agents/state'
import type { EndpointState } from '@/lib/mig/agents/status'
import type { Instant } from '@/lib/mig/wire/time'
import { StateBadge } from './state-badge'

/** Why an endpoint is in its state: the rule with its thresholds, and until when it would be in each by its last heartbeat. */
export function StateRule({
  state,
  lastSeen,
  now,
  by,
}: {
  state: EndpointState
  lastSeen: Instant | null
  now: string
  by: Thresholds
}) {
  const ladder: { state: EndpointState; rule: string; until: Instant | null }[] = [
    {
      state: 'online',
      rule: `last heartbeat at most ${formatDuration(2 * by.period)} old: two periods of ${formatDuration(by.period)}`,
      until: lastSeen && earlier(lastSeen, -2 * by.period),
    },
    {
      state: 'late',
      rule: `at most ${formatDuration(by.timeout)} old: the agent time-out, until which MIG sends commands`,
      until: lastSeen && earlier(lastSeen, -by.timeout),
    },
    {
      state: 'unreachable',
      rule: `at most ${formatDuration(by.goneAfter)} old`,
      until: lastSeen && earlier(lastSeen, -by.goneAfter),
    },
    { state: 'gone', rule: 'older', until: null },
  ]
  const besides: { state: EndpointState; rule: string }[] = [
    {
      state: 'ahead',
      rule: `before all others: a heartbeat more than ${formatDuration(by.aheadBy)} ahead of the clock`,
    },
    {
      state: 'destroyed',
      rule: 'before the four above: MIG ordered the newest process to end, and it was not heard since',
    },
    { state: 'unknown', rule: 'the row holds no real moment as last heartbeat' },
  ]
  const age = lastSeen && (instantMillis(now) ?? 0) - (instantMillis(lastSeen) ?? 0)
  return (
    <div className="flex flex-col gap-2 text-sm">
      <p className="max-w-text text-muted">
        {age === null
          ? 'No row of this endpoint holds a real moment as last heartbeat.'
          : `Its newest heartbeat is ${formatDuration(Math.abs(age))} ${age < 0 ? 'ahead of the clock' : 'old'}.`}{' '}
        The state is computed at this moment; MIG stores none.
      </p>
      <div className="overflow-x-auto rounded-md border border-line bg-surface">
        <table className="w-full border-separate border-spacing-0">
          <caption className="sr-only">The states, their rules, and until when each holds for this endpoint</caption>
          <thead>
            <tr className="text-left text-muted text-xs [&>th]:h-row [&>th]:whitespace-nowrap [&>th]:px-3 [&>th]:font-medium">
              <th scope="col">State</th>
              <th scope="col">Rule</th>
              <th scope="col">By its last heartbeat until</th>
            </tr>
          </thead>
          <tbody>
            {[...ladder, ...besides.map((one) => ({ ...one, until: null }))].map((rung) => (
              <tr
                key={rung.state}
                aria-current={rung.state === state ? 'true' : undefined}
                className={cn(
                  '[&>*]:h-row [&>*]:border-line [&>*]:border-t [&>*]:px-3 [&>*]:py-1',
                  rung.state === state && 'bg-accent-tint',
                )}
              >
                <th scope="row" className="whitespace-nowrap text-left font-normal">
                  <StateBadge state={rung.state} bare />
                  {rung.state === state && <span className="text-faint"> now</span>}
                </th>
                <td className="min-w-64">{rung.rule}</td>
                <td className="whitespace-nowrap">{rung.until && <ExactMoment at={rung.until} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}
