import fc from 'fast-check'
import { type EndpointRules, normalFingerprint, type Signer } from '@/lib/mig/acl/rule'
import { stateBounds, thresholdsOf } from '@/lib/mig/agents/state'
import type { Instant } from '@/lib/mig/wire/time'
import { insertAgents } from './agent-rows'
import type { TestVintage } from './database'

type Owner = (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>

/** The moment of the scenes. */
export const SCENE_NOW = '2014-09-15T21:00:00Z' as Instant

/** The bounds of the states at that moment. */
export const SCENE_BOUNDS = {
  ...stateBounds(SCENE_NOW, thresholdsOf({ heartbeatPeriod: 300_000, agentTimeout: 1_200_000 })),
  queuesAhead: [],
}

// Live, live, past, ahead of now by less than a minute (live), far ahead, equal moments, and gone.
const HEARTBEATS = [
  { at: '2014-09-15 20:59:00+00', live: true },
  { at: '2014-09-15 20:45:00+00', live: true },
  { at: '2014-09-10 00:00:00+00', live: false },
  { at: '2014-09-15 21:00:30+00', live: true },
  { at: '2014-10-15 00:00:00+00', live: false },
  { at: '2014-08-01 00:00:00+00', live: false },
]
const GONE = 5

export const SCENE_NAMES = ['file', 'netstat', 'agentdestroy', 'default', 'memory'] as const

/** Two rows of one key, one of them written with blanks; one disabled; one without a key; a key of which one row is disabled. */
export const SCENE_PEOPLE: Signer[] = [
  { investigatorId: '1', fingerprint: 'A'.repeat(40) },
  { investigatorId: '2', fingerprint: 'B'.repeat(40) },
  { investigatorId: '3', fingerprint: 'aaaa '.repeat(10) },
  { investigatorId: '4', fingerprint: 'D'.repeat(40), disabled: true },
  { investigatorId: '5', fingerprint: '' },
  { investigatorId: '6', fingerprint: 'F'.repeat(40) },
  { investigatorId: '7', fingerprint: 'ffff '.repeat(10), disabled: true },
]

/** A random fleet with its rules: rows of agents by endpoint, minimums as [row, module, value], weights as [person, row, module, value]. */
export type Scene = {
  modules: { id: string; name: string }[]
  endpoints: { heartbeat: number }[][]
  requirements: [number, number, number][]
  weights: [number, number, number, number][]
}

const moduleRows = fc
  .array(fc.constantFrom(...SCENE_NAMES), { minLength: 2, maxLength: 6 })
  .map((names) => names.map((name, i) => ({ id: String(i + 1), name })))
const agentRow = fc.record({ heartbeat: fc.nat({ max: HEARTBEATS.length - 1 }) })
const fleet = fc.array(fc.array(agentRow, { minLength: 1, maxLength: 3 }), { minLength: 5, maxLength: 14 })

export const aclScene: fc.Arbitrary<Scene> = fc.tuple(moduleRows, fleet).chain(([modules, endpoints]) => {
  const rows = endpoints.flat().length
  const row = fc.nat({ max: rows - 1 })
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
    weights: fc.uniqueArray(
      fc.tuple(fc.nat({ max: SCENE_PEOPLE.length - 1 }), row, module, fc.constantFrom(-2, 0, 1, 2, 2, 3)),
      {
        selector: ([i, r, m]) => `${i} ${r} ${m}`,
        // A small fleet has fewer cells than that: drawing more different ones than there are would never end.
        minLength: Math.min(80, Math.floor((SCENE_PEOPLE.length * rows * modules.length) / 2)),
        maxLength: 240,
        size: 'max',
      },
    ),
  })
})

/** The investigators of the scenes, with who is disabled here. */
export async function insertScenePeople(owner: Owner, vintage: TestVintage): Promise<void> {
  const later = vintage === '2019' ? [', status, createdat, lastmodified', ", 'active', now(), now()"] : ['', '']
  for (const { investigatorId, fingerprint, disabled } of SCENE_PEOPLE) {
    await owner(
      `INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]}) SELECT $1::bigint, 'person ' || $1, $2${later[1]}`,
      [investigatorId, fingerprint],
    )
    if (disabled)
      await owner(`INSERT INTO dashboard.person (investigator_id, fingerprint, disabled_at) VALUES ($1, $2, now())`, [
        investigatorId,
        normalFingerprint(fingerprint),
      ])
  }
}

/** One endpoint of a written scene: its newest row, whether it is gone, and the rules of that row and of its live rows. */
export type SceneEndpoint = { id: string; gone: boolean; rules: EndpointRules; live: EndpointRules[] }

/** A written scene: its endpoints, all its rows, and the rules of each. */
export type Written = {
  endpoints: SceneEndpoint[]
  rows: { id: string; newest: boolean; gone: boolean; rules: EndpointRules }[]
}

/** Puts a scene in the place of what the tables hold. */
export async function writeScene(owner: Owner, vintage: TestVintage, made: Scene): Promise<Written> {
  // Truncated: deleted rows would make each further scene slower.
  await owner(`TRUNCATE public.agtmodreq, public.invagtmodperm, public.modules, public.agents CASCADE`)
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
  await owner(`INSERT INTO public.agtmodreq (agentid, moduleid, minimumweight) VALUES
    ${values(made.requirements.map(([r, m, w]) => `${idOf(r)}, ${made.modules[m]?.id}, ${w}`))}`)
  await owner(`INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight) VALUES
    ${values(made.weights.map(([i, r, m, w]) => `${i + 1}, ${idOf(r)}, ${made.modules[m]?.id}, ${w}`))}`)

  const moduleId = (m: number) => made.modules[m]?.id ?? ''
  const rulesOf = (row: number): EndpointRules => ({
    modules: made.modules,
    requirements: made.requirements
      .filter(([r]) => r === row)
      .map(([, m, minimumWeight]) => ({ moduleId: moduleId(m), minimumWeight })),
    weights: made.weights
      .filter(([, r]) => r === row)
      .map(([i, , m, weight]) => ({ investigatorId: String(i + 1), moduleId: moduleId(m), weight })),
  })
  const past = ({ at = '' }) => at <= '2014-09-15 21:00:00+00'
  const newestOf = (e: number) => {
    const own = rows.flatMap((row, i) => (row.e === e ? [{ i, ...row, ...HEARTBEATS[row.heartbeat] }] : []))
    own.sort(
      (a, b) =>
        Number(past(b)) - Number(past(a)) || (b.at ?? '').localeCompare(a.at ?? '') || Number(b.i) - Number(a.i),
    )
    return own
  }
  return {
    endpoints: made.endpoints.map((_, e) => {
      const own = newestOf(e)
      const newest = own[0] as (typeof own)[number]
      return {
        id: idOf(newest.i),
        gone: newest.heartbeat === GONE,
        rules: rulesOf(newest.i),
        live: own.filter((row) => row.live).map((row) => rulesOf(row.i)),
      }
    }),
    rows: rows.map((row, i) => ({
      id: idOf(i),
      newest: newestOf(row.e)[0]?.i === i,
      gone: row.heartbeat === GONE,
      rules: rulesOf(i),
    })),
  }
}
