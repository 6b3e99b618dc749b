import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'
import {
  aclScene,
  insertScenePeople,
  SCENE_BOUNDS,
  SCENE_NAMES,
  SCENE_NOW,
  SCENE_PEOPLE,
  writeScene,
} from '@/lib/testing/acl-scene'
import { tries } from '@/lib/testing/long'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import type { Asked } from './asked'
import { type EndpointOutcome, judgeEndpoint } from './endpoint-verdict'
import { readSigners } from './people'
import { judgeModule, type Signer } from './rule'
import { refusalOf } from './rule-books'
import { whatIfList } from './search-params'
import { minimalSets } from './signer-sets'
import { listWhatIf } from './what-if'
import { judgedFleetSql, questionOf } from './what-if.sql'
import { countJudged, countsOf } from './what-if-counts'
import { foldGroups, furtherKeys, lackGroupsSql } from './what-if-sets'

const viewer = testViewer('investigator')

/** An id that no investigator has; one layout keeps weights of such. */
const ORPHAN: Signer = { investigatorId: '99', fingerprint: null, known: false }

const questions = fc.array(
  fc.record({
    signers: fc.array(fc.constantFrom(...SCENE_PEOPLE, ORPHAN), { maxLength: 5 }),
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
          const one: Asked = { signers: [], operations: names, action: null, question, refusals }
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

  test('further signers: the groups hold every endpoint that is short, with what each person would bring', async () => {
    const people = await readSigners()
    let groups = 0
    await fc.assert(
      fc.asyncProperty(aclScene, questions, async (made, asked) => {
        const { endpoints } = await writeScene(owner, vintage, made)
        for (const { signers, names } of asked) {
          const question = questionOf(made.modules, names, signers)
          const keys = furtherKeys(people, question)
          const ids = [...keys.values()].flat().map(({ investigatorId }) => investigatorId)
          const judged = judgedFleetSql(question, SCENE_BOUNDS, { detail: true })
          const statement = lackGroupsSql(question, ids, sql`FROM (${judged}) j WHERE j.outcome = 'short'`)
          const client = await pool().connect()
          const found = await foldGroups(client, statement, keys).finally(() => client.release())
          const short = endpoints.filter(
            ({ rules, live }) => judgeEndpoint(rules, live, signers, names).outcome === 'short',
          )
          expect(found.short).toBe(short.length)
          expect(found.groups.reduce((sum, group) => sum + group.endpoints, 0)).toBe(short.length)
          for (const { sample, lack } of found.groups) {
            const { rules } = short.find(({ id }) => id === sample) as (typeof short)[number]
            const with_ = (added: Signer[]) => names.map((name) => judgeModule(rules, [...signers, ...added], name))
            expect(lack.missing).toEqual(with_([]).map(({ required, got }) => (required ?? 0) - got))
            for (const [id, rows] of keys) {
              const brought = with_(rows).map(({ got }, k) => got - (with_([])[k]?.got ?? 0))
              const weights = lack.people.find((person) => person.id === id)?.weights ?? names.map(() => 0)
              expect({ id, weights }).toEqual({ id, weights: brought })
            }
            // A set that is said to be enough is enough.
            for (const set of minimalSets(lack).sets) {
              const added = set
                .flatMap(({ count, of }) => of.slice(0, count))
                .flatMap((id) => keys.get(id as MigId) ?? [])
              expect(with_(added).every(({ outcome }) => outcome === 'accepted')).toBe(true)
            }
            groups++
          }
        }
      }),
      { numRuns: tries({ short: 15, long: 200 }), endOnFailure: true, seed: tries({ short: 11, long: Date.now() }) },
    )
    expect(groups).toBeGreaterThan(10)
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
    n: String(n),
    ids: ids as MigId[] | null,
  })
  const many = group('accepted', 590_000, null)
  expect(countsOf(filters, [many, group('short', 2, ['7', '9'])]).rows).toEqual(['7', '9'])
  expect(countsOf(filters, [many, group('short', 10_001, null)]).rows).toBeNull()
  expect(countsOf({ ...filters, outcome: ['accepted'] }, [many, group('short', 2, null)]).rows).toBeNull()
})
