import { goJson } from '@/lib/mig/wire/go-json'
import { idToGoJson, type MigId } from '@/lib/mig/wire/id'
import type { Counters, DemoAction, DemoCommand } from './action-types'
import { goTime, goTimeOfNanos, type Micros, NOT_YET_JSON, nanosToMicros, ZERO_TIME_JSON } from './clock'
import { HEARTBEAT_PERIOD } from './fleet'

// The files of MIG's spool, key by key in the order of its structs (mig-domain 2.6 and 2.7).

const GO = { numbers: 'go1.7' } as const

const text = (value: string) => goJson(value, GO)

/** What the API and a hand write into `action/new`, the scheduler into `action/inflight` and `action/invalid`. */
export type ActionFileOptions = {
  status: 'init' | 'preparing' | null
  /** Dropped by hand: no id, Go's zero times. */
  byHand?: boolean
}

/** The JSON of a full action. */
export function actionJson(action: DemoAction, { status, byHand = false }: ActionFileOptions): string {
  const unset = byHand || action.finish === 'zero' ? ZERO_TIME_JSON : NOT_YET_JSON
  const started = status === 'preparing' && typeof action.start === 'number'
  const sent = started && action.status === 'inflight' ? action.counters.sent : 0
  return `{${[
    `"id":${byHand ? '0' : idToGoJson(action.id, 'go1.7')}`,
    `"name":${text(action.name)}`,
    `"target":${text(action.target)}`,
    `"description":${objectOrEmpty(action.description)}`,
    `"threat":${objectOrEmpty(action.threat)}`,
    `"validfrom":"${goTimeOfNanos(action.validfrom)}"`,
    `"expireafter":"${goTimeOfNanos(action.expireafter)}"`,
    `"operations":${action.operationsJson}`,
    `"pgpsignatures":${JSON.stringify(action.signatures)}`,
    ...(status === null ? [] : [`"status":"${status}"`]),
    `"starttime":"${started ? goTimeOfNanos(withNanos(action.start as Micros, action.id)) : unset}"`,
    `"finishtime":"${unset}"`,
    `"lastupdatetime":"${unset}"`,
    `"counters":${countersJson({ sent })}`,
    `"syntaxversion":${action.syntaxversion}`,
  ].join(',')}}`
}

/** The stripped JSON of a landed action; throws for one that never landed. */
export function doneJson(action: DemoAction, name = action.name): string {
  if (typeof action.finish !== 'number' || typeof action.start !== 'number')
    throw new Error(`Action ${action.id} did not land`)
  // What came in after the landing is not in the file.
  const late = Math.max(0, action.counters.returned - action.counters.sent)
  const landed = {
    ...action.counters,
    returned: action.counters.returned - late,
    failed: action.counters.failed - late,
  }
  const updated = withNanos(
    late > 0 || typeof action.lastUpdate !== 'number' ? action.finish - 700 : action.lastUpdate,
    action.id,
  )
  return `{${[
    `"id":${idToGoJson(action.id, 'go1.7')}`,
    `"name":${text(name)}`,
    '"target":"","description":{},"threat":{}',
    `"validfrom":"${goTime(nanosToMicros(action.validfrom))}"`,
    `"expireafter":"${goTime(nanosToMicros(action.expireafter))}"`,
    '"operations":null,"pgpsignatures":null,"status":"done"',
    `"starttime":"${goTime(action.start)}"`,
    `"finishtime":"${goTimeOfNanos(updated + 1342n)}"`,
    `"lastupdatetime":"${goTimeOfNanos(updated)}"`,
    `"counters":${countersJson(landed)}`,
  ].join(',')}}`
}

/** The JSON of a command: waiting, or as an agent or the collector returned it. */
export function commandJson(command: DemoCommand, answer?: { status: string; results: string }): string {
  const { agent } = command
  const beat = Math.min(
    agent.heartbeat,
    agent.heartbeat - Math.ceil((agent.heartbeat - command.start) / HEARTBEAT_PERIOD) * HEARTBEAT_PERIOD,
  )
  const agentText = [
    `"id":${idToGoJson(agent.id, 'go1.7')}`,
    `"name":${text(agent.endpoint.name)}`,
    `"queueloc":${text(agent.endpoint.queueloc)}`,
    `"os":"${agent.endpoint.os}"`,
    `"version":"${agent.version}"`,
    `"pid":${agent.pid}`,
    `"starttime":"${goTime(agent.start)}"`,
    '"destructiontime":"9998-01-11T11:11:11Z"',
    `"heartbeatts":"${goTime(Math.max(beat, agent.start))}"`,
    `"status":"${agent.status}"`,
    '"environment":{"isproxied":false,"nat":{}}',
  ].join(',')
  return `{${[
    `"id":${idToGoJson(command.id, 'go1.7')}`,
    `"action":${actionJson(command.action, { status: 'preparing' })}`,
    `"agent":{${agentText}}`,
    `"status":"${answer?.status ?? 'sent'}"`,
    `"results":${answer?.results ?? 'null'}`,
    `"starttime":"${goTimeOfNanos(withNanos(command.start, command.id))}"`,
    `"finishtime":"${ZERO_TIME_JSON}"`,
  ].join(',')}}`
}

function countersJson(counters: Partial<Counters>): string {
  const order = ['sent', 'returned', 'done', 'cancelled', 'failed', 'timeout'] as const
  return `{${order.flatMap((key) => (counters[key] ? [`"${key}":${counters[key]}`] : [])).join(',')}}`
}

// Some columns were changed by hand to what MIG never writes.
function objectOrEmpty(json: string | null): string {
  return json?.startsWith('{') ? json : '{}'
}

/** Nanoseconds that PostgreSQL rounded to the stored moment. */
function withNanos(moment: Micros, id: MigId): bigint {
  return BigInt(moment) * 1000n + ((BigInt(id) >> 10n) % 999n) - 499n
}
