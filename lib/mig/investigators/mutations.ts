import 'server-only'
import { recordAudit } from '@/lib/audit/record'
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

export type InvestigatorAdded = { id: MigId; name: string; fingerprint: string; auditId: string }

// One writer at a time: ids are chosen by looking at those that exist.
const ADD_LOCK = 4_217_002
const SEQUENCE_ATTEMPTS = 1000

/**
 * Adds an investigator from a public key as the layout of this database wants it. Only an admin may. Throws `invalid` for
 * what is not one usable public key, `conflict` for a fingerprint that is known.
 */
export async function addInvestigator(viewer: Viewer, input: AddInput): Promise<InvestigatorAdded> {
  assertAdmin(viewer)
  const { clock } = await now()
  const reading = await readPublicKey(input.armoredKey, clock)
  if (!reading.ok) throw new AppError('invalid', reading.sentence)
  const { key } = reading
  if (key.cannotSign) throw new AppError('invalid', UNUSABLE[key.cannotSign])
  const name = input.name || proposedName(key)
  if (!name) throw new AppError('invalid', 'The key has no user id to take a name from: type a name.')
  const v = await vintage()
  return inWrite(viewer, async (tx) => {
    await tx.$executeRaw(sql`SELECT pg_advisory_xact_lock(${ADD_LOCK})`)
    await refuseKnown(tx, key.fingerprint)
    const id = await insert(tx, v, { name, key })
    const raised = await tx.$executeRaw(
      sql`UPDATE dashboard.investigator_id SET last = greatest(last, ${id}::numeric) WHERE single`,
    )
    if (raised !== 1) throw new Error('dashboard.investigator_id has lost its row')
    const auditId = await recordAudit(tx, viewer, {
      kind: 'investigator.add',
      object: { type: 'investigator', id },
      before: null,
      after: { id, name, pgpfingerprint: key.fingerprint, algorithm: key.algorithm, ...laterValues(v) },
      detail: { layout: v.kind },
    })
    return { id, name, fingerprint: key.fingerprint, auditId }
  })
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

async function refuseKnown(tx: Transaction, fingerprint: string): Promise<void> {
  const known = await tx.$queryRaw<{ id: string; name: string }[]>(sql`
    SELECT trunc(id)::text AS id, name FROM public.investigators
    WHERE upper(regexp_replace(pgpfingerprint, '[^0-9A-Fa-f]', '', 'g')) = ${fingerprint} LIMIT 1`)
  const row = known[0]
  if (row)
    throw new AppError(
      'conflict',
      `This key is known already: it is that of ${row.name} (investigator ${row.id}). Nothing was added.`,
    )
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
    // MIG's scheduler and API read the armored text, as bytes where the column holds bytes.
    ['publickey', v.publickey === 'bytea' ? sql`convert_to(${key.armored}, 'UTF8')` : sql`${key.armored}`],
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
