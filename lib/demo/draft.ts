import { goJson, goOperationsJson } from '@/lib/mig/wire/go-json'
import type { MigId } from '@/lib/mig/wire/id'
import type { Template } from './action-templates'
import type { Counters, DemoAction } from './action-types'
import type { Micros } from './clock'
import type { AgentRow } from './fleet'
import type { IdMaker } from './ids'
import { type Person, SCHEDULER_ID } from './people'
import type { Rng } from './rng'

const GO = { numbers: 'go1.7' } as const
const MINUTE_NANOS = 60_000_000_000n

export const NO_COUNTERS: Counters = { sent: 0, returned: 0, done: 0, cancelled: 0, failed: 0, timeout: 0 }

type Draft = {
  id: MigId
  template: Template
  name: string
  at: Micros
  author: Person
  signers: string[]
  minutes?: number
  waitNanos?: bigint
}

/** An action as MIG's console submits it at a moment: valid since a minute ago (or from later on), not signed yet. */
export function draftAction(rng: Rng, draft: Draft): DemoAction {
  const { id, template, name, at, author, signers, minutes = template.minutes, waitNanos = -MINUTE_NANOS } = draft
  const operations = template.operations(rng)
  const validfrom = BigInt(at) * 1000n + BigInt(rng.int(1, 499)) + waitNanos
  const revision = Number(new Date(at / 1000).toISOString().replace(/\D/g, '').slice(0, 12))
  return {
    id,
    story: 'plain',
    name,
    target: template.target,
    description: struct(
      { author: author.name, email: author.email, ...(template.url ? { url: template.url } : {}), revision },
      ['author', 'email', 'url', 'revision'],
    ),
    threat: struct(template.threat, ['ref', 'level', 'family', 'type']),
    submitted: at,
    operations,
    operationsJson: goOperationsJson(operations, GO),
    validfrom,
    expireafter: validfrom + BigInt(minutes) * MINUTE_NANOS,
    start: 'not yet',
    finish: 'not yet',
    lastUpdate: 'not yet',
    status: 'init',
    counters: { ...NO_COUNTERS },
    syntaxversion: 2,
    format: 'A',
    signers,
    signed: 'well',
    signatureRows: true,
    signatures: [],
  }
}

/** The action by which a scheduler of 2014 wants to end a process, and which its own next step makes invalid (mig-domain 5.6). */
export function schedulerDestroy(rng: Rng, ids: IdMaker, agent: AgentRow, at: Micros): DemoAction {
  const operations = [{ module: 'agentdestroy', parameters: { pid: agent.pid, version: agent.version } }]
  const validfrom = BigInt(at) * 1000n + BigInt(rng.int(1, 300)) - MINUTE_NANOS
  return {
    id: ids.float(at),
    story: 'scheduler destroy',
    name: `Destroy agent ${agent.endpoint.name}`,
    target: agent.endpoint.queueloc,
    description: '{}',
    threat: '{}',
    submitted: at,
    operations,
    operationsJson: goOperationsJson(operations, GO),
    validfrom,
    // The scheduler reads its clock twice.
    expireafter: validfrom + 31n * MINUTE_NANOS + BigInt(rng.int(100, 121)),
    start: at + 3400,
    finish: 'zero',
    lastUpdate: at + 8100,
    status: 'invalid',
    counters: { ...NO_COUNTERS },
    syntaxversion: 1,
    format: 'A',
    signers: [SCHEDULER_ID],
    signed: 'well',
    signatureRows: true,
    signatures: [],
  }
}

/** A JSON object as Go prints a struct: the known keys in this order. */
export function struct(value: Record<string, unknown>, order: readonly string[]): string {
  const keys = [...order.filter((key) => key in value), ...Object.keys(value).filter((key) => !order.includes(key))]
  return `{${keys.map((key) => `${goJson(key, GO)}:${goJson(value[key], GO)}`).join(',')}}`
}
