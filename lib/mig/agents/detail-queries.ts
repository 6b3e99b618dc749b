import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { ranSql } from '@/lib/db/shown-sql'
import { type Sql, sql } from '@/lib/db/sql'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { RanSql } from '@/lib/page'
import { fleetBounds } from './bounds'
import { agentColumnsSql } from './list.sql'
import { agentOf, type RawAgent } from './queries'
import { type Environment, JSON_LIMIT, type Reading, readEnvironment, readTags, type Tag } from './schema'
import { endpointsSql, isNewestSql } from './state.sql'
import type { EndpointState } from './status'

export type EndpointCommand = {
  id: MigId
  agentid: MigId
  actionid: MigId
  action: string | null
  status: string
  starttime: Instant | null
  finishtime: Instant | null
}

export type RequirementRow = { agentid: MigId; moduleid: MigId; module: string | null; minimumweight: number }

export type StoredJson<T> = { reading: Reading<T>; text: string | null; cut: boolean }

export type AgentDetail = {
  /** The process that was asked for. */
  process: RawAgent & { environment: StoredJson<Environment>; tags: StoredJson<Tag[]> }
  /** The row that stands for the endpoint (newest heartbeat not ahead of now). */
  newestId: MigId
  state: EndpointState
  lastSeen: Instant | null
  /** The newest rows of the endpoint, at most `PROCESS_LIMIT`, the asked one always among them. */
  processes: RawAgent[]
  processCount: number
  commands: EndpointCommand[]
  /** Of the newest row; what counts. */
  requirements: RequirementRow[]
  /** Rules on older rows, which count for nothing. */
  leftBehind: RequirementRow[]
  ran: RanSql[]
}

const PROCESS_LIMIT = 100
const COMMAND_LIMIT = 20
const RULE_LIMIT = 1_000

/** The endpoint of one process, with that process's own facts; null when there is no such row. */
export async function getAgent(_viewer: Viewer, id: MigId, now: Instant): Promise<AgentDetail | null> {
  const [v, bounds] = await Promise.all([vintage(), fleetBounds(now)])
  const endpoints = endpointsSql(bounds)
  const columns = agentColumnsSql(v, bounds, sql`a.heartbeattime`)
  const one = sql`
    SELECT ${columns}, ${cutJsonSql(sql`a.environment`, 'environment')}, ${cutJsonSql(sql`a.tags`, 'tags')}
    FROM public.agents a WHERE a.id = ${id}::numeric`
  const { rows } = await reader().query<RawAgent & RawJson>(one)
  const asked = rows[0]
  if (!asked) return null
  const queue = asked.queueloc
  const statements = {
    newest: sql`
      SELECT ${agentColumnsSql(v, bounds, endpoints.lastSeen)} FROM ${endpoints.from}
      WHERE a.queueloc = ${queue} AND ${isNewestSql('a', bounds.now)}`,
    processes: sql`
      SELECT ${columns} FROM public.agents a WHERE a.queueloc = ${queue}
      ORDER BY a.heartbeattime DESC, a.id DESC LIMIT ${PROCESS_LIMIT}`,
    count: sql`SELECT count(*) AS n FROM public.agents WHERE queueloc = ${queue}`,
    commands: sql`
      SELECT trunc(c.id)::text AS id, trunc(c.agentid)::text AS agentid, trunc(c.actionid)::text AS actionid, x.name AS action,
        c.status, c.starttime, c.finishtime
      FROM (
        SELECT c.* FROM public.agents p CROSS JOIN LATERAL (
          SELECT id, agentid, actionid, status, starttime, finishtime FROM public.commands
          WHERE agentid = p.id ORDER BY starttime DESC, id DESC LIMIT ${COMMAND_LIMIT}
        ) c WHERE p.queueloc = ${queue} ORDER BY c.starttime DESC, c.id DESC LIMIT ${COMMAND_LIMIT}
      ) c LEFT JOIN public.actions x ON x.id = c.actionid ORDER BY c.starttime DESC, c.id DESC`,
    rules: sql`
      SELECT trunc(r.agentid)::text AS agentid, trunc(r.moduleid)::text AS moduleid, m.name AS module, r.minimumweight
      FROM public.agtmodreq r JOIN public.agents p ON p.id = r.agentid LEFT JOIN public.modules m ON m.id = r.moduleid
      WHERE p.queueloc = ${queue}
      ORDER BY p.heartbeattime <= ${bounds.now}::timestamptz DESC, p.heartbeattime DESC, p.id DESC, m.name, r.moduleid
      LIMIT ${RULE_LIMIT}`,
  }
  const [newest, processes, count, commands, rules] = await Promise.all([
    reader().query<RawAgent>(statements.newest),
    reader().query<RawAgent>(statements.processes),
    reader().query<{ n: string }>(statements.count),
    reader().query<EndpointCommand>(statements.commands),
    reader().query<RequirementRow>(statements.rules),
  ])
  const stands = newest.rows[0] ?? asked
  const shown = processes.rows.map(agentOf)
  return {
    process: {
      ...agentOf(asked),
      environment: storedJson(asked.environment, asked.environment_length, readEnvironment),
      tags: storedJson(asked.tags, asked.tags_length, readTags),
    },
    newestId: stands.id,
    state: stands.state,
    lastSeen: stands.last_seen,
    processes: shown.some((row) => row.id === asked.id) ? shown : [...shown.slice(0, -1), agentOf(asked)],
    processCount: Number(count.rows[0]?.n ?? shown.length),
    commands: commands.rows,
    requirements: rules.rows.filter((rule) => rule.agentid === stands.id),
    leftBehind: rules.rows.filter((rule) => rule.agentid !== stands.id),
    ran: [
      ranSql('this process', one, now),
      ranSql('the row that stands for its endpoint, with its state', statements.newest, now),
      ranSql('processes of its endpoint', statements.processes, now),
      ranSql('number of its processes', statements.count, now),
      ranSql('recent commands', statements.commands, now),
      ranSql('minimum weights', statements.rules, now),
    ],
  }
}

type RawJson = {
  environment: string | null
  environment_length: number | null
  tags: string | null
  tags_length: number | null
}

function cutJsonSql(column: Sql, name: 'environment' | 'tags'): Sql {
  const length = name === 'tags' ? sql`tags_length` : sql`environment_length`
  const alias = name === 'tags' ? sql`tags` : sql`environment`
  return sql`left(${column}::text, ${JSON_LIMIT + 1}) AS ${alias}, length(${column}::text) AS ${length}`
}

function storedJson<T>(
  text: string | null,
  length: number | null,
  read: (text: string | null) => Reading<T>,
): StoredJson<T> {
  return { reading: read(text), text, cut: (length ?? 0) > JSON_LIMIT + 1 }
}
