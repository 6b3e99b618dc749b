import { beforeAll, describe, expect, it } from 'vitest'
import { exportLines } from '@/lib/export'
import { listCommands } from '@/lib/mig/commands/queries'
import { commandList } from '@/lib/mig/commands/search-params'
import { findIds } from '@/lib/mig/find-id'
import { forgetVintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { exportActions, getAction, listActions } from './queries'
import { actionList } from './search-params'

const viewer = testViewer('investigator')
const A = '6059408362783470592' as MigId
const INIT = '6059408362783471616' as MigId
const ODD = '6059408362783472640' as MigId

function params(raw: Record<string, string> = {}) {
  const parsed = actionList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

function commandParams(raw: Record<string, string> = {}) {
  const parsed = commandList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

/** Rows as MIG writes them, in the columns that every layout has. */
function seed(vintage: 'data-rst' | 'scripts' | '2019'): string {
  const head = vintage === '2019'
  const signatures = head ? '\'["one"]\'' : '\'["one"]\'::json'
  const agentColumns = head ? 'mode, refreshtime' : 'os'
  const agentValues = head ? "'daemon', now()" : "'linux'"
  const person = {
    'data-rst': `INSERT INTO public.investigators (id, name, pgpfingerprint) VALUES (7, 'Ann Perkins', 'AA')`,
    scripts: `INSERT INTO public.investigators (id, name, pgpfingerprint) VALUES (7, 'Ann Perkins', 'AA')`,
    '2019': `INSERT INTO public.investigators (id, name, pgpfingerprint, status, createdat, lastmodified, permissions) VALUES (7, 'Ann Perkins', 'AA', 'active', now(), now(), 63)`,
  }[vintage]
  return `
    ${person};
    INSERT INTO public.actions (id, name, target, description, threat, operations, validfrom, expireafter, starttime, finishtime, lastupdatetime, status, pgpsignatures, syntaxversion)
    VALUES
      (${A}.00000000000000000, 'cron <b>job</b>', 'agents.os=''linux''', '{"author":"Ann"}', '{"level":"alert","family":"backdoor"}',
       '[{"module":"filechecker","parameters":{"searches":{}}}]', '2014-09-15 21:18:09.235444+00', '2014-09-15 21:48:09+00',
       '2014-09-15 21:19:10.271089+00', '2014-09-15 21:19:13+00', '2014-09-15 21:19:13+00', 'completed', ${signatures}, 2),
      (${INIT}, 'young', 'name=''x''', NULL, 'null', '[]', '2014-09-16 00:00:00+00', '2014-09-16 01:00:00+00',
       '9998-01-11 11:11:11+00', '9998-01-11 11:11:11+00', '0001-01-01 00:00:00+00', 'init', ${signatures}, 2),
      (${ODD}, 'odd', '%', '[1]', '{"level":5,"family":null}', 'null', '2014-09-14 00:00:00+00', 'infinity', NULL, NULL, NULL, NULL, ${head ? "''" : 'NULL'}, NULL);
    INSERT INTO public.agents (id, name, queueloc, version, pid, starttime, heartbeattime, ${agentColumns})
    VALUES (5, 'web1', 'linux.web1.abc00', '20140915', 11, now(), now(), ${agentValues});
    INSERT INTO public.commands (id, actionid, agentid, status, results, starttime, finishtime) VALUES
      (21, ${A}, 5, 'done', '[{"foundanything":true,"elements":{}}]', '2014-09-15 21:19:10+00', '2014-09-15 21:19:12+00'),
      (22, ${A}, 5, 'failed', '[{"OpID":0,"Desc":"unknown entity","Sev":"error"}]', '2014-09-15 21:19:10+00', '2014-09-15 21:19:12+00'),
      (23, ${A}, 5, 'sent', 'null', '2014-09-15 21:19:10+00', '9998-01-11 11:11:11+00'),
      (24, ${A}, 5, 'done', '[{"foundanything":false,"name":"\\\\u0000 and \\"foundanything\\":true in a text"}]', '2014-09-15 21:19:10+00', NULL);
    INSERT INTO public.signatures (actionid, investigatorid, pgpsignature) VALUES (${A}, 7, 'one')`
}

describe.each(['data-rst', 'scripts', '2019'] as const)('actions in the layout %s', (layout) => {
  const database = useDatabaseOf(layout)

  beforeAll(async () => {
    forgetVintage()
    await database.owner(seed(layout))
  })

  it('lists every row, odd ones too, with exact ids and no far date', async () => {
    const page = await listActions(viewer, params())
    expect(page.rows.map((row) => row.id)).toEqual([INIT, A, ODD])
    expect(page.total).toEqual({ count: 3, more: false })
    const [init, done, odd] = page.rows
    expect(init).toMatchObject({ starttime: null, finishtime: null, status: 'init', threat: {} })
    expect(done).toMatchObject({
      starttime: '2014-09-15T21:19:10.271089Z',
      signers: [{ id: '7', name: 'Ann Perkins' }],
      threat: { level: 'alert', family: 'backdoor' },
    })
    expect(odd).toMatchObject({ status: null, expireafter: null, threat: { level: '', family: '' } })
  })

  it('filters by status, by text with wildcards taken literally, and by signer', async () => {
    const ids = async (raw: Record<string, string>) =>
      (await listActions(viewer, params(raw))).rows.map((row) => row.id)
    expect(await ids({ status: 'completed' })).toEqual([A])
    expect(await ids({ name: 'CRON <B>' })).toEqual([A])
    expect(await ids({ target: '%' })).toEqual([ODD])
    expect(await ids({ investigator: '7' })).toEqual([A])
    expect(await ids({ from: '2014-09-15T00:00:00Z', to: '2014-09-15T23:00:00Z' })).toEqual([A])
    expect(await ids({ name: "x' OR true --" })).toEqual([])
  })

  it('reads one action with its signatures', async () => {
    const action = await getAction(viewer, A)
    expect(action?.signatures).toEqual([
      { investigatorId: '7', name: 'Ann Perkins', fingerprint: 'AA', pgpsignature: 'one' },
    ])
    expect(action?.raw.operations).toBe('[{"module":"filechecker","parameters":{"searches":{}}}]')
    expect(action?.raw.pgpsignatures).toBe('["one"]')
    expect(await getAction(viewer, '999' as MigId)).toBeNull()
    if (layout === '2019') expect(action?.counters.sent).toBeNull()
  })

  it('finds an id in each of its four forms', async () => {
    for (const form of [A, `${A}.00000000000000000`, '6.059408362783471e+18', '6059408362783471000'])
      expect(await findIds(viewer, 'actions', form), form).toEqual([A])
    expect(await findIds(viewer, 'actions', '12')).toEqual([])
    expect(await findIds(viewer, 'actions', 'x')).toEqual([])
  })

  it('tells what each command answered, and does not take a quoted text for a finding', async () => {
    const { rows } = await listCommands(viewer, commandParams({ sort: 'status' }))
    const answer = (id: string) => rows.find((row) => row.id === id)?.answer
    expect(answer('21')).toMatchObject({ kind: 'entries', found: true })
    expect(answer('22')).toMatchObject({ kind: 'entries', reason: 'unknown entity' })
    expect(answer('23')).toMatchObject({ kind: 'waiting', found: null })
    expect(answer('24')).toMatchObject({ kind: 'entries', found: false })
    const found = await listCommands(viewer, commandParams({ found: '1' }))
    expect(found.rows.map((row) => row.id)).toEqual(['21'])
  })

  it('exports with database names, exact ids and times or nothing', async () => {
    const text = async (format: 'csv' | 'ndjson') => {
      let all = ''
      for await (const chunk of exportLines(await exportActions(viewer, params()), format)) all += chunk
      return all
    }
    const csv = (await text('csv')).trimEnd().split('\r\n')
    expect(csv).toHaveLength(4)
    expect(csv[0]).toMatch(/^id,name,target,description,threat,operations,validfrom,/)
    expect(csv[2]).toContain(`${A},cron <b>job</b>,agents.os='linux',`)
    expect(csv[1]).toContain(`${INIT},young,`)
    expect(csv.join('\n')).not.toMatch(/9998|0001-/)
    expect(csv[0]).toMatch(/,operations,.*,pgpsignatures,syntaxversion,signers,modules,attention,counted_at,commands,/)
    const lines = (await text('ndjson'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines[1]).toMatchObject({
      id: A,
      threat: { level: 'alert' },
      signers: ['Ann Perkins'],
      pgpsignatures: ['one'],
      operations: [{ module: 'filechecker' }],
      starttime: '2014-09-15T21:19:10.271089Z',
    })
    expect(lines[0]).toMatchObject({ id: INIT, starttime: null, description: null })
  })
})
