import 'server-only'
import { recordAudit } from '@/lib/audit/record'
import { makeAdmin } from '@/lib/auth/people'
import { assertAdmin, type Viewer } from '@/lib/auth/viewer'
import { inWrite } from '@/lib/auth/write'
import type { Transaction } from '@/lib/db/prisma'
import { join, raw, type Sql, sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { type Vintage, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { DEFAULT_PERMISSIONS } from '@/lib/mig/wire/permissions'
import { now } from '@/lib/now'
import { type KeyFacts, nameFromUserId, readPublicKey } from '@/lib/pgp/key'
import type { AddInput } from './schema'

export type InvestigatorAdded = {
  id: MigId
  name: string
  fingerprint: string
  /** The key went into a row that had none. */
  completed: boolean
  auditId: string
}

// One writer at a time: ids are chosen by looking at those that exist.
const ADD_LOCK = 4_217_002
const SEQUENCE_ATTEMPTS = 1000

/**
 * Adds an investigator from a public key as the layout of this database wants it; with `complete` a row of this fingerprint
 * without a key gets it instead, with `admin` the person becomes an admin of the dashboard. Only an admin may. Throws
 * `invalid` for what is not one usable public key, `conflict` for a fingerprint that is known.
 */
export async function addInvestigator(
  viewer: Viewer,
  input: Pick<AddInput, 'name' | 'armoredKey'>,
  { complete = false, admin = false }: { complete?: boolean; admin?: boolean } = {},
): Promise<InvestigatorAdded> {
  assertAdmin(viewer)
  const { clock } = await now()
  const reading = await readPublicKey(input.armoredKey, clock)
  if (!reading.ok) throw new AppError('invalid', reading.sentence)
  const { key } = reading
  if (key.cannotSign) throw new AppError('invalid', UNUSABLE[key.cannotSign])
  const v = await vintage()
  return inWrite(
    viewer,
    async (tx) => {
      const known = await knownRow(tx, v, key.fingerprint, complete)
      const name = known?.name ?? (input.name || proposedName(key))
      if (!name) throw new AppError('invalid', 'The key has no user id to take a name from: type a name.')
      const id = known ? await fill(tx, v, known.id, key) : await insert(tx, v, { name, key })
      if (!known) await raiseMark(tx, id)
      if (admin) await makeAdmin(tx, id)
      const { fingerprint, algorithm } = key
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
        detail: { layout: v.kind },
      })
      return { id, name, fingerprint, completed: known !== null, auditId }
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

const UNUSABLE: Record<NonNullable<KeyFacts['cannotSign']>, string> = {
  expired: 'This key is expired, so nothing that it signs would be accepted. Paste the renewed key.',
  revoked: 'This key is revoked by its owner. Paste the key that replaces it.',
  'no-signing-key':
    'No part of this key can sign: it has neither a signing primary key nor a valid signing subkey of a kind that can be checked here.',
}

function proposedName(key: KeyFacts): string {
  const userId = key.userIds.find((u) => !u.revoked)?.text ?? ''
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a user id is whatever its maker wrote
  return nameFromUserId(userId.replace(/[\u0000-\u001f\u007f]/g, ' ')).slice(0, 1024)
}

type KnownRow = { id: MigId; name: string; stored: string; keyless: boolean }

/** The row of this fingerprint that is to be completed, or null when the fingerprint is new. */
async function knownRow(tx: Transaction, v: Vintage, fingerprint: string, complete: boolean): Promise<KnownRow | null> {
  const rows = await tx.$queryRaw<KnownRow[]>(sql`
    SELECT trunc(i.id)::text AS id, i.name, i.pgpfingerprint AS stored, ${keylessSql(v)} AS keyless
    FROM public.investigators i
    WHERE upper(regexp_replace(i.pgpfingerprint, '[^0-9A-Fa-f]', '', 'g')) = ${fingerprint} ORDER BY i.id LIMIT 2`)
  const [row, another] = rows
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

const keylessSql = (v: Vintage) =>
  v.publickey === 'bytea' ? sql`coalesce(octet_length(i.publickey), 0) = 0` : sql`coalesce(btrim(i.publickey), '') = ''`

// MIG's scheduler and API read the armored text, as bytes where the column holds bytes.
const storedKeySql = (v: Vintage, key: KeyFacts) =>
  v.publickey === 'bytea' ? sql`convert_to(${key.armored}, 'UTF8')` : sql`${key.armored}`

/** Stores the key in a row that has none. */
async function fill(tx: Transaction, v: Vintage, id: MigId, key: KeyFacts): Promise<MigId> {
  const filled = await tx.$executeRaw(sql`
    UPDATE public.investigators i SET publickey = ${storedKeySql(v, key)}
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

async function insert(tx: Transaction, v: Vintage, { name, key }: { name: string; key: KeyFacts }): Promise<MigId> {
  const columns: [string, Sql][] = [
    ['name', sql`${name}`],
    ['pgpfingerprint', sql`${key.fingerprint}`],
    ['publickey', storedKeySql(v, key)],
  ]
  if (v.investigatorStatus)
    columns.push(
      ['status', sql`'active'`],
      ['createdat', sql`clock_timestamp()`],
      ['lastmodified', sql`clock_timestamp()`],
    )
  if (v.investigatorPermissions) columns.push(['permissions', sql`${DEFAULT_PERMISSIONS}::bigint`])
  columns.push(['id', sql`${await nextId(tx, v)}::numeric`])
  try {
    const rows = await tx.$queryRaw<{ id: MigId }[]>(sql`
      INSERT INTO public.investigators (${raw(columns.map(([column]) => column).join(', '))})
      VALUES (${join(columns.map(([, value]) => value))}) RETURNING trunc(id)::text AS id`)
    if (rows.length !== 1 || !rows[0]) throw new Error(`inserting one investigator gave ${rows.length} rows`)
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
