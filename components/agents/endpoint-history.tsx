import { ExactMoment } from '@/components/feedback/moment'
import { Section } from '@/components/layout/section'
import { Segments } from '@/components/layout/tabs'
import { Disclosure } from '@/components/ui/disclosure'
import { TextLink } from '@/components/ui/text-link'
import { TONE_MARK } from '@/components/ui/tone'
import { formatCount, formatDuration, formatUtc } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import { type EndpointState, STATE_MEANING } from '@/lib/mig/agents/status'
import { type EndpointDay, rangeOfDay } from '@/lib/mig/endpoints/days'
import type { EndpointCalendar } from '@/lib/mig/endpoints/queries'
import { endpointView } from '@/lib/mig/endpoints/search-params'
import { compareInstants } from '@/lib/mig/wire/time'
import { DayStrip } from './day-strip'
import { StateBadge } from './state-badge'
import { VersionText } from './version-text'

type View = ListParams<(typeof endpointView)['filters']>

const SILENT: readonly EndpointState[] = ['late', 'unreachable', 'gone', 'destroyed']

// Hatched as well: the two that matter most differ without colour.
const markOf = (state: EndpointState) =>
  `${TONE_MARK[STATE_MEANING[state].tone]}${state === 'unreachable' ? ' hatched-mark' : ''}`

function spentText({ kind, spent }: EndpointDay): string {
  if (kind === 'gap') return 'no pass over the fleet'
  if (kind === 'absent') return 'not known yet'
  const [only, ...more] = spent
  if (!only) return 'nothing known'
  if (more.length === 0) return STATE_MEANING[only.state].label
  return spent
    .map(({ state, milliseconds }) => `${STATE_MEANING[state].label} ${formatDuration(milliseconds)}`)
    .join(', ')
}

function summaryOf(days: readonly EndpointDay[]): string {
  const known = days.filter(({ kind }) => kind === 'known')
  const silent = known.filter(({ spent }) => spent.some(({ state }) => SILENT.includes(state)))
  const gaps = days.filter(({ kind }) => kind === 'gap').length
  return [
    silent.length === 0
      ? `Never silent on the ${formatCount(known.length, 'day')} that ${known.length === 1 ? 'is' : 'are'} known`
      : `Silent at some time on ${silent.length} of ${formatCount(known.length, 'day')}`,
    ...(gaps
      ? [`${formatCount(gaps, 'day')} without a pass over the fleet ${gaps === 1 ? 'is' : 'are'} left empty`]
      : []),
  ].join('; ')
}

