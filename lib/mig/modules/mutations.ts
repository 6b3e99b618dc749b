import 'server-only'
import { recordAudit } from '@/lib/audit/record'
import { assertAdmin, type Viewer } from '@/lib/auth/viewer'
import { inWrite } from '@/lib/auth/write'
import type { Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { formatCount } from '@/lib/format'
import { modulesOf } from '@/lib/mig/actions/modules'
import type { MigId } from '@/lib/mig/wire/id'
import type { RenameInput } from './schema'

type Named = { id: MigId; name: string }
export type ModuleWritten = Named & { auditId: string }

// Ids and names are chosen by looking at those that exist: one writer at a time.
const MODULES_LOCK = { lock: 4_217_006 }
/** The module whose rules stand in for those of modules without any (mig-domain 7.3). */
const DEFAULT = 'default'
const GREATEST_ID = 10n ** 20n - 1n
/** How many actions that no job has looked at yet are read for their modules. */
const UNSEEN_ACTIONS = 5_000

async function lockModule(tx: Transaction, id: MigId): Promise<Named> {
  const rows = await tx.$queryRaw<Named[]>(
    sql`SELECT trunc(id)::text AS id, name FROM public.modules WHERE id = ${id}::numeric FOR UPDATE`,
  )
  if (!rows[0]) throw new AppError('not_found', `There is no module ${id}. Nothing was changed.`)
  return rows[0]
}

async function refuseTaken(tx: Transaction, name: string): Promise<void> {
  const rows = await tx.$queryRaw<Named[]>(
    sql`SELECT trunc(id)::text AS id, name FROM public.modules WHERE name = ${name} LIMIT 1`,
  )
  if (rows[0])
    throw new AppError(
      'conflict',
      `There is a module ${name} already (id ${rows[0].id}): with two of one name the tables would not say whose rules hold. Nothing was changed.`,
    )
}

/** Adds a module under an id that was never given. Only an admin may. Throws `conflict` for a name that is taken. */
export async function addModule(viewer: Viewer, { name }: { name: string }): Promise<ModuleWritten> {
  assertAdmin(viewer)
  return inWrite(
    viewer,
    async (tx) => {
      await refuseTaken(tx, name)
      // Rules may name ids that are in no row: where there are no foreign keys they would become the new module's.
      const [next] = await tx.$queryRaw<{ id: string }[]>(sql`
        SELECT (greatest(coalesce((SELECT max(trunc(id)) FROM public.modules), 0),
          coalesce((SELECT max(trunc(moduleid)) FROM public.agtmodreq), 0),
          coalesce((SELECT max(trunc(moduleid)) FROM public.invagtmodperm), 0),
          (SELECT max(last) FROM dashboard.module_id)) + 1)::text AS id`)
      const id = (next?.id ?? '') as MigId
      if (BigInt(id) > GREATEST_ID)
        throw new AppError('conflict', 'The greatest id that MIG can hold is given already. Nothing was added.')
      await tx.$executeRaw(sql`INSERT INTO public.modules (id, name) VALUES (${id}::numeric, ${name})`)
      await tx.$executeRaw(sql`UPDATE dashboard.module_id SET last = ${id}::numeric WHERE single`)
      const auditId = await recordAudit(tx, viewer, {
        kind: 'module.add',
        object: { type: 'module', id },
        before: null,
        after: { id, name },
      })
      return { id, name, auditId }
    },
    MODULES_LOCK,
  )
}

/**
 * Gives a module another name; its rules go with it. Only an admin may. Throws `conflict` when the name is not the one that
 * was seen or is taken, and `invalid` for `default` and, without `sure`, for a module that rules or actions use.
 */
export async function renameModule(
  viewer: Viewer,
  { module: id, seen, name, sure }: RenameInput,
): Promise<ModuleWritten> {
  assertAdmin(viewer)
  return inWrite(
    viewer,
    async (tx) => {
      const row = await lockModule(tx, id)
      refuseUnseen(row, seen)
      if (name === seen) throw new AppError('invalid', 'That is the name already. Nothing was changed.')
      if (seen === DEFAULT || name === DEFAULT)
        throw new AppError(
          'invalid',
          `"${DEFAULT}" is how the rule knows the module that stands in for others; no module is renamed from or to it. Nothing was changed.`,
        )
      await refuseTaken(tx, name)
      const uses = await usesOf(tx, row)
      if (!sure && uses.length > 0)
        throw new AppError(
          'invalid',
          `${uses.join(', ')} use ${seen}. Rules go with the module, actions keep the old name and would be judged by the rules of ${DEFAULT}. Tick the box if that is meant; nothing was changed.`,
        )
      const changed = await tx.$executeRaw(
        sql`UPDATE public.modules SET name = ${name} WHERE id = ${id}::numeric AND name = ${seen}`,
      )
      if (changed !== 1) throw new Error(`renaming one module changed ${changed} rows`)
      const auditId = await recordAudit(tx, viewer, {
        kind: 'module.rename',
        object: { type: 'module', id },
        before: { name: seen },
        after: { name },
        detail: uses.length > 0 ? { uses } : undefined,
      })
      return { id, name, auditId }
    },
    MODULES_LOCK,
  )
}

function refuseUnseen(row: Named, seen: string): void {
  if (row.name !== seen)
    throw new AppError(
      'conflict',
      `Somebody renamed this module meanwhile: it is ${row.name}, you saw ${seen}. Nothing was changed.`,
    )
}

/**
 * Removes a module that no rule, no weight and no action uses. Only an admin may. Throws `conflict` with the numbers
 * otherwise, and when it was renamed meanwhile.
 */
export async function removeModule(
  viewer: Viewer,
  { module: id, seen }: { module: MigId; seen: string },
): Promise<ModuleWritten> {
  assertAdmin(viewer)
  return inWrite(
    viewer,
    async (tx) => {
      const row = await lockModule(tx, id)
      refuseUnseen(row, seen)
      const uses = await usesOf(tx, row)
      if (uses.length > 0)
        throw new AppError('conflict', `${row.name} cannot be removed: ${uses.join(', ')} use it. Nothing was removed.`)
      const removed = await tx.$executeRaw(sql`DELETE FROM public.modules WHERE id = ${id}::numeric`)
      if (removed !== 1) throw new Error(`removing one module removed ${removed} rows`)
      const unmarked = await tx.$executeRaw(sql`DELETE FROM dashboard.sensitive_module WHERE moduleid = ${id}::numeric`)
      // Ids given by hand count too, so that none comes back.
      await tx.$executeRaw(sql`UPDATE dashboard.module_id SET last = greatest(last, ${id}::numeric) WHERE single`)
      const auditId = await recordAudit(tx, viewer, {
        kind: 'module.remove',
        object: { type: 'module', id },
        before: { id, name: row.name },
        after: null,
        detail: unmarked > 0 ? { sensitive: true } : undefined,
      })
      return { ...row, auditId }
    },
    MODULES_LOCK,
  )
}

/** What uses a module, in words; empty when nothing does. Another module of its name has the actions as well. */
async function usesOf(tx: Transaction, { id, name }: Named): Promise<string[]> {
  const [rows] = await tx.$queryRaw<{ requirements: bigint; weights: bigint; actions: bigint; twins: bigint }[]>(sql`
    SELECT (SELECT count(*) FROM public.agtmodreq WHERE moduleid = ${id}::numeric) AS requirements,
      (SELECT count(*) FROM public.invagtmodperm WHERE moduleid = ${id}::numeric) AS weights,
      (SELECT count(*) FROM dashboard.action_summary WHERE modules @> ARRAY[${name}]::text[]) AS actions,
      (SELECT count(*) FROM public.modules WHERE name = ${name} AND id <> ${id}::numeric) AS twins`)
  const { requirements = 0n, weights = 0n, actions = 0n, twins = 0n } = rows ?? {}
  const named = twins > 0n ? 0n : actions + (await unseenActions(tx, name))
  return [
    requirements > 0n ? formatCount(requirements, 'minimum weight') : '',
    weights > 0n ? formatCount(weights, 'weight') : '',
    named > 0n ? formatCount(named, 'action') : '',
  ].filter(Boolean)
}

/** How many of the actions that the job has not looked at yet name the module. */
async function unseenActions(tx: Transaction, name: string): Promise<bigint> {
  const rows = await tx.$queryRaw<{ operations: string | null }[]>(sql`
    SELECT a.operations::text AS operations FROM public.actions a
    WHERE NOT EXISTS (SELECT FROM dashboard.action_summary s WHERE s.action_id = a.id) LIMIT ${UNSEEN_ACTIONS + 1}`)
  if (rows.length > UNSEEN_ACTIONS)
    throw new AppError(
      'unavailable',
      'The actions are still being counted, so that nobody can say which modules they use. Nothing was changed; try again later.',
    )
  return BigInt(rows.filter(({ operations }) => modulesOf(operations).includes(name)).length)
}

/** Marks a module as one that nobody should be able to run alone, or takes the mark away. Only an admin may. */
export async function markModule(
  viewer: Viewer,
  { module: id, mark }: { module: MigId; mark: 'on' | 'off' },
): Promise<ModuleWritten> {
  assertAdmin(viewer)
  return inWrite(
    viewer,
    async (tx) => {
      const row = await lockModule(tx, id)
      const changed = await tx.$executeRaw(
        mark === 'on'
          ? sql`INSERT INTO dashboard.sensitive_module (moduleid) VALUES (${id}::numeric) ON CONFLICT DO NOTHING`
          : sql`DELETE FROM dashboard.sensitive_module WHERE moduleid = ${id}::numeric`,
      )
      if (changed !== 1)
        throw new AppError(
          'conflict',
          `Somebody was faster: ${row.name} is ${mark === 'on' ? 'sensitive already' : 'not sensitive any more'}. Nothing was changed.`,
        )
      const auditId = await recordAudit(tx, viewer, {
        kind: mark === 'on' ? 'module.mark' : 'module.unmark',
        object: { type: 'module', id },
        before: { sensitive: mark === 'off' },
        after: { sensitive: mark === 'on' },
        detail: { name: row.name },
      })
      return { ...row, auditId }
    },
    MODULES_LOCK,
  )
}
