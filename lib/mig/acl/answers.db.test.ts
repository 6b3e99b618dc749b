import { createHash } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { db } from '@/lib/db/prisma'
import type { MigId } from '@/lib/mig/wire/id'
import { insertAgents } from '@/lib/testing/agent-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { type FleetQuestion, forgetAnswers, getAnswer } from './answers'
import { countLint } from './lint'
import { getPowers } from './powers'

const viewer = testViewer('investigator')

describe('answers about the whole fleet', () => {
  const { owner } = useDatabaseOf('data-rst')

  beforeAll(async () => {
    await insertAgents(owner, 'data-rst', [{ id: '1', heartbeattime: new Date().toISOString() }])
    await owner(`
      INSERT INTO public.modules (id, name) VALUES (1, 'file');
      INSERT INTO public.investigators (id, name, pgpfingerprint) VALUES (2, 'Ann', repeat('A', 40));
      INSERT INTO public.agtmodreq (agentid, moduleid, minimumweight) VALUES (1, 1, 2);
      INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight) VALUES (2, 1, 1, 2);`)
  })
  beforeEach(async () => {
    await owner('DELETE FROM dashboard.acl_answer')
  })

  /** A question that finds what the rules hold when it begins, and answers when it is told to. */
  function slowly(rules: () => string): { question: FleetQuestion<string>; begun: Promise<void>; end: () => void } {
    let begin = () => {}
    let end = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const gate = new Promise<void>((resolve) => {
      end = resolve
    })
    const ask = async () => {
      const found = rules()
      begin()
      await gate
      return found
    }
    return { question: { text: 'slowly', ask }, begun, end }
  }

  const simple = (found: string): FleetQuestion<string> => ({ text: 'slowly', ask: async () => found })
  const save = () => db().$transaction((tx) => forgetAnswers(tx))
  /** Makes those that are kept slow ones of so many minutes ago. */
  const aged = (minutes: number) =>
    owner(`UPDATE dashboard.acl_answer SET took_ms = 1000, made_at = made_at - interval '${minutes} minutes'`)

  test('one that was begun before a save is the answer of whoever asked then, and of nobody after it', async () => {
    await save()
    let rules = 'before'
    const { question, begun, end } = slowly(() => rules)
    const first = getAnswer(question)
    await begun
    rules = 'after'
    await save()
    end()
    expect(await first).toMatchObject({ found: 'before', age: 0 })
    expect((await getAnswer(simple(rules), false))?.found).toBe('after')
    await aged(0)
    expect((await getAnswer(simple('never asked'), false))?.found).toBe('after')
  })

  test('one that is written down while a save is on its way is not found after it', async () => {
    await db().$transaction(async (tx) => {
      await forgetAnswers(tx)
      expect((await getAnswer(simple('before')))?.found).toBe('before')
    })
    expect((await getAnswer(simple('after'), false))?.found).toBe('after')
  })

  test('one of half an hour is made again before it is shown, also beside other things', async () => {
    await getAnswer(simple('old'))
    await aged(29)
    const shown = await getAnswer(simple('new'), false)
    expect(shown?.found).toBe('old')
    expect(shown?.age).toBeGreaterThan(29 * 60_000)
    await expect.poll(async () => (await getAnswer(simple('new'), false))?.found).toBe('new')
    await aged(31)
    expect(await getAnswer(simple('newer'), false)).toBeNull()
    await expect.poll(async () => (await getAnswer(simple('newer'), false))?.found).toBe('newer')
  })

  test('old ones are taken away with the next one, the state of the rules stays', async () => {
    await save()
    await getAnswer({ ...simple('old'), text: 'another' })
    await aged(25 * 60)
    await getAnswer(simple('new'))
    const rows = await owner(
      'SELECT question, answer::text AS answer FROM dashboard.acl_answer ORDER BY answer <> $1',
      ['"new"'],
    )
    expect(rows).toMatchObject([{ answer: '"new"' }, { question: 'rules' }])
  })

  test('one that a program wrote which expected another shape is not found', async () => {
    const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')
    const keep = (digest: string, found: string) =>
      owner(
        `INSERT INTO dashboard.acl_answer (question, at, made_at, took_ms, answer)
         VALUES ($1, clock_timestamp(), clock_timestamp(), 1000, to_jsonb($2::text))`,
        [digest, found],
      )
    await keep(digestOf('clock slowly'), 'without a shape')
    await keep(digestOf('0 clock slowly'), 'an older shape')
    expect((await getAnswer(simple('ours'))).found).toBe('ours')
    await owner(`UPDATE dashboard.acl_answer SET took_ms = 1000`)
    expect((await getAnswer(simple('never asked'))).found).toBe('ours')
  })

  test('a key that is stored makes lint look at people again, a renamed module at powers', async () => {
    expect((await countLint(viewer))?.found.people.count).toBe(1)
    await owner(`UPDATE public.investigators SET publickey = 'a key'`)
    expect((await countLint(viewer))?.found.people.count).toBe(0)
    const named = async () => (await getPowers(viewer, '2' as MigId))?.found.modules.map(({ module }) => module)
    expect(await named()).toEqual(['file'])
    await owner(`UPDATE public.modules SET name = 'files' WHERE id = 1`)
    expect(await named()).toEqual(['files'])
  })
})
