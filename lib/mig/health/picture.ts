import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { fetchPage, pageSql } from '@/lib/db/list'
import { ranSql } from '@/lib/db/shown-sql'
import { AppError } from '@/lib/errors'
import type { ExportColumn, ExportSource } from '@/lib/export'
import { thresholds as settings, thresholdsFor } from '@/lib/mig/agents/bounds'
import { type AgentRow, agentsQuery } from '@/lib/mig/agents/queries'
import { agentList } from '@/lib/mig/agents/search-params'
import type { Silence } from '@/lib/mig/agents/silence'
import { earlier, type Thresholds } from '@/lib/mig/agents/state'
import type { EndpointState } from '@/lib/mig/agents/status'
import { compareInstants, type Instant } from '@/lib/mig/wire/time'
import type { RanSql } from '@/lib/page'
import {
  adoptionChart,
  agesChart,
  type ChartKey,
  daysChart,
  doublesChart,
  type HealthChart,
  offlineChart,
  schedulerChart,
  slotsOf,
  statesChart,
  systemsChart,
  tagChart,
  versionsChart,
} from './charts'
import type { Figures } from './figures'
import { getFleet, ranForFleet, silenceOf } from './fleet-queries'
import { getFiguresAt, getSpansAt } from './past-queries'
import {
  getDays,
  getHistory,
  getSampleAt,
  getSeries,
  grainOf,
  type History,
  pastProblem,
  ranForDays,
  type Sample,
} from './queries'
import { daysOf, endsOf, RANGE } from './range'
import { type HealthParams, healthPage, pastList } from './search-params'
import { getStoredStats, ranForStoredStats } from './stored-stats'

const DAY = 86_400_000

/** An endpoint that is late or unreachable. */
export type AwayRow = {
  id: string
  name: string
  os: string
  version: string
  state: EndpointState
  /** Its last heartbeat. */
  seen: Instant | null
}

/** The fleet at one moment, as /agents/health shows it. */
export type Picture = {
  /** The moment that the figures are of. */
  at: Instant
  /** Whether that is a moment of the past, which the address names. */
  isPast: boolean
  history: History | null
  thresholds: Thresholds
  /** Whether the thresholds are others than the settings', by which the samples were judged. */
  isJudgedAnew: boolean
  silence: Silence
  figures: Pick<Figures, 'endpoints' | 'byState'>
  /** What only a sample tells of the past; null where nobody sampled near the moment. */
  counted: Pick<Figures, 'offlineNames' | 'offlineEndpoints' | 'doubles' | 'doublesAlive'> | null
  /** A sample of a day before, for comparison. */
  yesterday: Sample | null
  /** The keys of tags that can be charted, the commonest first; empty for the past, which keeps none. */
  tagKeys: string[]
  tag: string | null
  tagsNotCounted: number
  /** When the tags were counted; null in the past, which keeps none. */
  tagsAt: Instant | null
  charts: HealthChart[]
  away: AwayRow[]
  /** Addresses of the lists behind the figures, ready for one more parameter. */
  rows: string
  /** The statements, by what they gave. */
  ran: Statements
}

/** The statements behind the figures of the moment, the list, the comparison and the charts. */
export type Statements = Partial<Record<'fleet' | 'away' | 'compare' | 'samples' | 'days' | 'stats', RanSql[]>>

/** The thresholds of the address as parameters, `&` before each. */
function thresholdSuffix({ given }: HealthParams): string {
  const pairs = (['period', 'timeout', 'gone'] as const).flatMap((name) =>
    given[name]?.[0] ? [`&${name}=${encodeURIComponent(given[name][0])}`] : [],
  )
  return pairs.join('')
}

/** An address that takes one more parameter. */
const open = (path: string, parameters: string) => `${path}?${parameters ? `${parameters.replace(/^&/, '')}&` : ''}`

/** Why the page cannot show what its address asks for, in a sentence; null when it can. */
export async function pictureProblem(viewer: Viewer, { filters }: HealthParams, now: Instant): Promise<string | null> {
  return filters.at ? pastProblem(await getHistory(viewer), filters.at, now) : null
}

