import type { MigId } from '@/lib/mig/wire/id'
import { type Plan, planActions } from './action-plans'
import { TEMPLATES, type Template } from './action-templates'
import type { ActionStory, Actions, Counters, DemoAction, DemoCommand } from './action-types'
import { DAY, MINUTE, type Micros, nanosToMicros, SECOND } from './clock'
import { draftAction, NO_COUNTERS, schedulerDestroy } from './draft'
import { AGENT_TIMEOUT, type AgentRow, type Fleet } from './fleet'
import type { IdMaker } from './ids'
import type { Person } from './people'
import { resultJson } from './result-json'
import { LATER_SKELETON, laterResult, moduleResult, REFUSALS, refusal } from './results'
import type { Rng } from './rng'

type Input = { rng: Rng; ids: IdMaker; fleet: Fleet; people: Person[]; now: Micros }

/** 150 actions over 60 days with their commands, oldest first; signatures are still missing. */
export function makeActions(input: Input): Actions {
  return new ActionMaker(input).make()
}

class ActionMaker {
  private readonly rng: Rng
  private readonly actions: DemoAction[] = []
  private readonly commands: DemoCommand[] = []

  constructor(private readonly input: Input) {
    this.rng = input.rng
  }

  make(): Actions {
    const { now, fleet } = this.input
    for (const plan of planActions(this.rng.fork('plans'), fleet, now)) this.run(plan)
    this.replay()
    this.schedulerDestroys()
    this.plantOddColumns()
    this.plantOddResults()
    this.actions.sort((a, b) => Number(a.validfrom - b.validfrom))
    const latest = this.commands.find(({ finish }) => finish !== null && finish > now)
    if (latest) throw new Error(`Command ${latest.id} returned in the future`)
    return { actions: this.actions, commands: this.commands }
  }

  private run(plan: Plan): void {
    const { rng } = this
    const { ids, now } = this.input
    const { template, at, story } = plan
    const signers = plan.signers ?? [this.drawSigner(at)]
    const later = story === 'starts later'
    const action = draftAction(rng, {
      id: plan.later ? ids.counted(at) : this.firstSyntaxId(story, at),
      template,
      name: this.nameOf(plan),
      at,
      author: this.input.people.find(({ id }) => id === signers[0]) as Person,
      signers,
      ...(later ? { minutes: 360, waitNanos: BigInt(rng.int(22, 30)) * 3_600_000_000_000n } : {}),
    })
    const start = at + rng.int(9, 90) * 1000
    const strange = story === 'signed by a stranger' || story === 'unknown investigator'
    Object.assign(action, {
      story,
      start,
      lastUpdate: start + rng.int(1, 9) * 1000,
      status: plan.status,
      syntaxversion: story === 'first syntax' ? 1 : 2,
      format: plan.later ? 'B' : 'A',
      signed: story === 'altered after signing' ? 'altered' : strange ? 'by a stranger' : 'well',
    } satisfies Partial<DemoAction>)
    this.actions.push(action)

    if (plan.status === 'init' || plan.status === 'pending') {
      Object.assign(action, { start: plan.later ? 'year 9' : 'not yet', lastUpdate: plan.later ? 'year 9' : 'not yet' })
      if (story === 'unknown investigator') action.signatureRows = false
      return
    }
    if (plan.status === 'scheduled') {
      Object.assign(action, { lastUpdate: 'year 9' })
      return
    }
    if (plan.status === 'invalid') {
      if (story === 'expired when processed')
        action.start = action.lastUpdate = nanosToMicros(action.expireafter) + rng.int(4, 55) * SECOND
      return
    }
    if (plan.status === 'preparing') {
      // Dropped into the spool by hand: the scheduler inserts the row before it looks at the signature.
      const sent = this.targeted(template, at).length
      Object.assign(action, {
        finish: 'zero',
        lastUpdate: 'zero',
        signatureRows: false,
        counters: { ...action.counters, sent },
      })
      return
    }
    const commands = this.answer(plan, action, plan.agents ?? this.targeted(template, at))
    this.count(action, commands, now)
    this.commands.push(...commands)
  }

  private nameOf({ template, at }: Plan): string {
    const used = this.actions.filter(({ name }) => template.names.some((known) => name.startsWith(known))).length
    const name = template.names[used % template.names.length] as string
    return used < template.names.length ? name : `${name} (${new Date(at / 1000).toISOString().slice(0, 10)})`
  }

