import type pg from 'pg'
import { DAY, HOUR, MINUTE, type Micros, pgTime, SECOND } from './clock'
import { AGENT_TIMEOUT, type AgentRow, type Endpoint, type Fleet, HEARTBEAT_PERIOD } from './fleet'
import { Rng } from './rng'

/** How far back the demo's history goes. */
export const HISTORY = 60 * DAY
const ONLINE = 2 * HEARTBEAT_PERIOD
const GONE = 30 * DAY
const VALUES = 50

type Span = { since: Micros; until: Micros | null; version: string; kind: string; lastSeen: Micros | null }
type Past = { endpoint: Endpoint; rows: AgentRow[]; newest: AgentRow; came: Micros; spans: Span[] }

/** Writes 60 days of history that end in the fleet as it is; in the caller's transaction, before the first pass. */
export async function writeHistory(client: pg.ClientBase, fleet: Fleet, seed: string, now: Micros): Promise<void> {
  const rng = new Rng(seed).fork('history')
  const past = pastOf(fleet, rng, now)
  const begins = now - HISTORY
  await insert(
    client,
    'endpoint',
    ENDPOINT_TYPES,
    past.map((one) => presentCells(one)),
  )
  await insert(
    client,
    'endpoint_span',
    SPAN_TYPES,
    past.flatMap((one) =>
      one.spans.flatMap((span) => (span.until !== null && span.until > begins ? [pastCells(one, span)] : [])),
    ),
  )
  await insert(client, 'fleet_sample', SAMPLE_TYPES, samplesOf(past, now))
  await insert(client, 'fleet_day', DAY_TYPES, daysOf(past, now))
  await client.query('INSERT INTO dashboard.fleet_history (begins_at, passed_at) VALUES ($1, $2)', [
    pgTime(begins),
    pgTime(now),
  ])
}

/** Rows as JSON in one statement; the names and types are this file's own. */
async function insert(
  client: pg.ClientBase,
  table: string,
  types: Record<string, string>,
  rows: object[],
): Promise<void> {
  const names = Object.keys(types).join(', ')
  const typed = Object.entries(types).map(([name, type]) => `${name} ${type}`)
  await client.query(
    `INSERT INTO dashboard.${table} (${names}) SELECT ${names} FROM json_to_recordset($1::json) AS r (${typed.join(', ')})`,
    [JSON.stringify(rows)],
  )
}

function pastOf({ endpoints, agents }: Fleet, rng: Rng, now: Micros): Past[] {
  const rows = new Map<Endpoint, AgentRow[]>()
  for (const agent of agents) rows.set(agent.endpoint, [...(rows.get(agent.endpoint) ?? []), agent])
  return endpoints.map((endpoint) => {
    const own = (rows.get(endpoint) ?? []).sort((a, b) => a.start - b.start)
    const newest = own.reduce((best, row) => (row.heartbeat >= best.heartbeat ? row : best))
    const came = Math.min(endpoint.installed, ...own.map((row) => row.start))
    return {
      endpoint,
      rows: own,
      newest,
      came,
      spans: withNights(spansOf(endpoint, own, came, now), endpoint, rng, now),
    }
  })
}

/** The spans that the processes of an endpoint tell of: a new one with each version and after each silence. */
function spansOf(endpoint: Endpoint, rows: AgentRow[], came: Micros, now: Micros): Span[] {
  const [first, ...others] = rows as [AgentRow, ...AgentRow[]]
  let open: Span = { since: came, until: null, version: first.version, kind: 'heard', lastSeen: null }
  const spans = [open]
  const next = (at: Micros, change: Partial<Span>) => {
    if (at <= open.since) {
      Object.assign(open, change)
      return
    }
    open.until = at
    open = { since: at, until: null, version: open.version, kind: 'heard', lastSeen: null, ...change }
    spans.push(open)
  }
  if (endpoint.age === 'clock ahead') {
    next(now - 26 * HOUR, { kind: 'ahead' })
    return spans
  }
  let seen = first.heartbeat
  let last = first
  for (const row of others) {
    if (row.start - seen > ONLINE) {
      open.lastSeen = seen
      next(row.start, { version: row.version })
    } else if (row.version !== open.version) next(row.start, { version: row.version })
    if (row.heartbeat >= seen) last = row
    seen = Math.max(seen, row.heartbeat)
  }
  if (seen < now - ONLINE) open.lastSeen = seen
  if (last.status === 'destroyed' && last.destruction !== null && seen <= last.destruction)
    next(last.destruction, { kind: 'destroyed', lastSeen: seen })
  return spans
}

