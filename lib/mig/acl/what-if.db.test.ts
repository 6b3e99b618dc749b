import fc from 'fast-check'
import type pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { pool } from '@/lib/db/pool'
import type { MigId } from '@/lib/mig/wire/id'
import type { Cursor, Page } from '@/lib/page'
import {
  aclScene,
  insertScenePeople,
  SCENE_BOUNDS,
  SCENE_NAMES,
  SCENE_NOW,
  SCENE_PEOPLE,
  type Scene,
  writeScene,
} from '@/lib/testing/acl-scene'
import { tries } from '@/lib/testing/long'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import type { Asked } from './asked'
import { type EndpointOutcome, judgeEndpoint } from './endpoint-verdict'
import { lackGroupsSql } from './lack.sql'
import { type LackGroup, listLackGroups } from './lack-groups'
import { keepGroups } from './lack-groups.sql'
import { readSigners } from './people'
import { type EndpointRules, judgeModule, requirementFor, type Signer } from './rule'
import { refusalOf } from './rule-books'
import { lackGroupList, whatIfList } from './search-params'
import { listWhatIf } from './what-if'
import { judgedFleetSql, judgedKindsSql, questionOf } from './what-if.sql'
import { askAlike } from './what-if-alike'
import { countJudged, countsOf } from './what-if-counts'
import { foldGroups, furtherKeys, idsOf, shortSql } from './what-if-sets'

const viewer = testViewer('investigator')

/** An id that no investigator has; one layout keeps weights of such. */
const ORPHAN: Signer = { investigatorId: '99', fingerprint: null, known: false }

const NO_REFUSALS = { documented: null, '2014': null, '2019': null }

/** The scene with half of its endpoints a second time: random rules alone are hardly ever alike. */
function withTwins({ modules, endpoints, requirements, weights }: Scene): Scene {
  const twins = endpoints.slice(0, Math.ceil(endpoints.length / 2))
  const [all, own] = [endpoints.flat().length, twins.flat().length]
  return {
    modules,
    endpoints: [...endpoints, ...twins],
    requirements: [
      ...requirements,
      ...requirements
        .filter(([row]) => row < own)
        .map(([row, ...rest]): Scene['requirements'][0] => [row + all, ...rest]),
    ],
    weights: [
      ...weights,
      ...weights
        .filter(([, row]) => row < own)
        .map(([who, row, ...rest]): Scene['weights'][0] => [who, row + all, ...rest]),
    ],
  }
}

async function inTransaction<T>(run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool().connect()
  try {
    await client.query('BEGIN')
    const done = await run(client)
    await client.query('COMMIT')
    return done
  } finally {
    client.release()
  }
}

