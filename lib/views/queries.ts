import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { rawParams } from '@/lib/export'
import type { ListDefinition } from '@/lib/list-params'
import { isViewList, type ViewList, viewHref } from './lists'
import { ownDefaultSql, ownViewSql } from './owner'

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

/** A list's views; `more` when there are shared ones beyond those. */
export type Views = { views: SavedView[]; more: boolean }

const SHOWN = 200

/**
 * The views of a list that the viewer may open: their own and shared ones, own ones first, by name. Of very many the first,
 * always with the own ones, the default and the one that is `open`.
 */
export async function listViews(viewer: Viewer, list: ViewList, open?: string): Promise<Views> {
  const opened = /^\d{1,18}$/.test(open ?? '') ? open : null
  const { rows } = await reader().query<Omit<SavedView, 'mayChange'> & { place: number }>(sql`
    SELECT r.* FROM (
      SELECT v.id::text AS id, v.list, v.name, v.query, v.shared, v.owner_name AS "ownerName",
        ${ownViewSql(viewer)} AS "isOwn", d.view_id IS NOT NULL AS "isDefault",
        row_number() OVER (ORDER BY ${ownViewSql(viewer)} DESC,
          (d.view_id IS NOT NULL OR v.id IS NOT DISTINCT FROM ${opened}::bigint) DESC, v.name, v.id)::integer AS place
      FROM dashboard.saved_view v LEFT JOIN dashboard.default_view d
        ON d.view_id = v.id AND d.list = v.list AND ${ownDefaultSql(viewer)}
      WHERE v.list = ${list} AND (v.shared OR ${ownViewSql(viewer)})
    ) r WHERE r.place <= ${SHOWN + 1} ORDER BY r."isOwn" DESC, r.name, r.id::bigint`)
  const views = rows
    .filter(({ place }) => place <= SHOWN)
    .map(({ place: _, ...row }) => ({ ...row, mayChange: row.isOwn || (row.shared && viewer.role === 'admin') }))
  return { views, more: rows.length > views.length }
}

/** The view with which a list opens for the viewer; null for none, or one that is not theirs to see any more. */
export async function defaultView(
  viewer: Viewer,
  list: ViewList,
): Promise<Pick<SavedView, 'id' | 'list' | 'query'> | null> {
  const { rows } = await reader().query<Pick<SavedView, 'id' | 'list' | 'query'>>(sql`
    SELECT v.id::text AS id, v.list, v.query FROM dashboard.default_view d
    JOIN dashboard.saved_view v ON v.id = d.view_id AND v.list = d.list
    WHERE ${ownDefaultSql(viewer)} AND d.list = ${list} AND (v.shared OR ${ownViewSql(viewer)})`)
  return rows[0] ?? null
}

/** Where a list leads that is opened without any parameter; null for a view that the list cannot read any more, too. */
export async function defaultViewHref<F>(viewer: Viewer, list: ListDefinition<F>): Promise<string | null> {
  const view = isViewList(list.path) ? await defaultView(viewer, list.path) : null
  if (!view) return null
  const href = viewHref(view)
  return list.parse(rawParams(new URL(href, 'http://list'))).ok ? href : null
}
