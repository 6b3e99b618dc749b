import { goJson, goOperationsJson } from '@/lib/mig/wire/go-json'
import type { MigId } from '@/lib/mig/wire/id'
import { FIRST_SYNTAX, LATER_TEMPLATES, type Operation, TEMPLATES, type Template } from './action-templates'
import { DAY, HOUR, MINUTE, type Micros, nanosToMicros, SECOND } from './clock'
import { AGENT_TIMEOUT, type AgentRow, type Fleet, upgradeWaves, type Version } from './fleet'
import type { IdMaker } from './ids'
import { type Person, SCHEDULER_ID } from './people'
import { LATER_SKELETON, laterResult, moduleResult, REFUSALS, refusal } from './results'
import type { Rng } from './rng'

/** A date column of an action: a moment, MIG's "not yet", Go's zero time, or the year 9 of later APIs. */
export type ActionTime = Micros | 'not yet' | 'zero' | 'year 9'

export type Counters = {
  sent: number
  returned: number
  done: number
  cancelled: number
  failed: number
  timeout: number
}

/** What happened to an action, beyond its status. */
export type ActionStory =
  | 'plain'
  | 'late answers'
  | 'refused for weight'
  | 'two signers'
  | 'upgrade'
  | 'destroy'
  | 'later MIG'
  | 'first syntax'
  | 'replay'
  | 'scheduler destroy'
  | 'expired when processed'
  | 'no agent matched'
  | 'bad target'
  | 'starts later'
  | 'just submitted'
  | 'unknown investigator'
  | 'expired while waiting'
  | 'altered after signing'
  | 'signed by a stranger'
  | 'answers coming in'
  | 'stuck by a double count'
  | 'lost commands'
  | 'lost spool'

export type DemoAction = {
  id: MigId
  story: ActionStory
  name: string
  target: string
  description: string | null
  threat: string | null
  operations: Operation[]
  /** Exactly the bytes that are signed. */
  operationsJson: string
  /** Nanoseconds since 1970, as they are in the signed text; the table has them rounded to microseconds. */
  validfrom: bigint
  expireafter: bigint
  start: ActionTime
  finish: ActionTime
  lastUpdate: ActionTime
  status: string
  counters: Counters
  syntaxversion: number
  format: 'A' | 'B'
  signers: string[]
  /** Whether the signatures fit: altered texts and strangers' keys do not. */
  signed: 'well' | 'altered' | 'by a stranger'
  signatureRows: boolean
  replayOf?: DemoAction
  /** One line each, as MIG stores them; made after everything else. */
  signatures: string[]
}

export type DemoCommand = {
  id: MigId
  action: DemoAction
  agent: AgentRow
  status: string
  /** The JSON text of the column. */
  results: string
  start: Micros
  finish: Micros | null
}

export type Actions = { actions: DemoAction[]; commands: DemoCommand[] }

const GO = { numbers: 'go1.7' } as const

type Input = { rng: Rng; ids: IdMaker; fleet: Fleet; people: Person[]; now: Micros }

/** 150 actions over 60 days with their commands, oldest first; signatures are still missing. */
export function makeActions(input: Input): Actions {
  return new ActionMaker(input).make()
}

type Plan = {
  template: Template
  at: Micros
  story: ActionStory
  status: string
  signers?: string[]
  operations?: Operation[]
  agents?: AgentRow[]
  later?: boolean
}

class ActionMaker {
  private readonly rng: Rng
  private readonly actions: DemoAction[] = []
  private readonly commands: DemoCommand[] = []

  constructor(private readonly input: Input) {
    this.rng = input.rng
  }

  make(): Actions {
    const { now } = this.input
    const plans = [...this.completed(), ...this.later(), ...this.invalid(), ...this.waiting(), ...this.inflight()]
    for (const plan of plans.sort((a, b) => a.at - b.at)) this.run(plan)
    this.replay()
    this.schedulerDestroys()
    this.plantOddColumns()
    this.plantOddResults()
    this.actions.sort((a, b) => Number(a.validfrom - b.validfrom))
    const latest = this.commands.find(({ finish }) => finish !== null && finish > now)
    if (latest) throw new Error(`Command ${latest.id} returned in the future`)
    return { actions: this.actions, commands: this.commands }
  }