const questions = fc.array(
  fc.record({
    signers: fc.array(fc.constantFrom(...SCENE_PEOPLE, ORPHAN), { maxLength: 5 }),
    names: fc.uniqueArray(fc.constantFrom(...SCENE_NAMES, 'unknown'), { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 3, maxLength: 6 },
)

describe.each(['data-rst', 'scripts', '2019'] as const)('what-if over the fleet, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)
  beforeAll(() => insertScenePeople(owner, vintage))

  test('the statement says of every endpoint what the rule says', async () => {
    const outcomes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(aclScene, questions, async (made, asked) => {
        const written = await writeScene(owner, vintage, made)
        if (vintage === 'scripts')
          await owner(`INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight)
            SELECT 99, agentid, moduleid, 5 FROM public.agtmodreq`)
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
          // The kinds of rules say each verdict as often.
          const { rows: kinds } = await pool().query<Record<string, string>>(judgedKindsSql(question, SCENE_BOUNDS))
          const ofKinds = kinds.flatMap((row) =>
            Array<string>(Number(row.n)).fill(
              JSON.stringify([verdictOf(row.outcome, row.short), verdictOf(row.first_outcome, row.first_short)]),
            ),
          )
          expect(ofKinds.sort()).toEqual(seen.map(({ all, first }) => JSON.stringify([all, first])).sort())
          for (const { all } of seen) outcomes.add(all.outcome)
        }
      }),
      { numRuns: tries({ short: 20, long: 300 }), endOnFailure: true, seed: tries({ short: 11, long: Date.now() }) },
    )
    expect([...outcomes].sort()).toEqual(['accepted', 'ambiguous', 'below-one', 'mixed', 'no-rule', 'short'])
  })

  test('pages hold exactly the endpoints with the verdicts asked for, walked both ways', async () => {
    const parsed = whatIfList.parse({})
    if (!parsed.ok) throw new Error(parsed.problem)
    const walked = new Set<string>()
    const seen = new Set<string>()
    const kinds = ['runs', 'refuses', 'outcome', 'short'] as const
    await fc.assert(
      fc.asyncProperty(aclScene, questions, fc.nat({ max: 3 }), async (made, asked, few) => {
        const { endpoints } = await writeScene(owner, vintage, made)
        const judge = (signers: readonly Signer[], names: readonly string[]) => {
          const [built, later] = [refusalOf('2014', signers), refusalOf('2019', signers)]
          return endpoints.map(({ id, rules, live }) => {
            const { outcome, short } = judgeEndpoint(rules, live, signers, names)
            const runs = !built && judgeEndpoint(rules, live, signers, names.slice(0, 1)).outcome === 'accepted'
            const strict = outcome === 'accepted' && (!runs || later !== null)
            return { id, outcome, short, differs: strict ? 'refuses' : runs && outcome !== 'accepted' ? 'runs' : null }
          })
        }
        for (const [i, { names, signers: drawn }] of asked.entries()) {
          const kind = kinds[i % kinds.length]
          // Disagreements are rare: each is looked for among the signatures that can make it.
          const alone = SCENE_PEOPLE.map((person) => [person])
          const others =
            kind === 'runs' ? alone : kind === 'refuses' ? alone.map(([one]) => [one, one] as Signer[]) : []
          const signers = others.find((some) => judge(some, names).some((row) => row.differs === kind)) ?? drawn
          const refusals = {
            documented: null,
            '2014': refusalOf('2014', signers),
            '2019': refusalOf('2019', signers),
          }
          const judged = judge(signers, names)
          const question = questionOf(made.modules, names, signers)
          const one: Asked = { signers: [], operations: names, action: null, question, refusals, alike: null }
          const any = judged[few % judged.length] as (typeof judged)[number]
          const { outcome, short, differs } = judged.find((row) => row.differs === kind) ?? any
          const asks = {
            outcome: { given: { outcome }, fits: (row: (typeof judged)[number]) => row.outcome === outcome },
            short: {
              given: { short: few % 2 ? `${short}` : `${short}..` },
              fits: (row: (typeof judged)[number]) =>
                row.short !== null && (few % 2 ? row.short === short : row.short >= (short ?? 0)),
            },
            differs: {
              given: { differs: differs ?? '1' },
              fits: (row: (typeof judged)[number]) => row.differs === differs,
            },
          }
          const by = differs === kind ? 'differs' : kind === 'short' && short !== null ? 'short' : 'outcome'
          const { given, fits } = asks[by]
          const narrowed = whatIfList.parse(given)
          if (!narrowed.ok) throw new Error(narrowed.problem)
          const wanted = judged.filter(fits).map(({ id }) => id)
          const { filters } = narrowed.params
          seen.add(by === 'differs' ? `${differs}` : by)
          const counted = await countJudged(pool(), one, filters, SCENE_BOUNDS)
          expect([...(counted.rows ?? [])].sort()).toEqual([...wanted].sort())
          // As where too many are asked for to be named.
          const counts = few === 0 ? counted : { ...counted, rows: null }
          const params = { ...parsed.params, filters, size: 2 }
          const there: string[] = []
          let page = await listWhatIf(viewer, one, params, counts, SCENE_NOW)
          const first = page.rows.map(({ id }) => id)
          there.push(...first)
          let back = page
          while (page.next) {
            page = await listWhatIf(viewer, one, { ...params, after: page.next }, counts, SCENE_NOW)
            there.push(...page.rows.map(({ id }) => id))
            back = page
          }
          expect([...there].sort()).toEqual([...wanted].sort())
          expect(new Set(there).size).toBe(there.length)
          while (back.previous)
            back = await listWhatIf(viewer, one, { ...params, before: back.previous }, counts, SCENE_NOW)
          expect(back.rows.map(({ id }) => id)).toEqual(first)
          if (wanted.length > 2) walked.add(few === 0 ? 'named' : 'walked')
        }
      }),
      { numRuns: tries({ short: 15, long: 200 }), endOnFailure: true, seed: tries({ short: 11, long: Date.now() }) },
    )
    expect([...walked].sort()).toEqual(['named', 'walked'])
    expect([...seen].sort()).toEqual(['outcome', 'refuses', 'runs', 'short'])
  })

  test('further signers: each endpoint that is short is in one group, which leads to exactly its endpoints', async () => {
    const parsed = [lackGroupList.parse({}), whatIfList.parse({ like: '1' })] as const
    if (!parsed[0].ok || !parsed[1].ok) throw new Error('no such filters')
    const [{ params: listed }, { params: alikes }] = [parsed[0], parsed[1]]
    const people = await readSigners()
    const sizes = { groups: 0, several: 0, walked: 0 }
    await fc.assert(
      fc.asyncProperty(aclScene.map(withTwins), questions, async (made, asked) => {
        const { endpoints } = await writeScene(owner, vintage, made)
        for (const { signers, names } of asked) {
          const question = questionOf(made.modules, names, signers)
          const one = { signers: [], operations: names, action: null, question, refusals: NO_REFUSALS, alike: null }
          const keys = furtherKeys(people, question)
          const short = endpoints.filter(
            ({ rules, live }) => judgeEndpoint(rules, live, signers, names).outcome === 'short',
          )
          const answer = await inTransaction(async (client) => {
            const found = lackGroupsSql(question, idsOf(keys), await shortSql(one, {}, SCENE_BOUNDS))
            return foldGroups(client, await keepGroups(client, 'test', found), keys)
          })
          const further = {
            answer: { key: 'test', at: SCENE_NOW, madeAt: SCENE_NOW, tookMs: 0, age: 0, found: answer },
          }
          const page = async (after: Cursor | null) =>
            await listLackGroups(
              viewer,
              { ...further, people, keys },
              { ...listed, size: 1, after: after ?? undefined },
            )
          const groups: LackGroup[] = []
          let next: Cursor | null = null
          do {
            const got: Page<LackGroup> | null = await page(next)
            groups.push(...(got?.rows ?? []))
            next = got?.next ?? null
            if (next) sizes.walked++
          } while (next)
          expect(groups).toHaveLength(answer.groups)
          expect(answer.short).toBe(short.length)
          expect(groups.reduce((sum, group) => sum + group.endpoints, 0)).toBe(short.length)
          expect(groups.map(({ endpoints }) => endpoints)).toEqual(
            groups.map(({ endpoints }) => endpoints).sort((a, b) => b - a),
          )

          /** What makes a group, said without the statement. */
          const lackIn = (rules: EndpointRules) =>
            JSON.stringify(
              names.map((name) => {
                const requirement = requirementFor(rules, name)
                const { required, got } = judgeModule(rules, signers, name)
                const weights = rules.weights.filter(
                  ({ moduleId, investigatorId }) =>
                    requirement.kind === 'found' &&
                    moduleId === requirement.moduleId &&
                    idsOf(keys).includes(investigatorId as MigId),
                )
                return [(required ?? 0) - got, weights.map((w) => `${w.investigatorId}:${w.weight}`).sort()]
              }),
            )
          for (const [i, { endpoints: size, sample, missing, found }] of groups.entries()) {
            const { rules } = short.find(({ id }) => id === sample) as (typeof short)[number]
            const members = short.filter((other) => lackIn(other.rules) === lackIn(rules)).map(({ id }) => id)
            expect(members).toHaveLength(size)
            const with_ = (added: Signer[]) => names.map((name) => judgeModule(rules, [...signers, ...added], name))
            expect(missing).toEqual(with_([]).map(({ required, got }) => (required ?? 0) - got))
            // A set that is said to be enough is enough.
            for (const set of found.sets) {
              const added = set
                .flatMap(({ count, of }) => of.slice(0, count))
                .flatMap((id) => keys.get(id as MigId) ?? [])
              expect(with_(added).every(({ outcome }) => outcome === 'accepted')).toBe(true)
            }
            sizes.groups++
            if (size > 1) sizes.several++
            if (i > 0 && size === 1) continue
            const alike = await askAlike(viewer, one, members.at(-1) as MigId, SCENE_NOW)
            const counts = await countJudged(pool(), alike, alikes.filters, SCENE_BOUNDS)
            expect([...(counts.rows ?? [])].sort()).toEqual([...members].sort())
            // By name, as where there are too many to be named.
            const there = await listWhatIf(viewer, alike, alikes, { ...counts, rows: null }, SCENE_NOW)
            expect(there.rows.map(({ id }) => id).sort()).toEqual([...members].sort())
            expect(there.total).toEqual({ count: size, more: false })
          }
        }
      }),
      { numRuns: tries({ short: 12, long: 200 }), endOnFailure: true, seed: tries({ short: 11, long: Date.now() }) },
    )
    expect(Object.entries(sizes).filter(([, n]) => n === 0)).toEqual([])
  })
})

test('the few that are asked for are named, however many others there are', () => {
  const parsed = whatIfList.parse({ outcome: 'short' })
  if (!parsed.ok) throw new Error(parsed.problem)
  const { filters } = parsed.params
  const group = (outcome: EndpointOutcome, n: number, ids: string[] | null) => ({
    outcome,
    first_outcome: outcome,
    differs: null,
    short: outcome === 'short' ? '1' : null,
    alike: true,
    n: String(n),
    ids: ids as MigId[] | null,
  })
  const many = group('accepted', 590_000, null)
  expect(countsOf(filters, [many, group('short', 2, ['7', '9'])]).rows).toEqual(['7', '9'])
  expect(countsOf(filters, [many, group('short', 10_001, null)]).rows).toBeNull()
  expect(countsOf({ ...filters, outcome: ['accepted'] }, [many, group('short', 2, null)]).rows).toBeNull()
})
