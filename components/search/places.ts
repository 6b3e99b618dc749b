import type { IconName } from '@/components/ui/icon-shapes'

/** A page, or something to do, that the search offers by name. */
export type Place = { label: string; href: string; icon: IconName; words?: string; admin?: true; does?: true }

/** Pages that need no id, and what a person may do, in the order of the sidebar. */
export const PLACES: readonly Place[] = [
  { label: 'Overview', href: '/', icon: 'overview', words: 'start home' },
  { label: 'Actions', href: '/actions', icon: 'action' },
  { label: 'Actions in flight', href: '/actions?status=inflight', icon: 'inflight', words: 'running' },
  { label: 'Actions that need attention', href: '/actions?attention=any', icon: 'alert', words: 'stuck invalid' },
  { label: 'Commands', href: '/commands', icon: 'command' },
  { label: 'Agents', href: '/agents', icon: 'agent', words: 'endpoints' },
  { label: 'Groups of agents', href: '/agents/groups', icon: 'tag', words: 'system version tags environment' },
  { label: 'Offline agents', href: '/agents/offline', icon: 'offline', words: 'unreachable lost' },
  { label: 'Double agents', href: '/agents/doubles', icon: 'double' },
  { label: 'Health of the fleet', href: '/agents/health', icon: 'health', words: 'charts history' },
  { label: 'ACL: requirements', href: '/acl/requirements', icon: 'acl', words: 'minimum weight' },
  { label: 'ACL: permissions', href: '/acl/permissions', icon: 'permission', words: 'weights' },
  { label: 'ACL: modules', href: '/acl/modules', icon: 'table' },
  { label: 'ACL: lint', href: '/acl/lint', icon: 'check', words: 'checks faults' },
  { label: 'ACL: powers', href: '/acl/powers', icon: 'user' },
  { label: 'ACL: batches', href: '/acl/batches', icon: 'history', words: 'changes revert' },
  { label: 'ACL: files', href: '/acl/files', icon: 'file', words: 'acl.cfg' },
  { label: 'Investigators', href: '/investigators', icon: 'investigator', words: 'people keys' },
  { label: 'Keyring', href: '/investigators/keyring', icon: 'key', words: 'download' },
  { label: 'Spool', href: '/spool', icon: 'spool', words: 'files' },
  { label: 'Audit', href: '/audit', icon: 'history', words: 'who changed what' },
  { label: 'Settings', href: '/settings', icon: 'settings', words: 'sessions tokens jobs shortcuts' },
  { label: 'Ask what if', href: '/acl/what-if', icon: 'target', words: 'who may run', does: true },
  { label: 'Compare two actions', href: '/actions/compare', icon: 'columns', does: true },
  { label: 'Find an id in the spool', href: '/spool/find', icon: 'search', does: true },
  { label: 'Compare the spool with the database', href: '/spool/reconcile', icon: 'refresh', does: true },
  { label: 'Change the ACL in bulk', href: '/acl/bulk', icon: 'pencil', does: true, admin: true },
  { label: 'Import ACL cells', href: '/acl/import', icon: 'download', does: true, admin: true },
  { label: 'Add an investigator', href: '/investigators/add', icon: 'plus', does: true, admin: true },
  { label: 'Import a keyring', href: '/investigators/import', icon: 'key', does: true, admin: true },
]

/** The places that every word of the text begins a word of; without text all of them, as far as the person may use them. */
export function placesFor(text: string, isAdmin: boolean): Place[] {
  const asked = wordsOf(text)
  return PLACES.filter((place) => {
    if (place.admin && !isAdmin) return false
    const own = wordsOf(`${place.label} ${place.words ?? ''}`)
    return asked.every((word) => own.some((one) => one.startsWith(word)))
  })
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}.]+/u)
    .filter(Boolean)
}
