import type { DemoAction } from '@/lib/demo/action-types'
import { DAY, HOUR, MINUTE, type Micros, nanosToMicros, SECOND } from '@/lib/demo/clock'
import { draftAction } from '@/lib/demo/draft'
import type { Person } from '@/lib/demo/people'
import { Rng } from '@/lib/demo/rng'
import { floatId } from './draws'
import type { FleetPlan } from './fleet'
import { makeQuestions, type Question } from './models'
import type { DataSetSize } from './sizes'

/** How an action went, beyond its status. */
export type Story =
  | 'completed'
  | 'inflight'
  | 'late answers'
  | 'lost commands'
  | 'stuck by a double count'
  | 'invalid'
  | 'waiting'
  | 'preparing'

const STORIES: readonly Story[] = [
  'completed',
  'inflight',
  'late answers',
  'lost commands',
  'stuck by a double count',
  'invalid',
  'waiting',
  'preparing',
]

/** How many days back the actions go. */
const SPAN = 250
/** How many days back those go that reach a large part of the fleet. */
const RECENT = 45
/** What share of the agent rows is ever the target of a command (mig-domain 0.2). */
const TARGETED = 0.29

type Slot = { rank: number; at: Micros; story: number; question: number }

/**
 * The actions of a data set in the order of their moments: a dozen that reach much of the fleet, thousands that reach a few
 * hundred agents, some that never ran. Arrays hold a few numbers an action; everything else is made when it is asked for.
 */
export class ActionPlan {
  readonly count: number
  readonly questions: readonly Question[]
  private readonly at: Float64Array
  private readonly stories: Uint8Array
  private readonly question: Uint16Array
  private readonly wanted: Uint32Array
  private readonly pools: (Uint32Array | undefined)[] = []
  private readonly pool: Uint32Array

  constructor(
    private readonly seed: string,
    private readonly size: DataSetSize,
    private readonly fleet: FleetPlan,
    private readonly people: readonly Person[],
  ) {
    const rng = new Rng(seed).fork('actions')
    this.count = size.actions
    this.questions = makeQuestions(fleet.models)
    this.pool = targetedRows(rng.fork('pool'), fleet, this.bigMoment)
    const silent = Math.floor(size.actions * 0.06)
    const sizes = commandShares(size.actions - silent, size.commands)
    const slots = Array.from({ length: size.actions }, (_, rank) => this.slot(rng, rank, sizes))
    slots.sort((a, b) => a.at - b.at || a.rank - b.rank)
    this.at = Float64Array.from(slots, ({ at }) => at)
    this.stories = Uint8Array.from(slots, ({ story }) => story)
    this.question = Uint16Array.from(slots, ({ question }) => question)
    this.wanted = Uint32Array.from(slots, ({ rank }) => sizes[rank] ?? 0)
  }

  // When the greatest action ran: two days ago, as all of it has been answered.
  private get bigMoment(): Micros {
    return this.fleet.now - 2 * DAY
  }

  private slot(rng: Rng, rank: number, sizes: Uint32Array): Slot {
    const { now } = this.fleet
    const wanted = sizes[rank] ?? 0
    const story = STORIES.indexOf(this.drawStory(rng, rank, wanted))
    const at = Math.floor(
      rank === 0
        ? this.bigMoment
        : rank <= 2
          ? now - (rank === 1 ? 50 : 20) * MINUTE
          : STORIES[story] === 'inflight'
            ? now - rng.float() * 2 * HOUR - MINUTE
            : STORIES[story] === 'waiting'
              ? now - DAY * 30 * rng.float() ** 4 - 10 * SECOND
              : wanted > this.pool.length / 60
                ? now - DAY * (0.2 + rng.float() * RECENT)
                : now - DAY * (0.1 + SPAN * rng.float() ** 1.7),
    )
    return { rank, at, story, question: rank <= 2 ? ([0, 2, 1][rank] as number) : this.drawQuestion(rng, wanted, at) }
  }

  private drawStory(rng: Rng, rank: number, wanted: number): Story {
    const drawn = rng.float()
    if (wanted === 0) return rank % 12 === 0 ? 'waiting' : rank % 12 === 6 ? 'preparing' : 'invalid'
    if (rank === 1 || rank === 2) return 'inflight'
    const ordinary = Math.floor(this.size.actions * 0.3)
    if (rank >= ordinary && rank < ordinary + 3 + this.size.actions / 2000) return 'inflight'
    if (rank < ordinary) return 'completed'
    return drawn < 0.02
      ? 'late answers'
      : drawn < 0.023
        ? 'lost commands'
        : drawn < 0.026
          ? 'stuck by a double count'
          : 'completed'
  }

  // One whose agents are many enough; what everybody is asked, when none is.
  private drawQuestion(rng: Rng, wanted: number, at: Micros): number {
    const back = (this.fleet.now - at) / DAY
    const reachable = this.pool.length * (back < RECENT ? 0.45 : back < 120 ? 0.15 : 0.03)
    const fitting = this.questions.flatMap(({ share }, i) => (share * reachable > wanted ? [i] : []))
    return fitting.length > 0 ? rng.pick(fitting) : rng.int(0, 1)
  }

  story(action: number): Story {
    return STORIES[this.stories[action] as number] as Story
  }

  /** How many commands the greatest action has. */
  get greatest(): number {
    return Math.max(1, Math.round(this.size.commands / 50))
  }

  /** When the action was handed in. */
  moment(action: number): Micros {
    return this.at[action] as Micros
  }

  /** How many commands the plan has for it; what cannot be placed on agents is carried to the next action. */
  wantedCommands(action: number): number {
    return this.wanted[action] as number
  }

