import type { Counters, DemoAction } from '@/lib/demo/action-types'
import { MINUTE, type Micros, NOT_YET, pgTime, SECOND } from '@/lib/demo/clock'
import type { AgentRow } from '@/lib/demo/fleet'
import { cellText, storedId } from '@/lib/demo/insert'
import { resultJson } from '@/lib/demo/result-json'
import { moduleResult, REFUSALS, refusal } from '@/lib/demo/results'
import { Rng } from '@/lib/demo/rng'
import type { MigId } from '@/lib/mig/wire/id'
import { type ActionPlan, expiryOf } from './actions'
import { floatId } from './draws'
import type { FleetPlan } from './fleet'

/** A command that has not been answered, in short; the spool has a file of it. */
export type Waiting = { id: MigId; action: number; row: number; start: Micros }

const COUNTERS = ['sent', 'returned', 'done', 'cancelled', 'failed', 'timeout'] as const
type Counter = (typeof COUNTERS)[number]
const PER_ACTION = COUNTERS.length

/** What the commands say of their actions: counters as the scheduler kept them, and when the last answer came. */
export class Tally {
  private readonly counts: Int32Array
  private readonly last: Float64Array

  constructor(actions: number) {
    this.counts = new Int32Array(actions * PER_ACTION)
    this.last = new Float64Array(actions)
  }

  add(action: number, counter: Counter, n = 1): void {
    const at = action * PER_ACTION + COUNTERS.indexOf(counter)
    this.counts[at] = (this.counts[at] as number) + n
  }

  heard(action: number, at: Micros): void {
    if (at > (this.last[action] as number)) this.last[action] = at
  }

  counters(action: number): Counters {
    return Object.fromEntries(
      COUNTERS.map((counter, i) => [counter, this.counts[action * PER_ACTION + i] as number]),
    ) as Counters
  }

  /** The last moment at which anything came back in time; 0 when nothing did. */
  lastHeard(action: number): Micros {
    return this.last[action] as Micros
  }

  /** Puts counters and dates into an action that was sent. */
  complete(action: number, made: DemoAction): DemoAction {
    if (typeof made.start !== 'number' || (made.status !== 'completed' && made.status !== 'inflight')) return made
    const counters = this.counters(action)
    const last = Math.max(this.lastHeard(action), made.start + 2 * SECOND)
    if (made.status === 'inflight')
      return { ...made, counters, lastUpdate: counters.returned > 0 ? last + 1_100_000 : 'not yet' }
    const finish = last + 1_300_000
    return { ...made, counters, finish, lastUpdate: finish - 700 }
  }
}

type Answers = { empty: string[][]; hits: string[][] }

const EXECTIME = /"exectime":"[^"]*"/

/**
 * The rows of `commands` as COPY lines, in the order of their actions. Answers are drawn from a few that the demo's agents
 * give to the action, with a time of execution of their own: mostly the same one.
 */
export class CommandMaker {
  readonly tally: Tally
  /** The first unanswered commands, as many as were asked for. */
  readonly waiting: Waiting[] = []
  private number = 0
  private carried = 0

  constructor(
    private readonly seed: string,
    private readonly fleet: FleetPlan,
    private readonly plan: ActionPlan,
    private readonly keepWaiting: number,
  ) {
    this.tally = new Tally(plan.count)
  }

  *lines(): Generator<string> {
    for (let action = 0; action < this.plan.count; action++)
      if (this.plan.wantedCommands(action) > 0) yield* this.ofAction(action)
    if (this.carried > 0) throw new Error(`${this.carried} commands found no agent`)
  }

  private *ofAction(action: number): Generator<string> {
    const made = this.plan.make(action)
    const rng = new Rng(`${this.seed}/commands ${action}`)
    const rows = this.chooseRows(rng, action)
    const one = new OneAction(
      rng,
      made,
      this.plan.story(action),
      this.fleet.now,
      this.plan.questionOf(action).template.hits,
    )
    one.prepare(rows.length)
    let start = (made.start as Micros) + 2 * SECOND
    const step = Math.max(20, Math.min(4000, Math.floor((100 * SECOND) / Math.max(1, rows.length))))
    let late = this.plan.story(action) === 'late answers' ? rng.int(1, 3) : 0
    let twice = this.plan.story(action) === 'stuck by a double count'
    for (const row of rows) {
      start += 1 + Math.floor(rng.float() * step)
      const id = floatId(Math.floor(start / SECOND), this.number++)
      const { model } = this.modelOf(row)
      let { status, results, finish } = one.answer(id, start, model)
      if (finish !== null) this.tally.heard(action, finish)
      if ((late > 0 || twice) && status === 'cancelled') {
        // The answer came after its expiry had been counted: the row says what the agent said, and both were counted.
        this.tally.add(action, 'returned')
        this.tally.add(action, 'cancelled')
        finish = (finish as Micros) + rng.int(40, 5000) * SECOND
        if (twice) [status, results, twice] = ['done', one.result(model), false]
        else [status, results, late] = ['failed', one.refused(id, REFUSALS.expired()), late - 1]
      }
      this.count(action, status)
      if (status === 'sent' && this.waiting.length < this.keepWaiting) this.waiting.push({ id, action, row, start })
      yield `${storedId(id)}\t${one.storedId}\t${storedId(this.fleet.id(row))}\t${status}\t${results}\t${pgTime(start)}\t${finish === null ? NOT_YET : pgTime(finish)}`
    }
    // Two commands got the ids of others in their batch and were never stored.
    if (this.plan.story(action) === 'lost commands') this.tally.add(action, 'sent', 2)
  }