  // What to run

  private completed(): Plan[] {
    const { rng } = this
    const { now, fleet } = this.input
    const plans: Plan[] = []
    const counts = { fleet: 8, linux: 11, group: 7, site: 9, mac: 9, windows: 8, web: 12, db: 9, few: 16 } as const
    for (const scope of Object.keys(counts) as (keyof typeof counts)[]) {
      for (let i = 0; i < counts[scope]; i++) {
        const template = TEMPLATES[scope][i % TEMPLATES[scope].length] as Template
        const recent = rng.chance(scope === 'fleet' || scope === 'linux' ? 0.2 : 0.42)
        const minutes = template.minutes + 15
        const at = recent
          ? now - minutes * MINUTE - Math.floor(rng.float() * (2.9 * DAY - minutes * MINUTE))
          : this.workday(3, 58)
        plans.push({ template, at, story: 'plain', status: 'completed' })
      }
    }
    const roomy = rng.shuffle(
      plans.filter(({ template }) => TEMPLATES.mac.includes(template) || TEMPLATES.windows.includes(template)),
    )
    for (const plan of roomy.slice(0, 5)) plan.story = 'late answers'
    const dbs = plans.filter(({ template }) => TEMPLATES.db.includes(template)).slice(0, 2)
    for (const plan of dbs) Object.assign(plan, { story: 'refused for weight', signers: ['3'] })
    const webs = plans.filter(({ template }) => TEMPLATES.web.includes(template)).slice(0, 3)
    for (const plan of webs) Object.assign(plan, { story: 'two signers', signers: ['2', '3'] })

    FIRST_SYNTAX.concat(FIRST_SYNTAX).forEach((template, i) => {
      plans.push({
        template,
        at: now - (59 - i) * DAY + rng.int(1, 300) * MINUTE,
        story: 'first syntax',
        status: 'completed',
        signers: ['7'],
      })
    })
    upgradeWaves(fleet.versions).forEach((moment, wave) => {
      const agents = fleet.agents.filter((agent) => agent.wave === wave)
      plans.push({
        template: upgradeTemplate(fleet.versions[0] as Version, rng),
        at: moment,
        story: 'upgrade',
        status: 'completed',
        signers: ['2'],
        agents,
      })
    })
    const killed = fleet.agents.filter(
      ({ status, destruction, endpoint }) =>
        status === 'destroyed' && endpoint.story === 'plain' && (destruction ?? 0) > now - 58 * DAY,
    )
    for (const agent of rng.sample(killed, 2)) {
      plans.push({
        template: destroyTemplate(agent),
        at: (agent.destruction as Micros) - 4 * SECOND,
        story: 'destroy',
        status: 'completed',
        signers: ['2'],
        agents: [agent],
      })
    }
    return plans
  }

  private later(): Plan[] {
    const plans: Plan[] = []
    for (let i = 0; i < 12; i++) {
      const template = LATER_TEMPLATES[i % LATER_TEMPLATES.length] as Template
      const signers = [['4'], ['2', '4'], ['4', '5'], ['2', '4', '5'], ['5'], ['2', '3', '4']][i % 6] as string[]
      plans.push({ template, at: this.workday(4, 50), story: 'later MIG', status: 'completed', later: true, signers })
    }
    const [file, , ping] = LATER_TEMPLATES as [Template, Template, Template]
    plans.push({
      template: ping,
      at: this.workday(9, 13),
      story: 'expired while waiting',
      status: 'pending',
      later: true,
      signers: ['4'],
      agents: [],
    })
    plans.push({
      template: { ...file, target: 'status=online' },
      at: this.workday(4, 9),
      story: 'bad target',
      status: 'scheduled',
      later: true,
      signers: ['2', '4'],
      agents: [],
    })
    return plans
  }

