import type { IconName } from '../ui/icon-shapes'

export type NavKey =
  | 'overview'
  | 'actions'
  | 'commands'
  | 'agents'
  | 'offline'
  | 'doubles'
  | 'health'
  | 'acl'
  | 'permissions'
  | 'what-if'
  | 'files'
  | 'investigators'
  | 'spool'
  | 'audit'
  | 'settings'

export type NavItem = {
  key: NavKey
  label: string
  href: string
  icon: IconName
  /** Addresses below this one belong to the item; the longest that fits is the one marked. */
  under: string
  sub?: NavItem[]
}

export const NAVIGATION: readonly NavItem[] = [
  { key: 'overview', label: 'Overview', href: '/', icon: 'overview', under: '/' },
  {
    key: 'actions',
    label: 'Actions',
    href: '/actions',
    icon: 'action',
    under: '/actions',
    sub: [{ key: 'commands', label: 'Commands', href: '/commands', icon: 'command', under: '/commands' }],
  },
  {
    key: 'agents',
    label: 'Agents',
    href: '/agents',
    icon: 'agent',
    under: '/agents',
    sub: [
      { key: 'offline', label: 'Offline', href: '/agents/offline', icon: 'offline', under: '/agents/offline' },
      { key: 'doubles', label: 'Doubles', href: '/agents/doubles', icon: 'double', under: '/agents/doubles' },
      { key: 'health', label: 'Health', href: '/agents/health', icon: 'health', under: '/agents/health' },
    ],
  },
  {
    key: 'acl',
    label: 'ACL',
    href: '/acl/requirements',
    icon: 'acl',
    under: '/acl',
    sub: [
      {
        key: 'permissions',
        label: 'Permissions',
        href: '/acl/permissions',
        icon: 'permission',
        under: '/acl/permissions',
      },
      { key: 'what-if', label: 'What if', href: '/acl/what-if', icon: 'target', under: '/acl/what-if' },
      { key: 'files', label: 'Files', href: '/acl/files', icon: 'file', under: '/acl/files' },
    ],
  },
  {
    key: 'investigators',
    label: 'Investigators',
    href: '/investigators',
    icon: 'investigator',
    under: '/investigators',
  },
  { key: 'spool', label: 'Spool', href: '/spool', icon: 'spool', under: '/spool' },
]

/** What is not of MIG, at the end of the sidebar. */
export const FOOT: readonly NavItem[] = [
  { key: 'audit', label: 'Audit', href: '/audit', icon: 'history', under: '/audit' },
  { key: 'settings', label: 'Settings', href: '/settings', icon: 'settings', under: '/settings' },
]

/** The item that an address belongs to: the one with the longest prefix, or null. */
export function currentItem(pathname: string, items: readonly NavItem[] = [...NAVIGATION, ...FOOT]): NavKey | null {
  let best: NavItem | null = null
  for (const item of items.flatMap((one) => [one, ...(one.sub ?? [])])) {
    const fits =
      item.under === '/' ? pathname === '/' : pathname === item.under || pathname.startsWith(`${item.under}/`)
    if (fits && (!best || item.under.length > best.under.length)) best = item
  }
  return best?.key ?? null
}
