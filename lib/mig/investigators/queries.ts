import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { compareNames } from '@/lib/conventions'
import { reader } from '@/lib/db/read'
import { type Sql, sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { ExportColumn, ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { normalFingerprint } from '@/lib/mig/acl/rule'
import { publickeySql, type Vintage, vintage } from '@/lib/mig/vintage'
import { compareIds, type MigId, parseId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Cursor, Page } from '@/lib/page'
import type { KeyFacts, KeyProblem, KeyReading } from '@/lib/pgp/key'
import { FAILED_STATES, type WarningDays, warningOf } from './expiry-warnings'
import { readStoredKey, readStoredKeys } from './key-cache'
import { agentProblemSentence, KEY_STATES, type KeyState, keyState, type LISTED_STATES } from './key-state'
import type { investigatorList } from './search-params'
import { keyDigestSql, markedSql } from './stored-key.sql'

type Params = ListParams<(typeof investigatorList)['filters']>

/** Columns of the 2019 layout; null where the database has none. */
export type Later = {
  status: string | null
  createdat: Instant | null
  lastmodified: Instant | null
  permissions: string | null
}

export type InvestigatorRow = {
  id: MigId
  name: string
  fingerprint: string | null
  state: KeyState
  /** Why the stored text is no key; null otherwise. */
  problem: KeyProblem | null
  key: Pick<KeyFacts, 'fingerprint' | 'algorithm' | 'created' | 'expires' | 'agentProblem'> | null
  /** By the dashboard's own mark, or in the 2019 layout by a status that is not active. */
  disabled: boolean
  /** Actions signed, by the `signatures` table. */
  signed: number
  /** When the validity of the last action signed began, as far as it has begun. */
  lastSigned: Instant | null
  later: Later | null
  /** Weights held, counted up to a limit; null in the export. */
  weights: { count: number; more: boolean } | null
}

type RawInvestigator = {
  id: MigId
  name: string
  fingerprint: string | null
  digest: string | null
  marked: boolean
} & Partial<Later>

type Signed = Pick<InvestigatorRow, 'signed' | 'lastSigned'>
/** An investigator without what was signed. */
export type KeyRow = Omit<InvestigatorRow, keyof Signed>

/** The "now" of MIG's data, and the real clock, which keys are judged by. */
export type Moments = { mig: Instant; clock: Instant }

// A signature has no time in the database: it is as old as the action's validity, and never later than now.
const lastSql = (mig: Instant) => sql`max(a.validfrom) FILTER (WHERE a.validfrom <= ${mig}::timestamptz) AS last`

const WEIGHTS_LIMIT = 1000

/** The columns that each layout has; the secret ones of 2019 (privatekey, apikey, apisalt) are never named. */
function columnsSql(v: Vintage): Sql {
  const later = v.investigatorStatus
    ? sql`, i.status, i.createdat, i.lastmodified, ${v.investigatorPermissions ? sql`i.permissions::text AS permissions` : sql`NULL AS permissions`}`
    : sql``
  return sql`trunc(i.id)::text AS id, i.name, i.pgpfingerprint AS fingerprint, ${keyDigestSql(v)} AS digest,
    ${markedSql} AS marked${later}`
}

async function keysOf(v: Vintage, rows: readonly RawInvestigator[], clock: Instant) {
  return readStoredKeys(rows, clock, async (ids) => {
    const { rows: texts } = await reader().query<{ id: string; publickey: string | null }>(sql`
      SELECT trunc(i.id)::text AS id, ${publickeySql(v, 'i')} AS publickey FROM public.investigators i
      WHERE i.id = ANY(${ids}::numeric[])`)
    return texts
  })
}

function laterOf(v: Vintage, row: RawInvestigator): Later | null {
  if (!v.investigatorStatus) return null
  const { status = null, createdat = null, lastmodified = null, permissions = null } = row
  return { status, createdat, lastmodified, permissions }
}

function rowOf(v: Vintage, raw: RawInvestigator, reading: KeyReading | null, clock: Instant): KeyRow {
  const later = laterOf(v, raw)
  return {
    id: raw.id,
    name: raw.name,
    fingerprint: raw.fingerprint,
    state: keyState(reading, normalFingerprint(raw.fingerprint), clock),
    problem: reading && !reading.ok ? reading.problem : null,
    key: reading?.ok ? factsShown(reading.key) : null,
    disabled: raw.marked || (later !== null && later.status !== 'active'),
    later,
    weights: null,
  }
}

const factsShown = ({ fingerprint, algorithm, created, expires, agentProblem }: KeyFacts) => ({
  fingerprint,
  algorithm,
  created,
  expires,
  agentProblem,
})

/**
 * All investigators that the filters leave, in the list's order. What a key says is not in the database, so filters and
 * sorts by it need all rows: there are dozens of them, not millions.
 */
async function allRows(params: Params, moments: Moments): Promise<InvestigatorRow[]> {
  const { name, fingerprint, key } = params.filters
  const wanted = fingerprint === undefined ? undefined : normalFingerprint(fingerprint)
  if (fingerprint !== undefined && !wanted)
    throw new AppError('invalid', 'The filter "fingerprint" takes hexadecimal digits, blanks allowed.')
  const [rows, signed] = await Promise.all([readAllKeys(moments, name), signedBy(moments)])
  const found = rows.flatMap(({ row: one }) => {
    const row = { ...one, ...(signed.get(one.id) ?? { signed: 0, lastSigned: null }) }
    const fingerprints = [normalFingerprint(row.fingerprint), row.key?.fingerprint]
    if (wanted && !fingerprints.some((f) => f?.includes(wanted))) return []
    const { state, disabled } = row
    const isNamed = (one: (typeof LISTED_STATES)[number]) =>
      one === 'disabled' ? disabled : one === 'warned' ? isWarned(row, moments.clock) : one === state
    if (key && !key.some(isNamed)) return []
    return [row]
  })
  const order = orderOf(params)
  return found.sort((a, b) => order(placeOf(params, a), placeOf(params, b)))
}

/** What everybody signed, by id: one pass over the signatures. */
async function signedBy({ mig }: Moments): Promise<Map<MigId, Signed>> {
  const { rows } = await reader().query<{ id: MigId; signed: string; last: Instant | null }>(sql`
    SELECT trunc(s.investigatorid)::text AS id, count(*) AS signed, ${lastSql(mig)}
    FROM public.signatures s LEFT JOIN public.actions a ON a.id = s.actionid GROUP BY s.investigatorid`)
  return new Map(rows.map(({ id, signed, last }) => [id, { signed: Number(signed), lastSigned: last }]))
}

/** Every investigator, or those whose name holds `name`, with what the key says now; by id. */
export async function readAllKeys({ clock }: Moments, name?: string): Promise<{ row: KeyRow; key: KeyFacts | null }[]> {
  const v = await vintage()
  const { rows } = await reader().query<RawInvestigator>(
    sql`SELECT ${columnsSql(v)} FROM public.investigators i ORDER BY i.id`,
  )
  const named = name ? rows.filter((raw) => raw.name.toLowerCase().includes(name.toLowerCase())) : rows
  const keys = await keysOf(v, named, clock)
  return named.map((raw) => {
    const reading = keys.get(raw.id) ?? null
    return { row: rowOf(v, raw, reading, clock), key: reading?.ok ? reading.key : null }
  })
}

const FAR = '9999-12-31T00:00:00Z'
const LONG_AGO = '0001-01-01T00:00:00Z'

/** The row's place in the list's order, as a cursor holds it. */
function placeOf({ sort }: Params, row: InvestigatorRow): Cursor {
  const keys: Record<string, string> = {
    name: row.name,
    state: String(KEY_STATES.indexOf(row.state)).padStart(3, '0'),
    created: row.key?.created ?? FAR,
    expires: row.key ? (row.key.expires ?? FAR) : FAR,
    signed: String(row.signed).padStart(15, '0'),
    last: row.lastSigned ?? LONG_AGO,
  }
  return { key: keys[sort.key] ?? row.name, id: row.id }
}

function orderOf({ sort }: Params): (a: Cursor, b: Cursor) => number {
  const sign = sort.descending ? -1 : 1
  const compare = sort.key === 'name' ? compareNames : (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return (a, b) => sign * (compare(a.key, b.key) || compareIds(a.id as MigId, b.id as MigId))
}

function cut(rows: InvestigatorRow[], params: Params): Page<InvestigatorRow> {
  const cursor = params.before ?? params.after
  if (cursor && !parseId(cursor.id))
    throw new AppError('invalid', 'This page address does not belong to this list: start again from its first page.')
  const order = orderOf(params)
  const side = params.before ? -1 : 1
  const beside = cursor ? rows.filter((row) => Math.sign(order(placeOf(params, row), cursor)) === side) : rows
  const shown = params.before ? beside.slice(-params.size) : beside.slice(0, params.size)
  const at = (row: InvestigatorRow | undefined) => (row ? placeOf(params, row) : null)
  const from = shown[0] ? rows.indexOf(shown[0]) : 0
  return {
    rows: shown,
    first: at(shown[0]),
    previous: from > 0 ? at(shown[0]) : null,
    next: from + shown.length < rows.length ? at(shown.at(-1)) : null,
    total: { count: rows.length, more: false },
  }
}

/** One page of investigators with what their keys say at `clock`, the real time. */
export async function listInvestigators(
  _viewer: Viewer,
  params: Params,
  moments: Moments,
): Promise<Page<InvestigatorRow>> {
  const page = cut(await allRows(params, moments), params)
  const weights = await weightsOf(page.rows.map((row) => row.id))
  return {
    ...page,
    rows: page.rows.map((row) => ({ ...row, weights: weights.get(row.id) ?? { count: 0, more: false } })),
  }
}

async function weightsOf(ids: MigId[]): Promise<Map<MigId, { count: number; more: boolean }>> {
  const { rows } = await reader().query<{ id: MigId; n: string }>(sql`
    SELECT i.id::text AS id, (SELECT count(*) FROM (
      SELECT 1 FROM public.invagtmodperm p WHERE p.investigatorid = i.id LIMIT ${WEIGHTS_LIMIT + 1}) AS held) AS n
    FROM unnest(${ids}::numeric[]) AS i(id)`)
  return new Map(
    rows.map(({ id, n }) => [id, { count: Math.min(Number(n), WEIGHTS_LIMIT), more: Number(n) > WEIGHTS_LIMIT }]),
  )
}

async function weightCounts(ids: MigId[]): Promise<Map<MigId, string>> {
  const { rows } = await reader().query<{ id: MigId; n: string }>(sql`
    SELECT trunc(p.investigatorid)::text AS id, count(*) AS n FROM public.invagtmodperm p
    WHERE p.investigatorid = ANY(${ids}::numeric[]) GROUP BY trunc(p.investigatorid)`)
  return new Map(rows.map(({ id, n }) => [id, n]))
}

/** All investigators of the list's filters for the export; no key material. */
export async function exportInvestigators(_viewer: Viewer, params: Params, moments: Moments): Promise<ExportSource> {
  const v = await vintage()
  const rows = await allRows(params, moments)
  const held = await weightCounts(rows.map((row) => row.id))
  const later: ExportColumn[] = v.investigatorStatus
    ? [
        { name: 'status', kind: 'text' },
        { name: 'createdat', kind: 'time' },
        { name: 'lastmodified', kind: 'time' },
        { name: 'permissions', kind: 'number' },
      ]
    : []
  return {
    columns: [
      { name: 'id', kind: 'id' },
      { name: 'name', kind: 'text' },
      { name: 'pgpfingerprint', kind: 'text' },
      ...later,
      { name: 'state', kind: 'text' },
      { name: 'disabled', kind: 'flag' },
      { name: 'unusable', kind: 'text' },
      { name: 'key_algorithm', kind: 'text' },
      { name: 'key_created', kind: 'time' },
      { name: 'key_expires', kind: 'time' },
      { name: 'signed', kind: 'number' },
      { name: 'last_signed', kind: 'time' },
      { name: 'weights', kind: 'number' },
    ],
    rows: (async function* () {
      yield rows.map((row) => ({
        id: row.id,
        name: row.name,
        pgpfingerprint: row.fingerprint,
        ...row.later,
        state: row.state,
        disabled: row.disabled,
        unusable: row.key?.agentProblem ? agentProblemSentence(row.key.agentProblem) : null,
        key_algorithm: row.key?.algorithm ?? null,
        key_created: row.key?.created ?? null,
        key_expires: row.key?.expires ?? null,
        signed: row.signed,
        last_signed: row.lastSigned,
        weights: held.get(row.id) ?? 0,
      }))
    })(),
  }
}

export type InvestigatorDetail = Omit<InvestigatorRow, 'key' | 'weights'> & {
  key: Omit<KeyFacts, 'armored'> | null
  actions: { id: MigId; name: string; status: string | null; validfrom: Instant | null }[]
  /** Weights by module: how many rows and the least and greatest weight among them. */
  weights: { moduleId: MigId; module: string | null; agents: number; least: number; greatest: number }[]
  /** The SHA-256 of the stored key in hex; null where there is none. */
  digest: string | null
  /** The clock that the key was judged by. */
  clock: Instant
}

const ACTIONS_SHOWN = 20

/** One investigator with key, signed actions and weights, or null. */
export async function getInvestigator(
  _viewer: Viewer,
  id: MigId,
  { mig, clock }: Moments,
): Promise<InvestigatorDetail | null> {
  const v = await vintage()
  const { rows } = await reader().query<RawInvestigator & { signed: string; last: Instant | null }>(sql`
    SELECT ${columnsSql(v)}, s.signed, s.last FROM public.investigators i, LATERAL (
      SELECT count(*) AS signed, ${lastSql(mig)}
      FROM public.signatures s LEFT JOIN public.actions a ON a.id = s.actionid WHERE s.investigatorid = i.id
    ) s WHERE i.id = ${id}::numeric`)
  const raw = rows[0]
  if (!raw) return null
  const [keys, actions, weights] = await Promise.all([
    keysOf(v, [raw], clock),
    reader().query<InvestigatorDetail['actions'][number]>(sql`
      SELECT trunc(a.id)::text AS id, a.name, a.status, a.validfrom
      FROM public.signatures s JOIN public.actions a ON a.id = s.actionid
      WHERE s.investigatorid = ${id}::numeric ORDER BY a.validfrom DESC, a.id DESC LIMIT ${ACTIONS_SHOWN}`),
    reader().query<{ moduleId: MigId; module: string | null; agents: string; least: number; greatest: number }>(sql`
      SELECT trunc(p.moduleid)::text AS "moduleId", m.name AS module, count(*) AS agents,
        min(p.weight) AS least, max(p.weight) AS greatest
      FROM public.invagtmodperm p LEFT JOIN public.modules m ON m.id = p.moduleid
      WHERE p.investigatorid = ${id}::numeric GROUP BY p.moduleid, m.name ORDER BY m.name, p.moduleid`),
  ])
  const reading = keys.get(raw.id) ?? null
  const { key: _, weights: __, ...rest } = rowOf(v, raw, reading, clock)
  return {
    ...rest,
    signed: Number(raw.signed),
    lastSigned: raw.last,
    key: reading?.ok ? withoutArmor(reading.key) : null,
    actions: actions.rows,
    weights: weights.rows.map((w) => ({ ...w, agents: Number(w.agents) })),
    digest: raw.digest,
    clock,
  }
}

function withoutArmor({ armored: _, ...facts }: KeyFacts): Omit<KeyFacts, 'armored'> {
  return facts
}

/** A key that the overview warns of: its expiry is near, or it has failed already. */
export type KeyWarning = Pick<InvestigatorRow, 'id' | 'name' | 'state'> & {
  expires: Instant | null
  /** How near: within 1, 7 or 30 days; null when it has failed. */
  days: WarningDays | null
}

/** True for a key that has failed or expires within 30 days, of somebody who is not disabled. */
function isWarned({ state, disabled, key }: Pick<InvestigatorRow, 'state' | 'disabled' | 'key'>, clock: Instant) {
  return !disabled && (FAILED_STATES.has(state) || warningOf(key?.expires ?? null, clock) !== null)
}

/** The keys of people who are not disabled that expire within 30 days or have failed, the most urgent first. */
export async function listKeyWarnings(_viewer: Viewer, moments: Moments): Promise<KeyWarning[]> {
  const found = (await readAllKeys(moments)).flatMap(({ row: { id, name, state, disabled, key } }): KeyWarning[] => {
    const days = warningOf(key?.expires ?? null, moments.clock)
    if (!isWarned({ state, disabled, key }, moments.clock)) return []
    return [{ id, name, state, expires: key?.expires ?? null, days: FAILED_STATES.has(state) ? null : days }]
  })
  return found.sort((a, b) => (a.days ?? 0) - (b.days ?? 0) || compareNames(a.name, b.name))
}

/** The investigator's public key for download: armored anew, so that nothing but a public key ever leaves. Null when there is none. */
export async function getPublicKey(
  _viewer: Viewer,
  id: MigId,
): Promise<{ fingerprint: string; armored: string } | null> {
  const v = await vintage()
  const { rows } = await reader().query<{ publickey: string | null; clock: Instant }>(sql`
    SELECT ${publickeySql(v, 'i')} AS publickey, clock_timestamp() AS clock
    FROM public.investigators i WHERE i.id = ${id}::numeric`)
  const [row] = rows
  const reading = row?.publickey?.trim() ? await readStoredKey(row.publickey, row.clock) : null
  return reading?.ok ? { fingerprint: reading.key.fingerprint, armored: reading.key.armored } : null
}

/** What adding an investigator stores besides the key in this database, for the form to say. */
export async function addingStores(_viewer: Viewer): Promise<{ status: boolean; permissions: boolean }> {
  const v = await vintage()
  return { status: v.investigatorStatus, permissions: v.investigatorPermissions }
}
