import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fetchPage } from '@/lib/db/list'
import { pool } from '@/lib/db/pool'
import { vintage as detectedVintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import {
  aclScene,
  insertScenePeople,
  SCENE_BOUNDS,
  SCENE_PEOPLE,
  type Written,
  writeScene,
} from '@/lib/testing/acl-scene'
import { insertAgents } from '@/lib/testing/agent-rows'
import { tries } from '@/lib/testing/long'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { countLintSql, type LintRow } from './lint'
import { type LintScope, lintQuery } from './lint.sql'
import { LINT_CHECKS, type LintCheck } from './lint-checks'
import { activeKeys, asIfEnabled, readSigners } from './people'
import { DEFAULT_MODULE, judgeModule, reachOf, type Signer } from './rule'
import { lintList } from './search-params'

const person = (id: string) => SCENE_PEOPLE.find(({ investigatorId }) => investigatorId === id) as Signer
// Of a key with several rows the judged weight is the key's, and the row that stands for it the lowest with a weight.
const KEYS = [['1', '3'], ['2'], ['4'], ['5'], ['6', '7']].map((ids) => ids.map(person))

/** What a check finds, as "agent module person" texts, by the pure rule. */
function expected(check: LintCheck, { endpoints, rows }: Written, sensitive: string[], without?: string): string[] {
  const left = KEYS.filter((key) => !key.some(({ investigatorId }) => investigatorId === without)).flat()
  // Of a disabled person what is lost by that; of a key of which another row is enabled nothing changes.
  const enabled =
    without === '4'
      ? SCENE_PEOPLE.map((one) => ({ ...one, disabled: one.disabled && one.investigatorId !== '4' }))
      : SCENE_PEOPLE
  return endpoints
    .flatMap(({ id, gone, rules }) => {
      const { requirements, modules } = rules
      if (check === 'unreachable')
        return requirements
          .filter(({ minimumWeight: m, moduleId }) => m >= 1 && reachOf(rules, left, moduleId) < m)
          .filter(({ minimumWeight: m, moduleId }) => !without || reachOf(rules, enabled, moduleId) >= m)
          .map(({ moduleId }) => `${id} ${moduleId} null`)
      if (check === 'below-one')
        return requirements.filter((r) => r.minimumWeight < 1).map(({ moduleId }) => `${id} ${moduleId} null`)
      if (check === 'no-weights')
        return requirements
          .filter((r) => r.minimumWeight >= 1 && !rules.weights.some((w) => w.moduleId === r.moduleId))
          .map(({ moduleId }) => `${id} ${moduleId} null`)
      if (check === 'no-requirement')
        return rules.weights
          .filter((w) => !requirements.some((r) => r.moduleId === w.moduleId))
          .map((w) => `${id} ${w.moduleId} ${w.investigatorId}`)
      if (check === 'no-rule') return !gone && requirements.length === 0 ? [`${id} null null`] : []
      if (check === 'single-person')
        return modules
          .filter((module) => sensitive.includes(module.id))
          .flatMap((module) =>
            KEYS.flatMap((key) => {
              const verdict = judgeModule(rules, key, module.name)
              if (verdict.outcome !== 'accepted') return []
              const holder = modules.find((m) => m.name === (verdict.via === 'own' ? module.name : DEFAULT_MODULE))
              const held = key.filter((row) =>
                rules.weights.some((w) => w.investigatorId === row.investigatorId && w.moduleId === holder?.id),
              )
              return [`${id} ${module.id} ${held[0]?.investigatorId}`]
            }),
          )
      return []
    })
    .concat(
      check === 'dead'
        ? rows
            .filter(({ newest, gone, rules: r }) => (!newest || gone) && r.requirements.length + r.weights.length > 0)
            .map(({ id }) => `${id} null null`)
        : [],
      // No key is stored for anybody in these scenes.
      check === 'people'
        ? SCENE_PEOPLE.filter(({ investigatorId: i }) =>
            rows.some(({ rules: r }) => r.weights.some((w) => w.investigatorId === i)),
          ).map(({ investigatorId }) => `null null ${investigatorId}`)
        : [],
    )
    .sort()
}

// The scenes name nothing that has no row.
const SCENE_CHECKS = LINT_CHECKS.filter((check) => check !== 'orphans')

const keyOf = (row: LintRow) => `${row.agentid} ${row.moduleid} ${row.investigatorid}`

describe.each(['data-rst', 'scripts', '2019'] as const)('lint over the fleet, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  test('each check finds what the rule says, counts it, and pages through it', async () => {
    await insertScenePeople(owner, vintage)
    const people = await readSigners()
    const parsed = lintList.parse({ size: '25' })
    if (!parsed.ok) throw new Error(parsed.problem)
    const found = new Set<string>()
    await fc.assert(
      fc.asyncProperty(aclScene, fc.constantFrom('1', '2', '4', '6'), async (made, without) => {
        const written = await writeScene(owner, vintage, made)
        const sensitive = made.modules.filter((_, i) => i % 2 === 0).map(({ id }) => id)
        const scope: LintScope = {
          vintage: await detectedVintage(),
          bounds: SCENE_BOUNDS,
          keys: activeKeys(people),
          modules: made.modules,
          sensitive,
        }
        const lost = {
          ...scope,
          keys: activeKeys(people, without as MigId),
          before: activeKeys(asIfEnabled(people, without as MigId)),
        }
        const asked = [
          ...SCENE_CHECKS.map((check) => ({ check, scope, without: undefined })),
          { check: 'unreachable' as const, scope: lost, without },
        ]
        for (const one of asked) {
          const wanted = expected(one.check, written, sensitive, one.without)
          const rows: string[] = []
          let after = parsed.params.after
          do {
            const page = await fetchPage<LintRow>(lintQuery(one.check, one.scope), { ...parsed.params, after })
            rows.push(...page.rows.map(keyOf))
            after = page.next ?? undefined
          } while (after)
          expect({ ...one, scope: null, rows: rows.sort() }).toEqual({ ...one, scope: null, rows: wanted })
          const counted = await pool().query<{ n: string; agents: string[] }>(countLintSql(one.check, one.scope))
          expect(counted.rows[0]?.n).toBe(String(wanted.length))
          if (one.check !== 'people')
            expect([...(counted.rows[0]?.agents ?? [])].sort()).toEqual(
              [...new Set(wanted.map((key) => key.split(' ')[0]))].sort(),
            )
          if (wanted.length > 0)
            found.add(`${one.check} ${one.without === undefined ? '' : one.without === '4' ? 'lost already' : 'lost'}`)
        }
      }),
      { numRuns: tries({ short: 15, long: 300 }), endOnFailure: true, seed: tries({ short: 11, long: Date.now() }) },
    )
    expect([...found].sort()).toEqual(
      [...SCENE_CHECKS.map((check) => `${check} `), 'unreachable lost', 'unreachable lost already'].sort(),
    )
  })
})