  private invalid(): Plan[] {
    const { now } = this.input
    const pick = (scope: keyof typeof TEMPLATES, i = 0) => TEMPLATES[scope][i] as Template
    const plan = (template: Template, at: Micros, story: ActionStory): Plan => ({
      template,
      at,
      story,
      status: 'invalid',
      agents: [],
    })
    return [
      plan(
        { ...pick('linux', 2), names: ['Root-equivalent accounts, sent too late'] },
        this.workday(20, 40),
        'expired when processed',
      ),
      plan(
        { ...pick('few', 1), names: ['Smoke test while the relay was down'] },
        now - 31 * HOUR,
        'expired when processed',
      ),
      plan(
        { ...pick('few'), names: ['Bastions in Frankfurt'], target: "name LIKE 'bastion%.fra1.example.net'" },
        this.workday(8, 30),
        'no agent matched',
      ),
      plan(
        { ...pick('mac'), names: ['Launch agents, design team'], target: "tags->>'team'='design'" },
        this.workday(5, 20),
        'no agent matched',
      ),
      plan(
        {
          ...pick('windows'),
          names: ['Known bad driver, Windows Server 2003'],
          target: "os='windows' AND environment->>'ident' LIKE '%2003%'",
        },
        now - 7 * HOUR,
        'no agent matched',
      ),
      plan(
        { ...pick('linux', 0), names: ['look for bad cron job (copied from the old console)'], target: 'linux' },
        this.workday(30, 55),
        'bad target',
      ),
      plan(
        { ...pick('web', 1), names: ['Error logs, the scanner again'], target: 'web' },
        now - 27 * HOUR,
        'bad target',
      ),
      plan(
        { ...pick('linux', 3), names: ['Preloaded libraries on Ubuntu'], target: "agents.ident ILIKE '%ubuntu%'" },
        now - 52 * HOUR,
        'bad target',
      ),
      plan(
        { ...pick('group', 1), names: ['Listeners, except the lab'], target: "name NOT LIKE '%lab%' AND" },
        this.workday(4, 50),
        'bad target',
      ),
      plan(
        { ...pick('db'), names: ['Dumps older than a month'], target: "tags->>operator = 'dbops'" },
        this.workday(4, 30),
        'bad target',
      ),
      plan(
        { ...pick('site', 2), names: ['Clock source in Singapore'], target: "name LIKE '%.sin1.example.net'" },
        now - 66 * HOUR,
        'no agent matched',
      ),
    ]
  }

  private waiting(): Plan[] {
    const { now } = this.input
    const { fleet, linux, few, web, group } = TEMPLATES
    const plan = (template: Template | undefined, at: Micros, story: ActionStory, status = 'init'): Plan => ({
      template: template as Template,
      at,
      story,
      status,
      agents: [],
    })
    return [
      plan({ ...(linux[1] as Template), names: ['Nightly sshd signature check'] }, now - 3 * HOUR, 'starts later'),
      plan(
        { ...(fleet[1] as Template), names: ['Retired resolvers, count before the switch-off'] },
        now - 20 * HOUR,
        'starts later',
      ),
      plan(few[0], now - 8 * SECOND, 'just submitted'),
      plan(
        { ...(web[0] as Template), names: ['Front ends with the old PHP, for the auditors'] },
        now - 3.4 * DAY,
        'unknown investigator',
      ),
      plan(
        { ...(few[1] as Template), names: ['Say hello, once the relay is back'] },
        now - 41 * HOUR,
        'expired while waiting',
      ),
      plan(
        { ...(group[0] as Template), names: ['Web shells (target widened by hand)'] },
        now - 30 * HOUR,
        'altered after signing',
        'preparing',
      ),
      plan(
        { ...(linux[3] as Template), names: ['Preloaded libraries, consultant’s copy'] },
        now - 50 * HOUR,
        'signed by a stranger',
        'preparing',
      ),
    ]
  }

  private inflight(): Plan[] {
    const { now } = this.input
    const { group, site, linux, mac, web, db, windows } = TEMPLATES
    const plan = (template: Template | undefined, at: Micros, story: ActionStory): Plan => ({
      template: template as Template,
      at,
      story,
      status: 'inflight',
    })
    const long = (template: Template | undefined, minutes: number): Template => ({ ...(template as Template), minutes })
    return [
      plan(web[1], now - 4 * MINUTE, 'answers coming in'),
      plan(long(group[0], 120), now - 11 * MINUTE, 'answers coming in'),
      plan(long(linux[0], 240), now - 26 * MINUTE, 'answers coming in'),
      plan(mac[0], now - 48 * MINUTE, 'answers coming in'),
      plan(long(db[0], 180), now - 71 * MINUTE, 'answers coming in'),
      plan(windows[0], now - 95 * MINUTE, 'answers coming in'),
      plan(long(site[1], 1440), now - 9 * HOUR, 'answers coming in'),
      plan(mac[1], now - 9 * DAY, 'stuck by a double count'),
      plan(site[0], now - 60 * HOUR, 'lost commands'),
      plan(db[1], now - 20 * DAY, 'lost spool'),
    ]
  }

