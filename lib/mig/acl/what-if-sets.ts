import 'server-only'
import type pg from 'pg'
import Cursors from 'pg-cursor'
import type { Viewer } from '@/lib/auth/viewer'
import { join, raw, type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import { fleetBounds } from '@/lib/mig/agents/queries'
import type { FleetBounds } from '@/lib/mig/agents/state'
import type { MigId } from '@/lib/mig/wire/id'
import { type Answer, getAnswer } from './answers'
import type { Asked } from './asked'
import { type KnownSigner, readSigners } from './people'
import { signingKey } from './rule-books'
import type { whatIfList } from './search-params'
import { BestHelp, type Help, type Lack } from './signer-sets'
import { type AskedModule, judgedFleetSql, type Question } from './what-if.sql'
import { filterSql, whatIfFrom } from './what-if-filters'

type Params = ListParams<(typeof whatIfList)['filters']>

/** Endpoints with the same minimums still to be reached and the same weights of everybody who could help. */
export type LackGroup = { endpoints: number; sample: MigId; lack: Lack }

/** What further signers could do for the endpoints that are short, as documented. */
export type FurtherSigners = {
  /** Endpoints that are short of weight. */
  short: number
  /** How many groups they fall into; the largest are shown. */
  groupCount: number
  groups: LackGroup[]
  singles: Help[]
  pairs: Help[]
}

const GROUPS_SHOWN = 50
const BEST_SHOWN = 5
const BATCH = 1_000

/** The keys that could sign besides the signers, by the rows that hold each; a disabled row makes one count at most 0. */
export function furtherKeys(people: readonly KnownSigner[], { signers }: Question): Map<MigId, KnownSigner[]> {
  const signed = new Set(signers.map(signingKey))
  const keys = new Map<string, KnownSigner[]>()
  for (const person of people)
    if (!signed.has(signingKey(person))) keys.set(signingKey(person), [...(keys.get(signingKey(person)) ?? []), person])
  const usable = [...keys.values()].filter((rows) => rows.some(({ disabled }) => !disabled))
  return new Map(usable.map((rows) => [(rows[0] as KnownSigner).investigatorId, rows]))
}

/** What is missing and who could bring it, from `k:person:weight` entries of one endpoint or group. */
export function lackOf(missing: readonly number[], who: string, keys: ReadonlyMap<MigId, KnownSigner[]>): Lack {
  const held = new Map<string, number>()
  const mentioned = new Set<string>()
  for (const entry of who === '' ? [] : who.split(',')) {
    const [k = '', person = '', weight = ''] = entry.split(':')
    held.set(`${k} ${person}`, Number(weight))
    mentioned.add(person)
  }
  const people: Lack['people'][number][] = []
  for (const [id, rows] of keys) {
    if (!rows.some(({ investigatorId }) => mentioned.has(investigatorId))) continue
    const weights = missing.map((_, k) =>
      Math.min(...rows.map((row) => (row.disabled ? 0 : (held.get(`${k} ${row.investigatorId}`) ?? 0)))),
    )
    if (weights.some((weight) => weight !== 0)) people.push({ id, weights })
  }
  return { missing, people }
}

/** The endpoints that are short as groups: (missing, who, endpoints, sample), the text of `lackOf` in `who`. */
export function lackGroupsSql(question: Question, ids: readonly MigId[], judged: Sql): Sql {
  const { modules, fallback } = question
  const idOf = (id: AskedModule['id']) => (id === null || id === 'ambiguous' ? null : id)
  const each = (form: (k: string) => Sql, by: string) =>
    join(
      modules.map((_, k) => form(String(k))),
      by,
    )
  const holders = join(
    modules.map(
      ({ id }, k) =>
        sql`(${raw(String(k))}, CASE WHEN s.${raw(`o${k}`)} THEN ${idOf(id)}::numeric ELSE ${idOf(fallback)}::numeric END)`,
    ),
    ', ',
  )
  return sql`WITH short AS MATERIALIZED (SELECT j.* ${judged}),
    who AS (
      SELECT s.id, string_agg(v.k || ':' || trunc(w.investigatorid)::text || ':' || w.weight, ',' ORDER BY v.k, w.investigatorid) AS who
      FROM short s CROSS JOIN LATERAL (VALUES ${holders}) v(k, moduleid)
      JOIN public.invagtmodperm w ON w.agentid = s.id AND w.moduleid = v.moduleid
      WHERE coalesce(w.investigatorid = ANY(${ids}::numeric[]), false) GROUP BY s.id
    )
    SELECT ${each((k) => sql`(s.${raw(`q${k}`)} - s.${raw(`g${k}`)})::text`, " || ',' || ")} AS missing,
      coalesce(w.who, '') AS who, count(*) AS endpoints, trunc(min(s.id))::text AS sample
    FROM short s LEFT JOIN who w ON w.id = s.id GROUP BY 1, 2`
}

/** The short endpoints among those that the filters leave, as the FROM of `lackGroupsSql`. */
async function shortSql(asked: Asked, filters: Params['filters'], bounds: FleetBounds): Promise<Sql> {
  const { lastSeen } = whatIfFrom(asked.question, bounds)
  const where = [sql`j.outcome = 'short'`, ...(await filterSql({ filters }, bounds, lastSeen))]
  const judged = judgedFleetSql(asked.question, bounds, { detail: true })
  const conditions = where.reduce((all, one) => sql`${all} AND ${one}`)
  if (where.length === 1) return sql`FROM (${judged}) j WHERE ${conditions}`
  return sql`FROM ${whatIfFrom(asked.question, bounds, judged).from} WHERE ${conditions}`
}

/** Folds the groups as they come: all of them into the best help, the largest kept. */
export async function foldGroups(
  client: pg.ClientBase,
  statement: Sql,
  keys: ReadonlyMap<MigId, KnownSigner[]>,
): Promise<FurtherSigners> {
  const help = new BestHelp()
  let [short, groupCount] = [0, 0]
  let groups: LackGroup[] = []
  const largest = () => {
    groups = groups.sort((a, b) => b.endpoints - a.endpoints).slice(0, GROUPS_SHOWN)
  }
  const cursor = client.query(
    new Cursors<{ missing: string; who: string; endpoints: string; sample: MigId }>(statement.text, statement.values),
  )
  try {
    for (;;) {
      const rows = await cursor.read(BATCH)
      if (rows.length === 0) break
      for (const row of rows) {
        const lack = lackOf(row.missing.split(',').map(Number), row.who, keys)
        const endpoints = Number(row.endpoints)
        help.add(lack, endpoints)
        groups.push({ endpoints, sample: row.sample, lack })
        short += endpoints
        groupCount++
      }
      largest()
    }
  } finally {
    await cursor.close()
  }
  return { short, groupCount, groups, ...help.best(BEST_SHOWN) }
}

/** What further signers could do; null while it is being worked out. */
export async function getFurtherSigners(
  _viewer: Viewer,
  asked: Asked,
  { filters }: Params,
): Promise<{ answer: Answer<FurtherSigners> | null; people: KnownSigner[] }> {
  const people = await readSigners()
  const keys = furtherKeys(people, asked.question)
  const ids = [...keys.values()].flat().map(({ investigatorId }) => investigatorId)
  const { name, os, state } = filters
  const answer = await getAnswer(
    {
      text: `further signers ${JSON.stringify([asked.question, [...keys], name, os, state])}`,
      async ask(client, at) {
        const bounds = await fleetBounds(at)
        const statement = lackGroupsSql(asked.question, ids, await shortSql(asked, filters, bounds))
        return foldGroups(client, statement, keys)
      },
    },
    false,
  )
  return { answer, people }
}