/** Everything that /agents/health shows, now or at the moment of the address; ask `pictureProblem` first. */
export async function getPicture(viewer: Viewer, params: HealthParams, now: Instant): Promise<Picture> {
  const { at: past } = params.filters
  const by = thresholdsFor(params)
  const set = settings()
  const isJudgedAnew = by.period !== set.period || by.timeout !== set.timeout || by.goneAfter !== set.goneAfter
  const suffix = thresholdSuffix(params)
  const [history, moment] = await Promise.all([
    getHistory(viewer),
    past
      ? pastMoment(viewer, past, now, by, suffix)
      : presentMoment(viewer, params, isJudgedAnew ? by : undefined, suffix, now),
  ])
  const { at, rows, figures } = moment
  const [timed, yesterday] = await Promise.all([
    // No link leads beyond the last pass, which pages that live may be ahead of.
    timedCharts(viewer, params, at, now, history && compareInstants(history.passedAt, at) < 0 ? history.passedAt : at),
    getSampleAt(viewer, earlier(at, DAY), now),
  ])
  const tagKeys = moment.byTag.map(({ key }) => key)
  const tag = params.filters.tag ?? tagKeys[0] ?? null
  const distribution = [
    agesChart(moment.ages, rows, past ? 2 * set.period : 0),
    systemsChart({ byOs: moment.byOs, endpoints: figures.endpoints }, rows),
    versionsChart({ byVersion: moment.byVersion, endpoints: figures.endpoints }, rows),
    tag === null ? null : tagChart(moment, tag, rows),
  ]
  return {
    ...moment,
    isPast: past !== undefined,
    history,
    thresholds: by,
    isJudgedAnew,
    yesterday: yesterday.sample,
    tagKeys,
    tag,
    charts: [...timed.charts, ...distribution.filter((chart) => chart !== null)],
    ran: { ...moment.ran, compare: yesterday.ran, ...timed.ran },
  }
}

const AWAY_SHOWN = 6

function parsed<F>(
  list: { parse(raw: Record<string, string>): { ok: true; params: F } | { ok: false; problem: string } },
  raw: Record<string, string>,
): F {
  const read = list.parse(raw)
  if (!read.ok) throw new AppError('invalid', read.problem)
  return read.params
}

async function presentMoment(
  viewer: Viewer,
  { given }: HealthParams,
  by: Thresholds | undefined,
  suffix: string,
  now: Instant,
) {
  const judged = Object.fromEntries(
    (['period', 'timeout', 'gone'] as const).flatMap((name) => (given[name]?.[0] ? [[name, given[name][0]]] : [])),
  )
  const [fleet, away] = await Promise.all([
    by ? getFleet(viewer, by) : getFleet(viewer),
    newestAway(viewer, parsed(agentList, { ...judged, state: 'unreachable,late', sort: '-seen', size: '25' }), now),
  ])
  return {
    at: fleet.at,
    figures: fleet,
    counted: fleet,
    silence: silenceOf(fleet),
    ages: fleet.ages,
    byOs: fleet.byOs,
    byVersion: fleet.byVersion,
    byTag: fleet.byTag,
    tagsNotCounted: fleet.tagsNotCounted,
    tagsAt: fleet.tagsAt,
    away: away.rows.slice(0, AWAY_SHOWN).map((row) => ({
      id: row.id,
      name: row.name,
      os: row.os,
      version: row.version,
      state: row.state,
      seen: row.last_seen,
    })),
    rows: open('/agents', suffix),
    ran: { fleet: await ranForFleet(viewer, fleet), away: away.ran },
  }
}

/** The first rows of the agent list, which are not counted: the figures beside them say how many there are. */
async function newestAway(viewer: Viewer, params: Parameters<typeof agentsQuery>[1], now: Instant) {
  const query = await agentsQuery(viewer, params, now)
  const { rows } = await fetchPage<Pick<AgentRow, 'id' | 'name' | 'os' | 'version' | 'state' | 'last_seen'>>(
    query,
    params,
  )
  return { rows, ran: [ranSql('endpoints that fell silent last', pageSql(query, params), now)] }
}

