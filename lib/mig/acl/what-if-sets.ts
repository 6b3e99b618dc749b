import 'server-only'
import type pg from 'pg'
import Cursors from 'pg-cursor'
import type { Viewer } from '@/lib/auth/viewer'
import { type Sql, sql } from '@/lib/db/sql'
import type { ListParams } from '@/lib/list-params'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import type { FleetBounds } from '@/lib/mig/agents/state'
import type { MigId } from '@/lib/mig/wire/id'
import { type Answer, type FleetQuestion, getAnswer, keptAnswer } from './answers'
import type { Asked } from './asked'
import { lackGroupsSql } from './lack.sql'
import { clearLists, keepGroups, type RawLackGroup } from './lack-groups.sql'
import { type KnownSigner, readSigners } from './people'
import { signingKey } from './rule-books'
import type { lackGroupList } from './search-params'
import { BestHelp, type Help, type Lack } from './signer-sets'
import { judgedFleetSql, type Question } from './what-if.sql'
import { filterSql, whatIfFrom } from './what-if-filters'

type Filters = Partial<Pick<ListParams<(typeof lackGroupList)['filters']>['filters'], 'name' | 'os' | 'state'>>

/** What further signers could do for the endpoints that are short, as documented. */
export type FurtherSigners = {
  /** Endpoints that are short of weight. */
  short: number
  /** How many groups they fall into. */
  groups: number
  singles: Help[]
  pairs: Help[]
}

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

/** The short endpoints among those that the filters leave, judged with details. */
export async function shortSql(
  asked: Pick<Asked, 'question' | 'alike'>,
  filters: Filters,
  bounds: FleetBounds,
): Promise<Sql> {
  const judged = judgedFleetSql(asked.question, bounds, { detail: true })
  const { from, lastSeen } = whatIfFrom(asked, bounds, judged)
  const where = await filterSql({ filters }, bounds, lastSeen)
  if (where.length === 0) return sql`SELECT j.* FROM (${judged}) j WHERE j.outcome = 'short'`
  return sql`SELECT j.* FROM ${from} WHERE ${where.reduce((all, one) => sql`${all} AND ${one}`, sql`j.outcome = 'short'`)}`
}

/** Folds all groups into the best help, as they come. */
export async function foldGroups(
  client: pg.ClientBase,
  statement: Sql,
  keys: ReadonlyMap<MigId, KnownSigner[]>,
): Promise<FurtherSigners> {
  const help = new BestHelp()
  let [short, groups] = [0, 0]
  const cursor = client.query(new Cursors<RawLackGroup>(statement.text, statement.values))
  try {
    for (;;) {
      const rows = await cursor.read(BATCH)
      if (rows.length === 0) break
      for (const row of rows) {
        const endpoints = Number(row.endpoints)
        help.add(lackOf(row.missing.split(',').map(Number), row.who, keys), endpoints)
        short += endpoints
        groups++
      }
    }
  } finally {
    await cursor.close()
  }
  return { short, groups, ...help.best(BEST_SHOWN) }
}

/** The question of who else could sign, and the people it is about. */
async function furtherQuestion(asked: Asked, { name, os, state }: Filters) {
  const people = await readSigners()
  const keys = furtherKeys(people, asked.question)
  const ids = idsOf(keys)
  const question: FleetQuestion<FurtherSigners> = {
    text: `further signers ${JSON.stringify([asked.question, [...keys], name, os, state])}`,
    async ask(client, at, key) {
      const short = await shortSql(asked, { name, os, state }, await fleetBounds(at))
      const found = await foldGroups(
        client,
        await keepGroups(client, key, lackGroupsSql(asked.question, ids, short)),
        keys,
      )
      await clearLists(client, key)
      return found
    },
  }
  return { question, people, keys }
}

/** The rows of these keys, whose weights make the groups. */
export const idsOf = (keys: ReadonlyMap<MigId, KnownSigner[]>): MigId[] =>
  [...keys.values()].flat().map(({ investigatorId }) => investigatorId)

export type Further = {
  answer: Answer<FurtherSigners> | null
  people: KnownSigner[]
  keys: ReadonlyMap<MigId, KnownSigner[]>
}

/** What further signers could do; with `wait` false null while it is being worked out. */
export async function getFurtherSigners(
  _viewer: Viewer,
  asked: Asked,
  filters: Filters,
  wait = false,
): Promise<Further> {
  const { question, people, keys } = await furtherQuestion(asked, filters)
  return { answer: wait ? await getAnswer(question) : await getAnswer(question, false), people, keys }
}

/** Into how many groups the endpoints that lack weight fall, where somebody has asked it lately; else null. */
export async function knownGroupCount(_viewer: Viewer, asked: Asked, filters: Filters): Promise<number | null> {
  const { question } = await furtherQuestion(asked, filters)
  return (await keptAnswer(question))?.found.groups ?? null
}