  private firstSyntaxId(story: ActionStory, at: Micros): MigId {
    const { ids } = this.input
    if (story !== 'first syntax') return ids.float(at)
    const before = this.actions.filter((action) => action.story === 'first syntax').length
    return before === 3 ? ids.nanoseconds(at) : ids.unsigned(at)
  }

  private drawSigner(at: Micros): string {
    const { now } = this.input
    return this.rng.weighted({
      '2': 34,
      '3': 22,
      '5': 16,
      '6': at < now - 13 * DAY ? 14 : 0,
      '7': at < now - 7 * DAY ? 16 : 0,
      '8': 5,
    })
  }

  // One row per queueloc, the one that beat last, as the scheduler chooses them.
  private targeted(template: Template, at: Micros): AgentRow[] {
    const chosen = new Map<string, AgentRow>()
    for (const agent of this.input.fleet.agents) {
      if (agent.start > at || agent.heartbeat + AGENT_TIMEOUT < at || agent.endpoint.age === 'clock ahead') continue
      if (!template.matches(agent)) continue
      const before = chosen.get(agent.endpoint.queueloc)
      if (!before || before.start < agent.start) chosen.set(agent.endpoint.queueloc, agent)
    }
    return [...chosen.values()]
  }

  private answer(plan: Plan, action: DemoAction, agents: AgentRow[]): DemoCommand[] {
    const { rng } = this
    const { ids } = this.input
    const started = action.start as Micros
    return agents.map((agent, i) => {
      const start = started + 2000 + i * rng.int(150, 700) + rng.int(0, 999)
      const command: DemoCommand = {
        id: plan.later ? ids.counted(start) : action.syntaxversion === 1 ? ids.unsigned(start) : ids.float(start),
        action,
        agent,
        status: 'sent',
        results: plan.later ? resultJson(action.operations.map(() => LATER_SKELETON)) : 'null',
        start,
        finish: null,
      }
      this.settle(plan, command)
      return command
    })
  }

  private settle(plan: Plan, command: DemoCommand): void {
    const { rng } = this
    const { now } = this.input
    const { action, agent } = command
    const expires = nanosToMicros(action.expireafter)
    const patience = Math.min(expires - command.start, 40 * MINUTE)
    // Most answer within seconds; a few take as long as they may.
    const delay = Math.floor(
      SECOND * (1 + 5 * rng.float()) + (rng.chance(0.05) ? rng.float() * patience : 20 * SECOND * rng.float() ** 4),
    )
    const unheard = plan.story === 'upgrade' ? 0 : agent.endpoint.os === 'linux' ? 0.016 : 0.07
    const waiting =
      plan.story === 'answers coming in' && rng.chance((action.start as Micros) > now - 6 * MINUTE ? 0.3 : 0.05)
    const missingModule = !plan.later && action.operations.some(({ module }) => module === 'memory')

    if (rng.chance(unheard) || missingModule || waiting) {
      if (expires + MINUTE < now && !waiting) {
        command.status = plan.later ? 'expired' : 'cancelled'
        command.finish = expires + rng.int(1, 58 * 1000) * 1000
      }
      return
    }
    const finish = command.start + delay
    if (finish > now - SECOND) return
    command.finish = finish
    const module = action.operations[0]?.module ?? 'filechecker'
    if (plan.story === 'refused for weight') return void this.refuse(command, REFUSALS.weight(module))
    if (plan.story === 'two signers') return void this.refuse(command, REFUSALS.unknown())
    const fate =
      plan.story === 'upgrade' || plan.story === 'destroy'
        ? 'done'
        : rng.weighted({ done: 96, timeout: 1.2, refused: 0.7, crashed: 0.6, expired: 0.5 })
    if (plan.later) return void this.settleLater(plan, command, fate)
    switch (fate) {
      case 'timeout':
        command.finish = command.start + 300 * SECOND + rng.int(1, 900) * 1000
        if (command.finish > now - SECOND) {
          command.finish = null
          return
        }
        command.status = 'timeout'
        command.results = resultJson(
          action.operations.map((operation, i) => (i === 0 ? null : moduleResult(rng, operation, agent, false))),
        )
        return
      case 'refused':
        return void this.refuse(command, rng.chance(0.7) ? REFUSALS.weight(module) : REFUSALS.unknown())
      case 'crashed':
        return void this.refuse(command, REFUSALS.crashed(module))
      case 'expired':
        return void this.refuse(command, REFUSALS.expired())
    }
    command.status = 'done'
    const found = rng.chance(plan.template.hits)
    command.results = resultJson(action.operations.map((operation) => moduleResult(rng, operation, agent, found)))
  }

