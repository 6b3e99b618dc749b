import 'server-only'
import { recordAudit } from '@/lib/audit/record'
import { makeAdmin } from '@/lib/auth/people'
import { normalSql } from '@/lib/auth/person.sql'
import { SCHEDULER_NAME } from '@/lib/auth/rules'
import { assertAdmin, type Viewer } from '@/lib/auth/viewer'
import { inWrite } from '@/lib/auth/write'
import type { Transaction } from '@/lib/db/prisma'
import { join, raw, type Sql, sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { type Vintage, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { DEFAULT_PERMISSIONS } from '@/lib/mig/wire/permissions'
import { now } from '@/lib/now'
import type { KeyFacts } from '@/lib/pgp/key'
import type { KeyInput } from '@/lib/pgp/key-material'
import type { FingerprintInput } from './schema'
import { keylessSql } from './stored-key.sql'
import { keyWarnings, proposedName, readUsableKey, refuseUnlessAnyway } from './usable-key'

export type InvestigatorAdded = {
  id: MigId
  name: string
  fingerprint: string
  /** The key went into a row that had none. */
  completed: boolean
  /** What speaks against the key that was taken anyway. */
  warnings: string[]
  auditId: string
}

// One writer at a time: ids are chosen by looking at those that exist.
export const ADD_LOCK = 4_217_002
const SEQUENCE_ATTEMPTS = 1000

/**
 * Adds an investigator from a public key as the layout of this database wants it; with `complete` a row of this fingerprint
 * without a key gets it instead, with `admin` the person becomes an admin of the dashboard. Only an admin may. Throws
 * `invalid` for what is not one usable public key, and without `anyway` for one that something speaks against; `conflict`
 * for a fingerprint that is known.
 */
export async function addInvestigator(
  viewer: Viewer,
  input: { name: string; key: KeyInput },
  { complete = false, admin = false, anyway = false }: AddOptions = {},
): Promise<InvestigatorAdded> {
  assertAdmin(viewer)
  const { clock } = await now()
  const key = await readUsableKey(input.key, clock)
  refuseUnlessAnyway(keyWarnings(key), anyway)
  const v = await vintage()
  return inWrite(viewer, async (tx) => store(tx, viewer, v, { name: input.name, key, complete, admin }), {
    lock: ADD_LOCK,
  })
}

export type AddOptions = { complete?: boolean; admin?: boolean; anyway?: boolean }

async function store(
  tx: Transaction,
  viewer: Viewer,
  v: Vintage,
  { name: typed, key, complete, admin }: { name: string; key: KeyFacts; complete: boolean; admin: boolean },
): Promise<InvestigatorAdded> {
  const known = await knownRow(tx, v, key.fingerprint, complete)
  const name = known?.name ?? (typed || proposedName(key))
  if (!name) throw new AppError('invalid', 'The key has no user id to take a name from: type a name.')
  const id = known ? await fill(tx, v, known.id, key) : await insertInvestigator(tx, v, { name, ...key })
  if (admin) await makeAdmin(tx, id)
  const { fingerprint, algorithm } = key
  const warnings = keyWarnings(key)
  const auditId = await recordAudit(tx, viewer, {
    kind: known ? 'investigator.complete' : 'investigator.add',
    object: { type: 'investigator', id },
    before: known ? { id, name, pgpfingerprint: known.stored, key: false } : null,
    after: {
      id,
      name,
      pgpfingerprint: known ? known.stored : fingerprint,
      algorithm,
      ...(known ? { key: true } : laterValues(v)),
      ...(admin ? { role: 'admin' } : {}),
    },
    detail: { layout: v.kind, ...(warnings.length > 0 ? { warnings } : {}) },
  })
  return { id, name, fingerprint, completed: known !== null, warnings, auditId }
}

/**
 * Adds the keys of a keyring file that were chosen, in one transaction: all of them or none. A row of a key's fingerprint
 * without a key gets it. Throws as `addInvestigator`, naming the key.
 */
export async function importKeys(
  viewer: Viewer,
  chosen: readonly { name: string; key: KeyInput }[],
): Promise<{ added: number; completed: number }> {
  assertAdmin(viewer)
  const { clock } = await now()
  const keys: { name: string; key: KeyFacts }[] = []
  for (const { name, key } of chosen) keys.push({ name, key: await readUsableKey(key, clock) })
  const v = await vintage()
  return inWrite(
    viewer,
    async (tx) => {
      let completed = 0
      for (const { name, key } of keys) {
        const done = await store(tx, viewer, v, { name, key, complete: true, admin: false })
        if (done.completed) completed++
      }
      return { added: keys.length - completed, completed }
    },
    { lock: ADD_LOCK },
  )
}

/**
 * Adds an investigator as `mig-data.rst` documents it: a name and a fingerprint, no key. Throws `invalid` for what is no
 * fingerprint and `conflict` for one that is known.
 */
export async function addFingerprint(
  viewer: Viewer,
  { name, fingerprint }: FingerprintInput,
): Promise<InvestigatorAdded> {
  assertAdmin(viewer)
  const v = await vintage()
  return inWrite(
    viewer,
    async (tx) => {
      const [known] = await rowsOf(tx, v, fingerprint)
      if (known)
        throw new AppError(
          'conflict',
          `This fingerprint is known already: it is that of ${known.name} (investigator ${known.id}). Nothing was added.`,
        )
      const id = await insertInvestigator(tx, v, { name, fingerprint, armored: null })
      const auditId = await recordAudit(tx, viewer, {
        kind: 'investigator.add',
        object: { type: 'investigator', id },
        before: null,
        after: { id, name, pgpfingerprint: fingerprint, key: false, ...laterValues(v) },
        detail: { layout: v.kind },
      })
      return { id, name, fingerprint, completed: false, warnings: [], auditId }
    },
    { lock: ADD_LOCK },
  )
}

async function raiseMark(tx: Transaction, id: MigId): Promise<void> {
  const raised = await tx.$executeRaw(
    sql`UPDATE dashboard.investigator_id SET last = greatest(last, ${id}::numeric) WHERE single`,
  )
  if (raised !== 1) throw new Error('dashboard.investigator_id has lost its row')
}

type KnownRow = { id: MigId; name: string; stored: string; keyless: boolean }

/** The row of this fingerprint that is to be completed, or null when the fingerprint is new. */
async function knownRow(tx: Transaction, v: Vintage, fingerprint: string, complete: boolean): Promise<KnownRow | null> {
  const [row, another] = await rowsOf(tx, v, fingerprint)
  if (!row) return null
  if (!row.keyless || another)
    throw new AppError(
      'conflict',
      `This key is known already: it is that of ${row.name} (investigator ${row.id})${another ? ` and of ${another.name} (investigator ${another.id})` : ''}. Nothing was added.`,
    )
  if (!complete)
    throw new AppError(
      'conflict',
      `This fingerprint is known already, without a key: it is that of ${row.name} (investigator ${row.id}). Nothing was added; say that the row is to be completed, and its key is stored there.`,
    )
  return row
}

/** The rows of a fingerprint, however it is written there; two at most. */
export async function rowsOf(tx: Transaction, v: Vintage, fingerprint: string): Promise<KnownRow[]> {
  return tx.$queryRaw<KnownRow[]>(sql`
    SELECT trunc(i.id)::text AS id, i.name, i.pgpfingerprint AS stored, ${keylessSql(v)} AS keyless
    FROM public.investigators i WHERE ${normalSql(sql`i.pgpfingerprint`)} = ${fingerprint} ORDER BY i.id LIMIT 2`)
}

// MIG's scheduler and API read the armored text, as bytes where the column holds bytes.
export const storedKeySql = (v: Vintage, armored: string | null): Sql =>
  v.publickey === 'bytea' ? sql`convert_to(${armored}::text, 'UTF8')` : sql`${armored}::text`

/** Stores the key in a row that has none. */
async function fill(tx: Transaction, v: Vintage, id: MigId, key: KeyFacts): Promise<MigId> {
  const filled = await tx.$executeRaw(sql`
    UPDATE public.investigators i SET publickey = ${storedKeySql(v, key.armored)}
      ${v.investigatorStatus ? sql`, lastmodified = clock_timestamp()` : sql``}
    WHERE i.id = ${id}::numeric AND ${keylessSql(v)}`)
  if (filled !== 1)
    throw new AppError('conflict', 'Somebody stored a key in this row at the same moment. Nothing was changed.')
  return id
}

/** The values of the 2019 layout's further columns, as the audit names them. */
function laterValues(v: Vintage): Record<string, string> {
  if (!v.investigatorStatus) return {}
  return { status: 'active', ...(v.investigatorPermissions ? { permissions: DEFAULT_PERMISSIONS } : {}) }
}

/** What a new row holds; `status` and `permissions` as of another row, in the layout that has them. */
export type NewInvestigator = {
  name: string
  fingerprint: string
  armored: string | null
  status?: string
  permissions?: string | null
}

/** Inserts a row as this layout wants it, under an id that was never given, in the caller's transaction. */
export async function insertInvestigator(
  tx: Transaction,
  v: Vintage,
  { name, fingerprint, armored, status = 'active', permissions = DEFAULT_PERMISSIONS }: NewInvestigator,
): Promise<MigId> {
  if (name === SCHEDULER_NAME)
    throw new AppError(
      'invalid',
      `"${SCHEDULER_NAME}" is how MIG knows the scheduler's own row. Nothing was added; choose another name.`,
    )
  const columns: [string, Sql][] = [
    ['name', sql`${name}`],
    ['pgpfingerprint', sql`${fingerprint}`],
    ['publickey', storedKeySql(v, armored)],
  ]
  if (v.investigatorStatus)
    columns.push(
      ['status', sql`${status}`],
      ['createdat', sql`clock_timestamp()`],
      ['lastmodified', sql`clock_timestamp()`],
    )
  if (v.investigatorPermissions) columns.push(['permissions', sql`${permissions}::bigint`])
  columns.push(['id', sql`${await nextId(tx, v)}::numeric`])
  try {
    const rows = await tx.$queryRaw<{ id: MigId }[]>(sql`
      INSERT INTO public.investigators (${raw(columns.map(([column]) => column).join(', '))})
      VALUES (${join(columns.map(([, value]) => value))}) RETURNING trunc(id)::text AS id`)
    if (rows.length !== 1 || !rows[0]) throw new Error(`inserting one investigator gave ${rows.length} rows`)
    await raiseMark(tx, rows[0].id)
    return rows[0].id
  } catch (error) {
    if (isDuplicate(error))
      throw new AppError('conflict', 'Somebody added an investigator at the same moment. Nothing was added; try again.')
    throw error
  }
}

/** An id that was never given: above the greatest one there is and above the greatest one ever given here. */
async function nextId(tx: Transaction, v: Vintage): Promise<MigId> {
  const greatest = sql`greatest((SELECT coalesce(max(trunc(id)), 0) FROM public.investigators),
    (SELECT max(last) FROM dashboard.investigator_id))`
  if (v.investigatorId === 'none' || !v.investigatorSequence) {
    const rows = await tx.$queryRaw<{ id: MigId }[]>(sql`SELECT (${greatest} + 1)::text AS id`)
    return rows[0]?.id as MigId
  }
  // The sequence stays the one giver of ids; where rows were inserted by hand it is behind and is moved past them.
  const rows = await tx.$queryRaw<{ id: MigId | null }[]>(sql`
    WITH RECURSIVE bound AS MATERIALIZED (SELECT ${greatest} AS greatest), step (id, n) AS (
      SELECT nextval(${v.investigatorSequence}::regclass)::numeric, 1
      UNION ALL
      SELECT nextval(${v.investigatorSequence}::regclass)::numeric, n + 1 FROM step, bound
      WHERE step.id <= bound.greatest AND n < ${SEQUENCE_ATTEMPTS}
    ) SELECT max(step.id)::text AS id FROM step, bound WHERE step.id > bound.greatest`)
  const id = rows[0]?.id
  if (!id)
    throw new AppError(
      'conflict',
      `The sequence ${v.investigatorSequence} is far behind the greatest id in use, so the database would give an id twice. Its owner has to set it first. Nothing was added.`,
    )
  return id
}

function isDuplicate(error: unknown): boolean {
  const { code, meta } = error as { code?: string; meta?: { code?: string } }
  return (
    code === 'P2002' || meta?.code === '23505' || /23505|UniqueConstraintViolation/.test(JSON.stringify(meta ?? {}))
  )
}
