import type { TestVintage } from './database'

/** One row of `agents` for a test; what is left out gets an ordinary value. Moments are PostgreSQL's text. */
export type TestAgent = {
  id: string
  name?: string
  queueloc?: string
  os?: string
  version?: string
  pid?: number
  starttime?: string
  destructiontime?: string | null
  heartbeattime: string
  status?: string | null
  environment?: string | null
  tags?: string | null
}

const NEVER = '9998-01-11 11:11:11+00'

/** Inserts rows into `agents` of any layout, as its owner. */
export async function insertAgents(
  owner: (text: string, values?: unknown[]) => Promise<unknown>,
  vintage: TestVintage,
  agents: TestAgent[],
): Promise<void> {
  const rows = agents.map((agent) => ({
    name: `host${agent.id}.example.net`,
    queueloc: `linux.host${agent.id}.example.net.585qnpl2br200`,
    os: 'linux',
    version: '201409151700+72c0778.prod',
    pid: 1000,
    starttime: '2014-09-01 00:00:00+00',
    destructiontime: NEVER,
    status: 'heartbeating',
    environment: null,
    tags: null,
    ...agent,
  }))
  const own =
    vintage === '2019' ? { names: 'mode, refreshtime', values: `'daemon', starttime` } : { names: 'os', values: 'os' }
  await owner(
    `INSERT INTO public.agents (id, name, queueloc, version, pid, starttime, destructiontime, heartbeattime, status,
       environment, tags, ${own.names})
     SELECT id, name, queueloc, version, pid, starttime, destructiontime, heartbeattime, status, environment::json, tags::json,
       ${own.values}
     FROM json_to_recordset($1) AS r (id numeric, name text, queueloc text, os text, version text, pid integer,
       starttime timestamptz, destructiontime timestamptz, heartbeattime timestamptz, status text, environment text, tags text)`,
    [JSON.stringify(rows)],
  )
}
