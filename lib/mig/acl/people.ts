import 'server-only'
import { disabledSql, personFrom } from '@/lib/auth/person.sql'
import { reader } from '@/lib/db/read'
import { empty, join, type Sql, sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { normalFingerprint, type Signer } from './rule'
import { signingKey } from './rule-books'

/** A row of `investigators` as the rule reads it. */
export type KnownSigner = Signer & { investigatorId: MigId; name: string; disabled: boolean }

/** Every investigator as a possible signer, by id. */
export async function readSigners(): Promise<KnownSigner[]> {
  const v = await vintage()
  const { rows } = await reader().query<{ id: MigId; name: string; fingerprint: string | null; disabled: boolean }>(sql`
    SELECT trunc(i.id)::text AS id, i.name, i.pgpfingerprint AS fingerprint, ${disabledSql(v)} AS disabled
    FROM ${personFrom} ORDER BY i.id`)
  return rows.map(({ id, ...row }) => ({ investigatorId: id, ...row }))
}

/** The rows of `investigators` that hold a person's key. Throws `invalid` for a person who is not there. */
export function rowsOfKey(people: readonly KnownSigner[], id: MigId): KnownSigner[] {
  const person = people.find(({ investigatorId }) => investigatorId === id)
  if (!person) throw new AppError('invalid', `There is no investigator ${id}.`)
  return people.filter((one) => signingKey(one) === signingKey(person))
}

/** The rows for whose weights an ACL file lists a person's key (`aclOf`): not those of the disabled, nor without a fingerprint. */
export function listedRows(people: readonly KnownSigner[], id: MigId): MigId[] {
  return rowsOfKey(people, id)
    .filter(({ disabled, fingerprint }) => !disabled && normalFingerprint(fingerprint) !== null)
    .map(({ investigatorId }) => investigatorId)
}

/**
 * The rows for whose weights an ACL file lists a person's key once it is enabled again: none of them does now. Throws `invalid`
 * for a key that is not disabled.
 */
export function relistedRows(people: readonly KnownSigner[], id: MigId): MigId[] {
  if (!isDisabledKey(people, id))
    throw new AppError('invalid', 'That key is not disabled, so that no ACL file would change with enabling it.')
  return listedRows(asIfEnabled(people, id), id)
}

/** True for a key that counts no longer: every row that holds it is disabled. */
export const isDisabledKey = (people: readonly KnownSigner[], id: MigId): boolean =>
  rowsOfKey(people, id).every(({ disabled }) => disabled)

/** The agent rows whose ACL file lists the key of these rows: where one has a weight for a module with a minimum of its own. */
export function listingAgentsSql(rows: readonly MigId[]): Sql {
  return sql`SELECT w.agentid FROM public.invagtmodperm w
    JOIN public.agtmodreq r ON r.agentid = w.agentid AND r.moduleid = w.moduleid
    JOIN public.modules m ON m.id = w.moduleid WHERE w.investigatorid = ANY(${[...rows]}::numeric[])`
}

/** The keys that can sign: those of one row each, and those that several rows hold. */
export type ActiveKeys = {
  single: MigId[]
  /** `rows` is how many rows hold the key; a disabled one among them makes it count at most 0. */
  shared: { rows: number; active: MigId[] }[]
}

/** These people with a key enabled of which every row is disabled: so that what is lost by that can be told. */
export function asIfEnabled(people: readonly KnownSigner[], id: MigId): KnownSigner[] {
  const rows = rowsOfKey(people, id)
  if (!isDisabledKey(people, id)) return [...people]
  return people.map((person) => (rows.includes(person) ? { ...person, disabled: false } : person))
}

/** The keys of these people that count, `without` one person's key. */
export function activeKeys(people: readonly KnownSigner[], without?: MigId): ActiveKeys {
  const left = people.find((person) => person.investigatorId === without)
  const rowsOf = new Map<string, KnownSigner[]>()
  for (const person of people) {
    const key = signingKey(person)
    rowsOf.set(key, [...(rowsOf.get(key) ?? []), person])
  }
  if (left) rowsOf.delete(signingKey(left))
  const keys = [...rowsOf.values()]
  const activeOf = (rows: KnownSigner[]) => rows.filter((row) => !row.disabled).map((row) => row.investigatorId)
  return {
    single: keys.filter((rows) => rows.length === 1).flatMap(activeOf),
    shared: keys.filter((rows) => rows.length > 1).map((rows) => ({ rows: rows.length, active: activeOf(rows) })),
  }
}

/**
 * What each key weighs for a module on an agent row, as (person, weight): `contributionsOf` with everybody signing. `and` narrows
 * the weights `w` that are read.
 */
export function keyWeightsSql({ single, shared }: ActiveKeys, agent: Sql, module: Sql, and: Sql = empty): Sql {
  // Of one person by the whole key; of many not by person: the few weights of one rule are read by their agent.
  const held = (ids: readonly MigId[]) => {
    const isOf = sql`w.investigatorid = ANY(${ids}::numeric[])`
    return sql`w.agentid = ${agent} AND w.moduleid = ${module} AND ${ids.length === 1 ? isOf : sql`coalesce(${isOf}, false)`}${and}`
  }
  return join(
    [
      sql`SELECT w.investigatorid AS person, w.weight FROM public.invagtmodperm w WHERE ${held(single)}`,
      ...shared.map(
        ({ rows, active }) => sql`
        SELECT min(w.investigatorid), (CASE WHEN count(*) < ${rows}::int THEN least(0, min(w.weight)) ELSE min(w.weight) END)::int
        FROM public.invagtmodperm w WHERE ${held(active)}`,
      ),
    ],
    ' UNION ALL ',
  )
}

/** The weight that all these keys together can bring to a rule: `reachOf` in SQL. */
export function reachSql(keys: ActiveKeys, agent: Sql, module: Sql, and: Sql = empty): Sql {
  return sql`coalesce((SELECT sum(greatest(k.weight, 0)) FROM (${keyWeightsSql(keys, agent, module, and)}) k), 0)`
}
