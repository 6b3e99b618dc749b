import { formatCount, formatDuration, formatNumber, formatPercent } from '@/lib/format'
import { ENDPOINT_STATES, STATE_MEANING } from '@/lib/mig/agents/status'
import type { Tone } from '@/lib/mig/wire/status'
import { type Instant, instantToNanos, nanosToInstant } from '@/lib/mig/wire/time'
import type { AgeCount, Figures, ValueCount } from './figures'
import type { DayCount, Sample } from './queries'
import type { StoredStats } from './stored-stats'

/** The charts of agent health. */
export const CHARTS = [
  'states',
  'offline',
  'doubles',
  'ages',
  'days',
  'systems',
  'versions',
  'tag',
  'adoption',
  'scheduler',
] as const
export type ChartKey = (typeof CHARTS)[number]

type Series = { key: string; label: string; tone: Tone; shade?: number; stack?: string; faded?: boolean }
type Point = {
  key: string
  label?: string
  values: Record<string, number | null>
  href?: string
  hrefs?: Record<string, string>
}

/** A chart ready to be drawn, written as a table or exported. */
export type HealthChart = {
  key: ChartKey
  kind: 'bar' | 'area' | 'line' | 'rows'
  question: string
  /** The answer in a sentence; moments in it are given as `Instant` parts, for the page to write in the reader's zone. */
  answer: (string | { at: Instant })[]
  /** What the points are. */
  axis: string
  series: Series[]
  points: Point[]
  /** How moments on the axis are written; absent where the axis is none of time. */
  show?: 'clock' | 'day' | 'both'
  links?: Record<string, string>
  note?: string
  /** Which statement gave its figures. */
  sql: 'fleet' | 'samples' | 'days' | 'stats'
}

const NANOS = 1_000_000n
const millisOf = (at: Instant) => Number(instantToNanos(at) / NANOS)

/** What was sampled in one step of a range (UTC), or the start of a step in which nobody sampled. */
export type Slot<T = Sample> = { at: Instant; sample: T | null }

/** The steps of a range with what was sampled in each; the last one is left out while it may still get one. */
export function slotsOf<T extends { at: Instant }>(
  samples: T[],
  range: { from: Instant; to: Instant },
  step: number,
): Slot<T>[] {
  const slotOf = (at: Instant) => Math.floor(millisOf(at) / step)
  const known = new Map(samples.map((sample) => [slotOf(sample.at), sample]))
  const slots: Slot<T>[] = []
  for (let slot = slotOf(range.from); slot <= slotOf(range.to); slot++) {
    const sample = known.get(slot) ?? null
    const start = nanosToInstant(BigInt(slot * step) * NANOS)
    slots.push({ at: sample?.at ?? start, sample })
  }
  if (slots.at(-1)?.sample === null) slots.pop()
  return slots
}

const valuesOf = <T>(sample: T | null, read: (sample: T) => Point['values']): Point['values'] =>
  sample ? read(sample) : {}

const pointsOf = (slots: Slot[], read: (sample: Sample) => Record<string, number>): Point[] =>
  slots.map(({ at, sample }) => ({ key: at, values: valuesOf(sample, read) }))

function extremes(slots: Slot[], read: (sample: Sample) => number) {
  const known = slots.flatMap(({ sample }) => sample ?? [])
  const [first] = known
  if (!first) return null
  let [least, most] = [first, first]
  for (const sample of known) {
    if (read(sample) < read(least)) least = sample
    if (read(sample) > read(most)) most = sample
  }
  return { least, most, last: known.at(-1) as Sample }
}

const NOTHING = ['Nobody has sampled in this range.']
const reached = ({ byState }: Pick<Sample, 'byState'>) => byState.online + byState.late

/** `page` leads to the page at the moment of a point. Samples were judged by the settings, and so are the rows that they lead to. */
type Timed = { slots: Slot[]; show: NonNullable<HealthChart['show']>; page: string }