async function pastMoment(viewer: Viewer, at: Instant, now: Instant, by: Thresholds, suffix: string) {
  const asked = parsed(pastList, { state: 'unreachable,late', sort: '-seen', size: '25' })
  const [figures, { sample, ran }, away] = await Promise.all([
    getFiguresAt(viewer, at, by),
    getSampleAt(viewer, at, now),
    getSpansAt(viewer, at, asked, by),
  ])
  const newest = sample?.newest ?? null
  return {
    at,
    figures,
    counted: sample,
    silence: silenceOf({ newest, at: sample?.at ?? at }),
    ages: figures.ages,
    byOs: figures.byOs,
    byVersion: figures.byVersion,
    byTag: [],
    tagsNotCounted: 0,
    tagsAt: null,
    away: away.rows.slice(0, AWAY_SHOWN).map((row) => ({
      id: row.agentId,
      name: row.name,
      os: row.os,
      version: row.version,
      state: row.state,
      seen: row.seen,
    })),
    rows: open('/agents/health/endpoints', `at=${encodeURIComponent(at)}${suffix}`),
    ran: { fleet: [...figures.ran, ...ran], away: away.ran.slice(0, 1) },
  }
}

/** The charts over time that end at a moment. */
async function timedCharts(viewer: Viewer, params: HealthParams, at: Instant, now: Instant, until: Instant) {
  const { filters } = params
  const range = endsOf(filters.range, at)
  const { step, span } = RANGE[filters.range]
  const days = daysOf(filters.range, at)
  const [series, counts, stats] = await Promise.all([
    getSeries(viewer, range, now, grainOf(range, now), step),
    getDays(viewer, days),
    getStoredStats(viewer, range),
  ])
  const slots = slotsOf(series.samples, range, series.step)
  const show = span <= DAY ? ('clock' as const) : span <= 7 * DAY ? ('both' as const) : ('day' as const)
  const page = healthPage.href(params, { filters: { at: 'point' } }).replace('at=point', 'at={at}')
  const timed = { slots, show, page }
  return {
    charts: [
      statesChart(timed),
      offlineChart(timed),
      doublesChart(timed),
      daysChart(counts, days, until),
      adoptionChart(timed),
      ...(stats?.length ? [schedulerChart(slotsOf(stats, range, step), show)] : []),
    ],
    ran: {
      samples: series.ran,
      days: ranForDays(viewer, days),
      ...(stats && { stats: ranForStoredStats(viewer, range) }),
    },
  }
}

/** The figures of one chart as rows, the same as its table on the page. Throws `invalid` when there is no such chart now. */
export async function exportChart(
  viewer: Viewer,
  params: HealthParams,
  key: ChartKey,
  now: Instant,
): Promise<ExportSource> {
  const problem = await pictureProblem(viewer, params, now)
  if (problem) throw new AppError('invalid', problem)
  const { charts } = await getPicture(viewer, params, now)
  const chart = charts.find((one) => one.key === key)
  if (!chart) throw new AppError('invalid', `There is no chart "${key}" at this moment.`)
  const first: ExportColumn = chart.show ? { name: 'at', kind: 'time' } : { name: NAMES[key] ?? 'value', kind: 'text' }
  const names = chart.series.map(({ label }) => label.replaceAll(/[^\w]+/g, '_'))
  const columns: ExportColumn[] = [
    first,
    ...names.map(
      (name, i): ExportColumn => ({ name: names.indexOf(name) < i ? `${name}_${i}` : name, kind: 'number' }),
    ),
  ]
  const rows = chart.points.map((point) =>
    Object.fromEntries([
      [first.name, chart.show || key === 'days' ? point.key : (point.label ?? point.key)],
      ...chart.series.map((one, i) => [columns[i + 1]?.name, point.values[one.key] ?? null]),
    ]),
  )
  async function* batch() {
    yield rows
  }
  return { columns, rows: batch(), name: `health-${key}` }
}

const NAMES: Partial<Record<ChartKey, string>> = {
  days: 'day',
  ages: 'age',
  systems: 'os',
  versions: 'version',
  tag: 'tag',
}
