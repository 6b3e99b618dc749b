import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { db } from '@/lib/db/prisma'
import { exportLines } from '@/lib/export'
import type { Instant } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { forgetAnswers } from './answers'
import { getAsked } from './asked'
import { exportLackGroups, listLackGroups } from './lack-groups'
import { lackGroupList, whatIfList } from './search-params'
import { askedWith } from './what-if-alike'
import { getFurtherSigners, knownGroupCount } from './what-if-sets'

const viewer = testViewer('investigator')
const now = new Date().toISOString() as Instant

function parsed(raw: Record<string, string>) {
  const found = lackGroupList.parse({ signer: '1', module: '1', ...raw })
  if (!found.ok) throw new Error(found.problem)
  return found.params
}

async function asked() {
  const found = await getAsked(viewer, {
    filters: { signer: ['1'] as never, module: ['1'] as never, action: undefined },
  })
  if (!found) throw new Error('nothing is asked')
  return found
}

const like = (agent: string) => {
  const found = whatIfList.parse({ signer: '1', module: '1', like: agent })
  if (!found.ok) throw new Error(found.problem)
  return askedWith(viewer, found.params, now)
}

describe('the kept groups of endpoints that lack weight', () => {
  const { owner } = useDatabaseOf('data-rst')
  const kept = async () => (await owner('SELECT DISTINCT list FROM dashboard.acl_lack_group')).length

  beforeAll(async () => {
    const ids = ['11', '12', '13', '14', '15', '16']
    await insertAgents(
      owner,
      'data-rst',
      ids.map((id) => ({ id, queueloc: `linux.host${id}.x`, name: `host${id}`, heartbeattime: now })),
    )
    // Three alike, two that nobody can help, one that accepts.
    await owner(`
      INSERT INTO public.modules (id, name) VALUES (1, 'file');
      INSERT INTO public.investigators (id, name, pgpfingerprint) VALUES
        (1, 'Ann', repeat('A', 40)), (2, '=Bo', repeat('B', 40)), (3, 'Cy', repeat('C', 40)), (4, 'Di', repeat('D', 40));
      INSERT INTO public.agtmodreq (agentid, moduleid, minimumweight)
        SELECT id, 1, CASE WHEN id < 16 THEN 3 ELSE 1 END FROM public.agents;
      INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight)
        SELECT i.id, a.id, 1, 1 FROM public.investigators i, public.agents a WHERE i.id = 1 OR a.id < 14`)
  })
  beforeEach(async () => {
    await owner('DELETE FROM dashboard.acl_answer; DELETE FROM dashboard.acl_lack_group')
  })

  test('are paged through without asking again, and their number is known then', async () => {
    expect(await knownGroupCount(viewer, await asked(), {})).toBeNull()
    const further = await getFurtherSigners(viewer, await asked(), parsed({}).filters)
    expect(await knownGroupCount(viewer, await asked(), parsed({}).filters)).toBe(2)
    const page = await listLackGroups(viewer, further, parsed({}))
    expect(page?.rows).toMatchObject([
      {
        endpoints: 3,
        sample: '11',
        name: 'host11',
        missing: [2],
        found: { sets: [[{ count: 2, of: ['2', '3', '4'] }]] },
      },
      { endpoints: 2, sample: '14', name: 'host14', missing: [2], found: { sets: [], leftOut: 0 } },
    ])
    expect(page?.total).toEqual({ count: 2, more: false })
    const narrow = await getFurtherSigners(viewer, await asked(), parsed({ name: 'host15' }).filters)
    expect((await listLackGroups(viewer, narrow, parsed({ name: 'host15' })))?.rows).toMatchObject([
      { endpoints: 1, sample: '15' },
    ])
    expect(await kept()).toBe(2)
  })

  test('are exported with every set, in figures and in words', async () => {
    let text = ''
    for await (const chunk of exportLines(await exportLackGroups(viewer, parsed({})), 'ndjson')) text += chunk
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        sample: '11',
        name: 'host11',
        endpoints: 3,
        missing: { file: 2 },
        sets: [[{ count: 2, of: ['2', '3', '4'] }]],
        sets_in_words: 'two of =Bo, Cy, Di',
        left_out: 0,
      },
      { sample: '14', name: 'host14', endpoints: 2, missing: { file: 2 }, sets: [], sets_in_words: '', left_out: 0 },
    ])
    const nothing = lackGroupList.parse({})
    if (!nothing.ok) throw new Error(nothing.problem)
    await expect(exportLackGroups(viewer, nothing.params)).rejects.toMatchObject({ code: 'invalid' })
  })

  test('of rules that were saved over are not read as those of now, and go with the next ones', async () => {
    const before = await getFurtherSigners(viewer, await asked(), parsed({}).filters)
    await getFurtherSigners(viewer, await asked(), parsed({ name: 'host' }).filters)
    await db().$transaction((tx) => forgetAnswers(tx))
    expect(await knownGroupCount(viewer, await asked(), parsed({}).filters)).toBeNull()
    expect(await kept()).toBe(2)
    await getFurtherSigners(viewer, await asked(), parsed({}).filters)
    expect(await kept()).toBe(1)
    // Whoever still has the older answer is told that the groups are being worked out.
    expect(await listLackGroups(viewer, before, parsed({}))).toBeNull()
  })

  test('make room, the oldest first, when very many are kept', async () => {
    await getFurtherSigners(viewer, await asked(), parsed({ name: 'host15' }).filters)
    await owner(`UPDATE dashboard.acl_answer SET answer = jsonb_set(answer, '{groups}', '1999999'),
      made_at = made_at - interval '1 minute' WHERE answer ? 'groups'`)
    await getFurtherSigners(viewer, await asked(), parsed({ name: 'host14' }).filters)
    expect(await kept()).toBe(2)
    await getFurtherSigners(viewer, await asked(), parsed({}).filters)
    await getFurtherSigners(viewer, await asked(), parsed({ name: 'host13' }).filters)
    expect(await kept()).toBe(3)
    expect(await knownGroupCount(viewer, await asked(), parsed({ name: 'host15' }).filters)).toBeNull()
  })

  test('have no place for an agent that does not lack weight, or is not there', async () => {
    expect((await like('13'))?.alike).toMatchObject({ agent: '13', name: 'host13', missing: '2' })
    await expect(like('16')).rejects.toThrow('host16 does not lack weight for this')
    await expect(like('99')).rejects.toThrow('There is no agent 99')
  })
})
