import { DAY, HOUR, MINUTE, type Micros, NOT_YET, pgTime, SECOND } from '@/lib/demo/clock'
import { AGENT_TIMEOUT, HEARTBEAT_PERIOD } from '@/lib/demo/fleet'
import { cellText, storedId } from '@/lib/demo/insert'
import { Rng } from '@/lib/demo/rng'
import type { MigId } from '@/lib/mig/wire/id'
import { draw, floatId, idNumber, seedOf } from './draws'
import { type Model, makeModels, makeReleases, type Release } from './models'
import type { DataSetSize } from './sizes'

const NONE = 0xffffffff

// When the rows were made: share of all rows, and days before now. Three upgrades restarted a part of the fleet within a day.
const GROWTH: readonly (readonly [share: number, days: number])[] = [
  [0, 540],
  [0.25, 300],
  [0.33, 298.6],
  [0.55, 150],
  [0.63, 148.5],
  [0.85, 21],
  [0.93, 19.8],
  [1, 60 / 86_400],
]

const AGE = 1
const LAST = 2
const DIED = 3
const DOUBLE = 4
const MICROS = 5
const PID = 6
const STATUS = 7
const VERSION = 8
const BARE = 9
const TORN = 10

/** One row of `agents` in short; `index` counts the rows in the order in which they were made. */
export type Process = {
  index: number
  endpoint: number
  start: Micros
  heartbeat: Micros
  version: string
  pid: number
}

/**
 * The agent rows of a data set: everything about a row follows from the seed and its number, but for the endpoint that it
 * belongs to and the next process there, which two arrays hold (eight bytes a row).
 */
export class FleetPlan {
  readonly models: readonly Model[]
  private readonly releases: readonly Release[]
  private readonly endpointOf: Uint32Array
  private readonly next: Uint32Array
  private readonly hash: number

  constructor(
    seed: string,
    readonly size: Pick<DataSetSize, 'agents' | 'endpoints'>,
    readonly now: Micros,
  ) {
    if (size.agents < size.endpoints || size.endpoints < 1) throw new RangeError('every endpoint needs an agent row')
    this.hash = seedOf(`${seed}/fleet`)
    this.models = makeModels(seed, now)
    this.releases = makeReleases(seed, now)
    this.endpointOf = assignEndpoints(new Rng(seed).fork('restarts'), size)
    this.next = linkProcesses(this.endpointOf, size.endpoints)
  }

  get rows(): number {
    return this.size.agents
  }

  model(endpoint: number): Model {
    return this.models[endpoint % this.models.length] as Model
  }

  endpoint(row: number): number {
    return this.endpointOf[row] as number
  }

  /** Whether no later process of the same endpoint has a row. */
  isNewest(row: number): boolean {
    return this.next[row] === NONE
  }

  /** When the process began; never before that of a lower row. */
  start(row: number): Micros {
    return this.seconds(row) * SECOND + Math.floor(draw(this.hash, row, MICROS) * SECOND)
  }

  private seconds(row: number): number {
    const share = (row + 0.5) / this.rows
    let at = 1
    while ((GROWTH[at] as (typeof GROWTH)[number])[0] < share) at++
    const [from, fromDays] = GROWTH[at - 1] as (typeof GROWTH)[number]
    const [to, toDays] = GROWTH[at] as (typeof GROWTH)[number]
    const days = fromDays + ((share - from) / (to - from)) * (toDays - fromDays)
    return Math.floor((this.now - days * DAY) / SECOND) - 1
  }

  /** The row's id, made two seconds after the process began. */
  id(row: number): MigId {
    return floatId(this.seconds(row) + 2, row)
  }

  /** The last heartbeat of the process, by its own clock. */
  heartbeat(row: number): Micros {
    const start = this.start(row)
    const next = this.next[row] as number
    const last = draw(this.hash, row, LAST)
    if (next === NONE) return this.newestHeartbeat(row, start, last)
    // A second agent on the same queue, which nobody ended.
    if (this.isDouble(row)) return Math.max(start + 2 * SECOND, this.now - Math.floor(last * HEARTBEAT_PERIOD) - SECOND)
    const end = this.start(next)
    const died = draw(this.hash, row, DIED)
    const beat =
      died < 0.3 ? start + Math.floor((end - start) * Math.sqrt(last)) : end - Math.floor(last * HEARTBEAT_PERIOD)
    return Math.max(start + SECOND, beat)
  }

  private isDouble(row: number): boolean {
    const next = this.next[row] as number
    return draw(this.hash, row, DOUBLE) < 0.0012 && this.isNewest(next) && this.isOnline(this.endpoint(row))
  }

  private isOnline(endpoint: number): boolean {
    return draw(this.hash, endpoint, AGE) < 0.55
  }

  private newestHeartbeat(row: number, start: Micros, last: number): Micros {
    const { now } = this
    const age = draw(this.hash, this.endpoint(row), AGE)
    const beat =
      age < 0.55
        ? now - Math.floor(last * (HEARTBEAT_PERIOD - 2 * SECOND)) - SECOND
        : age < 0.5503
          ? now + 6 * MINUTE + Math.floor(last * 3 * HOUR)
          : age < 0.56
            ? now - Math.floor(10.5 * MINUTE + last * 9 * MINUTE)
            : age < 0.65
              ? now - Math.floor(21 * MINUTE * ((6.9 * DAY) / (21 * MINUTE)) ** last)
              : age < 0.78
                ? now - Math.floor(7.1 * DAY + last * 22.8 * DAY)
                : now - Math.floor(30.2 * DAY + last * 500 * DAY)
    return beat > start ? beat : start + SECOND + Math.floor(last * 0.5 * (now - start - SECOND))
  }

