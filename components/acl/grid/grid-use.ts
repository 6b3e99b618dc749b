import type { Viewer } from '@/lib/auth/viewer'
import type { ListDefinition, ListParams } from '@/lib/list-params'
import { printCursor } from '@/lib/page'
import type { WindowSource } from './window-source'

/** Who uses a grid, and as of when its page was made. */
export type GridUse = {
  canEdit: boolean
  /** Whose unsaved changes the browser keeps: another person at the same screen gets none of them. */
  viewer: string
  /** The moment of the page's data: a later one makes the grid ask again. */
  stamp: string
}

/** What a grid must know of the viewer and of its page's moment. */
export function gridUse(viewer: Viewer, stamp: string): GridUse {
  return { canEdit: viewer.role === 'admin', viewer: viewer.id ?? '', stamp }
}

/** Where the grid's windows come from: the list's filters, and the page that the table shows. */
export function windowHref<F>(list: ListDefinition<F>, params: ListParams<F>): WindowSource {
  const { edit: _, row: __, ...given } = params.given
  const { after, before, size } = params
  const path = list.href({ ...params, given, size: 50 }, {}, `${list.path}/window`)
  return {
    path,
    size,
    after: after && !before ? printCursor(after) : null,
    before: before ? printCursor(before) : null,
  }
}

/** Where the form of a cell opens on the page that is shown, by the cell's place. Made from one address: a page has thousands. */
export function cellHrefs<F>(list: ListDefinition<F>, params: ListParams<F>): (place: string) => string {
  const { after, before } = params
  const [head = '', tail = ''] = list.href(params, { filters: { edit: 'PLACE' }, after, before }).split('edit=PLACE')
  return (place) => `${head}edit=${place}${tail}#cell-form`
}