/** Endpoints by state over time. */
export function statesChart({ slots, show }: Timed): HealthChart {
  const seen = ENDPOINT_STATES.filter((state) => slots.some(({ sample }) => (sample?.byState[state] ?? 0) > 0))
  const found = extremes(slots, reached)
  const list = '/agents/health/endpoints?at={at}'
  return {
    key: 'states',
    kind: 'area',
    question: 'How many endpoints were in each state?',
    answer: found
      ? [
          `${formatNumber(reached(found.last))} of ${formatCount(found.last.endpoints, 'endpoint')} were online or late at the end; at least ${formatNumber(reached(found.least))} at `,
          { at: found.least.at },
          `, at most ${formatNumber(reached(found.most))}.`,
        ]
      : NOTHING,
    axis: 'sample',
    series: (seen.length ? seen : (['online'] as const)).map((state) => ({
      key: state,
      label: STATE_MEANING[state].label,
      tone: STATE_MEANING[state].tone,
    })),
    points: pointsOf(slots, ({ byState }) => Object.fromEntries(seen.map((state) => [state, byState[state]]))),
    show,
    links: { all: list, ...Object.fromEntries(seen.map((state) => [state, `${list}&state=${state}`])) },
    sql: 'samples',
  }
}

function between(slots: Slot[], read: (sample: Sample) => number, one: string, many: string): HealthChart['answer'] {
  const found = extremes(slots, read)
  if (!found) return NOTHING
  return [
    `${formatCount(read(found.last), one, many)} at the end; at most ${formatNumber(read(found.most))} at `,
    { at: found.most.at },
    `, at least ${formatNumber(read(found.least))}.`,
  ]
}

/** Both answers to the documented offline question over time. */
export function offlineChart({ slots, show, page }: Timed): HealthChart {
  return {
    key: 'offline',
    kind: 'line',
    question: 'How many were offline, as documented?',
    answer: between(slots, ({ offlineNames }) => offlineNames, 'name', 'names'),
    axis: 'sample',
    series: [
      { key: 'names', label: 'names, as documented', tone: 'bad' },
      { key: 'endpoints', label: 'endpoints', tone: 'neutral', faded: true },
    ],
    points: pointsOf(slots, ({ offlineNames, offlineEndpoints }) => ({
      names: offlineNames,
      endpoints: offlineEndpoints,
    })),
    show,
    links: { all: page },
    note: 'Seen in the last 30 days and silent for 5 minutes. A point opens the fleet as it was then.',
    sql: 'samples',
  }
}

/** Both counts of doubles over time. */
export function doublesChart({ slots, show, page }: Timed): HealthChart {
  return {
    key: 'doubles',
    kind: 'line',
    question: 'How many endpoints were double?',
    answer: between(slots, ({ doubles }) => doubles, 'endpoint', 'endpoints'),
    axis: 'sample',
    series: [
      { key: 'doubles', label: 'as documented', tone: 'attention' },
      { key: 'alive', label: 'two processes alive', tone: 'bad' },
    ],
    points: pointsOf(slots, ({ doubles, doublesAlive }) => ({ doubles, alive: doublesAlive })),
    show,
    links: { all: page },
    note: 'More than one agent heard within 10 minutes: a restart counts too. A point opens the fleet as it was then.',
    sql: 'samples',
  }
}

/** A label of ages: "5 – 10 min" as two spans, "over 30 d". */
export function ageLabel({ from, to }: Pick<AgeCount, 'from' | 'to'>): string {
  return to === null ? `over ${formatDuration(from)}` : `${formatDuration(from)} – ${formatDuration(to)}`
}

const inMig = (millis: number) =>
  millis % 86_400_000 === 0 ? `${millis / 86_400_000}d` : `${Math.round(millis / 60_000)}m`