/** Machines of people are switched off in some nights and at some weekends. */
function withNights(spans: Span[], endpoint: Endpoint, rng: Rng, now: Micros): Span[] {
  if (endpoint.os === 'linux') return spans
  const draw = rng.fork(endpoint.queueloc)
  const habit = draw.pick([0, 0.15, 0.5])
  return spans.flatMap((span) => {
    const until = Math.min(span.lastSeen ?? span.until ?? now, now) - 2 * HOUR
    const parts: Span[] = []
    let rest = span
    for (
      let day = Math.floor(Math.max(span.since, now - HISTORY) / DAY);
      span.kind === 'heard' && day * DAY < until;
      day++
    ) {
      const weekend = [5, 6].includes((day + 3) % 7)
      if (!draw.chance(weekend ? habit * 1.5 : habit)) continue
      const off = day * DAY + 17 * HOUR + Math.floor(draw.float() * 4 * HOUR)
      const on = off + (weekend ? 20 : 11) * HOUR + Math.floor(draw.float() * 3 * HOUR)
      if (off <= rest.since || on >= until) continue
      parts.push({ ...rest, until: on, lastSeen: off })
      rest = { ...rest, since: on }
    }
    return [...parts, rest]
  })
}

const ENDPOINT_TYPES = {
  queueloc: 'text',
  agent_id: 'numeric',
  name: 'text',
  os: 'text',
  version: 'text',
  first_seen: 'timestamptz',
  kind: 'text',
  since: 'timestamptz',
  last_seen: 'timestamptz',
}
const SPAN_TYPES = { ...ENDPOINT_TYPES, until: 'timestamptz' }

function presentCells(past: Past) {
  return spanCells(past, past.spans.at(-1) as Span)
}

function pastCells(past: Past, span: Span) {
  return { ...spanCells(past, span), until: pgTime(span.until as Micros) }
}

function spanCells({ endpoint, newest, came }: Past, span: Span) {
  return {
    queueloc: endpoint.queueloc,
    agent_id: newest.id,
    name: endpoint.name,
    os: endpoint.os,
    version: span.version,
    first_seen: pgTime(came),
    kind: span.kind,
    since: pgTime(span.since),
    last_seen: span.lastSeen === null ? null : pgTime(span.lastSeen),
  }
}

const STATES = ['online', 'late', 'unreachable', 'gone', 'destroyed', 'ahead', 'unknown'] as const
const COUNTS = [
  'endpoints',
  ...STATES,
  'processes',
  'offline_names',
  'offline_endpoints',
  'doubles',
  'doubles_alive',
] as const
type State = (typeof STATES)[number]

const SAMPLE_TYPES: Record<string, string> = {
  grain: 'text',
  bucket: 'timestamptz',
  at: 'timestamptz',
  ...Object.fromEntries(COUNTS.map((name) => [name, 'integer'])),
  newest: 'timestamptz',
  by_version: 'jsonb',
  by_os: 'jsonb',
}

/** When nobody sampled: the dashboard was down for some hours nine days ago and for a while yesterday. */
function isGap(at: Micros, now: Micros): boolean {
  const ago = now - at
  return (ago > 9 * DAY && ago < 9 * DAY + 5 * HOUR) || (ago > 20 * HOUR && ago < 20 * HOUR + 25 * MINUTE)
}

/** Per minute for two days, per hour and per day for all of it, each at its end or now. */
function samplesOf(past: Past[], now: Micros): object[] {
  const wanted: { at: Micros; grain: string; bucket: Micros }[] = []
  const grains = {
    minute: { step: MINUTE, back: 2 * DAY },
    hour: { step: HOUR, back: HISTORY },
    day: { step: DAY, back: HISTORY },
  }
  for (const [grain, { step, back }] of Object.entries(grains))
    for (let bucket = Math.floor((now - back) / step) * step + step; bucket <= now; bucket += step) {
      const at = Math.min(bucket + step - 30 * SECOND, now)
      if (!isGap(at, now)) wanted.push({ at, grain, bucket })
    }
  wanted.sort((a, b) => a.at - b.at)
  const places = new Int32Array(past.length)
  const names = new Numbers()
  const nameOf = past.map(({ endpoint }) => names.of(endpoint.name))
  const versions = new Numbers()
  const versionOf = past.map(({ spans }) => spans.map(({ version }) => versions.of(version)))
  const systems = new Numbers()
  const systemOf = past.map(({ endpoint }) => systems.of(endpoint.os))
  const overlaps = overlapsOf(past, now)
  const seen = new Float64Array(names.size)
  return wanted.map(({ at, grain, bucket }) => {
    const byState = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>
    const byVersion = new Counts(versions)
    const byOs = new Counts(systems)
    seen.fill(0)
    let endpoints = 0
    let offline = 0
    for (let i = 0; i < past.length; i++) {
      const { spans, came } = past[i] as Past
      if (came > at) continue
      let place = places[i] as number
      while (((spans[place] as Span).until ?? Number.POSITIVE_INFINITY) <= at) place++
      places[i] = place
      const span = spans[place] as Span
      const state = stateAt(span, at)
      endpoints++
      byState[state]++
      const alive = state === 'online' || state === 'late'
      byVersion.add(versionOf[i]?.[place] as number, alive)
      byOs.add(systemOf[i] as number, alive)
      const last = span.lastSeen !== null && span.lastSeen < at ? span.lastSeen : at
      if (isOffline(last, at)) offline++
      const name = nameOf[i] as number
      if (last > (seen[name] as number)) seen[name] = last
    }
    let offlineNames = 0
    for (const last of seen) if (isOffline(last, at)) offlineNames++
    const open = overlaps.filter(({ from, to }) => from <= at && at <= to)
    return {
      grain,
      bucket: pgTime(bucket),
      at: pgTime(at),
      endpoints,
      ...byState,
      processes: byState.online + byState.ahead + open.length,
      offline_names: offlineNames,
      offline_endpoints: offline,
      doubles: new Set(open.map(({ queue }) => queue)).size,
      doubles_alive: new Set(open.flatMap(({ queue, aliveFrom }) => (aliveFrom <= at ? [queue] : []))).size,
      newest: pgTime(at - 400_000),
      by_version: byVersion.list(),
      by_os: byOs.list(),
    }
  })
}