  // A moment in office hours, some days ago.
  private workday(from: number, to: number): Micros {
    for (;;) {
      const at = this.input.now - Math.floor((from + this.rng.float() * (to - from)) * DAY)
      const date = new Date(at / 1000)
      const office = date.getUTCDay() % 6 !== 0 && date.getUTCHours() >= 6 && date.getUTCHours() < 19
      if (office || this.rng.chance(0.08)) return at
    }
  }

  // Running it

  private run(plan: Plan): void {
    const { rng } = this
    const { ids, now } = this.input
    const { template, at, story } = plan
    const name = this.nameOf(plan)
    const operations = template.operations(rng)
    const submitted = BigInt(at) * 1000n + BigInt(rng.int(1, 499))
    let validfrom = submitted - 60_000_000_000n
    if (story === 'starts later') validfrom = submitted + BigInt(rng.int(22, 30)) * 3600_000_000_000n
    const minutes = story === 'starts later' ? 360 : template.minutes
    const signers = plan.signers ?? [this.drawSigner(at)]
    const author = this.input.people.find(({ id }) => id === signers[0]) as Person
    const start = at + rng.int(9, 90) * 1000
    const action: DemoAction = {
      id: plan.later ? ids.counted(at) : this.firstSyntaxId(story, at),
      story,
      name,
      target: template.target,
      description: this.describe(author, at, template.url),
      threat: goJson(template.threat, GO) === '{}' ? '{}' : struct(template.threat, ['ref', 'level', 'family', 'type']),
      operations,
      operationsJson: goOperationsJson(operations, GO),
      validfrom,
      expireafter: validfrom + BigInt(minutes) * 60_000_000_000n,
      start,
      finish: 'not yet',
      lastUpdate: start + rng.int(1, 9) * 1000,
      status: plan.status,
      counters: { sent: 0, returned: 0, done: 0, cancelled: 0, failed: 0, timeout: 0 },
      syntaxversion: story === 'first syntax' ? 1 : 2,
      format: plan.later ? 'B' : 'A',
      signers,
      signed:
        story === 'altered after signing'
          ? 'altered'
          : story === 'signed by a stranger' || story === 'unknown investigator'
            ? 'by a stranger'
            : 'well',
      signatureRows: true,
      signatures: [],
    }
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

  private describe(author: Person, at: Micros, url: string | undefined): string {
    const revision = Number(new Date(at / 1000).toISOString().replace(/\D/g, '').slice(0, 12))
    return struct({ author: author.name, email: author.email, ...(url ? { url } : {}), revision }, [
      'author',
      'email',
      'url',
      'revision',
    ])
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
        results: plan.later
          ? goJson(
              action.operations.map(() => LATER_SKELETON),
              GO,
            )
          : 'null',
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
    if (plan.story === 'refused for weight') return this.refuse(command, REFUSALS.weight(module))
    if (plan.story === 'two signers') return this.refuse(command, REFUSALS.unknown())
    const fate =
      plan.story === 'upgrade' || plan.story === 'destroy'
        ? 'done'
        : rng.weighted({ done: 96, timeout: 1.2, refused: 0.7, crashed: 0.6, expired: 0.5 })
    if (plan.later) return this.settleLater(plan, command, fate)
    switch (fate) {
      case 'timeout':
        command.finish = command.start + 300 * SECOND + rng.int(1, 900) * 1000
        if (command.finish > now - SECOND) {
          command.finish = null
          return
        }
        command.status = 'timeout'
        command.results = goJson(
          action.operations.map((operation, i) => (i === 0 ? null : moduleResult(rng, operation, agent, false))),
          GO,
        )
        return
      case 'refused':
        return this.refuse(command, rng.chance(0.7) ? REFUSALS.weight(module) : REFUSALS.unknown())
      case 'crashed':
        return this.refuse(command, REFUSALS.crashed(module))
      case 'expired':
        return this.refuse(command, REFUSALS.expired())
    }
    command.status = 'done'
    const found = rng.chance(plan.template.hits)
    command.results = goJson(
      action.operations.map((operation) => moduleResult(rng, operation, agent, found)),
      GO,
    )
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
      command.results = goJson(
        action.operations.map(() => ({
          ...LATER_SKELETON,
          errors: ['agent ACL verification failed: insufficient weight'],
        })),
        GO,
      )
      return
    }
    command.status = 'success'
    const found = rng.chance(plan.template.hits)
    command.results = goJson(
      action.operations.map((operation) => laterResult(rng, operation, agent, found)),
      GO,
    )
  }

