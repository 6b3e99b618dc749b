import 'server-only'
import { recordAudit } from '@/lib/audit/record'
import type { Viewer } from '@/lib/auth/viewer'
import { inOwnWrite } from '@/lib/auth/write'
import type { Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { MigId } from '@/lib/mig/wire/id'
import { isViewList, MAX_VIEW_NAME, MAX_VIEW_QUERY, MAX_VIEWS, type ViewList, viewQuery } from './lists'
import { type Owner, ownDefaultSql, ownViewSql } from './owner'

/** Whoever saves or names a view: two at once would both be the last that fits. */
const VIEWS_LOCK = 4_217_011

export type NewView = { list: string; name: string; query: string; shared: boolean }
type Stored = {
  id: string
  list: ViewList
  name: string
  query: string
  shared: boolean
  /** It is the viewer's. */
  own: boolean
  ownerId: MigId
  ownerFingerprint: string | null
}

/** Saves a list's address under a name. Throws `invalid`, and `conflict` for a name that is taken or too many views. */
export async function saveView(
  viewer: Viewer,
  { list, name: given, query, shared }: NewView,
): Promise<{ id: string; name: string }> {
  const owner = personOf(viewer)
  const name = checkedName(given)
  if (!isViewList(list)) throw new AppError('invalid', 'Of this page no views are saved.')
  const kept = viewQuery(query)
  if (kept.length > MAX_VIEW_QUERY || kept.includes('%00'))
    throw new AppError('invalid', `A view's address has at most ${MAX_VIEW_QUERY} characters and no NUL.`)
  return inOwnWrite(
    viewer,
    async (tx) => {
      const [count] = await tx.$queryRaw<{ n: string }[]>(
        sql`SELECT count(*)::text AS n FROM dashboard.saved_view v WHERE ${ownViewSql(owner)}`,
      )
      if (Number(count?.n) >= MAX_VIEWS)
        throw new AppError('conflict', `You have ${MAX_VIEWS} views, and nobody may have more: remove one first.`)
      await refuseTaken(tx, owner, list, name)
      const [made] = await tx.$queryRaw<{ id: string }[]>(sql`
        INSERT INTO dashboard.saved_view (list, name, query, owner_id, owner_fingerprint, owner_name, shared)
        VALUES (${list}, ${name}, ${kept}, ${owner.id}::numeric, ${owner.fingerprint}, ${viewer.name}, ${shared})
        RETURNING id::text AS id`)
      const id = made?.id ?? ''
      await recordAudit(tx, viewer, {
        kind: 'view.save',
        object: { type: 'view', id },
        before: null,
        after: { list, name, query: kept, shared },
      })
      return { id, name }
    },
    { lock: VIEWS_LOCK },
  )
}

/** Renames a view, shares it or takes it back. Its maker may; a shared one an admin, too. */
export async function changeView(
  viewer: Viewer,
  id: string,
  change: { name: string; shared: boolean },
): Promise<{ name: string }> {
  const name = checkedName(change.name)
  return inOwnWrite(
    viewer,
    async (tx) => {
      const before = await changeable(tx, viewer, id)
      if (before.name === name && before.shared === change.shared) return { name }
      const owner = { id: before.ownerId, fingerprint: before.ownerFingerprint }
      if (before.name !== name) await refuseTaken(tx, owner, before.list, name)
      await tx.$executeRaw(
        sql`UPDATE dashboard.saved_view SET name = ${name}, shared = ${change.shared} WHERE id = ${id}::bigint`,
      )
      // Who opens the list with it cannot see it any more.
      if (!change.shared)
        await tx.$executeRaw(
          sql`DELETE FROM dashboard.default_view d WHERE d.view_id = ${id}::bigint AND NOT ${ownDefaultSql(owner)}`,
        )
      await recordAudit(tx, viewer, {
        kind: 'view.change',
        object: { type: 'view', id },
        before: { name: before.name, shared: before.shared },
        after: { name, shared: change.shared },
        detail: { list: before.list },
      })
      return { name }
    },
    { lock: VIEWS_LOCK },
  )
}

/** Removes a view, and with it every default that names it. Its maker may; a shared one an admin, too. */
export async function removeView(viewer: Viewer, id: string): Promise<{ name: string }> {
  return inOwnWrite(viewer, async (tx) => {
    const { list, name, query, shared } = await changeable(tx, viewer, id)
    await tx.$executeRaw(sql`DELETE FROM dashboard.default_view WHERE view_id = ${id}::bigint`)
    await tx.$executeRaw(sql`DELETE FROM dashboard.saved_view WHERE id = ${id}::bigint`)
    await recordAudit(tx, viewer, {
      kind: 'view.remove',
      object: { type: 'view', id },
      before: { list, name, query, shared },
      after: null,
    })
    return { name }
  })
}

/** Opens a list with this view from now on, for the viewer alone; without a view as it is. */
export async function chooseDefault(viewer: Viewer, list: string, id: string | null): Promise<{ name: string | null }> {
  const person = personOf(viewer)
  if (!isViewList(list)) throw new AppError('invalid', 'Of this page no views are saved.')
  return inOwnWrite(viewer, async (tx) => {
    const view = id === null ? null : await readable(tx, viewer, id)
    if (view && view.list !== list) throw unknown(id ?? '')
    const [before] = await tx.$queryRaw<{ view: string }[]>(sql`
      SELECT d.view_id::text AS view FROM dashboard.default_view d WHERE ${ownDefaultSql(person)} AND d.list = ${list} FOR UPDATE`)
    if (before?.view === view?.id) return { name: view?.name ?? null }
    if (view)
      await tx.$executeRaw(sql`
        INSERT INTO dashboard.default_view (person_id, person_fingerprint, list, view_id)
        VALUES (${person.id}::numeric, ${person.fingerprint}, ${list}, ${view.id}::bigint)
        ON CONFLICT (person_id, list)
        DO UPDATE SET view_id = excluded.view_id, person_fingerprint = excluded.person_fingerprint`)
    else
      await tx.$executeRaw(
        sql`DELETE FROM dashboard.default_view d WHERE ${ownDefaultSql(person)} AND d.list = ${list}`,
      )
    await recordAudit(tx, viewer, {
      kind: 'view.default',
      object: { type: 'view', id: view?.id ?? before?.view ?? '' },
      before: { view: before?.view ?? null },
      after: { view: view?.id ?? null },
      detail: { list },
    })
    return { name: view?.name ?? null }
  })
}

function personOf({ id, fingerprint }: Viewer): Owner {
  if (id === null) throw new AppError('forbidden', 'Views belong to people: the system account has none.')
  return { id, fingerprint }
}

function checkedName(given: string): string {
  const name = given.trim()
  if (name === '' || [...name].length > MAX_VIEW_NAME || /[\p{Cc}\p{Cs}]/u.test(name))
    throw new AppError('invalid', `A view's name is one line of 1 to ${MAX_VIEW_NAME} characters.`)
  return name
}

const unknown = (id: string) => new AppError('not_found', `There is no view "${id.slice(0, 20)}" for you.`)

/** The view if the viewer may see it, kept from changing; one of somebody else is as unknown as one that is not there. */
async function readable(tx: Transaction, viewer: Viewer, id: string): Promise<Stored> {
  if (!/^\d{1,18}$/.test(id)) throw unknown(id)
  const [view] = await tx.$queryRaw<Stored[]>(sql`
    SELECT v.id::text AS id, v.list, v.name, v.query, v.shared, ${ownViewSql(viewer)} AS own,
      trunc(v.owner_id)::text AS "ownerId", v.owner_fingerprint AS "ownerFingerprint"
    FROM dashboard.saved_view v WHERE v.id = ${id}::bigint FOR UPDATE`)
  if (!view || !(view.shared || view.own)) throw unknown(id)
  return view
}

async function changeable(tx: Transaction, viewer: Viewer, id: string): Promise<Stored> {
  const view = await readable(tx, viewer, id)
  if (!view.own && viewer.role !== 'admin')
    throw new AppError('forbidden', `Only who made the view "${view.name}", or an admin, may change or remove it.`)
  return view
}

async function refuseTaken(tx: Transaction, owner: Owner, list: string, name: string): Promise<void> {
  const taken = await tx.$queryRaw<unknown[]>(sql`
    SELECT 1 AS taken FROM dashboard.saved_view v
    WHERE ${ownViewSql(owner)} AND v.list = ${list} AND v.name = ${name}`)
  if (taken.length > 0) throw new AppError('conflict', `This list has a view "${name}" already: choose another name.`)
}