  /** Whether an action sent at that moment could reach the process, as the scheduler decides it. */
  isReachable(row: number, at: Micros): boolean {
    if (this.start(row) + 5 * SECOND > at) return false
    const heartbeat = this.heartbeat(row)
    return heartbeat >= at - AGENT_TIMEOUT && heartbeat <= this.now
  }

  /** The hostname: the model's, with a number in it after the first round. */
  name(endpoint: number): string {
    const { name } = this.model(endpoint)
    const round = Math.floor(endpoint / this.models.length)
    if (round === 0) return name
    const dot = name.indexOf('.')
    return dot > 0 ? `${name.slice(0, dot)}-${round}${name.slice(dot)}` : `${name}-${round}`
  }

  queueloc(endpoint: number): string {
    const installed =
      Math.floor(this.now / SECOND) - 47_000_000 - Math.floor(draw(this.hash, endpoint, LAST) * 30_000_000)
    return `${this.model(endpoint).os}.${this.name(endpoint)}.${BigInt(idNumber(installed, endpoint)).toString(32)}`
  }

  version(row: number): string {
    const start = this.start(row)
    const drawn = draw(this.hash, row, VERSION)
    // Few take part in a beta.
    const known = this.releases.findIndex(
      ({ built, text }) => built < start && (drawn > 0.97 || !text.endsWith('.beta')),
    )
    const behind = drawn < 0.12 ? 1 : 0
    return (this.releases[Math.min(known + behind, this.releases.length - 1)] as Release).text
  }

  pid(row: number): number {
    const drawn = draw(this.hash, row, PID)
    return drawn < 0.03 ? 65_600 + Math.floor(drawn * 120_000_000) : 400 + Math.floor(drawn * 32_000)
  }

  process(row: number): Process {
    return {
      index: row,
      endpoint: this.endpoint(row),
      start: this.start(row),
      heartbeat: this.heartbeat(row),
      version: this.version(row),
      pid: this.pid(row),
    }
  }

  /** The rows of `agents` as COPY lines, oldest first. */
  *lines(): Generator<string> {
    for (let row = 0; row < this.rows; row++) yield this.line(row)
  }

  private line(row: number): string {
    const endpoint = this.endpoint(row)
    const model = this.model(endpoint)
    const heartbeat = this.heartbeat(row)
    const end = draw(this.hash, row, STATUS)
    const dead = !this.isNewest(row) && !this.isDouble(row)
    const status = dead && end < 0.25 ? 'upgraded' : dead && end < 0.27 ? 'destroyed' : 'heartbeating'
    // Rows of schedulers that did not store environment and tags yet.
    const bare = draw(this.hash, row, BARE)
    const tags = draw(this.hash, row, TORN) < 0.00001 ? TORN_TAGS : model.tags
    return [
      storedId(this.id(row)),
      cellText(this.name(endpoint)),
      cellText(this.queueloc(endpoint)),
      model.os,
      this.version(row),
      this.pid(row),
      pgTime(this.start(row)),
      status === 'destroyed' ? pgTime(heartbeat + 2 * SECOND + Math.floor(end * 9000 * SECOND)) : NOT_YET,
      pgTime(heartbeat),
      status,
      bare < 0.04 ? '\\N' : model.environment,
      bare < 0.028 ? '\\N' : tags,
    ].join('\t')
  }
}

// One that PostgreSQL's JSON operators cannot read.
const TORN_TAGS = cellText('{"operator":"itops","comment":"label\\u0000from a torn config"}')

// Every endpoint has a row; of the others, few endpoints have very many (agents run from cron, laptops that sleep).
function assignEndpoints(rng: Rng, { agents, endpoints }: Pick<DataSetSize, 'agents' | 'endpoints'>): Uint32Array {
  const rows = new Uint32Array(agents)
  // A number that has no factor in common with the endpoints spreads the busy ones over all models.
  const step = coprime(Math.floor(endpoints * 0.618), endpoints)
  for (let row = 0; row < agents; row++)
    rows[row] = row < endpoints ? row : (Math.floor(endpoints * rng.float() ** 2) * step) % endpoints
  for (let i = agents - 1; i > 0; i--) {
    const j = Math.floor(rng.float() * (i + 1))
    const kept = rows[i] as number
    rows[i] = rows[j] as number
    rows[j] = kept
  }
  return rows
}

function coprime(near: number, to: number): number {
  const common = (a: number, b: number): number => (b === 0 ? a : common(b, a % b))
  for (let n = Math.max(1, near); ; n++) if (common(n, to) === 1) return n
}

function linkProcesses(endpointOf: Uint32Array, endpoints: number): Uint32Array {
  const next = new Uint32Array(endpointOf.length)
  const seen = new Uint32Array(endpoints).fill(NONE)
  for (let row = endpointOf.length - 1; row >= 0; row--) {
    const endpoint = endpointOf[row] as number
    next[row] = seen[endpoint] as number
    seen[endpoint] = row
  }
  return next
}
