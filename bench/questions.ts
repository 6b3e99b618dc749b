import type pg from 'pg'

/** What a page or list is asked for; `limit` is the row of the design's table that it belongs to. */
export type Question = {
  name: string
  path: string
  limit?: 'page' | 'spool' | 'grouped' | 'window' | 'health' | 'what-if two' | 'what-if all'
  /** Its longest statement is kept with its plan in docs/queries.md. */
  explained?: boolean
}

type Sample = {
  action: string
  agent: string
  busy: string
  command: string
  person: string
  signers: string[]
  modules: string[]
}

/** The pages that are measured, with ids of this data set: the greatest action, an agent that it reached, the busiest endpoint. */
export async function makeQuestions(owner: pg.ClientBase): Promise<Question[]> {
  const s = await sample(owner)
  const page = (name: string, path: string, explained = false): Question => ({ name, path, limit: 'page', explained })
  const whatIf = (modules: readonly string[]) =>
    `/acl/what-if?signer=${s.signers.join(',')}&module=${modules.join(',')}`
  return [
    page('overview', '/'),
    page('agents', '/agents', true),
    page('agents by name', '/agents?sort=name'),
    page('agents, processes', '/agents?rows=processes'),
    page('agents named …', '/agents?name=web17-', true),
    page('agents of a name that none has', '/agents?name=nothinglikeit'),
    page('agents, unreachable', '/agents?state=unreachable'),
    page('agents, groups by system', '/agents/groups?by=os'),
    page('agent', `/agents/${s.agent}`, true),
    page('agent with most processes', `/agents/${s.busy}`),
    page('offline', '/agents/offline', true),
    page('offline, by endpoint', '/agents/offline?by=endpoint'),
    page('doubles', '/agents/doubles', true),
    { name: 'health', path: '/agents/health', limit: 'health' },
    page('health, endpoints', '/agents/health/endpoints'),
    page('actions', '/actions', true),
    page('actions by name', '/actions?sort=name'),
    page('actions named …', '/actions?name=cron'),
    page('actions in flight', '/actions?status=inflight'),
    page('action of most commands', `/actions/${s.action}`),
    page('its commands', `/actions/${s.action}/commands`, true),
    page('its commands that failed', `/actions/${s.action}/commands?status=failed`),
    page('its commands by agent', `/actions/${s.action}/commands?sort=agent`),
    { name: 'its results, grouped', path: `/actions/${s.action}/results`, limit: 'grouped', explained: true },
    page('commands', '/commands', true),
    page('commands that failed', '/commands?status=failed'),
    page('commands that found something', '/commands?found=1'),
    page("an agent's commands", `/commands?agentid=${s.agent}`),
    page('command', `/commands/${s.command}`),
    page('investigators', '/investigators'),
    page('investigator', `/investigators/${s.person}`),
    page('requirements', '/acl/requirements'),
    { name: 'requirements, window', path: '/acl/requirements/window?size=50', limit: 'window', explained: true },
    page('permissions by investigator', `/acl/permissions?by=investigator&investigator=${s.person}`),
    {
      name: 'permissions, window',
      path: `/acl/permissions/window?by=investigator&investigator=${s.person}&size=50`,
      limit: 'window',
    },
    page('batches', '/acl/batches'),
    page('audit', '/audit'),
    page('spool', '/spool'),
    { name: 'spool, 200,000 files', path: '/spool/command/inflight', limit: 'spool' },
    { name: 'what if, two modules', path: whatIf(s.modules.slice(0, 2)), limit: 'what-if two', explained: true },
    { name: 'what if, all modules', path: whatIf(s.modules), limit: 'what-if all' },
  ]
}

async function sample(owner: pg.ClientBase): Promise<Sample> {
  const value = async (statement: string, values: unknown[] = []): Promise<string> => {
    const { rows } = await owner.query<{ value: string | null }>(statement, values)
    if (rows[0]?.value == null) throw new Error(`The data set answers nothing to: ${statement}`)
    return rows[0].value
  }
  const action = await value('SELECT trunc(id)::text AS value FROM actions ORDER BY sentctr DESC, id LIMIT 1')
  const { rows: modules } = await owner.query<{ name: string }>(
    `SELECT trunc(id)::text AS name FROM modules WHERE name <> 'default' ORDER BY id`,
  )
  const { rows: people } = await owner.query<{ id: string }>(
    `SELECT trunc(id)::text AS id FROM investigators WHERE publickey IS NOT NULL ORDER BY id OFFSET 1 LIMIT 3`,
  )
  return {
    action,
    agent: await value('SELECT trunc(agentid)::text AS value FROM commands WHERE actionid = $1 ORDER BY id LIMIT 1', [
      action,
    ]),
    busy: await value(
      `SELECT trunc(max(id))::text AS value FROM agents GROUP BY queueloc ORDER BY count(*) DESC, queueloc LIMIT 1`,
    ),
    command: await value('SELECT trunc(id)::text AS value FROM commands WHERE actionid = $1 ORDER BY id LIMIT 1', [
      action,
    ]),
    person: people[0]?.id ?? '',
    signers: people.map(({ id }) => id),
    modules: modules.map(({ name }) => name),
  }
}
