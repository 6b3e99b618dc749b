import { readdirSync } from 'node:fs'
import path from 'node:path'
import type pg from 'pg'

/** What of a data set the addresses of the pages are made of; '' for what it does not have. */
export type Sample = {
  /** The two actions of most commands, and of the first an agent, a command, and two commands with results. */
  action: string
  other: string
  agent: string
  command: string
  picked: string[]
  /** An agent row of the endpoint with most processes. */
  busy: string
  person: string
  signers: string[]
  modules: string[]
  batch: string
  /** The digest of an ACL that some endpoint has. */
  acl: string
  /** A file of command/inflight. */
  file: string
}

/** Picks from a data set: the greatest action, an agent that it reached, the busiest endpoint. Throws when it has none. */
export async function sampleOf(owner: pg.ClientBase, spool: string): Promise<Sample> {
  const all = async (statement: string, values: unknown[] = []): Promise<string[]> =>
    (await owner.query<{ value: string }>(statement, values)).rows.map(({ value }) => value)
  const one = async (statement: string, values: unknown[] = []): Promise<string> => {
    const [value] = await all(statement, values)
    if (value === undefined) throw new Error(`The data set answers nothing to: ${statement}`)
    return value
  }
  const [action = '', other = ''] = await all(
    'SELECT trunc(id)::text AS value FROM actions ORDER BY sentctr DESC, id LIMIT 2',
  )
  const signers = await all(
    'SELECT trunc(id)::text AS value FROM investigators WHERE publickey IS NOT NULL AND id > 1 ORDER BY id LIMIT 3',
  )
  // As the index on an action's commands has them.
  const firstOf = 'FROM commands WHERE actionid = $1 ORDER BY starttime DESC, id DESC LIMIT 1'
  return {
    action,
    other,
    agent: await one(`SELECT trunc(agentid)::text AS value ${firstOf}`, [action]),
    command: await one(`SELECT trunc(id)::text AS value ${firstOf}`, [action]),
    picked: await all(
      `SELECT trunc(id)::text AS value FROM commands WHERE actionid = $1 AND status IN ('done', 'success') LIMIT 2`,
      [action],
    ),
    busy: await one(
      'SELECT trunc(max(id))::text AS value FROM agents GROUP BY queueloc ORDER BY count(*) DESC, queueloc LIMIT 1',
    ),
    person: signers[0] ?? '',
    signers,
    modules: await all(`SELECT trunc(id)::text AS value FROM modules WHERE name <> 'default' ORDER BY id`),
    batch:
      (
        await all(
          `SELECT id::text AS value FROM dashboard.audit WHERE kind = 'acl.batch.save' ORDER BY id DESC LIMIT 1`,
        )
      )[0] ?? '',
    acl: (await all('SELECT digest::text AS value FROM dashboard.acl_endpoint LIMIT 1'))[0] ?? '',
    file: firstFile(path.join(spool, 'command/inflight')),
  }
}

function firstFile(dir: string): string {
  try {
    return readdirSync(dir)[0] ?? ''
  } catch {
    return ''
  }
}
