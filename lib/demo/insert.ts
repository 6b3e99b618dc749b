import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { idToDbText, type MigId } from '@/lib/mig/wire/id'
import type { ActionTime, DemoAction, DemoCommand } from './action-types'
import { NOT_YET, nanosToMicros, pgTime, ZERO_TIME } from './clock'
import type { AgentRow } from './fleet'
import type { Demo } from './generate'
import type { DemoKey } from './people'

type Cell = string | number | null

const YEAR_9 = '0009-01-11 11:11:11+00'
const CHUNK = 256 * 1024

/** Copies rows into one table of schema public; all in the caller's transaction. */
export async function copyRows(
  client: pg.ClientBase,
  table: string,
  columns: readonly string[],
  rows: Iterable<Cell[]>,
): Promise<number> {
  let count = 0
  function* chunks() {
    let chunk = ''
    for (const row of rows) {
      count++
      chunk += `${row.map(cellText).join('\t')}\n`
      if (chunk.length > CHUNK) {
        yield chunk
        chunk = ''
      }
    }
    if (chunk !== '') yield chunk
  }
  const stream = client.query(copyFrom(`COPY public.${table} (${columns.join(', ')}) FROM STDIN`))
  await pipeline(Readable.from(chunks(), { objectMode: true }), stream)
  return count
}

/** Inserts the whole demo: parents before children, each table by one COPY. */
export async function insertDemo(client: pg.ClientBase, demo: Demo, keys: DemoKey[]): Promise<Record<string, number>> {
  const { modules, requirements, permissions, people, agents, actions, commands } = demo
  return {
    investigators: await copyRows(
      client,
      'investigators',
      ['id', 'name', 'pgpfingerprint', 'publickey'],
      people.map((person) => {
        const key = keys.find(({ id }) => id === person.id) as DemoKey
        return [
          person.id,
          person.name,
          person.lowerCase ? key.fingerprint.toLowerCase() : key.fingerprint,
          person.keyMissing ? null : key.publicKey,
        ]
      }),
    ),
    modules: await copyRows(
      client,
      'modules',
      ['id', 'name'],
      modules.map(({ id, name }) => [id, name]),
    ),
    agents: await copyRows(client, 'agents', AGENT_COLUMNS, agents.map(agentCells)),
    actions: await copyRows(client, 'actions', ACTION_COLUMNS, actions.map(actionCells)),
    signatures: await copyRows(client, 'signatures', SIGNATURE_COLUMNS, actions.flatMap(signatureCells)),
    commands: await copyRows(
      client,
      'commands',
      COMMAND_COLUMNS,
      (function* () {
        for (const command of commands) yield commandCells(command)
      })(),
    ),
    agtmodreq: await copyRows(
      client,
      'agtmodreq',
      ['moduleid', 'agentid', 'minimumweight'],
      requirements.map(({ moduleId, agentId, minimumWeight }) => [moduleId, storedId(agentId), minimumWeight]),
    ),
    invagtmodperm: await copyRows(
      client,
      'invagtmodperm',
      ['investigatorid', 'agentid', 'moduleid', 'weight'],
      permissions.map(({ investigatorId, agentId, moduleId, weight }) => [
        investigatorId,
        storedId(agentId),
        moduleId,
        weight,
      ]),
    ),
  }
}

export const AGENT_COLUMNS = [
  'id',
  'name',
  'queueloc',
  'os',
  'version',
  'pid',
  'starttime',
  'destructiontime',
  'heartbeattime',
  'status',
  'environment',
  'tags',
] as const

/** One row of `agents` as COPY takes it. */
export function agentCells(agent: AgentRow): Cell[] {
  const { endpoint } = agent
  const destruction = agent.destruction === null ? NOT_YET : pgTime(agent.destruction)
  return [
    storedId(agent.id),
    endpoint.name,
    endpoint.queueloc,
    endpoint.os,
    agent.version,
    agent.pid,
    pgTime(agent.start),
    destruction,
    pgTime(agent.heartbeat),
    agent.status,
    agent.environment,
    agent.tags,
  ]
}

export const ACTION_COLUMNS = [
  'id',
  'name',
  'target',
  'description',
  'threat',
  'operations',
  'validfrom',
  'expireafter',
  'starttime',
  'finishtime',
  'lastupdatetime',
  'status',
  'sentctr',
  'returnedctr',
  'donectr',
  'cancelledctr',
  'failedctr',
  'timeoutctr',
  'pgpsignatures',
  'syntaxversion',
] as const

/** One row of `actions` as COPY takes it. */
export function actionCells(action: DemoAction): Cell[] {
  const { counters } = action
  return [
    storedId(action.id),
    action.name,
    action.target,
    action.description,
    action.threat,
    action.operationsJson,
    pgTime(nanosToMicros(action.validfrom)),
    pgTime(nanosToMicros(action.expireafter)),
    actionTime(action.start),
    actionTime(action.finish),
    actionTime(action.lastUpdate),
    action.status,
    counters.sent,
    counters.returned,
    counters.done,
    counters.cancelled,
    counters.failed,
    counters.timeout,
    JSON.stringify(action.signatures),
    action.syntaxversion,
  ]
}

export const SIGNATURE_COLUMNS = ['actionid', 'investigatorid', 'pgpsignature'] as const

/** The rows of `signatures` of one action. */
export function signatureCells(action: DemoAction): Cell[][] {
  if (!action.signatureRows) return []
  return action.signers.map((signer, i) => [
    storedId(action.id),
    idToDbText(signer as MigId),
    action.signatures[i] as string,
  ])
}

export const COMMAND_COLUMNS = ['id', 'actionid', 'agentid', 'status', 'results', 'starttime', 'finishtime'] as const

/** One row of `commands` as COPY takes it. */
export function commandCells(command: DemoCommand): Cell[] {
  const finish = command.finish === null ? NOT_YET : pgTime(command.finish)
  return [
    storedId(command.id),
    storedId(command.action.id),
    storedId(command.agent.id),
    command.status,
    command.results,
    pgTime(command.start),
    finish,
  ]
}

/** The id as MIG stored it: 17 zero decimals by the driver of 2014, bare digits since 2015. */
export function storedId(id: MigId): string {
  return id.length < 19 || id.startsWith('1') ? id : idToDbText(id)
}

function actionTime(time: ActionTime): string {
  if (time === 'not yet') return NOT_YET
  if (time === 'zero') return ZERO_TIME
  return time === 'year 9' ? YEAR_9 : pgTime(time)
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** One cell in the text format of COPY. */
export function cellText(cell: Cell): string {
  if (cell === null) return '\\N'
  return typeof cell === 'number' ? String(cell) : cell.replace(/[\\\t\n\r]/g, (char) => ESCAPES[char] as string)
}
