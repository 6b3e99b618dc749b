import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pool } from '@/lib/db/pool'
import { vintage as currentVintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import {
  aclScene,
  insertScenePeople,
  SCENE_BOUNDS,
  SCENE_PEOPLE,
  type SceneEndpoint,
  writeScene,
} from '@/lib/testing/acl-scene'
import { tries } from '@/lib/testing/long'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { type ActiveRow, activeRowsSql, reachSql } from './batch.sql'
import { judgeEndpoint } from './endpoint-verdict'
import type { Signer } from './rule'
import { signingKey } from './rule-books'

// All rows of a key sign together: a disabled one among them counts 0.
const KEYS = [...new Set(SCENE_PEOPLE.map(signingKey))].map((key) => SCENE_PEOPLE.filter((p) => signingKey(p) === key))
const SETS = Array.from({ length: 2 ** KEYS.length }, (_, bits) => KEYS.filter((_key, n) => (bits >> n) & 1).flat())

const accepts = ({ rules, live }: SceneEndpoint, signers: readonly Signer[], module: string) =>
  judgeEndpoint(rules, live, signers, [module]).outcome === 'accepted'

describe.each(['data-rst', 'scripts', '2019'] as const)('who can run what, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  test('the statement says of every endpoint and module what the rule says', async () => {
    await insertScenePeople(owner, vintage)
    const { rows: active } = await pool().query<ActiveRow>(activeRowsSql(await currentVintage()))
    const editor = KEYS[1] as Signer[]
    const seen = new Set<number>()
    await fc.assert(
      fc.asyncProperty(aclScene, async (made) => {
        const { endpoints } = await writeScene(owner, vintage, made)
        const defaults = made.modules.filter(({ name }) => name === 'default')
        const modules = made.modules.map(({ id, name }) => ({
          id: id as MigId,
          twin: made.modules.filter((other) => other.name === name).length > 1,
        }))
        const { rows } = await pool().query<{ agent: string; flags: string }>(
          reachSql(
            {
              agents: endpoints.map(({ id }) => id as MigId),
              modules,
              fallback: defaults.length === 1 ? (defaults[0]?.id as MigId) : null,
              fallbackTwin: defaults.length > 1,
              active,
              editor: signingKey(editor[0] as Signer),
            },
            SCENE_BOUNDS,
          ),
        )
        const flagsOf = new Map(rows.map(({ agent, flags }) => [agent, flags]))
        for (const endpoint of endpoints)
          for (const [n, { id, name }] of made.modules.entries()) {
            const flags = Number.parseInt(flagsOf.get(endpoint.id)?.[n] ?? '', 16)
            seen.add(flags)
            const place = `${name} on ${endpoint.id}: ${flags}`
            const alone = KEYS.some((key) => accepts(endpoint, key, name))
            const anyone = SETS.some((signers) => accepts(endpoint, signers, name))
            expect((flags & 2) !== 0, place).toBe(alone)
            expect((flags & 4) !== 0, place).toBe(accepts(endpoint, editor, name))
            // Where several live rows differ, people whose weights differ may make up for each other: not counted.
            if ((flags & 1) !== 0 || endpoint.live.length < 2) expect((flags & 1) !== 0, place).toBe(anyone)
            else if (alone) expect(flags & 1, place).toBe(1)
            const own = endpoint.rules.requirements.some(({ moduleId }) => moduleId === id)
            expect((flags & 8) === 0, place).toBe(own)
          }
      }),
      { numRuns: tries({ short: 15, long: 600 }), endOnFailure: true, seed: tries({ short: 11, long: Date.now() }) },
    )
    for (const flags of tries({ short: 0, long: 1 }) ? [0, 1, 3, 7, 8, 11, 15] : [0, 3, 8])
      expect(seen).toContain(flags)
  })
})
