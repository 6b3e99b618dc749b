import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { operatorViewer } from '@/lib/auth/viewer'
import { fetchPage } from '@/lib/db/list'
import { pool } from '@/lib/db/pool'
import { listModules } from '@/lib/mig/modules/queries'
import { vintage as detectedVintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { aclScene, insertScenePeople, SCENE_BOUNDS, type Scene, writeScene } from '@/lib/testing/acl-scene'
import { tries } from '@/lib/testing/long'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { judgeEndpoint } from './endpoint-verdict'
import { activeKeys, listedRows, readSigners } from './people'
import { type PowerRow, readDoubled } from './powers'
import { countPowersSql, listingEndpointsSql, type PowerScope, partnersSql, powersQuery } from './powers.sql'
import { keysOf, POWERS, powerOf, powersOn, settledRules } from './powers-on'
import { contributionsOf, type EndpointRules, judgeModule, type Signer } from './rule'
import { powerList } from './search-params'
import { setsOf } from './signer-sets'

const weigh = (rules: EndpointRules, key: readonly Signer[], moduleId: string) =>
  contributionsOf(rules, key, moduleId).reduce((sum, { counted }) => sum + counted, 0)

// A rule for each power of person 2 and one that two live rows have different minimums for: [row, module, minimum].
const everyPower: Scene = {
  modules: [{ id: '1', name: 'file' }],
  endpoints: [[0], [0], [0], [0], [0, 1]].map((rows) => rows.map((heartbeat) => ({ heartbeat }))),
  requirements: [
    [0, 0, 2],
    [1, 0, 4],
    [2, 0, 6],
    [3, 0, 4],
    [4, 0, 1],
    [5, 0, 2],
  ],
  // As [person, row, module, weight], the persons from 0.
  weights: [
    ...[0, 1, 2, 3, 4, 5].map((row): [number, number, number, number] => [1, row, 0, 2]),
    [4, 1, 0, 2],
    [4, 2, 0, 2],
    [0, 2, 0, 2],
    [2, 2, 0, 2],
  ],
}

describe.each(['data-rst', 'scripts', '2019'] as const)('what a person may run, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  test('rows, counts, partners and endpoints are what the rule says', async () => {
    await insertScenePeople(owner, vintage)
    const people = await readSigners()
    const keys = keysOf(people)
    const parsed = powerList.parse({ size: '200' })
    if (!parsed.ok) throw new Error(parsed.problem)
    const found = new Set<string>()
    await fc.assert(
      fc.asyncProperty(aclScene, fc.constantFrom('1', '2', '5'), async (made, id) => {
        const { endpoints } = await writeScene(owner, vintage, made)
        const key = keys.find((rows) => rows.some((row) => row.investigatorId === id)) ?? []
        const others = keys.filter((rows) => rows !== key)
        const scope: PowerScope = {
          vintage: await detectedVintage(),
          bounds: SCENE_BOUNDS,
          doubled: await readDoubled(SCENE_BOUNDS),
          modules: (await listModules(operatorViewer())).filter(({ twin }) => !twin).map((module) => module.id),
          own: activeKeys(key),
          others: activeKeys(people, id as MigId),
        }
        const settled = endpoints.map(({ id: agent, rules: newest, live }) => {
          const r = settledRules(newest, live)
          if (r.weights.length < newest.weights.length || r.requirements.length < newest.requirements.length)
            found.add('mixed')
          return { agent, r }
        })
        const rules = settled.flatMap(({ agent, r }) =>
          r.requirements.flatMap(({ moduleId, minimumWeight }) => {
            const how = powerOf(r, key, others, moduleId)
            return how
              ? [{ agent, moduleId, how, minimum: minimumWeight, rules: r, weight: weigh(r, key, moduleId) }]
              : []
          }),
        )
        const rowsOf = async (more: Partial<PowerScope>, how?: (typeof POWERS)[number][]) =>
          (await fetchPage<PowerRow>(powersQuery({ ...scope, ...more }, { how }), parsed.params)).rows
            .map((row) => `${row.agentid} ${row.moduleid} ${row.how} ${row.weight}`)
            .sort()
        const textOf = (some: typeof rules) => some.map((r) => `${r.agent} ${r.moduleId} ${r.how} ${r.weight}`).sort()
        expect(await rowsOf({})).toEqual(textOf(rules))
        for (const how of POWERS) {
          expect(await rowsOf({}, [how])).toEqual(textOf(rules.filter((rule) => rule.how === how)))
          if (rules.some((rule) => rule.how === how)) found.add(how)
        }

        const counted = await pool().query<{ moduleid: string; how: string; n: string }>(countPowersSql(scope))
        const sums = new Map<string, number>()
        for (const { moduleId, how } of rules) sums.set(`${moduleId} ${how}`, (sums.get(`${moduleId} ${how}`) ?? 0) + 1)
        expect(counted.rows.map((row) => `${row.moduleid} ${row.how} ${row.n}`).sort()).toEqual(
          [...sums].map(([name, n]) => `${name} ${n}`).sort(),
        )

        const together = (rows: readonly Signer[]) =>
          rules.filter(({ rules: r, moduleId, minimum, weight }) => {
            const theirs = weigh(r, rows, moduleId)
            return weight < minimum && theirs < minimum && weight + theirs >= minimum
          })
        for (const partner of others) {
          const shown = await rowsOf({ partner: activeKeys(partner) })
          expect(shown).toEqual(textOf(together(partner)))
          if (shown.length > 0) found.add('partner')
        }
        const partners = await pool().query<{ n: string }>(partnersSql(scope, 100))
        const wanted = others.map((rows) => together(rows).length).filter((n) => n > 0)
        expect(partners.rows.map(({ n }) => Number(n)).sort()).toEqual(wanted.sort())

        const listed = listedRows(people, id as MigId) as string[]
        const counting = await pool().query<{ endpoints: string }>(listingEndpointsSql(scope, listed as MigId[]))
        const listing = endpoints.filter(({ rules: r }) =>
          r.weights.some(
            (w) => listed.includes(w.investigatorId) && r.requirements.some((one) => one.moduleId === w.moduleId),
          ),
        )
        expect(counting.rows[0]?.endpoints).toBe(String(listing.length))

        // The endpoint's own page says the same, by the rule itself.
        for (const { rules: newest, live } of endpoints)
          for (const { module, moduleId, sets, problem } of powersOn(newest, people, live)) {
            if (problem) continue
            for (const set of sets) {
              const signers = set
                .flatMap(({ count, of }) => of.slice(0, count))
                .flatMap((one) => keys.filter((rows) => rows[0]?.investigatorId === one).flat())
              expect(judgeEndpoint(newest, live, signers, [module]).outcome).toBe('accepted')
            }
            const r = settledRules(newest, live)
            const alone = keys.filter((rows) => judgeModule(r, rows, module).outcome === 'accepted').length
            const singles = sets.filter((set) => set.reduce((sum, { count }) => sum + count, 0) === 1)
            expect({ moduleId, alone: singles.reduce((sum, set) => sum + setsOf(set), 0) }).toEqual({
              moduleId,
              alone,
            })
          }
      }),
      {
        numRuns: tries({ short: 15, long: 300 }),
        endOnFailure: true,
        seed: tries({ short: 11, long: Date.now() }),
        examples: [[everyPower, '2']],
      },
    )
    expect([...found].sort()).toEqual([...POWERS, 'mixed', 'partner'].sort())
  })
})