/** How long the silent ones have been silent; ages up to `unknownTo` milliseconds are not known. */
export function agesChart(ages: AgeCount[], rows: string, unknownTo: number): HealthChart {
  const known = ages.filter(({ from }) => from >= unknownTo)
  const all = known.reduce((sum, { n }) => sum + n, 0)
  const most = known.reduce<AgeCount | null>((best, one) => (one.n > (best?.n ?? 0) ? one : best), null)
  const least = formatDuration(known[0]?.from ?? 0)
  return {
    key: 'ages',
    kind: 'bar',
    question: 'Since when are the silent ones silent?',
    answer: [
      most
        ? `${formatCount(all, 'endpoint')} ${all === 1 ? 'is' : 'are'} silent for longer than ${least}; most of them, ${formatNumber(most.n)}, for ${ageLabel(most)}.`
        : `No endpoint is silent for longer than ${least}.`,
    ],
    axis: 'last heartbeat ago',
    series: [{ key: 'n', label: 'endpoints', tone: 'bad' }],
    points: ages.map((age) => {
      const isKnown = age.from >= unknownTo
      // What has no real moment is neither young nor old.
      const bounds = age.to === null ? '&state=online,late,unreachable,destroyed,gone' : `&within=${inMig(age.to)}`
      const href = `${rows}silent=${inMig(age.from)}${bounds}`
      return {
        key: inMig(age.from),
        label: ageLabel(age),
        values: { n: isKnown ? age.n : null },
        ...(isKnown && { href }),
      }
    }),
    ...(unknownTo > 0 && {
      note: 'While an endpoint beats, the history does not keep its last heartbeat: the youngest ages are not known.',
    }),
    sql: 'fleet',
  }
}

const SHOWN_VALUES = 12
const LONGEST = 200

/** Whether a value can be asked for: some rows have none, and long ones were cut when they were counted. */
const isAskable = (value: string | null): value is string =>
  value !== null && value !== '' && value.length < LONGEST && !value.includes('\uFFFD')

function valuesChart(
  values: ValueCount[],
  endpoints: number,
  words: { key: ChartKey; question: string; axis: string; none: string; href: (value: string) => string },
): HealthChart {
  const shown = values.slice(0, SHOWN_VALUES)
  const rest = { n: endpoints, alive: 0 }
  for (const { n } of shown) rest.n -= n
  rest.alive = values.slice(SHOWN_VALUES).reduce((sum, { alive }) => sum + alive, 0)
  const counted = values.reduce((sum, { n }) => sum + n, 0)
  const points: Point[] = shown.map(({ value, n, alive }, i) => ({
    key: `${i}`,
    label: value === null || value === '' ? words.none : value,
    values: { alive, away: n - alive },
    ...(isAskable(value) && { href: words.href(value) }),
  }))
  // What is beyond the counted values is known only in sum.
  if (rest.n > 0 && values.length > SHOWN_VALUES && counted === endpoints)
    points.push({
      key: 'rest',
      label: `${values.length - SHOWN_VALUES} others`,
      values: { alive: rest.alive, away: rest.n - rest.alive },
    })
  const [most] = shown
  return {
    key: words.key,
    kind: 'rows',
    question: words.question,
    answer: [
      most
        ? `${most.value || words.none}: ${formatNumber(most.n)} of ${formatCount(endpoints, 'endpoint')} (${formatPercent(most.n, endpoints)}).${awayWords(shown, words.none)}`
        : 'There is nothing to count.',
    ],
    axis: words.axis,
    series: [
      { key: 'alive', label: 'online or late', tone: 'good' },
      { key: 'away', label: 'silent', tone: 'gone' },
    ],
    points,
    sql: 'fleet',
  }
}

/** Where the greatest share is silent, among values of some weight. */
function awayWords(values: ValueCount[], none: string): string {
  const share = ({ n, alive }: ValueCount) => (n - alive) / n
  const worst = values
    .filter(({ n }) => n >= 5)
    .reduce<ValueCount | null>((a, b) => (a && share(a) >= share(b) ? a : b), null)
  if (!worst || worst.n === worst.alive || values.length < 2) return ''
  return ` Most of all ${worst.value || none} is silent: ${formatPercent(worst.n - worst.alive, worst.n)} of it.`
}

/** Endpoints by operating system. `rows` is the address of the list, ready for a further parameter. */
export function systemsChart({ byOs, endpoints }: Pick<Figures, 'byOs' | 'endpoints'>, rows: string): HealthChart {
  return valuesChart(byOs, endpoints, {
    key: 'systems',
    question: 'Which systems do they run?',
    axis: 'system',
    none: 'no system',
    href: (value) => `${rows}os=${encodeURIComponent(value)}`,
  })
}

