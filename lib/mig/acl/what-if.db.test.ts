import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pool } from '@/lib/db/pool'
import { stateBounds, thresholdsOf } from '@/lib/mig/agents/state'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import { tries } from '@/lib/testing/long'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { judgeEndpoint } from './endpoint-verdict'
import type { EndpointRules, Signer } from './rule'
import { judgedFleetSql, questionOf } from './what-if.sql'

const NOW = '2014-09-15T21:00:00Z' as Instant
const bounds = {
  ...stateBounds(NOW, thresholdsOf({ heartbeatPeriod: 300_000, agentTimeout: 1_200_000 })),
  queuesAhead: [],
}
// Live, live, past, ahead of now by less than a minute (live), far ahead, and equal moments.
const HEARTBEATS = [
  { at: '2014-09-15 20:59:00+00', live: true },
  { at: '2014-09-15 20:45:00+00', live: true },
  { at: '2014-09-10 00:00:00+00', live: false },
  { at: '2014-09-15 21:00:30+00', live: true },
  { at: '2014-10-15 00:00:00+00', live: false },
]

const NAMES = ['file', 'netstat', 'agentdestroy', 'default', 'memory'] as const
const moduleRows = fc
  .array(fc.constantFrom(...NAMES), { minLength: 2, maxLength: 6 })
  .map((names) => names.map((name, i) => ({ id: String(i + 1), name })))
const agentRow = fc.record({ heartbeat: fc.nat({ max: HEARTBEATS.length - 1 }) })
const fleet = fc.array(fc.array(agentRow, { minLength: 1, maxLength: 3 }), { minLength: 5, maxLength: 14 })
const weight = fc.constantFrom(-2, 0, 1, 2, 2, 3)

type Scene = {
  modules: { id: string; name: string }[]
  endpoints: { heartbeat: number }[][]
  requirements: [number, number, number][]
  weights: [number, number, number, number][]
}
const scene: fc.Arbitrary<Scene> = fc.tuple(moduleRows, fleet).chain(([modules, endpoints]) => {
  const row = fc.nat({ max: endpoints.flat().length - 1 })
  const module = fc.nat({ max: modules.length - 1 })
  return fc.record({
    modules: fc.constant(modules),
    endpoints: fc.constant(endpoints),
    requirements: fc.uniqueArray(fc.tuple(row, module, fc.constantFrom(-1, 0, 1, 1, 1, 2, 2, 4)), {
      selector: ([r, m]) => `${r} ${m}`,
      minLength: 4,
      maxLength: 60,
      size: 'max',
    }),
    weights: fc.uniqueArray(fc.tuple(fc.nat({ max: 4 }), row, module, weight), {
      selector: ([i, r, m]) => `${i} ${r} ${m}`,
      minLength: 30,
      maxLength: 120,
      size: 'max',
    }),
  })
})
// Two rows of one key, one of them written with blanks; one disabled; one without a key.
const PEOPLE: Signer[] = [
  { investigatorId: '1', fingerprint: 'A'.repeat(40) },
  { investigatorId: '2', fingerprint: 'B'.repeat(40) },
  { investigatorId: '3', fingerprint: 'aaaa '.repeat(10) },
  { investigatorId: '4', fingerprint: 'D'.repeat(40), disabled: true },
  { investigatorId: '5', fingerprint: null },
]
const questions = fc.array(
  fc.record({
    signers: fc.array(fc.constantFrom(...PEOPLE), { maxLength: 5 }),
    names: fc.uniqueArray(fc.constantFrom(...NAMES, 'unknown'), { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 3, maxLength: 6 },
)

describe.each(['data-rst', 'scripts', '2019'] as const)('what-if over the fleet, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  test('the statement says of every endpoint what the rule says', async () => {
    const later = vintage === '2019' ? [', status, createdat, lastmodified', ", 'active', now(), now()"] : ['', '']
    await owner(`INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]})
      SELECT i, 'person ' || i, repeat(i::text, 40)${later[1]} FROM generate_series(1, 5) i`)
    const outcomes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(scene, questions, async (made, asked) => {
        await owner(`DELETE FROM public.agtmodreq; DELETE FROM public.invagtmodperm;
          DELETE FROM public.modules; DELETE FROM public.agents`)
        const rows = made.endpoints.flatMap((processes, e) => processes.map((p) => ({ e, ...p })))
        const idOf = (row: number) => String(1000 + row)
        await insertAgents(
          owner,
          vintage,
          rows.map(({ e, heartbeat }, i) => ({
            id: idOf(i),
            queueloc: `linux.host${e}.x`,
            heartbeattime: HEARTBEATS[heartbeat]?.at ?? '',
          })),
        )
        await owner(
          `INSERT INTO public.modules (id, name) SELECT id, name FROM json_to_recordset($1) AS r (id numeric, name text)`,
          [JSON.stringify(made.modules)],
        )
        const values = (list: string[]) => list.map((one) => `(${one})`).join(', ')
        if (made.requirements.length > 0)
          await owner(`INSERT INTO public.agtmodreq (agentid, moduleid, minimumweight) VALUES
            ${values(made.requirements.map(([r, m, w]) => `${idOf(r)}, ${made.modules[m]?.id}, ${w}`))}`)
        if (made.weights.length > 0)
          await owner(`INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight) VALUES
            ${values(made.weights.map(([i, r, m, w]) => `${i + 1}, ${idOf(r)}, ${made.modules[m]?.id}, ${w}`))}`)

        const rulesOf = (row: number): EndpointRules => ({
          modules: made.modules,
          requirements: made.requirements
            .filter(([r]) => r === row)
            .map(([, m, minimumWeight]) => ({ moduleId: made.modules[m]?.id ?? '', minimumWeight })),
          weights: made.weights
            .filter(([, r]) => r === row)
            .map(([i, , m, w]) => ({ investigatorId: String(i + 1), moduleId: made.modules[m]?.id ?? '', weight: w })),
        })
        for (const { signers, names } of asked) {
          const expected = made.endpoints.map((_, e) => {
            const own = rows.flatMap((row, i) => (row.e === e ? [{ i, ...HEARTBEATS[row.heartbeat] }] : []))
            const past = ({ at = '' }) => at <= '2014-09-15 21:00:00+00'
            const [newest] = own.sort(
              (a, b) =>
                Number(past(b)) - Number(past(a)) ||
                (b.at ?? '').localeCompare(a.at ?? '') ||
                Number(b.i) - Number(a.i),
            )
            const live = own.filter((row) => row.live).map((row) => rulesOf(row.i))
            const rules = rulesOf(newest?.i ?? -1)
            return {
              id: idOf(newest?.i ?? -1),
              all: judgeEndpoint(rules, live, signers, names),
              first: judgeEndpoint(rules, live, signers, names.slice(0, 1)),
            }
          })
          const question = questionOf(
            made.modules.map(({ id, name }) => ({ id: id as MigId, name })),
            names,
            signers,
          )
          const found = await pool().query<Record<string, string>>(judgedFleetSql(question, bounds))
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
