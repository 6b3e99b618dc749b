import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runJob } from '@/lib/jobs/job'
import { forgetVintage } from '@/lib/mig/vintage'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { actionSummaries } from './summary-job'

const A = '6059408362783470592'
const BIG = '6059408362783471616'
const EMPTY = '6059408362783472640'
const FOUND = '[{"elements":{},"foundanything":true,"error":null}]'
const REFUSED =
  '[{"ActionID":1,"CommandID":2,"Desc":"no \\"foundanything\\":true here","OpID":0,"Priority":3,"Sev":"error"}]'

describe.each(['data-rst', 'scripts', '2019'] as const)('action summaries in the layout %s', (layout) => {
  const database = useDatabaseOf(layout)
  const counters = layout !== '2019'

  async function run(): Promise<number> {
    await database.owner(
      `UPDATE dashboard.job SET due_at = NULL, state = state || '{"restUntil": 0}' WHERE name = '${actionSummaries.name}'`,
    )
    for (;;) {
      const ran = await runJob(actionSummaries)
      if (ran.ran) return ran.did
    }
  }

  const summary = async (id: string) =>
    (
      await database.owner(
        `SELECT commands, done, failed, timed_out, cancelled, still_out, other, found, refused, with_errors, modules, landed,
           to_char(last_change AT TIME ZONE 'UTC', 'HH24:MI:SS') AS last_change, counted_at IS NOT NULL AS counted, due_at IS NOT NULL AS due
         FROM dashboard.action_summary WHERE action_id = ${id}`,
      )
    )[0]

  beforeAll(() => {
    forgetVintage()
  })

  beforeEach(async () => {
    const sent = counters ? ', sentctr, returnedctr' : ''
    await database.owner(`
      DROP INDEX IF EXISTS public.by_action;
      TRUNCATE dashboard.action_summary, dashboard.job;
      TRUNCATE public.commands, public.signatures, public.actions, public.agents CASCADE;
      INSERT INTO public.actions (id, name, target, operations, validfrom, expireafter, starttime, finishtime, lastupdatetime, status, pgpsignatures${sent})
      VALUES
        (${A}.00000000000000000, 'a', 't', '[{"module":"filechecker","parameters":{}},{"module":"netstat","parameters":{"x":"\\u0000"}}]', '2014-09-15', '2014-09-16', '2014-09-15', '2014-09-15', '2014-09-15', 'completed', '[]'${counters ? ', 6, 6' : ''}),
        (${BIG}, 'big', 't', '{"module":"x"}', '2014-09-15', '2014-09-16', '2014-09-15', '9998-01-11', '2014-09-15', 'inflight', '[]'${counters ? ', 400, 0' : ''}),
        (${EMPTY}, 'empty', 't', NULL, '2014-09-15', 'infinity', NULL, NULL, NULL, NULL, '[]'${counters ? ', NULL, NULL' : ''});
      INSERT INTO public.agents (id, name, queueloc, version, pid, starttime, heartbeattime, ${counters ? 'os' : 'mode, refreshtime'})
        VALUES (5, 'web1', 'linux.web1.abc00', '20140915', 11, now(), now(), ${counters ? "'linux'" : "'daemon', now()"});
      INSERT INTO public.commands (id, actionid, agentid, status, results, starttime, finishtime) VALUES
        (1, ${A}, 5, 'done', '${FOUND}', '2014-09-15 21:19:10+00', '2014-09-15 21:19:12+00'),
        (2, ${A}, 5, 'success', '[{"foundanything":false,"errors":["x"]},{"foundanything":true}]', '2014-09-15 21:19:10+00', '2014-09-15 21:19:13+00'),
        (3, ${A}, 5, 'failed', '${REFUSED}', '2014-09-15 21:19:10+00', '2014-09-15 21:19:14+00'),
        (4, ${A}, 5, 'timeout', '[null]', '2014-09-15 21:19:10+00', '9998-01-11 11:11:11+00'),
        (5, ${A}, 5, 'expired', '[{"foundanything":false,"success":false,"elements":null,"statistics":null,"errors":null}]', '2014-09-15 21:19:10+00', NULL),
        (6, ${A}, 5, 'strange', NULL, '2014-09-15 21:19:10+00', 'infinity');
      INSERT INTO public.commands (id, actionid, agentid, status, results, starttime)
        SELECT 1000 + n, ${BIG}, 5, 'sent', 'null', '2014-09-15 21:20:00+00' FROM generate_series(1, 400) n`)
  })

  it('counts each action by what became of its commands', async () => {
    expect(await run()).toBe(3)
    expect(await summary(A)).toMatchObject({
      commands: '6',
      done: '2',
      failed: '1',
      timed_out: '1',
      cancelled: '1',
      still_out: '0',
      other: '1',
      found: '2',
      refused: '1',
      with_errors: '1',
      modules: ['filechecker', 'netstat'],
      last_change: '21:19:14',
      landed: true,
      due: false,
    })
    expect(await summary(BIG)).toMatchObject({
      commands: '400',
      still_out: '400',
      modules: [],
      landed: false,
      due: true,
    })
    expect(await summary(EMPTY)).toMatchObject({ commands: '0', found: '0', counted: true, landed: false })
  })

  it.each([false, true])(
    'costs nothing until something changes, then counts that alone (index: %s)',
    async (indexed) => {
      if (indexed) await database.owner('CREATE INDEX by_action ON public.commands (actionid)')
      await run()
      expect(await run()).toBe(0)
      await database.owner(`
      UPDATE public.commands SET status = 'done', results = '${FOUND}' WHERE id = 5;
      UPDATE public.actions SET lastupdatetime = '2014-09-17' WHERE id = ${A}`)
      expect(await run()).toBe(1)
      expect(await summary(A)).toMatchObject({ done: '3', cancelled: '0', found: '3' })
    },
  )

  it('counts an action that lands at once, whatever its size', async () => {
    await run()
    await database.owner(`
      UPDATE dashboard.action_summary SET counted_at = clock_timestamp() WHERE action_id = ${BIG};
      UPDATE public.commands SET status = 'cancelled' WHERE actionid = ${BIG};
      UPDATE public.actions SET status = 'completed' WHERE id = ${BIG}`)
    expect(await run()).toBe(1)
    expect(await summary(BIG)).toMatchObject({ cancelled: '400', still_out: '0', landed: true, due: false })
  })

  it('counts an action in flight again when it is due, and not before', async () => {
    await run()
    await database.owner(`UPDATE public.commands SET status = 'done' WHERE actionid = ${BIG} AND id <= 1100`)
    expect(await run()).toBe(0)
    await database.owner(`UPDATE dashboard.action_summary SET due_at = clock_timestamp() WHERE action_id = ${BIG}`)
    expect(await run()).toBe(1)
    expect(await summary(BIG)).toMatchObject({ done: '100', still_out: '300' })
  })

  it('looks again soon for commands that an action that has just begun has none of', async () => {
    await database.owner(
      `UPDATE public.actions SET starttime = now() - interval '5 seconds', status = 'inflight' WHERE id = ${EMPTY}`,
    )
    await run()
    const [row] = await database.owner(
      `SELECT commands, due_at < now() + interval '1 minute' AS soon FROM dashboard.action_summary WHERE action_id = ${EMPTY}`,
    )
    expect(row).toEqual({ commands: '0', soon: true })
  })

  it('puts off what cannot be counted and counts the rest', async () => {
    await database.owner(`ALTER TABLE dashboard.action_summary ADD CONSTRAINT hurdle CHECK (commands <> 400)`)
    try {
      expect(await run()).toBe(2)
      expect(await summary(BIG)).toMatchObject({ counted: false, due: true })
      expect(await summary(A)).toMatchObject({ counted: true })
      expect(await run()).toBe(0)
    } finally {
      await database.owner('ALTER TABLE dashboard.action_summary DROP CONSTRAINT hurdle')
    }
  })

  it('walks through more actions than one step takes', async () => {
    await database.owner(`
      INSERT INTO public.actions (id, name, target, validfrom, expireafter, status, pgpsignatures)
      SELECT n, 'x', 't', '2014-09-15', '2014-09-16', 'completed', '[]' FROM generate_series(1, 4500) n`)
    expect(await run()).toBe(4503)
    expect(await run()).toBe(0)
  })

  it('rests after a count without an index, which reads all commands', async () => {
    if (layout === '2019') return
    await run()
    await database.owner(`
      UPDATE dashboard.job SET due_at = NULL, state = jsonb_set(state, '{restUntil}', to_jsonb(extract(epoch FROM clock_timestamp()) * 1000 + 60000));
      UPDATE public.actions SET status = 'invalid' WHERE id = ${BIG}`)
    expect(await runJob(actionSummaries)).toEqual({ ran: true, did: 0 })
    expect(await summary(BIG)).toMatchObject({ landed: true, due: true })
  })
})
