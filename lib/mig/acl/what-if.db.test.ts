import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pool } from '@/lib/db/pool'
import type { MigId } from '@/lib/mig/wire/id'
import {
  aclScene,
  insertScenePeople,
  SCENE_BOUNDS,
  SCENE_NAMES,
  SCENE_PEOPLE,
  writeScene,
} from '@/lib/testing/acl-scene'
import { tries } from '@/lib/testing/long'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { judgeEndpoint } from './endpoint-verdict'
import { judgedFleetSql, questionOf } from './what-if.sql'

const questions = fc.array(
  fc.record({
    signers: fc.array(fc.constantFrom(...SCENE_PEOPLE), { maxLength: 5 }),
    names: fc.uniqueArray(fc.constantFrom(...SCENE_NAMES, 'unknown'), { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 3, maxLength: 6 },
)

describe.each(['data-rst', 'scripts', '2019'] as const)('what-if over the fleet, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  test('the statement says of every endpoint what the rule says', async () => {
    await insertScenePeople(owner, vintage)
    const outcomes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(aclScene, questions, async (made, asked) => {
        const written = await writeScene(owner, vintage, made)
        for (const { signers, names } of asked) {
          const expected = written.endpoints.map(({ id, rules, live }) => ({
            id,
            all: judgeEndpoint(rules, live, signers, names),
            first: judgeEndpoint(rules, live, signers, names.slice(0, 1)),
          }))
          const question = questionOf(
            made.modules.map(({ id, name }) => ({ id: id as MigId, name })),
            names,
            signers,
          )
          const found = await pool().query<Record<string, string>>(judgedFleetSql(question, SCENE_BOUNDS))
          const verdictOf = (outcome = '', short = '') => ({
            outcome,
            short: outcome === 'short' ? Number(short) : null,
          })
          const seen = found.rows.map((row) => ({
            id: String(Number(row.id)),
            all: verdictOf(row.outcome, row.short),
            first: verdictOf(row.first_outcome, row.first_short),
          }))
          const byId = (a: { id: string }, b: { id: string }) => Number(a.id) - Number(b.id)
          expect(seen.sort(byId)).toEqual(expected.sort(byId))
          for (const { all } of seen) outcomes.add(all.outcome)
        }
      }),
      { numRuns: tries({ short: 20, long: 300 }), endOnFailure: true },
    )
    expect([...outcomes].sort()).toEqual(['accepted', 'ambiguous', 'below-one', 'mixed', 'no-rule', 'short'])
  })
})