  private count(action: number, status: string): void {
    this.tally.add(action, 'sent')
    if (status === 'sent') return
    this.tally.add(action, 'returned')
    this.tally.add(action, status as Counter)
  }

  private modelOf(row: number) {
    return { model: this.fleet.model(this.fleet.endpoint(row)).agent }
  }

  // A walk through the candidates from somewhere on, so that no row is chosen twice.
  private chooseRows(rng: Rng, action: number): number[] {
    const candidates = this.plan.candidates(action)
    const at = this.plan.moment(action)
    const planned = this.plan.wantedCommands(action)
    // The greatest keeps its number.
    const carried = planned === this.plan.greatest ? 0 : this.carried
    const wanted = planned + carried
    const rows: number[] = []
    const from = rng.int(0, Math.max(0, candidates.length - 1))
    for (let i = 0; i < candidates.length && rows.length < wanted; i++) {
      const row = candidates[(from + i) % candidates.length] as number
      if (this.fleet.isReachable(row, at)) rows.push(row)
    }
    this.carried += planned - rows.length
    return rows
  }
}

type Answer = { status: string; results: string; finish: Micros | null }

class OneAction {
  readonly storedId: string
  private readonly expires: Micros
  private readonly module: string
  private readonly waits: number
  private readonly answers = new Map<string, Answers>()
  private variants = 1

  constructor(
    private readonly rng: Rng,
    private readonly action: DemoAction,
    story: string,
    private readonly now: Micros,
    private readonly hits: number,
  ) {
    this.storedId = storedId(action.id)
    this.expires = expiryOf(action)
    this.module = action.operations[0]?.module ?? ''
    this.waits = story === 'inflight' ? 0.88 : 0
  }

  /** How many commands there will be decides how many different answers. */
  prepare(commands: number): void {
    this.variants = Math.max(2, Math.min(40, Math.ceil(Math.sqrt(commands) / 4)))
  }

  answer(id: MigId, start: Micros, agent: AgentRow): Answer {
    const { rng, expires, now } = this
    const waiting = { status: 'sent', results: 'null', finish: null }
    const unheard = rng.chance(agent.endpoint.os === 'linux' ? 0.016 : 0.07)
    if (rng.chance(this.waits)) return waiting
    if (unheard) {
      if (expires + 2 * MINUTE > now) return waiting
      return { status: 'cancelled', results: 'null', finish: expires + rng.int(1, 58_000) * 1000 }
    }
    const patience = Math.max(SECOND, Math.min(expires - start, 40 * MINUTE) - 2 * SECOND)
    const slow = rng.chance(0.05) ? rng.float() * patience : 20 * SECOND * rng.float() ** 4
    const finish = start + Math.min(patience, Math.floor(SECOND * (1 + 5 * rng.float()) + slow))
    if (finish > now - SECOND) return waiting
    const fate = rng.float()
    if (fate < 0.96) return { status: 'done', results: this.result(agent), finish }
    if (fate < 0.972) {
      const killed = start + 300 * SECOND + rng.int(1, 900) * 1000
      return killed > now - SECOND ? waiting : { status: 'timeout', results: this.timedOut(agent), finish: killed }
    }
    const why =
      fate < 0.984
        ? REFUSALS.weight(this.module)
        : fate < 0.987
          ? REFUSALS.unknown()
          : fate < 0.995
            ? REFUSALS.crashed(this.module)
            : REFUSALS.expired()
    return { status: 'failed', results: this.refused(id, why), finish }
  }

  /** What an agent answers, as a cell of COPY: found in the share of the question, and nearly always the commonest answer. */
  result(agent: AgentRow): string {
    const { empty, hits } = this.answersOf(agent)
    const list = this.rng.chance(this.hits) ? hits : empty
    const parts = list[Math.floor(list.length * this.rng.float() ** 5)] as string[]
    let text = parts[0] as string
    for (let i = 1; i < parts.length; i++)
      text += `"exectime":"${(0.4 + 900 * this.rng.float() ** 4).toFixed(6)}ms"${parts[i]}`
    return text
  }

  private answersOf({ endpoint }: AgentRow): Answers {
    const known = this.answers.get(endpoint.os)
    if (known) return known
    const agent = { endpoint, pid: 4321 } as AgentRow
    const make = (found: boolean, count: number) =>
      Array.from({ length: count }, () => {
        const results = this.action.operations.map((operation) => moduleResult(this.rng, operation, agent, found))
        return cellText(resultJson(results)).split(EXECTIME)
      })
    const answers = { empty: make(false, this.variants), hits: make(true, this.variants) }
    this.answers.set(endpoint.os, answers)
    return answers
  }

  private timedOut({ endpoint }: AgentRow): string {
    const { operations } = this.action
    if (operations.length === 1) return '[null]'
    const agent = { endpoint, pid: 4321 } as AgentRow
    return cellText(
      resultJson(operations.map((each, i) => (i === 0 ? null : moduleResult(this.rng, each, agent, false)))),
    )
  }

  refused(id: MigId, why: string): string {
    return cellText(resultJson(refusal(this.action.id, id, why)))
  }
}
