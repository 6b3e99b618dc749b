import 'server-only'
import { recordAudit } from '@/lib/audit/record'
import { refuseToChangeScheduler, refuseToLoseLastAdmin } from '@/lib/auth/people'
import { SCHEDULER_NAME } from '@/lib/auth/rules'
import { endSessionsOf } from '@/lib/auth/sessions'
import { revokeTokensOf } from '@/lib/auth/tokens'
import { assertAdmin, type Viewer } from '@/lib/auth/viewer'
import { inWrite, PEOPLE_LOCK } from '@/lib/auth/write'
import type { Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { formatCount } from '@/lib/format'
import { normalFingerprint } from '@/lib/mig/acl/rule'
import { type Vintage, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { removePrivateViews } from '@/lib/views/owner'

type Row = { name: string; fingerprint: string | null }

async function lockRow(tx: Transaction, id: MigId): Promise<Row> {
  const rows = await tx.$queryRaw<Row[]>(sql`
    SELECT i.name, i.pgpfingerprint AS fingerprint FROM public.investigators i WHERE i.id = ${id}::numeric FOR UPDATE`)
  if (!rows[0]) throw new AppError('not_found', `There is no investigator ${id}. Nothing was changed.`)
  return rows[0]
}

/** Gives an investigator another name. Throws `conflict` when it is not the one that was seen any more. */
export async function renameInvestigator(
  viewer: Viewer,
  { investigatorId: id, seen, name }: { investigatorId: MigId; seen: string; name: string },
): Promise<{ name: string; auditId: string }> {
  assertAdmin(viewer)
  const v = await vintage()
  return inWrite(
    viewer,
    async (tx) => {
      const row = await lockRow(tx, id)
      if (row.name !== seen)
        throw new AppError(
          'conflict',
          `Somebody renamed this investigator meanwhile: the name is ${row.name}, you saw ${seen}. Nothing was changed.`,
        )
      if (name === seen) throw new AppError('invalid', 'That is the name already. Nothing was changed.')
      await refuseToChangeScheduler(tx, v, id)
      if (name === SCHEDULER_NAME)
        throw new AppError(
          'invalid',
          `"${SCHEDULER_NAME}" is how MIG knows the scheduler's own row. Nothing was changed; choose another name.`,
        )
      const changed = await tx.$executeRaw(sql`
        UPDATE public.investigators i SET name = ${name}${v.investigatorStatus ? sql`, lastmodified = clock_timestamp()` : sql``}
        WHERE i.id = ${id}::numeric AND i.name = ${seen}`)
      if (changed !== 1) throw new Error(`renaming one investigator changed ${changed} rows`)
      const auditId = await recordAudit(tx, viewer, {
        kind: 'investigator.rename',
        object: { type: 'investigator', id },
        before: { name: seen },
        after: { name },
        detail: { fingerprint: row.fingerprint },
      })
      return { name, auditId }
    },
    { lock: PEOPLE_LOCK },
  )
}

/**
 * Removes a row that nothing refers to: no signature, no weight, no signed manifest. Throws `conflict` with the numbers
 * otherwise, and for another fingerprint than the one seen, the last admin and whoever asks.
 */
export async function removeInvestigator(
  viewer: Viewer,
  { investigatorId: id, fingerprint }: { investigatorId: MigId; fingerprint: string },
): Promise<{ name: string; auditId: string }> {
  assertAdmin(viewer)
  const v = await vintage()
  return inWrite(
    viewer,
    async (tx) => {
      const row = await lockRow(tx, id)
      if ((row.fingerprint ?? '') !== fingerprint)
        throw new AppError(
          'conflict',
          `The key of ${row.name} was replaced meanwhile: its fingerprint is ${row.fingerprint ?? 'none'}, you saw ${fingerprint || 'none'}. Nothing was removed.`,
        )
      if (viewer.id === id) throw new AppError('invalid', 'This is your own row. Nothing was removed.')
      await refuseToChangeScheduler(tx, v, id)
      await refuseReferred(tx, v, id, row.name)
      const sessionsEnded = await endSessionsOf(tx, id, 'investigator.remove')
      const tokensRevoked = await revokeTokensOf(tx, id)
      const viewsRemoved = await removePrivateViews(tx, { id, fingerprint: normalFingerprint(row.fingerprint) })
      const removed = await tx.$executeRaw(sql`DELETE FROM public.investigators i WHERE i.id = ${id}::numeric`)
      if (removed !== 1) throw new Error(`removing one investigator removed ${removed} rows`)
      await refuseToLoseLastAdmin(tx, v, id)
      await tx.$executeRaw(sql`DELETE FROM dashboard.person WHERE investigator_id = ${id}::numeric`)
      const auditId = await recordAudit(tx, viewer, {
        kind: 'investigator.remove',
        object: { type: 'investigator', id },
        before: { id, name: row.name, pgpfingerprint: row.fingerprint },
        after: null,
        detail: { layout: v.kind, sessionsEnded, tokensRevoked, viewsRemoved },
      })
      return { name: row.name, auditId }
    },
    { lock: PEOPLE_LOCK },
  )
}

async function refuseReferred(tx: Transaction, v: Vintage, id: MigId, name: string): Promise<void> {
  const rows = await tx.$queryRaw<{ signatures: bigint; weights: bigint; manifests: bigint }[]>(sql`
    SELECT (SELECT count(*) FROM public.signatures s WHERE s.investigatorid = ${id}::numeric) AS signatures,
      (SELECT count(*) FROM public.invagtmodperm p WHERE p.investigatorid = ${id}::numeric) AS weights,
      ${v.columns.manifestsig ? sql`(SELECT count(*) FROM public.manifestsig m WHERE m.investigatorid = ${id}::numeric)` : sql`0::bigint`} AS manifests`)
  const { signatures = 0n, weights = 0n, manifests = 0n } = rows[0] ?? {}
  const held = [
    signatures > 0n ? formatCount(signatures, 'signature') : '',
    weights > 0n ? formatCount(weights, 'weight') : '',
    manifests > 0n ? formatCount(manifests, 'signed manifest') : '',
  ].filter(Boolean)
  if (held.length > 0)
    throw new AppError(
      'conflict',
      `${name} cannot be removed: ${held.join(', ')} refer to this row. Disable the person instead. Nothing was removed.`,
    )
}