  private refuse(command: DemoCommand, description: string): void {
    command.status = 'failed'
    command.results = goJson(refusal(command.action.id, command.id, description), GO)
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
          results: goJson(
            action.operations.map((operation) => moduleResult(rng, operation, twice.agent, false)),
            GO,
          ),
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
        counters: { sent: 0, returned: 0, done: 0, cancelled: 0, failed: 0, timeout: 0 },
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
      const submitted = BigInt(at) * 1000n + BigInt(rng.int(1, 300))
      const operations = [{ module: 'agentdestroy', parameters: { pid: agent.pid, version: agent.version } }]
      const validfrom = submitted - 60_000_000_000n
      this.actions.push({
        id: ids.float(at),
        story: 'scheduler destroy',
        name: `Destroy agent ${agent.endpoint.name}`,
        target: agent.endpoint.queueloc,
        description: '{}',
        threat: '{}',
        operations,
        operationsJson: goOperationsJson(operations, GO),
        validfrom,
        // The scheduler reads its clock twice.
        expireafter: validfrom + 31n * 60_000_000_000n + BigInt(rng.int(100, 121)),
        start: at + 3400,
        finish: 'zero',
        lastUpdate: at + 8100,
        status: 'invalid',
        counters: { sent: 0, returned: 0, done: 0, cancelled: 0, failed: 0, timeout: 0 },
        syntaxversion: 1,
        format: 'A',
        signers: [SCHEDULER_ID],
        signed: 'well',
        signatureRows: true,
        signatures: [],
      })
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
        results.includes('"foundanything":true') &&
        action.operations[0]?.module === 'filechecker' &&
        action.syntaxversion === 2,
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

/** A JSON object as Go prints a struct: the known keys in this order. */
export function struct(value: Record<string, unknown>, order: readonly string[]): string {
  const keys = [...order.filter((key) => key in value), ...Object.keys(value).filter((key) => !order.includes(key))]
  return `{${keys.map((key) => `${goJson(key, GO)}:${goJson(value[key], GO)}`).join(',')}}`
}

function upgradeTemplate(version: Version, rng: Rng): Template {
  const parameters = Object.fromEntries(
    ['linux/amd64', 'linux/386', 'darwin/amd64', 'windows/amd64'].map((platform) => [
      platform,
      {
        to_version: version.text,
        location: `https://packages.example.net/mig/mig-agent-${platform.replace('/', '-')}-${version.text}`,
        checksum: rng.hex(64),
      },
    ]),
  )
  return {
    key: 'upgrade',
    names: ['Upgrade agents, first wave', 'Upgrade agents, second wave', 'Upgrade agents, third wave'],
    target: `version <> '${version.text}'`,
    matches: () => true,
    operations: () => [{ module: 'upgrade', parameters }],
    threat: {},
    url: 'https://wiki.example.net/mig/rollout',
    hits: 0,
    minutes: 30,
  }
}

function destroyTemplate(agent: AgentRow): Template {
  return {
    key: 'destroy',
    names: [`Remove the old agent from ${agent.endpoint.name}`],
    target: `name='${agent.endpoint.name.replaceAll("'", "''")}' AND pid=${agent.pid}`,
    matches: (candidate) => candidate === agent,
    operations: () => [{ module: 'agentdestroy', parameters: { pid: agent.pid, version: agent.version } }],
    threat: {},
    hits: 0,
    minutes: 10,
  }
}
