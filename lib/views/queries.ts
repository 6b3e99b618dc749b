import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { rawParams } from '@/lib/export'
import type { ListDefinition } from '@/lib/list-params'
import { isViewList, type ViewList, viewHref } from './lists'

/** A saved view as its list's menu shows it. */
export type SavedView = {
  id: string
  list: ViewList
  name: string
  query: string
  shared: boolean
  isOwn: boolean
  ownerName: string
  /** The list opens with it for this viewer. */
  isDefault: boolean
  mayChange: boolean
}

const SHOWN = 200

/** The views of a list that the viewer may open: their own and shared ones, own ones first, by name. */
export async function listViews(viewer: Viewer, list: ViewList): Promise<SavedView[]> {
  const { rows } = await reader().query<Omit<SavedView, 'mayChange'>>(sql`
    SELECT v.id::text AS id, v.list, v.name, v.query, v.shared, v.owner_name AS "ownerName",
      v.owner_id IS NOT DISTINCT FROM ${viewer.id}::numeric AS "isOwn", d.view_id IS NOT NULL AS "isDefault"
    FROM dashboard.saved_view v LEFT JOIN dashboard.default_view d
      ON d.view_id = v.id AND d.list = v.list AND d.person_id = ${viewer.id}::numeric
    WHERE v.list = ${list} AND (v.shared OR v.owner_id = ${viewer.id}::numeric)
    ORDER BY "isOwn" DESC, v.name, v.id LIMIT ${SHOWN}`)
  return rows.map((row) => ({ ...row, mayChange: row.isOwn || (row.shared && viewer.role === 'admin') }))
}

/** The view with which a list opens for the viewer; null for none, or one that is not theirs to see any more. */
export async function defaultView(
  viewer: Viewer,
  list: ViewList,
): Promise<Pick<SavedView, 'id' | 'list' | 'query'> | null> {
  const { rows } = await reader().query<Pick<SavedView, 'id' | 'list' | 'query'>>(sql`
    SELECT v.id::text AS id, v.list, v.query FROM dashboard.default_view d
    JOIN dashboard.saved_view v ON v.id = d.view_id AND v.list = d.list
    WHERE d.person_id = ${viewer.id}::numeric AND d.list = ${list}
      AND (v.shared OR v.owner_id = ${viewer.id}::numeric)`)
  return rows[0] ?? null
}

/** Where a list leads that is opened without any parameter; null for a view that the list cannot read any more, too. */
export async function defaultViewHref<F>(viewer: Viewer, list: ListDefinition<F>): Promise<string | null> {
  const view = isViewList(list.path) ? await defaultView(viewer, list.path) : null
  if (!view) return null
  const href = viewHref(view)
  return list.parse(rawParams(new URL(href, 'http://list'))).ok ? href : null
}