  questionOf(action: number): Question {
    return this.questions[this.question[action] as number] as Question
  }

  /** The rows that the action may be sent to, in no order; not all of them lived at its moment. */
  candidates(action: number): Uint32Array {
    const question = this.question[action] as number
    const known = this.pools[question]
    if (known) return known
    const { matches } = this.questions[question] as Question
    const { models } = this.fleet
    const found = this.pool.filter((row) => matches[this.fleet.endpoint(row) % models.length] === 1)
    this.pools[question] = found
    return found
  }

  /** The action as it is stored, without signatures, and with its counters at zero. */
  make(action: number): DemoAction {
    const rng = new Rng(`${this.seed}/action ${action}`)
    const { template } = this.questionOf(action)
    const story = this.story(action)
    const at = this.moment(action)
    const seconds = Math.floor(at / SECOND)
    const signers = this.drawSigners(rng, story)
    const author = this.people.find(({ id }) => id === signers[0]) as Person
    const made = draftAction(rng, {
      id: floatId(seconds, action),
      template,
      name: rng.chance(0.3) ? rng.pick(template.names) : `${rng.pick(template.names)} (${action + 1})`,
      at,
      author,
      signers,
      minutes: story === 'inflight' ? Math.max(template.minutes, 180) : template.minutes,
      ...(story === 'waiting' && rng.chance(0.5) ? { waitNanos: BigInt(rng.int(1, 30)) * 3_600_000_000_000n } : {}),
    })
    const start = at + rng.int(9, 90) * 1000
    switch (story) {
      case 'waiting':
        return made
      case 'invalid':
        return { ...made, status: 'invalid', start, lastUpdate: start + rng.int(1, 9) * 1000 }
      case 'preparing':
        return {
          ...made,
          status: 'preparing',
          start,
          finish: 'zero',
          lastUpdate: 'zero',
          signatureRows: false,
          counters: { ...made.counters, sent: rng.int(1, 400) },
        }
      case 'inflight':
      case 'lost commands':
      case 'stuck by a double count':
        return { ...made, status: 'inflight', start }
      default:
        return { ...made, status: 'completed', start }
    }
  }

  // Few people do most of the asking; the first row is the scheduler, who asks for nothing here.
  private drawSigners(rng: Rng, story: Story): string[] {
    const people = this.people.slice(1)
    const first = Math.floor(people.length * rng.float() ** 3)
    if (story === 'preparing' || !rng.chance(0.12) || people.length < 2) return [(people[first] as Person).id]
    const second = (first + 1 + rng.int(0, Math.min(6, people.length - 2))) % people.length
    return [first, second].map((i) => (people[i] as Person).id)
  }
}

/** How many commands each action has, greatest first: few big ones, very many small ones, and just as many in all as wanted. */
export function commandShares(actions: number, commands: number): Uint32Array {
  if (actions < 1 || commands < actions) throw new RangeError('every action that ran needs a command')
  const greatest = Math.max(1, Math.round(commands / 50))
  const cap = (rank: number) => (rank === 0 ? greatest : greatest * 0.6)
  const raw = (factor: number, rank: number) => Math.max(1, Math.min(cap(rank), factor / (rank + 1) ** 1.15))
  const sum = (factor: number) => {
    let total = 0
    for (let rank = 0; rank < actions; rank++) total += Math.floor(raw(factor, rank))
    return total
  }
  let [low, high] = [0, commands]
  while (sum(high) < commands && high < commands * 1e6) high *= 2
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (sum(middle) > commands) high = middle
    else low = middle
  }
  const shares = Uint32Array.from({ length: actions }, (_, rank) => Math.floor(raw(low, rank)))
  let rest = commands - shares.reduce((total, n) => total + n, 0)
  // The greatest keeps its number.
  for (let rank = actions - 1; rest > 0; rank = rank <= 1 ? actions - 1 : rank - 1, rest--)
    shares[rank] = (shares[rank] as number) + 1
  return shares
}

/**
 * The rows that commands ever go to, shuffled: mostly rows that lived when the greatest action ran, some that lived at another
 * time of the last two months; short lives before that were never asked anything.
 */
function targetedRows(rng: Rng, fleet: FleetPlan, moment: Micros): Uint32Array {
  const { rows, now } = fleet
  const isRecent = (row: number) => fleet.heartbeat(row) > now - 60 * DAY && fleet.heartbeat(row) <= now
  let reachable = 0
  let recent = 0
  for (let row = 0; row < rows; row++)
    if (fleet.isReachable(row, moment)) reachable++
    else if (isRecent(row)) recent++
  const core = Math.min(reachable, Math.round(rows * TARGETED * 0.79))
  const rest = Math.min(recent, Math.round(rows * TARGETED) - core)
  const chosen = new Uint32Array(core + rest)
  let [leftReachable, leftCore, leftRecent, leftRest, count] = [reachable, core, recent, rest, 0]
  for (let row = 0; row < rows; row++) {
    if (fleet.isReachable(row, moment)) {
      if (rng.float() * leftReachable-- < leftCore) {
        leftCore--
        chosen[count++] = row
      }
    } else if (isRecent(row) && rng.float() * leftRecent-- < leftRest) {
      leftRest--
      chosen[count++] = row
    }
  }
  for (let i = chosen.length - 1; i > 0; i--) {
    const j = rng.int(0, i)
    const kept = chosen[i] as number
    chosen[i] = chosen[j] as number
    chosen[j] = kept
  }
  return chosen
}

/** When the action expires, as the table has it. */
export function expiryOf(action: DemoAction): Micros {
  return nanosToMicros(action.expireafter)
}
