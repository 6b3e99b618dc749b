import type { SearchKind } from './queries'

/** What each kind of hit is called above its hits. */
export const SEARCH_KINDS: Record<SearchKind, string> = {
  action: 'Actions',
  command: 'Commands',
  agent: 'Agents',
  investigator: 'Investigators',
  file: 'Spool files',
}
