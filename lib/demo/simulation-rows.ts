import { type MigId, parseId } from '@/lib/mig/wire/id'
import { instantToNanos, parseRfc3339 } from '@/lib/mig/wire/time'
import type { Operation } from './action-templates'
import type { DemoAction } from './action-types'
import type { AgentRow } from './fleet'
import type { Os } from './hosts'

/** An action as SELECT_ACTION gives it. */
export type ActionSqlRow = Record<
  | 'id'
  | 'name'
  | 'target'
  | 'operations'
  | 'status'
  | 'validfrom'
  | 'expireafter'
  | 'starttime'
  | 'sent'
  | 'returned'
  | 'done'
  | 'cancelled'
  | 'failed'
  | 'timeout'
  | 'signatures',
  string
> & {
  description: string | null
  threat: string | null
  syntaxversion: number
}

/** The actions as the demo draws them. */
export const SELECT_ACTION = `SELECT trunc(id)::text AS id, name, target, description::text, threat::text, operations::text, status, syntaxversion,
  pgpsignatures::text AS signatures, ${micros('validfrom')} AS validfrom, ${micros('expireafter')} AS expireafter, ${micros('starttime')} AS starttime,
  sentctr AS sent, returnedctr AS returned, donectr AS done, cancelledctr AS cancelled, failedctr AS failed, timeoutctr AS timeout
  FROM public.actions`

/** A column of time in microseconds. */
export function micros(column: string): string {
  return `trunc(extract(epoch FROM ${column}) * 1000000)::text`
}

/** The action of a row; its file, when there is one, has the nanoseconds that the row has lost. */
/** The action of a row, with the nanoseconds of its file where there is one. */
export function actionFromRow(row: ActionSqlRow, file: string | null): DemoAction {
  const exact = file === null ? {} : (JSON.parse(file) as { validfrom?: string; expireafter?: string })
  const nanos = (text: string | undefined, column: string) => {
    const instant = text === undefined ? null : parseRfc3339(text)
    return instant === null ? BigInt(column) * 1000n : instantToNanos(instant)
  }
  return {
    id: parseId(row.id) as MigId,
    story: 'plain',
    name: row.name,
    target: row.target,
    description: row.description,
    threat: row.threat,
    submitted: Number(row.validfrom),
    operations: JSON.parse(row.operations) as Operation[],
    operationsJson: row.operations,
    validfrom: nanos(exact.validfrom, row.validfrom),
    expireafter: nanos(exact.expireafter, row.expireafter),
    start: Number(row.starttime),
    finish: 'not yet',
    lastUpdate: 'not yet',
    status: row.status,
    counters: {
      sent: Number(row.sent),
      returned: Number(row.returned),
      done: Number(row.done),
      cancelled: Number(row.cancelled),
      failed: Number(row.failed),
      timeout: Number(row.timeout),
    },
    syntaxversion: row.syntaxversion,
    format: 'A',
    signers: [],
    signed: 'well',
    signatureRows: true,
    signatures: JSON.parse(row.signatures) as string[],
  }
}

/** The agent of a row. */
export function agentFromRow(row: Record<string, string | null>): AgentRow {
  const text = (key: string) => row[key] ?? ''
  const environment = row.environment ?? null
  const name = text('name')
  return {
    id: parseId(text('id')) as MigId,
    endpoint: {
      os: text('os') as Os,
      name,
      role: '',
      site: '',
      operator: '',
      tidy: true,
      queueloc: text('queueloc'),
      installed: 0,
      age: 'online',
      story: 'plain',
      environment: environment ?? '{}',
      tags: null,
      addresses: environment === null ? [] : ((JSON.parse(environment) as { addresses?: string[] }).addresses ?? []),
    },
    version: text('version'),
    pid: Number(row.pid),
    start: Number(row.start),
    destruction: row.destruction === null ? null : Number(row.destruction),
    heartbeat: Number(row.heartbeat),
    status: text('status') as AgentRow['status'],
    environment,
    tags: row.tags ?? null,
    live: false,
  }
}

/** Agents by queue, each in their order. */
export function groupByQueueloc(agents: AgentRow[]): Map<string, AgentRow[]> {
  const groups = new Map<string, AgentRow[]>()
  for (const agent of agents) {
    const group = groups.get(agent.endpoint.queueloc)
    if (group) group.push(agent)
    else groups.set(agent.endpoint.queueloc, [agent])
  }
  return groups
}
