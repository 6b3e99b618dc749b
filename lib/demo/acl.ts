import type { MigId } from '@/lib/mig/wire/id'
import { DAY, type Micros } from './clock'
import type { AgentRow, Fleet } from './fleet'
import { SCHEDULER_ID } from './people'
import type { Rng } from './rng'

export type Module = { id: string; name: string }
export type Requirement = { moduleId: string; agentId: MigId; minimumWeight: number }
export type Permission = { investigatorId: string; agentId: MigId; moduleId: string; weight: number }
export type Acl = { modules: Module[]; requirements: Requirement[]; permissions: Permission[] }

/** The modules of 2014 and `default`, then some of later years. */
const MODULES: Module[] = [
  'agentdestroy',
  'example',
  'filechecker',
  'netstat',
  'upgrade',
  'default',
  'connected',
  'file',
  'memory',
  'ping',
  'pkg',
  'timedrift',
].map((name, i) => ({ id: String(i + 1), name }))

const MODULE = Object.fromEntries(MODULES.map(({ id, name }) => [name, id])) as Record<string, string>

type Weights = Record<string, number>

// What an action must weigh on a production server, and what each person (by id) weighs there.
const SERVER_MINIMUM: Weights = { default: 2, filechecker: 1, netstat: 1, agentdestroy: 3, upgrade: 2 }
const SERVER_WEIGHTS: Record<string, Weights> = {
  default: { '2': 2, '3': 1, '4': 2, '5': 1, '6': 1, '7': 1 },
  filechecker: { '2': 2, '3': 1, '4': 2, '5': 1, '6': 1, '8': 1 },
  netstat: { '2': 2, '3': 1, '4': 1, '5': 1 },
  // Two people, or the scheduler alone.
  agentdestroy: { [SCHEDULER_ID]: 3, '2': 2, '4': 2, '3': 1 },
  upgrade: { '2': 2, '4': 1, '3': 1 },
}
const OFFICE_MINIMUM: Weights = { default: 2, agentdestroy: 3 }
const OFFICE_WEIGHTS: Record<string, Weights> = {
  default: { '2': 2, '3': 1, '4': 1, '5': 2 },
  agentdestroy: { [SCHEDULER_ID]: 3, '2': 2, '5': 2, '3': 1 },
}

/** The ACL as two matrices over agent rows, with the faults that real ones have. */
export function makeAcl(rng: Rng, fleet: Fleet, now: Micros): Acl {
  const requirements: Requirement[] = []
  const permissions: Permission[] = []
  const rule = (agent: AgentRow, module: string, minimumWeight: number, weights: Weights) => {
    const moduleId = MODULE[module] as string
    requirements.push({ moduleId, agentId: agent.id, minimumWeight })
    for (const [investigatorId, weight] of Object.entries(weights)) {
      permissions.push({ investigatorId, agentId: agent.id, moduleId, weight })
    }
  }
  const rules = (agent: AgentRow) => {
    const server = agent.endpoint.os === 'linux'
    const minimum = server ? SERVER_MINIMUM : OFFICE_MINIMUM
    for (const [module, weights] of Object.entries(server ? SERVER_WEIGHTS : OFFICE_WEIGHTS)) {
      rule(
        agent,
        module,
        strict(agent, module) ? 2 : (minimum[module] as number),
        negative(agent, module) ? { ...weights, '7': -2 } : weights,
      )
    }
  }
  // Database servers ask for two where others ask for one.
  const strict = (agent: AgentRow, module: string) => agent.endpoint.role === 'db' && module === 'filechecker'
  const negative = (agent: AgentRow, module: string) => agent.endpoint.role === 'bastion' && module === 'filechecker'

  for (const agent of fleet.agents) {
    // The rules were made by hand some days ago: rows of processes started since have none, replaced ones still do.
    const known = agent.start < now - 2 * DAY
    const doubled = agent.endpoint.story === 'double' || agent.endpoint.story === 'triple'
    if (agent.live && (known || rng.chance(0.8)) && !(doubled && !known)) rules(agent)
    else if (!agent.live && known && rng.chance(0.1)) rules(agent)
  }

  const plain = rng.shuffle(
    fleet.agents.filter(
      ({ live, endpoint, start }) =>
        live && endpoint.story === 'plain' && endpoint.role === 'memcache' && start < now - 3 * DAY,
    ),
  )
  const [unreachable, belowOne, own] = plain as [AgentRow, AgentRow, AgentRow]
  const change = (agent: AgentRow, module: string, minimumWeight: number) => {
    const found = requirements.find(({ agentId, moduleId }) => agentId === agent.id && moduleId === MODULE[module])
    if (found) found.minimumWeight = minimumWeight
  }
  change(unreachable, 'upgrade', 9)
  change(belowOne, 'netstat', 0)
  // A rule of its own without anybody's weight: it hides `default`.
  rule(own, 'memory', 1, {})
  for (const agent of fleet.agents.filter(({ endpoint, live }) => endpoint.story === 'later MIG' && live)) {
    rule(agent, 'file', 1, { '2': 2, '4': 2, '3': 1 })
    rule(agent, 'memory', 2, { '2': 2, '4': 2, '3': 1 })
  }
  return { modules: MODULES.map((module) => ({ ...module })), requirements, permissions }
}