/** Endpoints by version. */
export function versionsChart(
  { byVersion, endpoints }: Pick<Figures, 'byVersion' | 'endpoints'>,
  rows: string,
): HealthChart {
  return valuesChart(byVersion, endpoints, {
    key: 'versions',
    question: 'Which versions do they run?',
    axis: 'version',
    none: 'no version',
    href: (value) => `${rows}version=${encodeURIComponent(`=${value}`)}`,
  })
}

/** Endpoints by the values of one tag; null where no endpoint has it. */
export function tagChart({ byTag }: Pick<Figures, 'byTag'>, key: string, rows: string): HealthChart | null {
  const tag = byTag.find((one) => one.key === key)
  if (!tag) return null
  const all = tag.values.reduce((sum, { n }) => sum + n, tag.others)
  const askable = isAskable(key) && !key.includes('=') && key.trim() === key
  // What is no text was counted as JSON, which the list's filter does not write the same way.
  const isText = (value = '') => value !== 'null' && !/^[[{]/.test(value)
  const chart = valuesChart(tag.values, all, {
    key: 'tag',
    question: 'How are they tagged?',
    axis: key,
    none: 'empty',
    href: (value) => `${rows}tag=${encodeURIComponent(`${key}=${value}`)}`,
  })
  return {
    ...chart,
    points: chart.points.map(({ href, ...point }) =>
      askable && href && isText(point.label) ? { ...point, href } : point,
    ),
  }
}

const SHOWN_VERSIONS = 5

/** The commonest versions over time, the newest strongest. */
export function adoptionChart({ slots, show }: Timed): HealthChart {
  const known = slots.flatMap(({ sample }) => sample ?? [])
  const weights = new Map<string, number>()
  // By what was ever much: a version that came up or went down in the range is of interest.
  for (const { byVersion } of known)
    for (const { value, n } of byVersion) weights.set(value, Math.max(weights.get(value) ?? 0, n))
  const shown = [...weights]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, SHOWN_VERSIONS)
    .map(([value]) => value)
    .sort((a, b) => (a < b ? 1 : -1))
  const keyOf = new Map(shown.map((value, i) => [value, `v${i}`]))
  const read = ({ byVersion, endpoints }: Sample): Record<string, number> => {
    const values: Record<string, number> = Object.fromEntries(shown.map((_, i) => [`v${i}`, 0]))
    let rest = endpoints
    for (const { value, n } of byVersion) {
      const key = keyOf.get(value)
      if (key) values[key] = n
      if (key) rest -= n
    }
    return { ...values, rest }
  }
  const hasRest = known.some((sample) => (read(sample).rest ?? 0) > 0)
  const list = '/agents/health/endpoints?at={at}'
  const [newest] = shown
  const [first, last] = [known[0], known.at(-1)]
  const share = (sample: Sample | undefined) =>
    formatPercent(sample ? (read(sample).v0 ?? 0) : 0, sample?.endpoints ?? 0)
  return {
    key: 'adoption',
    kind: 'area',
    question: 'How fast do new versions spread?',
    answer:
      newest === undefined
        ? NOTHING
        : [
            `${newest || 'No version'} runs on ${share(last)} of the endpoints at the end, on ${share(first)} at the beginning.`,
          ],
    axis: 'sample',
    // The newest stands at the bottom, where its height can be read.
    series: [
      ...shown.map((value, i) => ({
        key: `v${i}`,
        label: value || 'no version',
        tone: 'neutral' as const,
        shade: i + 1,
      })),
      ...(hasRest || shown.length === 0 ? [{ key: 'rest', label: 'others', tone: 'neutral' as const, shade: 6 }] : []),
    ],
    points: pointsOf(slots, read),
    show,
    links: {
      all: list,
      ...Object.fromEntries(
        shown.flatMap((value, i) =>
          isAskable(value) ? [[`v${i}`, `${list}&version=${encodeURIComponent(`=${value}`)}`]] : [],
        ),
      ),
    },
    sql: 'samples',
  }
}

const DAY = 86_400_000
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** New and lost endpoints a day (UTC); what was rebuilt from MIG's rows is apart. Days lead to the difference of their ends. */
export function daysChart(
  days: DayCount[],
  range: { from: Instant; to: Instant },
  until: Instant = range.to,
): HealthChart {
  const known = new Map(days.map((day) => [day.day, day]))
  const points: Point[] = []
  for (let t = Math.floor(millisOf(range.from) / DAY) * DAY; t <= millisOf(range.to); t += DAY) {
    const start = nanosToInstant(BigInt(t) * NANOS)
    const day = start.slice(0, 10)
    const count = known.get(day)
    const end = t + DAY > millisOf(until) ? until : nanosToInstant(BigInt(t + DAY) * NANOS)
    const difference = `/agents/health/difference?from=${encodeURIComponent(start)}&to=${encodeURIComponent(end)}`
    const values: Point['values'] | undefined =
      count && (count.rebuilt ? { oldCame: count.came, oldLost: count.lost } : { came: count.came, lost: count.lost })
    points.push({
      key: day,
      label: `${Number(day.slice(8))} ${MONTHS[Number(day.slice(5, 7)) - 1]}`,
      values: values ?? {},
      ...(count &&
        !count.rebuilt && {
          href: difference,
          hrefs: { came: `${difference}&change=new`, lost: `${difference}&change=lost` },
        }),
    })
  }
  const isRebuilt = days.some(({ rebuilt }) => rebuilt)
  const sum = (read: (day: DayCount) => number) => formatNumber(days.reduce((all, day) => all + read(day), 0))
  return {
    key: 'days',
    kind: 'bar',
    question: 'How many came and fell silent each day?',
    answer: [
      days.length === 0
        ? 'No day of this range is known.'
        : `${sum(({ came }) => came)} came and ${sum(({ lost }) => lost)} fell silent in ${formatCount(days.length, 'day')} (UTC).`,
    ],
    axis: 'day (UTC)',
    series: [
      { key: 'came', label: 'new', tone: 'waiting', stack: 'came' },
      { key: 'lost', label: 'lost', tone: 'bad', stack: 'lost' },
      ...(isRebuilt
        ? [
            { key: 'oldCame', label: 'new, rebuilt from rows', tone: 'waiting' as const, stack: 'came', faded: true },
            { key: 'oldLost', label: 'lost, rebuilt from rows', tone: 'bad' as const, stack: 'lost', faded: true },
          ]
        : []),
    ],
    points,
    note: isRebuilt
      ? 'Before the history began the days are rebuilt from MIG’s rows: by first start and last heartbeat, so that whoever came back is missing. A day opens what differs between its two ends.'
      : 'By first start and last heartbeat. A day opens what differs between its two ends, without those that were back by then.',
    sql: 'days',
  }
}

const countOr = (n: number | null) => (n === null ? 'an unknown number of' : formatNumber(n))

/** What MIG's own scheduler of 2015 to 2019 counted. */
export function schedulerChart(slots: Slot<StoredStats>[], show: NonNullable<HealthChart['show']>): HealthChart {
  const last = slots.findLast(({ sample }) => sample !== null)?.sample
  return {
    key: 'scheduler',
    kind: 'line',
    question: 'What did MIG’s own scheduler count?',
    answer: last
      ? [
          `${countOr(last.onlineEndpoints)} endpoints online and ${countOr(last.idleEndpoints)} idle at `,
          { at: last.at },
          '.',
        ]
      : ['The table agents_stats has no rows in this range.'],
    axis: 'counted at',
    series: [
      { key: 'online', label: 'online endpoints', tone: 'good' },
      { key: 'idle', label: 'idle endpoints', tone: 'gone' },
      { key: 'double', label: 'with several agents', tone: 'attention' },
      { key: 'flapping', label: 'flapping', tone: 'odd' },
    ],
    points: slots.map(({ at, sample }) => ({
      key: at,
      values: valuesOf(sample, (one) => ({
        online: one.onlineEndpoints,
        idle: one.idleEndpoints,
        double: one.multiAgentsEndpoints,
        flapping: one.flappingEndpoints,
      })),
    })),
    show,
    note: 'From the table agents_stats, by the rules of MIG’s scheduler: online within its agent time-out, idle up to the limit for idle agents.',
    sql: 'stats',
  }
}
