/** The lists of which views are saved, by their address. */
export const VIEW_LISTS = [
  '/actions',
  '/commands',
  '/agents',
  '/agents/groups',
  '/agents/offline',
  '/agents/doubles',
  '/acl/batches',
  '/acl/files',
  '/acl/lint',
  '/investigators',
  '/spool/reconcile',
  '/audit',
] as const

export type ViewList = (typeof VIEW_LISTS)[number]

export const MAX_VIEWS = 50
export const MAX_VIEW_NAME = 60
export const MAX_VIEW_QUERY = 2_000

// A place in a list, and what belongs to one visit.
const OF_A_VISIT = ['after', 'before', 'view', 'format', 'than', 'ids']

/** Whether views of this list are saved. */
export function isViewList(path: string): path is ViewList {
  return (VIEW_LISTS as readonly string[]).includes(path)
}

/** What of a list's query string a view keeps: all but the page that one was on, empty filters left out. */
export function viewQuery(search: string): string {
  const kept = [...new URLSearchParams(search)].filter(([name, value]) => value !== '' && !OF_A_VISIT.includes(name))
  return new URLSearchParams(kept).toString().replaceAll('%2C', ',')
}

/** Where a view leads; its id says which one is open. */
export function viewHref({ list, query, id }: { list: string; query: string; id: string }): string {
  return `${list}?${query ? `${query}&` : ''}view=${id}`
}