  private settleLater(plan: Plan, command: DemoCommand, fate: string): void {
    const { rng } = this
    const { action, agent } = command
    if (fate === 'timeout') {
      command.status = 'timeout'
      return
    }
    if (fate !== 'done') {
      command.status = 'failed'
      command.results = resultJson(
        action.operations.map(() => ({
          ...LATER_SKELETON,
          errors: ['agent ACL verification failed: insufficient weight'],
        })),
      )
      return
    }
    command.status = 'success'
    const found = rng.chance(plan.template.hits)
    command.results = resultJson(action.operations.map((operation) => laterResult(rng, operation, agent, found)))
  }

  private refuse(command: DemoCommand, description: string): void {
    command.status = 'failed'
    command.results = resultJson(refusal(command.action.id, command.id, description))
  }

  // The counters as the scheduler kept them, and the dates that follow from them.
  private count(action: DemoAction, commands: DemoCommand[], now: Micros): void {
    const { rng } = this
    if (action.story === 'late answers') this.answerLate(commands)
    const count = (...statuses: string[]) => commands.filter(({ status }) => statuses.includes(status)).length
    const counters: Counters = {
      sent: commands.length,
      returned: commands.length - count('sent', 'prepared'),
      done: count('done', 'success'),
      cancelled: count('cancelled', 'expired'),
      failed: count('failed'),
      timeout: count('timeout'),
    }
    action.counters = counters
    const late = commands.filter((command) => this.late.has(command))
    const onTime = commands.filter((command) => !this.late.has(command))
    const last = onTime.reduce((latest, { finish, start }) => Math.max(latest, finish ?? start), action.start as Micros)
    if (action.status === 'inflight') {
      action.lastUpdate = counters.returned > 0 ? Math.min(last + rng.int(900, 1600) * 1000, now - 200_000) : 'not yet'
      if (action.story === 'stuck by a double count') {
        // One answer came after its own expiry was counted: the count jumped over the landing point.
        const twice = commands.find(({ status }) => status === 'cancelled') ?? (commands[0] as DemoCommand)
        const expired = nanosToMicros(action.expireafter)
        Object.assign(twice, {
          status: 'done',
          finish: expired + 100 * SECOND,
          results: resultJson(action.operations.map((operation) => moduleResult(rng, operation, twice.agent, false))),
        })
        for (const command of commands)
          if (command.status === 'sent') Object.assign(command, { status: 'cancelled', finish: expired + 30 * SECOND })
        const done = count('done')
        const cancelled = count('cancelled') + 1
        Object.assign(counters, {
          done,
          cancelled,
          returned: commands.length + 1,
          failed: count('failed'),
          timeout: count('timeout'),
        })
        action.lastUpdate = expired + 102 * SECOND
      }
      if (action.story === 'lost commands') {
        // Two commands got the id of others in their batch and were never stored.
        counters.sent = commands.length + 2
      }
      if (action.story === 'lost spool') {
        const expired = nanosToMicros(action.expireafter)
        const unheard = commands.filter(({ finish }) => finish === null || finish > expired)
        for (const command of [...unheard, ...rng.sample(commands, 7)])
          Object.assign(command, { status: 'sent', finish: null, results: 'null' })
        Object.assign(counters, {
          returned: count('done', 'failed', 'timeout', 'cancelled'),
          done: count('done'),
          failed: count('failed'),
          timeout: count('timeout'),
          cancelled: count('cancelled'),
        })
        action.lastUpdate = Math.max(...commands.map(({ finish, start }) => finish ?? start)) + SECOND
      }
      return
    }
    action.finish = last + rng.int(900, 1700) * 1000
    action.lastUpdate = action.finish - rng.int(1, 1300)
    if (action.story === 'first syntax') {
      // A scheduler of before August 2014 left some commands prepared when it was restarted.
      for (const command of rng.sample(commands, 3))
        Object.assign(command, { status: 'prepared', finish: null, results: 'null' })
    }
    if (late.length > 0) {
      for (const command of late) command.finish = action.finish + rng.int(40, 5000) * SECOND
      counters.returned += late.length
      counters.cancelled += late.length
      action.lastUpdate = Math.max(...late.map(({ finish }) => finish as Micros)) + SECOND
    }
  }

  private readonly late = new Set<DemoCommand>()

