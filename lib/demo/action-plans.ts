import { FIRST_SYNTAX, LATER_TEMPLATES, type Operation, TEMPLATES, type Template } from './action-templates'
import type { ActionStory } from './action-types'
import { DAY, HOUR, MINUTE, type Micros, SECOND } from './clock'
import { type AgentRow, type Fleet, upgradeWaves, type Version } from './fleet'
import type { Rng } from './rng'

// A late answer comes within 5,000 s of the action's end, and that within minutes of its expiry.
const LATEST_ANSWER = 2 * HOUR

/** One action to be: what is asked, when, and how it ends. */
export type Plan = {
  template: Template
  at: Micros
  story: ActionStory
  status: string
  signers?: string[]
  operations?: Operation[]
  agents?: AgentRow[]
  later?: boolean
}

/** What is run over the 60 days, without the replays and the scheduler's own actions, oldest first. */
export function planActions(rng: Rng, fleet: Fleet, now: Micros): Plan[] {
  return new Planner(rng, fleet, now).plan()
}

class Planner {
  constructor(
    private readonly rng: Rng,
    private readonly fleet: Fleet,
    private readonly now: Micros,
  ) {}

  plan(): Plan[] {
    const plans = [...this.completed(), ...this.later(), ...this.invalid(), ...this.waiting(), ...this.inflight()]
    return plans.sort((a, b) => a.at - b.at)
  }

  private completed(): Plan[] {
    const { rng } = this
    const { now, fleet } = this
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
      plans.filter(
        ({ template, at }) =>
          (TEMPLATES.mac.includes(template) || TEMPLATES.windows.includes(template)) &&
          at < now - template.minutes * MINUTE - LATEST_ANSWER,
      ),
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
    const { now } = this
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
    const { now } = this
    const { linux, few, web, group } = TEMPLATES
    const plan = (template: Template | undefined, at: Micros, story: ActionStory, status = 'init'): Plan => ({
      template: template as Template,
      at,
      story,
      status,
      agents: [],
    })
    return [
      plan({ ...(few[0] as Template), names: ['Bastions, nightly look at the keys'] }, now - 3 * HOUR, 'starts later'),
      plan(
        { ...(web[0] as Template), names: ['Front ends with the old PHP, after the change window'] },
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
      // By somebody whose key is stored: only then does the signature show it.
      {
        ...plan(
          { ...(group[0] as Template), names: ['Web shells (target widened by hand)'] },
          now - 30 * HOUR,
          'altered after signing',
          'preparing',
        ),
        signers: ['4'],
      },
      plan(
        { ...(linux[3] as Template), names: ['Preloaded libraries, consultant’s copy'] },
        now - 50 * HOUR,
        'signed by a stranger',
        'preparing',
      ),
    ]
  }

  private inflight(): Plan[] {
    const { now } = this
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
      const at = this.now - Math.floor((from + this.rng.float() * (to - from)) * DAY)
      const date = new Date(at / 1000)
      const office = date.getUTCDay() % 6 !== 0 && date.getUTCHours() >= 6 && date.getUTCHours() < 19
      if (office || this.rng.chance(0.08)) return at
    }
  }
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