describe('rules that name what has no row', () => {
  const { owner } = useDatabaseOf('scripts')

  test('are counted and listed, each with what is missing', async () => {
    await insertScenePeople(owner, 'scripts')
    // As where the foreign keys were never made.
    for (const [table, column] of [
      ['agtmodreq', 'moduleid'],
      ['invagtmodperm', 'agentid'],
      ['invagtmodperm', 'moduleid'],
    ])
      await owner(`ALTER TABLE public.${table} DROP CONSTRAINT ${table}_${column}_fkey`)
    await insertAgents(owner, 'scripts', [{ id: '1', heartbeattime: '2014-09-15 20:59:00+00' }])
    await owner(`INSERT INTO public.modules (id, name) VALUES (1, 'file');
      INSERT INTO public.agtmodreq (agentid, moduleid, minimumweight) VALUES (1, 1, 2), (1, 8, 3), (9, 1, 4);
      INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight)
      VALUES (1, 1, 1, 5), (99, 1, 1, 6), (1, 9, 8, 7), (99, 9, 8, 8)`)
    const people = await readSigners()
    const scope: LintScope = {
      vintage: await detectedVintage(),
      bounds: SCENE_BOUNDS,
      keys: activeKeys(people),
      modules: [],
      sensitive: [],
    }
    const listed = async (raw: Record<string, string>) => {
      const parsed = lintList.parse({ check: 'orphans', ...raw })
      if (!parsed.ok) throw new Error(parsed.problem)
      const page = await fetchPage<LintRow>(lintQuery('orphans', scope, parsed.params.filters), parsed.params)
      return page.rows.map((row) => `${keyOf(row)} ${row.minimumweight ?? row.weight} ${row.why}`).sort()
    }
    expect(await listed({})).toEqual([
      '1 1 99 6 no investigator',
      '1 8 null 3 no module',
      '9 1 null 4 no agent',
      '9 8 1 7 no agent, no module',
      '9 8 99 8 no agent, no module, no investigator',
    ])
    expect(await listed({ module: '1' })).toEqual(['1 1 99 6 no investigator', '9 1 null 4 no agent'])
    expect(await listed({ person: '1' })).toEqual(['9 8 1 7 no agent, no module'])
    const counted = await pool().query<{ n: string; agents: string[] }>(countLintSql('orphans', scope))
    expect(counted.rows[0]).toMatchObject({ n: '5' })
    expect(counted.rows[0]?.agents.sort()).toEqual(['1', '9'])
  })
})