  // Answers after the action expired: the row turns from cancelled to what the agent says, and both are counted.
  private answerLate(commands: DemoCommand[]): void {
    const { rng } = this
    const cancelled = commands.filter(({ status }) => status === 'cancelled')
    for (const command of cancelled.slice(0, rng.int(1, 3))) {
      this.late.add(command)
      this.refuse(command, REFUSALS.expired())
    }
  }

  // The same signed text under another id: once it runs again, once it comes too late.
  private replay(): void {
    const { rng } = this
    const { ids, fleet } = this.input
    const plain = this.actions.filter(
      ({ story, status, syntaxversion }) => story === 'plain' && status === 'completed' && syntaxversion === 2,
    )
    const roomy = plain.filter(({ validfrom, expireafter }) => expireafter - validfrom >= 7_200_000_000_000n)
    const [again, late] = [rng.pick(roomy), rng.pick(plain.filter((action) => !roomy.includes(action)))]
    for (const [original, inTime] of [
      [again, true],
      [late, false],
    ] as const) {
      const at = inTime ? (original.start as Micros) + 55 * MINUTE : nanosToMicros(original.expireafter) + 3 * MINUTE
      const copy: DemoAction = {
        ...original,
        id: ids.float(at),
        story: 'replay',
        replayOf: original,
        start: at + 20_000,
        lastUpdate: at + 25_000,
        finish: 'not yet',
        status: inTime ? 'completed' : 'invalid',
        counters: { ...NO_COUNTERS },
        signatures: [],
      }
      this.actions.push(copy)
      if (!inTime) continue
      const agents = this.commands.filter(({ action }) => action === original).map(({ agent }) => agent)
      const alive = agents.filter(({ heartbeat }) => heartbeat > at)
      const template = Object.values(TEMPLATES)
        .flat()
        .find(({ target }) => target === original.target) as Template
      const commands = this.answer(
        { template, at, story: 'plain', status: 'completed' },
        copy,
        alive.length > 0 ? alive : fleet.agents.slice(0, 1),
      )
      this.count(copy, commands, this.input.now)
      this.commands.push(...commands)
    }
  }

  // mig-domain 5.6: one "Destroy agent" action per heartbeat of a queue on which a destroyed process still beats.
  private schedulerDestroys(): void {
    const { rng } = this
    const { ids, fleet, now } = this.input
    const agent = fleet.agents.find(
      ({ endpoint, status }) => endpoint.story === 'upgraded double' && status === 'destroyed',
    ) as AgentRow
    for (let i = 7; i >= 0; i--) {
      const at = now - 40 * SECOND - i * 150 * SECOND - rng.int(0, 20) * SECOND
      this.actions.push(schedulerDestroy(rng, ids, agent, at))
      agent.destruction = at - 300
    }
  }

  // Rows that somebody changed by hand: MIG itself always writes objects.
  private plantOddColumns(): void {
    const done = this.rng.shuffle(
      this.actions.filter(({ story, status }) => story === 'plain' && status === 'completed'),
    )
    const odd: Partial<DemoAction>[] = [
      { threat: null },
      { threat: null, description: null },
      { threat: 'null' },
      { threat: '"high"' },
      { description: '["moved from the old console"]' },
      { threat: '{"level":"purple","family":7,"score":9.5}' },
      { description: '{"author":"Ada Okafor \\u003cada\\u003e","revision":"third"}' },
    ]
    odd.forEach((change, i) => {
      Object.assign(done[i] as DemoAction, change)
    })
  }

  // A file name with a zero byte, one that looks like markup, and a result that is long.
  private plantOddResults(): void {
    const { rng } = this
    const hits = this.commands.filter(
      ({ results, action }) =>
        results.includes('"files":{"') && action.operations[0]?.module === 'filechecker' && action.syntaxversion === 2,
    )
    const [zero, markup, long] = rng.sample(hits, 3) as [DemoCommand, DemoCommand, DemoCommand]
    const rename = (command: DemoCommand, to: string) => {
      command.results = command.results.replace(
        /"files":\{"((?:[^"\\]|\\.)*)":/,
        (_, path: string) => `"files":{"${path}${to}":`,
      )
    }
    rename(zero, '\\u0000torn')
    rename(markup, ' \\u003cimg src=x onerror=alert(1)\\u003e')
    const many = Array.from(
      { length: 700 },
      (_, i) => `"/home/deploy/cache/${String(i).padStart(4, '0')}-${rng.hex(12)}.php":${rng.int(1, 9)}`,
    )
    long.results = long.results.replace(/"files":\{"/, () => `"files":{${many.join(',')},"`)
  }
}
