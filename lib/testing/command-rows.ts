import type { TestVintage } from './database'

/** One row of `commands` for a test; what is left out gets an ordinary value. */
export type TestCommand = {
  id: string
  actionid: string
  agentid: string
  status: string
  /** The JSON text; null is SQL NULL. */
  results: string | null
  starttime?: string
  finishtime?: string | null
}

type Owner = (text: string, values?: unknown[]) => Promise<unknown>

/** Inserts actions with these operations into a database of any layout, as its owner. */
export async function insertActions(
  owner: Owner,
  vintage: TestVintage,
  actions: { id: string; name: string; operations: string | null; status?: string }[],
): Promise<void> {
  await owner(
    `INSERT INTO public.actions (id, name, target, operations, validfrom, expireafter, starttime, status, pgpsignatures)
     SELECT id, name, 'os=''linux''', operations::json, '2014-09-15', '2014-09-16', '2014-09-15', coalesce(status, 'completed'),
       '[]'${vintage === '2019' ? '' : '::json'}
     FROM json_to_recordset($1) AS r (id numeric, name text, operations text, status text)`,
    [JSON.stringify(actions)],
  )
}

/** Inserts commands into a database of any layout, as its owner. */
export async function insertCommands(owner: Owner, commands: TestCommand[]): Promise<void> {
  const rows = commands.map((command) => ({
    starttime: '2014-09-15 21:19:10+00',
    finishtime: '2014-09-15 21:19:12+00',
    ...command,
  }))
  await owner(
    `INSERT INTO public.commands (id, actionid, agentid, status, results, starttime, finishtime)
     SELECT id, actionid, agentid, status, results::json, starttime, finishtime
     FROM json_to_recordset($1) AS r (id numeric, actionid numeric, agentid numeric, status text, results text,
       starttime timestamptz, finishtime timestamptz)`,
    [JSON.stringify(rows)],
  )
}
