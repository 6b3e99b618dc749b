import { beforeAll, describe, expect, test } from 'vitest'
import { pool } from '@/lib/db/pool'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { RULE_MODULES, RULE_PEOPLE, rulesOf, WORKED_EXAMPLES } from '@/lib/testing/acl-rules'
import { SCENE_BOUNDS } from '@/lib/testing/acl-scene'
import { insertAgents } from '@/lib/testing/agent-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { judgeByFile, readAclFile } from './agent-file'
import { getAclFile } from './files'
import type { Signer } from './rule'
import { judgeUnder, refusalOf } from './rule-books'
import { judgedFleetSql, questionOf } from './what-if.sql'

const viewer = testViewer('investigator')
const NOW = new Date().toISOString() as Instant
const moments = { mig: NOW, clock: NOW }

const personId = (name: string) => String(RULE_PEOPLE.indexOf(name) + 1)
const fingerprint = (name: string) => personId(name).repeat(40)
const agentOf = (n: number) => String(1001 + n) as MigId

describe.each(['data-rst', 'scripts', '2019'] as const)('worked examples of mig-domain, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  // An endpoint an example, all in one fleet: none may lend its rules to another.
  beforeAll(async () => {
    const later = vintage === '2019' ? [', status, createdat, lastmodified', ", 'active', now(), now()"] : ['', '']
    for (const name of RULE_PEOPLE)
      await owner(
        `INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]}) SELECT $1::numeric, $2, $3${later[1]}`,
        [personId(name), name, fingerprint(name)],
      )
    await owner('INSERT INTO public.modules SELECT id, name FROM json_to_recordset($1) AS r (id numeric, name text)', [
      JSON.stringify(RULE_MODULES),
    ])
    await insertAgents(
      owner,
      vintage,
      WORKED_EXAMPLES.map((_, n) => ({ id: agentOf(n), heartbeattime: '2014-09-15 20:59:00+00' })),
    )
    for (const [n, { minimums, weights }] of WORKED_EXAMPLES.entries()) {
      // The rules name people, the tables their ids.
      const rules = rulesOf(minimums, weights)
      for (const { moduleId, minimumWeight } of rules.requirements)
        await owner('INSERT INTO public.agtmodreq VALUES ($1, $2, $3)', [moduleId, agentOf(n), minimumWeight])
      for (const { investigatorId, moduleId, weight } of rules.weights)
        await owner('INSERT INTO public.invagtmodperm VALUES ($1, $2, $3, $4)', [
          personId(investigatorId),
          agentOf(n),
          moduleId,
          weight,
        ])
    }
  })

  test.each(WORKED_EXAMPLES.map((example, n) => ({ ...example, n })))('$title', async (example) => {
    const { n, minimums, weights, signers, operations, accepted, got, in2014 } = example
    const signed = signers.map((name): Signer => ({ investigatorId: personId(name), fingerprint: fingerprint(name) }))
    const question = questionOf(
      RULE_MODULES.map((module) => ({ ...module, id: module.id as MigId })),
      operations,
      signed,
    )
    const { rows } = await pool().query<{ id: string; outcome: string; first_outcome: string; g0: string }>(
      judgedFleetSql(question, SCENE_BOUNDS, { detail: true }),
    )
    expect(rows).toHaveLength(WORKED_EXAMPLES.length)
    const judged = rows.find(({ id }) => Number(id) === Number(agentOf(n)))
    expect(judged?.outcome === 'accepted').toBe(accepted)
    expect(Number(judged?.g0)).toBe(got)
    expect(judged?.first_outcome === 'accepted' && !refusalOf('2014', signed)).toBe(in2014)

    const rules = rulesOf(minimums, weights)
    const named = signers.map((name): Signer => ({ investigatorId: name, fingerprint: fingerprint(name) }))
    expect(judgeUnder('2014', rules, named, operations).accepted).toBe(in2014)
    // None of these actions is signed twice by one key and enough all the same.
    expect(judgeUnder('2019', rules, named, operations).accepted).toBe(accepted)

    const view = await getAclFile(viewer, { agent: agentOf(n) }, moments)
    for (const form of ['2014', '2019'] as const) {
      const read = readAclFile(view?.texts[form] ?? '')
      if (!read.ok) throw new Error(read.problem)
      const verdicts = operations.map((module) => judgeByFile(read.acl, signers.map(fingerprint), module))
      expect(verdicts.every(({ outcome }) => outcome === 'accepted')).toBe(accepted)
      expect(verdicts[0]?.got).toBe(got)
    }
  })
})