const isOffline = (last: Micros, at: Micros) => at - last > 5 * MINUTE && at - last <= GONE

/** Texts by number, so that counting them costs nothing. */
class Numbers {
  readonly texts: string[] = []
  private readonly known = new Map<string, number>()
  get size() {
    return this.texts.length
  }
  of(text: string): number {
    const number = this.known.get(text) ?? this.texts.push(text) - 1
    this.known.set(text, number)
    return number
  }
}

class Counts {
  private readonly all: Int32Array
  private readonly alive: Int32Array
  constructor(private readonly numbers: Numbers) {
    this.all = new Int32Array(numbers.size)
    this.alive = new Int32Array(numbers.size)
  }
  add(number: number, alive: boolean): void {
    this.all[number] = (this.all[number] as number) + 1
    if (alive) this.alive[number] = (this.alive[number] as number) + 1
  }
  list(): { value: string; n: number; alive: number }[] {
    return this.numbers.texts
      .map((value, i) => ({ value, n: this.all[i] as number, alive: this.alive[i] as number }))
      .filter(({ n }) => n > 0)
      .sort((a, b) => b.n - a.n)
      .slice(0, VALUES)
  }
}

function stateAt(span: Span, at: Micros): State {
  if (span.kind !== 'heard') return span.kind as State
  const age = span.lastSeen === null ? 0 : at - span.lastSeen
  if (age <= ONLINE) return 'online'
  if (age <= AGENT_TIMEOUT) return 'late'
  return age <= GONE ? 'unreachable' : 'gone'
}

type Overlap = { queue: number; from: Micros; to: Micros; aliveFrom: Micros }

/** When two processes of one endpoint counted as heard, and from when on the older one had really gone on. */
function overlapsOf(past: Past[], now: Micros): Overlap[] {
  return past.flatMap(({ rows }, queue) =>
    rows.slice(1).flatMap((younger, i) => {
      const older = rows[i] as AgentRow
      const to = Math.min(older.heartbeat, younger.heartbeat) + ONLINE
      if (to < now - HISTORY || to < younger.start) return []
      const wentOn = older.heartbeat - HEARTBEAT_PERIOD > younger.start
      return [{ queue, from: younger.start, to, aliveFrom: wentOn ? younger.start + HEARTBEAT_PERIOD : Infinity }]
    }),
  )
}

const DAY_TYPES = { day: 'date', came: 'integer', lost: 'integer', rebuilt: 'boolean' }

/** New and lost by day for as long as spans are kept; rebuilt before the history begins. */
function daysOf(past: Past[], now: Micros): object[] {
  const first = Math.floor((now - 400 * DAY) / DAY)
  const days = Array.from({ length: Math.floor(now / DAY) - first + 1 }, () => ({ came: 0, lost: 0 }))
  for (const { came, spans } of past) {
    const day = days[Math.floor(came / DAY) - first]
    if (day) day.came++
    for (const { kind, lastSeen, until } of spans) {
      const lost = lastSeen === null || kind !== 'heard' ? undefined : days[Math.floor(lastSeen / DAY) - first]
      if (lost && (until ?? now) - (lastSeen as Micros) > AGENT_TIMEOUT) lost.lost++
    }
  }
  return days.map((counts, i) => ({
    day: pgTime((first + i) * DAY).slice(0, 10),
    ...counts,
    rebuilt: (first + i) * DAY < now - HISTORY,
  }))
}