/** The states of an endpoint by day, as a calendar that leads to each day, and as a table. */
export function EndpointHistory({
  calendar,
  params,
  path,
  queueloc,
}: {
  calendar: EndpointCalendar | null
  params: View
  path: string
  queueloc: string
}) {
  if (!calendar || calendar.days.length === 0)
    return (
      <Section title="Days">
        <p className="text-muted text-sm">
          {calendar ? (
            <>
              The history begins later than this moment, at <ExactMoment at={calendar.history.beginsAt} />.
            </>
          ) : (
            'There is no history yet: it begins with the first pass over the fleet, which a web process makes every minute unless the moment is fixed.'
          )}
        </p>
      </Section>
    )
  const { days, history, stretches } = calendar
  const { filters } = params
  const hrefOf = (day: string) => `${endpointView.href(params, { filters: { day } }, path)}#day`
  const states = [...new Set(days.flatMap(({ spent }) => spent.map(({ state }) => state)))]
  const chosen = days.find(({ day }) => day === filters.day)
  return (
    <Section
      title="Days"
      id="days"
      remark={
        <>
          each box is a day (UTC) from 0 to 24 h; known since <ExactMoment at={history.beginsAt} />
        </>
      }
      action={
        <Segments
          label="How many days"
          current={filters.days}
          options={(['60', '182', '400'] as const).map((key) => ({
            key,
            label: `${key} days`,
            href: endpointView.href(params, { filters: { days: key === '182' ? null : key } }, path),
          }))}
        />
      }
    >
      {history.standsStill && (
        <p className="text-muted text-sm">
          The history stands still at <ExactMoment at={history.passedAt} />, because MIG_NOW fixes the moment.
        </p>
      )}
      <p className="text-muted text-sm">{summaryOf(days)}.</p>
      <DayStrip
        label="Days of this endpoint, a week a column"
        selected={filters.day ?? null}
        days={days.map((one) => ({
          day: one.day,
          href: hrefOf(one.day),
          label: `${one.day}: ${spentText(one)}`,
          kind: one.kind,
          parts: one.parts.map(({ state, start, end }) => ({ mark: markOf(state), start, end })),
        }))}
      />
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-muted text-xs">
        {states.map((state) => (
          <span key={state} className="inline-flex items-center gap-1.5">
            <span aria-hidden="true" className={`size-3 rounded-[3px] ${markOf(state)}`} />
            {STATE_MEANING[state].label}
          </span>
        ))}
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className="size-3 rounded-[3px] border border-line-strong border-dashed" />
          no pass over the fleet
        </span>
      </p>
      {filters.day && (
        <DayPanel day={filters.day} known={chosen} stretches={stretches} queueloc={queueloc} hrefOf={hrefOf} />
      )}
      <Disclosure summary="The days as a table">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard */}
        <div className="max-h-72 overflow-auto" tabIndex={0}>
          <table className="w-full border-collapse text-sm">
            <caption className="sr-only">Days of this endpoint</caption>
            <thead className="sticky top-0 bg-surface text-left text-muted text-xs">
              <tr>
                <th scope="col" className="py-1 pr-4 font-medium">
                  Day
                </th>
                <th scope="col" className="py-1 font-medium">
                  States
                </th>
              </tr>
            </thead>
            <tbody>
              {days.toReversed().map((one) => (
                <tr key={one.day} className="border-line border-t">
                  <th scope="row" className="whitespace-nowrap py-1 pr-4 text-left font-normal tabular-nums">
                    <TextLink href={hrefOf(one.day)}>{one.day}</TextLink>
                  </th>
                  <td className="py-1">{spentText(one)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Disclosure>
    </Section>
  )
}

function DayPanel({
  day,
  known,
  stretches,
  queueloc,
  hrefOf,
}: {
  day: string
  known: EndpointDay | undefined
  stretches: EndpointCalendar['stretches']
  queueloc: string
  hrefOf: (day: string) => string
}) {
  const { from, to } = rangeOfDay(day)
  const inside =
    known?.kind === 'known'
      ? stretches.filter((one) => compareInstants(one.from, to) < 0 && compareInstants(one.to, from) > 0)
      : []
  const beside = (days: number) =>
    new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
  const commands = new URLSearchParams({ queueloc, from, to })
  return (
    <section
      id="day"
      aria-label={day}
      className="flex scroll-mt-16 flex-col gap-2 rounded-md border border-line bg-surface p-3"
    >
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1 text-sm">
        <h3 className="font-semibold tabular-nums">{day}</h3>
        <TextLink href={hrefOf(beside(-1))}>the day before</TextLink>
        <TextLink href={hrefOf(beside(1))}>the day after</TextLink>
        <span className="ml-auto flex flex-wrap gap-x-4">
          <TextLink href={`/commands?${commands}`}>Commands sent on this day</TextLink>
          <TextLink href={`/agents/health?at=${day}T12:00:00Z`}>The whole fleet at noon (UTC)</TextLink>
        </span>
      </div>
      {inside.length === 0 ? (
        <p className="text-muted text-sm">
          {known?.kind === 'gap'
            ? 'Nobody made a pass over the fleet on this day, so nothing is known of it.'
            : known
              ? 'Nothing was known of this endpoint on this day.'
              : 'This day is not among those shown above.'}
        </p>
      ) : (
        <ul className="flex flex-col gap-1 text-sm">
          {inside.map((one) => (
            <li key={one.from} className="flex flex-wrap items-center gap-x-4">
              <span className="w-28">
                <StateBadge state={one.state} bare />
              </span>
              <span className="tabular-nums">
                {compareInstants(one.from, from) < 0 ? `since ${formatUtc(one.from)}` : formatUtc(one.from)}
                {' – '}
                {formatUtc(one.to)}
              </span>
              <span className="text-muted">
                <VersionText>{one.version}</VersionText>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
